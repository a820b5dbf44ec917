"""What the warmup demo says at the end: the first peaks, failures k of n, and where the runs arrived."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from dash import html

from components.follow import Props
from components.plan_chart import swatch
from components.race_result import explain, how, spread, stopped
from components.result_table import result_table
from sims.events import Event
from sims.ranking import Finish, finishes, larger_than_spread, rank
from sims.smoothing import Curve
from sims.warmup import FIRST, Warmup, first_peaks

TWICE = 2.0
"""How many times as high a first peak must be to be called so."""


def conclusion(name: str, warmup: Warmup, events: Sequence[Event], finished: bool) -> Props:
    """Return the result of a run that finished; of one that was stopped only that it was."""
    if not finished:
        return stopped(name).props
    ends, peaks = finishes(warmup, events), first_peaks(warmup, events)
    by_arm = {arm: (end, row) for arm, end, row in zip(warmup.arms, ends, peaks, strict=True)}
    verdict, reasons = outcome(warmup, by_arm)
    return {
        (f"{name}-result", "children"): [
            html.P(verdict, className="headline"),
            html.P(reasons) if reasons else None,
            *explain(warmup, rank(ends), events),
            _table(warmup, by_arm),
            html.P(how(warmup, None), className="quiet"),
        ],
        (f"{name}-truth", "data"): {"options": predictions(by_arm)},
    }


def outcome(warmup: Warmup, by_arm: dict[str, tuple[Finish, Curve]]) -> tuple[str, str]:
    """Return what the warmup did to the end, in a sentence, and the rest: the first updates, failures, the control.

    Both say no more than the seeds can tell.
    """
    if "without" not in by_arm or "with" not in by_arm:
        return _alone(warmup, by_arm), ""
    (plain, plain_peaks), (warm, warm_peaks) = by_arm["without"], by_arm["with"]
    higher = int((plain_peaks >= TWICE * warm_peaks).sum())
    head = (
        f"Without warmup the loss of the first {FIRST} updates peaks at {_range(plain_peaks)}, with it at "
        f"{_range(warm_peaks)}"
    )
    head += f": at least twice as high with {higher} of {warmup.seeds} seeds. " if higher else ". "
    if plain.failed or warm.failed:
        head += f"Without warmup {plain.failed} of {warmup.seeds} seeds failed, with it {warm.failed}. "
    verdict, more = _ending(warmup, plain, warm, by_arm)
    return verdict, (head + more).rstrip()


def _alone(warmup: Warmup, by_arm: dict[str, tuple[Finish, Curve]]) -> str:
    """Return how a run ended that has nothing beside it to be compared with."""
    ends = [
        f"{end.label}: test accuracy {_percent(end)}, test loss {end.loss:.3f}" for end, _ in by_arm.values()
    ]
    return f"{'; '.join(ends)}. Switch on both runs, without and with warmup, to compare them."


def _ending(
    warmup: Warmup, plain: Finish, warm: Finish, by_arm: dict[str, tuple[Finish, Curve]]
) -> tuple[str, str]:
    accuracies = f"test accuracy {_percent(warm)} with warmup and {_percent(plain)} without"
    if warmup.seeds == 1:
        return f"It ends at {accuracies}; one seed cannot tell luck from warmup.", ""
    if larger_than_spread(warm, plain) or warm.failed < plain.failed:
        clear = larger_than_spread(warm, plain)
        count = f"{warm.failed} of {warmup.seeds} against {plain.failed}"
        said = "It ends better with warmup" if clear else f"Fewer seeds fail with warmup, {count}"
        verdict, said = f"{said}: {accuracies}.", ""
        if not clear:
            said += "Seeds that fail and seeds that live make two heaps, of which a mean says less than the count. "
        control = by_arm.get("control")
        if control is not None:
            same = control[0]
            said += f"The constant run of the same mean rate ({_percent(same)}) "
            if larger_than_spread(warm, same) or warm.failed < same.failed:
                said += "does not do as well."
            elif larger_than_spread(same, warm):
                said += "does better still: here a warmup helps by lowering the mean rate."
            else:
                said += "cannot be told from it with these seeds: part of what a warmup does is to lower the mean rate."
        return verdict, said.rstrip()
    if larger_than_spread(plain, warm) or plain.failed < warm.failed:
        return f"It ends better without warmup: {accuracies}.", ""
    return f"In the end it makes no difference that these seeds could show: {accuracies}.", ""


def _range(values: Curve) -> str:
    there = values[np.isfinite(values)]
    if not len(there):
        return "no number at all"
    low, high = float(there.min()), float(there.max())
    return f"{low:.1f}" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f} to {high:.1f}"


def _percent(end: Finish) -> str:
    return "none" if math.isnan(end.accuracy) else f"{end.accuracy:.1%}"


def _table(warmup: Warmup, by_arm: dict[str, tuple[Finish, Curve]]) -> Any:
    head = (
        "Run",
        f"Highest loss of the first {FIRST}",
        "Failed",
        "Test loss (nats)",
        "Test accuracy",
        "Mean rate",
    )
    rows = []
    for line, (end, peaks) in zip(warmup.lines(), by_arm.values(), strict=True):
        rates = warmup.rates(line)
        cells = (
            [swatch(line.style), " ", line.label],
            _range(peaks),
            f"{end.failed} of {warmup.seeds}",
            spread(end.losses, "{:.3f}"),
            spread([100 * accuracy for accuracy in end.accuracies], "{:.1f}", " %"),
            "" if rates is None else f"{float(rates.mean()):.3g}",
        )
        rows.append(cells)
    return result_table(head, rows)


def predictions(by_arm: dict[str, tuple[Finish, Curve]]) -> dict[str, str]:
    """Return what became of each possible prediction, by its name."""
    if "without" not in by_arm or "with" not in by_arm:
        return {}
    plain, warm = by_arm["without"][0], by_arm["with"][0]
    better = larger_than_spread(warm, plain) or warm.failed < plain.failed
    worse = larger_than_spread(plain, warm) or plain.failed < warm.failed
    truth = "better" if better else "worse" if worse else "same"
    said = {
        "better": "that the run with warmup would end better",
        "worse": "that the run with warmup would end worse",
        "same": "that it would make no difference in the end",
    }
    accuracies = f"{_percent(warm)} with, {_percent(plain)} without"
    other = "the seeds show no clear difference" if truth == "same" else "that is not what happened"
    not_so = f"but {other}: {accuracies}."
    if len(plain.losses) == 1:
        one_seed = f"but one seed cannot tell: {accuracies}."
        return {option: f"You predicted {text}, {one_seed}" for option, text in said.items()}
    return {
        option: f"You predicted {text}, {'and so it was.' if option == truth else not_so}"
        for option, text in said.items()
    }
