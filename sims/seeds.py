"""The curve of one arm over several seeds, put together as its points arrive in any order of seeds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sims.smoothing import Ema


@dataclass
class SeedCurves:
    """Values of each seed as they grow, each smoothed by itself, and what they come to together.

    `raw[seed]` and `smoothed[seed]` have one value for each step. `rows` has (lowest, mean, highest)
    of the smoothed values for every step that all seeds have made; it ends where the first of them
    ended, because a mean over fewer would jump.
    """

    seeds: int
    beta: float
    raw: list[list[float]] = field(init=False)
    smoothed: list[list[float]] = field(init=False)
    rows: list[tuple[float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.raw = [[] for _ in range(self.seeds)]
        self.smoothed = [[] for _ in range(self.seeds)]
        self._averages = [Ema(self.beta) for _ in range(self.seeds)]

    def warm(self, seed: int, values: Sequence[float]) -> None:
        """Have the smoothing of a seed that has no value yet go on from `values`."""
        for value in values:
            self._averages[seed].add(value)

    def add(self, seed: int, value: float) -> int:
        """Append the next value of a seed and return how many rows have been gained."""
        self.raw[seed].append(value)
        self.smoothed[seed].append(self._averages[seed].add(value))
        before = len(self.rows)
        while all(len(curve) > len(self.rows) for curve in self.smoothed):
            row = [curve[len(self.rows)] for curve in self.smoothed]
            self.rows.append((min(row), sum(row) / len(row), max(row)))
        return len(self.rows) - before
