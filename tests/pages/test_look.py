"""Every page at every width, light and dark: nothing overflows, nothing jumps, axe-core finds nothing."""

from collections.abc import Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.pages import lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser

CHART = ".js-plotly-plot"
PATHS = {
    "/": CHART,
    "/fork": CHART,
    "/range-test": CHART,
    "/schedules": CHART,
    "/warmup": CHART,
    "/cyclical": CHART,
    "/pytorch": CHART,
    "/guidelines": CHART,
    "/exercises": ".progress-bar",
    "/glossary": "h1",
}
"""What is there once a page is complete, by its path."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe-core objects to, a line each; only by these `rules` where some are named."""
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else RULES
    found: Any = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_and_is_accessible(
    browser: Browser, server: Server, watch: Watch, path: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="light")
    context.set_default_timeout(60_000)
    page = context.new_page()
    watch.on(page)
    page.goto(server.base + path)
    page.wait_for_selector("h1")
    page.wait_for_selector(PATHS[path])
    page.wait_for_timeout(300)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    if width < 1920:  # which lays a page out as 1280 does
        assert violations(page) == []
    if width == 1280:
        _check_dark(page)
    context.close()


def _check_dark(page: Page) -> None:
    """Only by the rules that see colours: the others have just passed."""
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.mantineColorScheme === 'dark'")
    page.wait_for_timeout(200)
    assert violations(page, ["color-contrast", "link-in-text-block"]) == []


def test_a_finished_run_is_accessible_in_both_schemes(browser: Browser, server: Server, watch: Watch) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    watch.on(page)
    lab.open_page(page, server.base, "?seeds=2")
    lab.run(page)
    lab.wait_finished(page)
    assert violations(page) == []
    page.get_by_role("button", name="Switch between light and dark").click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"
    assert violations(page) == []
    page.get_by_role("tab", name="Table").click()
    page.wait_for_selector("#range-test-table table")
    assert violations(page) == []
    context.close()


def test_nothing_moves_while_data_streams(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=400&seeds=3&stop_factor=0&lr_max=0.3")
    box = (
        "() => { const r = document.querySelector('#range-test-graph').getBoundingClientRect();"
        " return [r.x, r.y + scrollY, r.width, r.height] }"
    )
    axes = (
        "() => { const l = document.querySelector('#range-test-graph .js-plotly-plot')._fullLayout;"
        " return [l.xaxis.range, l.yaxis.range] }"
    )
    lab.run(page)
    lab.wait_training(page)
    before = page.evaluate(box), page.evaluate(axes)
    lab.wait_finished(page)
    assert (page.evaluate(box), page.evaluate(axes)) == before


def test_zoom_survives_updates(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=500&seeds=3&stop_factor=0&lr_max=0.3&batch_size=128")
    lab.run(page)
    lab.wait_training(page)
    drag = page.locator("#range-test-graph .nsewdrag").first
    drag.scroll_into_view_if_needed()
    plot = drag.bounding_box()
    assert plot is not None
    page.mouse.move(plot["x"] + 0.3 * plot["width"], plot["y"] + 0.2 * plot["height"])
    page.mouse.down()
    page.mouse.move(plot["x"] + 0.7 * plot["width"], plot["y"] + 0.6 * plot["height"], steps=5)
    page.mouse.up()
    shown = (
        "(() => { const l = document.querySelector('#range-test-graph .js-plotly-plot')._fullLayout;"
        " return [...l.xaxis.range, ...l.yaxis.range] })()"
    )
    zoomed = page.evaluate(shown)
    assert 0 < zoomed[2] < zoomed[3] < 3
    lab.wait_finished(page)
    assert page.evaluate(shown) == zoomed


def test_the_page_works_by_keyboard_alone(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=20&seeds=1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the lesson"
    for _ in range(60):  # pages, tools and the terms of the text come first
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "range-test-run":
            break
    page.keyboard.press("Enter")
    lab.wait_finished(page)
    assert page.evaluate("document.activeElement.id") in ("range-test-run", "")
