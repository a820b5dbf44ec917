"""The demo of the linear scaling rule: a larger batch at scaled and unscaled rates, on the same images.

A batch k times as large makes a k-th of the updates that an epoch has. Goyal et al. 2017
(https://arxiv.org/abs/1706.02677) multiply the rate by k as well, so that one large update goes about
as far as k small ones; Krizhevsky 2014 (https://arxiv.org/abs/1404.5997) weighs that against the
square root of k, which Malladi et al. 2022 (https://arxiv.org/abs/2205.10287) derive for Adam.

Every size cuts the same order of images, so after as many images all arms have seen the same ones, and
that is where they are measured.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from sims.contest import LOOKS, Contest, Line
from sims.errors import ParamError
from sims.events import Evaluation, Event
from sims.lists import Several
from sims.params import Float, Int, Param
from sims.plan import Arm
from sims.schedules import SCHEDULES, Planned
from sims.smoothing import Curve
from sims.training import TRAINING

BASE = "batch_small"
"""Style of the run with the small batch; it is always trained and always first."""
RULES = {"linear": "Linear: k times the rate", "sqrt": "Square root of k", "none": "Unchanged rate"}
"""How the rate of the large batch may follow its size, by name."""
SAID = {"linear": "linear", "sqrt": "square root", "none": "unchanged"}
LARGEST = 2048
"""Images of the largest batch."""


@dataclass(frozen=True)
class Scaling(Contest):
    """By how much the batch grows, and what becomes of the rate.

    `steps` are the updates of the small batch. They follow from `images` and the batch sizes, rounded
    down to whole updates of the large batch, so that all arms see as many images; 0 asks for that.
    """

    lr: float = 0.01
    factor: int = 4
    arms: tuple[str, ...] = tuple(RULES)
    images: int = 12_800
    warmup_steps: int = 0
    steps: int = 0
    batch_size: int = 32

    KIND: ClassVar[str] = "scaling"
    PARAMS: ClassVar[tuple[Param, ...]] = (
        Float(
            name="lr",
            label="Rate of the small batch",
            meaning="The rate that is scaled.",
            group="Scaling",
            default=0.01,
            low=1e-6,
            high=1.0,
            log=True,
            reach=(1e-4, 0.1),
        ),
        Int(
            name="batch_size",
            label="Small batch",
            meaning="Images per update of the run that the others are to follow.",
            group="Scaling",
            default=32,
            low=8,
            high=512,
            unit="images",
            log=True,
        ),
        Int(
            name="factor",
            label="Factor k",
            meaning=f"How many times larger the large batch is; it may have up to {LARGEST:,} images.",
            group="Scaling",
            default=4,
            low=2,
            high=64,
            log=True,
        ),
        Several(
            name="arms",
            label="Rate of the large batch",
            meaning="What is trained beside the small batch.",
            group="Scaling",
            default=tuple(RULES),
            options=RULES,
            most=len(RULES),
        ),
        Int(
            name="images",
            label="Images seen",
            meaning="By every run, rounded down to whole large batches; an epoch is 60,000.",
            group="Scaling",
            default=12_800,
            low=640,
            high=60_000,
            unit="images",
            log=True,
        ),
        Int(
            name="warmup_steps",
            label="Warmup of the large batch",
            meaning="Updates in which its rate climbs from that of the small batch to the scaled one.",
            group="Scaling",
            default=0,
            low=0,
            high=500,
            unit="updates",
            reach=(0, 50),
        ),
        *(param for param in TRAINING if param.name != "batch_size"),
    )

    def __post_init__(self) -> None:
        given = self.steps
        super().__post_init__()
        object.__setattr__(self, "steps", self.large_steps * self.factor)
        if given not in (0, self.steps):
            raise ParamError(
                f"Steps follow from the images seen and the batch sizes: {self.steps}; {given} was given."
            )

    @property
    def large(self) -> int:
        """Images per update of the large batch."""
        return self.batch_size * self.factor

    @property
    def large_steps(self) -> int:
        """Updates of the large batch."""
        return self.images // self.large

    def check(self) -> None:
        """ParamError where the large batch is too large, or for the images, or for its warmup."""
        if self.large > LARGEST:
            raise ParamError(
                f"The large batch must have at most {LARGEST:,} images; {self.factor} times {self.batch_size} is "
                f"{self.large:,}."
            )
        if self.large_steps < 2:
            raise ParamError(
                f"Images seen must be at least {2 * self.large:,}, two updates of the large batch; "
                f"{self.images:,} was given."
            )
        if self.warmup_steps > self.large_steps:
            raise ParamError(
                f"Warmup of the large batch must be at most its {self.large_steps} updates; "
                f"{self.warmup_steps} was given."
            )
        super().check()

    def lines(self) -> tuple[Line, ...]:
        """Return the small batch, then the large one under each rule that is on."""
        constant, k = SCHEDULES["constant"], self.factor
        times = {"linear": k, "sqrt": math.sqrt(k), "none": 1.0}
        small = Line(constant, self.lr, f"Batch {self.batch_size} at {self.lr:.3g}", BASE)
        return (
            small,
            *(
                Line(
                    constant,
                    self.lr * times[rule],
                    f"Batch {self.large} at {self.lr * times[rule]:.3g}, {SAID[rule]}",
                    f"batch_{rule}",
                    batch_size=self.large,
                )
                for rule in self.arms
            ),
        )

    def planned(self, line: Line) -> Planned:
        """Return a line's rates: constant, behind a climb from the small batch's rate where there is one."""
        if line.batch_size is None:
            return Planned.of("constant", line.lr, self.large_steps * self.factor, None, 0, 0.0, {})
        climbs = self.warmup_steps if line.lr > self.lr else 0
        start = self.lr / line.lr if climbs else 0.0
        return Planned.of("constant", line.lr, self.large_steps, None, climbs, start, {})

    def looks(self, line: Line) -> tuple[int, ...]:
        """Return the numbers of a line's completed updates after which it is measured, at equal images seen."""
        each = 1 if line.batch_size else self.factor
        return tuple(
            each * update
            for update in sorted({max(1, round(self.large_steps * (n + 1) / LOOKS)) for n in range(LOOKS)})
        )

    def evaluate_at(self) -> tuple[int, ...]:
        """Return all numbers of completed updates after which one line or another is measured."""
        return tuple(sorted({update for line in self.lines() for update in self.looks(line)}))

    def arm(self, line: Line) -> Arm:
        """Return the arm of a line, measured at its own numbers of updates."""
        return replace(super().arm(line), evaluate_at=self.looks(line))


