"""Gradient descent on a parabola: where the steps land, and where they stop coming nearer."""

import itertools

import pytest

from sims.parabola import Kind, factor, kind, limit, loss, path


def test_a_path_follows_the_gradient() -> None:
    taken = path(0.3, 1.5, -2.0, 4)
    assert len(taken) == 5
    assert taken[0] == -2.0
    for before, after in itertools.pairwise(taken):
        slope = (loss(before + 1e-6, 1.5) - loss(before - 1e-6, 1.5)) / 2e-6
        assert after == pytest.approx(before - 0.3 * slope, abs=1e-6)


@pytest.mark.parametrize("curvature", [0.5, 1.0, 2.0])
def test_below_the_limit_the_loss_falls_and_beyond_it_it_rises(curvature: float) -> None:
    for part, falls in ((0.05, True), (0.5, True), (0.99, True), (1.01, False), (1.5, False)):
        before, after = path(part * limit(curvature), curvature, -2.0, 1)
        assert (loss(after, curvature) < loss(before, curvature)) is falls


@pytest.mark.parametrize(
    ("rate", "curvature", "expected"),
    [
        (0.1, 1.0, "creeps"),
        (0.45, 1.0, "creeps"),
        (0.5, 1.0, "direct"),
        (0.3, 2.0, "direct"),
        (1.0, 1.0, "lands"),
        (0.5, 2.0, "lands"),
        (1.05, 1.0, "overshoots"),
        (1.95, 1.0, "overshoots"),
        (2.0, 1.0, "bounces"),
        (1.6, 1.25, "bounces"),
        (2.05, 1.0, "diverges"),
        (3.0, 0.5, "overshoots"),
    ],
)
def test_what_the_updates_do(rate: float, curvature: float, expected: Kind) -> None:
    assert kind(rate, curvature) == expected


def test_twice_the_limit_means_three_times_the_distance() -> None:
    assert factor(2 * limit(1.25), 1.25) == -3
    assert path(1.6, 1.25, 2.0, 3) == [2.0, -2.0, 2.0, -2.0]
