"""What a learner does in the schedule explorer, and what they can see there, for tests and benchmarks."""

import re
from typing import Any

from playwright.sync_api import Page, expect

PLAN = "#schedules-plan .js-plotly-plot"
GRAPH = "#schedules-graph .js-plotly-plot"

POINTS = """chart => {
  const decoded = y => Array.from(y || []);
  const plot = document.querySelector(chart);
  return Object.fromEntries(((plot && plot.data) || []).map(t => [t.meta, {x: decoded(t.x), y: decoded(t.y), dx: t.dx}]));
}"""


def open_page(page: Page, base: str, query: str = "") -> None:
    """Go to the explorer and wait until its curves are there."""
    page.goto(f"{base}/schedules{query}")
    page.wait_for_selector(GRAPH, state="attached")


def points(page: Page, chart: str = GRAPH) -> dict[str, dict[str, Any]]:
    """Return the points on the screen by trace, such as "cosine" in the plan and "mean-0-0" in the training."""
    return page.evaluate(POINTS, chart)  # type: ignore[no-any-return]


def planned(page: Page) -> dict[str, list[float]]:
    """Return the rates that are drawn, by schedule."""
    return {name: trace["y"] for name, trace in points(page, PLAN).items()}


def box(page: Page, schedule: str) -> Any:
    """Return the box that switches a schedule on."""
    return page.locator(f'.toggle input[value="{schedule}"]')


def row(page: Page, schedule: str) -> Any:
    """Return the row of a schedule: its box and, while it is on, its settings."""
    return page.locator(".toggle").filter(has=page.locator(f'input[value="{schedule}"]'))


def field(page: Page, name: str) -> Any:
    """Return the field of a setting by its parameter's name, such as "lr" or "cosine-T_max"."""
    return page.locator(f'input[id*=\'"param":"{name}"\'][id*=\'"part":"value"\']')


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def status(page: Page) -> Any:
    return page.locator("#schedules-status")


def wait_finished(page: Page) -> None:
    expect(status(page)).to_have_text(re.compile("Finished"), timeout=60_000)


def result(page: Page) -> Any:
    return page.locator("#schedules-result")
