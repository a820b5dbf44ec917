"""What a learner does with a finished sweep: have it audited, carry its rate along, read its table."""

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from components import code_panel, data_tab, fork_form
from components.follow import history
from components.range_result import recommended
from components.runner import begin, clicked
from components.shell import CARRIED
from components.widget import Widget, move, moved, slots, stay
from sims.engine import Engine
from sims.errors import LabError
from sims.range_test import Audit, RangeTest
from sims.sweep import Sweep


def result(name: str) -> list[Any]:
    """Return the place for the result of the widget called `name`, and its two buttons."""
    return [
        html.Div(id=f"{name}-result", className="result"),  # its headline is spoken (`components.spoken`)
        html.Div(id=f"{name}-compared", className="quiet"),
        html.Div(
            [
                dmc.Button(
                    "Audit", id=f"{name}-audit", variant="light", size="sm", disabled=True, n_clicks=0
                ),
                dmc.Button(
                    "Use this rate elsewhere",
                    id=f"{name}-carry",
                    variant="default",
                    size="sm",
                    disabled=True,
                    n_clicks=0,
                ),
                html.Span(
                    "An audit trains fresh short runs at constant rates around the recommendation.",
                    className="quiet",
                ),
            ],
            className="actions",
        ),
        fork_form.form(name),
        dcc.Store(id=f"{name}-truth"),
    ]


def register(app: Dash, engine: Engine, widget: Widget) -> None:
    """Wire the buttons, the table and the code."""
    name = widget.name

    async def sweep_of(shown: dict[str, Any]) -> Sweep:
        run_id = slots(shown).get("run")
        if run_id is None:
            raise LabError("There is no sweep yet; press Run first.")
        run = await engine.lookup(run_id)
        return Sweep(RangeTest.parse(run.settings), 0.0).feed(await history(engine, run_id))

    @app.callback(
        *moved(widget),
        Input(f"{name}-audit", "n_clicks"),
        State(f"{name}-shown", "data"),
        prevent_initial_call=True,
    )
    async def audit(_clicks: int, shown: dict[str, Any]) -> Any:
        clicked()
        try:
            sweep = await sweep_of(shown)
            run_id, fresh = await begin(engine, Audit.around(sweep.spec, recommended(sweep)))
        except LabError as error:
            return stay(str(error))
        audited = {**shown, "audit": run_id, "fresh": fresh, "turn": shown["turn"] + 1}
        return move(widget, audited, sweep.spec.as_dict())

    @app.callback(
        Output(CARRIED, "data"),
        Output(f"{name}-notice", "children", allow_duplicate=True),
        Input(f"{name}-carry", "n_clicks"),
        State(f"{name}-shown", "data"),
        prevent_initial_call=True,
    )
    async def carry(_clicks: int, shown: dict[str, Any]) -> Any:
        clicked()
        try:
            sweep = await sweep_of(shown)
            rate = recommended(sweep)
        except LabError as error:
            return no_update, str(error)
        spec = sweep.spec
        carried = {
            "lr": rate,
            "optimizer": spec.optimizer,
            "network": spec.network,
            "batch_size": spec.batch_size,
        }
        return carried, ""

    data_tab.register(app, engine, widget)
    code_panel.register(app, engine, widget)
    fork_form.register(app, widget)
