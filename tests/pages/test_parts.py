"""The address holds which tabs and groups are open, and brings them back."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages import lab
from tests.server import Server

pytestmark = pytest.mark.browser


def _tab(page: Page, name: str) -> Any:
    return page.get_by_role("tab", name=name, exact=True)


def _fold(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def test_open_parts_survive_a_reload_a_run_and_going_back(page: Page, server: Server) -> None:
    page.goto(server.base + "/cyclical?steps=40&seeds=1")
    expect(_fold(page, "Training")).to_have_attribute("aria-expanded", "false")
    _tab(page, "Table").click()
    _fold(page, "Training").click()
    page.wait_for_url(re.compile(r"open=(?=\S*tab-table)\S*fold-training"))
    page.reload()
    expect(_tab(page, "Table")).to_have_attribute("aria-selected", "true")
    expect(_fold(page, "Training")).to_have_attribute("aria-expanded", "true")
    lab.run(page)
    page.wait_for_url(re.compile(r"run=\S+open="))
    expect(page.locator("#cyclical-status")).to_have_text(re.compile("Finished"), timeout=60_000)
    page.get_by_role("link", name="Warmup", exact=True).first.click()
    page.wait_for_selector("#warmup-graph .js-plotly-plot")
    assert "open=" not in page.url
    page.go_back()
    expect(page.locator("#cyclical-table table")).to_be_visible(timeout=20_000)
    expect(_fold(page, "Training")).to_have_attribute("aria-expanded", "true")


def test_parts_that_a_page_has_not_are_left_out(page: Page, server: Server) -> None:
    page.goto(server.base + "/cyclical?seeds=1&open=tab-nowhere,%3Cscript%3E,fold-training")
    expect(_fold(page, "Training")).to_have_attribute("aria-expanded", "true")
    page.wait_for_url(re.compile(r"\?seeds=1&open=fold-training$"), timeout=15_000)


def test_a_part_is_told_from_others_of_its_name(page: Page, server: Server) -> None:
    page.goto(server.base + "/exercises")
    hints = page.locator(".reveal > summary", has_text=re.compile(r"^Hint$"))
    expect(hints).to_have_count(4)
    hints.last.click()
    page.wait_for_url(re.compile(r"open=details-step-or-cosine-hint$"))
    page.reload()
    opened = page.locator(".exercise:has(.reveal[open])")
    expect(opened).to_have_count(1, timeout=15_000)
    expect(opened).to_have_id("step-or-cosine")
