"""What the demo of the linear scaling rule says once it has ended, and how its view draws several batch sizes."""

import math

import pytest

from components.plan_chart import Display
from components.race_result import SAME
from components.scaling_result import closeness, conclusion, predictions, sentence
from components.scaling_view import PerImage, view
from sims.contest import Line
from sims.events import Evaluation
from sims.explorer import Explorer
from sims.ranking import Finish
from sims.scaling import Scaling
from sims.schedules import SCHEDULES

NEAR, MIDDLE, FAR = (0.10, 0.11, 0.12), (0.30, 0.31, 0.33), (0.50, 0.52, 0.51)
"""Distances of three seeds."""
WIDE = (0.05, 0.15, 0.60)
"""Neither closer nor further than MIDDLE by more than the spread."""


def ends(*losses: tuple[float, ...], seeds: int = 3) -> list[Finish]:
    """Return how the arms ended: all at 0.2 where nothing is said of them."""
    lines = Scaling(seeds=seeds).lines()
    given = [*losses, *[(0.2, 0.21, 0.22)[:seeds]] * (len(lines) - len(losses))]
    return [
        Finish(line.style, line.label, arm, given[arm], tuple(0.9 for _ in given[arm]))
        for arm, line in enumerate(lines)
    ]


def said(*away: tuple[float, ...], ended: list[Finish] | None = None, apart: float = 0.05) -> str:
    """Return the sentence for these distances of linear, square root and unchanged."""
    seeds = len(away[0])
    there = ended or ends(seeds=seeds)
    return sentence(Scaling(seeds=seeds), there, closeness(there, away), apart)


def test_the_sentence_names_the_closest_its_lead_the_yardstick_and_the_ends() -> None:
    assert said(NEAR, MIDDLE, FAR) == (
        "Batch 128 at 0.04, linear, stays closest to batch 32 at 0.01: after as many images its test loss is 0.110 away, "
        "mean over the run (square root 0.313; unchanged 0.510). Its lead over each of the others is larger than the "
        "spread over 3 seeds. Two seeds of the small batch are 0.050 apart. It ends at 0.210, the small batch at 0.210: "
        "no more than the spread."
    )
    assert said(FAR, NEAR, MIDDLE).startswith("Batch 128 at 0.02, square root, stays closest")


def test_a_lead_within_the_spread_is_called_so() -> None:
    assert "Its lead is not larger than the spread over 3 seeds for every other rate." in said(
        MIDDLE, WIDE, FAR
    )


def test_an_end_that_differs_is_called_so_in_either_direction() -> None:
    for losses in ((0.40, 0.41, 0.42), (0.10, 0.11, 0.12)):
        assert "the small batch at 0.210: more than the spread" in said(
            NEAR, MIDDLE, FAR, ended=ends((0.20, 0.21, 0.22), losses)
        )


def test_one_seed_tells_nothing_about_the_spread() -> None:
    assert said((0.1,), (0.3,), (0.5,), apart=math.nan).endswith(
        "One seed cannot tell luck from rule: train three or more."
    )


def test_without_a_small_batch_that_trains_there_is_nothing_to_follow() -> None:
    dead = (2.303, 2.303, math.nan)
    assert "there is nothing to follow" in said(NEAR, MIDDLE, FAR, ended=ends(dead))
    assert said(NEAR, MIDDLE, FAR, ended=ends((0.2, 0.2, 0.2), dead, dead, dead)).startswith(
        "No large batch trained"
    )


def test_predictions_are_answered_by_distance() -> None:
    answers = predictions(closeness(ends(), (NEAR, MIDDLE, FAR)))
    assert answers["linear"].endswith("would stay closest, and it did.")
    assert "0.203 closer, more than the spread" in answers["sqrt"]
    assert answers[SAME].endswith("is clearly closest.")
    tie = predictions(closeness(ends(), (WIDE, MIDDLE, FAR)))
    assert tie["linear"].endswith("not by more than the spread.")
    assert tie[SAME].endswith("within the spread.")


def test_what_was_not_trained_is_no_wrong_prediction() -> None:
    there = ends()[:2]
    answers = predictions(closeness(there, (NEAR,)))
    assert answers["sqrt"] == answers["none"] == "You predicted a rate that was not trained here."


def test_a_finished_run_gets_its_result_and_a_stopped_one_only_that() -> None:
    made = Scaling(seeds=1)
    events = [
        Evaluation(arm, 0, update, 0.2 + 0.1 * arm, 0.9, 1000)
        for arm, line in enumerate(made.lines())
        for update in made.looks(line)
    ]
    told = str(conclusion("scaling", made, events, True).props)
    assert "0.100 away" in told
    assert "same 12,800 images" in told
    assert conclusion("scaling", made, events, False).props["scaling-truth", "data"] is None
    with pytest.raises(TypeError, match="no demo of batch sizes"):
        conclusion("scaling", Explorer(), [], True)


# Along the axis


@pytest.mark.parametrize(
    ("x_axis", "own", "base"), [("steps", 1, 1), ("epochs", 128 / 60_000, 64 / 60_000), ("images", 128, 64)]
)
def test_a_line_with_its_own_batch_size_has_its_own_unit(x_axis: str, own: float, base: float) -> None:
    display, contest = Display(x_axis=x_axis), Explorer(batch_size=64)
    line = Line(SCHEDULES["constant"], 0.1, "large", "constant", batch_size=128)
    assert display.unit(contest, line) == own
    assert display.unit(contest) == display.unit(contest, line._replace(batch_size=None)) == base


def test_the_demo_draws_planned_rates_of_all_batch_sizes_over_the_same_images() -> None:
    drawn = view(PerImage()).previews(Scaling())["graph"]
    planned = [trace for trace in drawn["data"] if trace["meta"].startswith("planned")]
    assert [trace["x"] for trace in planned] == [[0, 399 * 32]] + 3 * [[0, 99 * 128]]
    assert drawn["layout"]["xaxis"]["range"] == [0, 12_800]
    assert drawn["layout"]["xaxis"]["title"]["text"] == "Images seen"
    with pytest.raises(TypeError, match="no display of batch sizes"):
        view(Display())
