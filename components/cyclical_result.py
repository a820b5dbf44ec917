"""What the demo of cyclical rates says at the end: the ranking, or what a quarter of the steps was worth."""

import math
from collections.abc import Sequence

from dash import html

from components.race_result import Result, explain, how, stopped, table
from components.race_result import conclusion as ranked
from sims.contest import Contest
from sims.cyclical import Cyclical
from sims.events import Event
from sims.ranking import Finish, finishes, larger_than_spread, rank


def conclusion(name: str, contest: Contest, events: Sequence[Event], finished: bool) -> Result:
    """Return the result of a run that finished; of one that was stopped only that it was."""
    if not finished:
        return stopped(name)
    if not isinstance(contest, Cyclical) or contest.compare != "super":
        return ranked(name, contest, events, finished)
    ends = finishes(contest, events)
    ranking = rank(ends)
    shown = [
        html.P(quarter(contest, ends), className="headline"),
        *explain(contest, ranking, events),
        table(contest, ranking),
        html.P(how(contest, None), className="quiet"),
    ]
    return Result(
        {(f"{name}-result", "children"): shown, (f"{name}-truth", "data"): {"options": {}}},
        None,
    )


def quarter(contest: Cyclical, ends: Sequence[Finish]) -> str:
    """Return what one-cycle made of a quarter of the steps, against step decay on all and on as many."""
    cycle, full, same = ends
    if not math.isfinite(cycle.loss) or cycle.failed == contest.seeds:
        return f"One-cycle did not train at a highest rate of {contest.lr:g}; try a lower one."
    head = f"On {contest.short} steps one-cycle ends at a test loss of {cycle.loss:.3f}; step decay "
    if not math.isfinite(full.loss) or full.failed == contest.seeds:
        return head + f"did not train from a rate of {contest.decay_lr:g}; try a lower one."
    head += (
        f"ends at {full.loss:.3f} on all {contest.steps}, at {same.loss:.3f} on the same {contest.short}. "
    )
    if contest.seeds == 1:
        return head + "One seed cannot tell luck from schedule."
    if not larger_than_spread(full, cycle) and not cycle.failed:
        if cycle.loss > full.loss:
            return (
                head
                + "The difference is within the spread: whether a quarter is enough these seeds cannot tell."
            )
        return head + "A quarter of the steps was enough here: one-cycle does not end above step decay."
    ahead = larger_than_spread(cycle, same)
    better = "It makes more of a short budget than step decay, but" if ahead else "So"
    return head + f"{better} there is no super-convergence here: a quarter of the steps is not enough."
