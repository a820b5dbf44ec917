"""What a learner does on the range test's page, and what they can see there, for tests and benchmarks."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

GRAPH = "#range-test-graph .js-plotly-plot"

POINTS = """() => {
  const plot = document.querySelector('#range-test-graph .js-plotly-plot');
  if (!plot || !plot.data) return {};
  return Object.fromEntries(plot.data.filter(t => t.meta).map(t => [t.meta, {x: [...(t.x || [])], y: [...(t.y || [])]}]));
}"""
"""Every trace that says what it is (its `meta`), with its points, as the browser draws them."""


def open_page(page: Page, base: str, query: str = "") -> None:
    """Go to the range test and wait until its chart is there."""
    page.goto(f"{base}/range-test{query}")
    page.wait_for_selector(GRAPH)


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def fill(page: Page, **settings: object) -> None:
    """Type settings into their fields, by their parameter's name; a folded group is opened first."""
    for name, value in settings.items():
        field = page.locator(f'input[id*=\'"param":"{name}"\'][id*=\'"part":"value"\']')
        if not field.is_visible():
            page.locator(".mantine-Accordion-item").filter(has=field).get_by_role("button").click()
        field.fill(str(value))
        field.blur()


def run(page: Page) -> None:
    button(page, "Run").click()


def status(page: Page) -> Any:
    return page.locator("#range-test-status")


def wait_training(page: Page) -> None:
    """Wait until at least one point of a going run is on the screen."""
    expect(status(page)).to_have_text(re.compile("Training"), timeout=30_000)
    page.wait_for_function(f"({POINTS})()['raw-0'].x.length > 0")


def wait_finished(page: Page, timeout: float = 60_000) -> None:
    expect(status(page)).to_have_text(re.compile("Finished"), timeout=timeout)


def points(page: Page) -> dict[str, dict[str, list[float]]]:
    """Return the points on the screen by trace: "raw-0" and so on, "mean", "low", "high"."""
    return page.evaluate(POINTS)  # type: ignore[no-any-return]


def run_id(page: Page) -> str:
    """Return the run that the address names."""
    found = re.search(r"run=([0-9a-z]+)", page.url)
    assert found, page.url
    return found[1]


def complete(points: Mapping[str, Mapping[str, list[float]]], steps: int, seeds: int) -> None:
    """Assert that every seed has each of its points once, in order, and the mean as well."""
    for trace in (*(f"raw-{seed}" for seed in range(seeds)), "mean", "low", "high"):
        rates = points[trace]["x"]
        assert len(rates) == steps, trace
        assert all(a < b for a, b in itertools.pairwise(rates)), trace
        assert len(points[trace]["y"]) == steps, trace
