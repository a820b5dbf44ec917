"""The demos of warmup and of cyclical rates: from click to first point, to the end, and the map of lengths."""

import re
import time

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench.figures import show
from tests.browser import FLAGS, installed
from tests.server import Server

RUNS, MAPS = 5, 3

FIRST = """name => {
  const see = window.lab = {clicked: 0, first: 0};
  const plot = document.querySelector(`#${name}-graph .js-plotly-plot`);
  document.getElementById(`${name}-run`).addEventListener('click', () => { see.clicked = Date.now(); }, true);
  plot.on('plotly_afterplot', () => requestAnimationFrame(() => {
    const applied = plot.data.find(trace => trace.meta === 'applied-0-0');
    if (see.clicked && !see.first && applied && applied.x.length) see.first = Date.now();
  }));
}"""
"""Notes when Run was pressed and when the first applied rate was on the screen."""

FILLED = "[...document.querySelectorAll('.map .cell')].every(cell => /[0-9]|blew|stopped|no result/.test(cell.textContent))"


def _demo(page: Page, server: Server, name: str, turn: int) -> tuple[float, float]:
    """Run a demo at its defaults, but for a momentum that no run had; return seconds to first point and to the end."""
    page.goto(f"{server.base}/{name}?momentum={0.9 - 0.001 * turn:.3f}")
    page.wait_for_selector(f"#{name}-graph .js-plotly-plot")
    page.wait_for_timeout(500)
    page.evaluate(FIRST, name)
    begun = time.perf_counter()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(f"#{name}-status")).to_have_text(re.compile("Finished"), timeout=120_000)
    seconds = time.perf_counter() - begun
    return page.evaluate("(lab.first - lab.clicked) / 1000"), seconds


def _map(page: Page, server: Server, turn: int) -> float:
    """Train the map at its defaults, but for the momentum; return the seconds until all cells are filled."""
    page.goto(f"{server.base}/warmup?momentum={0.9 - 0.001 * turn:.3f}")
    page.wait_for_selector("#warmup-graph .js-plotly-plot")
    page.wait_for_timeout(500)
    begun = time.perf_counter()
    page.get_by_role("button", name="Train the map").click()
    page.wait_for_function(FILLED, timeout=180_000)
    return time.perf_counter() - begun


def main() -> None:
    """Print every figure; the browser, the server and its workers share this machine with the benchmark."""
    with sync_playwright() as playwright, Server({}) as server:
        chrome = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        page = chrome.new_page(viewport={"width": 1280, "height": 900})
        for name in ("warmup", "cyclical"):
            figures = [_demo(page, server, name, turn) for turn in range(RUNS)]
            show(f"{name}: click to first point on the screen", [a for a, _ in figures], "s", "<= 0.6")
            show(f"{name}: click to the end of the default demo", [b for _, b in figures], "s", "<= 15")
        maps = [_map(page, server, turn) for turn in range(MAPS)]
        show("map of 5 x 5 runs of 120 steps", maps, "s", "<= 60")
        chrome.close()
