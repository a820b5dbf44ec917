"""Rules on curves of known shape: where they point, and what never changes them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sims.descent import read
from sims.errors import ParamError
from sims.range_test import suggest as suggest_from_the_range_test
from sims.smoothing import ema
from sims.suggest import RULES, suggest, suggest_all
from tests.sims.curves import UNTRAINED, sweep, u_curve

NAMES = sorted(RULES)


def within(rate: float | None, expected: float, decades: float) -> bool:
    return rate is not None and abs(math.log10(rate / expected)) <= decades


# Where the rules point


@pytest.mark.parametrize("steps", [40, 100, 400, 1000])
@pytest.mark.parametrize("falls", [3e-4, 1e-2, 0.1])
def test_steepest_finds_the_steepest_point_whatever_the_number_of_steps(steps: int, falls: float) -> None:
    lrs = sweep(steps)
    losses = u_curve(lrs, falls=falls, rises=30 * falls, noise=0.02)
    assert within(suggest(lrs, losses).lr, falls, 0.12)


def test_min_over_10_is_a_tenth_of_the_rate_of_the_lowest_loss() -> None:
    lrs = sweep()
    clean = u_curve(lrs, falls=3e-3, rises=0.02)
    noisy = u_curve(lrs, falls=3e-3, rises=0.02, noise=0.02)
    assert within(suggest(lrs, noisy, "min_over_10").lr, lrs[np.argmin(clean)] / 10, 0.2)


@pytest.mark.parametrize(
    ("smoothed", "expected"),
    [
        ([9.0, 8.0, 7.0, 6.0, 5.0], 2),  # the middle of all five
        ([5.0, 5.0, 5.0, 4.0, 3.0], 3),  # equal losses are no fall: one 5, then 4, 3
        ([3.0, 9.0, 7.0, 8.0, 5.0, 1.0], 4),  # 9, 7 or 8, 5, 1: its third
    ],
)
def test_the_valley_is_the_middle_of_the_longest_fall(smoothed: list[float], expected: int) -> None:
    rates = np.arange(1.0, len(smoothed) + 1)
    assert RULES["valley"].find(rates, np.array(smoothed)) == rates[expected]


def test_steepest_is_measured_against_the_log_of_the_rate() -> None:
    # Per unit of rate the first tenth is 10 times steeper; per decade the second is twice as steep.
    rates, smoothed = np.array([0.01, 0.1, 1.0, 10.0]), np.array([2.0, 1.9, 1.7, 1.7])
    against_the_rate = rates[np.argmin(np.gradient(smoothed, rates))]
    assert against_the_rate == 0.01
    assert RULES["steepest"].find(rates, smoothed) == 0.1


def test_coming_back_from_a_spike_is_not_the_steepest_descent() -> None:
    rates = np.geomspace(1e-3, 1, 10)
    smoothed = np.array([2.3, 2.3, 2.1, 1.8, 1.7, 2.5, 1.69, 1.68, 1.67, 1.66])
    assert np.argmin(np.gradient(smoothed)) > 4
    assert RULES["steepest"].find(rates, smoothed) == rates[2]


def test_the_suggestion_does_not_lag_as_a_moving_average_does() -> None:
    lrs = sweep()
    losses = u_curve(lrs, falls=1e-2, noise=0.01)
    late = lrs[np.argmin(np.gradient(ema(losses, 0.9)[: np.argmin(losses)]))]
    assert late > 1.4e-2
    assert within(suggest(lrs, losses).lr, 1e-2, 0.06)


def test_a_suggestion_says_where_it_lies_on_the_smoothed_curve() -> None:
    lrs = sweep()
    losses = u_curve(lrs, noise=0.02)
    smoothed = read(lrs, losses).smoothed
    for name, suggestion in suggest_all(lrs, losses).items():
        assert suggestion == suggest(lrs, losses, name)
        assert suggestion.lr is not None
        assert suggestion.index is not None
        assert abs(math.log10(lrs[suggestion.index] / suggestion.lr)) < 0.031  # half a step
        near = smoothed[suggestion.index - 1 : suggestion.index + 2]
        assert suggestion.loss is not None
        assert min(near) <= suggestion.loss <= max(near)
        assert f"{suggestion.lr:.2g} is" in suggestion.reason


def test_an_explosion_does_not_move_the_suggestion() -> None:
    lrs = sweep()
    losses = u_curve(lrs, noise=0.02)
    exploded = np.where(losses > 2 * UNTRAINED, 1e12, losses)
    for rule in NAMES:
        assert suggest(lrs, exploded, rule).lr == suggest(lrs, losses, rule).lr


def test_what_follows_a_blow_up_does_not_count() -> None:
    lrs = sweep()
    losses = u_curve(lrs, falls=3e-3, rises=3e-2)
    losses[lrs > 0.3] = 0.1  # repaired, and lower than ever
    assert np.argmin(losses) > 70
    assert within(suggest(lrs, losses, "steepest").lr, 3e-3, 0.1)
    assert within(suggest(lrs, losses, "min_over_10").lr, 1.5e-3, 0.1)


# What must hold for any curve

ANY_LOSS = st.one_of(st.floats(0, 1e9), st.just(math.nan), st.just(math.inf))


@given(st.lists(ANY_LOSS, max_size=120), st.sampled_from(NAMES))
def test_any_losses_give_a_rate_of_the_finite_part_or_a_reason(losses: list[float], rule: str) -> None:
    lrs = sweep(max(len(losses), 2))[: len(losses)]
    suggestion = suggest(lrs, losses, rule)
    finite = next((n for n, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
    if suggestion.lr is None:
        assert suggestion.reason.startswith("No suggestion: ")
    else:
        assert lrs[0] <= suggestion.lr <= lrs[finite - 1]
        assert suggestion.index is not None
        assert suggestion.index < finite


@given(st.integers(0, 10**6), st.integers(11, 99), st.sampled_from(NAMES))
def test_what_comes_after_the_first_nan_changes_nothing(seed: int, cut: int, rule: str) -> None:
    lrs = sweep()
    losses = u_curve(lrs, noise=0.05, seed=seed)
    losses[cut] = np.nan
    other = losses.copy()
    other[cut + 1 :] = 0.0
    assert suggest(lrs, losses, rule) == suggest(lrs, other, rule)


@given(st.floats(1e-4, 1e4), st.integers(0, 10**6), st.sampled_from(NAMES))
def test_scaling_all_rates_scales_the_suggestion(factor: float, seed: int, rule: str) -> None:
    lrs = sweep()
    losses = u_curve(lrs, noise=0.05, seed=seed)
    here, there = suggest(lrs, losses, rule), suggest(lrs * factor, losses, rule)
    assert here.lr is not None
    assert there.lr == pytest.approx(here.lr * factor)
    assert here.index is not None
    assert there.index in (here.index - 1, here.index, here.index + 1)  # a rate may lie halfway


@given(st.floats(1e-3, 1e3), st.integers(20, 300), st.sampled_from(NAMES))
def test_a_constant_loss_gives_none(loss: float, steps: int, rule: str) -> None:
    assert suggest(sweep(steps), [loss] * steps, rule).lr is None


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_the_rules_are_ordered_as_their_definitions_say(seed: int) -> None:
    lrs = sweep()
    said = suggest_all(lrs, u_curve(lrs, noise=0.05, seed=seed))
    lowest = said["min_over_10"].lr
    assert lowest is not None
    for rule in ("steepest", "valley"):
        lr = said[rule].lr
        assert lr is not None
        assert lr <= lowest * 10 * (1 + 1e-9)


# What is refused


@pytest.mark.parametrize(
    ("lrs", "losses", "sentence"),
    [
        ([0.1, 0.2], [1.0], "one loss for each learning rate; 2 rates and 1 losses"),
        ([0.1, 0.1], [1.0, 1.0], "increase from each step to the next"),
        ([0.2, 0.1], [1.0, 1.0], "increase from each step to the next"),
        ([0.0, 0.1], [1.0, 1.0], "must be above 0"),
        ([-0.1, 0.1], [1.0, 1.0], "must be above 0"),
        ([0.1, math.nan], [1.0, 1.0], "must be above 0"),
        ([0.1, math.inf], [1.0, 1.0], "must be above 0"),
    ],
)
def test_lists_that_do_not_fit_are_refused(lrs: list[float], losses: list[float], sentence: str) -> None:
    with pytest.raises(ParamError, match=sentence):
        suggest(lrs, losses)


def test_an_unknown_rule_is_refused_by_naming_the_rules() -> None:
    with pytest.raises(ParamError, match="one of steepest, valley, min_over_10; 'slide' was given"):
        suggest([0.1], [1.0], "slide")


@pytest.mark.parametrize("beta", [-0.1, 1.0])
def test_a_beta_out_of_range_is_refused(beta: float) -> None:
    lrs = sweep()
    with pytest.raises(ParamError, match="Smoothing"):
        suggest(lrs, u_curve(lrs), beta=beta)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_the_smoothing_can_be_chosen(beta: float) -> None:
    lrs = sweep()
    assert within(suggest(lrs, u_curve(lrs, falls=1e-2, noise=0.005), beta=beta).lr, 1e-2, 0.25)


def test_every_rule_says_what_it_is_and_whose() -> None:
    assert list(RULES) == ["steepest", "valley", "min_over_10"]
    for rule in RULES.values():
        assert rule.label
        assert rule.computed
        assert "fastai/callback/schedule.py" in rule.source
    assert "issues/21141" in RULES["steepest"].source


def test_the_range_test_offers_the_same_function() -> None:
    assert suggest_from_the_range_test is suggest
