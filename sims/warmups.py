"""Warmups: how the rate gets from a part of the base rate to all of it before the schedule begins.

Linear and constant: Goyal et al. 2017, section 2.2, https://arxiv.org/abs/1706.02677. Exponential
is the saturating kind of Ma and Yarats 2021, https://arxiv.org/abs/1910.04209: fast at first, slow
as it nears the base rate; here it is scaled so that it arrives there at the end of the warmup.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sims.smoothing import Curve

BEND = 5.0
"""How strongly an exponential warmup bends: it has covered 1 - e^(-BEND/2) = 92 % halfway."""


@dataclass(frozen=True)
class Warmup:
    """A way to warm up: `climb` goes from 0 to 1 while the part of the warmup that is done goes from 0 to 1.

    `code` is the same as Python, of a variable called `done`.
    """

    label: str
    does: str
    formula: str
    climb: Callable[[Curve], Curve]
    code: str


WARMUPS: dict[str, Warmup] = {
    "none": Warmup(
        "None", "Starts at the full rate.", r"\eta_t = \eta_{peak}", lambda done: np.ones_like(done), "1.0"
    ),
    "linear": Warmup(
        "Linear",
        "Climbs by the same amount at every step.",
        r"\eta_t = \eta_{peak}\left(a + (1 - a)\,\frac{t}{W}\right)",
        lambda done: done,
        "done",
    ),
    "exponential": Warmup(
        "Exponential",
        "Climbs fast at first and slowly as it nears the full rate.",
        r"\eta_t = \eta_{peak}\left(a + (1 - a)\,\frac{1 - e^{-5t/W}}{1 - e^{-5}}\right)",
        lambda done: np.asarray(np.expm1(-BEND * done) / np.expm1(-BEND)),
        f"math.expm1(-{BEND} * done) / math.expm1(-{BEND})",
    ),
    "constant": Warmup(
        "Constant",
        "Stays at a part of the full rate, then jumps.",
        r"\eta_t = a\,\eta_{peak}",
        lambda done: np.where(done < 1, 0.0, 1.0),
        "float(done >= 1)",
    ),
}
"""Warmups by name, in the order of the lesson."""


def warmup_rates(kind: str, peak: float, steps: int, start: float) -> Curve:
    """Return the rates of a warmup over `steps` updates to `peak`, from `start` (a factor of it)."""
    done = np.arange(steps, dtype=np.float64) / max(1, steps)
    return np.asarray(peak * (start + (1 - start) * WARMUPS[kind].climb(done)))
