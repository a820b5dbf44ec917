"""The range test's page in a real browser, against the real server, training on the real data."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.pages import lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser


def test_a_newcomer_presses_run_and_sees_the_sweep_and_a_recommendation(page: Page, server: Server) -> None:
    page.goto(server.base)
    page.get_by_role("link", name="LR range test").first.click()
    page.wait_for_selector(lab.GRAPH)
    lab.fill(page, stop_factor=0, lr_max=1)
    lab.run(page)
    lab.wait_finished(page)
    lab.complete(lab.points(page), steps=100, seeds=3)
    expect(page.locator("#range-test-result")).to_contain_text(re.compile("Steepest", re.I))
    expect(page.locator("#range-test-provenance")).to_contain_text("Live")
    expect(page.locator("#range-test-provenance")).to_contain_text("torch 2.13.0")
    expect(lab.button(page, "Audit")).to_be_enabled()


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
    lab.button(page, "Reset").click()
    expect(page.locator("#range-test-compared")).to_be_empty()


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
