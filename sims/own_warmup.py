"""A question about the learner's own run of the warmup demo: how often did it fail, or how high did it peak?"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sims.audit import UNTRAINED
from sims.events import Event
from sims.experiment import Experiment
from sims.question import Option, Quiz
from sims.ranking import Finish, finishes
from sims.warmup import ARMS, FIRST, Warmup, first_peaks

NAME = "warmup-own"
APART = 1.1
"""Factor by which two peaks must differ to be told apart."""


def question(experiment: Experiment, events: Sequence[Event]) -> Quiz | None:
    """Return the question of a run that has finished.

    Where seeds failed it asks with how many of them the run without warmup did; else how high the
    loss of the first updates went without warmup, in the mean over seeds. None without that run,
    where every seed of every run failed, or where no two of the peaks can be told apart.
    """
    if not isinstance(experiment, Warmup) or "without" not in experiment.arms:
        return None
    ends = dict(zip(experiment.arms, finishes(experiment, events), strict=True))
    if all(end.failed == experiment.seeds for end in ends.values()):
        return None
    if any(end.failed for end in ends.values()) and experiment.seeds > 1:
        return _failures(experiment.seeds, ends)
    return _peaks(experiment, events)


def _failures(seeds: int, ends: Mapping[str, Finish]) -> Quiz:
    truth = ends["without"].failed
    others = {arm: end.failed for arm, end in ends.items() if arm != "without"}
    counts = list(dict.fromkeys([truth, *others.values(), 0, seeds, seeds // 2]))[:4]
    options = []
    for count in sorted(counts):
        whose = [f"“{ARMS[arm]}”" for arm, failed in others.items() if failed == count]
        if count == truth:
            said = f"{truth} of {seeds}: {_losses(ends['without'])}."
            said += f" The same number failed with {' and '.join(whose)}." if whose else ""
        else:
            said = f"That is how many failed with {' and '.join(whose)}. " if whose else ""
            said += f"Without warmup the test losses were: {_losses(ends['without'])}."
        options.append(Option(f"With {count} of {seeds}", said, right=count == truth))
    return Quiz(NAME, f"With how many of your {seeds} seeds did the run without warmup fail?", options)


def _losses(end: Finish) -> str:
    each = ", ".join(f"{loss:.2f}" if math.isfinite(loss) else "blown up" for loss in end.losses)
    return f"{each}, where {UNTRAINED:.2f} is guessing"


def _peaks(warmup: Warmup, events: Sequence[Event]) -> Quiz | None:
    means = {
        arm: float(np.mean(row)) for arm, row in zip(warmup.arms, first_peaks(warmup, events), strict=True)
    }
    truth = means.pop("without")
    if not math.isfinite(truth):
        return None
    options = {truth: Option(f"{truth:.1f}", _height(truth), right=True)}
    for peak, said in (
        *((peak, f"So high went “{ARMS[arm]}”.") for arm, peak in means.items()),
        (
            UNTRAINED,
            f"That is the loss of guessing, where every run begins. Without warmup it went to {truth:.1f} first.",
        ),
    ):
        apart = all(abs(math.log(peak / other)) >= math.log(APART) for other in options)
        if apart and f"{peak:.1f}" not in [option.text for option in options.values()]:
            options[peak] = Option(f"{peak:.1f}", said)
    if len(options) < 2:
        return None
    mean = f", in the mean over your {warmup.seeds} seeds" if warmup.seeds > 1 else ""
    return Quiz(
        NAME,
        f"How high did the loss go in the first {FIRST} updates of your run without warmup{mean}?",
        [options[peak] for peak in sorted(options)],
    )


def _height(peak: float) -> str:
    if peak < UNTRAINED * APART:
        return "No higher than guessing: the first updates at the full rate did no harm here."
    return f"{peak / UNTRAINED:.1f} times the loss of guessing: the first updates made the network worse than untrained."
