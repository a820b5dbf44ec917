"""The demo of warmup: the same peak rate without and with a warmup, and a control of equal mean rate.

A warmup lowers the mean of the rate as well as its beginning. So a third arm trains at the constant
rate that has the same mean as the run with warmup: what it gains over *that* one is due to the shape.

Sources: Goyal et al. 2017, https://arxiv.org/abs/1706.02677; Kalra and Barkeshli 2024,
https://arxiv.org/abs/2406.09405, who find that its main use is to reach higher rates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from sims.contest import Contest, Line
from sims.errors import ParamError
from sims.events import Event, Step
from sims.lists import Several
from sims.params import Float, Int, Param
from sims.plan import Plan
from sims.schedules import SCHEDULES, WARMUP, WARMUP_START, Planned
from sims.smoothing import Curve
from sims.training import TRAINING

ARMS = {"without": "Without warmup", "with": "With warmup", "control": "Same mean rate"}
"""Arms by name, in the order of the plan."""
FIRST = 60
"""Updates at the beginning that are looked at closely."""
LOOKS = 5
"""How often each arm is measured on test images."""


OWN = {"optimizer": "adam", "batch_size": 128, "seeds": 5}
"""Defaults that differ from those of other experiments."""
KINDS = replace(
    WARMUP,
    label="Kind",
    meaning="How the rate climbs.",
    group="Warmup",
    default="linear",
    options={name: label for name, label in WARMUP.options.items() if name != "none"},
)


@dataclass(frozen=True)
class Warmup(Contest):
    """Which peak rate to train with and without which warmup."""

    lr: float = 0.08
    warmup: str = "linear"
    warmup_steps: int = 20
    warmup_start: float = 0.0
    steps: int = 200
    arms: tuple[str, ...] = ("without", "with", "control")
    optimizer: str = "adam"
    batch_size: int = 128
    seeds: int = 5
    sharpness_every: int = 20

    KIND: ClassVar[str] = "warmup"
    PARAMS: ClassVar[tuple[Param, ...]] = (
        Float(
            name="lr",
            label="Peak rate",
            meaning="The rate that the warmup climbs to, and the other run begins with.",
            group="Warmup",
            default=0.08,
            low=1e-6,
            high=10.0,
            log=True,
            reach=(1e-4, 1.0),
        ),
        KINDS,
        Int(
            name="warmup_steps",
            label="Warmup steps",
            meaning="Length of the warmup; 5 to 10 % of the run is customary.",
            group="Warmup",
            default=20,
            low=0,
            high=1000,
            unit="updates",
            reach=(0, 200),
        ),
        replace(WARMUP_START, group="Warmup"),
        Int(
            name="steps",
            label="Steps",
            meaning="Updates of every run.",
            group="Warmup",
            default=200,
            low=60,
            high=1000,
            unit="updates",
            log=True,
        ),
        Several(
            name="arms",
            label="Runs",
            meaning="What is trained side by side.",
            group="Warmup",
            default=tuple(ARMS),
            options=ARMS,
            most=len(ARMS),
        ),
        Int(
            name="sharpness_every",
            label="Sharpness every",
            meaning="Updates between two measurements of the first seed's sharpness; 0 turns them off.",
            group="Warmup",
            default=20,
            low=0,
            high=1000,
            unit="updates",
            reach=(0, 100),
        ),
        *(replace(param, default=OWN.get(param.name, param.default)) for param in TRAINING),
    )

    def check(self) -> None:
        """ParamError where the warmup is longer than the run, or a line cannot be planned."""
        if self.warmup_steps > self.steps:
            raise ParamError(
                f"Warmup steps must be at most the steps of the run, {self.steps}; {self.warmup_steps} was given."
            )
        super().check()

    def lines(self) -> tuple[Line, ...]:
        """Return the arms that are on; each is a constant rate, one of them behind a warmup."""
        constant = SCHEDULES["constant"]
        return tuple(Line(constant, self._rate(arm), ARMS[arm], arm) for arm in self.arms)

    def _rate(self, arm: str) -> float:
        if arm != "control":
            return self.lr
        warm = self.planned(Line(SCHEDULES["constant"], self.lr, ARMS["with"], "with"))
        return max(float(warm.rates().mean()), 1e-10)

    def planned(self, line: Line) -> Planned:
        """Return a line's rates: constant, with the warmup in front where it has one."""
        length = self.warmup_steps if line.style == "with" else 0
        kind = self.warmup if length else "none"
        given: dict[str, Any] = {}
        return Planned.of("constant", line.lr, self.steps, kind, length, self.warmup_start, given)

    def evaluate_at(self) -> tuple[int, ...]:
        """Return the numbers of completed updates after which all arms are measured."""
        return tuple(sorted({round(self.steps * (n + 1) / LOOKS) for n in range(LOOKS)}))

    def plan(self) -> Plan:
        """Return one arm for every line, with what happens in each layer, and the first seed's sharpness."""
        return replace(super().plan(), layers=True, sharpness_every=self.sharpness_every)


def first_peaks(warmup: Warmup, events: Iterable[Event]) -> Curve:
    """Return the highest loss (nats) of the first FIRST updates, shape (arms, seeds); NaN where there is none."""
    peaks = np.full((len(warmup.arms), warmup.seeds), np.nan)
    for event in events:
        if isinstance(event, Step) and event.step < FIRST:
            peaks[event.arm, event.seed] = np.fmax(peaks[event.arm, event.seed], event.loss)
    return peaks


MAP_STEPS = 120
"""Updates of each cell of the map."""
MAP_RATES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Peak rates of the map, as parts of the demo's."""
MAP_LENGTHS = (0, 6, 12, 24, 48)
"""Warmup lengths of the map, in updates."""


def cells(warmup: Warmup) -> list[list[Warmup]]:
    """Return the runs of the map, a row for every length and in it one for every peak rate; one seed each.

    ParamError where a peak rate of the map is out of range.
    """
    return [
        [
            replace(
                warmup,
                lr=float(f"{warmup.lr * part:.3g}"),
                warmup_steps=length,
                steps=MAP_STEPS,
                seeds=1,
                arms=("with",),
                sharpness_every=0,
            )
            for part in MAP_RATES
        ]
        for length in MAP_LENGTHS
    ]
