"""A question about the learner's own cycles: who was ahead where the first cycle ended?"""

import math
from collections.abc import Sequence

from sims import own_race
from sims.cyclical import Cyclical
from sims.events import Evaluation, Event
from sims.experiment import Experiment
from sims.question import Option, Quiz
from sims.ranking import finishes

APART = 0.001
"""Accuracy by which the best must be ahead at a trough: one image of the 1,000 that are measured there."""


def question(experiment: Experiment, events: Sequence[Event]) -> Quiz | None:
    """Return the question of a run that has finished: which line was best at its first clear trough.

    The trough at the end of the run is left out, as the result names who is best there. Where there
    is no other, or nobody was ahead at one, the question is that of any race (`sims.own_race`).
    """
    if not isinstance(experiment, Cyclical):
        return None
    if experiment.compare == "cycles":
        for number, trough in enumerate(experiment.troughs()[:-1], start=1):
            asked = _at(experiment, events, number, trough)
            if asked is not None:
                return asked
    return own_race.question(experiment, events)


def _at(cyclical: Cyclical, events: Sequence[Event], number: int, trough: int) -> Quiz | None:
    ends = [end for end in finishes(cyclical, events) if end.failed < cyclical.seeds]
    there: dict[int, list[float]] = {end.arm: [] for end in ends}
    for event in events:
        if isinstance(event, Evaluation) and event.step == trough and event.arm in there:
            there[event.arm].append(event.accuracy)
    means = {arm: sum(found) / len(found) for arm, found in there.items() if found}
    order = sorted(means, key=lambda arm: -means[arm])
    if len(order) < 2 or means[order[0]] - means[order[1]] < APART:
        return None
    low = min(end.loss for end in ends if math.isfinite(end.loss))
    options = []
    for end in ends:
        if end.arm in means:
            said = f"At step {trough} {means[end.arm]:.1%} of the test images were right; it ended at {end.accuracy:.1%}"
            said += ", with the lowest loss of all." if end.loss == low else "."
            options.append(Option(end.label, said, right=end.arm == order[0]))
    which = ("first", "second", "third")[number - 1] if number <= 3 else f"{number}th"
    seeds = f", in the mean over {cyclical.seeds} seeds" if cyclical.seeds > 1 else ""
    return Quiz(
        f"{cyclical.KIND}-own",
        f"Go back to where the {which} cycle ended, step {trough}. Which of your runs had the best test accuracy "
        f"there{seeds}?",
        options,
    )
