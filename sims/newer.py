"""Schedules that torch has no scheduler for: entries of the registry in `sims.schedules`.

Inverse square root and warmup-stable-decay follow Hugging Face's `get_inverse_sqrt_schedule` and
`get_wsd_schedule` (https://huggingface.co/docs/transformers/main_classes/optimizer_schedules).
"""

import numpy as np

from sims.decays import cosine_between
from sims.params import Choice, Int
from sims.schedule import MOST_STEPS, Schedule, Situation, Values, factor, length, lowest_rate, part_of
from sims.smoothing import Curve

LAMBDA = "from torch.optim.lr_scheduler import LambdaLR\n\n"


def _timescale(situation: Situation) -> int:
    return situation.warmup_steps or part_of(situation.steps, 0.1)


INVERSE_SQRT = Schedule(
    name="inverse_sqrt",
    label="Inverse square root",
    does="Falls with one over the square root of the step, and never arrives.",
    formula=r"\eta_t = \eta_0\,\Big/\sqrt{1 + t/\tau}",
    params=(
        Int(
            name="timescale",
            label="Timescale τ",
            meaning="After three times as many updates the rate has halved.",
            low=1,
            high=MOST_STEPS,
            unit="steps",
            log=True,
            reach=(1, 5000),
            follows=_timescale,
            rule="as long as the warmup, or a tenth of the run without one",
        ),
    ),
    pros="Needs no length: training can go on from any step",
    cons="Falls early and then hardly any more, so it never quite settles",
    best_for="The first transformers; pre-training without a fixed end",
    source=(
        "Vaswani et al. 2017, section 5.3; counted as Hugging Face does",
        "https://arxiv.org/abs/1706.03762",
    ),
    rate=lambda t, v: np.asarray(v["base_lr"] / np.sqrt(1 + t / v["timescale"])),
    code=lambda v: (
        f"{LAMBDA}"
        "def inverse_sqrt(step):\n"
        f"    return (1 + step / {v['timescale']}) ** -0.5\n\n"
        "scheduler = LambdaLR(optimizer, inverse_sqrt)"
    ),
)

_FALLS = {
    "linear": "1 - part",
    "cosine": "(1 + math.cos(math.pi * part)) / 2",
    "1-sqrt": "1 - math.sqrt(part)",
}


def _wsd(t: Curve, v: Values) -> Curve:
    decay = v["decay_steps"]
    part = np.clip((t - (v["steps"] - decay)) / decay, 0, 1)
    if v["decay_type"] == "cosine":
        left = cosine_between(1.0, 0.0, part)
    else:
        left = 1 - (part if v["decay_type"] == "linear" else np.sqrt(part))
    return np.asarray(v["base_lr"] * (v["min_lr_ratio"] + (1 - v["min_lr_ratio"]) * left))


WSD = Schedule(
    name="wsd",
    label="Warmup-stable-decay",
    does="Stays at the base rate for most of the run and falls at the end.",
    formula=r"\eta_t = \eta_0\left(r + (1 - r)\,f\!\left(\frac{t - (N - D)}{D}\right)\right)"
    r"\ \text{in the last } D \text{ steps},\quad \eta_t = \eta_0\ \text{before}",
    params=(
        length("decay_steps", "Decay steps D", "Updates of the fall at the end.", 0.2, "a fifth of the run"),
        Choice(
            name="decay_type",
            label="Shape of the fall f",
            meaning="How the rate falls at the end.",
            default="linear",
            options={"linear": "Linear", "cosine": "Cosine", "1-sqrt": "1 − square root"},
        ),
        factor("min_lr_ratio", "Last part r", "Part of the base rate that is left at the end.", 0.0),
    ),
    pros="The length is decided late: any checkpoint of the flat part can be annealed",
    cons="Looks bad until the fall begins",
    best_for="Language models of open-ended budget",
    source=("Hägele et al. 2024; counted as Hugging Face does", "https://arxiv.org/abs/2405.18392"),
    rate=_wsd,
    code=lambda v: (
        "import math\n\n"
        f"{LAMBDA}"
        "def stable_then_decay(step):\n"
        f"    part = min(max((step - {v['steps'] - v['decay_steps']}) / {v['decay_steps']}, 0.0), 1.0)\n"
        f"    left = {_FALLS[v['decay_type']]}\n"
        f"    return {v['min_lr_ratio']!r} + {1 - v['min_lr_ratio']!r} * left\n\n"
        "scheduler = LambdaLR(optimizer, stable_then_decay)"
    ),
)


def _flat_cosine(t: Curve, v: Values) -> Curve:
    begin = v["pct_start"] * v["steps"]
    left = max(v["steps"] - begin, 1.0)
    return cosine_between(v["base_lr"], v["eta_min"], np.clip((t - begin) / left, 0, 1))


FLAT_COSINE = Schedule(
    name="flat_cosine",
    label="Flat, then cosine",
    does="Stays at the base rate and then falls along half a cosine.",
    formula=r"\eta_t = \eta_{\min} + \frac{\eta_0 - \eta_{\min}}{2}"
    r"\left(1 + \cos\left(\pi\,\max\!\left(0, \frac{t - pN}{N - pN}\right)\right)\right)",
    params=(
        factor("pct_start", "Flat part p", "Part of the run at the base rate.", 0.75),
        lowest_rate(),
    ),
    pros="Much time at a high rate, and still a smooth landing",
    cons="One more choice than a plain cosine",
    best_for="Fine-tuning and image models trained with adaptive optimisers",
    source=("fastai documentation, fit_flat_cos", "https://docs.fast.ai/callback.schedule.html"),
    rate=_flat_cosine,
    code=lambda v: (
        "import math\n\n"
        f"{LAMBDA}"
        "def flat_then_cosine(step):\n"
        f"    begin = {v['pct_start'] * v['steps']!r}\n"
        f"    part = min(max((step - begin) / max({v['steps']} - begin, 1.0), 0.0), 1.0)\n"
        f"    low = {v['eta_min'] / v['base_lr']!r}  # {v['eta_min']!r} as a part of the base rate\n"
        "    return low + (1 - low) * (1 + math.cos(math.pi * part)) / 2\n\n"
        "scheduler = LambdaLR(optimizer, flat_then_cosine)"
    ),
)

NEWER = (INVERSE_SQRT, WSD, FLAT_COSINE)
