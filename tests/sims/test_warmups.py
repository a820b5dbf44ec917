"""Warmups: the climb from a part of the base rate to all of it, and what comes after."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from sims.schedules import SCHEDULES, code, curve
from sims.warmups import WARMUPS, warmup_rates

PLANNED = [name for name, entry in SCHEDULES.items() if not entry.closed_loop]
CLIMBING = [name for name in WARMUPS if name != "none"]

# Rates by hand: a warmup of 4 steps to 1, then a cosine of 3 steps
THEN_COSINE: list[tuple[str | None, float, list[float]]] = [
    ("linear", 0, [0, 0.25, 0.5, 0.75, 1, 0.75, 0.25]),
    ("linear", 0.2, [0.2, 0.4, 0.6, 0.8, 1, 0.75, 0.25]),
    ("exponential", 0, [0, 0.718335, 0.924142, 0.983106, 1, 0.75, 0.25]),
    ("exponential", 0.5, [0.5, 0.859168, 0.962071, 0.991553, 1, 0.75, 0.25]),
    ("constant", 0.5, [0.5, 0.5, 0.5, 0.5, 1, 0.75, 0.25]),
    ("constant", 0, [0, 0, 0, 0, 1, 0.75, 0.25]),
    (None, 0, [0, 0.25, 0.5, 0.75, 1, 0.75, 0.25]),
    ("none", 0, [1, 0.950484, 0.811745, 0.611260, 0.388740, 0.188255, 0.049516]),
]


@pytest.mark.parametrize(("warmup", "start", "rates"), THEN_COSINE)
def test_after_the_warmup_the_schedule_counts_from_0(
    warmup: str | None, start: float, rates: list[float]
) -> None:
    found = curve("cosine", base_lr=1, total_steps=7, warmup=warmup, warmup_steps=4, warmup_start=start)
    assert found == pytest.approx(rates, abs=1e-6)


@pytest.mark.parametrize("name", PLANNED)
def test_a_run_may_be_nothing_but_warmup(name: str) -> None:
    assert curve(name, base_lr=1, total_steps=4, warmup_steps=4).tolist() == [0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize("name", PLANNED)
def test_a_warmup_of_no_steps_changes_nothing(name: str) -> None:
    without = curve(name, base_lr=0.1, total_steps=20)
    assert curve(name, base_lr=0.1, total_steps=20, warmup="linear").tolist() == without.tolist()


def test_the_warmups_are_these_in_the_order_of_the_lesson() -> None:
    assert list(WARMUPS) == ["none", "linear", "exponential", "constant"]
    for warmup in WARMUPS.values():
        assert warmup.label
        assert warmup.does.endswith(".")
        assert warmup.formula


@pytest.mark.parametrize("name", CLIMBING)
@pytest.mark.parametrize("start", [0.0, 0.1, 1.0])
def test_a_warmup_begins_at_its_start_and_never_falls_nor_passes_the_base_rate(
    name: str, start: float
) -> None:
    rates = warmup_rates(name, 0.5, 10, start)
    assert rates.dtype == np.float64
    assert rates[0] == 0.5 * start
    assert np.all(np.diff(rates) >= 0)
    assert rates.max() <= 0.5


@pytest.mark.parametrize("name", WARMUPS)
def test_a_warmup_may_have_no_steps(name: str) -> None:
    assert warmup_rates(name, 0.5, 0, 0.1).tolist() == []


def test_an_exponential_warmup_has_covered_92_percent_halfway_and_arrives_at_the_end() -> None:
    climb = WARMUPS["exponential"].climb(np.array([0.0, 0.5, 1.0]))
    assert climb == pytest.approx([0, 0.92, 1], abs=0.005)
    assert climb[[0, 2]].tolist() == [0, 1]


@pytest.mark.parametrize("name", WARMUPS)
def test_the_code_of_a_warmup_is_its_climb(name: str) -> None:
    for done in np.linspace(0, 1, 11).tolist():
        found = eval(WARMUPS[name].code, {"math": math, "done": done})
        assert found == pytest.approx(float(WARMUPS[name].climb(np.array([done]))[0]))


@pytest.mark.parametrize("warmup", CLIMBING)
def test_the_code_warms_up_before_it_listens_to_the_loss(warmup: str) -> None:
    run: dict[str, Any] = {"base_lr": 1, "total_steps": 10, "warmup": warmup, "warmup_steps": 4}
    shown = code("reduce_on_plateau", **run, interval=2, patience=0, factor=0.5)
    assert "# every 2 steps: scheduler.step(" in shown
    assert shown.endswith("# in the first 4 steps instead: climb.step() after every update")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    names: dict[str, Any] = {"optimizer": optimizer}
    exec(shown, names)
    rates = []
    for _ in range(4):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        names["climb"].step()
    assert rates == pytest.approx(curve("constant", **run)[:4])
    assert optimizer.param_groups[0]["lr"] == 1
    for _ in range(2):
        names["scheduler"].step(2.3)
    assert optimizer.param_groups[0]["lr"] == 0.5
