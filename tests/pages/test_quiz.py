"""Quick checks in a real browser: kept, shown again, brought back on another page; and questions about a run."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages import explorer, lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser

WRONG = "0.3, where the loss is lowest"
RIGHT = "About 0.04"


def stored(page: Page, kind: str = "checks") -> Any:
    """Return what the browser has kept of the learner's answers."""
    return json.loads(page.evaluate("localStorage.getItem('learner')") or "{}").get(kind, {})


def wait_kept(page: Page, count: int, kind: str = "checks") -> None:
    page.wait_for_function(
        f"Object.keys((JSON.parse(localStorage.getItem('learner')) || {{}}).{kind} || {{}}).length === {count}"
    )


def recall(page: Page) -> Any:
    return page.locator("#recall")


def go(page: Page, name: str) -> None:
    """Follow a link of the header, which loads nothing anew."""
    page.locator(".pages").get_by_role("link", name=name, exact=True).click()
    page.wait_for_selector(".quick-check")


def miss(page: Page, server: Server) -> None:
    """Answer the range test's first question wrong."""
    lab.open_page(page, server.base)
    page.get_by_label(WRONG).check()
    wait_kept(page, 1)


def test_an_answer_is_kept_and_shown_again_with_its_feedback(page: Page, server: Server) -> None:
    miss(page, server)
    assert stored(page) == {"range-test-quiz": {"choice": 0, "right": False, "page": "/range-test"}}
    page.reload()
    expect(page.get_by_label(WRONG)).to_be_checked()
    feedback = page.locator("#range-test-quiz-feedback li")
    expect(feedback).to_have_count(4)
    expect(feedback.first).to_contain_text("Not quite.")
    expect(page.locator("#range-test-seeds-feedback")).to_be_empty()
    go(page, "Warmup")
    go(page, "LR range test")
    expect(page.get_by_label(WRONG)).to_be_checked()


def test_answers_never_leave_the_browser(page: Page, server: Server) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    miss(page, server)
    page.reload()
    expect(page.get_by_label(WRONG)).to_be_checked()
    go(page, "Schedules")
    expect(recall(page)).to_be_visible()
    assert any("/schedules" in body for body in sent)
    assert not [body for body in sent if "learner" in body or "range-test-quiz" in body]


def test_try_again_clears_the_answer_and_a_right_one_is_kept_as_right(page: Page, server: Server) -> None:
    miss(page, server)
    again = page.locator("#range-test-quiz-again")
    again.click()
    expect(page.get_by_label(WRONG)).not_to_be_checked()
    expect(page.locator("#range-test-quiz-feedback")).to_be_empty()
    expect(again).to_be_hidden()
    page.get_by_label(RIGHT).check()
    expect(page.locator("#range-test-quiz-feedback li").first).to_contain_text("Right.")
    page.wait_for_function("JSON.parse(localStorage.getItem('learner')).checks['range-test-quiz'].right")
    again.click()
    page.get_by_label(WRONG).check()  # what was known once does not come back
    page.wait_for_function(
        "JSON.parse(localStorage.getItem('learner')).checks['range-test-quiz'].choice === 0"
    )
    assert stored(page)["range-test-quiz"]["right"] is True


def test_a_missed_question_comes_back_elsewhere_until_it_is_answered_right(
    page: Page, server: Server
) -> None:
    miss(page, server)
    expect(recall(page)).to_be_hidden()  # not where it was missed
    go(page, "Schedules")
    expect(recall(page).get_by_role("heading")).to_have_text("Once more, from LR range test")
    expect(recall(page)).to_contain_text("is lowest at a rate of 0.3")
    orders = [recall(page).locator(".mantine-Radio-label").all_inner_texts()]
    recall(page).get_by_label("0.002, the first rate").check()
    expect(recall(page).locator("li").first).to_contain_text("Not quite. This is safe, and slow")
    go(page, "Warmup")
    expect(recall(page)).to_be_visible()
    expect(recall(page).locator("li")).to_have_count(0)
    orders.append(recall(page).locator(".mantine-Radio-label").all_inner_texts())
    assert len({*orders[0], *orders[1]}) == len(orders[0]) == 4
    assert all(order[0] != WRONG or order[1] != RIGHT for order in orders)  # not as it was first asked
    recall(page).get_by_role("link", name="LR range test").click()  # to read it up
    expect(page.get_by_role("heading", level=1)).to_contain_text("one short training")
    page.go_back()
    recall(page).get_by_label(RIGHT).check()
    expect(recall(page).locator("li").first).to_contain_text("Right. Each update gains most there")
    page.wait_for_function("JSON.parse(localStorage.getItem('learner')).checks['range-test-quiz'].right")
    assert stored(page)["range-test-quiz"] == {"choice": 1, "right": True, "page": "/range-test"}
    go(page, "Cyclical rates")
    expect(recall(page)).to_be_hidden()
    page.reload()
    page.wait_for_selector(".quick-check")
    page.wait_for_selector("#cyclical-graph .js-plotly-plot")
    expect(recall(page)).to_be_hidden()


