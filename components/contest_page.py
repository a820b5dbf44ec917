"""What the pages of contests have in common: planned rates before a run, controls, tabs, presets."""

from collections.abc import Mapping
from typing import Any, Protocol

from dash import Dash, Input, Output, ctx, dcc, html
from dash.exceptions import PreventUpdate

from components import code_panel, data_tab, fork_form, own, presets
from components.controls import read
from components.figures import Figure, graph
from components.follow import Props, View
from components.instrument import Opening, tabs
from components.plan_chart import legend
from components.presets import Presets
from components.race_view import RaceView
from components.widget import Widget, values_of
from sims.contest import Contest
from sims.engine import Engine
from sims.errors import ParamError


class Previewed(View, Protocol):
    """A view that can draw planned rates before any run."""

    def previews(self, contest: Any) -> Mapping[str, Figure]:
        """Return the figures of the page's charts, by the part of their ids."""


class ContestView(RaceView):
    """A view that leaves the chart alone while there is no run: it shows the planned rates then."""

    def whole(self) -> Props:
        """Return everything as it stands; without a run there is only a result to clear."""
        props = super().whole()
        if "run" not in self.races:
            del props[(f"{self.name}-graph", "figure")], props[(f"{self.name}-legend", "children")]
        return props

    def previews(self, contest: Any) -> Mapping[str, Figure]:
        """Return the chart before any run: the planned rates alone."""
        return {"graph": self.preview(contest)}


Charts = Mapping[str, tuple[str, str]]
"""The charts of a page in the order of their tabs: part of the id -> (name of the tab, caption).

One without a name stands beside the chart before it, or below it where the screen is narrow.
"""


def stage(
    widget: Widget, view: Previewed, opened: Opening, charts: Charts, *, question: bool = False
) -> list[Any]:
    """Return charts, table and result; the first chart shows the planned rates until there is a run.

    With `question` there is a place for a question about the run (see `components.own`).
    """
    name, planned = widget.name, valid(widget, opened.values)
    figures = view.previews(planned)
    panels: dict[str, Any] = {}
    for part, (label, caption) in charts.items():
        chart = html.Div(graph(f"{name}-{part}", figures[part], f"{name}-{part}"), className="graph tall")
        if label:
            beside = html.Div([chart], className="charts")
            panels[label] = [beside, html.P(caption, className="quiet") if caption else None]
        else:
            beside.children.append(chart)
    panels["Table"] = html.Div(id=f"{name}-table", className="table-panel", tabIndex="0")
    panels["Code"] = code_panel.panel(widget)
    return [
        html.Div(legend(planned), id=f"{name}-legend", className="legend"),
        tabs(widget, panels, next(iter(charts.values()))[0].lower()),
        html.Div(id=f"{name}-result", className="result"),  # its headline is spoken (`components.spoken`)
        html.Div(id=f"{name}-compared", className="quiet"),
        *([own.place(widget)] if question else []),
        fork_form.form(name),
        dcc.Store(id=f"{name}-truth"),
    ]


def valid(widget: Widget, values: Mapping[str, Any]) -> Contest:
    """Return the settings, or the defaults where they do not fit together, which the notice says."""
    try:
        contest = widget.experiment.parse(values)
    except ParamError:
        contest = widget.experiment()
    if not isinstance(contest, Contest):
        raise TypeError(f"{contest!r} is no contest")
    return contest


def register(app: Dash, engine: Engine, widget: Widget, offered: Presets, charts: Charts) -> None:
    """Wire planned rates, presets, and what stands under the charts."""
    name = widget.name
    data_tab.register(app, engine, widget)
    code_panel.register(app, engine, widget)
    presets.register(app, widget, offered)
    fork_form.register(app, widget)

    @app.callback(
        *(Output(f"{name}-{part}", "figure", allow_duplicate=True) for part in charts),
        Output(f"{name}-legend", "children", allow_duplicate=True),
        Output(f"{name}-notice", "children", allow_duplicate=True),
        Input(values_of(name), "value"),
        Input(f"{name}-shown", "data"),
        prevent_initial_call=True,
    )
    async def plan(_values: list[Any], runs: dict[str, Any]) -> Any:
        if runs.get("run"):
            raise PreventUpdate
        try:
            contest = widget.experiment.parse(read(ctx.inputs_list[0]))
            view: Any = widget.view(widget.display.parse(runs["display"]))
        except ParamError:
            raise PreventUpdate from None  # said beside the field, and by Run
        if not isinstance(contest, Contest):
            raise PreventUpdate
        figures = view.previews(contest)
        return *(figures[part] for part in charts), legend(contest), ""
