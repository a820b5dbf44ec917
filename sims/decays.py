"""Schedules that only ever fall (and the constant one): entries of the registry in `sims.schedules`.

Each follows the closed form in the documentation of torch's scheduler of that name.
"""

from typing import Any

import numpy as np

from sims.lists import StepList
from sims.params import Float
from sims.schedule import Schedule, Situation, Values, factor, length, lowest_rate
from sims.smoothing import Curve

TORCH = "https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler."


def torch_page(name: str) -> tuple[str, str]:
    """Return the label and address of torch's documentation of a scheduler."""
    return f"PyTorch documentation, {name}", f"{TORCH}{name}.html"


def gamma(meaning: str, default: float | None, **more: Any) -> Float:
    """Return the parameter `gamma`, a factor from 0 to 1."""
    return factor("gamma", "Factor γ", meaning, default, **more)


def cosine_between(high: float | Curve, low: float, part: Curve) -> Curve:
    """Return half a cosine from `high`, where `part` is 0, to `low`, where it is 1, and up again beyond."""
    return np.asarray(low + (high - low) * (1 + np.cos(np.pi * part)) / 2, dtype=np.float64)


def _multistep(t: Curve, v: Values) -> Curve:
    passed = np.searchsorted(np.asarray(v["milestones"]), t, side="right")
    return np.asarray(v["base_lr"] * v["gamma"] ** passed.astype(np.float64))


