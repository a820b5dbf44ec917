"""The first descent of a range test: the part of its curve from which a rate can be read.

Every rule, and the three regions, look at the same reading of the curve, made here:

- A loss above CAP times the first one counts as CAP times the first one. It says "worse than
  untrained" either way, and an explosion to 10^8 would drown all its neighbours in the smoothing.
- Smoothing looks both ways (`sims.smoothing.centred`), since a moving average would show the fall
  several steps late, and thus at too high a rate.
- The curve has fallen once it is below where it began by more than its own noise explains, and by
  at least LEAST_FALL of it.
- The descent ends at its lowest point before the loss first climbs back by TURN of what it fell,
  or blows up. What follows was trained by weights that a too high rate had thrown off; its falls
  are repairs.

The constants were set on sweeps of both networks with SGD and Adam, 20 seeds each. Of 8,000 flat
curves at 2.3 with normal noise of standard deviation 0.03 to 0.6, 20 to 1000 points, 7 were said to
fall.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sims.errors import ParamError
from sims.smoothing import Curve, centred, ema, finite_length

WIDTH = 0.15
"""Decades of rate over which the weight of a neighbouring point falls to 1/e, unless beta is given."""
CAP = 2.0
"""Multiple of the first loss above which a loss says no more than that training has failed."""
LEAST_FALL = 0.05
"""Share of the starting loss that a fall must reach to be called one."""
NOISE_FACTOR = 5.0
"""Standard deviations by which two points of the smoothed curve must differ to differ at all."""
TURN = 0.25
"""Share of the fall that the loss must climb back for the descent to be over."""
FEWEST_POINTS = 10
"""Finite losses without which no curve is read."""


@dataclass(frozen=True, eq=False)
class Descent:
    """A range test's curve as far as it counts.

    `lrs` and `smoothed` have shape (points,): the rates before the first non-finite loss, and the
    smoothed loss (nats) at each. `falls_at` is the first point clearly below the start, `lowest`
    the lowest of the first descent and `rises_at` where the loss begins to climb or blow up; each
    is None where that does not happen. `flaw` says why no rate can be read, "" if one can.
    """

    lrs: Curve
    smoothed: Curve
    falls_at: int | None = None
    lowest: int | None = None
    rises_at: int | None = None
    flaw: str = ""


def read(lrs: Sequence[float] | Curve, losses: Sequence[float] | Curve, beta: float | None = None) -> Descent:
    """Return the first descent of `losses` (nats) over `lrs`, both of shape (n,), n from 0 up.

    `lrs` increase and are positive; `losses` may hold NaN, None or infinity, and count up to the
    first of them. `beta` in [0, 1) is the weight of one step in the smoothing; without it the
    smoothing spans WIDTH decades, whatever the number of steps. ParamError for anything else.
    """
    rates, raw = _checked(lrs, losses)
    points = finite_length(raw)
    return find(rates[:points], raw[:points], beta, blown_up(raw))


def blown_up(losses: Curve) -> bool:
    """Return whether unsmoothed `losses`, shape (n,), end in a blow-up: a non-finite one, or a climb.

    The climb is of the moving average that the stop factor looks at (`sims.arms.Watch`), to 1.5
    times its lowest, so that every sweep that a stop factor ended has blown up.
    """
    if finite_length(losses) < len(losses):
        return True
    average = ema(losses, 0.9)
    return len(average) > 0 and bool(average[-1] > 1.5 * average.min())


def find(rates: Curve, raw: Curve, beta: float | None, blew_up: bool) -> Descent:
    """Return the first descent of finite losses, as `read` does, where it is known how they end."""
    points = len(raw)
    if points < FEWEST_POINTS:
        why = "the loss blew up" if blew_up else "the curve ends"
        flaw = f"there are only {points} losses before {why}, and {FEWEST_POINTS} are needed"
        return Descent(rates, raw, flaw=flaw)
    noise = _noise(raw)
    keep = _span(rates) if beta is None else beta
    smoothed = centred(capped(raw), keep)
    start = min(smoothed[0], raw[0] + 3 * noise)  # no update has touched the first loss yet
    enough = max(LEAST_FALL * start, NOISE_FACTOR * noise * _left_of_noise(keep))
    falls_at = _first(start - smoothed > enough)
    if falls_at is None:
        rises_at = _first(smoothed - start > enough)
        if rises_at is None and blew_up:
            rises_at = points - 1
        return Descent(rates, smoothed, rises_at=rises_at, flaw=_FLAT if rises_at is None else _RISES)
    lowest, turned = _first_low(smoothed, start, falls_at)
    if turned or blew_up:
        return Descent(rates, smoothed, falls_at, lowest, lowest)
    return Descent(rates, smoothed, falls_at, lowest, flaw=_UNFINISHED)


_FLAT = "the curve is flat within its own noise: no rate of the sweep made the loss fall"
_RISES = "the loss never falls before it rises, so the sweep must begin at a lower rate"
_UNFINISHED = "the loss had not turned up when the sweep ended, so it must go on to higher rates"


def capped(losses: Curve) -> Curve:
    """Return finite `losses`, shape (n,), n at least 1, with none above CAP times the first."""
    return np.asarray(np.minimum(losses, CAP * losses[0]), dtype=np.float64)


def _checked(lrs: Sequence[float] | Curve, losses: Sequence[float] | Curve) -> tuple[Curve, Curve]:
    rates = np.asarray(lrs, dtype=np.float64)
    raw = np.asarray(losses, dtype=np.float64)
    if rates.ndim != 1 or rates.shape != raw.shape:
        raise ParamError(
            f"There must be one loss for each learning rate; "
            f"{rates.size} rates and {raw.size} losses were given."
        )
    if not (np.isfinite(rates).all() and (rates > 0).all() and (np.diff(rates) > 0).all()):
        raise ParamError("Learning rates must be above 0 and increase from each step to the next.")
    return rates, raw


def _span(rates: Curve) -> float:
    """The beta whose weights fall to 1/e within WIDTH decades of these rates."""
    decades_per_step = (np.log10(rates[-1]) - np.log10(rates[0])) / (len(rates) - 1)
    return float(np.exp(-decades_per_step / WIDTH))


def _noise(raw: Curve) -> float:
    """Standard deviation of a loss about its curve, from the median second difference.

    A slope does not change a second difference, nor a few leaps the median; an explosion says
    nothing of noise and is left out. For normal noise the median absolute value is 1 / 1.4826
    standard deviations, and a second difference has sqrt(6) of those of a loss.
    """
    calm = raw <= CAP * raw[0]
    bends = np.abs(np.diff(raw, 2))[calm[:-2] & calm[1:-1] & calm[2:]]
    return float(1.4826 * np.median(bends) / np.sqrt(6)) if len(bends) else 0.0


def _left_of_noise(beta: float) -> float:
    """Standard deviation of (first point - inner point) of the smoothed curve, for noise of 1.

    Each is the root of sum(weights^2) / sum(weights)^2, one-sided for the first point.
    """
    one_sided = (1 - beta) / (1 + beta)
    both_sides = one_sided**2 * (1 + beta**2) / (1 - beta**2)
    return float(np.sqrt(one_sided + both_sides))


def _first(found: NDArray[np.bool_]) -> int | None:
    """The first position that is true, None where none is."""
    return int(np.argmax(found)) if found.any() else None


def _first_low(smoothed: Curve, start: float, falls_at: int) -> tuple[int, bool]:
    """The lowest point before the curve climbs back by TURN of its fall, and whether it does."""
    lowest = falls_at
    for step in range(falls_at, len(smoothed)):
        if smoothed[step] < smoothed[lowest]:
            lowest = step
        elif smoothed[step] - smoothed[lowest] > TURN * (start - smoothed[lowest]):
            return lowest, True
    return lowest, False
