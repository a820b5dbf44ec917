"""The lesson's pages and their outlines, for tests that look things up in them."""

from collections.abc import Iterator
from functools import cache

from dash import Dash

import pages
from components.follow import Followers
from components.outline import Outline, read
from components.router import Page
from sims.engine import Engine


def _pages() -> Iterator[Page]:
    engine = Engine()
    yield from pages.build(Dash(__name__), engine, Followers(engine))


PAGES = {page.path: page for page in _pages()}


@cache
def outlines() -> dict[str, Outline]:
    """Return the outline of every page, by its path."""
    return {path: read(page.outline(), page.title) for path, page in PAGES.items()}
