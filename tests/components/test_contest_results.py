"""What the demos of warmup and of cyclical rates say once they have ended, and how the map is coloured."""

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from components import theme
from components.cyclical_result import quarter
from components.map_view import BEST, LEGEND, WORST, MapView, colour, place
from components.warmup_result import outcome, predictions
from sims.cyclical import Cyclical
from sims.engine import Status
from sims.events import Diverged, Evaluation, Event
from sims.ranking import STUCK, Finish
from sims.smoothing import Curve
from sims.warmup import Warmup

NAN = math.nan
LOW, LESS = (0.30, 0.31, 0.32), (0.40, 0.41, 0.42)
"""Losses of three seeds; the second are worse by more than the spread."""
WIDE = (0.20, 0.31, 0.50)
"""Neither better nor worse than LOW by more than the spread."""
STAYED = (0.30, 0.31, 2.303)
"""One seed has failed."""


def arm(name: str, losses: tuple[float, ...], peaks: tuple[float, ...] = ()) -> tuple[Finish, Curve]:
    """Return how an arm of the warmup demo ended, with an accuracy of 1 - loss, not below 0.1."""
    accuracies = tuple(loss if math.isnan(loss) else max(0.1, 1 - loss) for loss in losses)
    return Finish(name, name, 0, losses, accuracies), np.asarray(peaks or [2.3] * len(losses))


def said(
    without: tuple[float, ...] = LOW,
    with_it: tuple[float, ...] = LOW,
    control: tuple[float, ...] | None = None,
    peaks: tuple[tuple[float, ...], tuple[float, ...]] = ((), ()),
) -> str:
    """Return the reasons of a run that ended like this, and then its verdict."""
    by_arm = {"without": arm("without", without, peaks[0]), "with": arm("with", with_it, peaks[1])}
    if control is not None:
        by_arm["control"] = arm("control", control)
    verdict, reasons = outcome(Warmup(arms=tuple(by_arm), seeds=len(without)), by_arm)
    return f"{reasons} {verdict}"


def became(without: tuple[float, ...], with_it: tuple[float, ...]) -> dict[str, str]:
    """Return what is said of each prediction after a run that ended like this."""
    return predictions({"without": arm("without", without), "with": arm("with", with_it)})


# Warmup: the first updates


def test_first_peaks_are_told_with_how_many_seeds_they_are_twice_as_high() -> None:
    assert said(peaks=((4.6, 8.4, 4.0), (2.3, 2.3, 2.3))).startswith(
        "Without warmup the loss of the first 60 updates peaks at 4.0 to 8.4, with it at 2.3: at least twice as high "
        "with 2 of 3 seeds. "
    )


def test_first_peaks_that_are_alike_are_told_without_a_comparison() -> None:
    assert said(peaks=((2.3, 2.4, 2.3), (2.3, 2.3, 2.3))).startswith(
        "Without warmup the loss of the first 60 updates peaks at 2.3 to 2.4, with it at 2.3. In the end"
    )


def test_a_run_whose_first_loss_was_none_has_no_peak() -> None:
    assert "peaks at no number at all, with it at 2.3. " in said(peaks=((NAN, NAN, NAN), (2.3, 2.3, 2.3)))
    assert "peaks at 5.0, with it at 2.3: at least twice as high with 1 of 3 seeds" in said(
        peaks=((NAN, 5.0, NAN), (2.3, 2.3, 2.3))
    )


def test_failures_are_counted_for_both_runs_and_only_where_there_are_any() -> None:
    told = said((0.3, 2.303, NAN), (0.3, 0.3, 2.303))
    assert "Without warmup 2 of 3 seeds failed, with it 1. " in told
    assert "failed" not in said()


# Warmup: the end


def test_better_with_warmup() -> None:
    assert said(LESS, LOW).endswith(
        "It ends better with warmup: test accuracy 69.0% with warmup and 59.0% without."
    )
    assert "Fewer seeds fail with warmup, 0 of 3 against 1: " in said(STAYED, LOW)


def test_no_difference_that_these_seeds_could_show() -> None:
    assert said(WIDE, LOW).endswith(
        "In the end it makes no difference that these seeds could show: test accuracy 69.0% with warmup and 66.3% "
        "without."
    )


@pytest.mark.parametrize("with_it", [LESS, STAYED, (0.30, 0.31, NAN)])
def test_worse_with_warmup(with_it: tuple[float, ...]) -> None:
    assert "It ends better without warmup: " in said(LOW, with_it)


