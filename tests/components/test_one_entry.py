"""A schedule that is added to the registry is on the page without a line of code about it."""

from typing import Any

import pytest
from dash.development.base_component import Component

from components.explorer_controls import settings, tuning
from components.plan_chart import Display, code_text, figure, highest, legend
from components.schedule_cards import card, comparison, reference
from sims.explorer import Explorer
from sims.schedules import SCHEDULES, curve
from tests.sims.test_explorer import MINE


@pytest.fixture(autouse=True)
def _mine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEDULES, MINE.name, MINE)


@pytest.fixture
def explorer() -> Explorer:
    return Explorer.parse({"schedules": "cosine,mine", "lr": 0.2, "mine-swing": 0.25})


def said(part: Any) -> str:
    """Return all that components, or lists of them, are given: texts, ids and values, a line for each."""
    if isinstance(part, Component):
        part = part.to_plotly_json()["props"]
    if isinstance(part, dict):
        part = list(part.values())
    return "\n".join(said(one) for one in part) if isinstance(part, list | tuple) else str(part)


def test_its_parameter_has_a_control_with_value_and_reason(explorer: Explorer) -> None:
    lines = said(tuning("w", "mine", explorer.as_dict(), {"mine-swing": "Too far."})).splitlines()
    assert {"mine-swing", "Swing", "0.25", "Too far."} <= set(lines)


def test_it_can_be_switched_on_and_is_tuned_while_it_is(explorer: Explorer) -> None:
    display = Display().as_dict()
    on = said(settings("w", "d", explorer.as_dict(), display, {})).splitlines()
    off = said(settings("w", "d", Explorer().as_dict(), display, {})).splitlines()
    assert "Sine of mine" in on
    assert "Sine of mine" in off
    assert "mine-swing" in on
    assert "mine-swing" not in off


def test_its_rates_are_drawn_with_a_line_unlike_that_of_others(explorer: Explorer) -> None:
    cosine, mine = figure(explorer, Display())["data"]
    rates = curve("mine", base_lr=0.2, total_steps=400, swing=0.25)
    assert (mine["name"], mine["meta"]) == ("Sine of mine", "mine")
    assert mine["y"] == pytest.approx(rates.tolist(), rel=1e-5)
    assert (mine["line"]["color"], mine["line"]["dash"]) != (cosine["line"]["color"], cosine["line"]["dash"])
    assert highest(explorer) == pytest.approx(0.3)


def test_the_legend_has_the_mean_of_its_rates(explorer: Explorer) -> None:
    mean = curve("mine", base_lr=0.2, total_steps=400, swing=0.25).mean()
    lines = [line.strip() for line in said(legend(explorer)).splitlines()]
    assert f"mean {mean:.3g}" in lines[lines.index("Sine of mine") :]


def test_its_code_is_shown_as_it_is_set(explorer: Explorer) -> None:
    code = code_text(explorer)
    assert "### Sine of mine\n" in code
    assert "scheduler = Sine(optimizer, swing=0.25)" in code


def test_its_card_says_what_its_entry_says() -> None:
    text = card("mine")
    for part in (MINE.label, MINE.does, MINE.formula, "`swing`: How far.", "swing=0.5", *MINE.source):
        assert part in text
    assert f"{MINE.pros}. **Against it:** {MINE.cons}. **Best for:** {MINE.best_for}." in text


def test_it_can_be_looked_up() -> None:
    lines = said(reference("w", "cosine")).splitlines()
    assert {"mine", "Sine of mine"} <= set(lines)


def test_the_comparison_has_its_row() -> None:
    (row,) = (line for line in said(comparison(["cosine", "mine"])).splitlines() if "Sine of mine" in line)
    assert row.endswith("| Never dull | Never settles | Showing that an entry is enough |")
