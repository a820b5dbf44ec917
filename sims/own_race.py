"""A question about the learner's own race: over whom was the lead larger than the spread?"""

from collections.abc import Sequence

from sims.contest import Contest
from sims.events import Event
from sims.experiment import Experiment
from sims.question import Option, Quiz
from sims.ranking import Finish, Ranking, finishes, rank

MOST = 4
"""Options at most."""
APART = 1.02
"""Factor by which two mean rates must differ to be told apart."""


def question(experiment: Experiment, events: Sequence[Event]) -> Quiz | None:
    """Return the question of a race that has finished: who is clearly behind its first.

    With one seed, which cannot tell, it asks for the lowest mean rate instead. None where nothing
    trained, or there are too few schedules to choose from.
    """
    if not isinstance(experiment, Contest):
        return None
    ranking = rank(finishes(experiment, events))
    if ranking.places[0].failed == experiment.seeds or len(ranking.places) < 2:
        return None
    return _mean_rate(experiment, ranking) if experiment.seeds == 1 else _lead(experiment, ranking)


def _lead(contest: Contest, ranking: Ranking) -> Quiz | None:
    first, others = ranking.places[0], ranking.places[1:]
    truth = frozenset(n for n, clear in enumerate(ranking.clear[1:]) if clear)
    everyone = frozenset(range(len(others)))
    closest, farthest = frozenset({0}), frozenset({len(others) - 1})
    sets = list(dict.fromkeys((truth, frozenset(), everyone, farthest, closest)))[:MOST]
    sets.sort(key=lambda names: (len(names), sorted(names)))
    said = {n: _behind(first, one, n in truth, contest.seeds) for n, one in enumerate(others)}
    options = [
        Option(
            _names(names, others),
            " ".join(said[n] for n in sorted(everyone if names == truth else names ^ truth)),
            right=names == truth,
        )
        for names in sets
    ]
    return Quiz(
        f"{contest.KIND}-own",
        f"{first.label} came first with your {contest.seeds} seeds. Over which of the others is its lead larger than the "
        "spread?",
        options,
    )


def _behind(first: Finish, one: Finish, clear: bool, seeds: int) -> str:
    if one.failed:
        head = f"{one.label} failed with {one.failed} of {seeds} seeds"
        return (
            f"{head}, which is counted as behind by more than the spread."
            if clear
            else f"{head}, too few to be sure."
        )
    gap = f"{one.label} ended {one.loss - first.loss:.3f} above {first.label}"
    if clear:
        return f"{gap}, and the seeds agree on it: the 95 % interval of the difference leaves out zero."
    return f"{gap}, but the seeds differ among themselves by so much that another draw could turn it round."


def _names(chosen: frozenset[int], others: Sequence[Finish]) -> str:
    labels = [others[n].label for n in sorted(chosen)]
    if not labels:
        return "Over none of them"
    if len(labels) == len(others):
        return "Over all of them" if len(labels) > 1 else f"Over {labels[0]}"
    return f"Over {' and '.join([', '.join(labels[:-1]), labels[-1]] if labels[1:] else labels)}" + (
        " alone" if len(labels) == 1 else ""
    )


def _mean_rate(contest: Contest, ranking: Ranking) -> Quiz | None:
    lines = contest.lines()
    found = []
    for place, one in enumerate(ranking.places, start=1):
        rates = contest.rates(lines[one.arm])
        if rates is not None:
            found.append((float(rates.mean()), place, one))
    found.sort(key=lambda entry: entry[0])
    if len(found) < 2 or found[1][0] < APART * found[0][0]:
        return None
    lowest = found[0][0]
    shown = sorted(found[:MOST], key=lambda entry: entry[1])
    return Quiz(
        f"{contest.KIND}-own",
        "Which of your schedules trained at the lowest mean rate?",
        [
            Option(
                one.label,
                f"Its mean rate was {mean:.3g}, and it came in at place {place} of {len(ranking.places)}.",
                right=mean == lowest,
            )
            for mean, place, one in shown
        ],
    )
