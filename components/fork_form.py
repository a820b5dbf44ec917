"""Under the result of every widget: fork the run on the screen, at any of its steps, with another rate."""

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, html

from components.aria import aria
from components.fork_origin import PAGES
from components.shell import link
from components.widget import Widget

FACTORS = {
    "0.01": "a hundredth of",
    "0.1": "a tenth of",
    "0.5": "half",
    "2": "twice",
    "5": "5 times",
    "10": "10 times",
}
"""Factors on offer, as an address has them, and how they read before "its rate"."""


def form(name: str) -> Any:
    """Return the form for the widget called `name`; it is seen once there is a run that can be forked."""
    return html.Div(
        [
            html.Span("Fork this run:"),
            dmc.Select(
                id=f"{name}-fork-line",
                data=[],
                allowDeselect=False,
                size="sm",
                w="13rem",
                **aria(label="Line to fork"),
            ),
            html.Span("at step"),
            dmc.TextInput(
                id=f"{name}-fork-step",
                value="",
                size="sm",
                w="5rem",
                inputProps={"inputMode": "numeric"},
                **aria(label="Step of the fork"),
            ),
            html.Span("with"),
            dmc.Select(
                id=f"{name}-fork-factor",
                data=[{"value": value, "label": label} for value, label in FACTORS.items()],
                value="0.1",
                allowDeselect=False,
                size="sm",
                w="9rem",
                **aria(label="Rate of the branch"),
            ),
            html.Span("its rate"),
            link("Fork", "/fork", id=f"{name}-fork-link", className="fork-link"),
        ],
        id=f"{name}-fork",
        className="fork-form",
        role="group",
        style={"display": "none"},
        **aria(label="Fork this run"),
    )


def register(app: Dash, widget: Widget) -> None:
    """Have the form follow the run bar's state, and its link the form."""
    name = widget.name
    PAGES[widget.experiment.KIND] = widget.path
    app.clientside_callback(
        ClientsideFunction("fork", "form"),
        Output(f"{name}-fork", "style"),
        Output(f"{name}-fork-line", "data"),
        Output(f"{name}-fork-line", "value"),
        Output(f"{name}-fork-step", "value"),
        Output(f"{name}-fork-link", "href"),
        Input(widget.id("state"), "data"),
        Input(f"{name}-fork-line", "value"),
        Input(f"{name}-fork-step", "value"),
        Input(f"{name}-fork-factor", "value"),
    )
