"""The one-cycle policy (Smith 2018, https://arxiv.org/abs/1803.09820) as torch's OneCycleLR counts it.

Torch lets the phases meet at fractions of a step: the peak of 100 steps is at step 29, where optax
has it at 30 and fastai at 25; and the last rate is max / div_factor / final_div_factor, where
fastai has max / div_final.
"""

import numpy as np

from sims.decays import cosine_between
from sims.params import Choice, Flag, Float
from sims.schedule import Schedule, Values, cycled_momentum, factor
from sims.smoothing import Curve


def _one_cycle(t: Curve, v: Values, low: float, high: float, end: float) -> Curve:
    """Return low -> high -> end along torch's phases, which meet at fractions of a step."""
    last, up = v["steps"] - 1, float(v["pct_start"]) * v["steps"]
    if v["three_phase"]:
        phases = [(up - 1, low, high), (2 * up - 2, high, low), (last, low, end)]
    else:
        phases = [(up - 1, low, high), (last, high, end)]
    out, begin, open_ = np.empty_like(t), 0.0, np.ones(len(t), dtype=bool)
    for number, (stop, first, second) in enumerate(phases):
        here = open_ if number == len(phases) - 1 else open_ & (t <= stop)
        # A phase of no length, where torch divides by zero, is at its end.
        part = (t[here] - begin) / (stop - begin) if stop != begin else np.ones(int(here.sum()))
        line = v["anneal_strategy"] == "linear"
        out[here] = first + (second - first) * part if line else cosine_between(first, second, part)
        open_, begin = open_ & ~here, stop
    return out


def _one_cycle_code(v: Values) -> str:
    cycled = (
        f"base_momentum={v['base_momentum']!r}, max_momentum={v['max_momentum']!r}"
        if v["cycle_momentum"]
        else "cycle_momentum=False"
    )
    return (
        "from torch.optim.lr_scheduler import OneCycleLR\n\n"
        "scheduler = OneCycleLR(\n"
        f"    optimizer, max_lr={v['max_lr']!r}, total_steps={max(1, v['steps'])},\n"
        f'    pct_start={v["pct_start"]!r}, anneal_strategy="{v["anneal_strategy"]}",\n'
        f"    div_factor={v['div_factor']!r}, final_div_factor={v['final_div_factor']!r},\n"
        f"    three_phase={v['three_phase']}, {cycled},\n"
        ")"
    )


ONE_CYCLE = Schedule(
    name="one_cycle",
    label="One-cycle",
    does="Climbs from a low rate to the highest and falls to almost nothing, once.",
    formula=r"\eta_0 = \frac{\eta_{\max}}{d} \;\nearrow\; \eta_{\max} \;\searrow\; \frac{\eta_{\max}}{d\,f}",
    params=(
        Float(
            name="max_lr",
            label="Highest rate",
            meaning="The rate at the top.",
            low=1e-8,
            high=100.0,
            reach=(1e-4, 1.0),
            log=True,
            follows=lambda situation: situation.base_lr,
            rule="the base rate",
        ),
        factor("pct_start", "Part that climbs", "Part of the run in which the rate climbs.", 0.3),
        Choice(
            name="anneal_strategy",
            label="Shape",
            meaning="Along a cosine or in straight lines.",
            default="cos",
            options={"cos": "Cosine", "linear": "Linear"},
        ),
        Float(
            name="div_factor",
            label="Start divisor d",
            meaning="The first rate is the highest divided by this.",
            default=25.0,
            low=1.0,
            high=1e6,
            reach=(1.0, 100.0),
            log=True,
        ),
        Float(
            name="final_div_factor",
            label="End divisor f",
            meaning="The last rate is the first divided by this.",
            default=1e4,
            low=1.0,
            high=1e9,
            log=True,
        ),
        Flag(
            name="three_phase",
            label="Three phases",
            meaning="Come down as steeply as up, then fall to the end.",
        ),
        *cycled_momentum(0.85, 0.95),
    ),
    pros="Quick; its climb is a warmup, so it bears higher rates; ends fully annealed",
    cons="The length has to be known, and what was trained halfway is of no use",
    best_for="Limited budgets",
    source=("Smith 2018, A disciplined approach", "https://arxiv.org/abs/1803.09820"),
    rate=lambda t, v: _one_cycle(
        t,
        v,
        v["max_lr"] / v["div_factor"],
        v["max_lr"],
        v["max_lr"] / v["div_factor"] / v["final_div_factor"],
    ),
    momentum=lambda t, v: _one_cycle(t, v, v["max_momentum"], v["base_momentum"], v["max_momentum"]),
    code=_one_cycle_code,
)
