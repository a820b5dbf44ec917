"""A contest: arms that differ in their schedule and in nothing else, trained on equal terms.

All arms of a seed share initial weights and batches and are measured on the same test images. The
schedule explorer and the demos of warmup and of cyclical rates are contests.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sims.experiment import Experiment
from sims.plan import Arm, Plan, Plateau
from sims.schedule import Schedule
from sims.schedules import Planned
from sims.smoothing import Curve

LOOKS = 8
"""How often each arm is measured on test images."""
ON_THE_WAY, AT_THE_END = 1000, 10_000
"""Test images that a measurement uses; the one after the last update uses all."""


class Line(NamedTuple):
    """What one arm of a contest is: a schedule, the base rate given to it, and what it is called.

    `style` names how it is drawn (see `components.theme`). One of several rates that were tried is
    no `main` line: the best of them counts and the others are drawn thin. The scheduler is stepped
    after every `step_every` updates: 1, unless somebody takes it for one that counts epochs. An update
    sees `batch_size` images, those of the contest's own batch size where it is None. A line with
    `fork_of` begins before update `fork_at` as a copy of that one (see `sims.plan.Arm`).
    """

    schedule: Schedule
    lr: float
    label: str
    style: str
    main: bool = True
    step_every: int = 1
    batch_size: int | None = None
    fork_of: int | None = None
    fork_at: int = 0


@dataclass(frozen=True)
class Contest(Experiment):
    """What all contests share; a subclass says its lines and how each is planned."""

    lr: float = 0.1
    steps: int = 400
    network: str = "small"
    optimizer: str = "sgd"
    momentum: float = 0.9
    batch_size: int = 64
    seeds: int = 3

    @abstractmethod
    def lines(self) -> tuple[Line, ...]:
        """Return what each arm is, in the order of the plan."""

    @abstractmethod
    def planned(self, line: Line) -> Planned:
        """Return a line's schedule with all its settings worked out."""

    def rates(self, line: Line) -> Curve | None:
        """Return the planned rate of every update of a line, float64; None for a closed loop."""
        return None if line.schedule.closed_loop else self._held(line, self.planned(line).rates())

    def _held(self, line: Line, values: Curve) -> Curve:
        """Return what a scheduler that is stepped every `step_every` updates makes of `values`, one for each step of it."""
        return values[np.arange(len(values)) // line.step_every]

    def check(self) -> None:
        """ParamError where a line cannot be planned with these settings."""
        for line in self.lines():
            self.planned(line)

    def evaluate_at(self) -> tuple[int, ...]:
        """Return the numbers of completed updates after which all arms are measured."""
        return tuple(sorted({round(self.steps * (n + 1) / LOOKS) for n in range(LOOKS)}))

    def marked(self) -> tuple[int, ...]:
        """Return which of these numbers are marked on the chart: all, unless some say more than others."""
        return self.evaluate_at()

    def updates(self, line: Line) -> int:
        """Return how many updates a line makes."""
        planned = self.planned(line)
        return planned.warmup_steps + len(planned.t)

    def plan(self) -> Plan:
        """Return one arm for every line."""
        return Plan(
            tuple(self.arm(line) for line in self.lines()),
            tuple(range(self.seeds)),
            self.network,
            evaluate_at=self.evaluate_at(),
            evaluate_on=ON_THE_WAY,
            finally_on=AT_THE_END,
        )

    def arm(self, line: Line) -> Arm:
        """Return the arm of a line."""
        planned = self.planned(line)
        values, plateau = planned.values, None
        if line.schedule.closed_loop:
            names = ("interval", "factor", "patience", "threshold", "cooldown", "min_lr")
            plateau = Plateau(begin=planned.warmup_steps, **{name: values[name] for name in names})
        momenta: tuple[float, ...] = ()
        if values.get("cycle_momentum"):
            momenta = tuple(self._held(line, planned.momenta(self.momentum)).tolist())
        rates = tuple(self._held(line, planned.rates()).tolist())
        images = line.batch_size or self.batch_size
        return Arm(line.label, rates, self.optimizer, self.momentum, 0.0, images, momenta, plateau)


TUNING = (1 / 3, 1.0, 3.0)
"""Parts of the base rate at which a constant rate is tried."""


def tuned_constant(constant: Schedule, lr: float) -> list[Line]:
    """Return the lines of a tuned constant rate: a third of `lr`, `lr`, and three times it."""
    return [
        Line(constant, lr * part, f"{constant.label} {lr * part:.2g}", constant.name, part == 1.0)
        for part in TUNING
    ]
