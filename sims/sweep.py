"""The curves of one range test, put together from its events: raw losses, and the mean over seeds."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from sims.events import Diverged, Event, Step
from sims.range_test import RangeTest
from sims.seeds import SeedCurves


@dataclass
class Sweep:
    """The curves of one sweep as they grow: a list of rates and one of losses for each seed.

    `mean` has a row (rate, lowest, mean, highest) of the smoothed losses for every step that all
    seeds have made (see `SeedCurves`). `ended` holds the seeds that ended early.
    """

    spec: RangeTest
    beta: float
    lrs: list[list[float]] = field(init=False)
    ended: dict[int, Diverged] = field(default_factory=dict)
    mean: list[tuple[float, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lrs = [[] for _ in range(self.spec.seeds)]
        self._curves = SeedCurves(self.spec.seeds, self.beta)

    @property
    def losses(self) -> list[list[float]]:
        """Unsmoothed losses of every seed."""
        return self._curves.raw

    def step(self, event: Step) -> int:
        """Take in a step and return how many points the smoothed mean has gained."""
        self.lrs[event.seed].append(event.lr)
        gained = self._curves.add(event.seed, event.loss)
        for row in self._curves.rows[len(self.mean) :]:
            self.mean.append((self.lrs[0][len(self.mean)], *row))
        return gained

    @property
    def rates(self) -> list[float]:
        """The rate of every update of the sweep, made or not."""
        return self.spec.rates().tolist()  # type: ignore[no-any-return]

    def curves(self) -> list[tuple[list[float], list[float]]]:
        """Return rates and unsmoothed losses of every seed; a blow-up is a last loss that is not finite."""
        out = []
        for seed, (lrs, losses) in enumerate(zip(self.lrs, self.losses, strict=True)):
            end = self.ended.get(seed)
            if end is not None and end.reason == "non-finite":
                lrs, losses = [*lrs, self.rates[end.step]], [*losses, math.nan]
            out.append((lrs, losses))
        return out

    def feed(self, events: Iterable[Event]) -> "Sweep":
        """Take in events and return self."""
        for event in events:
            if isinstance(event, Step):
                self.step(event)
            elif isinstance(event, Diverged):
                self.ended[event.seed] = event
        return self
