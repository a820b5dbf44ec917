"""The page of PyTorch in a real browser: curves and code as on disk, copy and download, the mix-ups trained."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sims.mixup import Mixup
from sims.recipes import EXAMPLES, REFERENCE, REFERENCE_CODE
from tests.pages import explorer, lab
from tests.server import Server

pytestmark = pytest.mark.browser

MIXUP = "#mixup-graph .js-plotly-plot"


def open_page(page: Page, base: str, query: str = "") -> None:
    page.goto(f"{base}/pytorch{query}")
    page.wait_for_selector(MIXUP)


def test_every_curve_and_every_script_is_shown_as_it_is(page: Page, server: Server) -> None:
    open_page(page, server.base)
    for name, example in EXAMPLES.items():
        chart = f"#example-{name} .js-plotly-plot"
        page.wait_for_selector(chart)
        assert explorer.points(page, chart)[name]["y"] == pytest.approx(example.rates().tolist(), rel=1e-6)
        pane = page.get_by_role("region", name=f"Code of {example.file}")
        expect(pane).to_have_attribute("tabindex", "0")
        assert pane.locator("code").inner_text().strip() == example.code().strip()
        expect(pane.locator(".hljs-keyword").first).to_have_text(re.compile("import|from"))
    pane = page.get_by_role("region", name=f"Code of {REFERENCE_CODE.name}")
    assert pane.locator("code").inner_text().strip() == REFERENCE_CODE.read_text(encoding="utf-8").strip()
    assert page.locator(".js-plotly-plot").count() == len(EXAMPLES) + 1


def test_the_quick_reference_has_every_scheduler_and_where_it_ends(page: Page, server: Server) -> None:
    open_page(page, server.base)
    rows = page.locator(".wide-table tbody tr")
    expect(rows).to_have_count(len(REFERENCE) + 1)
    expect(rows.filter(has_text="OneCycleLR")).to_contain_text("4e-07")
    expect(rows.filter(has_text="T_max=100")).to_contain_text("climbs again")


def test_a_script_is_copied_and_downloaded_whole(
    page: Page, context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.base)
    open_page(page, server.base)
    lab.button(page, "Copy transformer.py").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == EXAMPLES["transformer"].code()
    with page.expect_download() as found:
        lab.button(page, "Download resume.py").click()
    assert found.value.suggested_filename == "resume.py"
    found.value.save_as(tmp_path / "resume.py")
    assert (tmp_path / "resume.py").read_text(encoding="utf-8") == EXAMPLES["resume"].code()
    expect(page.get_by_text("Downloaded", exact=True)).to_be_visible()


def test_mix_ups_are_drawn_trained_and_told_of_and_come_back_with_the_address(
    page: Page, server: Server
) -> None:
    open_page(page, server.base, "?steps=80&epoch_steps=8&seeds=2")
    page.locator("#mixup-predict").get_by_role("button", name="It hardly matters").click()
    lab.button(page, "Run").click()
    expect(page.locator("#mixup-status")).to_have_text("Finished · 80 steps", timeout=90_000)
    made = Mixup(steps=80, epoch_steps=8, seeds=2)
    shown = explorer.points(page, MIXUP)
    for arm, line in enumerate(made.lines()):
        rates = made.rates(line)
        assert rates is not None
        assert shown[f"applied-{arm}-0"]["y"] == pytest.approx(rates.tolist())
        assert len(shown[f"mean-{arm}-0"]["y"]) == 80
        assert [len(shown[f"thin-{arm}-{seed}"]["y"]) for seed in range(2)] == [80, 80]
        assert shown[f"accuracy-{arm}-0"]["x"] == [10, 20, 30, 40, 50, 60, 70, 80]
    assert f"applied-{len(made.lines())}-0" not in shown
    expect(page.locator("#mixup-result tbody tr")).to_have_count(4)
    expect(page.locator("#mixup-result .headline")).to_contain_text(
        "The cosine that is stepped as it should be ends at a test loss of"
    )
    expect(page.locator("#mixup-compared")).to_contain_text("You predicted that it would hardly matter")
    page.reload()
    page.wait_for_selector(MIXUP)
    expect(page.locator("#mixup-provenance")).to_contain_text("Replayed")
    expect(page.locator("#mixup-result tbody tr")).to_have_count(4)
    assert explorer.points(page, MIXUP)["mean-3-0"]["y"] == shown["mean-3-0"]["y"]


def test_presets_and_errors(page: Page, server: Server) -> None:
    open_page(page, server.base)
    page.get_by_role("button", name="Step decay", exact=True).click()
    page.wait_for_function(f"({explorer.POINTS})('{MIXUP}')['planned-2-0'].y.at(-1) < 1e-10")
    expect(page.locator("#mixup-legend")).to_contain_text(
        "Step decay: step_size in epochs, step() per update"
    )
    explorer.field(page, "epoch_steps").fill("300")
    lab.button(page, "Run").click()
    expect(page.locator("#mixup-notice")).to_contain_text(
        "An epoch here must be at most half the steps of the run, 200; 300 was given."
    )


def test_a_bad_address_says_what_is_wrong(page: Page, server: Server) -> None:
    open_page(page, server.base, "?setups=all")
    expect(page.locator("#mixup-notice")).to_contain_text(
        "Beside the right one must be one or more of cosine_stairs"
    )
    expect(lab.button(page, "Run")).to_be_enabled()
