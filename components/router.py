"""From the address to the page. The app has its own router of a few lines instead of Dash Pages.

Dash Pages lays a page out anew whenever the query changes, and the query changes here with every
run, so the chart, the zoom and the keyboard's focus would be lost. This router compares the address
with what the page itself pushed last and only acts where they differ: a link, Back, Forward.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html
from dash.exceptions import PreventUpdate

from components import address, recall, terms
from components.follow import Followers
from components.shell import TAB, link

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """One page of the lesson: where it is, what it is called, and its layout for an address's query.

    `outline` is the page at its defaults; Dash checks the ids of callbacks against it. A page that is no
    chapter of the lesson (`chapter` False) has its link in the footer instead of the header.
    """

    path: str
    title: str
    outline: Callable[[], Any]
    layout: Callable[[Mapping[str, str]], Awaitable[Any]]
    chapter: bool = True


def missing(path: str) -> Any:
    """Return the page for an address that leads nowhere."""
    return html.Article(
        [
            html.H1("There is no such page"),
            html.P(f"Nothing is kept under {path[:80]!r}. The lesson begins at its first page."),
            link("Go to the first page", "/"),
        ],
        className="prose",
    )


def register(app: Dash, followers: Followers, pages: Sequence[Page]) -> None:
    """Show the page that the address asks for, whenever somebody goes there."""
    by_path = {page.path: page for page in pages}

    @app.callback(
        Output("page", "children"),
        Output("pushed", "data"),
        Output({"nav": ALL}, "className"),
        Input("address", "pathname"),
        Input("address", "search"),
        State("pushed", "data"),
        State(TAB, "data"),
    )
    async def show(pathname: str | None, search: str | None, pushed: str | None, tab: str) -> Any:
        path = (pathname or "/").rstrip("/") or "/"
        here = path + (search or "")
        if here == pushed:
            raise PreventUpdate
        followers.drop(str(tab))
        page = by_path.get(path)
        terms.new_page()
        marks = ["current" if item["id"]["nav"] == path else "" for item in ctx.outputs_list[2]]
        shown = [await page.layout(address.query(search)), recall.place()] if page else missing(path)
        return shown, here, marks
