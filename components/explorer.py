"""The explorer's own callbacks: curves that follow the controls, presets, the carried rate, table and code."""

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from components import carry, code_panel, data_tab, fork_form, plan_chart, presets
from components.controls import control_id, read
from components.explorer_controls import PRESETS, tuning
from components.plan_chart import Display
from components.widget import Widget, search_of, values_of
from sims.engine import Engine
from sims.errors import ParamError
from sims.experiment import Experiment
from sims.explorer import Explorer

GOING = ("queued", "starting", "running", "paused")


def register(app: Dash, engine: Engine, widget: Widget) -> None:
    """Wire the planned curves, the presets, the carried rate, the table and the code."""
    name = widget.name

    # Two outputs and no more: each costs the renderer several milliseconds at every change of a control, and one
    # that other callbacks listen to holds those up as well.
    @app.callback(
        Output(f"{name}-plan", "figure"),
        Output(f"{name}-plan-legend", "children"),
        Input(values_of(name), "value"),
        Input(values_of(widget.display_name), "value"),
        State(f"{name}-shown", "data"),
        prevent_initial_call=True,
    )
    async def plan(_values: list[Any], _display: list[Any], runs: dict[str, Any]) -> Any:
        try:
            explorer = Explorer.parse(read(ctx.inputs_list[0]))
            display = Display.parse(read(ctx.inputs_list[1]))
        except ParamError as error:
            return no_update, html.Span(str(error), className="refused", role="alert")
        figure = plan_chart.figure(explorer, display)
        if not runs.get("run"):  # a run's address is its own
            # The browser puts it into the address bar; a callback for it would cost a quarter of the redraw.
            drawn = {**runs, "display": display.as_dict()}
            figure["layout"]["meta"]["here"] = search_of(widget, drawn, explorer.as_dict())
        return figure, plan_chart.legend(explorer)

    @app.callback(
        Output({"tuning": ALL}, "children"),
        Input(control_id(name, "schedules"), "value"),
        State({"tuning": ALL}, "children"),
        prevent_initial_call=True,
    )
    async def tune(on: list[str], there: list[Any]) -> list[Any]:
        rows = [item["id"]["tuning"] for item in ctx.outputs_list]
        changed = [
            no_update if (row in on) == bool(has) else tuning(name, row, {}, {}) if row in on else None
            for row, has in zip(rows, there, strict=True)
        ]
        if all(change is no_update for change in changed):
            raise PreventUpdate
        return changed

    presets.register(app, widget, PRESETS)
    fork_form.register(app, widget)
    data_tab.register(app, engine, widget)
    code_panel.register(app, engine, widget, schedulers)
    app.clientside_callback(
        ClientsideFunction("lab", "raced"),
        Output(f"{name}-tabs", "value"),
        Input(f"{name}-shown", "data"),
        prevent_initial_call=True,
    )
    carry.register(app, widget)


def schedulers(explorer: Experiment) -> Any:
    """Return, folded, the code of the schedulers alone."""
    if not isinstance(explorer, Explorer):
        raise TypeError(f"{explorer!r} is no explorer")
    return html.Details([html.Summary("Only the schedulers"), dcc.Markdown(plan_chart.code_text(explorer))])
