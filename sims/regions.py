"""The three regions of a range test, found on the learner's own curve: flat, falling, rising."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sims.descent import FEWEST_POINTS, WIDTH, Descent, capped, read
from sims.errors import ParamError
from sims.smoothing import Curve, finite_length

Span = tuple[float, float]
"""Lowest and highest rate of a region."""


@dataclass(frozen=True)
class Regions:
    """The spans of rate in which the mean loss is flat, falls and rises; None for one that is absent."""

    flat: Span | None
    falling: Span | None
    rising: Span | None


def regions(
    lrs: Sequence[float] | Curve,
    losses_per_seed: Sequence[Sequence[float] | Curve],
    *,
    beta: float | None = None,
) -> Regions | None:
    """Return the three regions of a sweep, or None where too few losses are finite to tell.

    `lrs` has shape (n,), positive and increasing; `losses_per_seed` holds the unsmoothed losses
    (nats) of each seed, up to n of them. The mean over seeds is smoothed and read as in
    `sims.descent`, up to where the first seed ends or is not finite. It is flat until it is below
    its start by more than its noise, falls until the end of the first descent, and rises from
    there. Flat is absent where the sweep begins with the fall, falling where there is none, and
    rising where the sweep ends before. ParamError where the lists do not fit or there is none.
    """
    rates, descent = _mean_descent(lrs, losses_per_seed, beta)
    if len(descent.lrs) < FEWEST_POINTS:
        return None
    first, last = float(rates[0]), float(rates[-1])
    falls, rises = _at(descent, descent.falls_at), _at(descent, descent.rises_at)
    flat_until = falls or rises or last
    return Regions(
        flat=(first, flat_until) if np.log10(flat_until) - np.log10(first) >= WIDTH else None,
        falling=(falls, rises or last) if falls else None,
        rising=(rises, last) if rises else None,
    )


def summary(
    lrs: Sequence[float] | Curve,
    losses_per_seed: Sequence[Sequence[float] | Curve],
    *,
    beta: float | None = None,
) -> str:
    """Return one sentence on a sweep: where its loss began to fall, was lowest, and rose.

    Arguments and ParamError as in `regions`. Losses are of the smoothed mean over seeds; where
    seeds differ, the rates at which each was lowest are named.
    """
    _, descent = _mean_descent(lrs, losses_per_seed, beta)
    seeds = len(losses_per_seed)
    who = f"The mean loss of {seeds} seeds" if seeds > 1 else "The loss of the only seed"
    falls, lowest = _at(descent, descent.falls_at), _at(descent, descent.lowest)
    if falls is None or lowest is None or descent.lowest is None:
        return f"{who} gives nothing to read: {descent.flaw}."
    low = descent.smoothed[descent.lowest]
    said = f"{who} began to fall at a rate of {falls:.2g} and was lowest, {low:.2f}, at {lowest:.2g}"
    said += _spread_of_lows(lrs, losses_per_seed, beta)
    if descent.rises_at is None:
        return f"{said}; it had not turned up when the sweep ended."
    finite = (np.isfinite(np.asarray(losses, dtype=np.float64)).all() for losses in losses_per_seed)
    broken = seeds - sum(map(bool, finite))
    end = f", until {broken} of {seeds} blew up beyond all numbers" if broken else ""
    return f"{said}; above that rate it rose{end}."


def _mean_descent(
    lrs: Sequence[float] | Curve, losses_per_seed: Sequence[Sequence[float] | Curve], beta: float | None
) -> tuple[Curve, Descent]:
    """The rates that all seeds reached, and the first descent of the mean loss over them."""
    rates = np.asarray(lrs, dtype=np.float64)
    seeds = [np.asarray(losses, dtype=np.float64) for losses in losses_per_seed]
    if not seeds or max(map(len, seeds)) > len(rates):
        raise ParamError("There must be losses of at least one seed, no more of them than learning rates.")
    reached = min(map(len, seeds))
    finite = min(map(finite_length, seeds))
    mean = np.full(reached, np.nan)  # stays NaN from where a seed is, which tells `read` of a blow-up
    if finite:
        mean[:finite] = np.mean([capped(losses[:finite]) for losses in seeds], axis=0)
    return rates[:reached], read(rates[:reached], mean, beta)


def _spread_of_lows(
    lrs: Sequence[float] | Curve, losses_per_seed: Sequence[Sequence[float] | Curve], beta: float | None
) -> str:
    """Where the seeds were lowest, as the middle of a sentence; nothing where there is one."""
    each = [read(lrs[: len(losses)], losses, beta) for losses in losses_per_seed]
    lows = [rate for descent in each if (rate := _at(descent, descent.lowest)) is not None]
    if len(lows) < 2:
        return ""
    return f" (each seed alone between {min(lows):.2g} and {max(lows):.2g})"


def _at(descent: Descent, point: int | None) -> float | None:
    return None if point is None else float(descent.lrs[point])
