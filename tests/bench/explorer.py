"""The schedule explorer: how fast the curves follow the controls, how long a race takes, how smoothly it streams."""

import re
import time
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from sims import data, device
from sims.explorer import Explorer
from tests.bench.figures import show
from tests.bench.loop import plain
from tests.browser import FLAGS, installed
from tests.pages import explorer
from tests.server import Server

CHANGES, DRAGS, RACES, STREAMS = 40, 5, 5, 3
SIX = "constant,step,linear,cosine,exponential,one_cycle"
OPEN_LOOP = "step,linear,cosine,exponential,one_cycle,polynomial"

REDRAWS = """chart => {
  const plot = document.querySelector(chart);
  const see = window.lab = {asked: 0, redraws: [], plots: 0, gaps: [], last: performance.now()};
  document.addEventListener('input', () => { see.asked = performance.now(); }, true);
  plot.on('plotly_afterplot', () => { see.plots++; requestAnimationFrame(() => {
    if (see.asked) { see.redraws.push(performance.now() - see.asked); see.asked = 0; }
  }); });
  const frame = () => {
    const now = performance.now();
    see.gaps.push(now - see.last);
    see.last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
"""Notes the time from typing to the frame that shows the new curves, redraws, and the time between frames."""


def _typed(page: Page, server: Server) -> list[float]:
    explorer.open_page(page, server.base)
    page.wait_for_timeout(1000)
    page.evaluate(REDRAWS, explorer.PLAN)
    for n in range(CHANGES):
        explorer.field(page, "lr").fill(f"{0.1 + 0.01 * n:.2f}")
        page.wait_for_timeout(400)
    return page.evaluate("lab.redraws")  # type: ignore[no-any-return]


def _dragged(page: Page) -> tuple[float, float]:
    """Drag the base rate's slider for about two seconds; return redraws per second and the longest gap in ms."""
    slider = page.locator(".control").filter(has=page.locator('input[id*=\'"param":"lr"\']'))
    slider.scroll_into_view_if_needed()
    track = slider.locator(".mantine-Slider-track").bounding_box()
    assert track is not None
    page.evaluate("Object.assign(lab, {plots: 0, gaps: []})")
    begun = time.perf_counter()
    page.mouse.move(track["x"] + 0.4 * track["width"], track["y"] + 2)
    page.mouse.down()
    for n in range(60):
        page.mouse.move(track["x"] + (0.4 + 0.005 * n) * track["width"], track["y"] + 2)
        page.wait_for_timeout(20)
    page.mouse.up()
    seconds = time.perf_counter() - begun
    seen: dict[str, Any] = page.evaluate("lab")
    return seen["plots"] / seconds, max(seen["gaps"])


def _race(page: Page, server: Server, query: str) -> float:
    """Run a race from the button and return the seconds from click to the ranking on the screen."""
    explorer.open_page(page, server.base, query)
    page.wait_for_timeout(500)
    page.evaluate(REDRAWS, explorer.GRAPH)
    begun = time.perf_counter()
    explorer.run(page)
    expect(explorer.status(page)).to_have_text(re.compile("Finished"), timeout=180_000)
    expect(explorer.result(page)).to_contain_text("test loss")
    return time.perf_counter() - begun


def _whole(page: Page, settings: dict[str, Any]) -> bool:
    """Whether every arm shows each of its points once, at the rate that was planned for it."""
    spec, shown = Explorer.parse(settings), explorer.points(page)
    for arm, line in enumerate(spec.lines()):
        rates = spec.rates(line)
        assert rates is not None
        applied = shown[f"applied-{arm}-0"]
        if applied["x"] != list(range(spec.steps)) or applied["y"] != rates.tolist():
            return False
    return True


def main() -> None:
    """Print every figure; the browser, the server and its workers share this machine with the benchmark."""
    device.configure(device.choose())
    images = data.load(device.choose())
    plain(images, 50)
    with sync_playwright() as playwright, Server({}) as server:
        chrome = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        page = chrome.new_page(viewport={"width": 1280, "height": 900})
        show("a control typed into, to the frame with the new curves", _typed(page, server), "ms", "<= 100")
        drags = [_dragged(page) for _ in range(DRAGS)]
        show("redraws while a slider is dragged", [plots for plots, _ in drags], "1/s")
        show("longest time between two frames of a drag", [gap for _, gap in drags], "ms")

        pairs = []
        for n in range(RACES):
            race = _race(page, server, f"?seeds=1&schedules={SIX}&momentum={0.9 - 0.001 * n:.3f}")
            single = sum(400 / plain(images, 400) for _ in range(6))
            pairs.append((race, single))
        show("six schedules, 400 steps, one seed: click to ranking", [a for a, _ in pairs], "s", "<= 12")
        show("six bare runs of 400 steps, one after another", [b for _, b in pairs], "s")
        show("ratio, pair by pair (the race trains 8 arms and tests them)", [a / b for a, b in pairs], "")

        rates, whole = [], []
        for n in range(STREAMS):
            settings = {
                "steps": 2000,
                "seeds": 1,
                "schedules": OPEN_LOOP,
                "momentum": f"{0.8 - 0.001 * n:.3f}",
            }
            _race(page, server, "?" + "&".join(f"{key}={value}" for key, value in settings.items()))
            gaps: list[float] = page.evaluate("lab.gaps")
            rates.append(1000 * len(gaps) / sum(gaps))
            whole.append(_whole(page, settings))
        show("frames per second while 6 x 2,000 points stream", rates, "1/s", ">= 50")
        print(
            f"points lost or doubled: in {whole.count(False)} of {len(whole)} races (goal: none)", flush=True
        )
        chrome.close()
