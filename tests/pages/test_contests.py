"""The demos of warmup and of cyclical rates in a real browser: what they draw, train and say."""

import re

import pytest
from playwright.sync_api import Page, expect

from sims.schedules import curve
from tests.pages import explorer, lab
from tests.server import Server

pytestmark = pytest.mark.browser


def open_page(page: Page, base: str, name: str, query: str = "") -> None:
    page.goto(f"{base}/{name}{query}")
    page.wait_for_selector(chart(name))


def chart(name: str, part: str = "graph") -> str:
    return f"#{name}-{part} .js-plotly-plot"


def run(page: Page, name: str) -> None:
    lab.button(page, "Run").click()
    expect(page.locator(f"#{name}-status")).to_have_text(re.compile("Finished"), timeout=90_000)


def test_warmup_draws_its_plan_and_follows_the_controls(page: Page, server: Server) -> None:
    page.goto(server.base)
    page.get_by_role("link", name="Warmup").first.click()
    page.wait_for_selector(chart("warmup"))
    shown = explorer.points(page, chart("warmup"))
    warm = curve("constant", base_lr=0.08, total_steps=200, warmup="linear", warmup_steps=20)
    assert shown["planned-1-0"]["y"] == pytest.approx(warm.tolist())
    assert shown["planned-2-0"]["y"] == pytest.approx([warm.mean()] * 200)
    explorer.field(page, "lr").fill("0.1")
    page.wait_for_function(f"({explorer.POINTS})('{chart('warmup')}')['planned-0-0'].y[0] === 0.1")


def test_warmup_trains_and_tells_what_it_changed(page: Page, server: Server) -> None:
    open_page(page, server.base, "warmup", "?steps=80&seeds=2&warmup_steps=20&sharpness_every=20")
    page.locator("#warmup-predict").get_by_role("button", name="No difference").click()
    run(page, "warmup")
    expect(page.locator("#warmup-result tbody tr")).to_have_count(3)
    shown, first = (explorer.points(page, chart("warmup", part)) for part in ("graph", "first"))
    for arm in range(3):
        assert len(shown[f"applied-{arm}-0"]["y"]) == len(shown[f"mean-{arm}-0"]["y"]) == 80
        assert [len(first[f"first-{arm}-{seed}"]["y"]) for seed in range(2)] == [60, 60]
    behind = chart("warmup", "weights")  # drawn less often, and whole at the end
    page.wait_for_function(f"({explorer.POINTS})('{behind}')['layer-1-0'].y.length === 80")
    layers = explorer.points(page, behind)
    assert [len(layers[f"layer-1-{n}"]["y"]) for n in range(3)] == [80, 80, 80]
    assert len(layers["gradient-0-0"]["y"]) == 80
    assert explorer.points(page, chart("warmup", "sharpness"))["limit-0-0"]["x"] == [20, 40, 60]
    expect(page.locator("#warmup-result")).to_contain_text("at least twice as high with 2 of 2 seeds")
    expect(page.locator("#warmup-result tbody tr")).to_have_count(3)
    expect(page.locator("#warmup-compared")).to_contain_text("You predicted that it would make no difference")
    page.reload()
    page.wait_for_selector(chart("warmup"))
    expect(page.locator("#warmup-provenance")).to_contain_text("Replayed")
    expect(page.locator("#warmup-result tbody tr")).to_have_count(3)
    assert explorer.points(page, chart("warmup", "first"))["first-0-1"]["y"] == first["first-0-1"]["y"]
    changed = page.locator("#warmup-changed")
    expect(changed).to_have_text("")
    explorer.field(page, "lr").fill("0.1")
    expect(changed).to_have_text("Settings changed since")
    run(page, "warmup")
    expect(page.locator("#warmup-legend .earlier")).to_have_text("Earlier: peak rate 0.08")
    expect(changed).to_have_text("")


def test_warmup_presets_and_errors(page: Page, server: Server) -> None:
    open_page(page, server.base, "warmup")
    default, sgd = (lab.button(page, name) for name in ("Adam, rate 0.08", "SGD with momentum"))
    expect(default).to_have_attribute("aria-pressed", "true")
    sgd.click()
    expect(sgd).to_have_attribute("aria-pressed", "true")
    expect(default).to_have_attribute("aria-pressed", "false")
    expect(explorer.field(page, "optimizer")).to_have_value("SGD with momentum")
    expect(explorer.field(page, "lr")).to_have_value("0.2")
    explorer.field(page, "warmup_steps").fill("900")
    expect(sgd).to_have_attribute("aria-pressed", "false")
    lab.button(page, "Run").click()
    expect(page.locator("#warmup-notice")).to_contain_text(
        "Warmup steps must be at most the steps of the run, 200"
    )


FILLED = "[...document.querySelectorAll('.map .cell')].every(cell => /[0-9]|blew/.test(cell.textContent))"


