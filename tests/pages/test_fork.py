"""Forking runs in a real browser: from the page of a run to its branch, with every point once."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages import explorer, lab
from tests.server import Server

pytestmark = pytest.mark.browser

GRAPH = "#fork-graph .js-plotly-plot"


def open_page(page: Page, base: str, name: str, query: str) -> None:
    page.goto(f"{base}/{name}{query}")
    page.wait_for_selector(f"#{name}-graph .js-plotly-plot", state="attached")


def run(page: Page, name: str) -> None:
    lab.button(page, "Run").click()
    expect(page.locator(f"#{name}-status")).to_have_text(re.compile("Finished"), timeout=120_000)


def part(page: Page, name: str, of: str) -> Any:
    """Return a part of the form of a widget: its "line", "step", "factor" or "link"."""
    return page.locator(f"#{name}-fork-{of}")


def follow_link(page: Page, name: str) -> None:
    """Press Fork; the page must change without being loaded anew."""
    page.evaluate("window.same = true")
    part(page, name, "link").click()
    page.wait_for_selector(GRAPH)
    assert page.evaluate("window.same")
    expect(page.locator("#fork-notice")).to_be_empty()
    expect(page.locator("#fork-run")).to_be_in_viewport()  # the branch is one click away


def test_a_line_of_a_contest_goes_on_twice_and_a_reload_shows_it_again(page: Page, server: Server) -> None:
    open_page(page, server.base, "cyclical", "?steps=60&seeds=2&policies=triangular")
    expect(page.locator("#cyclical-fork")).to_be_hidden()
    run(page, "cyclical")
    own = explorer.points(page, "#cyclical-graph .js-plotly-plot")
    expect(part(page, "cyclical", "step")).to_have_value("36")
    part(page, "cyclical", "line").click()
    page.get_by_role("option", name="Linear decay").click()
    part(page, "cyclical", "step").fill("45")
    follow_link(page, "cyclical")
    expect(page.locator("#fork-origin")).to_contain_text(
        "Forked: Cyclical, Linear decay; 60 updates, 2 seeds."
    )
    assert (
        page.locator("#fork-origin a").get_attribute("href")
        == "/cyclical?policies=triangular&steps=60&seeds=2"
    )
    expect(explorer.field(page, "at")).to_have_value("45")
    run(page, "fork")
    shown = explorer.points(page, GRAPH)
    for kind in ("applied", "mean"):
        assert shown[f"{kind}-0-0"] == own[f"{kind}-1-0"]
        assert shown[f"{kind}-1-0"]["x"] == list(range(45, 60))
        assert len(shown[f"{kind}-1-0"]["y"]) == 15
    for seed in range(2):
        assert shown[f"thin-0-{seed}"] == own[f"thin-1-{seed}"]
        assert shown[f"thin-1-{seed}"]["x"] == list(range(45, 60))
    assert shown["applied-1-0"]["y"] == pytest.approx([0.1 * own["applied-1-0"]["y"][45]] * 15)
    expect(page.locator("#fork-result tbody tr")).to_have_count(2)
    expect(page.locator("#fork-result")).to_contain_text("Forked at step 45, with 0.1 times the rate")
    page.reload()
    page.wait_for_selector(GRAPH)
    expect(page.locator("#fork-provenance")).to_contain_text("Replayed")
    expect(page.locator("#fork-result tbody tr")).to_have_count(2)
    assert explorer.points(page, GRAPH) == shown


def test_a_range_test_is_forked_and_its_curve_is_the_same(page: Page, server: Server) -> None:
    open_page(page, server.base, "range-test", "?steps=40&seeds=1&stop_factor=0&lr_max=0.3")
    lab.run(page)
    lab.wait_finished(page)
    own = lab.points(page)["raw-0"]
    expect(part(page, "range-test", "step")).to_have_value("24")
    part(page, "range-test", "factor").click()
    page.get_by_role("option", name="twice").click()
    follow_link(page, "range-test")
    expect(explorer.field(page, "factor")).to_have_value("2")
    run(page, "fork")
    shown = explorer.points(page, GRAPH)
    assert shown["thin-0-0"]["y"] == own["y"]
    assert shown["applied-0-0"]["y"] == own["x"]
    assert shown["applied-1-0"]["x"] == list(range(24, 40))
    assert shown["applied-1-0"]["y"] == pytest.approx([2 * own["x"][24]] * 16)


def test_a_paused_run_is_forked_where_it_stands(page: Page, server: Server) -> None:
    open_page(page, server.base, "schedules", "?schedules=cosine&steps=2000&seeds=1&batch_size=128")
    lab.button(page, "Run").click()
    status = page.locator("#schedules-status")
    expect(status).to_have_text(re.compile(r"step [1-9]"), timeout=60_000)
    lab.button(page, "Pause").click()
    expect(status).to_have_text(re.compile("Paused"))
    stands = re.search(r"step (\d+)", status.inner_text())
    assert stands is not None
    expect(part(page, "schedules", "step")).to_have_value(stands[1])
    lab.button(page, "Run").click()
    expect(page.locator("#schedules-fork")).to_be_hidden()
    lab.button(page, "Stop").click()
    expect(part(page, "schedules", "step")).to_have_value("1200")
    lab.button(page, "Reset").click()
    expect(page.locator("#schedules-fork")).to_be_hidden()


def test_presets_say_which_run_they_fork(page: Page, server: Server) -> None:
    open_page(page, server.base, "fork", "?kind=range_test&settings=&line=0&at=50")
    expect(page.locator("#fork-origin")).to_contain_text("Forked: Range test, sweep; 100 updates, 3 seeds.")
    page.get_by_role("button", name="Raise it again").click()
    expect(page.locator("#fork-origin")).to_contain_text(
        "Forked: Fork, Forked at step 250; 400 updates, 5 seeds."
    )
    expect(explorer.field(page, "at")).to_have_value("320")
    page.get_by_role("button", name="Drop early").click()
    expect(page.locator("#fork-origin")).to_contain_text(
        "Forked: Explorer, Constant 0.1; 400 updates, 5 seeds."
    )
    page.wait_for_function(f"({explorer.POINTS})('{GRAPH}')['planned-1-0'].x[0] === 20")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("settings=nonsense", "The run to fork cannot be trained. There is no setting called 'nonsense'"),
        ("settings=steps%3D5", "The run to fork cannot be trained. Steps must be a whole number from 20"),
        ("kind=magic", "There is no experiment called 'magic'"),
        ("line=99", "Line must be a whole number from 0 to 2, as the run has 3; 99 was given."),
        (
            "at=400",
            "Fork at step must be a whole number from 1 to 399, before the last update of Constant 0.1",
        ),
        ("factor=0", "Factor must be a number between 0.001 and 10"),
    ],
)
def test_a_bad_address_says_what_is_wrong_once(page: Page, server: Server, query: str, sentence: str) -> None:
    open_page(page, server.base, "fork", "?" + query)
    expect(page.locator("#fork-notice")).to_contain_text(sentence)
    assert page.locator("#fork-notice").inner_text().count(" was given") <= 1
    expect(page.locator("#fork-origin")).to_contain_text("Forked: Explorer, Constant 0.1")
    expect(lab.button(page, "Run")).to_be_enabled()
