"""Rules that read a learning rate off a finished range test, side by side and each with its source.

Every rule looks at the same first descent of the curve (`sims.descent`) and answers with one rate
of the sweep, or with the reason why there is none. They disagree, often tenfold: a sweep gives each
rate a single update, so no rule on its own is the truth. `sims.agreement` makes one of them.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sims.descent import Descent, read
from sims.errors import ParamError
from sims.smoothing import Curve


@dataclass(frozen=True)
class Rule:
    """A way to choose a rate: its label, how it is computed, whose it is, and the function.

    `find` gets the rates and the smoothed losses of the descent, its lowest point last, each of
    shape (points,) with at least two points, and returns the rate; it may lie below the first.
    """

    label: str
    computed: str
    source: str
    find: Callable[[Curve, Curve], float]


@dataclass(frozen=True)
class Suggestion:
    """What a rule says about one sweep.

    `lr` is the suggested rate, `loss` the smoothed loss there (nats) and `index` the point of the
    sweep nearest to it; all three are None where there is no suggestion. `reason` is a sentence.
    """

    rule: str
    lr: float | None
    loss: float | None
    index: int | None
    reason: str


def _steepest(lrs: Curve, smoothed: Curve) -> float:
    # Of the lowest loss so far: coming back from a spike is no progress until it breaks new ground.
    ground = np.minimum.accumulate(smoothed)
    return float(lrs[np.argmin(np.gradient(ground, np.log10(lrs)))])


def _valley(lrs: Curve, smoothed: Curve) -> float:
    chain = _longest_fall(smoothed)
    return float(lrs[chain[len(chain) // 2]])


def _min_over_10(lrs: Curve, smoothed: Curve) -> float:
    return float(lrs[-1] / 10)


RULES: Mapping[str, Rule] = {
    "steepest": Rule(
        label="Steepest descent",
        computed="the rate at which the smoothed loss falls fastest for each decade of learning rate, "
        "before its lowest point",
        source="fastai, `steep` in fastai/callback/schedule.py, which takes the slope against log(rate); "
        "pytorch-lr-finder takes it for each step, which is the same on an exponential sweep; "
        "Lightning takes it against the rate itself, which favours low rates "
        "(https://github.com/Lightning-AI/pytorch-lightning/issues/21141)",
        find=_steepest,
    ),
    "valley": Rule(
        label="Longest valley",
        computed="the middle of the longest series of ever lower smoothed losses, up to the lowest point",
        source="fastai, `valley` in fastai/callback/schedule.py, the default of its `lr_find`",
        find=_valley,
    ),
    "min_over_10": Rule(
        label="Minimum / 10",
        computed="a tenth of the rate at which the smoothed loss is lowest",
        source="fastai, `minimum` in fastai/callback/schedule.py; the sweep itself is Smith's "
        "(2017, https://arxiv.org/abs/1506.01186, section 3.3)",
        find=_min_over_10,
    ),
}
"""The rules on offer, name -> rule, in the order in which a page shows them."""


def suggest(
    lrs: Sequence[float] | Curve,
    losses: Sequence[float] | Curve,
    rule: str = "steepest",
    *,
    beta: float | None = None,
) -> Suggestion:
    """Return the rate that `rule`, a name in RULES, reads off one sweep, or why there is none.

    `lrs` and `losses` (nats, unsmoothed) have shape (n,), n from 0 up; rates increase and are
    positive; losses count up to the first that is NaN, None or infinite. `beta` in [0, 1) is the
    weight of the past for each step in the smoothing, which looks both ways; without it the
    smoothing spans a fixed part of a decade. ParamError for an unknown rule, lists that do not
    fit together or beta out of range.
    """
    if rule not in RULES:
        raise ParamError(f"Rule must be one of {', '.join(RULES)}; {rule!r} was given.")
    return _apply(rule, read(lrs, losses, beta))


def suggest_all(
    lrs: Sequence[float] | Curve, losses: Sequence[float] | Curve, *, beta: float | None = None
) -> dict[str, Suggestion]:
    """Return every rule's suggestion for one sweep, by name; arguments and errors as in `suggest`."""
    descent = read(lrs, losses, beta)
    return {rule: _apply(rule, descent) for rule in RULES}


def _apply(rule: str, descent: Descent) -> Suggestion:
    if descent.flaw or descent.lowest is None:
        return Suggestion(rule, None, None, None, f"No suggestion: {descent.flaw}.")
    end = descent.lowest + 1
    lr = RULES[rule].find(descent.lrs[:end], descent.smoothed[:end])
    if lr < descent.lrs[0]:
        reason = f"No suggestion: {RULES[rule].computed} is {lr:.2g}, below the lowest rate of the sweep."
        return Suggestion(rule, None, None, None, reason)
    places = np.log10(descent.lrs)
    loss = float(np.interp(np.log10(lr), places, descent.smoothed))
    index = int(np.argmin(np.abs(places - np.log10(lr))))
    reason = f"{lr:.2g} is {RULES[rule].computed} ({descent.lrs[descent.lowest]:.2g})."
    return Suggestion(rule, lr, loss, index, reason)


def _longest_fall(values: Curve) -> list[int]:
    """Positions of a longest strictly decreasing subsequence, in order; patience sorting."""
    tops: list[float] = []  # negated: the best last value of a fall of each length
    ends: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values.tolist()):
        pile = bisect_left(tops, -value)
        tops[pile : pile + 1] = [-value]
        ends[pile : pile + 1] = [position]
        before.append(ends[pile - 1] if pile else -1)
    chain = [ends[-1]]
    while before[chain[-1]] >= 0:
        chain.append(before[chain[-1]])
    return chain[::-1]
