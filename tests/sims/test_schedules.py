"""Schedules: rates that can be checked by eye, what is filled in, what surprises, what is refused."""

import math
from typing import Any

import numpy as np
import pytest

from sims.errors import ParamError
from sims.params import Param
from sims.schedules import SCHEDULES, code, curve, momentum_curve
from sims.warmups import WARMUPS

PLANNED = [name for name, entry in SCHEDULES.items() if not entry.closed_loop]

HALF: dict[str, Any] = {"pct_start": 0.5, "div_factor": 5, "final_div_factor": 2}
THIRDS = HALF | {"pct_start": 0.3, "three_phase": True, "max_lr": 2}
LINES = {"anneal_strategy": "linear"}

# Rates by hand, at a base rate of 1: (schedule, its parameters, the rate of every update)
BY_HAND: list[tuple[str, dict[str, Any], list[float]]] = [
    ("constant", {}, [1, 1, 1, 1]),
    ("step", {"step_size": 2, "gamma": 0.5}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
    ("step", {}, [1, 1, 1, 0.1, 0.1, 0.1, 0.01]),
    ("multistep", {"milestones": [2, 3]}, [1, 1, 0.1, 0.01, 0.01]),
    ("multistep", {"milestones": "1, 4", "gamma": 0.5}, [1, 0.5, 0.5, 0.5, 0.25]),
    ("multistep", {"milestones": (2, 2)}, [1, 1, 0.01]),
    ("exponential", {"gamma": 0.5}, [1, 0.5, 0.25, 0.125, 0.0625]),
    ("linear", {}, [1, 0.8, 0.6, 0.4, 0.2]),
    ("linear", {"end_factor": 0.5, "total_iters": 2}, [1, 0.75, 0.5, 0.5]),
    ("linear", {"start_factor": 0, "end_factor": 1, "total_iters": 4}, [0, 0.25, 0.5, 0.75, 1, 1]),
    ("polynomial", {}, [1, 0.8, 0.6, 0.4, 0.2]),
    ("polynomial", {"power": 2}, [1, 0.5625, 0.25, 0.0625]),
    ("polynomial", {"power": 2, "total_iters": 2}, [1, 0.25, 0, 0]),
    ("cosine", {}, [1, 0.75, 0.25]),
    ("cosine", {"T_max": 4}, [1, 0.853553, 0.5, 0.146447, 0]),
    ("cosine", {"T_max": 3, "eta_min": 0.2}, [1, 0.8, 0.4, 0.2, 0.4, 0.8, 1]),
    ("cosine_restarts", {"T_0": 3}, [1, 0.75, 0.25, 1, 0.75, 0.25, 1]),
    (
        "cosine_restarts",
        {"T_0": 3, "T_mult": 2},
        [1, 0.75, 0.25, 1, 0.933013, 0.75, 0.5, 0.25, 0.066987, 1, 0.982963],
    ),
    ("cosine_restarts", {"T_0": 1, "T_mult": 2}, [1, 1, 0.5, 1, 0.853553, 0.5, 0.146447, 1]),
    ("triangular", {"max_lr": 3, "step_size_up": 2}, [1, 2, 3, 2, 1, 2, 3]),
    ("triangular", {"max_lr": 3, "step_size_up": 1, "step_size_down": 2}, [1, 3, 2, 1, 3, 2, 1]),
    ("triangular2", {"max_lr": 5, "step_size_up": 2}, [1, 3, 5, 3, 1, 2, 3, 2, 1, 1.5, 2]),
    ("exp_range", {"max_lr": 5, "step_size_up": 2, "gamma": 0.5}, [1, 2, 2, 1.25, 1, 1.0625]),
    ("one_cycle", HALF | LINES, [0.2, 0.4, 0.6, 0.8, 1, 0.82, 0.64, 0.46, 0.28, 0.1]),
    ("one_cycle", HALF, [0.2, 0.4, 0.8, 1, 0.868198, 0.55, 0.231802, 0.1]),
    ("one_cycle", THIRDS | LINES, [0.4, 1.2, 2, 1.2, 0.4, 0.36, 0.32, 0.28, 0.24, 0.2]),
    ("inverse_sqrt", {"timescale": 2}, [1, 0.816497, 0.707107, 0.632456, 0.577350, 0.534522, 0.5]),
    ("wsd", {"decay_steps": 4}, [1, 1, 1, 0.75, 0.5, 0.25]),
    ("wsd", {"decay_steps": 4, "min_lr_ratio": 0.2}, [1, 1, 1, 0.8, 0.6, 0.4]),
    ("wsd", {"decay_steps": 3, "decay_type": "cosine"}, [1, 1, 1, 0.75, 0.25]),
    ("wsd", {"decay_steps": 4, "decay_type": "1-sqrt"}, [1, 1, 1, 0.5, 0.292893, 0.133975]),
    ("flat_cosine", {"pct_start": 0.5}, [1, 1, 1, 1, 0.75, 0.25]),
    ("flat_cosine", {"pct_start": 0.5, "eta_min": 0.2}, [1, 1, 1, 1, 0.8, 0.4]),
]


@pytest.mark.parametrize(("name", "own", "rates"), BY_HAND)
def test_the_rates_are_those_worked_out_by_hand(name: str, own: dict[str, Any], rates: list[float]) -> None:
    assert curve(name, base_lr=1, total_steps=len(rates), **own) == pytest.approx(rates, abs=1e-6)


def test_every_schedule_with_a_curve_is_worked_out_by_hand() -> None:
    assert {name for name, _, _ in BY_HAND} == set(PLANNED)


# What follows the run where it is left empty


@pytest.mark.parametrize(
    ("name", "explicit"),
    [
        ("step", {"step_size": 30, "gamma": 0.1}),
        ("multistep", {"milestones": [45, 67], "gamma": 0.1}),
        ("exponential", {"gamma": 0.950119}),  # a hundredth after 90 updates
        ("linear", {"start_factor": 1, "end_factor": 0, "total_iters": 90}),
        ("polynomial", {"total_iters": 90, "power": 1}),
        ("cosine", {"T_max": 90, "eta_min": 0}),
        ("cosine_restarts", {"T_0": 30, "T_mult": 1}),
        ("triangular", {"max_lr": 2, "step_size_up": 15, "step_size_down": 15}),
        ("one_cycle", {"max_lr": 0.5, "pct_start": 0.3, "div_factor": 25, "final_div_factor": 1e4}),
        ("inverse_sqrt", {"timescale": 10}),
        ("wsd", {"decay_steps": 18, "decay_type": "linear", "min_lr_ratio": 0}),
        ("flat_cosine", {"pct_start": 0.75, "eta_min": 0}),
    ],
)
def test_what_is_left_empty_follows_the_steps_after_the_warmup(name: str, explicit: dict[str, Any]) -> None:
    run: dict[str, Any] = {"base_lr": 0.5, "total_steps": 100, "warmup_steps": 10}
    assert curve(name, **run) == pytest.approx(curve(name, **run, **explicit), rel=1e-4)
    empty: dict[str, Any] = {param.name: "" for param in SCHEDULES[name].params if param.follows}
    assert curve(name, **run, **empty).tolist() == curve(name, **run).tolist()


def test_without_a_warmup_the_timescale_is_a_tenth_of_the_run() -> None:
    assert curve("inverse_sqrt", base_lr=1, total_steps=100)[30] == 0.5


# What surprises


def test_a_cosine_trained_past_its_half_period_climbs_again() -> None:
    rates = curve("cosine", base_lr=1, total_steps=201, T_max=100)
    assert (rates[0], rates[100], rates[200]) == (1, 0, pytest.approx(1))
    assert np.all(np.diff(rates[100:]) > 0)


def test_one_cycle_over_100_steps_peaks_at_step_29_and_ends_far_below_where_it_began() -> None:
    rates = curve("one_cycle", base_lr=0.1, total_steps=100)
    assert (int(rates.argmax()), rates.max()) == (29, pytest.approx(0.1))
    assert rates[0] == pytest.approx(0.004)
    assert rates[-1] == pytest.approx(4e-7)


@pytest.mark.parametrize("shape", ["cos", "linear"])
def test_one_cycle_begins_at_its_peak_where_the_climb_is_one_step_long(shape: str) -> None:
    rates = curve("one_cycle", base_lr=1, total_steps=10, pct_start=0.1, anneal_strategy=shape)
    assert rates[0] == 1
    assert np.all(np.diff(rates) < 0)


def test_exp_range_with_the_gamma_of_torch_is_triangular() -> None:
    triangular = curve("triangular", base_lr=0.1, total_steps=50)
    assert curve("exp_range", base_lr=0.1, total_steps=50).tolist() == triangular.tolist()
    opening = SCHEDULES["exp_range"].opening
    assert curve("exp_range", base_lr=0.1, total_steps=50, **opening)[-1] < triangular[-1]


# Momentum


@pytest.mark.parametrize(
    ("name", "own", "momenta"),
    [
        ("triangular", {"step_size_up": 2}, [0.9, 0.9, 0.9, 0.85, 0.8, 0.85, 0.9]),
        (
            "one_cycle",
            {"pct_start": 0.6, "anneal_strategy": "linear"},
            [0.95, 0.95, 0.95, 0.9, 0.85, 0.9, 0.95],
        ),
    ],
)
def test_a_cycled_momentum_keeps_its_first_value_in_the_warmup_and_is_low_at_the_peak(
    name: str, own: dict[str, Any], momenta: list[float]
) -> None:
    run: dict[str, Any] = {"base_lr": 0.1, "total_steps": 7, "warmup_steps": 2, "momentum": 0.5}
    assert momentum_curve(name, **run, **own, cycle_momentum=True) == pytest.approx(momenta)
    assert momentum_curve(name, **run, **own).tolist() == [0.5] * 7


# The registry


def test_the_registry_holds_these_schedules_in_the_order_of_the_lesson() -> None:
    assert " ".join(SCHEDULES) == (
        "constant step multistep exponential linear polynomial cosine cosine_restarts triangular triangular2 "
        "exp_range one_cycle inverse_sqrt wsd flat_cosine reduce_on_plateau"
    )
    assert all(name == entry.name for name, entry in SCHEDULES.items())


@pytest.mark.parametrize("name", SCHEDULES)
def test_an_entry_says_all_that_the_page_shows(name: str) -> None:
    entry = SCHEDULES[name]
    texts = (entry.label, entry.does, entry.formula, entry.pros, entry.cons, entry.best_for, *entry.source)
    assert all(text.strip() for text in texts)
    assert entry.source[1].startswith("https://")
    assert set(entry.opening) <= {param.name for param in entry.params}
    for param in entry.params:
        assert param.label
        assert param.meaning
        assert bool(param.rule) == (param.follows is not None)
        assert param.default is not None or param.follows is not None


@pytest.mark.parametrize("warmup", WARMUPS)
@pytest.mark.parametrize("name", PLANNED)
def test_every_curve_is_one_finite_rate_for_each_update(name: str, warmup: str) -> None:
    for steps, before in ((1, 0), (2, 1), (7, 3), (400, 40)):
        rates = curve(name, base_lr=0.1, total_steps=steps, warmup=warmup, warmup_steps=before)
        assert rates.dtype == np.float64
        assert rates.shape == (steps,)
        assert np.all(np.isfinite(rates))
        assert np.all(rates >= 0)


# What is refused


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("sawtooth", {}, "Schedule must be one of constant, step, .*; 'sawtooth' was given"),
        ("cosine", {"gamma": 1}, "Cosine has no parameter called 'gamma'; it has T_max, eta_min"),
        ("constant", {"gamma": 1}, "Constant has no parameter called 'gamma'; it has none"),
        ("step", {"gamma": 1.1}, "Factor γ must be a number between 0 and 1; '1.1' was given"),
        ("step", {"gamma": math.nan}, "Factor γ must be a number between 0 and 1; 'nan' was given"),
        ("step", {"step_size": 0}, "Step size s must be a whole number from 1 to 1000000; '0' was given"),
        (
            "multistep",
            {"milestones": "3, 2"},
            r"Milestones M must be .* in rising order, .*; '3, 2' was given",
        ),
        ("one_cycle", {"anneal_strategy": "sin"}, "Shape must be one of cos, linear; 'sin' was given"),
        ("one_cycle", {"three_phase": "maybe"}, "Three phases must be true or false; 'maybe' was given"),
        ("cosine", {"base_lr": "fast"}, "Base rate must be a number between .*; 'fast' was given"),
        ("cosine", {"base_lr": math.nan}, "Base rate must be a number between .*; 'nan' was given"),
        ("cosine", {"total_steps": 0}, "Total steps must be a whole number from 1 to .*; '0' was given"),
        ("cosine", {"total_steps": 1.5}, "Total steps must be a whole number from 1 to .*; '1.5' was given"),
        ("cosine", {"warmup_steps": 11}, "Warmup steps must be a whole number from 0 to 10; '11' was given"),
        ("cosine", {"warmup": "slow"}, "Warmup must be one of none, linear, .*; 'slow' was given"),
        ("cosine", {"warmup_start": -0.1}, "Warmup from must be a number between 0 and 1; '-0.1' was given"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    name: str, given: dict[str, Any], sentence: str
) -> None:
    settings: dict[str, Any] = {"base_lr": 0.1, "total_steps": 10, **given}
    for of in (curve, code):
        with pytest.raises(ParamError, match=rf"^{sentence}\.$|^{sentence}\.$"):
            of(name, **settings)
    with pytest.raises(ParamError, match=rf"^{sentence}\.$"):
        momentum_curve(name, momentum=0.9, **settings)


def test_a_schedule_that_listens_to_the_loss_has_no_curve() -> None:
    sentence = r"^Reduce on plateau has no planned curve: its rate depends on the loss\.$"
    with pytest.raises(ParamError, match=sentence):
        curve("reduce_on_plateau", base_lr=0.1, total_steps=10)


NONSENSE: list[object] = ["abc", math.nan, math.inf, -1, [], {}]


def refuses(param: Param, raw: object) -> bool:
    try:
        param.parse(raw)
    except ParamError as error:
        return str(error).startswith(f"{param.label} must be ") and str(error).endswith(" given.")
    return False


@pytest.mark.parametrize("name", SCHEDULES)
def test_no_parameter_of_any_schedule_takes_nonsense(name: str) -> None:
    for param in SCHEDULES[name].params:
        for nonsense in NONSENSE:
            assert refuses(param, nonsense), (param.name, nonsense)
