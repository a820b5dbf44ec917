"""Who came first in a race of schedules, and which of the differences another seed would not undo.

Two schedules of one seed share initial weights and batches, so their difference is taken seed by
seed. It counts as larger than the spread where its mean lies further from 0 than the half width of
its 95 % confidence interval (Student's t over the seeds). With one seed nothing can be told.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sims.audit import UNTRAINED
from sims.contest import Contest
from sims.events import Evaluation, Event
from sims.smoothing import Curve

STUCK = 0.95 * UNTRAINED
"""Test loss, in nats, above which a run is said to have failed: dead networks end at 2.30 rather than NaN."""
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}
"""Two-sided 95 % quantiles of Student's t by degrees of freedom (seeds - 1)."""


@dataclass(frozen=True)
class Finish:
    """How one schedule ended, over seeds.

    `losses` (nats) and `accuracies` (0..1) are of the test images after the last update, one for
    each seed, NaN where the arm diverged. `arm` is its position in the plan, `tried` the labels of
    all constant rates that were tried.
    """

    schedule: str
    label: str
    arm: int
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    tried: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """Seeds that diverged or ended with the loss of guessing, 2.303 nats, or next to it."""
        return sum(not loss < STUCK for loss in self.losses)

    @property
    def loss(self) -> float:
        """Mean test loss over the seeds that did not diverge; NaN where all did."""
        return _mean(self.losses)

    @property
    def accuracy(self) -> float:
        """Mean test accuracy over the seeds that did not diverge; NaN where all did."""
        return _mean(self.accuracies)


@dataclass(frozen=True)
class Ranking:
    """The schedules from best to worst: fewest failed seeds first, then lowest mean test loss.

    `clear[n]` says whether place n + 1 is behind the first by more than the spread. `sentence` says
    it all in words.
    """

    places: tuple[Finish, ...]
    clear: tuple[bool, ...]
    sentence: str


def finishes(contest: Contest, events: Iterable[Event]) -> list[Finish]:
    """Return how each schedule of a race ended, in the order of its lines; the constant is the best one."""
    lines, seeds = contest.lines(), contest.seeds
    losses, accuracies = (np.full((len(lines), seeds), np.nan) for _ in range(2))
    ends = [contest.updates(line) for line in lines]
    for event in events:
        if isinstance(event, Evaluation) and event.step == ends[event.arm] and math.isfinite(event.loss):
            losses[event.arm, event.seed] = event.loss
            accuracies[event.arm, event.seed] = event.accuracy
    all_lines = [
        Finish(line.style, line.label, arm, _tuple(losses[arm]), _tuple(accuracies[arm]))
        for arm, line in enumerate(lines)
    ]
    constants = sorted((one for one in all_lines if one.schedule == "constant"), key=_order)
    rest = [one for one in all_lines if one.schedule != "constant"]
    if not constants:
        return rest
    best, tried = constants[0], tuple(one.label for one in all_lines if one.schedule == "constant")
    return [
        Finish(best.schedule, best.label, best.arm, best.losses, best.accuracies, tried),
        *rest,
    ]


def rank(finished: Sequence[Finish]) -> Ranking:
    """Return the ranking of schedules that have finished; ValueError where there are none."""
    places = tuple(sorted(finished, key=_order))
    first, seeds = places[0], len(places[0].losses)
    clear = tuple(one is not first and larger_than_spread(first, one) for one in places)
    return Ranking(places, clear, _sentence(places, clear, seeds))


def larger_than_spread(first: Finish, other: Finish) -> bool:
    """Whether `first` ends below `other` by more than the seeds differ; see the module."""
    if other.failed > first.failed:
        return bool(_t_interval_clear(first, other)) or other.failed == len(other.losses) > 1
    return _t_interval_clear(first, other)


def _t_interval_clear(first: Finish, other: Finish) -> bool:
    gaps = np.subtract(other.losses, first.losses)
    gaps = gaps[np.isfinite(gaps)]
    if len(gaps) < 2:
        return False
    half = T95[len(gaps) - 1] * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    return bool(gaps.mean() > half)


def _order(one: Finish) -> tuple[int, float]:
    return one.failed, one.loss if math.isfinite(one.loss) else math.inf


def _tuple(row: Curve) -> tuple[float, ...]:
    return tuple(float(value) if math.isfinite(value) else math.nan for value in row)


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if math.isfinite(value)]
    return sum(there) / len(there) if there else math.nan


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _sentence(places: Sequence[Finish], clear: Sequence[bool], seeds: int) -> str:
    first = places[0]
    if first.failed == seeds:
        return "No schedule trained at this base rate: try a lower one."
    if len(places) == 1:
        return (
            f"{first.label} ends at a test loss of {first.loss:.3f}; switch on another schedule to compare."
        )
    lowest = all(first.loss <= one.loss or math.isnan(one.loss) for one in places)
    head = (
        f"{first.label} ends lowest, at"
        if lowest
        else f"{first.label} comes first: fewest seeds failed, with"
    )
    head += f" a test loss of {first.loss:.3f}"
    if seeds == 1:
        return head + " with this one seed, which cannot tell luck from schedule: train three or more."
    ahead = [one.label for one, is_clear in zip(places[1:], clear[1:], strict=True) if is_clear]
    level = [one.label for one, is_clear in zip(places[1:], clear[1:], strict=True) if not is_clear]
    parts = []
    if ahead:
        parts.append(f"its lead over {_list(ahead)} is larger than the spread over {seeds} seeds")
    if level:
        parts.append(
            f"over {_list(level)} it is not"
            if ahead
            else f"its lead over {_list(level)} is not larger than the spread over {seeds} seeds"
        )
    failed = [f"{one.label} failed with {one.failed} of {seeds}" for one in places if one.failed]
    return f"{head}; {', '.join(parts)}." + (f" {_list(failed)}." if failed else "")
