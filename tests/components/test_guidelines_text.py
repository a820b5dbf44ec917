"""The tables of the guidelines: every row is whole, and every address in them opens what it promises."""

import re

import pytest

from components import address
from components.guidelines_text import MISTAKES, NUMBERS, SCENARIOS, STARTS
from components.plan_chart import Display
from components.prose import Rows, table
from sims.cyclical import Cyclical
from sims.experiment import Experiment
from sims.explorer import Explorer

TABLES = {"scenarios": SCENARIOS, "starts": STARTS, "mistakes": MISTAKES, "numbers": NUMBERS}
PLACES: dict[str, type[Experiment] | None] = {
    "/schedules": Explorer,
    "/cyclical": Cyclical,
    "/warmup": None,
    "/range-test": None,
    "/pytorch": None,
}
LINKS = sorted({link for rows in TABLES.values() for link in re.findall(r"\]\((/[^)]*)\)", table(rows))})


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
def test_every_row_has_every_cell(rows: Rows) -> None:
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(cell.strip() and "|" not in cell for row in rows for cell in row)
    assert len(table(rows).splitlines()) == len(rows) + 1


@pytest.mark.parametrize("link", LINKS)
def test_every_address_names_a_page_and_settings_that_it_takes(link: str) -> None:
    path, _, asked = link.partition("?")
    experiment, wanted = PLACES[path], address.query(asked)
    if experiment is None:
        assert not asked
        return
    params = (*experiment.params(), *Display.params())
    reading = address.read(params, wanted)
    assert reading.problems == {}
    assert set(wanted) <= {param.name for param in params}
    experiment.parse({name: reading.values[name] for name in wanted})


def test_there_are_links_to_follow() -> None:
    assert len(LINKS) > 10
