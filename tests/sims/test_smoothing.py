"""Smoothing: numbers that can be checked by eye, a constant that stays itself, and an end at NaN."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.errors import ParamError
from sims.smoothing import Ema, centred, ema, finite_length

BETAS = st.floats(0, 0.99)
LOSSES = st.lists(st.floats(0, 1e6), max_size=60)


@pytest.mark.parametrize(
    ("values", "beta", "expected"),
    [
        ([4.0, 1.0, 3.0], 0.0, [4.0, 1.0, 3.0]),  # off
        ([2.0, 2.0, 2.0], 0.9, [2.0, 2.0, 2.0]),
        # s = 2, 1, 0.5; over 1 - beta^n = 1/2, 3/4, 7/8
        ([4.0, 0.0, 0.0], 0.5, [4.0, 4 / 3, 4 / 7]),
        # s = 0, 0.5, 1.25; the same corrections
        ([0.0, 1.0, 2.0], 0.5, [0.0, 2 / 3, 10 / 7]),
        ([], 0.9, []),
    ],
)
def test_the_moving_average_is_corrected_for_its_start(
    values: list[float], beta: float, expected: list[float]
) -> None:
    assert ema(values, beta).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "beta", "expected"),
    [
        ([4.0, 1.0, 3.0], 0.0, [4.0, 1.0, 3.0]),
        # weights 1/4 1/2 1 1/2 1/4 about each point, over those that exist
        ([0.0, 0.0, 4.0, 0.0, 0.0], 0.5, [1 / 1.9375, 2 / 2.375, 4 / 2.5, 2 / 2.375, 1 / 1.9375]),
        ([], 0.5, []),
    ],
)
def test_the_centred_average_looks_both_ways(values: list[float], beta: float, expected: list[float]) -> None:
    assert centred(values, beta).tolist() == pytest.approx(expected)


@given(st.floats(1e-3, 1e3), st.integers(1, 200), BETAS)
def test_a_constant_stays_itself(value: float, length: int, beta: float) -> None:
    for smooth in (ema, centred):
        assert smooth([value] * length, beta) == pytest.approx(np.full(length, value), rel=1e-9)


@given(LOSSES, BETAS)
def test_one_value_at_a_time_gives_the_same_numbers(values: list[float], beta: float) -> None:
    average = Ema(beta)
    assert [average.add(value) for value in values] == ema(values, beta).tolist()


@given(LOSSES, BETAS)
def test_the_centred_average_is_the_same_backwards(values: list[float], beta: float) -> None:
    assert centred(values[::-1], beta)[::-1] == pytest.approx(centred(values, beta), rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), BETAS)
def test_an_average_stays_between_the_extremes(values: list[float], beta: float) -> None:
    slack = 1e-9 * max(values)
    for smooth in (ema, centred):
        smoothed = smooth(values, beta)
        assert (min(values) - slack <= smoothed).all()
        assert (smoothed <= max(values) + slack).all()


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_nothing_is_smoothed_across_a_value_that_is_not_finite(broken: float) -> None:
    whole, cut = [3.0, 2.0, 4.0], [3.0, 2.0, 4.0, broken, 1.0, 1.0]
    for smooth in (ema, centred):
        smoothed = smooth(cut, 0.7)
        assert smoothed[:3].tolist() == smooth(whole, 0.7).tolist()
        assert np.isnan(smoothed[3:]).all()
    average = Ema(0.7)
    assert [math.isnan(average.add(value)) for value in cut] == [False] * 3 + [True] * 3


def test_a_moving_average_lags_and_the_centred_one_does_not() -> None:
    falling = np.linspace(10, 0, 201)
    late = ema(falling, 0.9)[100] - falling[100]
    assert late == pytest.approx(9 * 0.05, rel=1e-3)  # beta / (1 - beta) = 9 steps of 0.05 each
    assert centred(falling, 0.9)[100] == pytest.approx(falling[100])


@pytest.mark.parametrize("beta", [-0.1, 1.0, 1.5, math.nan, math.inf])
def test_a_beta_out_of_range_is_refused(beta: float) -> None:
    for smooth in (ema, centred):
        with pytest.raises(ParamError, match="at least 0 and below 1"):
            smooth([1.0], beta)
    with pytest.raises(ParamError, match="at least 0 and below 1"):
        Ema(beta)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], 0), ([1, 2, 3], 3), ([math.nan, 1], 0), ([1, math.inf, 2], 1), ([1, 2, -math.inf], 2)],
)
def test_the_finite_part_ends_before_the_first_that_is_not(values: list[float], expected: int) -> None:
    assert finite_length(np.asarray(values, dtype=np.float64)) == expected
