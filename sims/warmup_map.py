"""The map of peak rate against warmup length: its runs known again, and what it says once they have ended."""

import math
from collections.abc import Mapping
from dataclasses import replace

from sims.errors import ParamError
from sims.ranking import STUCK
from sims.warmup import MAP_LENGTHS, MAP_RATES, MAP_STEPS, Warmup

Cell = tuple[int, int]
"""Row (warmup length) and column (peak rate) of the map, counted from 0."""

NO_MAP = "The runs in the address do not make a map; press Train the map to train one."


def peaks(lr: float) -> tuple[float, ...]:
    """Return the peak rate of every column of a map around the peak rate `lr`."""
    return tuple(lr * part for part in MAP_RATES)


def centre(found: Mapping[Cell, Warmup]) -> Warmup:
    """Return settings around which a map with these runs was trained; ParamError where they make no map."""
    if not found:
        raise ParamError(NO_MAP)
    (_, column), first = next(iter(found.items()))
    lr = first.lr / MAP_RATES[column]
    alike = replace(first, lr=1.0, warmup_steps=0)
    for (row, column), run in found.items():
        at_its_place = run.warmup_steps == MAP_LENGTHS[row] and math.isclose(
            run.lr, lr * MAP_RATES[column], rel_tol=0.02
        )
        small = (run.steps, run.seeds, run.arms) == (MAP_STEPS, 1, ("with",))
        if not (at_its_place and small and replace(run, lr=1.0, warmup_steps=0) == alike):
            raise ParamError(NO_MAP)
    return replace(first, lr=float(f"{lr:.3g}"))


def verdict(losses: Mapping[Cell, float], rates: tuple[float, ...]) -> str:
    """Return one sentence about final test losses (nats; anything that is not below STUCK has failed)."""
    trained = {cell: loss for cell, loss in losses.items() if loss < STUCK}
    plain = {cell: loss for cell, loss in trained.items() if not cell[0]}
    warm = {cell: loss for cell, loss in trained.items() if cell[0]}
    if not trained:
        return f"All {len(losses)} runs failed: choose a lower peak rate above and train the map again."
    if not plain:
        return f"Every run without warmup failed; with warmup {_best(warm, rates)}."
    if not warm:
        return f"Every run with warmup failed; without it {_best(plain, rates)}."
    return f"Without warmup {_best(plain, rates)}; with warmup {_best(warm, rates)}."


def _best(trained: Mapping[Cell, float], rates: tuple[float, ...]) -> str:
    row, column = min(trained, key=lambda cell: trained[cell])
    after = f" after {MAP_LENGTHS[row]} updates of it" if row else ""
    highest = max(rates[column] for _, column in trained)
    return (
        f"the lowest test loss is {trained[row, column]:.2f}, at a peak rate of {rates[column]:.2g}{after}, and the "
        f"highest rate that trains is {highest:.2g}"
    )