def test_one_seed_cannot_tell() -> None:
    told = said((0.9,), (0.3,), (0.9,), ((9.0,), (2.3,)))
    assert "at least twice as high with 1 of 1 seeds. " in told
    assert told.endswith(
        "It ends at test accuracy 70.0% with warmup and 10.0% without; one seed cannot tell luck from warmup."
    )


@pytest.mark.parametrize(
    ("control", "tail"),
    [
        (LESS, "(59.0%) does not do as well."),
        (STAYED, "does not do as well."),
        (
            WIDE,
            "(66.3%) cannot be told from it with these seeds: part of what a warmup does is to lower the mean rate.",
        ),
        ((0.2, 0.21, 0.22), "(79.0%) does better still: here a warmup helps by lowering the mean rate."),
    ],
)
def test_what_helped_is_set_beside_the_run_of_the_same_mean_rate(
    control: tuple[float, ...], tail: str
) -> None:
    told = said((0.60, 0.61, 0.62), LOW, control)
    assert " The constant run of the same mean rate (" in told
    assert f"{tail} It " in told


def test_where_warmup_did_not_help_the_control_is_not_spoken_of() -> None:
    assert "same mean rate" not in said(LOW, LOW, LESS)


@pytest.mark.parametrize("off", ["without", "with"])
def test_with_an_arm_switched_off_there_is_nothing_to_compare(off: str) -> None:
    by_arm = {name: arm(name, LOW) for name in ("without", "with", "control") if name != off}
    told, reasons = outcome(Warmup(arms=tuple(by_arm), seeds=3), by_arm)
    assert told.endswith(". Switch on both runs, without and with warmup, to compare them.")
    assert f"{'with' if off == 'without' else 'without'}: test accuracy 69.0%, test loss 0.310" in told
    assert reasons == ""
    assert predictions(by_arm) == {}


# Warmup: predictions


@pytest.mark.parametrize(
    ("without", "with_it", "truth"),
    [
        (LESS, LOW, "better"),
        (STAYED, LOW, "better"),
        (LOW, LESS, "worse"),
        (LOW, STAYED, "worse"),
        (WIDE, LOW, "same"),
    ],
)
def test_exactly_one_prediction_came_true(
    without: tuple[float, ...], with_it: tuple[float, ...], truth: str
) -> None:
    told = became(without, with_it)
    assert set(told) == {"better", "worse", "same"}
    assert [option for option, text in told.items() if text.endswith("and so it was.")] == [truth]


def test_a_prediction_that_failed_is_told_the_accuracies() -> None:
    assert became(LOW, LESS)["better"] == (
        "You predicted that the run with warmup would end better, but that is not what happened: 59.0% with, 69.0% "
        "without."
    )


def test_where_nothing_was_clear_a_wrong_prediction_is_told_so() -> None:
    assert became(WIDE, LOW)["better"] == (
        "You predicted that the run with warmup would end better, but the seeds show no clear difference: 69.0% with, "
        "66.3% without."
    )


def test_of_one_seed_no_prediction_is_called_true_or_false() -> None:
    assert all(
        "but one seed cannot tell: 70.0% with, 10.0% without." in text
        for text in became((0.9,), (0.3,)).values()
    )


# A quarter of the steps


def after(cycle: tuple[float, ...], full: tuple[float, ...], same: tuple[float, ...]) -> str:
    ends = [Finish("one_cycle", "", 0, cycle, cycle), Finish("step", "", 1, full, full)]
    ends.append(Finish("multistep", "", 2, same, same))
    return quarter(Cyclical(compare="super", seeds=len(cycle)), ends)


def test_a_quarter_that_is_not_enough_but_beats_step_decay_on_as_many() -> None:
    assert after(LOW, (0.10, 0.11, 0.12), LESS) == (
        "On 100 steps one-cycle ends at a test loss of 0.310; step decay ends at 0.110 on all 400, at 0.410 on the same "
        "100. It makes more of a short budget than step decay, but there is no super-convergence here: a quarter of the "
        "steps is not enough."
    )


@pytest.mark.parametrize("cycle", [LOW, STAYED])
def test_a_quarter_that_is_not_enough_and_beats_nothing(cycle: tuple[float, ...]) -> None:
    told = after(cycle, (0.10, 0.11, 0.12), LOW)
    assert told.endswith("So there is no super-convergence here: a quarter of the steps is not enough.")


@pytest.mark.parametrize("full", [LOW, LESS, (0.30, 0.31, 2.303)])
def test_a_quarter_that_was_enough(full: tuple[float, ...]) -> None:
    assert after(LOW, full, LESS).endswith(
        "A quarter of the steps was enough here: one-cycle does not end above step decay."
    )


