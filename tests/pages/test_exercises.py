"""The exercises' page: hints in order, ticks and texts that stay, progress, export, clear, starters."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sims.exercises.questions import QUESTIONS
from sims.exercises.tasks import TASKS
from tests.server import Server

pytestmark = pytest.mark.browser

FIRST = QUESTIONS[0].name
STORED = "JSON.parse(localStorage.getItem('{}'))"


def open_page(page: Page, server: Server) -> None:
    page.goto(f"{server.base}/exercises")
    expect(page.locator("#exercises-count")).to_contain_text("exercises done")


def tick(page: Page, name: str) -> Any:
    return page.locator(f"#{name} button.done")


def own(page: Page, name: str) -> Any:
    return page.locator(f"#{name}").get_by_label("Your answer")


def progress(page: Page) -> Any:
    return page.locator("#exercises-progress")


def downloaded(page: Page, button: Any) -> tuple[str, str]:
    """Return the name and the text of what a button downloads."""
    with page.expect_download() as waiting:
        button.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_text(encoding="utf-8")


def test_hints_open_one_after_another_and_the_answer_comes_last(page: Page, server: Server) -> None:
    open_page(page, server)
    for exercise in (*QUESTIONS, *TASKS):
        labels = page.locator(f"#{exercise.name} .reveal > summary")
        for n in range(labels.count()):
            expect(labels.nth(n)).to_be_visible()
            assert [labels.nth(later).is_visible() for later in range(n + 1, labels.count())] == [False] * (
                labels.count() - n - 1
            )
            labels.nth(n).click()
        expect(page.locator(f"#{exercise.name} .reveal p").last).to_be_visible()
    expect(page.locator(f"#{FIRST} .reveal > summary").last).to_have_text("Model answer")
    expect(page.locator(f"#{FIRST}").get_by_role("link", name="Cohen et al. 2021")).to_be_visible()
    expect(page.locator(f"#{FIRST} .reveal mjx-container").first).to_be_visible()


def test_ticks_and_texts_survive_a_reload_and_another_page(page: Page, server: Server) -> None:
    open_page(page, server)
    tick(page, FIRST).click()
    tick(page, TASKS[2].name).click()
    expect(progress(page)).to_contain_text("2 of 8 exercises done")
    own(page, FIRST).fill("Because the noise of a batch stays.")
    page.wait_for_function(f"({STORED.format('exercise-texts')} || {{}})['{FIRST}']?.endsWith('stays.')")
    page.reload()
    expect(own(page, FIRST)).to_have_value("Because the noise of a batch stays.")
    expect(tick(page, FIRST)).to_have_attribute("aria-pressed", "true")
    page.locator("nav.pages").get_by_role("link", name="Why it matters").click()
    expect(page.locator("#exercises-count")).to_have_count(0)
    page.locator("nav.pages").get_by_role("link", name="Exercises").click()
    expect(page.locator("#exercises-count")).to_have_text("2 of 8 exercises done")
    expect(own(page, FIRST)).to_have_value("Because the noise of a batch stays.")
    tick(page, FIRST).click()
    expect(page.locator("#exercises-count")).to_have_text("1 of 8 exercises done")
    assert page.evaluate(STORED.format("learner"))["done"] == {TASKS[2].name: True}


def test_quick_checks_are_counted_by_page_exported_and_cleared_after_asking(
    page: Page, server: Server
) -> None:
    checks = {
        "a": {"choice": 1, "right": False, "page": "/warmup"},
        "b": {"choice": 0, "right": True, "page": "/warmup"},
        "c": {"choice": 2, "right": True, "page": "/no-such-page"},
    }
    open_page(page, server)
    kept = json.dumps({"checks": checks, "done": {}, "later": 1})
    page.evaluate(f"localStorage.setItem('learner', JSON.stringify({kept}))")
    page.reload()
    expect(progress(page).locator("tbody tr")).to_have_count(1)
    expect(progress(page).locator("tbody tr")).to_have_text("Warmup21")
    tick(page, FIRST).click()
    own(page, FIRST).fill("Mine.")
    expect(page.locator("#exercises-count")).to_have_text("1 of 8 exercises done")
    page.wait_for_function(f"({STORED.format('exercise-texts')} || {{}})['{FIRST}'] === 'Mine.'")
    name, text = downloaded(page, page.get_by_role("button", name="Export"))
    given = json.loads(text)
    assert name == "learning-rate-lab-progress.json"
    assert given["learner"] == {"checks": checks, "done": {FIRST: True}, "later": 1}
    assert given["texts"] == {FIRST: "Mine."}

    page.get_by_role("button", name="Clear …").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#exercises-count")).to_have_text("1 of 8 exercises done")
    page.get_by_role("button", name="Clear …").click()
    page.get_by_role("button", name="Clear everything").click()
    expect(page.locator("#exercises-count")).to_have_text("0 of 8 exercises done")
    expect(own(page, FIRST)).to_have_value("")
    page.reload()
    expect(page.locator("#exercises-count")).to_have_text("0 of 8 exercises done")
    expect(own(page, FIRST)).to_have_value("")
    assert page.evaluate(STORED.format("learner")) == {"checks": {}, "done": {}}


@pytest.mark.parametrize(
    "kept",
    [
        "{broken",
        "7",
        '"text"',
        "[1]",
        '{"checks": [1], "done": "all"}',
        '{"checks": {"a": null}, "done": {"b": 3}}',
    ],
)
def test_damaged_content_does_not_break_the_page(page: Page, server: Server, kept: str) -> None:
    page.goto(f"{server.base}/healthz")
    page.evaluate(
        "kept => ['learner', 'exercise-texts'].forEach(key => localStorage.setItem(key, kept))", kept
    )
    open_page(page, server)
    expect(progress(page)).to_contain_text("0 of 8 exercises done")
    tick(page, FIRST).click()
    own(page, FIRST).fill("Mine.")
    expect(progress(page)).to_contain_text("1 of 8 exercises done")
    page.wait_for_function(f"({STORED.format('exercise-texts')} || {{}})['{FIRST}'] === 'Mine.'")


def test_starters_are_downloaded_and_copied_as_they_are(page: Page, server: Server) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.base)
    open_page(page, server)
    expect(page.locator(".whole pre code")).to_have_count(len(TASKS))
    for task in TASKS:
        button = page.get_by_role("button", name=f"Download {task.file}")
        assert downloaded(page, button) == (task.file, task.starter())
    page.get_by_role("button", name=f"Copy {TASKS[0].file}").click()
    expect(page.locator(f"#{TASKS[0].name} .starter-said")).to_have_text("Copied.")
    shown = page.get_by_role("region", name=f"Your part of {TASKS[0].file}")
    assert shown.locator("code").inner_text().strip() == TASKS[0].part().strip()
    expect(page.get_by_role("region", name=f"Starter file {TASKS[0].file}")).to_be_hidden()  # one click away
    assert page.evaluate("navigator.clipboard.readText()").strip() == TASKS[0].starter().strip()


def test_the_page_works_by_keyboard_alone(page: Page, server: Server) -> None:
    open_page(page, server)
    own(page, FIRST).focus()
    page.keyboard.type("Noise.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{FIRST} .reveal > summary").nth(1)).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{FIRST} .reveal .reveal p").first).to_be_visible()
    for _ in range(8):  # past the sources in the answer
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "done":
            break
    page.keyboard.press("Space")
    expect(tick(page, FIRST)).to_have_attribute("aria-pressed", "true")
    region = page.get_by_role("region", name=f"Your part of {TASKS[0].file}")
    region.focus()
    page.keyboard.press("End")
    page.wait_for_function("document.activeElement.scrollTop > 0")


def test_the_summary_names_each_page_of_the_lesson(page: Page, server: Server) -> None:
    open_page(page, server)
    paths = page.locator(".summary a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {"/", "/range-test", "/schedules", "/warmup", "/cyclical"} <= set(paths)
    assert all(re.fullmatch(r"/[a-z-]*", path) for path in paths)
