"""Predict first: a question before the first run, and a sentence afterwards that comes back to it.

Who predicts before watching learns more from what is shown (Crouch et al. 2004, Am. J. Phys. 72,
835); so the question stands above the chart until it is answered or skipped, which is one click.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html


@dataclass(frozen=True)
class Prediction:
    """A question for the widget called `widget`; options are value -> label."""

    widget: str
    question: str
    options: Mapping[str, str]

    @property
    def store(self) -> str:
        """Id of the store that holds the chosen value, "skip", or nothing yet."""
        return f"{self.widget}-predicted"

    def buttons(self) -> Sequence[str]:
        """Return the ids of the buttons, skip last."""
        return [f"{self.widget}-predict-{value}" for value in (*self.options, "skip")]


def question(prediction: Prediction) -> Any:
    """Return the question with a button for every option and one to skip it."""
    chosen = [
        dmc.Button(label, id=button, variant="default", size="compact-md", n_clicks=0)
        for button, label in zip(prediction.buttons(), prediction.options.values(), strict=False)
    ]
    skip = dmc.Button(
        "Skip", id=prediction.buttons()[-1], variant="subtle", color="gray", size="compact-md", n_clicks=0
    )
    return html.Div(
        [
            dcc.Store(id=prediction.store, storage_type="session"),
            html.Div(
                [
                    html.Div(prediction.question, className="predict-question"),
                    html.Div([*chosen, skip], className="predict-options"),
                ],
                id=f"{prediction.widget}-predict",
                className="predict",
            ),
        ]
    )


def register(app: Dash, prediction: Prediction) -> None:
    """Note the choice in the browser and put what was chosen in the question's place."""
    app.clientside_callback(
        ClientsideFunction("lab", "predict"),
        Output(prediction.store, "data"),
        *(Input(button, "n_clicks") for button in prediction.buttons()),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("lab", "predicted"),
        Output(f"{prediction.widget}-predict", "style"),
        Input(prediction.store, "data"),
        Input(f"{prediction.widget}-state", "data"),
        State(f"{prediction.widget}-predict", "style"),
    )