def measured(scaling: Scaling, events: Iterable[Event]) -> Curve:
    """Return the test losses (nats), shape (lines, seeds, looks); NaN where there is none or it is not finite."""
    lines = scaling.lines()
    place = [{update: n for n, update in enumerate(scaling.looks(line))} for line in lines]
    losses = np.full((len(lines), scaling.seeds, len(place[0])), np.nan)
    for event in events:
        if isinstance(event, Evaluation) and math.isfinite(event.loss):
            losses[event.arm, event.seed, place[event.arm][event.step]] = event.loss
    return losses


def distances(losses: Curve) -> Curve:
    """Return how far each large batch is from the small one, nats, shape (lines - 1, seeds).

    It is the mean over the measurements of the absolute difference in test loss of the same seed,
    after as many images; NaN where a run diverged. `losses` are those of `measured`.
    """
    gaps: Curve = np.abs(losses[1:] - losses[0]).mean(axis=2)
    return gaps


def between_seeds(losses: Curve) -> float:
    """Return how far two seeds of the small batch are from each other, measured as `distances` are.

    It is the mean over all pairs of seeds; NaN with one seed.
    """
    small = losses[0]
    pairs = [float(np.abs(one - other).mean()) for n, one in enumerate(small) for other in small[n + 1 :]]
    return float(np.mean(pairs)) if pairs else math.nan
