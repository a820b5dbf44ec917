"""The three regions of a range test, found on the learner's own curve: flat, falling, rising."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sims.descent import FEWEST_POINTS, Descent, blown_up, capped, find, read
from sims.errors import ParamError
from sims.smoothing import Curve

Span = tuple[float, float]
"""Lowest and highest rate of a region."""
SHORTEST_FLAT = 0.25
"""Decades that must pass before the loss falls or rises for the beginning to be called flat."""


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
    _, mean = _descents(lrs, losses_per_seed, beta)
    if len(mean.lrs) < FEWEST_POINTS:
        return None
    first, last = float(mean.lrs[0]), float(mean.lrs[-1])
    falls, rises = _at(mean, mean.falls_at), _at(mean, mean.rises_at)
    flat_until = falls or rises or last
    if np.log10(flat_until) - np.log10(first) < SHORTEST_FLAT:
        flat_until = first
    return Regions(
        flat=(first, flat_until) if flat_until > first else None,
        falling=(flat_until, rises or last) if falls else None,
        rising=(rises if falls else flat_until, last) if rises else None,
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
    each, mean = _descents(lrs, losses_per_seed, beta)
    who = f"The mean loss of {len(each)} seeds" if len(each) > 1 else "The loss of the only seed"
    falls, lowest = _at(mean, mean.falls_at), _at(mean, mean.lowest)
    if falls is None or lowest is None or mean.lowest is None:
        return f"{who} gives nothing to read: {mean.flaw}."
    low = mean.smoothed[mean.lowest]
    said = f"{who} began to fall at a rate of {falls:.2g} and was lowest, {low:.2f}, at {lowest:.2g}"
    lows = sorted(rate for seed in each if (rate := _at(seed, seed.lowest)) is not None)
    ends = [f"{lows[0]:.2g}", f"{lows[-1]:.2g}"] if lows else ["", ""]
    if ends[0] != ends[1]:
        said += f" (each seed alone between {ends[0]} and {ends[1]})"
    if mean.rises_at is None:
        return f"{said}; it had not turned up when the sweep ended."
    broken = sum(not np.isfinite(np.asarray(losses, dtype=np.float64)).all() for losses in losses_per_seed)
    end = f", until {broken} of {len(each)} blew up beyond all numbers" if broken else ""
    return f"{said}; above that rate it rose{end}."


def mean_descent(
    lrs: Sequence[float] | Curve,
    losses_per_seed: Sequence[Sequence[float] | Curve],
    *,
    beta: float | None = None,
) -> Descent:
    """Return the first descent of the mean loss over seeds; arguments and ParamError as in `regions`."""
    return _descents(lrs, losses_per_seed, beta)[1]


def _descents(
    lrs: Sequence[float] | Curve, losses_per_seed: Sequence[Sequence[float] | Curve], beta: float | None
) -> tuple[list[Descent], Descent]:
    """The first descent of each seed, and of the mean loss as far as all of them are finite."""
    seeds = [np.asarray(losses, dtype=np.float64) for losses in losses_per_seed]
    if not seeds or max(map(len, seeds)) > len(lrs):
        raise ParamError("There must be losses of at least one seed, no more of them than learning rates.")
    each = [read(lrs[: len(losses)], losses, beta) for losses in seeds]
    shared = min((seed.lrs for seed in each), key=len)
    if not len(shared):
        return each, find(shared, shared, beta, blew_up=any(map(blown_up, seeds)))
    mean = np.mean([capped(losses[: len(shared)]) for losses in seeds], axis=0)
    # One loss more, which is the one that is not finite where a seed has any.
    ended = any(blown_up(losses[: len(shared) + 1]) for losses in seeds)
    return each, find(shared, mean, beta, blew_up=ended)


def _at(descent: Descent, point: int | None) -> float | None:
    return None if point is None else float(descent.lrs[point])
