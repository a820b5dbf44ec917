"""A question about the learner's own range test: where did its loss turn?"""

import math
from collections.abc import Sequence

from sims.agreement import band, recommend
from sims.descent import Descent
from sims.events import Event
from sims.experiment import Experiment
from sims.question import Option, Quiz
from sims.range_test import RangeTest
from sims.regions import mean_descent
from sims.suggest import RULES, suggest_all
from sims.sweep import Sweep

APART = 1.3
"""Factor by which two rates must differ for one of them to be a wrong answer about the other."""
FEWEST, MOST = 3, 5
"""Options that the question needs at least, and has at most."""


def question(experiment: Experiment, events: Sequence[Event]) -> Quiz | None:
    """Return the question with rates of this sweep as options, in rising order.

    The right one is the end of the first descent of the smoothed mean loss, where the region called
    rising begins; the others are where the sweep began, where its loss began to fall and fell
    fastest, the recommended rate, and where it ended. None where the loss did not fall and turn, or
    fewer than FEWEST of these rates can be told apart.
    """
    if not isinstance(experiment, RangeTest):
        return None
    curves = Sweep(experiment, 0.0).feed(events).curves()
    mean = mean_descent(experiment.rates(), [losses for _, losses in curves])
    if mean.flaw or mean.falls_at is None or mean.lowest is None or mean.rises_at is None:
        return None
    turn = float(mean.lrs[mean.lowest])
    options = {turn: Option(_rate(turn), _at_the_turn(mean), right=True)}
    for rate, feedback in _others(mean, curves):
        far = all(abs(math.log(rate / other)) >= math.log(APART) for other in options)
        if far and len(options) < MOST:
            options[rate] = Option(_rate(rate), feedback)
    if len(options) < FEWEST:
        return None
    seeds = f", in the mean over {experiment.seeds} seeds" if experiment.seeds > 1 else ""
    return Quiz(
        "range-test-own",
        f"At which rate did the loss of your sweep turn from falling to rising{seeds}?",
        [options[rate] for rate in sorted(options)],
    )


def _at_the_turn(mean: Descent) -> str:
    assert mean.lowest is not None
    low, end = mean.smoothed[mean.lowest], mean.smoothed[mean.lowest :].max()
    return (
        f"There the smoothed loss was lowest, {low:.2f}, before it first climbed back; it rose to "
        f"{end:.2f}. A good constant rate lies well below this one."
    )


def _others(mean: Descent, curves: Sequence[tuple[list[float], list[float]]]) -> list[tuple[float, str]]:
    """Other rates of the sweep, the ones most easily mistaken for the turn first."""
    assert mean.lowest is not None
    assert mean.falls_at is not None
    start, low = mean.smoothed[0], mean.smoothed[mean.lowest]
    until = mean.lowest + 1
    steepest = RULES["steepest"].find(mean.lrs[:until], mean.smoothed[:until]) if until > 1 else None
    seeds = [suggest_all(*curve) for curve in curves]
    good = recommend({rule: band([one[rule] for one in seeds]) for rule in RULES}).lr
    first, falls, last = (float(mean.lrs[n]) for n in (0, mean.falls_at, -1))
    found: list[tuple[float | None, str]] = [
        (
            good if good is not None and good < mean.lrs[mean.lowest] else None,
            "This is the recommended rate. It lies where the loss still falls, on purpose: some way below the turn.",
        ),
        (
            last,
            f"Here the curve ends. The loss had turned before, at a rate of {mean.lrs[mean.lowest]:.2g}, where it was {low:.2f}.",
        ),
        (steepest, "Here the loss fell fastest for each decade of rate. It went on falling above it."),
        (
            falls,
            f"Here the loss first was clearly below its start, {start:.2f}: the flat part ends, the falling one begins.",
        ),
        (
            first,
            f"Here the sweep began, at a loss of {start:.2f}; steps this small change nothing that could be seen.",
        ),
    ]
    return [(rate, said) for rate, said in found if rate is not None]


def _rate(rate: float) -> str:
    return f"A rate of {rate:.2g}"
