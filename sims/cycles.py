"""Schedules that rise as well as fall: entries of the registry in `sims.schedules`.

Triangular, triangular2 and exp_range: Smith 2017, https://arxiv.org/abs/1506.01186, as torch's
CyclicLR counts them.
"""

from collections.abc import Callable

import numpy as np

from sims.decays import cosine_between, gamma
from sims.params import Float, Int, Param
from sims.schedule import (
    MOST_STEPS,
    Schedule,
    Values,
    cycled_momentum,
    length,
    lowest_rate,
)
from sims.smoothing import Curve

SMITH = ("Smith 2017, Cyclical Learning Rates", "https://arxiv.org/abs/1506.01186")
FLOOR = 0.25
"""Where nothing is said, cycles run from a quarter of the highest rate (Smith 2017: a third or a quarter)."""


def _restarts(t: Curve, v: Values) -> Curve:
    period, times = v["T_0"], v["T_mult"]
    if times == 1:
        since, length_now = t % period, np.full_like(t, period)
    else:  # cycle n begins after T_0 (T_mult^n - 1) / (T_mult - 1) updates
        starts = [0]
        while starts[-1] <= len(t):
            starts.append(starts[-1] + period * times ** (len(starts) - 1))
        cycle = np.searchsorted(np.asarray(starts), t, side="right") - 1
        since = t - np.asarray(starts)[cycle]
        length_now = period * np.float64(times) ** cycle
    return cosine_between(v["base_lr"], v["eta_min"], since / length_now)


COSINE_RESTARTS = Schedule(
    name="cosine_restarts",
    label="Cosine with restarts",
    does="Falls along half a cosine and jumps back to the top, in cycles that may grow longer.",
    formula=r"\eta_t = \eta_{\min} + \frac{\eta_0 - \eta_{\min}}{2}\left(1 + \cos\frac{\pi\, T_{cur}}{T_i}\right),"
    r"\qquad T_{i+1} = T_i\,T_{mult}",
    params=(
        length("T_0", "First cycle T_0", "Updates in the first cycle.", 1 / 3, "a third of the run"),
        Int(
            name="T_mult",
            label="Growth T_mult",
            meaning="How many times longer each cycle is than the one before.",
            default=1,
            low=1,
            high=10,
            reach=(1, 4),
        ),
        lowest_rate(),
    ),
    pros="A good model at the end of every cycle, so training may stop at any of them",
    cons="Each restart costs what was gained; a run that ends in mid-cycle ends badly",
    best_for="Runs of unknown length, ensembles of snapshots",
    source=("Loshchilov and Hutter 2017, SGDR", "https://arxiv.org/abs/1608.03983"),
    rate=_restarts,
    code=lambda v: (
        "from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts\n\n"
        f"scheduler = CosineAnnealingWarmRestarts(optimizer, T_0={v['T_0']}, T_mult={v['T_mult']}, "
        f"eta_min={v['eta_min']!r})"
    ),
)


def _ups_and_downs(t: Curve, v: Values) -> tuple[Curve, Curve]:
    """Return the number of the cycle, from 1, and the height in it, from 0 to 1, for every update."""
    up = v["step_size_up"]
    period = up + (v["step_size_down"] or up)
    cycle = np.floor(1 + t / period)
    x = 1 + t / period - cycle
    ratio = up / period
    return cycle, np.where(x <= ratio, x / ratio, (x - 1) / (ratio - 1))


Fading = Callable[[Curve, Curve, Values], Curve]
"""(number of the cycle, update, values) -> what the height is multiplied by."""


