"""Who uses no mouse, sees no chart, wants no motion or reads at 200 % has the whole lesson all the same."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages import lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser

WIDGETS = ("range-test", "schedules", "warmup", "cyclical")
FOCUSED = "document.activeElement.id"
MOVING = """() => [...document.querySelectorAll('button, [role=progressbar], [class*=Progress], a, label, input')]
  .filter(one => { const s = getComputedStyle(one);
    return [...s.transitionDuration.split(','), ...s.animationDuration.split(',')].some(t => parseFloat(t) > 0.01
      && (s.transitionProperty !== 'none' || s.animationName !== 'none')); })
  .map(one => one.outerHTML.slice(0, 120))"""


def tab_to(page: Page, component: str, most: int = 60) -> None:
    """Press Tab until the element with this id has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == component:
            return
    raise AssertionError(f"{component} was not reached with {most} times Tab")


def focused_tab(page: Page) -> str:
    return str(
        page.evaluate(
            "document.activeElement.getAttribute('role') + ' ' + document.activeElement.textContent"
        )
    )


def test_a_run_and_its_table_by_keyboard_alone(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=20&seeds=1&stop_factor=0")
    tab_to(page, "range-test-run")
    page.keyboard.press("Enter")
    lab.wait_finished(page)
    for _ in range(80):
        page.keyboard.press("Tab")
        if focused_tab(page) == "tab Chart":
            break
    assert focused_tab(page) == "tab Chart"
    page.keyboard.press("ArrowRight")
    assert focused_tab(page) == "tab Table"
    expect(page.locator("#range-test-table tbody tr")).to_have_count(20)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#range-test-graph")).to_be_visible()


def test_a_quick_check_by_keyboard_alone(page: Page, server: Server) -> None:
    lab.open_page(page, server.base)
    first = page.locator(".quick-check input").first
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#range-test-quiz-feedback li").first).to_contain_text("Right.")


@pytest.mark.parametrize("name", WIDGETS)
def test_nothing_moves_for_who_wants_no_motion(
    browser: Browser, server: Server, watch: Watch, name: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    watch.on(page)
    page.goto(f"{server.base}/{name}")
    page.wait_for_selector(f"#{name}-graph .js-plotly-plot", state="attached")
    assert page.locator("button").count() > 5
    assert page.evaluate(MOVING) == []
    context.close()


@pytest.mark.parametrize("name", WIDGETS)
def test_at_twice_the_size_nothing_is_lost(browser: Browser, server: Server, watch: Watch, name: str) -> None:
    context = browser.new_context(viewport={"width": 640, "height": 450}, device_scale_factor=2)
    page = context.new_page()
    watch.on(page)
    page.goto(f"{server.base}/{name}")
    page.wait_for_selector(f"#{name}-graph .js-plotly-plot", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    for part in ("run", "pause", "step", "stop", "reset"):
        box = page.locator(f"#{name}-{part}").bounding_box()
        assert box is not None, part
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= 640, part
    for field in page.locator(".settings .control:visible, .quick-check label:visible").all():
        box = field.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 641
    context.close()


@pytest.mark.parametrize("name", WIDGETS)
def test_before_a_run_the_planned_chart_is_described(page: Page, server: Server, name: str) -> None:
    page.goto(f"{server.base}/{name}")
    spoken = page.locator(f"#{name}-spoken")
    said = "An empty chart for the training loss" if name == "range-test" else "Planned learning rates over"
    expect(spoken).to_contain_text(said, timeout=60_000)
    expect(spoken).to_have_attribute("aria-live", "polite")
    charts = page.locator(f"[role=figure][aria-describedby={name}-spoken]")
    assert charts.count() >= 1
    assert charts.first.get_attribute("aria-label")


def test_the_description_follows_the_run_and_ends_with_it(page: Page, server: Server) -> None:
    page.goto(f"{server.base}/range-test?steps=200&seeds=2&stop_factor=0&lr_max=0.3")
    page.wait_for_selector(lab.GRAPH)
    page.evaluate(
        "() => { window.told = []; new MutationObserver(() => window.told.push([performance.now(),"
        " document.querySelector('#range-test-spoken').textContent]))"
        ".observe(document.querySelector('#range-test-spoken'), {childList: true, characterData: true, subtree: true}) }"
    )
    lab.run(page)
    lab.wait_finished(page, timeout=120_000)
    expect(page.locator("#range-test-spoken")).to_have_text(
        re.compile(
            r"^Finished after 200 steps: loss [\d.]+ at a rate of 0\.3, lowest .*;"
            r" no seed has blown up\. No recommendation: .*\.$"
        )
    )
    told = [(when, text) for when, text in page.evaluate("window.told") if text.startswith("Step ")]
    assert all(re.match(r"Step \d+ of 200: loss [\d.]+ at a rate of", text) for _, text in told)
    lab.button(page, "Reset").click()
    expect(page.locator("#range-test-spoken")).to_contain_text("An empty chart", timeout=20_000)
