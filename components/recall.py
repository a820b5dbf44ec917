"""A question that was missed comes back at the foot of another page, until it is answered right.

Being asked again after some time, elsewhere, is what makes an answer stay (Cepeda et al. 2006,
https://doi.org/10.1037/0033-2909.132.3.354). Its options come in another order on every page, so that
it is not their place that is remembered.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, html

from components.quiz import REGISTERED, block
from components.shell import CHECKS, LEARNER

NAME = "recall"


def place() -> Any:
    """Return the place for one missed question of another page; it is not seen while there is none."""
    return html.Section(
        [html.H2(id=f"{NAME}-title"), *block(NAME)],
        id=NAME,
        className="prose quiz recall",
        style={"display": "none"},
    )


def checks(outlines: Mapping[str, Iterable[object]], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return every quick check as plain data, by name, with its page and what that page is called.

    `outlines` are the ids on each page, by path, and `titles` the titles of the pages. A question on no page
    is left out.
    """
    where = {component: path for path, ids in outlines.items() for component in map(str, ids)}
    return {
        name: {**quiz.as_dict(), "page": page, "title": titles[page]}
        for name, quiz in REGISTERED.items()
        if (page := where.get(f"{name}-answer")) is not None
    }


def register(app: Dash) -> None:
    """Ask the oldest missed question of another page, and take the answer."""
    app.clientside_callback(
        ClientsideFunction("quiz", "recall"),
        Output(NAME, "style"),
        Output(f"{NAME}-title", "children"),
        Output(f"{NAME}-answer", "label"),
        Output(f"{NAME}-answer", "children"),
        Output(f"{NAME}-answer", "value"),
        Output(f"{NAME}-feedback", "children"),
        Input(f"{NAME}-answer", "value"),
        Input(f"{NAME}-again", "n_clicks"),
        State(LEARNER, "data"),
        State(CHECKS, "data"),
        State("address", "pathname"),
    )