def _milestones(situation: Situation) -> tuple[int, ...]:
    return tuple(max(1, situation.steps * quarters // 4) for quarters in (2, 3))


def _linear_code(v: Values) -> str:
    a, b, total = v["start_factor"], v["end_factor"], v["total_iters"]
    if a == 0:  # which LinearLR refuses
        return (
            "from torch.optim.lr_scheduler import LambdaLR\n\n"
            "def linear(step):\n"
            f"    return {b!r} * min(step, {total}) / {total}\n\n"
            "scheduler = LambdaLR(optimizer, linear)"
        )
    return (
        "from torch.optim.lr_scheduler import LinearLR\n\n"
        f"scheduler = LinearLR(optimizer, start_factor={a!r}, end_factor={b!r}, total_iters={total})"
    )


CONSTANT = Schedule(
    name="constant",
    label="Constant",
    does="Keeps the learning rate as it is.",
    formula=r"\eta_t = \eta_0",
    pros="Nothing to tune but the rate; can go on for any number of steps",
    cons="Never settles: the noise of the last steps stays in the weights",
    best_for="Hyperparameter search, a baseline for every other schedule",
    source=torch_page("ConstantLR"),
    rate=lambda t, v: np.full_like(t, v["base_lr"]),
    code=lambda v: (
        "from torch.optim.lr_scheduler import ConstantLR\n\n"
        "scheduler = ConstantLR(optimizer, factor=1.0, total_iters=0)"
    ),
)

STEP = Schedule(
    name="step",
    label="Step decay",
    does="Multiplies the rate by γ after every so many steps.",
    formula=r"\eta_t = \eta_0\,\gamma^{\lfloor t/s\rfloor}",
    params=(
        length("step_size", "Step size s", "Updates between two drops.", 1 / 3, "a third of the run"),
        gamma("What the rate is multiplied by at each drop.", 0.1),
    ),
    pros="Simple, easy to read off a plot, proven on many networks",
    cons="Abrupt; when to drop and how far has to be found",
    best_for="Classic baselines, ResNets",
    source=torch_page("StepLR"),
    rate=lambda t, v: np.asarray(v["base_lr"] * v["gamma"] ** np.floor(t / v["step_size"])),
    code=lambda v: (
        "from torch.optim.lr_scheduler import StepLR\n\n"
        f"scheduler = StepLR(optimizer, step_size={v['step_size']}, gamma={v['gamma']!r})"
    ),
)

MULTISTEP = Schedule(
    name="multistep",
    label="Multi-step decay",
    does="Multiplies the rate by γ at steps that you name.",
    formula=r"\eta_t = \eta_0\,\gamma^{\,|\{m \in M :\, m \le t\}|}",
    params=(
        StepList(
            name="milestones",
            label="Milestones M",
            meaning="Steps at which the rate drops.",
            unit="steps",
            follows=_milestones,
            rule="a half and three quarters of the run",
        ),
        gamma("What the rate is multiplied by at each milestone.", 0.1),
    ),
    pros="Drops where you know that progress stalls",
    cons="The right milestones are known only afterwards",
    best_for="Repeating published recipes, such as ResNets on CIFAR-10",
    source=torch_page("MultiStepLR"),
    rate=_multistep,
    code=lambda v: (
        "from torch.optim.lr_scheduler import MultiStepLR\n\n"
        f"scheduler = MultiStepLR(optimizer, milestones={list(v['milestones'])}, gamma={v['gamma']!r})"
    ),
)

EXPONENTIAL = Schedule(
    name="exponential",
    label="Exponential",
    does="Multiplies the rate by γ after every step.",
    formula=r"\eta_t = \eta_0\,\gamma^{t}",
    params=(
        gamma(
            "What the rate is multiplied by after every update.",
            None,
            reach=(0.9, 1.0),
            follows=lambda situation: float(0.01 ** (1 / max(1, situation.steps))),
            rule="a hundredth at the end of the run",
        ),
    ),
    pros="Smooth, one parameter",
    cons="Spends most of the run at low rates; the final rate depends on γ to the power of the length",
    best_for="Older networks for speech and text",
    source=torch_page("ExponentialLR"),
    rate=lambda t, v: np.asarray(v["base_lr"] * v["gamma"] ** t),
    code=lambda v: (
        "from torch.optim.lr_scheduler import ExponentialLR\n\n"
        f"scheduler = ExponentialLR(optimizer, gamma={v['gamma']!r})"
    ),
)

LINEAR = Schedule(
    name="linear",
    label="Linear",
    does="Falls by the same amount at every step, to 0 at the end unless told otherwise.",
    formula=r"\eta_t = \eta_0\left(a + (b - a)\,\frac{\min(t, T)}{T}\right)",
    params=(
        factor("start_factor", "Start factor a", "Part of the base rate at step 0.", 1.0),
        factor("end_factor", "End factor b", "Part of the base rate after the last step.", 0.0),
        length("total_iters", "Length T", "Updates from start to end.", 1, "the run"),
    ),
    pros="Simple and predictable; to zero it is hard to beat at a fixed budget",
    cons="The length has to be known; a first rate that is too high is left only slowly",
    best_for="Fine-tuning, short runs, language models trained for a fixed budget",
    source=("Bergsma et al. 2025, Straight to Zero", "https://arxiv.org/abs/2502.15938"),
    rate=lambda t, v: np.asarray(
        v["base_lr"]
        * (
            v["start_factor"]
            + (v["end_factor"] - v["start_factor"]) * np.minimum(t, v["total_iters"]) / v["total_iters"]
        )
    ),
    code=_linear_code,
)

POLYNOMIAL = Schedule(
    name="polynomial",
    label="Polynomial",
    does="Falls to 0 along a power of the steps that are left; power 1 is linear decay.",
    formula=r"\eta_t = \eta_0\left(1 - \frac{\min(t, T)}{T}\right)^{p}",
    params=(
        length("total_iters", "Length T", "Updates until the rate is 0.", 1, "the run"),
        Float(
            name="power",
            label="Power p",
            meaning="1 is linear, 2 falls early, 0.5 late.",
            default=1.0,
            low=0.0,
            high=10.0,
            reach=(0.0, 4.0),
        ),
    ),
    pros="One number bends the curve between early and late decay",
    cons="One more number to tune; length has to be known",
    best_for="Semantic segmentation, where power 0.9 is customary",
    source=torch_page("PolynomialLR"),
    rate=lambda t, v: np.asarray(
        v["base_lr"] * (1 - np.minimum(t, v["total_iters"]) / v["total_iters"]) ** v["power"]
    ),
    code=lambda v: (
        "from torch.optim.lr_scheduler import PolynomialLR\n\n"
        f"scheduler = PolynomialLR(optimizer, total_iters={v['total_iters']}, power={v['power']!r})"
    ),
    opening={"power": 2.0},
)

COSINE = Schedule(
    name="cosine",
    label="Cosine",
    does="Falls along half a cosine: slowly, then fast, then slowly. After T_max it climbs again.",
    formula=r"\eta_t = \eta_{\min} + \frac{\eta_0 - \eta_{\min}}{2}\left(1 + \cos\frac{\pi t}{T_{\max}}\right)",
    params=(
        length("T_max", "Half period T_max", "Updates from top to bottom.", 1, "the run"),
        lowest_rate(),
    ),
    pros="Smooth, few choices, works well almost everywhere",
    cons="The length has to be known: trained past T_max, the rate climbs again",
    best_for="Modern vision models and, behind a warmup, transformers",
    source=("Loshchilov and Hutter 2017, SGDR", "https://arxiv.org/abs/1608.03983"),
    rate=lambda t, v: cosine_between(v["base_lr"], v["eta_min"], t / v["T_max"]),
    code=lambda v: (
        "from torch.optim.lr_scheduler import CosineAnnealingLR\n\n"
        f"scheduler = CosineAnnealingLR(optimizer, T_max={v['T_max']}, eta_min={v['eta_min']!r})"
    ),
)

DECAYS = (CONSTANT, STEP, MULTISTEP, EXPONENTIAL, LINEAR, POLYNOMIAL, COSINE)
