"""What a schedule is: one entry of the registry in `sims.schedules`, and what its functions are given."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sims.params import Flag, Float, Int, Param
from sims.smoothing import Curve

MOST_STEPS = 1_000_000
"""Updates that a schedule may have at the most."""

Values = Mapping[str, Any]
"""A schedule's own parameters by name, none left empty, with `base_lr` and `steps` beside them."""


class Situation(NamedTuple):
    """What an empty parameter follows: the steps that the schedule covers, its base rate, its warmup."""

    steps: int
    base_lr: float
    warmup_steps: int


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A learning rate schedule with all that the lesson says and does with it.

    `rate(t, values)` is the rate used for update t, for t = 0, 1, ... as a float64 array; `momentum`
    likewise, where the schedule moves the momentum as well. Both are None for a closed loop, whose
    rate depends on the loss. `code(values)` is Python that makes `scheduler` for an `optimizer`.
    `lowest` is base_lr as a part of the highest rate, for a schedule that begins below it.
    `opening` holds values with which the explorer opens instead of torch's defaults, because at
    those the curve would be another schedule's.
    """

    name: str
    label: str
    does: str
    formula: str
    params: tuple[Param, ...] = ()
    pros: str
    cons: str
    best_for: str
    source: tuple[str, str]
    rate: Callable[[Curve, Values], Curve] | None
    momentum: Callable[[Curve, Values], Curve] | None = None
    code: Callable[[Values], str]
    lowest: float = 1.0
    opening: Values = field(default_factory=dict)

    @property
    def closed_loop(self) -> bool:
        """Whether the rate depends on the loss, so that no curve can be planned."""
        return self.rate is None

    def settle(self, given: Values, situation: Situation) -> dict[str, Any]:
        """Return all parameters, those left empty worked out for the situation; ParamError for a bad one."""
        values: dict[str, Any] = {"base_lr": situation.base_lr, "steps": situation.steps}
        for param in self.params:
            value = param.parse(given.get(param.name, param.default))
            follow = param.follows
            values[param.name] = follow(situation) if value is None and follow is not None else value
        return values


def part_of(steps: int, part: float) -> int:
    """Return that part of a number of steps, rounded up, at least 1."""
    return max(1, math.ceil(steps * part - 1e-9))


def length(name: str, label: str, meaning: str, part: float, rule: str) -> Int:
    """Return a parameter counted in steps that is `part` of the run where it is left empty."""
    return Int(
        name=name,
        label=label,
        meaning=meaning,
        low=1,
        high=MOST_STEPS,
        unit="steps",
        log=True,
        reach=(1, 5000),
        follows=lambda situation: part_of(situation.steps, part),
        rule=rule,
    )


def factor(
    name: str, label: str, meaning: str, default: float | None, high: float = 1.0, **more: Any
) -> Float:
    """Return a parameter from 0 to 1, or to less than 1 where torch does not bear a 1."""
    return Float(name=name, label=label, meaning=meaning, default=default, low=0.0, high=high, **more)


def lowest_rate() -> Float:
    """Return `eta_min`, the rate at which a cosine ends."""
    return Float(
        name="eta_min",
        label="Lowest rate",
        meaning="The rate at the bottom of the cosine.",
        default=0.0,
        low=0.0,
        high=100.0,
        reach=(0.0, 0.1),
    )


def cycled_momentum(base: float, highest: float) -> tuple[Param, ...]:
    """Return the parameters of a momentum that falls as the rate rises; off unless asked for.

    Torch's default is on. A comparison in which only the learning rate differs needs it off, so it
    is off here, and the code on the page says so.
    """
    return (
        Flag(
            name="cycle_momentum",
            label="Cycle momentum",
            meaning="Lower the momentum while the rate is high. On in torch unless told otherwise; off here, so that "
            "schedules differ in nothing but the rate.",
        ),
        factor(
            "base_momentum", "Lowest momentum", "The momentum at the highest rate, where cycled.", base, 0.99
        ),
        factor(
            "max_momentum",
            "Highest momentum",
            "The momentum at the lowest rate, where cycled.",
            highest,
            0.99,
        ),
    )