def _cyclic(name: str, label: str, does: str, fading: Fading, formula: str, **more: str) -> Schedule:
    """Return an entry of the family, which differ in how the height of a cycle fades."""
    extra: tuple[Param, ...] = ()
    if name == "exp_range":
        extra = (gamma("What the height is multiplied by after every update.", 1.0, reach=(0.9, 1.0)),)

    def rate(t: Curve, v: Values) -> Curve:
        cycle, height = _ups_and_downs(t, v)
        return np.asarray(v["base_lr"] + (v["max_lr"] - v["base_lr"]) * height * fading(cycle, t, v))

    def momentum(t: Curve, v: Values) -> Curve:
        cycle, height = _ups_and_downs(t, v)
        span = v["max_momentum"] - v["base_momentum"]
        return np.asarray(v["max_momentum"] - span * height * fading(cycle, t, v))

    def code(v: Values) -> str:
        faded = f", gamma={v['gamma']!r}" if name == "exp_range" else ""
        cycled = (
            f"base_momentum={v['base_momentum']!r}, max_momentum={v['max_momentum']!r}"
            if v["cycle_momentum"]
            else "cycle_momentum=False"
        )
        return (
            "from torch.optim.lr_scheduler import CyclicLR\n\n"
            "scheduler = CyclicLR(\n"
            f"    optimizer, base_lr={v['base_lr']!r}, max_lr={v['max_lr']!r},\n"
            f"    step_size_up={v['step_size_up']}, step_size_down={v['step_size_down']},\n"
            f'    mode="{name}"{faded}, {cycled},\n'
            ")"
        )

    return Schedule(
        name=name,
        label=label,
        does=does,
        formula=formula,
        params=(
            Float(
                name="max_lr",
                label="Highest rate",
                meaning="The rate at the top of the first cycle.",
                low=0.0,
                high=100.0,
                reach=(0.0, 1.0),
                follows=lambda situation: situation.base_lr / FLOOR,
                rule="four times the lowest",
            ),
            length("step_size_up", "Steps up", "Updates from bottom to top.", 1 / 6, "a sixth of the run"),
            Int(
                name="step_size_down",
                label="Steps down",
                meaning="Updates from top to bottom.",
                low=1,
                high=MOST_STEPS,
                unit="steps",
                log=True,
                reach=(1, 5000),
                follows=lambda situation: None,
                rule="as many as up",
            ),
            *extra,
            *cycled_momentum(0.8, 0.9),
        ),
        source=SMITH,
        rate=rate,
        momentum=momentum,
        code=code,
        lowest=FLOOR,
        opening={"gamma": 0.995} if name == "exp_range" else {},
        **more,
    )


_HEIGHT = r"\eta_t = \eta_{\min} + (\eta_{\max} - \eta_{\min})\,\max(0,\, 1 - x)"
_WHERE = (
    r"\qquad x = \left|\tfrac{t}{s} - 2c + 1\right|,\quad c = \left\lfloor 1 + \tfrac{t}{2s}\right\rfloor"
)

TRIANGULAR = _cyclic(
    "triangular",
    "Triangular",
    "Goes up and down between two rates, in straight lines.",
    lambda cycle, t, v: np.ones_like(t),
    _HEIGHT + "," + _WHERE,
    pros="Bears a careless maximum; every cycle ends at a low rate",
    cons="Ends as good as its last trough: stop at the end of a cycle",
    best_for="Finding out quickly what a network can do",
)

TRIANGULAR2 = _cyclic(
    "triangular2",
    "Triangular2",
    "As triangular, with half the height after every cycle.",
    lambda cycle, t, v: np.asarray(1 / 2.0 ** (cycle - 1)),
    _HEIGHT + r"\,/\,2^{\,c-1}," + _WHERE,
    pros="Explores first and settles later; bears a careless maximum",
    cons="Never falls below its lower bound",
    best_for="Cyclical training to the end of a run",
)

EXP_RANGE = _cyclic(
    "exp_range",
    "Exp range",
    "As triangular, with a height that shrinks by γ at every step.",
    lambda cycle, t, v: np.asarray(v["gamma"] ** t),
    _HEIGHT + r"\,\gamma^{t}," + _WHERE,
    pros="Fades smoothly instead of by halves",
    cons="γ depends on the length of the run",
    best_for="Longer cyclical runs",
)


CYCLES = (COSINE_RESTARTS, TRIANGULAR, TRIANGULAR2, EXP_RANGE)
