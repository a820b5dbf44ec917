"""The range test's page in a real browser, against the real server, training on the real data."""

import itertools
import re
from collections.abc import Mapping

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages import lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser

LONG = "?steps=1000&seeds=5&batch_size=256&stop_factor=0"
"""A sweep that takes long enough to be left, paused and come back to."""


def complete(points: Mapping[str, Mapping[str, list[float]]], steps: int, seeds: int) -> None:
    """Assert that every seed has each of its points once, in order, and the mean as well."""
    for trace in (*(f"raw-{seed}" for seed in range(seeds)), "mean", "low", "high"):
        rates = points[trace]["x"]
        assert len(rates) == steps, trace
        assert all(a < b for a, b in itertools.pairwise(rates)), trace
        assert len(points[trace]["y"]) == steps, trace


def test_a_newcomer_presses_run_and_sees_the_sweep_and_a_recommendation(page: Page, server: Server) -> None:
    page.goto(server.base)
    page.get_by_role("link", name="LR range test").first.click()
    page.wait_for_selector(lab.GRAPH)
    lab.fill(page, stop_factor=0, lr_max=1)
    lab.run(page)
    lab.wait_finished(page)
    complete(lab.points(page), steps=100, seeds=3)
    expect(page.locator("#range-test-result")).to_contain_text(re.compile("Steepest", re.I))
    expect(page.locator("#range-test-provenance")).to_contain_text("Live")
    expect(page.locator("#range-test-provenance")).to_contain_text("torch 2.13.0")
    expect(lab.button(page, "Audit")).to_be_enabled()


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
    complete(shown, steps=len(shown["mean"]["x"]), seeds=5)


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
    complete(lab.points(page), steps=25, seeds=2)
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
    complete(shown, steps=len(shown["mean"]["x"]), seeds=5)


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
    complete(lab.points(other), steps=len(lab.points(other)["mean"]["x"]), seeds=5)
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
    complete(lab.points(page), steps=60, seeds=1)
    complete(lab.points(second), steps=40, seeds=2)


def test_a_new_run_at_once_draws_only_itself(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, LONG + "&momentum=0.5")
    lab.run(page)
    page.wait_for_timeout(600)
    lab.button(page, "Reset").click()
    lab.fill(page, steps=50, seeds=2)
    lab.run(page)
    lab.wait_finished(page)
    page.wait_for_timeout(2500)  # an old follower would still be drawing
    complete(lab.points(page), steps=50, seeds=2)


def test_earlier_runs_stay_as_overlays_until_reset(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=22&seeds=1&stop_factor=0")
    lab.run(page)
    lab.wait_finished(page)
    lab.fill(page, batch_size=128)
    lab.run(page)
    expect(page.locator("#range-test-graph")).to_contain_text("Earlier: sgd, batch 64")
    lab.wait_finished(page)
    assert len(lab.points(page)["earlier-0"]["x"]) == 22
    lab.button(page, "Reset").click()
    expect(page.locator("#range-test-graph")).not_to_contain_text("Earlier")


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


def test_a_blow_up_is_marked_where_each_seed_ended(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?seeds=2&stop_factor=2")
    lab.run(page)
    lab.wait_finished(page)
    shown = lab.points(page)
    ends = [shown[f"raw-{seed}"]["x"][-1] for seed in range(2)]
    assert sorted(shown["blew-up"]["x"]) == sorted(ends)
    assert max(ends) < 10
    assert shown["mean"]["x"][-1] == min(ends)  # a mean over fewer seeds would jump


def test_the_audit_lays_constant_rates_over_the_sweep(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?seeds=2")
    lab.run(page)
    lab.wait_finished(page)
    lab.button(page, "Audit").click()
    expect(page.locator("#range-test-result")).to_contain_text(re.compile("held|hold", re.I), timeout=60_000)
    assert 5 <= len(lab.points(page)["audit"]["x"]) <= 7
    assert "audit=" in page.url
    lab.wait_finished(page)
    page.reload()
    page.wait_for_selector(lab.GRAPH)
    expect(page.locator("#range-test-result")).to_contain_text(re.compile("held|hold", re.I))


def test_use_this_rate_elsewhere_is_carried_to_other_pages(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?seeds=1")
    lab.run(page)
    lab.wait_finished(page)
    page.get_by_role("button", name="Use this rate elsewhere").click()
    expect(page.locator("#carried-rate")).to_contain_text("Your rate: 0.0")
    page.get_by_role("link", name="Learning Rate Lab").click()
    page.reload()
    expect(page.locator("#carried-rate")).to_contain_text("Your rate: 0.0")


def test_predict_first_and_hear_of_it_afterwards(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?seeds=1")
    page.get_by_role("button", name="Where it falls").click()
    expect(page.locator("#range-test-predict")).to_be_hidden()
    lab.run(page)
    lab.wait_finished(page)
    expect(page.locator("#range-test-compared")).to_contain_text("You predicted")


def test_the_quick_check_gives_feedback_on_every_option(page: Page, server: Server) -> None:
    lab.open_page(page, server.base)
    page.get_by_label("0.3, where the loss is lowest").check()
    feedback = page.locator("#range-test-quiz-feedback li")
    expect(feedback).to_have_count(4)
    expect(feedback.first).to_contain_text("Not quite.")
    page.get_by_label("About 0.04").check()
    expect(feedback.first).to_contain_text("Right.")


def test_the_table_and_the_csv_hold_every_point(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=21&seeds=2&stop_factor=0")
    lab.run(page)
    lab.wait_finished(page)
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#range-test-table tbody tr")).to_have_count(42)
    lines = httpx.get(f"{server.base}/runs/{lab.run_id(page)}.csv").text.strip().splitlines()
    assert len(lines) == 43
    assert lines[0].startswith("kind,arm,seed,step,learning_rate,loss")
    raw = lab.points(page)["raw-1"]
    csv = [line.split(",") for line in lines[1:]]
    assert [float(row[5]) for row in csv if row[2] == "1"] == raw["y"]
    assert [float(row[4]) for row in csv if row[2] == "1"] == raw["x"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?steps=99999", "Steps must be a whole number from"),
        ("?lr_max=NaN", "Highest rate must be a number between"),
        ("?optimizer=magic", "Optimiser must be one of sgd, adam, adamw"),
        ("?lr_min=0.5&lr_max=0.6", "rate"),
        ("?run=zzz", "no run has"),
        ("?run=0123456789ab", "run"),
    ],
)
def test_a_bad_address_says_what_is_wrong_and_the_page_works(
    page: Page, server: Server, query: str, sentence: str
) -> None:
    lab.open_page(page, server.base, query)
    expect(page.locator("#range-test-notice")).to_contain_text(sentence)
    expect(lab.button(page, "Run")).to_be_enabled()


def test_a_value_out_of_range_is_refused_beside_its_field_and_by_run(page: Page, server: Server) -> None:
    lab.open_page(page, server.base)
    lab.fill(page, steps=5)
    expect(page.locator(".control", has_text="Steps")).to_contain_text("'5' was given")
    lab.run(page)
    expect(page.locator("#range-test-notice")).to_contain_text("Steps must be")
    assert "run=" not in page.url


def test_an_address_that_leads_nowhere_says_so(page: Page, server: Server, watch: Watch) -> None:
    answer = page.goto(server.base + "/no-such-page")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    watch.errors.clear()  # the browser itself logs the 404


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
