"""Smoothing that tells no lies: a constant stays itself and nothing is smoothed across a NaN."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sims.errors import ParamError

Curve = NDArray[np.float64]
"""One number for each step, float64, shape (steps,)."""


class Ema:
    """Bias-corrected exponential moving average, fed one value at a time.

    After t + 1 values it is s_t / (1 - beta^(t + 1)) with s_t = beta s_(t-1) + (1 - beta) x_t and
    s_(-1) = 0, the correction of Adam (Kingma and Ba 2015, section 3). ParamError unless
    0 <= beta < 1; 0 turns smoothing off.
    """

    def __init__(self, beta: float) -> None:
        self._beta = _checked(beta)
        self._sum = 0.0
        self._weight = 0.0  # what the sum would be had every value been 1, which is 1 - beta^(t + 1)

    def add(self, value: float) -> float:
        """Take in the next value and return the average; NaN from the first non-finite value on."""
        keep = self._beta
        self._sum = keep * self._sum + (1 - keep) * value if math.isfinite(value) else math.nan
        self._weight = keep * self._weight + (1 - keep)
        return self._sum / self._weight


def ema(values: Sequence[float] | Curve, beta: float) -> Curve:
    """Return the bias-corrected exponential moving average of `values`, as `Ema` gives it.

    `values` has shape (n,), and so has the result, float64. From the first non-finite value on
    the result is NaN. ParamError unless 0 <= beta < 1; 0 turns smoothing off.
    """
    average = Ema(beta)
    return _curve(average.add(value) for value in np.asarray(values, dtype=np.float64).tolist())


def centred(values: Sequence[float] | Curve, beta: float) -> Curve:
    """Return `values` averaged with the weights beta^|distance| to both sides, which does not lag.

    A moving average shows a fall about beta / (1 - beta) steps late, since it looks back only.
    These weights are those of one run forward and then back over the curve; near an end they
    cover what is there. Shapes, NaN and ParamError as in `ema`; nothing at or after the first
    non-finite value counts.
    """
    keep = _checked(beta)
    raw = np.asarray(values, dtype=np.float64)
    used = raw[: finite_length(raw)]
    ones = np.ones_like(used)
    total = _decayed(used, keep) + _decayed(used[::-1], keep)[::-1] - used
    weight = _decayed(ones, keep) + _decayed(ones, keep)[::-1] - ones
    return np.concatenate([total / weight, np.full(len(raw) - len(used), np.nan)])


def finite_length(values: Curve) -> int:
    """Return how many values come before the first that is NaN or infinite."""
    broken = np.flatnonzero(~np.isfinite(values))
    return int(broken[0]) if len(broken) else len(values)


def _decayed(values: Curve, keep: float) -> Curve:
    """Running sums in which every step multiplies the past by `keep`."""
    sums, last = [], 0.0
    for value in values.tolist():
        last = keep * last + value
        sums.append(last)
    return _curve(sums)


def _curve(values: Iterable[float]) -> Curve:
    return np.fromiter(values, dtype=np.float64)


def _checked(beta: float) -> float:
    if not 0 <= beta < 1:
        raise ParamError(f"Smoothing must be at least 0 and below 1; {beta!r} was given.")
    return beta
