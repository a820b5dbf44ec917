"""Runs on a page: steering them, leaving and coming back, other browsers, the queue, replays."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages import lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser

LONG = "?steps=1000&seeds=5&batch_size=256&stop_factor=0"
"""A sweep that takes long enough to be left, paused and come back to."""


def test_points_appear_while_the_run_goes_on(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, LONG)
    lab.run(page)
    lab.wait_training(page)
    for _ in range(3):  # it grows, and goes on growing
        drawn = len(lab.points(page)["raw-0"]["x"])
        page.wait_for_function(f"({lab.POINTS})()['raw-0'].x.length > {drawn}")
    assert len(lab.points(page)["raw-0"]["x"]) < 1000
    lab.button(page, "Stop").click()
    expect(lab.status(page)).to_contain_text(re.compile("stopped", re.I))


def test_pause_step_and_go_on(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, LONG + "&momentum=0.8")
    lab.run(page)
    lab.wait_training(page)
    lab.button(page, "Pause").click()
    expect(lab.status(page)).to_contain_text("Paused before step")
    page.wait_for_timeout(400)
    before = len(lab.points(page)["raw-0"]["x"])
    page.wait_for_timeout(500)
    assert len(lab.points(page)["raw-0"]["x"]) == before
    for more in (1, 2):
        lab.button(page, "Step").click()
        expect(lab.status(page)).to_have_text(f"Paused before step {before + more}")
        page.wait_for_timeout(200)
        assert len(lab.points(page)["raw-0"]["x"]) == before + more
    lab.run(page)
    expect(lab.status(page)).to_contain_text("Training")
    lab.button(page, "Stop").click()
    expect(lab.status(page)).to_contain_text(re.compile("stopped", re.I))
    page.wait_for_timeout(300)
    shown = lab.points(page)
    lab.complete(shown, steps=len(shown["mean"]["x"]), seeds=5)


def test_reset_clears_the_chart_and_the_address(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=20&seeds=1")
    lab.run(page)
    lab.wait_finished(page)
    assert "run=" in page.url
    lab.button(page, "Reset").click()
    expect(lab.status(page)).to_have_text("Ready")
    assert lab.points(page)["mean"]["x"] == []
    assert "run=" not in page.url
    assert "steps=20" in page.url


def test_the_same_again_is_a_replay_and_train_again_is_live(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=30&seeds=1&stop_factor=0&batch_size=33")
    lab.run(page)
    lab.wait_finished(page)
    first, losses = lab.run_id(page), lab.points(page)["raw-0"]["y"]
    lab.button(page, "Reset").click()
    lab.run(page)
    expect(page.locator("#range-test-provenance")).to_contain_text("Replayed")
    assert lab.run_id(page) == first
    assert lab.points(page)["raw-0"]["y"] == losses
    lab.button(page, "Train again").click()
    expect(page.locator("#range-test-provenance")).to_contain_text("Live")
    lab.wait_finished(page)
    assert lab.run_id(page) != first
    assert lab.points(page)["raw-0"]["y"] == losses  # bit for bit: same settings, seed, device and version


def test_reload_back_and_forward_show_the_run_from_its_first_point(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=25&seeds=2&stop_factor=0")
    lab.run(page)
    lab.wait_finished(page)
    losses = lab.points(page)["mean"]["y"]
    page.reload()
    page.wait_for_selector(lab.GRAPH)
    lab.wait_finished(page)
    lab.complete(lab.points(page), steps=25, seeds=2)
    assert lab.points(page)["mean"]["y"] == losses
    page.get_by_role("link", name="Learning Rate Lab").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("One number")
    page.go_back()
    page.wait_for_selector(lab.GRAPH)
    lab.wait_finished(page)
    assert lab.points(page)["mean"]["y"] == losses
    page.go_back()  # before the run
    expect(lab.status(page)).to_have_text("Ready")
    page.go_forward()
    lab.wait_finished(page)
    assert lab.points(page)["mean"]["y"] == losses


def test_leave_in_mid_run_and_return(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, LONG + "&momentum=0.7")
    lab.run(page)
    lab.wait_training(page)
    page.get_by_role("link", name="Learning Rate Lab").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("One number")
    page.wait_for_timeout(500)
    page.go_back()
    page.wait_for_selector(lab.GRAPH)
    lab.wait_training(page)
    page.wait_for_timeout(500)
    lab.button(page, "Stop").click()
    expect(lab.status(page)).to_contain_text(re.compile("stopped", re.I))
    page.wait_for_timeout(300)
    shown = lab.points(page)
    lab.complete(shown, steps=len(shown["mean"]["x"]), seeds=5)


def test_two_browsers_see_one_run(page: Page, browser: Browser, server: Server) -> None:
    lab.open_page(page, server.base, LONG + "&momentum=0.6")
    lab.run(page)
    page.wait_for_url(re.compile("run="))
    page.wait_for_timeout(500)
    other_context = browser.new_context()
    other = other_context.new_page()
    other.goto(page.url)
    other.wait_for_selector(lab.GRAPH)
    lab.wait_training(other)
    lab.button(other, "Stop").click()
    for one in (page, other):
        expect(lab.status(one)).to_contain_text(re.compile("stopped", re.I))
        one.wait_for_timeout(300)
    assert lab.points(page) == lab.points(other)
    lab.complete(lab.points(other), steps=len(lab.points(other)["mean"]["x"]), seeds=5)
    other_context.close()


def test_two_tabs_of_one_browser_run_different_sweeps(
    page: Page, context: BrowserContext, server: Server, watch: Watch
) -> None:
    second = context.new_page()
    watch.on(second)
    lab.open_page(page, server.base, "?steps=60&seeds=1&stop_factor=0")
    lab.open_page(second, server.base, "?steps=40&seeds=2&stop_factor=0")
    lab.run(page)
    lab.run(second)
    lab.wait_finished(page)
    lab.wait_finished(second)
    lab.complete(lab.points(page), steps=60, seeds=1)
    lab.complete(lab.points(second), steps=40, seeds=2)


def test_a_new_run_at_once_draws_only_itself(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, LONG + "&momentum=0.5")
    lab.run(page)
    page.wait_for_timeout(600)
    lab.button(page, "Reset").click()
    lab.fill(page, steps=50, seeds=2)
    lab.run(page)
    lab.wait_finished(page)
    page.wait_for_timeout(2500)  # an old follower would still be drawing
    lab.complete(lab.points(page), steps=50, seeds=2)


def test_earlier_runs_stay_as_overlays_until_reset(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=22&seeds=1&stop_factor=0")
    lab.run(page)
    lab.wait_finished(page)
    lab.fill(page, batch_size=128)
    lab.run(page)
    expect(page.locator("#range-test-legend")).to_contain_text("Earlier: sgd, batch 64")
    lab.wait_finished(page)
    assert len(lab.points(page)["earlier-0"]["x"]) == 22
    lab.button(page, "Reset").click()
    expect(page.locator("#range-test-legend")).not_to_contain_text("Earlier")


def test_smoothing_redraws_without_training(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=24&seeds=1&stop_factor=0")
    lab.run(page)
    lab.wait_finished(page)
    run, smooth = lab.run_id(page), lab.points(page)["mean"]["y"]
    lab.fill(page, smoothing=0)
    page.wait_for_url(re.compile("smoothing=0"))
    page.wait_for_function(
        "() => { const d = document.querySelector('#range-test-graph .js-plotly-plot').data;"
        " return JSON.stringify(d.find(t => t.meta === 'mean').y) === JSON.stringify(d.find(t => t.meta === 'raw-0').y) }"
    )
    assert lab.points(page)["mean"]["y"] != smooth
    assert lab.run_id(page) == run


def test_when_all_workers_are_busy_a_run_waits_and_says_where(
    page: Page, context: BrowserContext, server: Server
) -> None:
    busy = [page, context.new_page()]
    for n, tab in enumerate(busy):
        lab.open_page(tab, server.base, f"{LONG}&momentum=0.2{n}")
        lab.run(tab)
        lab.wait_training(tab)
    waiting = [context.new_page(), context.new_page()]
    for n, tab in enumerate(waiting):
        lab.open_page(tab, server.base, f"?steps=20&seeds=1&momentum=0.3{n}")
        lab.run(tab)
        expect(lab.status(tab)).to_have_text(f"Waiting: number {n + 1} in the queue")
    lab.button(waiting[0], "Stop").click()
    expect(lab.status(waiting[0])).to_contain_text(re.compile("stopped", re.I))
    expect(lab.status(waiting[1])).to_have_text("Waiting: number 1 in the queue")
    lab.button(busy[0], "Stop").click()
    lab.wait_finished(waiting[1])
    lab.button(busy[1], "Stop").click()
