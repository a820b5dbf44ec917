"""Bands over seeds and the one recommendation: by eye, and where there is none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.agreement import Band, Recommendation, band, recommend
from sims.suggest import Suggestion, suggest_all
from tests.sims.curves import flat, sweep, u_curve


def said(lr: float | None) -> Suggestion:
    return Suggestion("steepest", lr, None if lr is None else 1.0, None if lr is None else 3, "for the test")


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([0.1], Band(0.1, 0.1, 0.1, 1, 1)),
        ([0.01, 0.1, 1.0], Band(0.01, 1.0, 0.1, 3, 3)),
        ([0.04, None, 0.01], Band(0.01, 0.04, 0.02, 2, 3)),
        ([None, None], None),
        ([], None),
    ],
)
def test_a_band_spans_the_seeds_that_have_a_suggestion(
    rates: list[float | None], expected: Band | None
) -> None:
    found = band(map(said, rates))
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert (found.low, found.high, found.n, found.seeds) == (
            expected.low,
            expected.high,
            expected.n,
            expected.seeds,
        )
        assert found.centre == pytest.approx(expected.centre)


@given(st.lists(st.floats(1e-8, 100), min_size=1, max_size=5))
def test_the_centre_lies_in_the_band(rates: list[float]) -> None:
    found = band(map(said, rates))
    assert found is not None
    assert min(rates) == found.low <= found.centre <= found.high == max(rates)


def bands(steepest: float, tenth: float, n: int = 3, seeds: int = 3) -> dict[str, Band | None]:
    return {
        "steepest": Band(steepest, steepest, steepest, n, seeds),
        "valley": None,
        "min_over_10": Band(tenth, tenth, tenth, n, seeds),
    }


def test_the_recommendation_is_the_middle_of_the_bracket() -> None:
    found = recommend(bands(steepest=0.01, tenth=0.016))  # a bracket from 0.01 to 0.16
    assert (found.low, found.lr, found.high) == pytest.approx((0.02, 0.04, 0.08))
    assert found.reason == (
        "Recommended: 0.04, halfway on a log scale between the rate at which the loss falls fastest (0.01) "
        "and the one at which it stops falling (0.16), over 3 of 3 seeds."
    )


@given(st.floats(1e-6, 1), st.floats(1.01, 1e4), st.floats(1e-3, 1e3))
def test_the_recommendation_lies_in_the_bracket_and_scales_with_it(
    low: float, ratio: float, c: float
) -> None:
    found = recommend(bands(low, low * ratio / 10))
    scaled = recommend(bands(low * c, low * ratio / 10 * c))
    assert found.lr is not None
    assert found.low is not None
    assert found.high is not None
    assert low < found.low < found.lr < found.high < low * ratio
    assert scaled.lr == pytest.approx(found.lr * c)


@pytest.mark.parametrize(
    ("given_bands", "why"),
    [
        ({}, "no seed shows both"),
        ({"steepest": None, "min_over_10": None}, "no seed shows both"),
        ({**bands(0.01, 0.01), "min_over_10": None}, "no seed shows both"),
        (bands(0.01, 0.01, n=2, seeds=5), "only 2 of 5 seeds"),
        (bands(0.01, 0.01, n=1, seeds=2), "only 1 of 2 seeds"),
        (bands(0.1, 0.005), "contradicts itself"),
    ],
)
def test_there_may_be_none(given_bands: dict[str, Band | None], why: str) -> None:
    found = recommend(given_bands)
    assert found == Recommendation(None, None, None, found.reason)
    assert found.reason.startswith("No recommendation: ")
    assert why in found.reason


def test_most_seeds_are_enough() -> None:
    assert recommend(bands(0.01, 0.01, n=3, seeds=5)).lr is not None
    assert recommend(bands(0.01, 0.01, n=1, seeds=1)).lr is not None


def test_from_curves_to_a_recommendation() -> None:
    lrs = sweep()
    seeds = [
        suggest_all(lrs, u_curve(lrs, falls=1e-2, rises=0.1, noise=0.05, seed=seed)) for seed in range(3)
    ]
    found = recommend({rule: band(one[rule] for one in seeds) for rule in seeds[0]})
    assert found.lr is not None
    assert 1e-2 < found.lr < 0.1
    silent = [suggest_all(lrs, flat(lrs, 0.05, seed)) for seed in range(3)]
    assert recommend({rule: band(one[rule] for one in silent) for rule in silent[0]}).lr is None


def test_a_centre_is_a_geometric_mean() -> None:
    found = band(map(said, [1e-3, 1e-1]))
    assert found is not None
    assert math.isclose(found.centre, 1e-2)
