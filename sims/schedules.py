"""Every learning rate schedule: `SCHEDULES` says all there is to say of each, `curve` gives its rates.

Steps are optimiser updates counted from 0, and every length is in steps. `base_lr` is the rate that
a schedule starts from or, with a warmup, the one that it warms up to; it is the lower bound of
the triangular family, and one-cycle's peak `max_lr` is the same unless given. A warmup of W steps
comes first: update t of a linear one has base_lr * (start + (1 - start) * t / W), so that a warmup
from 0 begins at rate 0. The schedule proper covers the remaining steps, counted from 0 again.
Parameters carry torch's names where torch has the scheduler; where torch demands a length, or has
a default that suits epochs only, the default follows the number of steps that the schedule covers.

To add a schedule, add one entry: page, controls, plot, training and code follow from it.
"""

from typing import Any

import numpy as np

from sims.cycles import CYCLES
from sims.decays import DECAYS
from sims.errors import ParamError
from sims.newer import NEWER
from sims.one_cycle import ONE_CYCLE
from sims.params import Choice, Float, Int, as_given
from sims.plateau import REDUCE_ON_PLATEAU
from sims.schedule import MOST_STEPS, Schedule, Situation
from sims.smoothing import Curve
from sims.warmups import WARMUPS, warmup_rates

SCHEDULES: dict[str, Schedule] = {
    entry.name: entry for entry in (*DECAYS, *CYCLES, ONE_CYCLE, *NEWER, REDUCE_ON_PLATEAU)
}
"""The registry: name -> entry, in the order of the lesson."""

BASE_LR = Float(
    name="base_lr", label="Base rate", meaning="See above.", default=0.1, low=1e-10, high=100.0, log=True
)
TOTAL_STEPS = Int(
    name="total_steps",
    label="Total steps",
    meaning="Updates of the whole run, warmup included.",
    default=400,
    low=1,
    high=MOST_STEPS,
)
WARMUP = Choice(
    name="warmup",
    label="Warmup",
    meaning="How the rate climbs to the base rate before the schedule begins.",
    default="none",
    options={name: warmup.label for name, warmup in WARMUPS.items()},
)
WARMUP_START = Float(
    name="warmup_start",
    label="Warmup from",
    meaning="Part of the base rate at step 0.",
    default=0.0,
    low=0.0,
    high=1.0,
)


def entry(name: str) -> Schedule:
    """Return the schedule of that name; ParamError where there is none."""
    if name not in SCHEDULES:
        raise ParamError(f"Schedule must be one of {', '.join(SCHEDULES)}; {as_given(name)} was given.")
    return SCHEDULES[name]


def curve(
    name: str,
    *,
    base_lr: float,
    total_steps: int,
    warmup: str | None = None,
    warmup_steps: int = 0,
    warmup_start: float = 0.0,
    **given: Any,
) -> Curve:
    """Return the rate used for update 0, 1, ..., float64, shape (total_steps,).

    `given` are the schedule's own parameters, named and ranged as in its entry. `warmup` is a name
    in `sims.warmups.WARMUPS`; left out it is linear if there are `warmup_steps`, and none if not.
    ParamError for anything unknown or out of range, and for a closed loop, whose rate depends on
    the loss. Source: each entry's own.
    """
    plan = Planned.of(name, base_lr, total_steps, warmup, warmup_steps, warmup_start, given)
    if plan.entry.closed_loop:
        raise ParamError(f"{plan.entry.label} has no planned curve: its rate depends on the loss.")
    return plan.rates()


def momentum_curve(
    name: str, *, momentum: float, base_lr: float, total_steps: int, warmup_steps: int = 0, **given: Any
) -> Curve:
    """Return the momentum used for update 0, 1, ..., float64, shape (total_steps,).

    It is `momentum` throughout unless the schedule cycles it (`cycle_momentum`); arguments and
    errors otherwise as in `curve`.
    """
    warmup, start = given.pop("warmup", None), given.pop("warmup_start", 0.0)
    plan = Planned.of(name, base_lr, total_steps, warmup, warmup_steps, start, given)
    return plan.momenta(momentum)


