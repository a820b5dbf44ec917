"""Presets: buttons that fill a widget's controls, after which the curves follow as after any change."""

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html
from dash.exceptions import PreventUpdate

from components.aria import aria
from components.controls import shown
from components.runner import clicked
from components.widget import Widget, values_of
from sims.experiment import Experiment

Presets = Mapping[str, tuple[str, Mapping[str, Any]]]
"""Presets by name: a label, and the settings that differ from the defaults."""


def filled(experiment: type[Experiment], offered: Presets) -> dict[str, dict[str, str]]:
    """Return what every preset puts into the controls, as text, by preset and parameter."""
    return {
        key: {name: shown(value) for name, value in experiment.parse(settings).as_dict().items()}
        for key, (_, settings) in offered.items()
    }


def buttons(widget: str, experiment: type[Experiment], offered: Presets) -> Any:
    """Return a button for every preset of the widget called `widget`; the one that the controls show is marked."""
    made = [
        dmc.Button(label, id={"preset": key, "of": widget}, variant="default", size="compact-sm", n_clicks=0)
        for key, (label, _) in offered.items()
    ]
    return html.Div(
        [
            dcc.Store(id=f"{widget}-presets", data=filled(experiment, offered)),
            html.Span("Start from", className="quiet"),
            *made,
        ],
        className="presets",
        role="group",
        **aria(label="Presets"),
    )


def register(app: Dash, widget: Widget, offered: Presets) -> None:
    """Fill the controls that are on the page with the values of the preset that is chosen."""

    @app.callback(
        Output(values_of(widget.name), "value", allow_duplicate=True),
        Input({"preset": ALL, "of": widget.name}, "n_clicks"),
        prevent_initial_call=True,
    )
    async def preset(_clicks: list[int]) -> list[Any]:
        clicked()
        key = ctx.triggered_id["preset"] if ctx.triggered_id else ""
        if key not in offered:
            raise PreventUpdate
        values = widget.experiment.parse(offered[key][1]).as_dict()
        asked = [item["id"]["param"] for item in ctx.outputs_list]
        return [list(values[p]) if isinstance(values[p], tuple) else shown(values[p]) for p in asked]

    app.clientside_callback(
        ClientsideFunction("presets", "mark"),
        Output({"preset": ALL, "of": widget.name}, "variant"),
        Output({"preset": ALL, "of": widget.name}, "attributes"),
        Input(values_of(widget.name), "value"),
        State(widget.id("presets"), "data"),
    )
