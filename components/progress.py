"""What the learner has finished: shown, exported and cleared in their browser alone; no server hears of it."""

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html

from components.aria import aria
from components.shell import LEARNER

TEXTS = "exercise-texts"
"""Id of the store of what the learner has written: {question: text}; kept in the browser and sent nowhere."""


def count() -> Any:
    """Return the line that says how many exercises are done."""
    return html.P(id="exercises-count", className="quiet exercises-count")


def progress() -> Any:
    """Return the learner's progress with Export and Clear, and the store of their texts."""
    return html.Section(
        [
            dcc.Store(id=TEXTS, storage_type="local"),
            html.H2("What you have finished", id="progress"),
            html.P(
                "Your answers and ticks are kept in this browser and sent nowhere. Export them to keep a copy, or to "
                "hand it to your teacher."
            ),
            html.Div(id="exercises-progress", className="progress"),
            html.Div(
                [
                    dmc.Button(
                        "Export", id="progress-export", variant="default", size="compact-md", n_clicks=0
                    ),
                    dmc.Button(
                        "Clear …",
                        id="progress-clear",
                        variant="subtle",
                        color="gray",
                        size="compact-md",
                        n_clicks=0,
                    ),
                    html.Span(id="progress-said", className="quiet", **aria(live="polite")),
                ],
                className="actions",
            ),
            dmc.Modal(
                [
                    html.P(
                        "Ticks, quick checks and the answers you wrote are removed from this browser for good."
                    ),
                    html.Div(
                        [
                            dmc.Button("Clear everything", id="progress-clear-yes", color="red", n_clicks=0),
                            dmc.Button("Keep it", id="progress-clear-no", variant="default", n_clicks=0),
                        ],
                        className="actions",
                    ),
                ],
                id="progress-asks",
                title="Clear your progress?",
                opened=False,
                centered=True,
                withCloseButton=False,
            ),
        ],
        className="prose",
    )


def register(app: Dash) -> None:
    """Wire ticks, texts, Export and Clear to the stores; all of it runs in the browser."""
    app.clientside_callback(
        ClientsideFunction("exercises", "tick"),
        Output(LEARNER, "data", allow_duplicate=True),
        Input({"done": ALL}, "n_clicks"),
        State(LEARNER, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("exercises", "progress"),
        Output({"done": ALL}, "aria-pressed"),
        Output("exercises-count", "children"),
        Output("exercises-progress", "children"),
        Input(LEARNER, "modified_timestamp"),
        State(LEARNER, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("exercises", "write"),
        Output(TEXTS, "data"),
        Input({"text": ALL}, "value"),
        State(TEXTS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("exercises", "restore"),
        Output({"text": ALL}, "value"),
        Input(TEXTS, "modified_timestamp"),
        State(TEXTS, "data"),
        State({"text": ALL}, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("exercises", "export"),
        Output("progress-said", "children"),
        Input("progress-export", "n_clicks"),
        State(LEARNER, "data"),
        State(TEXTS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("exercises", "clear"),
        Output("progress-asks", "opened"),
        Input("progress-clear", "n_clicks"),
        Input("progress-clear-yes", "n_clicks"),
        Input("progress-clear-no", "n_clicks"),
        State({"text": ALL}, "id"),
        prevent_initial_call=True,
    )
