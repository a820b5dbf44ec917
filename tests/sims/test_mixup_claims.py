"""What the demo of mix-ups claims, on real training: five seeds, 400 updates of 64, an epoch of 40."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from sims.data import Data
from sims.mixup import RIGHT, Mixup
from sims.ranking import Finish, finishes, larger_than_spread
from tests.sims.training import run


def race(data: Data, lr: float, *trained: str) -> dict[str, Finish]:
    """Return how these ways to step end, by name; the right cosine is left after one update unless it is among them."""
    made = Mixup(setups=tuple(name for name in trained if name != RIGHT), lr=lr, seeds=5)
    plan = made.plan()
    arms = tuple(
        arm if line.style in trained else replace(arm, lrs=arm.lrs[:1])
        for line, arm in zip(made.lines(), plan.arms, strict=True)
    )
    events = run(replace(plan, arms=arms, evaluate_at=(made.steps,)), data)
    return {end.schedule: end for end in finishes(made, events) if end.schedule in trained}


@pytest.fixture(scope="module")
def one_thread_throughout() -> Iterator[None]:
    """Train on one CPU thread, as a worker does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def high(one_thread_throughout: None, mnist: Data) -> dict[str, Finish]:
    ends = race(mnist, 0.1, RIGHT, "cosine_slow", "cosine_swings", "one_cycle_slow")
    return ends | race(mnist, 0.1, "cosine_stairs", "step_dies")


@pytest.fixture(scope="module")
def low(one_thread_throughout: None, mnist: Data) -> dict[str, Finish]:
    return race(mnist, 0.02, RIGHT, "cosine_slow")


@pytest.mark.parametrize("wrong", ["cosine_slow", "cosine_swings", "one_cycle_slow", "step_dies"])
def test_at_a_high_rate_every_mix_up_costs_more_than_the_spread(high: dict[str, Finish], wrong: str) -> None:
    assert high[RIGHT].failed == 0
    assert larger_than_spread(high[RIGHT], high[wrong])
    assert high[wrong].loss > 1.3 * high[RIGHT].loss


def test_of_the_two_right_ways_neither_costs_anything_like_it(high: dict[str, Finish]) -> None:
    apart = abs(high["cosine_stairs"].loss - high[RIGHT].loss)
    assert apart < 0.25 * (high["cosine_slow"].loss - high[RIGHT].loss)


def test_step_decay_in_epochs_stepped_per_update_ends_the_training_before_it_began(
    high: dict[str, Finish],
) -> None:
    assert high["step_dies"].loss > 1.5
    assert max(high["step_dies"].accuracies) < 0.75


def test_at_a_low_rate_a_cosine_that_hardly_moves_ends_below_the_right_one(low: dict[str, Finish]) -> None:
    assert larger_than_spread(low["cosine_slow"], low[RIGHT])
