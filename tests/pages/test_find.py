"""Finding and sharing in the browser: search, terms, anchors, the link and its QR code, the menu."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from components import share
from tests.pages.conftest import Watch
from tests.pages.test_look import violations
from tests.server import Server

pytestmark = pytest.mark.browser

TERM = '#page a[href="/glossary#warmup"]'


def open_page(page: Page, address: str) -> None:
    """Go to an address and wait until its page is there and the meanings of its terms too."""
    page.goto(address)
    page.wait_for_selector("h1")
    page.wait_for_selector("#meanings > div", state="attached")


def wait_at_top(page: Page, anchor: str) -> None:
    """Wait until a heading stands right below the header."""
    page.wait_for_function(
        "id => { const r = document.getElementById(id)?.getBoundingClientRect();"
        " const h = document.querySelector('.header').getBoundingClientRect();"
        " return r && r.top >= h.bottom - 1 && r.top < h.bottom + 60 }",
        arg=anchor,
    )


def focused(page: Page) -> Any:
    return page.evaluate("document.activeElement.id")


def test_search_by_keyboard_leads_to_a_section(page: Page, server: Server) -> None:
    open_page(page, server.base + "/")
    page.locator("#search-open").focus()
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search sections and terms")
    expect(field).to_be_focused()
    page.keyboard.type("HOW long wârmup")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("How long?")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    second = page.get_by_role("option").nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    expect(first).to_have_attribute("aria-selected", "false")
    expect(field).to_have_attribute("aria-activedescendant", str(second.get_attribute("id")))
    page.keyboard.press("ArrowUp")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(server.base + "/warmup#how-long")
    expect(page.locator("h1")).to_have_text("Start slowly, then go fast")
    page.wait_for_selector("#warmup-graph .js-plotly-plot")
    wait_at_top(page, "how-long")
    assert focused(page) == "how-long"


def test_search_ranks_titles_before_terms_before_headings_before_text(page: Page, server: Server) -> None:
    open_page(page, server.base + "/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("One number decides")  # the pages, before anything is typed
    field.fill("warmup")
    expect(options.first).to_contain_text("Start slowly, then go fast")
    field.fill("sharpness")
    expect(page.locator("#found").get_by_role("group").first).to_have_attribute("aria-label", "Terms")
    expect(options.first).to_contain_text("largest eigenvalue")
    sections = page.get_by_role("group", name="Sections").get_by_role("option")
    expect(sections.first).to_contain_text("Why: the sharpness meter")
    field.fill("barkeshli warmup reach")
    expect(options.first).to_contain_text("Kalra and Barkeshli")
    expect(page.locator("#found").get_by_role("group", name="Terms")).to_have_count(0)
    field.fill("zzz")
    expect(options).to_have_count(0)
    expect(page.locator("#found-count")).to_have_text(re.compile("Nothing in the lesson says “zzz”"))
    expect(field).to_have_attribute("aria-expanded", "false")
    assert violations(page) == []


def test_escape_closes_the_search_and_gives_the_focus_back(page: Page, server: Server) -> None:
    open_page(page, server.base + "/range-test")
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("los")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).not_to_be_visible()
    assert focused(page) == "search-open"
    number = page.locator('input[id*=\'"part":"value"\']:visible').first
    number.focus()
    page.keyboard.press("/")  # somebody types
    expect(page.locator("#search")).not_to_be_visible()


def test_the_meaning_shows_on_focus_and_goes_with_escape(page: Page, server: Server) -> None:
    open_page(page, server.base + "/warmup")
    expect(page.locator(TERM)).to_have_count(1)
    expect(page.locator(TERM)).to_have_accessible_description(re.compile("^The first part of a run"))
    page.locator('#page a[href="/glossary#step"]').focus()
    page.keyboard.press("Tab")
    meaning = page.get_by_role("tooltip")
    expect(meaning).to_have_text(re.compile("^The first part of a run"))
    assert page.locator(TERM).evaluate("link => link === document.activeElement")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(meaning).to_have_count(0)
    assert page.locator(TERM).evaluate("link => link === document.activeElement")
    page.keyboard.press("Shift+Tab")
    expect(meaning).to_have_text(re.compile("^One update of the weights"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(meaning).not_to_have_text(re.compile("^The first part of a run"))


def test_the_meaning_shows_under_the_pointer_and_stays_while_it_is_pointed_at(
    page: Page, server: Server
) -> None:
    open_page(page, server.base + "/warmup")
    page.locator(TERM).hover()
    meaning = page.locator("#meaning")
    expect(meaning).to_be_visible()
    box = meaning.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] / 2, steps=8)
    page.wait_for_timeout(500)  # longer than it would take to go
    expect(meaning).to_be_visible()
    page.mouse.move(5, 400, steps=5)
    expect(meaning).to_be_hidden()


def test_a_tap_shows_the_meaning_and_a_second_one_goes_there(
    browser: Browser, server: Server, watch: Watch
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    watch.on(page)
    open_page(page, server.base + "/warmup")
    page.locator(TERM).tap()
    expect(page.locator("#meaning")).to_be_visible()
    expect(page).to_have_url(server.base + "/warmup")
    page.locator(TERM).tap()
    expect(page).to_have_url(server.base + "/glossary#warmup")
    expect(page.locator("dt#warmup")).to_be_in_viewport()
    expect(page.locator("#meaning")).to_be_hidden()
    context.close()


def test_going_to_the_glossary_and_back_breaks_nothing(page: Page, server: Server) -> None:
    open_page(page, server.base + "/cyclical")
    for _ in range(2):
        page.get_by_role("link", name="Warmup", exact=True).first.click()
        page.wait_for_selector("#three-ways-to-climb", state="attached")
        expect(page.locator(TERM)).to_have_attribute("aria-describedby", "meaning-warmup")
        link = page.locator('#page a[href="/glossary#sharpness"]').first
        link.scroll_into_view_if_needed()
        left_at = page.evaluate("scrollY")
        link.click()
        expect(page.locator("h1")).to_have_text("Glossary")
        wait_at_top(page, "sharpness")
        page.go_back()
        expect(page.locator("h1")).to_have_text("Start slowly, then go fast")
        page.wait_for_function(f"Math.abs(scrollY - {left_at}) < 40")
        page.get_by_role("link", name="Cyclical rates").first.click()
        page.wait_for_selector("#the-policies", state="attached")
        assert page.locator("#three-ways-to-climb").count() == 0
    page.get_by_role("contentinfo").get_by_role("link", name="Glossary").click()
    page.locator("dt#sharpness + dd a").click()
    wait_at_top(page, "why-the-sharpness-meter")


def test_every_section_of_the_index_is_on_its_page(page: Page, server: Server) -> None:
    lesson = httpx.get(server.base + "/lesson.json")
    again = httpx.get(server.base + "/lesson.json", headers={"if-none-match": lesson.headers["etag"]})
    assert again.status_code == 304
    for listed in lesson.json()["pages"]:
        open_page(page, server.base + listed["path"])
        for section in listed["sections"]:
            if section["anchor"]:
                page.wait_for_selector(f"[id='{section['anchor']}']", state="attached")
        assert page.evaluate("lesson.headings().filter(h => !h.id).length") == 0
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id).filter(Boolean)")
        assert len(ids) == len(set(ids)), listed["path"]


def test_a_link_to_a_section_opens_there(page: Page, server: Server) -> None:
    page.goto(server.base + "/schedules#look-one-up")
    page.wait_for_selector("#schedules-plan .js-plotly-plot")
    wait_at_top(page, "look-one-up")
    page.wait_for_timeout(600)  # the explorer writes its settings into the address
    assert page.url.endswith("#look-one-up")
    wait_at_top(page, "look-one-up")


def matrix(page: Page) -> list[list[bool]]:
    """Return the modules of the QR code that is on the screen, read from its pixels."""
    size: int = page.evaluate(
        "async () => { const i = document.querySelector('#share-code img'); await i.decode();"
        " return Number(new DOMParser().parseFromString(decodeURIComponent(i.src.split(',').slice(1).join(',')),"
        " 'image/svg+xml').documentElement.getAttribute('viewBox').split(' ')[2]) }"
    )
    dark: list[list[bool]] = page.evaluate(
        "n => { const c = new OffscreenCanvas(n * 8, n * 8).getContext('2d');"
        " c.drawImage(document.querySelector('#share-code img'), 0, 0, n * 8, n * 8);"
        " return Array.from({length: n}, (_, y) => Array.from({length: n}, (_, x) =>"
        " c.getImageData(x * 8 + 4, y * 8 + 4, 1, 1).data[0] < 128)) }",
        size,
    )
    return dark


def expected(address: str) -> list[list[bool]]:
    """Return the modules that the QR code of an address has, its quiet zone included."""
    code = share.qr(address)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=share.QUIET_ZONE)]


def test_the_link_is_copied_and_its_qr_code_leads_to_it(
    browser: Browser, server: Server, watch: Watch
) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    watch.on(page)
    address = server.base + "/warmup?lr=0.1&seeds=2"
    open_page(page, address)
    page.get_by_role("button", name="Copy link").click()
    dialog = page.get_by_role("dialog", name="Link to this page")
    expect(dialog.get_by_label("Address of this page")).to_have_value(address)
    expect(dialog.get_by_role("img", name=f"QR code of {address}")).to_be_visible()
    assert matrix(page) == expected(address)
    expect(dialog).to_contain_text("leads to this computer only")
    assert violations(page) == []
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == address

    dialog.get_by_role("button", name="Full screen").click()
    shown = page.locator("#share-code img").bounding_box()
    assert shown is not None
    assert shown["height"] > 650
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Full screen")).to_be_focused()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert focused(page) == "share-open"
    context.close()


def test_a_link_may_lead_to_the_section_in_view(page: Page, server: Server) -> None:
    open_page(page, server.base + "/warmup#how-long")
    wait_at_top(page, "how-long")
    page.get_by_role("button", name="Copy link").click()
    box = page.get_by_role("checkbox", name="Lead to the section “How long?”")
    expect(box).to_be_checked()
    field = page.get_by_label("Address of this page")
    expect(field).to_have_value(server.base + "/warmup#how-long")
    box.uncheck()
    expect(field).to_have_value(server.base + "/warmup")
    expect(page.get_by_role("img", name=f"QR code of {server.base}/warmup", exact=True)).to_be_visible()
    assert matrix(page) == expected(server.base + "/warmup")
    open_page(page, server.base + "/cyclical")
    page.get_by_role("button", name="Copy link").click()
    expect(field).to_have_value(server.base + "/cyclical")
    expect(page.locator("#share-section")).to_be_hidden()  # no section has been reached


def test_an_address_too_long_for_a_code_says_so(browser: Browser, server: Server) -> None:
    page = browser.new_page()
    open_page(page, server.base + "/?" + "x" * 900)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#share-problem")).to_contain_text("at most 800. Copy the link instead.")
    expect(page.locator("#share-code")).to_be_hidden()
    expect(page.locator("#share-full")).to_be_hidden()
    page.close()


def test_the_server_draws_no_code_for_other_addresses(server: Server) -> None:
    answer = httpx.get(server.base + "/qr.svg", params={"address": "https://example.org/warmup"})
    assert answer.status_code == 400
    assert answer.text == "A QR code is made only for the pages of this lab."


def test_the_menu_holds_the_pages_on_a_phone(browser: Browser, server: Server, watch: Watch) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    watch.on(page)
    open_page(page, server.base + "/warmup")
    menu = page.get_by_role("button", name="Menu")
    pages = page.get_by_role("navigation", name="Pages of the lesson")
    expect(pages).to_be_hidden()
    menu.press("Enter")
    expect(pages.get_by_role("link", name="Schedules")).to_be_visible()
    expect(menu).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(pages).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    pages.get_by_role("link", name="Schedules").click()
    expect(page.locator("h1")).to_have_text("Let the rate change while you train")
    expect(pages).to_be_hidden()
    context.close()