def test_a_gap_within_the_spread_is_not_called_enough() -> None:
    assert after(WIDE, LOW, LESS).endswith(
        "The difference is within the spread: whether a quarter is enough these seeds cannot tell."
    )


def test_of_one_seed_only_the_losses_are_told() -> None:
    assert after((0.3,), (0.1,), (0.4,)).endswith("One seed cannot tell luck from schedule.")


@pytest.mark.parametrize("dead", [(2.303,) * 3, (NAN,) * 3, (NAN, 2.303, 2.303)])
def test_what_did_not_train_is_told_instead_of_a_comparison(dead: tuple[float, ...]) -> None:
    assert after(dead, LOW, LOW) == "One-cycle did not train at a highest rate of 0.1; try a lower one."
    assert after(LOW, dead, LOW).endswith("step decay did not train from a rate of 0.05; try a lower one.")


# The map


def test_a_lower_loss_is_bluer_and_a_failure_has_a_colour_of_its_own() -> None:
    fair = [colour(loss)["background"] for loss in (BEST, 0.5, 1.0, 2.0)]
    assert len(set(fair)) == 4
    assert fair[0] == colour(0.01)["background"] == theme.tint(theme.BLUE, 0.54)
    alphas = [float(text.rpartition(",")[2].rstrip(")")) for text in fair]
    assert alphas == sorted(alphas, reverse=True)
    failed = {colour(loss)["background"] for loss in (STUCK, WORST, 50.0, math.inf, NAN)}
    assert failed == {theme.tint(theme.VERMILLION, 0.25)}


RATES = (0.015, 0.03, 0.06, 0.12, 0.24)
CELLS = [(row, column) for row in range(5) for column in range(5)]


def test_the_legend_has_a_colour_for_each_of_its_losses() -> None:
    assert len({colour(loss)["background"] for loss in LEGEND}) == len(LEGEND)


def ended(phase: str) -> Status:
    return cast(Status, SimpleNamespace(phase=phase))


def cell(*events: Event, phase: str = "finished") -> dict[str, Any]:
    """Return the cell of a run with these events, by property."""
    view = MapView({"1-2": "abc", "1-3": "abd"}, RATES, "packed")
    view.feed("1-2", events)
    props = view.conclusion("1-2", ended(phase))
    assert props.pop(("warmup-map-count", "children")) == "1 of 2 runs have ended."
    assert {key[0] for key in props} == {"warmup-map-1-2"}
    return {name: value for (_, name), value in props.items()}


def test_a_cell_shows_the_last_measurement_and_leads_to_its_run() -> None:
    shown = cell(Evaluation(0, 0, 96, 0.9, 0.7, 1000), Evaluation(0, 0, 120, 0.412, 0.88, 10_000))
    assert shown["style"] == colour(0.412)
    link = shown["children"]
    assert (link.children, link.href) == ("0.41", "/warmup?run=abc&map=packed#demo")
    assert link.title == "Peak rate 0.06, 6 updates of warmup: show this run in the demo"


def test_a_cell_that_failed_is_crossed() -> None:
    assert cell(Evaluation(0, 0, 120, 2.303, 0.1, 10_000))["children"].children == "✕ 2.30"
    blown = cell(Evaluation(0, 0, 24, 0.9, 0.7, 1000), Diverged(0, 0, 30, 9.0, "non-finite"))
    assert (blown["children"].children, blown["style"]) == ("✕ blew up", colour(math.inf))


def test_a_cell_whose_run_was_stopped_has_no_loss() -> None:
    shown = cell(Evaluation(0, 0, 96, 0.9, 0.7, 1000), phase="stopped")
    assert (shown["children"].children, shown["style"]) == ("stopped", {})


def told(phases: list[str]) -> str:
    """Return what stands under a map whose runs ended with these phases, at losses of 0.30, 0.31 and so on."""
    view, props = MapView({place(*cell): "abc" for cell in CELLS}, RATES, ""), {}
    for n, (at, phase) in enumerate(zip(CELLS, phases, strict=True)):
        view.feed(place(*at), [Evaluation(0, 0, 120, 0.3 + n / 100, 0.9, 10_000)])
        assert ("warmup-map-said", "children") not in props
        props = view.conclusion(place(*at), ended(phase))
    assert props["warmup-map-stop", "disabled"] is True
    return str(props["warmup-map-said", "children"])


def test_a_complete_map_says_what_it_shows_and_an_incomplete_one_that_it_is_not() -> None:
    assert told(["finished"] * 25).startswith(
        "Without warmup the lowest test loss is 0.30, at a peak rate of 0.015"
    )
    assert told(["finished"] * 10 + ["stopped"] * 15) == (
        "The map is not complete: 10 of 25 runs were trained to their end."
    )
