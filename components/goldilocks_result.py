"""What the first page says once its three rates have trained: a sentence for all, and one for each."""

import math
from collections.abc import Sequence

from dash import html

from components.plan_chart import swatch
from components.race_result import Result, how, spread, stopped
from sims.contest import AT_THE_END, Contest
from sims.events import Diverged, Evaluation, Event
from sims.ranking import STUCK, Finish, Ranking, finishes, rank

FAR = 3.0
"""Test loss, in nats, from which on a run is not said to guess: it is confident and wrong."""

PREDICTED = {
    "nan": ("would break off with a loss that is no number", "broke off with a loss that is no number"),
    "guess": ("would end no better than guessing", "ended no better than guessing"),
    "worse": ("would learn, but end above another rate", "learned, but ended above another rate"),
    "best": ("would end lowest", "ended lowest"),
}
"""What may be predicted of the highest rate, in the words that come back to it, and what it did."""


def conclusion(name: str, contest: Contest, events: Sequence[Event], finished: bool) -> Result:
    """Return the result of a run that finished; of one that was stopped only that it was."""
    if not finished:
        return stopped(name)
    ends = finishes(contest, events)
    ranking = rank(ends)
    rows = [
        html.Li(
            [swatch(one.schedule), html.Strong(one.label), ": ", fate(contest, one, ranking, events)],
            className="fate",
        )
        for one in ends
    ]
    shown = [
        html.P(headline(contest, ranking), className="headline"),
        html.Ul(rows, className="fates"),
        html.P(how(contest, None), className="quiet"),
    ]
    truth = {"options": predictions(ends)}
    return Result({(f"{name}-result", "children"): shown, (f"{name}-truth", "data"): truth}, None)


def headline(contest: Contest, ranking: Ranking) -> str:
    """Return which rate comes first and by how much, and whether the three names fit."""
    best, seeds = ranking.places[0], contest.seeds
    if best.failed == seeds:
        return (
            "None of the three rates trained: no seed ended below the loss of guessing, 2.303. "
            "Try rates further apart."
        )
    lowest = all(math.isnan(one.loss) or best.loss <= one.loss for one in ranking.places)
    said = f"{best.label}, ends lowest" if lowest else f"{best.label}, comes first, with the fewest failures"
    said += f": a test loss of {best.loss:.3f} after {contest.steps} steps"
    level = [one.label for one, clear in zip(ranking.places[1:], ranking.clear[1:], strict=True) if not clear]
    if seeds == 1:
        said += ", with one seed, which cannot tell luck from rate."
    elif not level:
        said += f", ahead of both others by more than the spread over {seeds} seeds."
    else:
        said += f"; its lead over {' and '.join(level)} is not larger than the spread over {seeds} seeds."
    if best.schedule != "just_right":
        said += " So the names do not fit here: just right is another rate than the one called so."
    return said


def fate(contest: Contest, one: Finish, ranking: Ranking, events: Sequence[Event]) -> str:
    """Return what happened at one rate, seed by seed where seeds differ."""
    seeds, rates = contest.seeds, [line.lr for line in contest.lines()]
    trained = [rates[other.arm] for other in ranking.places if other.failed < seeds]
    below = bool(trained) and rates[one.arm] < min(trained)
    parts = []
    ended = [event.step for event in events if isinstance(event, Diverged) and event.arm == one.arm]
    if ended:
        steps = f"step {ended[0]}" if len(set(ended)) == 1 else f"steps {min(ended)} to {max(ended)}"
        parts.append(
            f"the loss was no number any more at {steps}{_of(len(ended), seeds)}, which ends the curve there"
        )
    far = [loss for loss in one.losses if loss >= FAR]
    if far:
        parts.append(
            f"worse than guessing in the end, at a test loss of up to {max(far):.3g}{_of(len(far), seeds)}"
        )
    stuck = sum(STUCK <= loss < FAR for loss in one.losses)
    if stuck and below:
        parts.append(f"hardly a step away from the loss of guessing, 2.303{_of(stuck, seeds)}")
    elif stuck:
        parts.append(f"no better than the loss of guessing, ln 10 = 2.303{_of(stuck, seeds)}")
    well = [place for place, loss in enumerate(one.losses) if loss < STUCK]
    if well:
        parts.append(_learned(contest, one, ranking, events, well))
    said = "; ".join(parts) + "."
    if stuck and not below and any(rate < rates[one.arm] for rate in trained):
        said += " Steps that overshoot can leave units where no image activates them, and then no gradient reaches them any more."
    return said


def _learned(
    contest: Contest, one: Finish, ranking: Ranking, events: Sequence[Event], well: Sequence[int]
) -> str:
    """Return how the seeds ended that learned something; `well` are their places."""
    said = f"a test loss of {spread([one.losses[place] for place in well], '{:.3f}')}"
    right = sum(one.accuracies[place] for place in well) / len(well)
    said += f" and {right:.1%} of the test images right"
    if len(well) < contest.seeds:
        said += _of(len(well), contest.seeds)
    best = ranking.places[0]
    if one is best:
        return said + ", the best of the three"
    if contest.lines()[one.arm].lr < contest.lines()[best.arm].lr and _falling(
        contest, one.arm, events, well
    ):
        return said + ", and still falling when the steps ran out"
    return said


def _of(some: int, seeds: int) -> str:
    """Return with how many seeds something happened, nothing where there is only one."""
    if seeds == 1:
        return ""
    return (
        f" with {'both' if seeds == 2 else f'all {seeds}'} seeds"
        if some == seeds
        else f" with {some} of {seeds} seeds"
    )


def _falling(contest: Contest, arm: int, events: Sequence[Event], places: Sequence[int]) -> bool:
    """Whether the test loss of each of these seeds fell over the last quarter that was measured on equal images."""
    looks = {
        (event.seed, event.step): event.loss
        for event in events
        if isinstance(event, Evaluation) and event.arm == arm and event.images < AT_THE_END
    }
    steps = sorted({step for _, step in looks})
    return len(steps) > 2 and all(looks[place, steps[-1]] < looks[place, steps[-3]] for place in places)


def outcomes(ends: Sequence[Finish]) -> list[str]:
    """Return what became of the highest rate with each seed: one of the names in PREDICTED."""
    *others, high = ends
    found = []
    for seed, loss in enumerate(high.losses):
        if math.isnan(loss):
            found.append("nan")
        elif loss >= STUCK:
            found.append("guess")
        else:
            beaten = any(other.losses[seed] < loss for other in others)
            found.append("worse" if beaten else "best")
    return found


def predictions(ends: Sequence[Finish]) -> dict[str, str]:
    """Return what became of each possible prediction, by its name."""
    found = outcomes(ends)
    happened = max(PREDICTED, key=found.count)

    def told(name: str) -> str:
        said = f"You predicted that the highest rate {PREDICTED[name][0]}"
        if name == happened:
            return f"{said}, and it did{_of(found.count(name), len(found))}."
        tail = f"it {PREDICTED[happened][1]}{_of(found.count(happened), len(found))}."
        if name in found:
            return f"{said}, and it did{_of(found.count(name), len(found))}, but {tail}"
        return f"{said}, but {tail}"

    return {name: told(name) for name in PREDICTED}
