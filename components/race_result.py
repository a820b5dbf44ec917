"""What a race of schedules says once it has ended: the ranking, its sentence, what became of a prediction."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components.follow import Props
from components.plan_chart import swatch
from components.result_table import result_table
from sims.contest import Contest
from sims.events import Diverged, Event
from sims.ranking import STUCK, Finish, Ranking, finishes, rank
from sims.schedules import SCHEDULES

SAME = "same"
"""The prediction that no schedule ends clearly ahead."""


@dataclass(frozen=True)
class Result:
    """What a race adds to the page; `best_constant` is the arm of the constant rate that counts."""

    props: Props
    best_constant: int | None


Conclude = Callable[[str, Contest, Sequence[Event], bool], Result]
"""What a view asks at the end: (widget's name, contest, events but steps, whether it finished) -> result."""


def conclusion(name: str, contest: Contest, events: Sequence[Event], finished: bool) -> Result:
    """Return the ranking of a race that has finished; of one that was stopped only that it was."""
    if not finished:
        return stopped(name)
    ranking = rank(finishes(contest, events))
    constant = next((one for one in ranking.places if one.schedule == "constant"), None)
    props: Props = {
        (f"{name}-result", "children"): [
            html.P(ranking.sentence, className="headline"),
            *explain(contest, ranking, events),
            table(contest, ranking),
            html.P(how(contest, constant), className="quiet"),
        ],
        (f"{name}-truth", "data"): {"options": predictions(ranking)},
    }
    return Result(props, constant.arm if constant else None)


def stopped(name: str) -> Result:
    """Return what is said of a race that did not reach its end."""
    note = html.P("The race did not reach its last step, so there is no ranking.", className="quiet")
    return Result({(f"{name}-result", "children"): note, (f"{name}-truth", "data"): None}, None)


def explain(contest: Contest, ranking: Ranking, events: Sequence[Event]) -> list[Any]:
    """Return what there is to say of seeds that blew up or died."""
    return [*_blown_up(contest, events), *_stuck(ranking)]


def _blown_up(contest: Contest, events: Sequence[Event]) -> list[Any]:
    ends = [event for event in events if isinstance(event, Diverged)]
    if not ends:
        return []
    lines = contest.lines()
    first = min(ends, key=lambda end: end.step)
    return [
        html.P(
            f"{lines[first.arm].label} blew up at step {first.step}: its steps overshot further each time, until the "
            "loss was no number any more. That seed's curve ends there, marked with a cross; the others went on.",
            className="quiet",
        )
    ]


def _stuck(ranking: Ranking) -> list[Any]:
    stuck = [one for one in ranking.places if any(loss >= STUCK for loss in one.losses)]
    if not stuck:
        return []
    names = ", ".join(one.label for one in stuck)
    return [
        html.P(
            f"{names}: at least one seed ended with the loss of guessing, 2.303. Steps that overshot have left its units "
            "where no image activates them any more, so no gradient reaches them and no later rate can bring them back.",
            className="quiet",
        )
    ]


def table(contest: Contest, ranking: Ranking) -> Any:
    """Return the places with losses, accuracies, their spread, and how far each is behind."""
    head = ("Place", "Schedule", "Test loss (nats)", "Test accuracy", "Behind the first", "Mean rate")
    lines, first = contest.lines(), ranking.places[0]
    rows = []
    for place, (one, clear) in enumerate(zip(ranking.places, ranking.clear, strict=True), start=1):
        rates = contest.rates(lines[one.arm])
        cells = (
            str(place),
            [swatch(one.schedule), " ", one.label],
            spread(one.losses, "{:.3f}"),
            spread([100 * accuracy for accuracy in one.accuracies], "{:.1f}", " %"),
            _behind(first, one, clear, contest.seeds),
            "by the loss" if rates is None else f"{float(rates.mean()):.3g}",
        )
        rows.append(cells)
    return result_table(head, rows, names=1, wrap=[1])


def spread(values: Sequence[float], form: str, unit: str = "") -> str:
    """Return mean and standard deviation over the seeds that did not diverge, and how many did."""
    there = [value for value in values if math.isfinite(value)]
    if not there:
        return "diverged"
    mean = sum(there) / len(there)
    text = form.format(mean)
    if len(there) > 1:
        deviation = math.sqrt(sum((value - mean) ** 2 for value in there) / (len(there) - 1))
        text += " ± " + form.format(deviation)
    missing = len(values) - len(there)
    return text + unit + (f" ({missing} diverged)" if missing else "")


def _behind(first: Finish, one: Finish, clear: bool, seeds: int) -> str:
    if one is first:
        return "first"
    if not math.isfinite(one.loss):
        return "did not finish"
    gap = f"{one.loss - first.loss:+.3f}"
    if seeds == 1:
        return gap
    return f"{gap}, more than the spread" if clear else f"{gap}, within the spread"


def how(contest: Contest, constant: Finish | None) -> str:
    """Return how it was measured and compared."""
    seeds = f"{contest.seeds} seeds" if contest.seeds > 1 else "one seed"
    said = (
        f"Measured on all 10,000 test images after {contest.steps} updates, {seeds}; ± is the standard deviation "
        "over seeds. Seeds are compared pair by pair: a difference counts as more than the spread where its 95 % interval "
        "(Student's t) leaves out zero."
    )
    if constant is not None:
        tried = ", ".join(label.removeprefix("Constant ") for label in constant.tried)
        said += f" Constant rates {tried} were trained; {constant.label.removeprefix('Constant ')} did best."
    return said


def predictions(ranking: Ranking) -> dict[str, str]:
    """Return what became of each possible prediction, by its name."""
    first, second_clear = ranking.places[0], ranking.clear[1] if len(ranking.clear) > 1 else False
    said = {
        name: f"You predicted {entry.label}, which was not in this race." for name, entry in SCHEDULES.items()
    }
    for one, clear in zip(ranking.places, ranking.clear, strict=True):
        label = SCHEDULES[one.schedule].label
        if one is first:
            tail = "and it did." if second_clear else "and it did, though not by more than the spread."
        elif one.failed:
            tail = f"but it failed with {one.failed} of {len(one.losses)} seeds; {first.label} ended lowest."
        else:
            size = "more" if clear else "no more"
            tail = f"but it ended {one.loss - first.loss:.3f} above {first.label}, {size} than the spread."
        said[one.schedule] = f"You predicted that {label} would end lowest, {tail}"
    tie = not second_clear
    said[SAME] = (
        "You predicted that nobody would be clearly ahead, and the first two are within the spread."
        if tie
        else f"You predicted that nobody would be clearly ahead, but {first.label} is."
    )
    return said
