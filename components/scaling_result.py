"""What the demo of the linear scaling rule says at the end: which rate keeps a large batch closest to the small one."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.plan_chart import swatch
from components.race_result import SAME, Result, explain, spread, stopped
from components.result_table import result_table
from sims.contest import Contest
from sims.events import Event
from sims.ranking import Finish, Ranking, finishes, larger_than_spread, rank
from sims.scaling import RULES, Scaling, between_seeds, distances, measured


def conclusion(name: str, contest: Contest, events: Sequence[Event], finished: bool) -> Result:
    """Return the result of a run that finished; of one that was stopped only that it was."""
    if not finished:
        return stopped(name)
    if not isinstance(contest, Scaling):
        raise TypeError(f"{contest!r} is no demo of batch sizes")
    ends, losses = finishes(contest, events), measured(contest, events)
    near = closeness(ends, distances(losses).tolist())
    apart = between_seeds(losses)
    shown = [
        html.P(sentence(contest, ends, near, apart), className="headline"),
        *explain(contest, rank(ends), events),
        table(contest, ends, near),
        html.P(how(contest), className="quiet"),
    ]
    props = {
        (f"{name}-result", "children"): shown,
        (f"{name}-truth", "data"): {"options": predictions(near)},
    }
    return Result(props, None)


def closeness(ends: Sequence[Finish], away: Sequence[Sequence[float]]) -> Ranking:
    """Return the large batches by their distance from the small one, in nats over seeds, the closest first.

    `ends` are how all lines ended, the small batch first; `away` has a row for each of the others.
    """
    return rank(
        [
            Finish(end.schedule, end.label, end.arm, tuple(far), end.accuracies)
            for end, far in zip(ends[1:], away, strict=True)
        ]
    )


def sentence(scaling: Scaling, ends: Sequence[Finish], near: Ranking, apart: float) -> str:
    """Return which large batch stays closest, whether by more than the seeds differ, and where it ends."""
    small = ends[0]
    if small.failed == scaling.seeds:
        return f"{small.label} did not train, so there is nothing to follow; try a lower rate."
    first = near.places[0]
    end = next(one for one in ends if one.arm == first.arm)
    if end.failed == scaling.seeds:
        return (
            f"No large batch trained; batch {scaling.batch_size} did, at {small.loss:.3f}. A smaller k may."
        )
    parts = [f"{first.label}, stays closest to {small.label[0].lower()}{small.label[1:]}"]
    if len(near.places) == 1:
        parts = [f"{first.label}, against {small.label[0].lower()}{small.label[1:]}"]
    parts.append(f": after as many images its test loss is {first.loss:.3f} away, mean over the run")
    others = [f"{one.label.rpartition(', ')[2]} {one.loss:.3f}" for one in near.places[1:]]
    parts.append(f" ({'; '.join(others)}). " if others else ". ")
    if scaling.seeds == 1:
        return "".join(parts) + "One seed cannot tell luck from rule: train three or more."
    return "".join(parts) + " ".join(_compared(scaling, small, end, near, apart))


def _compared(scaling: Scaling, small: Finish, end: Finish, near: Ranking, apart: float) -> list[str]:
    """Return the lead against the spread, two seeds of the small batch as a yardstick, the ends, and failures."""
    said = []
    if len(near.places) > 1:
        clear = all(near.clear[1:])
        runner_up = "the lead is" if len(near.places) == 2 else "its lead over each of the others is"
        said.append(
            f"{runner_up[0].upper()}{runner_up[1:]} larger than the spread over {scaling.seeds} seeds."
            if clear
            else f"Its lead is not larger than the spread over {scaling.seeds} seeds for every other rate."
        )
    if math.isfinite(apart):
        said.append(f"Two seeds of the small batch are {apart:.3f} apart.")
    worse, better = larger_than_spread(small, end), larger_than_spread(end, small)
    size = "more" if worse or better else "no more"
    said.append(f"It ends at {end.loss:.3f}, the small batch at {small.loss:.3f}: {size} than the spread.")
    return said


def table(scaling: Scaling, ends: Sequence[Finish], near: Ranking) -> Any:
    """Return every run with its updates, its distance from the small batch, and where it ended."""
    head = ("Run", "Updates", "Distance (nats)", "", "Final test loss", "Test accuracy")
    away = {one.arm: one for one in near.places}
    verdict = {one.arm: _verdict(near, place, scaling.seeds) for place, one in enumerate(near.places)}
    lines = scaling.lines()
    order = [ends[0], *(next(end for end in ends if end.arm == one.arm) for one in near.places)]
    rows = []
    for end in order:
        cells = (
            [swatch(end.schedule), " ", end.label],
            str(scaling.updates(lines[end.arm])),
            spread(away[end.arm].losses, "{:.3f}") if end.arm in away else "–",
            verdict.get(end.arm, "to be followed"),
            spread(end.losses, "{:.3f}"),
            spread([100 * accuracy for accuracy in end.accuracies], "{:.1f}", " %"),
        )
        rows.append(cells)
    return result_table(head, rows, wrap=[0])


def _verdict(near: Ranking, place: int, seeds: int) -> str:
    first, one = near.places[0], near.places[place]
    if not place:
        return "closest" if len(near.places) > 1 else ""
    if not math.isfinite(one.loss):
        return "did not finish"
    gap = f"{one.loss - first.loss:+.3f}"
    if seeds == 1:
        return gap
    return f"{gap}, {'more than' if near.clear[place] else 'within'} the spread"


def how(scaling: Scaling) -> str:
    """Return how the distance was measured."""
    lines = scaling.lines()
    looks = len(scaling.looks(lines[0]))
    return (
        f"Every run sees the same {scaling.steps * scaling.batch_size:,} images in the same order. Distance: the absolute "
        f"difference in test loss from the small batch of the same seed, mean of {looks} measurements after as many "
        "images (1,000 test images, 10,000 at the end). ± is the standard deviation over seeds; seeds are compared pair "
        "by pair, and a difference counts as more than the spread where its 95 % interval (Student's t) leaves out zero."
    )


def predictions(near: Ranking) -> Mapping[str, str]:
    """Return what became of each possible prediction, by its name."""
    first, tie = near.places[0], len(near.places) > 1 and not near.clear[1]
    names = {rule: f"batch_{rule}" for rule in RULES}
    said = dict.fromkeys(RULES, "You predicted a rate that was not trained here.")
    place = {one.schedule: (one, clear) for one, clear in zip(near.places, near.clear, strict=True)}
    for rule, style in names.items():
        if style not in place:
            continue
        one, clear = place[style]
        head = f"You predicted that {one.label} would stay closest, "
        if one is first:
            said[rule] = head + ("and it did, though not by more than the spread." if tie else "and it did.")
        elif math.isfinite(one.loss):
            size = "more" if clear else "no more"
            said[rule] = (
                head + f"but {first.label} was {one.loss - first.loss:.3f} closer, {size} than the spread."
            )
        else:
            said[rule] = head + f"but it diverged; {first.label} stayed closest."
    said[SAME] = (
        "You predicted no clear difference, and the two closest are within the spread."
        if tie
        else f"You predicted no clear difference, but {first.label} is clearly closest."
    )
    return said
