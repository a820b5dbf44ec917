"""What a learner gets: from click to first point, from update to pixel, speed while watched, no point lost."""

import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from sims import data, device
from sims.range_test import RangeTest
from tests.bench.figures import show
from tests.bench.loop import plain
from tests.browser import FLAGS, installed
from tests.pages import lab
from tests.server import Server

CLICKS, SWEEPS, SPEEDS, LOSSLESS = 20, 9, 5, 20

WATCH = """() => {
  const plot = document.querySelector('#range-test-graph .js-plotly-plot');
  const see = window.lab = {clicked: null, first: null, shown: [], wrong: 0, rates: null};
  document.getElementById('range-test-run').addEventListener('click', () => {
    Object.assign(see, {clicked: Date.now(), first: null, shown: [], wrong: 0});
  }, true);
  plot.on('plotly_afterplot', () => {
    const x = plot.data.find(t => t.meta === 'raw-0').x;
    requestAnimationFrame(() => {
      const now = Date.now();
      if (x.length && see.first === null && now - see.clicked > 0) see.first = now;
      for (let n = see.shown.length; n < x.length; n++) see.shown.push(now);
      if (see.rates) for (let n = 0; n < x.length; n++) if (Math.abs(x[n] / see.rates[n] - 1) > 1e-9) see.wrong++;
    });
  });
}"""
"""Notes in the page when the button was pressed and in which frame each point was first drawn, and
checks at every redraw that point n is update n: a lost or doubled one would be off by a place."""


def sweep(page: Page, server: Server, **settings: Any) -> dict[str, Any]:
    """Run one sweep from the button and return what the page noted."""
    spec = RangeTest.parse(settings)
    query = "&".join(f"{name}={value}" for name, value in settings.items())
    lab.open_page(page, server.base, f"?{query}")
    page.evaluate(WATCH)
    page.evaluate("rates => { window.lab.rates = rates }", spec.rates().tolist())
    page.wait_for_timeout(300)
    lab.run(page)
    lab.wait_finished(page, timeout=120_000)
    page.wait_for_timeout(200)
    seen: dict[str, Any] = page.evaluate("window.lab")
    seen["finished"] = page.evaluate("Date.now()")
    seen["seconds"] = float(
        page.locator("#range-test-provenance").inner_text().split(" s ")[0].split("·")[-1].strip() or "nan"
    )
    complete = [lab.points(page)[f"raw-{seed}"]["x"] == spec.rates().tolist() for seed in range(spec.seeds)]
    seen["complete"] = all(complete)
    return seen


def stamps(folder: str) -> dict[int, float]:
    """Return when each update of the newest run was made, in milliseconds since 1970."""
    newest = max(Path(folder).glob("stamps.*"), key=lambda path: path.stat().st_mtime)
    lines = [line.split() for line in newest.read_text().splitlines()]
    start = max(n for n, line in enumerate(lines) if line[0] == "0")
    return {int(step): 1000 * float(at) for step, at in lines[start:]}


def _speed(page: Page, server: Server) -> tuple[float, float]:
    """Return steps per second in the app, watched, and in a plain script, one after the other."""
    run = sweep(page, server, steps=1000, seeds=1, lr_max=0.2, stop_factor=0, momentum=_fresh())
    name = lab.run_id(page)
    assert httpx.get(f"{server.base}/runs/{name}.csv").text.count("\nstep,") == 1000
    return 1000 / run["seconds"], plain(data.load(device.choose()), 1000 - 64)


_turn = 0


def _fresh() -> float:
    """Return a momentum that no earlier sweep had, so that nothing is replayed."""
    global _turn
    _turn += 1
    return round(0.9 - 0.0001 * _turn, 4)


def main() -> None:
    """Print every figure; the browser, the server and its workers share this machine with the benchmark."""
    device.configure(device.choose())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environment = {
            "DASK_DISTRIBUTED__WORKER__PRELOAD": '["tests.bench.stamp"]',
            "LRLAB_STAMPS": f"{folder}/stamps",
        }
        chrome = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        page = chrome.new_page(viewport={"width": 1280, "height": 900})
        with Server(environment) as server:
            sweep(page, server, steps=20, seeds=1, momentum=_fresh())
            first = [sweep(page, server, steps=20, seeds=1, momentum=_fresh()) for _ in range(CLICKS)]
            show(
                "click to first point on the screen",
                [(s["first"] - s["clicked"]) / 1000 for s in first],
                "s",
                "<= 0.5",
            )

            default = [
                sweep(page, server, lr_max=RangeTest().lr_max, momentum=_fresh()) for _ in range(SWEEPS)
            ]
            total = [(s["finished"] - s["clicked"]) / 1000 - 0.2 for s in default]
            show("default sweep, click to finished on the screen", total, "s", "<= 3")

            delays: list[float] = []
            whole = []
            for _ in range(LOSSLESS):
                run = sweep(page, server, steps=300, seeds=1, lr_max=0.2, stop_factor=0, momentum=_fresh())
                whole.append(run["complete"] and run["wrong"] == 0)
                made = stamps(folder)
                delays += [at - made[step] for step, at in enumerate(run["shown"])]
            show("update to pixel", delays, "ms", "p95 <= 150")
            print(
                f"points lost or doubled: in {whole.count(False)} of {len(whole)} runs (goal: none)",
                flush=True,
            )

            pairs = [_speed(page, server) for _ in range(SPEEDS)]
            show("steps per second, in the app, watched", [a for a, _ in pairs], "1/s")
            show("steps per second, plain loop in a script", [b for _, b in pairs], "1/s")
            show("ratio, pair by pair", [a / b for a, b in pairs], "", ">= 0.95")
        chrome.close()
        time.sleep(0.1)
