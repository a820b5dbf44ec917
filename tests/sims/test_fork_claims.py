"""What the fork's page claims, on real training: the run that it opens with, over its five seeds."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from sims.data import Data
from sims.events import Evaluation
from sims.fork import Fork
from sims.ranking import Finish, larger_than_spread
from sims.smoothing import Curve
from tests.sims.training import run

AFTER = 30
"""Updates after the fork by which the branch is ahead."""
LATE, EARLY = Fork(), Fork(at=20)


@pytest.fixture(scope="module")
def losses(mnist: Data) -> Iterator[dict[tuple[str, int], Curve]]:
    """Return test losses by arm and step, shape (seeds,), on one CPU thread as a worker has it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    plan = LATE.plan()
    names = ("on", "late", "early")
    looks = (LATE.at + AFTER, LATE.steps)
    plan = replace(plan, arms=(*plan.arms, EARLY.plan().arms[1]), evaluate_at=looks, evaluate_on=2000)
    found: dict[tuple[str, int], Curve] = {}
    for event in run(plan, mnist):
        if isinstance(event, Evaluation):
            row = found.setdefault((names[event.arm], event.step), np.full(len(plan.seeds), np.nan))
            row[event.seed] = event.loss
    yield found
    torch.set_num_threads(before)


def clear(lower: Curve, higher: Curve) -> bool:
    """Whether `lower` is lower seed by seed, by more than the seeds differ."""
    ends = [Finish("", "", 0, tuple(row.tolist()), ()) for row in (lower, higher)]
    return larger_than_spread(*ends)


def test_a_late_drop_ends_lower_than_going_on(losses: dict[tuple[str, int], Curve]) -> None:
    # Of ten seeds all do, by 0.071 on average (95 % interval 0.038 to 0.105).
    on, late = losses["on", LATE.steps], losses["late", LATE.steps]
    assert len(on) == 5
    assert clear(late, on)


def test_it_is_lower_within_some_tens_of_updates(losses: dict[tuple[str, int], Curve]) -> None:
    # Of ten seeds all are, by 0.070 on average (0.040 to 0.100).
    gaps = losses["on", LATE.at + AFTER] - losses["late", LATE.at + AFTER]
    assert gaps.mean() > 0.02
    assert (gaps > 0).sum() >= 4


def test_an_early_drop_ends_above_a_late_one_with_most_seeds(losses: dict[tuple[str, int], Curve]) -> None:
    # Of ten seeds 8 do; the others had been harmed by the high rate meanwhile, one of them badly.
    gaps = losses["early", LATE.steps] - losses["late", LATE.steps]
    assert gaps.mean() > 0
    assert (gaps > 0).sum() >= 4
