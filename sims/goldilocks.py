"""Goldilocks: the same network at three constant rates, one too low, one just right, one too high.

The three share initial weights and batches, so that everything that differs between them comes from
the rate. Which rates deserve their names was measured on MNIST and is held by tests; whether those
that a learner sets do is for the run to say.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from sims.contest import Contest, Line
from sims.errors import ParamError
from sims.params import Float, Int, Param
from sims.schedules import SCHEDULES, Planned
from sims.training import TRAINING

NAMES = {"low": "Too low", "right": "Just right", "high": "Too high"}
"""Settings that hold a rate, and what it is called."""
STYLES = {"low": "too_low", "right": "just_right", "high": "too_high"}
"""How the line of each is drawn, see `components.theme`."""


def _rate(name: str, meaning: str, default: float, reach: tuple[float, float]) -> Float:
    return Float(
        name=name,
        label=NAMES[name],
        meaning=meaning,
        group="Three rates",
        default=default,
        low=1e-6,
        high=100.0,
        log=True,
        reach=reach,
    )


@dataclass(frozen=True)
class Goldilocks(Contest):
    """Three constant rates, low < right < high; `lr` is the one that is just right."""

    low: float = 0.0003
    right: float = 0.05
    high: float = 0.6
    steps: int = 300
    lr: float = field(init=False)

    KIND: ClassVar[str] = "goldilocks"
    PARAMS: ClassVar[tuple[Param, ...]] = (
        _rate("low", "A rate at which training crawls.", 0.0003, (1e-5, 0.1)),
        _rate("right", "A rate at which it gets somewhere.", 0.05, (1e-4, 1.0)),
        _rate("high", "A rate at which its steps overshoot.", 0.6, (1e-3, 100.0)),
        Int(
            name="steps",
            label="Steps",
            meaning="Updates of every run.",
            group="Three rates",
            default=300,
            low=20,
            high=2000,
            unit="updates",
            log=True,
        ),
        *TRAINING,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "lr", self.right)

    def check(self) -> None:
        """ParamError where the rates do not rise from too low to too high."""
        if not self.low < self.right < self.high:
            raise ParamError(
                "The three rates must rise, too low below just right below too high; "
                f"{self.low:g}, {self.right:g} and {self.high:g} were given."
            )
        super().check()

    def lines(self) -> tuple[Line, ...]:
        """Return one line for each rate, from the lowest to the highest."""
        return tuple(
            Line(SCHEDULES["constant"], rate, f"{NAMES[name]}, {rate:g}", STYLES[name])
            for name, rate in (("low", self.low), ("right", self.right), ("high", self.high))
        )

    def planned(self, line: Line) -> Planned:
        """Return the constant schedule at a line's rate."""
        return Planned.of("constant", line.lr, self.steps, None, 0, 0.0, {})
