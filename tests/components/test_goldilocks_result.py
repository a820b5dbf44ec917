"""What the first page says once its three rates have ended: in all, for each rate, and of a prediction."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from components.goldilocks_result import conclusion, fate, headline, outcomes, predictions
from sims.events import Diverged, Evaluation, Event
from sims.goldilocks import STYLES, Goldilocks
from sims.ranking import Finish, rank

NAN = math.nan
LOW, RIGHT, HIGH = (1.9, 1.5, 1.7), (0.13, 0.14, 0.12), (2.31, 2.32, 2.305)


def ended(*losses: Sequence[float]) -> list[Finish]:
    """Return how the three rates ended, with half of the images right."""
    return [
        Finish(style, label, arm, tuple(of), tuple(math.nan if math.isnan(one) else 0.5 for one in of))
        for arm, (style, label, of) in enumerate(
            zip(
                STYLES.values(),
                ("Too low, 0.0003", "Just right, 0.05", "Too high, 0.6"),
                losses,
                strict=True,
            )
        )
    ]


def said(arm: int, *losses: Sequence[float], events: Sequence[Event] = ()) -> str:
    """Return what is said of one of the three rates."""
    ends = ended(*losses)
    return fate(Goldilocks(seeds=len(losses[0])), ends[arm], rank(ends), events)


def first(*losses: Sequence[float]) -> str:
    """Return the sentence for all three."""
    return headline(Goldilocks(seeds=len(losses[0])), rank(ended(*losses)))


def looks(arm: int, *curves: Sequence[float]) -> list[Event]:
    """Return test losses of an arm, a curve for each seed, on a part of the images."""
    return [
        Evaluation(arm, seed, 10 * n, loss, 0.5, 1000)
        for seed, curve in enumerate(curves)
        for n, loss in enumerate(curve)
    ]


# In all


def test_a_clear_winner() -> None:
    assert first(LOW, RIGHT, HIGH) == (
        "Just right, 0.05, ends lowest: a test loss of 0.130 after 300 steps, ahead of both others by more than the spread "
        "over 3 seeds."
    )


def test_a_lead_within_the_spread_is_called_so() -> None:
    assert "its lead over Too low, 0.0003 is not larger than the spread over 3 seeds" in first(
        (0.1, 0.2, 0.15), RIGHT, HIGH
    )


def test_one_seed_cannot_tell() -> None:
    assert first((1.9,), (0.13,), (2.31,)).endswith("with one seed, which cannot tell luck from rate.")


def test_names_that_do_not_fit_are_called_so() -> None:
    assert first(LOW, HIGH, RIGHT).startswith("Too high, 0.6, ends lowest")
    assert "the names do not fit here" in first(LOW, HIGH, RIGHT)
    assert "the names" not in first(LOW, RIGHT, HIGH)


def test_fewest_failures_come_before_the_lowest_loss() -> None:
    told = first((0.05, 0.05, NAN), RIGHT, (0.01, NAN, 2.31))
    assert told.startswith("Just right, 0.05, comes first, with the fewest failures")


def test_nothing_trained() -> None:
    assert first(HIGH, HIGH, (NAN, NAN, 5.0)).startswith("None of the three rates trained")


# Each rate


def test_the_best_and_what_it_reached() -> None:
    assert (
        said(1, LOW, RIGHT, HIGH)
        == "a test loss of 0.130 ± 0.010 and 50.0% of the test images right, the best of the three."
    )


def test_a_loss_that_still_falls_with_every_seed_is_called_so() -> None:
    falls, stays = (2.3, 2.2, 2.1, 2.0), (2.3, 2.2, 1.9, 2.2)
    tail = ", and still falling when the steps ran out."
    assert said(0, LOW, RIGHT, HIGH, events=looks(0, falls, falls, falls)).endswith(tail)
    assert tail not in said(0, LOW, RIGHT, HIGH, events=looks(0, falls, stays, falls))
    assert tail not in said(2, HIGH, RIGHT, LOW, events=looks(2, falls, falls, falls))


def test_stuck_above_a_rate_that_trained_is_explained() -> None:
    told = said(2, LOW, RIGHT, HIGH)
    assert told.startswith(
        "no better than the loss of guessing, ln 10 = 2.303 with all 3 seeds. Steps that overshoot"
    )


def test_stuck_below_every_rate_that_trained_has_not_set_out() -> None:
    told = said(0, HIGH, RIGHT, HIGH)
    assert told == "hardly a step away from the loss of guessing, 2.303 with all 3 seeds."


def test_seeds_that_fared_differently_are_counted() -> None:
    told = said(2, LOW, RIGHT, (2.31, 1.0, NAN), events=[Diverged(2, 2, 17, 9e9, "non-finite")])
    assert told.startswith(
        "the loss was no number any more at step 17 with 1 of 3 seeds, which ends the curve there; no better"
    )
    assert (
        "2.303 with 1 of 3 seeds; a test loss of 1.000 and 50.0% of the test images right with 1 of 3 seeds."
        in told
    )


def test_breaks_at_several_steps_and_ends_beyond_guessing() -> None:
    ends = [Diverged(2, 0, 4, 1.0, "non-finite"), Diverged(2, 1, 9, 1.0, "non-finite")]
    told = said(2, LOW, RIGHT, (NAN, NAN, 142.7), events=ends)
    assert "at steps 4 to 9 with 2 of 3 seeds" in told
    assert "worse than guessing in the end, at a test loss of up to 143 with 1 of 3 seeds" in told


# Predictions


def test_what_became_of_the_highest_rate_seed_by_seed() -> None:
    assert outcomes(ended(LOW, RIGHT, (NAN, 2.31, 0.5))) == ["nan", "guess", "worse"]
    assert outcomes(ended(LOW, RIGHT, (0.01, 99.0, 0.01))) == ["best", "guess", "best"]


def test_a_prediction_that_held() -> None:
    assert predictions(ended(LOW, RIGHT, HIGH))["guess"] == (
        "You predicted that the highest rate would end no better than guessing, and it did with all 3 seeds."
    )


def test_a_prediction_that_did_not() -> None:
    assert predictions(ended(LOW, RIGHT, HIGH))["nan"] == (
        "You predicted that the highest rate would break off with a loss that is no number, but it ended no better than "
        "guessing with all 3 seeds."
    )


def test_a_prediction_that_held_with_the_fewest() -> None:
    assert predictions(ended(LOW, RIGHT, (2.31, 2.31, 0.5)))["worse"] == (
        "You predicted that the highest rate would learn, but end above another rate, and it did with 1 of 3 seeds, but it "
        "ended no better than guessing with 2 of 3 seeds."
    )


# The whole


def events_of(made: Goldilocks, losses: Sequence[Sequence[float]]) -> list[Event]:
    """Return the last evaluations of a run."""
    return [
        Evaluation(arm, seed, made.steps, loss, 0.5, 10_000)
        for arm, of in enumerate(losses)
        for seed, loss in enumerate(of)
        if math.isfinite(loss)
    ]


def test_a_run_that_finished_has_a_sentence_for_all_and_one_for_each() -> None:
    made = Goldilocks()
    props: Any = conclusion("goldilocks", made, events_of(made, (LOW, RIGHT, HIGH)), True).props
    headline_, rates, _ = props["goldilocks-result", "children"]
    assert headline_.children.startswith("Just right, 0.05, ends lowest")
    assert [row.children[1].children for row in rates.children] == [
        "Too low, 0.0003",
        "Just right, 0.05",
        "Too high, 0.6",
    ]
    assert set(props["goldilocks-truth", "data"]["options"]) == {"nan", "guess", "worse", "best"}


@pytest.mark.parametrize("events", [[], events_of(Goldilocks(), (LOW, RIGHT, HIGH))])
def test_a_run_that_was_stopped_has_no_result(events: list[Event]) -> None:
    props: Any = conclusion("goldilocks", Goldilocks(), events, False).props
    assert "did not reach its last step" in props["goldilocks-result", "children"].children
    assert props["goldilocks-truth", "data"] is None
