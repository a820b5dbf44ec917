"""What a race says once it has ended: ranking, table, how it was measured, what became of a prediction."""

import math
from typing import Any

import pytest
from dash.development.base_component import Component

from components.race_result import SAME, Result, conclusion, predictions
from sims.events import Diverged, Evaluation, Event
from sims.explorer import Explorer
from sims.ranking import Finish, rank
from sims.schedules import SCHEDULES

RACE = Explorer(lr=0.06, steps=40, schedules=("constant", "cosine", "reduce_on_plateau"), seeds=3)
"""Arms 0 to 2 are constant rates of 0.02, 0.06 and 0.18, then come cosine and reduce on plateau."""


def finish(schedule: str, *losses: float) -> Finish:
    return Finish(schedule, SCHEDULES[schedule].label, 0, losses, losses)


def ends(arm: int, *losses: float) -> list[Event]:
    return [Evaluation(arm, seed, 40, loss, 1 - loss, 10_000) for seed, loss in enumerate(losses)]


EVENTS = [
    *ends(0, 0.3, 0.31, 0.32),
    *ends(1, 0.2, 0.3, 0.25),
    *ends(2, 2.3, 0.1, 0.1),
    *ends(3, 0.1, 0.21, 0.14),
    *ends(4, 0.1, 0.9),
    Diverged(4, 2, 17, 5.0, "non-finite"),
    Diverged(2, 1, 23, 5.0, "non-finite"),
]


def said(part: Any) -> str:
    """Return the text of components."""
    if isinstance(part, Component):
        part = getattr(part, "children", "")
    return "".join(said(one) for one in part) if isinstance(part, list | tuple) else str(part or "")


def shown(result: Result) -> list[Any]:
    return list(result.props["w-result", "children"])


def table_rows(result: Result) -> list[list[str]]:
    """Return the text of every cell of the ranking, row by row."""
    (table,) = (part for part in shown(result) if type(part).__name__ == "Table")
    return [[said(cell) for cell in row.children] for row in table.children[1].children]


# The prediction


def test_a_prediction_that_came_true_is_told_so() -> None:
    clear = predictions(rank([finish("cosine", 0.1, 0.1, 0.1), finish("step", 0.3, 0.31, 0.3)]))
    close = predictions(rank([finish("cosine", 0.1, 0.1, 0.1), finish("step", 0.05, 0.3, 0.1)]))
    assert clear["cosine"] == "You predicted that Cosine would end lowest, and it did."
    assert close["cosine"] == (
        "You predicted that Cosine would end lowest, and it did, though not by more than the spread."
    )


def test_a_prediction_that_failed_is_told_by_how_much() -> None:
    became = predictions(
        rank(
            [
                finish("cosine", 0.1, 0.1, 0.1),
                finish("linear", 0.05, 0.3, 0.1),
                finish("step", 0.3, 0.31, 0.3),
                finish("one_cycle", 0.1, 2.3, math.nan),
            ]
        )
    )
    assert became["linear"].endswith("but it ended 0.050 above Cosine, no more than the spread.")
    assert became["step"].endswith("but it ended 0.203 above Cosine, more than the spread.")
    assert became["one_cycle"].endswith("but it failed with 2 of 3 seeds; Cosine ended lowest.")


def test_every_schedule_of_the_registry_has_an_answer() -> None:
    became = predictions(rank([finish("cosine", 0.1, 0.1)]))
    assert set(became) == {*SCHEDULES, SAME}
    assert became["wsd"] == f"You predicted {SCHEDULES['wsd'].label}, which was not in this race."


def test_that_nobody_is_clearly_ahead_is_a_prediction_too() -> None:
    first = finish("cosine", 0.1, 0.1, 0.1)
    said_of_same = "You predicted that nobody would be clearly ahead, "
    clear = predictions(rank([first, finish("step", 0.3, 0.31, 0.3)]))
    close = predictions(rank([first, finish("linear", 0.05, 0.3, 0.1), finish("step", 0.3, 0.31, 0.3)]))
    assert clear[SAME] == said_of_same + "but Cosine is."
    assert close[SAME] == said_of_same + "and the first two are within the spread."


# The conclusion


def test_a_race_that_was_stopped_has_no_ranking() -> None:
    result = conclusion("w", RACE, EVENTS, finished=False)
    assert said(result.props["w-result", "children"]).endswith("so there is no ranking.")
    assert result.props["w-truth", "data"] is None
    assert result.best_constant is None


def test_a_race_that_finished_has_its_sentence_and_its_predictions() -> None:
    result = conclusion("w", RACE, EVENTS, finished=True)
    assert said(shown(result)[0]).startswith("Cosine ends lowest, at a test loss of 0.150; its lead over ")
    options = result.props["w-truth", "data"]["options"]
    assert options["cosine"].startswith("You predicted that Cosine would end lowest, and it did")
    assert result.best_constant == 1


def test_the_first_of_those_that_diverged_is_named() -> None:
    notes = [said(part) for part in shown(conclusion("w", RACE, EVENTS, finished=True))]
    assert any(note.startswith("Reduce on plateau blew up at step 17:") for note in notes)
    alive = [event for event in EVENTS if not isinstance(event, Diverged)]
    assert "blew up" not in "".join(map(said, shown(conclusion("w", RACE, alive, finished=True))))


def test_the_table_has_a_row_for_each_schedule_from_best_to_worst() -> None:
    rows = table_rows(conclusion("w", RACE, EVENTS, finished=True))
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert [row[1].strip() for row in rows] == ["Cosine", "Constant 0.06", "Reduce on plateau"]
    assert rows[0][2:5] == ["0.150 ± 0.056", "85.0 ± 5.6 %", "first"]
    assert rows[1][2:] == ["0.250 ± 0.050", "75.0 ± 5.0 %", "+0.100, more than the spread", "0.06"]
    assert rows[2][2] == "0.500 ± 0.566 (1 diverged)"
    assert rows[2][5] == "by the loss"


def test_a_schedule_of_which_every_seed_diverged_is_told_not_to_have_finished() -> None:
    race = Explorer(steps=40, schedules=("step", "cosine"), seeds=2)
    rows = table_rows(conclusion("w", race, ends(0, 0.1, 0.1), finished=True))
    assert rows[1][2:5] == ["diverged", "diverged", "did not finish"]


@pytest.mark.parametrize(("schedules", "tells"), [("constant,cosine", True), ("step,cosine", False)])
def test_the_constant_rates_that_were_tried_are_told(schedules: str, tells: bool) -> None:
    race = Explorer.parse({"schedules": schedules, "lr": 0.06, "steps": 40, "seeds": 1})
    events = [*ends(0, 0.5), *ends(1, 0.2), *ends(2, 0.3), *ends(3, 0.1)][: len(race.lines())]
    said_how = said(shown(conclusion("w", race, events, finished=True))[-1])
    assert "after 40 updates, one seed;" in said_how
    assert ("Constant rates 0.02, 0.06, 0.18 were trained; 0.06 did best." in said_how) is tells
