"""The tab with the code, in a real browser: whose settings it shows, copying, downloads, and the addresses of the files."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from sims.cyclical import Cyclical
from sims.experiment import Experiment
from sims.explorer import Explorer
from sims.export import filename, notebook, script
from sims.range_test import RangeTest
from sims.warmup import Warmup
from tests.pages import explorer, lab
from tests.server import Server

pytestmark = pytest.mark.browser

WIDGETS: dict[str, Experiment] = {
    "range-test": RangeTest(),
    "schedules": Explorer(),
    "warmup": Warmup(),
    "cyclical": Cyclical(),
}


def open_code(page: Page, server: Server, name: str, query: str = "") -> Any:
    """Go to a page, look at the tab with the code, and return the place of its scripts."""
    page.goto(f"{server.base}/{name}{query}")
    page.wait_for_selector(".js-plotly-plot", state="attached")
    page.get_by_role("tab", name="Code").click()
    shown = page.locator(f"#{name}-code .code-text")
    expect(shown.first).to_be_visible()
    return shown


def download(page: Page, suffix: str) -> tuple[str, str]:
    """Press a download and return the name and the text of the file."""
    with page.expect_download() as started:
        page.get_by_role("link", name=f"Download .{suffix}", exact=True).first.click()
    file = started.value
    return file.suggested_filename, Path(file.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WIDGETS)
def test_every_widget_shows_copies_and_hands_out_its_code(
    name: str, page: Page, context: BrowserContext, server: Server
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    experiment = WIDGETS[name]
    shown = open_code(page, server, name)
    assert shown.locator("pre").inner_text().strip() == script(experiment).strip()
    expect(page.locator(f"#{name}-code")).to_contain_text("settings as they are now")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(f"#{name}-code [role=status]")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").strip() == script(experiment).strip()
    assert download(page, "py") == (f"{filename(experiment)}.py", script(experiment))
    assert download(page, "ipynb") == (f"{filename(experiment)}.ipynb", notebook(experiment))
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    violations: Any = Axe().run(page, options=rules).response["violations"]
    assert [violation["id"] for violation in violations] == []


def test_the_code_is_that_of_the_run_until_it_is_reset(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?steps=20&seeds=1")
    lab.run(page)
    lab.wait_finished(page)
    lab.fill(page, steps=30)
    page.get_by_role("tab", name="Code").click()
    code = page.locator("#range-test-code")
    expect(code).to_contain_text("reproduces the run on the screen")
    expect(code).to_contain_text("STEPS = 20 ")
    lab.button(page, "Reset").click()
    expect(code).to_contain_text("STEPS = 30 ")


def test_code_that_is_looked_at_follows_the_controls(page: Page, server: Server) -> None:
    shown = open_code(page, server, "warmup", "?steps=80")
    expect(shown).to_contain_text("STEPS = 80 ")
    explorer.field(page, "steps").fill("90")
    expect(shown).to_contain_text("STEPS = 90 ")
    explorer.field(page, "steps").fill("9000")
    expect(page.locator("#warmup-code")).to_contain_text("Steps must be a whole number from 60 to 1000")


def test_an_audit_has_its_code_below_that_of_the_sweep(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?seeds=1")
    lab.run(page)
    lab.wait_finished(page)
    lab.button(page, "Audit").click()
    page.wait_for_url(re.compile("audit="))
    page.get_by_role("tab", name="Code").click()
    headings = page.locator("#range-test-code h3")
    expect(headings).to_have_text(["The sweep", "The audit"])
    texts = page.locator("#range-test-code pre")
    assert texts.nth(0).inner_text().strip() == script(RangeTest(seeds=1)).strip()
    audit = texts.nth(1).inner_text()
    assert audit.startswith('"""Audit of a learning rate.')
    rates = [
        float(rate) for rate in re.findall(r'    Arm\("[^"]+", ([0-9.e+-]+), constant_schedule\)', audit)
    ]
    assert rates == pytest.approx([rates[3] * 3.0**n for n in range(-3, 4)])


def test_the_explorer_offers_its_schedulers_alone(page: Page, server: Server) -> None:
    open_code(page, server, "schedules", "?schedules=cosine&cosine-T_max=77")
    alone = page.locator("#schedules-code details")
    expect(alone.locator("pre")).to_be_hidden()
    alone.locator("summary").click()
    expect(alone.locator("pre")).to_contain_text("CosineAnnealingLR(optimizer, T_max=77, eta_min=0.0)")


def test_the_files_have_addresses_of_their_own(server: Server) -> None:
    answer = httpx.get(f"{server.base}/code/explorer.py?schedules=step&step-step_size=7&steps=50")
    assert answer.text == script(Explorer.parse({"schedules": "step", "step-step_size": "7", "steps": "50"}))
    assert 'filename="explorer_' in answer.headers["content-disposition"]
    cells = json.loads(httpx.get(f"{server.base}/code/warmup.ipynb").text)["cells"]
    assert cells[0]["cell_type"] == "markdown"


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("warmup.py?lr=1000", 400, "Peak rate must be a number between 1e-06 and 10; '1000' was given."),
        ("warmup.py?__import__('os')=1", 400, "There is no setting called"),
        ("nothing.py", 400, "There is no experiment called 'nothing'"),
        ("warmup.exe", 404, "Code comes as .py or .ipynb."),
    ],
)
def test_a_bad_address_of_a_file_says_what_is_wrong(
    server: Server, address: str, status: int, sentence: str
) -> None:
    answer = httpx.get(f"{server.base}/code/{address}")
    assert answer.status_code == status
    assert sentence in answer.text