def test_the_map_fills_and_comes_back_and_a_cell_opens_its_run(page: Page, server: Server) -> None:
    open_page(page, server.base, "warmup", "?lr=0.02")
    rate, said = page.locator("#warmup-map-rate-4"), page.locator("#warmup-map-said")
    expect(rate).to_have_text("0.08")  # before anything is trained
    explorer.field(page, "lr").fill("0.04")
    expect(rate).to_have_text("0.16")
    explorer.field(page, "lr").fill("0.02")
    expect(rate).to_have_text("0.08")
    page.get_by_role("button", name="Train the map").click()
    cells = page.locator(".map .cell")
    page.wait_for_function(FILLED, timeout=120_000)
    expect(cells).to_have_count(25)
    expect(said).to_contain_text("Without warmup")
    expect(page.locator(".map-legend")).to_contain_text("Final test loss (nats)")
    explorer.field(page, "lr").fill("0.5")
    expect(rate).to_have_text("0.08")  # of the runs that are shown
    before = cells.all_inner_texts()

    page.reload()
    page.wait_for_selector(chart("warmup"))
    page.wait_for_function(FILLED)
    assert (cells.all_inner_texts(), rate.inner_text()) == (before, "0.08")
    expect(said).to_contain_text("Without warmup")

    cells.nth(6).get_by_role("link").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")  # second row, third column: 6 updates of warmup
    expect(page.locator("#warmup-status")).to_have_text("Finished · 120 steps")
    expect(explorer.field(page, "warmup_steps")).to_have_value("6")
    expect(explorer.field(page, "lr")).to_have_value("0.02")
    expect(page.locator("#warmup-result")).to_contain_text("0 of 1")
    told = re.search(r"0 of 1\s+([0-9.]+)", page.locator("#warmup-result").inner_text())
    assert told is not None
    assert float(before[7]) == pytest.approx(float(told[1]), abs=0.006)
    page.wait_for_function(FILLED)
    expect(page.locator(".map .current")).to_have_text(before[7])

    page.go_back()
    expect(page.locator("#warmup-status")).to_have_text("Ready")
    page.wait_for_function(FILLED)
    page.get_by_role("button", name="Clear the map").click()
    expect(cells.nth(7)).to_have_text("")
    assert "map=" not in page.url


def test_an_address_whose_map_is_none_says_so_and_trains_nothing(page: Page, server: Server) -> None:
    notice = page.locator("#warmup-map-notice")
    open_page(page, server.base, "warmup", "?map=1")
    expect(notice).to_contain_text("The map in the address has a form that no map has")
    open_page(page, server.base, "warmup", "?map=" + "A" * 267)
    expect(notice).to_contain_text("are no longer kept here")
    expect(page.get_by_role("button", name="Stop the map")).to_be_disabled()


def test_cycles_train_beside_one_decay_and_a_tuned_constant(page: Page, server: Server) -> None:
    open_page(page, server.base, "cyclical", "?steps=80&seeds=2&policies=triangular,one_cycle")
    shown = explorer.points(page, chart("cyclical"))
    cycles = curve("triangular", base_lr=0.025, max_lr=0.1, step_size_up=10, total_steps=80)
    assert shown["planned-0-0"]["y"][:2] == pytest.approx([0.025, 0.1])  # drawn by its corners
    run(page, "cyclical")
    shown = explorer.points(page, chart("cyclical"))
    assert shown["applied-0-0"]["y"] == pytest.approx(cycles.tolist())
    assert shown["measured-0-0"]["x"] == [20, 40, 60, 80]
    assert shown["accuracy-0-0"]["x"] == [10, 20, 30, 40, 50, 60, 70, 80]
    expect(page.locator("#cyclical-result tbody tr")).to_have_count(4)
    expect(page.locator("#cyclical-result")).to_contain_text("Linear decay")


def test_a_quarter_of_the_steps_is_put_to_the_test(page: Page, server: Server) -> None:
    open_page(page, server.base, "cyclical", "?seeds=1")
    page.get_by_role("button", name="Super-convergence, here").click()
    expect(explorer.field(page, "steps")).to_have_value("800")
    explorer.field(page, "steps").fill("80")
    run(page, "cyclical")
    expect(page.locator("#cyclical-result")).to_contain_text("On 20 steps one-cycle ends at")
    shown = explorer.points(page, chart("cyclical"))
    assert [len(shown[f"applied-{arm}-0"]["y"]) for arm in range(3)] == [20, 80, 20]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("warmup?warmup=none", "Kind must be one of linear, exponential, constant"),
        ("cyclical?policies=cosine", "Policies must be one or more of triangular"),
        ("cyclical?lr=0.1&lr_low=0.2", "Lowest rate must be at most the highest, 0.1"),
    ],
)
def test_a_bad_address_says_what_is_wrong(page: Page, server: Server, address: str, sentence: str) -> None:
    name, _, query = address.partition("?")
    open_page(page, server.base, name, "?" + query)
    expect(page.locator(f"#{name}-notice")).to_contain_text(sentence)
    expect(lab.button(page, "Run")).to_be_enabled()
