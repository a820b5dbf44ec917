"""A race's curves grow from its events: rates, losses over seeds, mean accuracies, and who diverged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.events import Diverged, Evaluation, Finished, Step
from sims.explorer import Explorer
from sims.race import Race
from sims.seeds import SeedCurves
from sims.smoothing import ema


def race(seeds: int = 2, schedules: tuple[str, ...] = ("cosine", "reduce_on_plateau")) -> Race:
    """Return a race that has had no events."""
    return Race(Explorer(steps=40, seeds=seeds, schedules=schedules), 0.5)


def step(arm: int, seed: int, number: int, loss: float, lr: float = 0.1) -> Step:
    return Step(arm, seed, number, loss, lr, 0.9, 1.0, 0.01)


def evaluation(arm: int, seed: int, after: int, accuracy: float) -> Evaluation:
    return Evaluation(arm, seed, after, 0.1, accuracy, 1000)


# Curves over seeds


def test_rows_are_the_lowest_the_mean_and_the_highest_of_all_seeds() -> None:
    curves = SeedCurves(3, beta=0)
    assert [curves.add(seed, value) for seed, value in ((0, 1.0), (2, 6.0), (1, 2.0))] == [0, 0, 1]
    assert curves.rows == [(1.0, 3.0, 6.0)]


def test_every_seed_is_smoothed_by_itself() -> None:
    curves = SeedCurves(2, beta=0.5)
    for one, other in ((1.0, 10.0), (4.0, 40.0)):
        curves.add(0, one)
        curves.add(1, other)
    assert curves.raw == [[1.0, 4.0], [10.0, 40.0]]
    assert curves.smoothed == [pytest.approx([1.0, 3.0]), pytest.approx([10.0, 30.0])]
    assert curves.rows == [pytest.approx((1.0, 5.5, 10.0)), pytest.approx((3.0, 16.5, 30.0))]


def test_there_is_a_row_for_every_step_that_all_seeds_have_made() -> None:
    curves = SeedCurves(2, beta=0)
    assert [curves.add(0, value) for value in (1.0, 2.0, 3.0)] == [0, 0, 0]
    assert curves.add(1, 5.0) == 1
    assert curves.rows == [(1.0, 3.0, 5.0)]
    assert curves.add(1, 6.0) == 1
    assert [curves.add(0, 4.0), len(curves.rows)] == [0, 2]


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 5)), max_size=40), st.floats(0, 0.95))
def test_the_order_in_which_seeds_arrive_does_not_matter(
    points: list[tuple[int, float]], beta: float
) -> None:
    mixed, sorted_by_seed = SeedCurves(3, beta), SeedCurves(3, beta)
    gained = sum(mixed.add(*point) for point in points)
    for point in sorted(points, key=lambda point: point[0]):
        sorted_by_seed.add(*point)
    assert mixed == sorted_by_seed
    assert gained == len(mixed.rows) == min(len(seed) for seed in mixed.raw)
    for raw, smoothed in zip(mixed.raw, mixed.smoothed, strict=True):
        assert smoothed == pytest.approx(ema(raw, beta).tolist())


# Races


def test_steps_go_to_their_arm_and_seed() -> None:
    made = race()
    gained = [
        made.take(step(0, 0, 0, 2.0, lr=0.3)),
        made.take(step(1, 0, 0, 8.0)),
        made.take(step(0, 1, 0, 4.0, lr=0.3)),
        made.take(step(0, 1, 1, 1.0, lr=0.2)),
    ]
    assert gained == [0, 0, 1, 0]
    assert made.lrs == [[[0.3], [0.3, 0.2]], [[0.1], []]]
    assert made.losses[0].rows == [(2.0, 3.0, 4.0)]
    assert made.losses[1].raw == [[8.0], []]


def test_an_accuracy_is_told_once_every_seed_is_measured() -> None:
    made = race(seeds=3)
    taken = [made.take(evaluation(0, seed, 5, value)) for seed, value in enumerate((0.5, 0.75, 0.25))]
    assert taken == [0, 0, 1]
    assert made.accuracies[0] == [(5, 0.5)]
    assert made.accuracies[1] == []
    assert [made.take(evaluation(1, seed, 5, 0.7)) for seed in range(3)] == [0, 0, 1]


def test_an_accuracy_is_the_mean_over_the_seeds_that_live() -> None:
    made = race(seeds=3)
    end = Diverged(0, 1, 7, 3.0, "non-finite")
    for seed in range(3):
        made.take(evaluation(0, seed, 5, 0.75))
    made.take(end)
    assert made.ended == {(0, 1): end}
    assert [made.take(evaluation(0, seed, 10, value)) for seed, value in ((0, 0.5), (2, 0.75))] == [0, 1]
    assert made.accuracies[0] == [(5, 0.75), (10, 0.625)]
    assert [made.take(evaluation(1, seed, 10, 0.7)) for seed in range(3)] == [0, 0, 1]


def test_other_events_add_no_points() -> None:
    made = race()
    assert made.take(Finished(1.0)) == 0
    assert made.take(Diverged(0, 1, 7, 3.0, "non-finite")) == 0
    assert made.losses[0].rows == []


@pytest.mark.parametrize(("seeds", "curve"), [(1, [1.0, 4.0]), (2, [1.0, 3.0])])
def test_a_single_seed_is_shown_raw_and_several_are_shown_smoothed(seeds: int, curve: list[Any]) -> None:
    made = race(seeds)
    made.take(step(0, 0, 0, 1.0))
    made.take(step(0, 0, 1, 4.0))
    assert made.shown(0, 0) == pytest.approx(curve)


def test_the_applied_rate_is_drawn_for_each_seed_only_where_it_depends_on_the_loss() -> None:
    made = race(seeds=3)
    assert [line.schedule.name for line in made.lines] == ["cosine", "reduce_on_plateau"]
    assert (list(made.applied(0)), list(made.applied(1))) == ([0], [0, 1, 2])