class Planned:
    """A schedule with all its settings checked and worked out; `t` counts its own steps from 0."""

    def __init__(
        self, entry: Schedule, values: dict[str, Any], warmup: str, warmup_steps: int, warmup_start: float
    ) -> None:
        self.entry = entry
        self.values = values
        self.warmup = warmup
        self.warmup_steps = warmup_steps
        self.warmup_start = warmup_start
        self.t: Curve = np.arange(values["steps"], dtype=np.float64)

    @classmethod
    def of(
        cls,
        name: str,
        base_lr: float,
        total_steps: int,
        warmup: str | None,
        warmup_steps: int,
        warmup_start: float,
        given: dict[str, Any],
    ) -> "Planned":
        """Check everything and return it worked out; ParamError."""
        schedule = entry(name)
        base_lr, total_steps = BASE_LR.parse(base_lr), TOTAL_STEPS.parse(total_steps)
        before = Int(name="warmup_steps", label="Warmup steps", meaning="", low=0, high=total_steps)
        warmup_steps, start = before.parse(warmup_steps), WARMUP_START.parse(warmup_start)
        kind = WARMUP.parse(warmup if warmup is not None else "linear" if warmup_steps else "none")
        warmup_steps = 0 if kind == "none" else warmup_steps
        known = [param.name for param in schedule.params]
        unknown = sorted(set(given) - set(known))
        if unknown:
            allowed = f"it has {', '.join(known)}" if known else "it has none"
            raise ParamError(f"{schedule.label} has no parameter called {as_given(unknown[0])}; {allowed}.")
        values = schedule.settle(given, Situation(total_steps - warmup_steps, base_lr, warmup_steps))
        return cls(schedule, values, kind, warmup_steps, start)

    def rates(self) -> Curve:
        """Return the rate of every update; a closed loop's is what it would be with no drop."""
        before = warmup_rates(self.warmup, self.values["base_lr"], self.warmup_steps, self.warmup_start)
        rate = self.entry.rate
        main = np.full_like(self.t, self.values["base_lr"]) if rate is None else rate(self.t, self.values)
        return np.concatenate([before, main])

    def momenta(self, momentum: float) -> Curve:
        """Return the momentum of every update, `momentum` unless the schedule cycles it."""
        if self.entry.momentum is None or not self.values["cycle_momentum"]:
            return np.full(self.warmup_steps + len(self.t), float(momentum))
        cycled = self.entry.momentum(self.t, self.values)
        # Torch sets the first momentum as soon as the scheduler is made, so a warmup has it too.
        first = cycled[0] if len(cycled) else self.values["max_momentum"]
        return np.concatenate([np.full(self.warmup_steps, first), cycled])

    def code(self) -> str:
        """Return Python that makes `scheduler` for an `optimizer` whose rate is base_lr."""
        main = self.entry.code(self.values)
        if not self.warmup_steps:
            return main
        return _behind_warmup(main, self)


_IMPORT = "from torch.optim.lr_scheduler import "


def _behind_warmup(main: str, plan: Planned) -> str:
    """Return code that runs a warmup and then the schedule that `main` makes."""
    climb = WARMUPS[plan.warmup].code
    start = f"{plan.warmup_start!r} + {1 - plan.warmup_start!r} * " if plan.warmup_start else ""
    lines = main.splitlines()
    names = {line.removeprefix(_IMPORT) for line in lines if line.startswith(_IMPORT)}
    needs_math = "math" in climb or "import math" in lines
    body = "\n".join(line for line in lines if not line.startswith((_IMPORT, "import "))).strip()
    if plan.entry.closed_loop:  # torch puts none of these behind another scheduler
        names |= {"LambdaLR"}
        chained = [body, f"# in the first {plan.warmup_steps} steps instead: climb.step() after every update"]
    else:
        names |= {"LambdaLR", "SequentialLR"}
        chained = [
            body.replace("scheduler = ", "main = "),
            f"scheduler = SequentialLR(optimizer, [climb, main], milestones=[{plan.warmup_steps}])",
        ]
    return "\n".join(
        [
            *(["import math", ""] if needs_math else []),
            _IMPORT + ", ".join(sorted(names)),
            "",
            "def warmup(step):",
            f"    done = step / {plan.warmup_steps}",
            f"    return {start}{climb}",
            "",
            "climb = LambdaLR(optimizer, warmup)",
            "",
            *chained,
        ]
    )


def code(name: str, **settings: Any) -> str:
    """Return Python that makes torch's `scheduler` for an `optimizer` whose rate is base_lr.

    Arguments and errors as in `curve`. Calling `scheduler.step()` after every update gives the
    rates of `curve`.
    """
    common = {"warmup": None, "warmup_steps": 0, "warmup_start": 0.0}
    fixed = {key: settings.pop(key, default) for key, default in common.items()}
    return Planned.of(
        name, settings.pop("base_lr"), settings.pop("total_steps"), **fixed, given=settings
    ).code()