def test_the_oldest_missed_question_comes_first(page: Page, server: Server) -> None:
    page.goto(server.base + "/warmup")
    page.get_by_label("To regularise the model").check()
    wait_kept(page, 1)
    go(page, "LR range test")
    page.get_by_label(WRONG).check()
    wait_kept(page, 2)
    go(page, "Schedules")
    expect(recall(page).get_by_role("heading")).to_have_text("Once more, from Warmup")
    go(page, "Warmup")
    expect(recall(page).get_by_role("heading")).to_have_text("Once more, from LR range test")


def test_every_quick_check_of_the_lesson_gives_feedback_on_every_option(page: Page, server: Server) -> None:
    for path in ("/range-test", "/schedules", "/warmup", "/cyclical"):
        page.goto(server.base + path)
        page.wait_for_selector(".quick-check")
        questions = page.locator(".quick-check .question")
        expect(questions).to_have_count(2)
        for n in range(2):
            options = questions.nth(n).get_by_role("radio")
            options.last.check()
            expect(questions.nth(n).locator(".feedback li")).to_have_count(options.count())


def test_the_store_of_another_tab_is_not_overwritten(page: Page, server: Server, watch: Watch) -> None:
    miss(page, server)
    other = page.context.new_page()
    watch.on(other)
    other.goto(server.base + "/warmup")
    other.get_by_label("To regularise the model").check()
    wait_kept(other, 2)
    page.get_by_label("Smooth the curves until they agree").check()
    wait_kept(page, 3)


def test_a_question_about_the_learners_own_sweep(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?seeds=2")
    own = page.locator("#range-test-own-place")
    expect(own).to_be_hidden()
    lab.run(page)
    lab.wait_finished(page)
    expect(own).to_contain_text("turn from falling to rising, in the mean over 2 seeds?")
    lowest = re.search(r"was lowest, [\d.]+, at ([\d.e-]+)", page.locator("#range-test-result").inner_text())
    assert lowest is not None
    own.get_by_label(f"A rate of {lowest[1]}", exact=True).check()
    expect(own.locator("li").first).to_contain_text("Right. There the smoothed loss was lowest")
    wait_kept(page, 1, "own")
    kept = stored(page, "own")["range-test"]
    assert (kept["right"], kept["run"]) == (True, lab.run_id(page))
    page.reload()
    expect(own.locator("li").first).to_contain_text("Right.")
    lab.button(page, "Reset").click()
    expect(own).to_be_hidden()
    go(page, "Schedules")
    expect(recall(page)).to_be_hidden()


def test_a_stopped_sweep_asks_nothing(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=1000&seeds=3&stop_factor=0&lr_max=0.3&batch_size=128")
    lab.run(page)
    lab.wait_training(page)
    lab.button(page, "Stop").click()
    expect(page.locator("#range-test-result")).not_to_be_empty()
    page.wait_for_timeout(500)
    expect(page.locator("#range-test-own-place")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "query", "question"),
    [
        ("schedules", "?steps=60&seeds=2&schedules=constant,cosine,linear", "came first with your 2 seeds"),
        ("warmup", "?steps=60&seeds=2&sharpness_every=0", "without warmup"),
        ("cyclical", "?steps=80&seeds=2", "best test accuracy there, in the mean over 2 seeds?"),
    ],
)
def test_a_question_about_the_learners_own_race(
    page: Page, server: Server, name: str, query: str, question: str
) -> None:
    page.goto(f"{server.base}/{name}{query}")
    page.wait_for_selector(f"#{name}-graph .js-plotly-plot", state="attached")
    explorer.run(page)
    expect(page.locator(f"#{name}-status")).to_have_text(re.compile("Finished"), timeout=90_000)
    own = page.locator(f"#{name}-own-place")
    expect(own).to_contain_text(question)
    for option in own.get_by_role("radio").all():
        option.check()
    expect(own.locator("li")).to_have_count(own.get_by_role("radio").count())
    assert own.locator("li.right").count() == 1
