"""The table and the CSV hold what happened, row by row."""

from components.table import COLUMNS, rows, table
from sims.engine import Run
from sims.events import Diverged, Evaluation, Event, Finished, Started, Step
from sims.range_test import RangeTest

SPEC = RangeTest(steps=20, seeds=2)
RUN = Run("0123456789abcdef", SPEC.KIND, SPEC.as_dict(), "key", 0.0, "cpu", "2.13.0")
EVENTS: list[Event] = [
    Started("cpu", "2.13.0", "w", 0.0),
    Step(0, 0, 0, 2.3, 1e-5, 0.9, 0.5, 1e-6),
    Step(0, 1, 0, 2.4, 1e-5, 0.9, 0.6, 2e-6),
    Evaluation(0, 0, 1, 2.2, 0.1, 2000),
    Diverged(0, 1, 1, 2.4, "non-finite"),
    Finished(0.1),
]


def test_every_step_evaluation_and_divergence_is_a_row_of_all_columns() -> None:
    made = list(rows(RUN, EVENTS))
    assert [row[0] for row in made] == ["step", "step", "evaluation", "diverged"]
    assert {len(row) for row in made} == {len(COLUMNS)}
    assert made[1] == ("step", "sweep", 1, 0, 1e-5, 2.4, 0.9, 0.6, 2e-6, "", "")
    assert made[3][4] == SPEC.rates()[1]
    assert made[3][-1] == "non-finite"


def test_a_run_without_points_says_so() -> None:
    assert "no points yet" in str(table(RUN, EVENTS[:1]).to_plotly_json())


def test_long_tables_are_thinned_and_say_so() -> None:
    many: list[Event] = [Step(0, 0, n, 2.3, 1e-5, 0.9, 0.5, 1e-6) for n in range(1000)]
    text = str(table(RUN, many).to_plotly_json())
    assert "One row in 5 of 1000" in text
    assert f"/runs/{RUN.id}.csv" in text
