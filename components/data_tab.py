"""Under every chart of a contest: the table of its points, and what became of the learner's prediction."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, html, no_update

from components import table
from components.follow import history
from components.widget import Widget, slots
from sims.engine import Engine
from sims.errors import LabError


def register(app: Dash, engine: Engine, widget: Widget) -> None:
    """Fill the table once it is looked at, and compare the prediction with the result."""
    name = widget.name

    @app.callback(
        Output(f"{name}-table", "children"),
        Input(f"{name}-tabs", "value"),
        Input(f"{name}-truth", "data"),
        State(f"{name}-shown", "data"),
    )
    async def show_table(tab: str, _truth: Any, shown: dict[str, Any]) -> Any:
        run_id = slots(shown).get("run")
        if tab != "table":
            return no_update
        if run_id is None:
            return html.P("There is no run yet.", className="quiet")
        try:
            return table.table(await engine.lookup(run_id), await history(engine, run_id))
        except LabError as error:
            return html.P(str(error), className="quiet")

    app.clientside_callback(
        ClientsideFunction("lab", "compared"),
        Output(f"{name}-compared", "children"),
        Input(f"{name}-predicted", "data"),
        Input(f"{name}-truth", "data"),
    )
