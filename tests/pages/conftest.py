"""One server and one browser for the tests of pages; every test gets a context of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import FLAGS, installed
from tests.server import Server

expect.set_options(
    timeout=20_000
)  # a busy machine is slow, which is nothing that a test of what a page does should see


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server({"LRLAB_GRACE": "10"}) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        yield chrome
        chrome.close()


@dataclass
class Watch:
    """What a page did that it should not: console errors, exceptions, requests to other hosts."""

    base: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._request(request.url))

    def _request(self, url: str) -> None:
        own = (self.base, self.base.replace("http", "ws", 1), "data:", "blob:")
        if not url.startswith(own):
            self.outside.append(url)


@pytest.fixture
def watch(server: Server) -> Iterator[Watch]:
    seen = Watch(server.base)
    yield seen
    assert seen.errors == []
    assert seen.outside == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    made = context.new_page()
    watch.on(made)
    return made
