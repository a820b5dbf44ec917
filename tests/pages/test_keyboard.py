"""What the Tab key stops at on a page."""

import pytest
from playwright.sync_api import Page, expect

from tests.server import Server

pytestmark = pytest.mark.browser

STOPS = """() => [...document.querySelectorAll("#page mjx-container")].map(
  (formula) => [formula.tabIndex, formula.scrollWidth > formula.clientWidth + 1 && formula.getAttribute("display") === "true"])"""


@pytest.mark.parametrize("width", [1280, 320])
def test_only_a_formula_that_has_to_be_scrolled_is_a_stop(page: Page, server: Server, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(server.base + "/guidelines")
    expect(page.locator("mjx-container").nth(10)).to_be_visible(timeout=15_000)
    page.wait_for_function(
        "[...document.querySelectorAll('#page mjx-container')].some((one) => one.tabIndex < 0)"
    )
    page.wait_for_timeout(500)
    stops = page.evaluate(STOPS)
    assert len(stops) > 10
    assert [stop for stop, scrolls in stops] == [0 if scrolls else -1 for stop, scrolls in stops]
