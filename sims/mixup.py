"""Epochs and updates mixed up: what a scheduler does that is stepped more often, or less, than it was made for.

A scheduler of torch counts how often its `step()` was called and knows nothing of epochs or updates
(https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate). Its lengths are right
where they are given in what is counted. MNIST's own epochs, 937 updates of 64 images, are too long
to watch, so here a portion of the training set counts as an epoch: `epoch_steps` updates.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from sims.contest import Contest, Line
from sims.errors import ParamError
from sims.lists import Several
from sims.params import Float, Int, Param
from sims.schedules import SCHEDULES, Planned
from sims.training import TRAINING


class Setup(NamedTuple):
    """A scheduler, the unit in which its length was given, and after what it is stepped."""

    label: str
    schedule: str
    length_in: str
    stepped_per: str

    @property
    def right(self) -> bool:
        """Whether the scheduler is stepped once for every one of the units that its length counts."""
        return self.length_in == self.stepped_per


SETUPS: dict[str, Setup] = {
    "cosine_right": Setup("Cosine: T_max in updates, step() per update", "cosine", "update", "update"),
    "cosine_stairs": Setup("Cosine: T_max in epochs, step() per epoch", "cosine", "epoch", "epoch"),
    "cosine_slow": Setup("Cosine: T_max in updates, step() per epoch", "cosine", "update", "epoch"),
    "cosine_swings": Setup("Cosine: T_max in epochs, step() per update", "cosine", "epoch", "update"),
    "one_cycle": Setup(
        "One-cycle: total_steps in updates, step() per update", "one_cycle", "update", "update"
    ),
    "one_cycle_slow": Setup(
        "One-cycle: total_steps in updates, step() per epoch", "one_cycle", "update", "epoch"
    ),
    "step_dies": Setup("Step decay: step_size in epochs, step() per update", "step", "epoch", "update"),
}
"""Right ways and mix-ups by name, which is also the style of their lines; the first is always trained."""

RIGHT = next(iter(SETUPS))
DROPS = 3
"""Step decay divides the rate by ten after every third of the epochs."""


@dataclass(frozen=True)
class Mixup(Contest):
    """Which mix-ups are trained beside a cosine that is stepped as it should be."""

    setups: tuple[str, ...] = ("cosine_slow", "cosine_swings", "one_cycle_slow")
    epoch_steps: int = 40

    KIND: ClassVar[str] = "mixup"
    PARAMS: ClassVar[tuple[Param, ...]] = (
        Several(
            name="setups",
            label="Beside the right one",
            meaning="Up to four at once.",
            group="Mix-ups",
            default=("cosine_slow", "cosine_swings", "one_cycle_slow"),
            options={name: setup.label for name, setup in SETUPS.items() if name != RIGHT},
            most=4,
        ),
        Float(
            name="lr",
            label="Highest rate",
            meaning="Where the cosines and step decay begin, and the top of one-cycle.",
            group="Mix-ups",
            default=0.1,
            low=1e-6,
            high=10.0,
            log=True,
            reach=(1e-3, 1.0),
        ),
        Int(
            name="steps",
            label="Steps",
            meaning="Updates of every run.",
            group="Mix-ups",
            default=400,
            low=20,
            high=2000,
            unit="updates",
            log=True,
        ),
        Int(
            name="epoch_steps",
            label="An epoch here",
            meaning="Updates that count as an epoch: a portion of the training set. All of MNIST is 937 of 64 images.",
            group="Mix-ups",
            default=40,
            low=2,
            high=1000,
            unit="updates",
            log=True,
        ),
        *TRAINING,
    )

    def check(self) -> None:
        """ParamError where the run has less than two epochs, or a line cannot be planned."""
        if 2 * self.epoch_steps > self.steps:
            raise ParamError(
                f"An epoch here must be at most half the steps of the run, {self.steps // 2}; "
                f"{self.epoch_steps} was given."
            )
        super().check()

    @property
    def epochs(self) -> int:
        """Epochs of the run, the last of which may be cut short."""
        return math.ceil(self.steps / self.epoch_steps)

    def lines(self) -> tuple[Line, ...]:
        """Return the right cosine, then what was chosen beside it."""
        return tuple(
            Line(
                SCHEDULES[setup.schedule],
                self.lr,
                setup.label,
                name,
                step_every=self.epoch_steps if setup.stepped_per == "epoch" else 1,
            )
            for name, setup in SETUPS.items()
            if name == RIGHT or name in self.setups
        )

    def planned(self, line: Line) -> Planned:
        """Return a line's schedule as it was made: for each call of `step()` one value, whatever calls it."""
        setup = SETUPS[line.style]
        length = self.steps if setup.length_in == "update" else self.epochs
        given: dict[str, Any] = {}
        if setup.schedule == "cosine":
            given["T_max"] = length
        if setup.schedule == "step":
            given["step_size"] = math.ceil(length / DROPS)
        return Planned.of(setup.schedule, line.lr, self.steps, None, 0, 0.0, given)
