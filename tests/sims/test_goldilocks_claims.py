"""What the first page claims of its three rates, on real training: five seeds, batches of 64."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from sims.data import Data
from sims.events import Diverged, Evaluation, Event, Layers, Step
from sims.goldilocks import Goldilocks
from sims.ranking import Finish, finishes, larger_than_spread
from tests.sims.training import losses, of, run

SEEDS = range(5)


def trained(data: Data, arms: set[int], **settings: object) -> tuple[list[Finish], list[Event]]:
    """Return how these arms end (0 is the lowest rate), with all events; the others are left after one update."""
    made = Goldilocks.parse({"seeds": 5, **settings})
    plan = made.plan()
    kept = tuple(
        arm if place in arms else replace(arm, lrs=arm.lrs[:1]) for place, arm in enumerate(plan.arms)
    )
    looks = (made.steps * 7 // 8, made.steps)
    plan = replace(plan, arms=kept, evaluate_at=looks, layers=True)
    # One seed after the other, as only the first of a plan tells of its layers.
    events = [
        replace(event, seed=place) if isinstance(event, Step | Layers | Evaluation | Diverged) else event
        for place, seed in enumerate(plan.seeds)
        for event in run(replace(plan, seeds=(seed,)), data)
    ]
    return finishes(made, events), events


@pytest.fixture(scope="module")
def one_thread_throughout() -> Iterator[None]:
    """Train on one CPU thread, as a worker does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


Trained = tuple[list[Finish], list[Event]]


@pytest.fixture(scope="module")
def three(one_thread_throughout: None, mnist: Data) -> Trained:
    return trained(mnist, {0, 1, 2})


@pytest.fixture(scope="module")
def gentle(one_thread_throughout: None, mnist: Data) -> Trained:
    return trained(mnist, {2}, high=0.3)


@pytest.fixture(scope="module")
def adam(one_thread_throughout: None, mnist: Data) -> Trained:
    return trained(mnist, {0, 1, 2}, optimizer="adam", low=3e-5, right=5e-3, high=0.06)


@pytest.fixture(scope="module")
def far(one_thread_throughout: None, mnist: Data) -> Trained:
    return trained(mnist, {2}, high=100.0, steps=40)


def test_the_right_rate_trains_and_ends_lowest_with_every_seed(three: Trained) -> None:
    (low, right, high), _ = three
    assert right.failed == 0
    assert larger_than_spread(right, low)
    assert larger_than_spread(right, high)
    for seed in SEEDS:
        assert right.losses[seed] < min(0.25, low.losses[seed], high.losses[seed])


def test_the_low_rate_is_still_on_its_way_down_with_every_seed(three: Trained) -> None:
    (low, *_), events = three
    assert low.failed == 0
    assert min(low.losses) > 1.0
    for seed in SEEDS:
        before, end = (look.loss for look in of(Evaluation, events, 0, seed))
        assert end < before - 0.01


def test_the_low_rate_has_the_smoothest_curve_with_every_seed(three: Trained) -> None:
    _, events = three
    for seed in SEEDS:
        rough = [
            sum(max(0.0, b - a) for a, b in itertools.pairwise(curve))
            for curve in (losses(events, arm, seed)[:60] for arm in range(3))
        ]
        assert rough[0] == min(rough)


def test_the_high_rate_is_thrown_above_its_first_loss_and_then_guesses(three: Trained) -> None:
    (low, _, high), events = three
    assert high.failed >= 4
    for seed in SEEDS:
        curve = losses(events, 2, seed)
        assert max(curve[:40]) > curve[0] + 0.5
    assert sum(low.losses[seed] < high.losses[seed] for seed in SEEDS) >= 4


def test_where_the_high_rate_guesses_no_gradient_reaches_the_convolutions_any_more(three: Trained) -> None:
    (_, right, high), events = three
    for seed in SEEDS:
        moved = {arm: of(Layers, events, arm, seed)[-1].ratios for arm in (1, 2)}
        assert min(moved[1]) > 1e-3
        if high.losses[seed] > right.losses[seed] + 2:
            assert max(moved[2][:2]) < 1e-5  # what momentum has left of updates long past
            assert moved[2][2] > 0


def test_a_gentler_high_rate_kills_no_seed_but_ends_far_above(gentle: Trained, three: Trained) -> None:
    high, right = gentle[0][2], three[0][1]
    assert high.failed == 0
    for seed in SEEDS:
        assert high.losses[seed] > 3 * right.losses[seed]


def test_adam_tells_the_same_story_at_rates_ten_times_lower(adam: Trained) -> None:
    (low, right, high), events = adam
    for seed in SEEDS:
        assert right.losses[seed] < min(0.25, low.losses[seed], high.losses[seed])
        assert low.losses[seed] > 1.0
        assert max(losses(events, 2, seed)[:60]) > 3.0


def test_at_a_hundred_some_seeds_become_nan_and_none_learns(far: Trained) -> None:
    (*_, high), events = far
    broken = [seed for seed in SEEDS if of(Diverged, events, 2, seed)]
    assert 1 <= len(broken) < 5
    assert high.failed == 5
    for seed in broken:
        (end,) = of(Diverged, events, 2, seed)
        assert end.reason == "non-finite"
        assert len(of(Step, events, 2, seed)) == end.step < 10
