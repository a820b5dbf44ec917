"""From suggestions to one recommendation: each rule's band over seeds, then the middle of the bracket.

A sweep brackets the rates worth trying. At the lower end of the bracket the loss falls fastest; at
the upper end it stops falling, the first sign of harm. Neither end is the best rate to train at:
in a sweep a rate has a single update, too few for a good one to earn much or for a bad one to fail.
So the recommendation is halfway between them on a log scale, with the middle half as its band.

Measured with this project's defaults on both networks, with SGD and with Adam (centres over 3 of 20
seeds; test loss at constant rates, 8 seeds): after 100 updates at the middle the loss was 1 to 5 %
above that of the best rate, at the steepest descent 15 to 38 %, at minimum / 10 9 to 86 % and at
the longest valley 119 to 222 %. The longer one trains, the lower the best rate: after 600 updates
(4 seeds) it was 1 to 23 % at the middle, with Adam on the small network worst, and 3 to 18 % at the
steepest descent. In 28 audits (`sims.audit`, 3 or 5 seeds each) the middle held every time.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sims.suggest import Suggestion


@dataclass(frozen=True)
class Band:
    """What one rule says over several seeds.

    `low` and `high` are the lowest and highest suggested rate, `centre` their geometric mean over
    the `n` seeds, of `seeds`, for which the rule had a suggestion.
    """

    low: float
    high: float
    centre: float
    n: int
    seeds: int


@dataclass(frozen=True)
class Recommendation:
    """The rate to train at and the band around it, all None where there is none; `reason` says why."""

    lr: float | None
    low: float | None
    high: float | None
    reason: str


def band(suggestions: Iterable[Suggestion]) -> Band | None:
    """Return the band of one rule's suggestions, one for each seed; None where no seed has any."""
    asked = list(suggestions)
    rates = [suggestion.lr for suggestion in asked if suggestion.lr is not None]
    if not rates:
        return None
    low, high = min(rates), max(rates)
    centre = math.exp(math.fsum(math.log(rate) for rate in rates) / len(rates))
    return Band(low, high, min(max(centre, low), high), len(rates), len(asked))


def recommend(bands: Mapping[str, Band | None]) -> Recommendation:
    """Return the middle of the bracket between steepest descent and the lowest loss.

    `bands` holds each rule's band by its name in RULES, of which `steepest` and `min_over_10`,
    whose tenfold is the rate of the lowest loss, are used. There is no recommendation where
    either is missing or rests on half of the seeds or fewer, or where the two contradict.
    """
    steepest, tenth = bands.get("steepest"), bands.get("min_over_10")
    if steepest is None or tenth is None:
        return _none("no seed shows both where the loss falls fastest and where it stops falling")
    fewest = min(steepest.n, tenth.n)
    seeds = max(steepest.seeds, tenth.seeds)
    if 2 * fewest <= seeds:
        return _none(f"only {fewest} of {seeds} seeds show where the loss falls and where it stops falling")
    low, high = steepest.centre, 10 * tenth.centre
    if low >= high:
        return _none("over the seeds the loss is lowest before it falls fastest, which contradicts itself")
    ratio = high / low
    middle = low * ratio**0.5
    reason = (
        f"Recommended: {middle:.2g}, halfway on a log scale between the rate at which the loss falls fastest "
        f"({low:.2g}) and the one at which it stops falling ({high:.2g}), over {fewest} of {seeds} seeds."
    )
    return Recommendation(middle, low * ratio**0.25, low * ratio**0.75, reason)


def _none(why: str) -> Recommendation:
    return Recommendation(None, None, None, f"No recommendation: {why}.")
