"""Schedules against torch's own schedulers and Hugging Face's definitions, and the code that we show.

Torch gets half of its rates out of the ones before, so rounding adds up: past T_max each rate of
its cosine follows from the first one after the trough, base_lr * (1 - cos(pi / T)) / 2, which
cancellation leaves exact to about 2e-16 * (T / pi)^2. That is 1e-13 for the lengths here; one
update too early or too late would show at 1e-5 or more.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.optim import SGD, Adam, Optimizer
from torch.optim import lr_scheduler as torchs
from torch.optim.lr_scheduler import LRScheduler

from sims.schedules import SCHEDULES, code, curve, momentum_curve
from sims.warmups import WARMUPS

Own = dict[str, Any]

RATE = st.floats(1e-4, 10)
RUN = st.integers(1, 150)
LENGTH = st.integers(1, 60)
PART = st.floats(0, 1)
LOW = st.floats(0, 0.1)
CYCLED: dict[str, Any] = {"base_momentum": st.floats(0, 0.9), "max_momentum": st.floats(0, 0.99)}
CYCLIC: dict[str, Any] = {"max_lr": RATE, "step_size_up": LENGTH, "cycle_momentum": st.booleans()}
UNLESS: dict[str, Any] = {"step_size_down": LENGTH, **CYCLED}  # drawn or left to both sides' default
ONE_CYCLE: dict[str, Any] = {
    "pct_start": PART,
    "anneal_strategy": st.sampled_from(["cos", "linear"]),
    "div_factor": st.floats(1, 1e3),
    "final_div_factor": st.floats(1, 1e5),
    "three_phase": st.booleans(),
    **CYCLED,
}
OWN: dict[str, st.SearchStrategy[Own]] = {
    "constant": st.just({}),
    "step": st.fixed_dictionaries({"step_size": LENGTH}, optional={"gamma": PART}),
    "multistep": st.fixed_dictionaries(
        {"milestones": st.lists(LENGTH, min_size=1, max_size=6).map(sorted)}, optional={"gamma": PART}
    ),
    "exponential": st.fixed_dictionaries({"gamma": PART}),
    "linear": st.fixed_dictionaries(
        {"start_factor": st.floats(0.01, 1), "end_factor": PART, "total_iters": LENGTH}
    ),
    "polynomial": st.fixed_dictionaries({"total_iters": LENGTH, "power": st.floats(0, 4)}),
    "cosine": st.fixed_dictionaries({"T_max": LENGTH}, optional={"eta_min": LOW}),
    "cosine_restarts": st.fixed_dictionaries(
        {"T_0": LENGTH}, optional={"T_mult": st.integers(1, 4), "eta_min": LOW}
    ),
    "triangular": st.fixed_dictionaries(CYCLIC, optional=UNLESS),
    "triangular2": st.fixed_dictionaries(CYCLIC, optional=UNLESS),
    "exp_range": st.fixed_dictionaries(CYCLIC, optional={"gamma": PART, **UNLESS}),
    "one_cycle": st.fixed_dictionaries({"max_lr": RATE, "cycle_momentum": st.booleans()}, optional=ONE_CYCLE),
    "inverse_sqrt": st.fixed_dictionaries({"timescale": LENGTH}),
    "wsd": st.fixed_dictionaries(
        {"decay_steps": LENGTH, "min_lr_ratio": PART}
        | {"decay_type": st.sampled_from(["linear", "cosine", "1-sqrt"])}
    ),
    "flat_cosine": st.fixed_dictionaries({"pct_start": PART, "eta_min": LOW}),
}

TORCH: dict[str, Callable[[Optimizer, float, int, Own], LRScheduler]] = {
    "constant": lambda opt, base, steps, own: torchs.ConstantLR(opt, factor=1.0),
    "step": lambda opt, base, steps, own: torchs.StepLR(opt, **own),
    "multistep": lambda opt, base, steps, own: torchs.MultiStepLR(opt, **own),
    "exponential": lambda opt, base, steps, own: torchs.ExponentialLR(opt, **own),
    "linear": lambda opt, base, steps, own: torchs.LinearLR(opt, **own),
    "polynomial": lambda opt, base, steps, own: torchs.PolynomialLR(opt, **own),
    "cosine": lambda opt, base, steps, own: torchs.CosineAnnealingLR(opt, **own),
    "cosine_restarts": lambda opt, base, steps, own: torchs.CosineAnnealingWarmRestarts(opt, **own),
    "triangular": lambda opt, base, steps, own: torchs.CyclicLR(opt, base, **own),
    "triangular2": lambda opt, base, steps, own: torchs.CyclicLR(opt, base, mode="triangular2", **own),
    "exp_range": lambda opt, base, steps, own: torchs.CyclicLR(opt, base, mode="exp_range", **own),
    "one_cycle": lambda opt, base, steps, own: torchs.OneCycleLR(opt, total_steps=steps, **own),
}


def optimizer(kind: str, lr: float) -> Optimizer:
    weights = [torch.nn.Parameter(torch.zeros(1))]
    return SGD(weights, lr=lr, momentum=0.9) if kind == "sgd" else Adam(weights, lr=lr, betas=(0.9, 0.999))


def followed(opt: Optimizer, scheduler: LRScheduler, steps: int) -> tuple[list[float], list[float]]:
    """Return the rate and the momentum that the optimiser has for every update."""
    group, rates, momenta = opt.param_groups[0], [], []
    for step in range(steps):
        rates.append(float(group["lr"]))
        momenta.append(float(group["betas"][0] if "betas" in group else group["momentum"]))
        opt.step()
        if step < steps - 1:
            scheduler.step()
    return rates, momenta


def agree(ours: Any, theirs: list[float]) -> None:
    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13 * max(theirs))


def draw_own(data: st.DataObject, name: str, steps: int) -> Own:
    """Return random parameters with which torch can make the scheduler for a run of so many steps."""
    own = data.draw(OWN[name])
    if name == "one_cycle":  # torch divides by zero where the climb is exactly one update long
        assume(own.get("pct_start", 0.3) * steps != 1)
    return own


# Torch's schedulers


@pytest.mark.parametrize("kind", ["sgd", "adam"])
@pytest.mark.parametrize("name", TORCH)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_update_has_the_rate_and_the_momentum_of_torch(
    name: str, kind: str, data: st.DataObject
) -> None:
    base_lr, steps = data.draw(RATE), data.draw(RUN)
    own = draw_own(data, name, steps)
    opt = optimizer(kind, base_lr)
    rates, momenta = followed(opt, TORCH[name](opt, base_lr, steps, own), steps)
    agree(curve(name, base_lr=base_lr, total_steps=steps, **own), rates)
    agree(momentum_curve(name, momentum=0.9, base_lr=base_lr, total_steps=steps, **own), momenta)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("cosine", {"T_max": 1000, "eta_min": 1e-3}),
        ("cosine_restarts", {"T_0": 100, "T_mult": 2}),
        ("one_cycle", {"max_lr": 1.0, "cycle_momentum": True}),
        ("triangular2", {"max_lr": 1.0, "step_size_up": 150, "cycle_momentum": True}),
    ],
)
def test_a_long_run_stays_with_torch(name: str, own: Own) -> None:
    opt = optimizer("sgd", 0.1)
    rates, momenta = followed(opt, TORCH[name](opt, 0.1, 3500, own), 3500)
    ours = curve(name, base_lr=0.1, total_steps=3500, **own)
    assert np.abs(ours - rates).max() < 1e-11
    agree(momentum_curve(name, momentum=0.9, base_lr=0.1, total_steps=3500, **own), momenta)


def test_a_line_may_begin_at_0_where_torch_refuses() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        torchs.LinearLR(optimizer("sgd", 1.0), start_factor=0.0)
    rising = curve("linear", base_lr=1, total_steps=3, start_factor=0, end_factor=1, total_iters=2)
    assert rising.tolist() == [0, 0.5, 1]


def test_a_climb_of_one_update_is_at_its_peak_where_torch_divides_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        torchs.OneCycleLR(optimizer("sgd", 1.0), max_lr=1.0, total_steps=10, pct_start=0.1)
    assert curve("one_cycle", base_lr=1, total_steps=10, pct_start=0.1)[0] == 1


# The code on the page


@pytest.mark.parametrize("warmup", WARMUPS)
@pytest.mark.parametrize("name", OWN)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_the_code_gives_the_rates_and_the_momentum_of_the_curve(
    name: str, warmup: str, data: st.DataObject
) -> None:
    steps = data.draw(RUN)
    before = data.draw(st.integers(0, steps))
    run: Own = {"base_lr": data.draw(RATE), "total_steps": steps, "warmup": warmup, "warmup_steps": before}
    run["warmup_start"] = data.draw(PART)
    run |= draw_own(data, name, steps if warmup == "none" else max(1, steps - before))
    opt = optimizer(data.draw(st.sampled_from(["sgd", "adam"])), run["base_lr"])
    names: dict[str, Any] = {"optimizer": opt}
    exec(code(name, **run), names)
    rates, momenta = followed(opt, names["scheduler"], steps)
    agree(curve(name, **run), rates)
    agree(momentum_curve(name, momentum=0.9, **run), momenta)


@pytest.mark.parametrize("warmup", WARMUPS)
@pytest.mark.parametrize("name", OWN)
def test_the_code_runs_with_everything_left_empty(name: str, warmup: str) -> None:
    for before in (0, 5, 50):
        run: Own = {"base_lr": 0.1, "total_steps": 50, "warmup": warmup, "warmup_steps": before}
        opt = optimizer("sgd", 0.1)
        names: dict[str, Any] = {"optimizer": opt}
        exec(code(name, **run), names)
        agree(curve(name, **run), followed(opt, names["scheduler"], 50)[0])


# Hugging Face's definitions, of the step counted through warmup and schedule


@settings(deadline=None)
@given(RATE, st.integers(0, 50), st.integers(0, 50), LENGTH, PART, st.data())
def test_wsd_is_that_of_hugging_face(
    base_lr: float, warm: int, stable: int, decay: int, least: float, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(["linear", "cosine", "1-sqrt"]))

    def multiplier(step: int) -> float:
        """`get_wsd_schedule` with warmup_type="linear", which warms up from `min_lr_ratio` on."""
        if step < warm:
            return least + (1 - least) * step / warm
        if step < warm + stable:
            return 1.0
        done = (step - warm - stable) / decay
        left = {
            "linear": 1 - done,
            "cosine": (1 + math.cos(math.pi * done)) / 2,
            "1-sqrt": 1 - math.sqrt(done),
        }
        return least + (1 - least) * left[kind]

    steps = warm + stable + decay
    own: Own = {"decay_steps": decay, "decay_type": kind, "min_lr_ratio": least}
    ours = curve("wsd", base_lr=base_lr, total_steps=steps, warmup_steps=warm, warmup_start=least, **own)
    agree(ours, [base_lr * multiplier(step) for step in range(steps)])


@settings(deadline=None)
@given(RATE, st.integers(0, 50), RUN, st.none() | LENGTH)
def test_the_inverse_square_root_is_that_of_hugging_face(
    base_lr: float, warm: int, more: int, timescale: int | None
) -> None:
    assume(warm or timescale)  # with neither, theirs is 10000 and ours a tenth of the run
    scale = timescale or warm

    def multiplier(step: int) -> float:
        """`get_inverse_sqrt_schedule`, whose time scale is as long as the warmup unless given."""
        return step / warm if step < warm else 1 / math.sqrt((step + scale - warm) / scale)

    run: Own = {"base_lr": base_lr, "total_steps": warm + more, "warmup_steps": warm}
    agree(
        curve("inverse_sqrt", **run, timescale=timescale),
        [base_lr * multiplier(step) for step in range(warm + more)],
    )


def test_every_schedule_with_a_curve_is_checked_here() -> None:
    assert set(OWN) == {name for name, entry in SCHEDULES.items() if not entry.closed_loop}
    assert set(TORCH) == set(OWN) - {"inverse_sqrt", "wsd", "flat_cosine"}
