"""What a fork says at the end: which branch ends lower, by how much over the seeds, and from when on."""

import math
from collections.abc import Sequence

from dash import html

from components.race_result import Result, explain, how, stopped, table
from sims.contest import Contest
from sims.events import Event
from sims.fork import Fork, lead
from sims.ranking import Finish, finishes, larger_than_spread, rank

OPTIONS = {
    "lower": "that the branch would end lower",
    "higher": "that the branch would end higher",
    "same": "that it would make no difference",
}


def conclusion(name: str, contest: Contest, events: Sequence[Event], finished: bool) -> Result:
    """Return the result of a fork that finished; of one that was stopped only that it was."""
    if not finished or not isinstance(contest, Fork):
        return stopped(name)
    was, branch = finishes(contest, events)
    shown = [
        html.P(sentence(contest, was, branch, events), className="headline"),
        *explain(contest, rank([was, branch]), events),
        table(contest, rank([was, branch])),
        html.P(how(contest, None), className="quiet"),
    ]
    return Result(
        {
            (f"{name}-result", "children"): shown,
            (f"{name}-truth", "data"): {"options": predictions(was, branch)},
        },
        None,
    )


def sentence(contest: Fork, was: Finish, branch: Finish, events: Sequence[Event]) -> str:
    """Return what the other rate was worth, seed by seed."""
    if math.isnan(branch.loss) and math.isnan(was.loss):
        return (
            f"Every seed had blown up before step {contest.at} or has since, so there is nothing to compare."
        )
    if math.isnan(branch.loss):
        return f"At {contest.factor:g} times the rate every seed of the branch blew up; as it was the run ends at {was.loss:.3f}."
    if math.isnan(was.loss):
        return f"As it was every seed blew up; forked at step {contest.at} the run ends at a test loss of {branch.loss:.3f}."
    gaps = [
        b - a for a, b in zip(was.losses, branch.losses, strict=True) if math.isfinite(a) and math.isfinite(b)
    ]
    if not gaps:
        return "No seed reached the end in both, so there is nothing to compare."
    gap = sum(gaps) / len(gaps)
    head = (
        f"Forked at step {contest.at}, with {contest.factor:g} times the rate, the run ends at a test loss of "
        f"{branch.loss:.3f}; as it was it ends at {was.loss:.3f}. "
    )
    if contest.seeds == 1:
        return head + "One seed cannot tell luck from rate."
    lower = sum(one < 0 for one in gaps)
    way = "lower" if gap < 0 else "higher"
    head += f"Seed by seed the branch is {abs(gap):.3f} {way} on average, lower with {lower} of {len(gaps)}: "
    if truth(was, branch) == "same":
        return head + "no more than the seeds differ."
    head += "more than the seeds differ."
    since = lead(contest, events)
    if since is None or truth(was, branch) != "lower":
        return head
    return head + f" It was so from step {since} on, {since - contest.at} updates after the fork."


def truth(was: Finish, branch: Finish) -> str:
    """Return "lower", "higher" or, where the seeds cannot tell, "same": how the branch ends."""
    if larger_than_spread(branch, was):
        return "lower"
    return "higher" if larger_than_spread(was, branch) else "same"


def predictions(was: Finish, branch: Finish) -> dict[str, str]:
    """Return what became of each possible prediction, by its name."""
    losses = f"{branch.loss:.3f} against {was.loss:.3f}"
    if len(was.losses) == 1:
        return {
            option: f"You predicted {text}; one seed cannot tell: {losses}."
            for option, text in OPTIONS.items()
        }
    right = truth(was, branch)
    return {
        option: f"You predicted {text}, {'and so it was' if option == right else 'but these seeds say otherwise'}: {losses}."
        for option, text in OPTIONS.items()
    }
