"""The guidelines in a real browser: the tables, and batch sizes trained side by side against images seen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages import explorer, lab
from tests.server import Server

pytestmark = pytest.mark.browser

GRAPH = "#scaling-graph .js-plotly-plot"


def open_page(page: Page, base: str, query: str = "") -> None:
    page.goto(f"{base}/guidelines{query}")
    page.wait_for_selector(GRAPH)


def run(page: Page) -> None:
    lab.button(page, "Run").click()
    expect(page.locator("#scaling-status")).to_have_text(re.compile("Finished"), timeout=120_000)


def test_the_tables_stand_on_the_page(page: Page, server: Server) -> None:
    page.goto(server.base)
    page.get_by_role("link", name="Guidelines").first.click()
    page.wait_for_selector(GRAPH)
    rows = [page.locator(f"table >> nth={n}").locator("tbody tr").count() for n in range(4)]
    assert rows == [6, 8, 9, 8]
    expect(page.locator("h2:visible")).to_have_text(
        [
            "Which schedule when",
            "Starting values",
            "Common mistakes",
            "The linear scaling rule",
            "Try it",
            "How to read it",
            "Quick check",
        ]
    )


def test_the_default_run_draws_every_arm_against_images_seen_and_says_which_is_closest(
    page: Page, server: Server
) -> None:
    open_page(page, server.base)
    page.locator("#scaling-predict").get_by_role("button", name="4 times the rate", exact=True).click()
    run(page)
    shown = explorer.points(page, GRAPH)
    updates, batches = (400, 100, 100, 100), (32, 128, 128, 128)
    for arm, (count, batch) in enumerate(zip(updates, batches, strict=True)):
        images = [batch * t for t in range(count)]
        assert shown[f"mean-{arm}-0"]["x"] == shown[f"applied-{arm}-0"]["x"] == images
        assert [shown[f"thin-{arm}-{seed}"]["x"] for seed in range(3)] == [images] * 3
        assert set(shown[f"applied-{arm}-0"]["y"]) == {(0.01, 0.04, 0.02, 0.01)[arm]}
        looks = [int(x) for x in shown[f"measured-{arm}-0"]["x"]]
        assert looks == shown["accuracy-0-0"]["x"]
        assert (len(looks), looks[-1]) == (8, 12_800)
    result = page.locator("#scaling-result")
    expect(result.locator(".headline")).to_contain_text(
        "Batch 128 at 0.04, linear, stays closest to batch 32 at 0.01"
    )
    expect(result.locator(".headline")).to_contain_text("larger than the spread over 3 seeds")
    expect(result.locator("tbody tr")).to_have_count(4)
    expect(page.locator("#scaling-compared")).to_contain_text("would stay closest, and it did.")
    headline = result.locator(".headline").inner_text()
    page.reload()
    page.wait_for_selector(GRAPH)
    expect(page.locator("#scaling-provenance")).to_contain_text("Replayed")
    expect(result.locator(".headline")).to_have_text(headline)
    assert explorer.points(page, GRAPH) == shown


def test_in_steps_the_large_batch_ends_early_and_the_run_stays(page: Page, server: Server) -> None:
    open_page(page, server.base, "?images=1280&seeds=2&arms=linear,none&x_axis=steps")
    run(page)
    shown = explorer.points(page, GRAPH)
    assert [len(shown[f"mean-{arm}-0"]["x"]) for arm in range(3)] == [40, 10, 10]
    assert [shown[f"mean-{arm}-0"]["x"][-1] for arm in range(3)] == [39, 9, 9]
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#scaling-table")).to_contain_text("120 rows")


def test_a_preset_fills_the_controls_and_the_planned_rates_follow(page: Page, server: Server) -> None:
    open_page(page, server.base)
    page.get_by_role("button", name="Too far: 16 times").click()
    expect(explorer.field(page, "factor")).to_have_value("16")
    page.wait_for_function(f"({explorer.POINTS})('{GRAPH}')['planned-1-0'].y[0] === 0.16")
    assert explorer.points(page, GRAPH)["planned-1-0"]["x"] == [0, 49 * 512]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?factor=1", "Factor k must be a whole number from 2 to 64"),
        ("?factor=64&batch_size=64", "The large batch must have at most 2,048 images; 64 times 64 is 4,096."),
        ("?images=700&factor=16", "Images seen must be at least 1,024, two updates of the large batch"),
    ],
)
def test_a_bad_address_says_what_is_wrong(page: Page, server: Server, query: str, sentence: str) -> None:
    open_page(page, server.base, query)
    expect(page.locator("#scaling-notice")).to_contain_text(sentence)
    expect(lab.button(page, "Run")).to_be_enabled()
