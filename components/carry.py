"""The rate of the range test, taken over by a widget whose address asks for nothing else."""

from dash import ClientsideFunction, Dash, Input, Output, State

from components.controls import control_id
from components.shell import CARRIED
from components.widget import Widget

TAKEN = (("lr", "log"), ("optimizer", "none"), ("network", "none"), ("batch_size", "log-whole"))
"""The settings that go with a rate, and the scales of their controls."""


def register(app: Dash, widget: Widget) -> None:
    """Fill the controls from the carried rate; the place with the id "carried" says so."""
    app.clientside_callback(
        ClientsideFunction("lab", "takeover"),
        *(
            Output(control_id(widget.name, param, scale=scale), "value", allow_duplicate=True)
            for param, scale in TAKEN
        ),
        Output(widget.id("carried"), "children"),
        Input(CARRIED, "modified_timestamp"),
        State(CARRIED, "data"),
        State("address", "search"),
        prevent_initial_call="initial_duplicate",
    )
