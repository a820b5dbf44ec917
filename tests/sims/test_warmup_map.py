"""The warmup map: its runs known again, and what it says once they have ended."""

import math
from dataclasses import replace
from itertools import product

import pytest

from sims.errors import ParamError
from sims.warmup import Warmup, cells
from sims.warmup_map import Cell, centre, peaks, verdict

CELLS = tuple(product(range(5), range(5)))
RATES = peaks(0.06)


def found(warmup: Warmup) -> dict[Cell, Warmup]:
    rows = cells(warmup)
    return {(row, column): rows[row][column] for row, column in CELLS}


@pytest.mark.parametrize("lr", [0.06, 1 / 3, 1e-5])
def test_the_peak_rate_is_read_back_from_the_runs_even_where_some_are_gone(lr: float) -> None:
    runs = found(Warmup(lr=lr, optimizer="adamw"))
    assert centre(runs).lr == pytest.approx(lr, rel=0.005)
    assert centre({(3, 4): runs[3, 4]}).lr == pytest.approx(lr, rel=0.01)
    assert centre(runs).optimizer == "adamw"


@pytest.mark.parametrize(
    "other",
    [
        {"lr": 0.1},
        {"warmup_steps": 7},
        {"optimizer": "sgd"},
        {"seeds": 2},
        {"steps": 100},
        {"arms": ("without",)},
        {"batch_size": 64},
    ],
)
def test_runs_that_make_no_map_are_refused(other: dict[str, object]) -> None:
    runs = found(Warmup())
    runs[2, 2] = replace(runs[2, 2], **other)  # type: ignore[arg-type]
    with pytest.raises(ParamError, match="do not make a map"):
        centre(runs)
    with pytest.raises(ParamError, match="do not make a map"):
        centre({})


def losses(**ends: float) -> dict[Cell, float]:
    """Return losses of 1.0 for every cell but those that are named, such as r0c2."""
    return {(row, column): ends.get(f"r{row}c{column}", 1.0) for row, column in CELLS}


def test_the_lowest_losses_and_the_highest_rates_are_told_without_and_with_warmup() -> None:
    ended = losses(r0c1=0.34, r0c3=2.303, r0c4=math.inf, r3c2=0.25, r1c4=math.nan)
    assert verdict(ended, RATES) == (
        "Without warmup the lowest test loss is 0.34, at a peak rate of 0.03, and the highest rate that trains is 0.06; "
        "with warmup the lowest test loss is 0.25, at a peak rate of 0.06 after 24 updates of it, and the highest rate "
        "that trains is 0.24."
    )


def test_where_one_side_failed_the_other_is_told() -> None:
    plain = {cell: 0.5 if cell[0] else math.inf for cell in CELLS}
    assert verdict(plain, RATES).startswith(
        "Every run without warmup failed; with warmup the lowest test loss is 0.50"
    )
    warm = {cell: 2.303 if cell[0] else 0.5 for cell in CELLS}
    assert verdict(warm, RATES).startswith(
        "Every run with warmup failed; without it the lowest test loss is 0.50"
    )


def test_a_map_of_failures_says_what_to_do() -> None:
    assert verdict(dict.fromkeys(CELLS, math.inf), RATES) == (
        "All 25 runs failed: choose a lower peak rate above and train the map again."
    )
