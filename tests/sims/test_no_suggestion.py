"""Where no rate can be read from a sweep, every rule keeps silent and says why."""

import math

import numpy as np
import pytest

from sims.smoothing import ema
from sims.suggest import RULES, suggest
from tests.sims.curves import flat, sweep, u_curve

NAMES = sorted(RULES)


def silent(losses: object, why: str, *, lrs: object = None) -> None:
    rates = sweep(len(losses)) if lrs is None else lrs  # type: ignore[arg-type]
    for rule in NAMES:
        suggestion = suggest(rates, losses, rule)  # type: ignore[arg-type]
        assert (suggestion.lr, suggestion.loss, suggestion.index) == (None, None, None)
        assert suggestion.reason.startswith("No suggestion: ")
        assert why in suggestion.reason


@pytest.mark.parametrize("steps", [20, 100, 1000])
@pytest.mark.parametrize("noise", [0.0, 0.02, 0.1, 0.3])
@pytest.mark.parametrize("seed", range(5))
def test_a_flat_curve_gives_none_however_noisy(steps: int, noise: float, seed: int) -> None:
    lrs = sweep(steps)
    silent(flat(lrs, noise, seed), "flat within its own noise", lrs=lrs)


def test_a_sweep_at_too_low_rates_gives_none() -> None:
    lrs = sweep(high=1e-3)
    silent(u_curve(lrs, falls=1e-2, noise=0.02), "flat within its own noise", lrs=lrs)


def test_a_sweep_that_ends_while_the_loss_falls_gives_none() -> None:
    lrs = sweep(high=1e-2)
    silent(u_curve(lrs, falls=1e-2, noise=0.02), "had not turned up when the sweep ended", lrs=lrs)


@pytest.mark.parametrize("factor", [1.5, 4.0])
def test_a_sweep_that_a_stop_factor_ended_has_turned(factor: float) -> None:
    lrs = sweep(1000)
    losses = u_curve(lrs, falls=1e-3, rises=0.1, depth=2.0, noise=0.05)
    average = ema(losses, 0.9)
    stop = int(np.argmax(average > factor * np.minimum.accumulate(average))) + 1
    assert stop < 1000
    for rule in NAMES:
        assert suggest(lrs[:stop], losses[:stop], rule).lr is not None


def test_a_sweep_that_only_rises_gives_none() -> None:
    lrs = sweep(low=1.0, high=100.0)
    silent(2.3 + 3 * np.log10(lrs), "must begin at a lower rate", lrs=lrs)


def test_a_flat_curve_that_ends_in_nan_only_blew_up() -> None:
    losses = flat(sweep(), 0.02)
    losses[80:] = np.nan
    silent(losses, "must begin at a lower rate")


@pytest.mark.parametrize("losses", [[], [2.3], [2.3, 1.0, 0.5], [2.3] * 9])
def test_too_few_points_give_none(losses: list[float]) -> None:
    silent(losses, f"only {len(losses)} losses before the curve ends")


@pytest.mark.parametrize("broken", [math.nan, math.inf, None])
def test_a_loss_that_is_not_finite_from_the_start_gives_none(broken: float | None) -> None:
    silent([broken] + [1.0] * 50, "only 0 losses before the loss blew up")


def test_a_tenth_of_the_minimum_below_the_sweep_is_none() -> None:
    lrs = sweep(low=5e-3)
    losses = u_curve(lrs, falls=1.5e-2, rises=3e-2)
    assert suggest(lrs, losses, "steepest").lr is not None
    suggestion = suggest(lrs, losses, "min_over_10")
    assert suggestion.lr is None
    assert "below the lowest rate of the sweep" in suggestion.reason
