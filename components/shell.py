"""The frame of every page: header with navigation, light and dark, the page itself, footer."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components import search, share, theme
from components.aria import aria

TAB = "tab"
"""Id of the store that tells one browser tab from another; new with every load of the page."""

CARRIED = "carried"
"""Id of the store that carries a rate from the range test to the other pages; kept in the browser."""

LEARNER = "learner"
"""Id of the store of what the learner has answered and finished; kept in the browser and sent nowhere else.

`{"checks": {question: {"choice": 1, "right": false, "page": "/warmup"}}, "done": {exercise: true},
"own": {widget: {"choice": 0, "right": true, "page": "/range-test", "run": id}}}`. A check is right once any
answer to it was; its choice is the last one. "own" has the answers about the learner's own runs.
"""

CHECKS = "checks"
"""Id of the store of all quick checks of the lesson by name, for what the browser does with answers."""

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
{%favicon%}
{%css%}
</head>
<body>
{%app_entry%}
{%config%}{%scripts%}{%renderer%}
</body>
</html>"""
"""Dash's index, with a language for screen readers."""


def link(text: str, path: str, **more: Any) -> Any:
    """Return a link to a page of this app, followed without loading it anew."""
    return dcc.Link(text, href=path, refresh=False, **more)


def shell(pages: Sequence[tuple[str, str]], tab: str, checks: Mapping[str, Any] | None = None) -> Component:
    """Return the frame for `pages`, (title, path) in the order of the lesson.

    `tab` names this browser tab; `checks` are all quick checks (see `components.recall.checks`).
    """
    frame: Component = dmc.MantineProvider(
        [
            dcc.Location(id="address", refresh=False),
            dcc.Store(id="pushed"),
            dcc.Store(id=TAB, data=tab),
            dcc.Store(id=CARRIED, storage_type="local"),
            dcc.Store(id=LEARNER, storage_type="local"),
            dcc.Store(id=CHECKS, data=dict(checks or {})),
            html.A("Skip to the lesson", href="#page", className="skip"),
            html.Header(
                [
                    link("Learning Rate Lab", "/", className="wordmark"),
                    html.Nav(
                        [link(title, path, id={"nav": path}) for title, path in pages],
                        id="pages",
                        className="pages",
                        **aria(label="Pages of the lesson"),
                    ),
                    html.Div(id="carried-rate", className="carried-rate"),
                    search.button(),
                    share.button(),
                    dmc.ColorSchemeToggle(
                        lightIcon="☀",
                        darkIcon="☾",
                        variant="subtle",
                        color="gray",
                        size="lg",
                        **aria(label="Switch between light and dark"),
                    ),
                    html.Button(
                        "Menu",
                        id="menu",
                        className="tool menu",
                        **aria(expanded="false", controls="pages", haspopup="true"),
                    ),
                ],
                className="header",
            ),
            html.Div(id="trouble", className="notice", role="alert"),
            html.Main(html.Div("Loading the lesson …", className="loading"), id="page", tabIndex="-1"),
            html.Footer(
                [
                    html.Span("Every curve here is a network being trained on MNIST, not a drawing of one."),
                    html.Span(
                        [
                            "MNIST: Y. LeCun, C. Cortes and C. J. C. Burges, ",
                            html.A(
                                "CC BY-SA 3.0",
                                href="https://creativecommons.org/licenses/by-sa/3.0/",
                                rel="license noreferrer",
                            ),
                        ]
                    ),
                    link("Glossary", "/glossary"),
                ],
                className="footer",
            ),
        ],
        defaultColorScheme="auto",
        theme=theme.MANTINE,
    )
    return frame


def register(app: Dash) -> None:
    """Show the carried rate in the header of every page."""
    app.clientside_callback(
        ClientsideFunction("lab", "carried"),
        Output("carried-rate", "children"),
        Input(CARRIED, "modified_timestamp"),
        State(CARRIED, "data"),
    )
