"""The first page in a real browser: three rates side by side, the picture of one update, and the way on."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages import explorer, lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser

CHART = "#goldilocks-graph .js-plotly-plot"
PICTURE = "#parabola-graph .js-plotly-plot"
RATES = (0.0003, 0.05, 0.6)


def open_page(page: Page, base: str, query: str = "") -> None:
    page.goto(f"{base}/{query}")
    page.wait_for_selector(CHART)


def run(page: Page) -> None:
    lab.button(page, "Run").click()
    wait_finished(page)


def wait_finished(page: Page) -> None:
    expect(page.locator("#goldilocks-status")).to_have_text(re.compile("Finished"), timeout=150_000)
    expect(page.locator("#goldilocks-result .fate")).to_have_count(3, timeout=60_000)


def test_three_rates_are_drawn_trained_and_told_and_come_back(page: Page, server: Server) -> None:
    open_page(page, server.base)
    planned = explorer.points(page, CHART)
    assert [planned[f"planned-{arm}-0"]["y"][0] for arm in range(3)] == list(RATES)
    page.locator("#goldilocks-predict").get_by_role("button", name="Its loss becomes NaN").click()
    run(page)
    shown = explorer.points(page, CHART)
    for arm, rate in enumerate(RATES):
        assert shown[f"applied-{arm}-0"]["y"] == [rate] * 300
        assert shown[f"mean-{arm}-0"]["x"] == list(range(300))
        for seed in range(3):
            assert shown[f"thin-{arm}-{seed}"]["x"] == list(range(300))
        assert shown[f"measured-{arm}-0"]["x"] == [38, 75, 112, 150, 188, 225, 262, 300]
    result = page.locator("#goldilocks-result")
    expect(result).to_contain_text("Just right, 0.05, ends lowest: a test loss of 0.1")
    expect(result).to_contain_text("Measured on all 10,000 test images after 300 updates, 3 seeds")
    low, right, high = (row.inner_text() for row in page.locator("#goldilocks-result .fate").all())
    assert "still falling when the steps ran out" in low
    assert "the best of the three" in right
    assert "no better than the loss of guessing" in high
    expect(page.locator("#goldilocks-compared")).to_contain_text(
        "You predicted that the highest rate would break off"
    )
    told = result.inner_text()
    page.reload()
    page.wait_for_selector(CHART)
    expect(page.locator("#goldilocks-provenance")).to_contain_text("Replayed")
    wait_finished(page)
    assert result.inner_text() == told
    again = explorer.points(page, CHART)
    assert {name: again[name] for name in shown} == shown


def test_a_rate_that_diverges_ends_where_it_ended(page: Page, server: Server) -> None:
    open_page(page, server.base, "?high=100&steps=40&seeds=1")
    run(page)
    shown = explorer.points(page, CHART)
    (end,) = shown["end-2-0"]["x"]
    assert 0 < end < 40
    assert shown["thin-2-0"]["x"] == list(range(int(end)))
    assert [len(shown[f"thin-{arm}-0"]["x"]) for arm in range(2)] == [40, 40]
    expect(page.locator("#goldilocks-result .fate").nth(2)).to_contain_text(
        f"the loss was no number any more at step {int(end)}, which ends the curve there"
    )


def test_presets_address_and_back(page: Page, server: Server) -> None:
    open_page(page, server.base, "?low=0.001&steps=20&seeds=1")
    expect(explorer.field(page, "low")).to_have_value("0.001")
    run(page)
    assert re.fullmatch(rf"{server.base}/\?low=0\.001&steps=20&seeds=1&run=\w+", page.url)
    first = page.url
    lab.fill(page, high="0.3")
    lab.button(page, "Run").click()
    expect(page.locator("#goldilocks-result")).to_contain_text("Too high, 0.3", timeout=60_000)
    assert page.url != first
    page.go_back()
    expect(page.locator("#goldilocks-result")).to_contain_text("Too high, 0.6", timeout=60_000)
    assert page.url == first
    page.go_forward()
    expect(page.locator("#goldilocks-result")).to_contain_text("Too high, 0.3", timeout=60_000)
    lab.button(page, "Reset").click()
    page.get_by_role("button", name="Adam's three").click()
    expect(explorer.field(page, "high")).to_have_value("0.06")
    expect(page.locator("#goldilocks-legend")).to_contain_text("Too high, 0.06")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "?low=0.1",
            "The three rates must rise, too low below just right below too high; 0.1, 0.05 and 0.6 were given.",
        ),
        ("?high=1000", "Too high must be a number between 1e-06 and 100; '1000' was given."),
        ("?run=../x", "The address names a run in a form that no run has; press Run to train a new one."),
    ],
)
def test_a_bad_address_says_what_is_wrong_in_one_sentence(
    page: Page, server: Server, query: str, sentence: str
) -> None:
    open_page(page, server.base, query)
    expect(page.locator("#goldilocks-notice")).to_have_text(sentence)
    expect(lab.button(page, "Run")).to_be_enabled()


def test_the_picture_follows_its_sliders(page: Page, server: Server) -> None:
    open_page(page, server.base)
    before = explorer.points(page, PICTURE)["path"]
    assert before["x"][1] == pytest.approx(-1.8)
    rate = page.get_by_role("slider", name="Learning rate", exact=True)
    rate.press("End")
    expect(page.locator("#parabola-said")).to_contain_text("1 − 3 × 1 = −2. Beyond the limit")
    page.wait_for_function(f"({explorer.POINTS})('{PICTURE}')['path'].x[1] === 4")
    page.get_by_role("slider", name="Curvature").press("Home")
    expect(page.locator("#parabola-said")).to_contain_text("1 − 3 × 0.5 = −0.5. Each update overshoots")
    expect(page.locator("#parabola-said")).to_contain_text("2 / 0.5 = 4")


def test_the_cards_lead_through_the_lesson_in_order(page: Page, server: Server, watch: Watch) -> None:
    open_page(page, server.base)
    links = page.locator(".way a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "/fork",
        "/range-test",
        "/schedules",
        "/warmup",
        "/cyclical",
        "/pytorch",
        "/guidelines",
        "/exercises",
    ]
    links.nth(1).click()
    page.wait_for_selector("#range-test-graph .js-plotly-plot")
    page.get_by_role("link", name="Learning Rate Lab").click()
    page.wait_for_selector(CHART)


def test_the_quick_check_answers(page: Page, server: Server) -> None:
    open_page(page, server.base)
    page.get_by_label("Try a higher rate on the same budget and compare").check()
    expect(page.locator("#home-quiz-feedback li").first).to_contain_text("Right.")
