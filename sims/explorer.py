"""The schedule explorer: up to six schedules trained against each other on equal budgets.

All arms of a seed share initial weights and batches and make the same number of updates, so that
they differ in nothing but the rate (and the momentum, where a schedule is told to cycle it). The
constant rate is a tuned one: it is trained at a third of the base rate, at the base rate and at
three times that, and the best of the three is the opponent that a schedule has to beat.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from sims.contest import Contest, Line, tuned_constant
from sims.errors import ParamError
from sims.lists import Several
from sims.params import Float, Int, Param, as_given
from sims.schedule import Schedule, part_of
from sims.schedules import SCHEDULES, WARMUP, WARMUP_START, Planned
from sims.training import TRAINING

MOST = 6
"""Schedules that are trained against each other at the most."""
OPENING = ("constant", "step", "linear", "cosine", "one_cycle")


def own_name(schedule: str, param: str) -> str:
    """Return what a schedule's own parameter is called among the explorer's settings."""
    return f"{schedule}-{param}"


def own_params(schedule: Schedule) -> tuple[Param, ...]:
    """Return a schedule's parameters as settings of the explorer, with the values it opens with."""
    return tuple(
        replace(
            param,
            name=own_name(schedule.name, param.name),
            default=schedule.opening.get(param.name, param.default),
            group=schedule.label,
        )
        for param in schedule.params
    )


@dataclass(frozen=True)
class Explorer(Contest):
    """Which schedules to train at which base rate; `own` holds (name, value) of parameters that were set.

    The base rate is the highest that a schedule reaches, unless its own parameters say otherwise.
    """

    warmup: str = "none"
    warmup_steps: int | None = None
    warmup_start: float = 0.0
    schedules: tuple[str, ...] = OPENING
    own: tuple[tuple[str, Any], ...] = field(default=())

    KIND: ClassVar[str] = "explorer"
    SHARED: ClassVar[tuple[Param, ...]] = (
        Float(
            name="lr",
            label="Base rate",
            meaning="The highest rate of every schedule, unless its own settings say otherwise.",
            group="Rate and length",
            default=0.1,
            low=1e-6,
            high=10.0,
            log=True,
            reach=(1e-4, 1.0),
        ),
        Int(
            name="steps",
            label="Steps",
            meaning="Updates of every run; an epoch at batch size 64 is 937.",
            group="Rate and length",
            default=400,
            low=20,
            high=2000,
            unit="updates",
            log=True,
        ),
        replace(WARMUP, group="Warmup"),
        Int(
            name="warmup_steps",
            label="Warmup steps",
            meaning="Updates before the schedule begins, where there is a warmup.",
            group="Warmup",
            low=0,
            high=2000,
            unit="updates",
            follows=lambda steps: part_of(steps, 0.1),
            rule="a tenth of the run",
            reach=(0, 400),
        ),
        replace(WARMUP_START, group="Warmup"),
    )

    @classmethod
    def which(cls) -> Several:
        """Return the parameter that says which schedules are on."""
        return Several(
            name="schedules",
            label="Schedules",
            meaning=f"Up to {MOST} at once.",
            group="Schedules",
            default=OPENING,
            options={name: schedule.label for name, schedule in SCHEDULES.items()},
            most=MOST,
        )

    @classmethod
    def shared(cls) -> tuple[Param, ...]:
        """Return the parameters that all schedules share."""
        return (*cls.SHARED, cls.which(), *TRAINING)

    @classmethod
    def params(cls) -> tuple[Param, ...]:
        """Return all parameters: those shared by all schedules, then each schedule's own."""
        return (*cls.shared(), *(param for entry in SCHEDULES.values() for param in own_params(entry)))

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> Self:
        """Build the settings from raw values by name, a schedule's own among them; ParamError."""
        mine = {param.name for entry in SCHEDULES.values() for param in own_params(entry)}
        shared = {name: value for name, value in raw.items() if name not in mine}
        unknown = sorted(set(shared) - {param.name for param in cls.shared()})
        if unknown:
            raise ParamError(f"There is no setting called {as_given(unknown[0])} in the schedule explorer.")
        own = tuple((name, value) for name, value in raw.items() if name in mine)
        return super().parse({**shared, "own": own})

    def as_dict(self) -> dict[str, Any]:
        """Return all settings by name, as `parse` takes them."""
        own = dict(self.own)
        return {
            param.name: getattr(self, param.name) if hasattr(self, param.name) else own.get(param.name, param.default)
            for param in self.params()
        }  # fmt: skip

    def __post_init__(self) -> None:
        for param in self.shared():
            object.__setattr__(self, param.name, param.parse(getattr(self, param.name)))
        known = {param.name: param for name in self.schedules for param in own_params(SCHEDULES[name])}
        own = {name: known[name].parse(value) for name, value in self.own if name in known}
        set_ones = {name: value for name, value in own.items() if value != known[name].default}
        object.__setattr__(self, "own", tuple(sorted(set_ones.items())))
        self.check()

    def check(self) -> None:
        """ParamError where a schedule cannot be planned with these settings."""
        if self.warm > self.steps:
            raise ParamError(
                f"Warmup steps must be at most the steps of the run, {self.steps}; {self.warm} was given."
            )
        super().check()

    @property
    def warm(self) -> int:
        """Updates of the warmup, 0 where there is none."""
        if self.warmup == "none":
            return 0
        return part_of(self.steps, 0.1) if self.warmup_steps is None else self.warmup_steps

    def lines(self) -> tuple[Line, ...]:
        """Return what each arm is, in the order of the registry; the constant rate comes at several."""
        out = []
        for name in self.schedules:
            schedule = SCHEDULES[name]
            if name == "constant":
                out += tuned_constant(schedule, self.lr)
            else:
                out.append(Line(schedule, self.lr, schedule.label, name))
        return tuple(out)

    def planned(self, line: Line) -> Planned:
        """Return a line's schedule with all its settings worked out."""
        prefix = own_name(line.schedule.name, "")
        given = {
            param.name.removeprefix(prefix): value
            for param, value in (
                (p, dict(self.own).get(p.name, p.default)) for p in own_params(line.schedule)
            )
        }
        return Planned.of(
            line.schedule.name,
            line.lr * line.schedule.lowest,
            self.steps,
            self.warmup,
            self.warm,
            self.warmup_start,
            given,
        )
