"""What the demo of mix-ups says at the end: what each cost, as far as the seeds can tell."""

from collections.abc import Sequence

from dash import html

from components.race_result import Result, explain, how, stopped, table
from sims.contest import Contest
from sims.events import Event
from sims.mixup import RIGHT, SETUPS
from sims.ranking import Finish, finishes, larger_than_spread, rank

ASKED = "cosine_slow"
"""The mix-up that the prediction is about."""


def conclusion(name: str, contest: Contest, events: Sequence[Event], finished: bool) -> Result:
    """Return the result of a run that finished; of one that was stopped only that it was."""
    if not finished:
        return stopped(name)
    ends = {end.schedule: end for end in finishes(contest, events)}
    ranking = rank(tuple(ends.values()))
    shown = [
        html.P(sentence(ends), className="headline"),
        *explain(contest, ranking, events),
        table(contest, ranking),
        html.P(how(contest, None), className="quiet"),
    ]
    truth = {"options": predictions(ends)} if ASKED in ends else None
    return Result({(f"{name}-result", "children"): shown, (f"{name}-truth", "data"): truth}, None)


def counterpart(name: str, ends: dict[str, Finish]) -> Finish:
    """Return what a way to step is compared with: the right way of the same scheduler, or else the right cosine."""
    own = [
        end
        for other, end in ends.items()
        if other != name and SETUPS[other].right and SETUPS[other].schedule == SETUPS[name].schedule
    ]
    return own[0] if own else ends[RIGHT]


def sentence(ends: dict[str, Finish]) -> str:
    """Return how the right cosine ended, and whether each of the others ended above or below its counterpart."""
    right = ends[RIGHT]
    seeds = len(right.losses)
    if right.failed == seeds:
        return "Even the cosine that is stepped as it should be did not train at this rate: try a lower one."
    head = f"The cosine that is stepped as it should be ends at a test loss of {right.loss:.3f}."
    if seeds == 1:
        rest = [f"{_short(name)} at {end.loss:.3f}" for name, end in ends.items() if name != RIGHT]
        return f"{head[:-1]}, {_listed(rest)}. One seed cannot tell luck from a mix-up: train three or more."
    said: dict[str, list[str]] = {"above": [], "below": [], "level": []}
    for name, end in ends.items():
        if name != RIGHT:
            said[_verdict(name, ends)].append(f"{_short(name)} ({end.loss:.3f})")
    more = f"by more than the spread over {seeds} seeds"
    parts = []
    if said["above"]:
        parts.append(f"{_listed(said['above'])} {_end(said['above'])} higher {more}.")
    if said["below"]:
        parts.append(f"{_listed(said['below'])} {_end(said['below'])} lower {more}.")
    if said["level"]:
        parts.append(
            f"Of {_listed(said['level'])} these seeds can tell no difference from stepping it right."
        )
    against = "one_cycle" in ends and "one_cycle_slow" in ends
    note = " One-cycle's mix-up is compared with one-cycle stepped right." if against else ""
    return " ".join([head, *(part[0].upper() + part[1:] for part in parts)]) + note


def predictions(ends: dict[str, Finish]) -> dict[str, str]:
    """Return what became of each possible prediction, by its name."""
    truth, right, slow = _verdict(ASKED, ends), ends[RIGHT], ends[ASKED]
    said = {"above": "it would end higher", "below": "it would end lower", "level": "it would hardly matter"}
    losses = f"{slow.loss:.3f} stepped per epoch, {right.loss:.3f} stepped per update"
    if len(right.losses) == 1:
        return {
            option: f"You predicted that {text}; one seed cannot tell: {losses}."
            for option, text in said.items()
        }
    return {
        option: f"You predicted that {text}, "
        + (f"and so it was: {losses}." if option == truth else f"but that is not what happened: {losses}.")
        for option, text in said.items()
    }


def _verdict(name: str, ends: dict[str, Finish]) -> str:
    """Return whether a way to step ended "above" its counterpart, "below" it, or "level" with it."""
    end, other = ends[name], counterpart(name, ends)
    if larger_than_spread(other, end):
        return "above"
    return "below" if larger_than_spread(end, other) else "level"


def _short(name: str) -> str:
    setup = SETUPS[name]
    scheduler = setup.label.partition(":")[0].lower()
    return f"the {scheduler} in {setup.length_in}s stepped per {setup.stepped_per}"


def _end(names: Sequence[str]) -> str:
    return "ends" if len(names) == 1 else "end"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
