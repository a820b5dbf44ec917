"""The one runner: run bar, controls and charts of a widget, wired to the engine.

A page describes its widget; everything that Run, Pause, Step, Stop, Reset, the address, the queue,
replays and earlier runs have in common is here. Two stores hold the widget's state in the browser:
*shown* (which runs with which display settings; the follower and the address follow it) and *state*
(how the followed run stands; the run bar follows it).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, no_update, set_props
from dash.exceptions import PreventUpdate

from components import address
from components.controls import read
from components.follow import Followers, View
from components.runbar import BUTTONS, run_bar
from components.shell import TAB
from sims.engine import Engine
from sims.errors import LabError
from sims.experiment import Experiment
from sims.params import Spec

log = logging.getLogger(__name__)

EARLIER = 3
"""How many earlier runs stay under the present one as overlays."""

NO_STREAM = (
    "This browser offers no shared worker, so the curve cannot be drawn while it is trained; "
    "any recent Chrome, Edge, Firefox or Safari on a computer can."
)


@dataclass(frozen=True)
class Widget:
    """What a page says of its widget; `view` makes a fresh view from display settings.

    `name` starts every id on the page; `experiment` is trained by Run; `display` holds settings that
    change the drawing and not the run.
    """

    name: str
    path: str
    experiment: type[Experiment]
    display: type[Spec]
    view: Callable[[Spec], View]

    def id(self, part: str) -> str:
        """Return the id of a part of this widget, such as its "shown" store."""
        return f"{self.name}-{part}"

    @property
    def display_name(self) -> str:
        """The widget name under which the display controls are found."""
        return self.id("display")


def shown_data(asked: Mapping[str, str], display: Mapping[str, object]) -> dict[str, Any]:
    """Return the *shown* store for what an address asks; ParamError for ids in a form that no run has."""
    earlier = [run for part in asked.get("with", "").split(",") if (run := address.run_id(part))]
    return {
        "earlier": earlier[-EARLIER:],
        "run": address.run_id(asked.get("run")),
        "audit": address.run_id(asked.get("audit")),
        "display": dict(display),
        "turn": 0,
    }


def slots(shown: Mapping[str, Any]) -> dict[str, str]:
    """Return slot -> run id in the order of drawing: earlier runs, the run, its audit."""
    named = {f"earlier-{n}": run for n, run in enumerate(shown.get("earlier") or [])}
    named |= {"run": shown.get("run"), "audit": shown.get("audit")}
    return {
        slot: run for slot, run in named.items() if isinstance(run, str) and address.RUN_ID.fullmatch(run)
    }


def search_of(widget: Widget, shown: Mapping[str, Any], settings: Mapping[str, object]) -> str:
    """Return the query string that brings back these settings and these runs."""
    return address.search(
        (*widget.experiment.PARAMS, *widget.display.PARAMS),
        {**settings, **shown["display"]},
        run=shown.get("run"),
        audit=shown.get("audit"),
        **{"with": ",".join(shown.get("earlier") or [])},
    )


def stores(widget: Widget, shown: Mapping[str, Any]) -> list[Any]:
    """Return the invisible parts of a widget."""
    return [
        dcc.Store(id=widget.id("shown"), data=dict(shown)),
        dcc.Store(id=widget.id("state"), data={"phase": "idle"}),
        dcc.Store(id=widget.id("beat")),
        dcc.Store(id=widget.id("followed")),
    ]


def values_of(widget: str) -> dict[str, Any]:
    """Return the pattern that matches the values of all controls of a widget."""
    return {"widget": widget, "param": ALL, "scale": ALL, "part": "value"}


def clicked() -> str:
    """Return the id of the button that was pressed; PreventUpdate where none was.

    Dash calls a callback when a page brings its buttons, `prevent_initial_call` or not, as soon as one
    of its outputs was there before, as the address is.
    """
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    return str(ctx.triggered_id)


def register(app: Dash, engine: Engine, followers: Followers, widget: Widget) -> None:
    """Wire a widget's run bar, controls and charts to the engine."""
    shown_id, state_id = widget.id("shown"), widget.id("state")
    moved = [
        Output(shown_id, "data", allow_duplicate=True),
        Output("address", "search", allow_duplicate=True),
    ]
    moved += [Output("pushed", "data", allow_duplicate=True)]
    notice = Output(widget.id("notice"), "children", allow_duplicate=True)

    def move(shown: dict[str, Any], settings: Mapping[str, object]) -> tuple[Any, ...]:
        search = search_of(widget, shown, settings)
        return shown, search, widget.path + search, ""

    # Dash holds back every callback with an input that a running callback will set, so nothing may
    # listen to *followed*, which is set only once the follower has ended.
    @app.callback(
        Output(widget.id("followed"), "data"),
        Input(shown_id, "data"),
        State(TAB, "data"),
        websocket=True,
    )
    async def follow(shown: dict[str, Any], tab: str) -> Any:
        if ctx.websocket is None:
            set_props(widget.id("notice"), {"children": NO_STREAM})
            return no_update
        display = widget.display.parse(shown["display"])
        await followers.follow(str(tab), widget.name, widget.view(display), slots(shown), shown)
        return no_update

    @app.callback(
        *moved,
        notice,
        Input(widget.id("run"), "n_clicks"),
        Input(widget.id("again"), "n_clicks"),
        State(values_of(widget.name), "value"),
        State(shown_id, "data"),
        State(state_id, "data"),
        prevent_initial_call=True,
    )
    async def run(
        _run: int, _again: int, _values: list[Any], shown: dict[str, Any], state: dict[str, Any]
    ) -> Any:
        button, stay = clicked(), (no_update, no_update, no_update)
        try:
            if state["phase"] == "paused" and button == widget.id("run"):
                await engine.resume(slots(shown)[state["slot"]])
                return *stay, ""
            experiment = widget.experiment.parse(read(ctx.states_list[0]))
            run_id = await engine.submit(experiment, again=button == widget.id("again"))
        except LabError as error:
            return *stay, str(error)
        before = [r for r in (*shown["earlier"], shown["run"]) if r and r != run_id]
        if state["phase"] == "failed":  # nothing worth keeping as an overlay
            before = [r for r in before if r != shown["run"]]
        moved_on = {
            **shown,
            "earlier": before[-EARLIER:],
            "run": run_id,
            "audit": None,
            "turn": shown["turn"] + 1,
        }
        return move(moved_on, experiment.as_dict())

    @app.callback(
        notice,
        *(Input(widget.id(name), "n_clicks") for name in ("pause", "step", "stop")),
        State(shown_id, "data"),
        State(state_id, "data"),
        prevent_initial_call=True,
    )
    async def steer(_pause: int, _step: int, _stop: int, shown: dict[str, Any], state: dict[str, Any]) -> str:
        button = clicked().removeprefix(widget.id(""))
        act = {"pause": engine.pause, "step": engine.step, "stop": engine.stop}
        try:
            run_id = slots(shown).get(str(state.get("slot")))
            if run_id is not None:
                await act[button](run_id)
        except LabError as error:
            return str(error)
        return ""

    @app.callback(
        *moved,
        notice,
        Input(widget.id("reset"), "n_clicks"),
        State(shown_id, "data"),
        State(state_id, "data"),
        State(values_of(widget.name), "value"),
        prevent_initial_call=True,
    )
    async def reset(_clicks: int, shown: dict[str, Any], state: dict[str, Any], _values: list[Any]) -> Any:
        clicked()
        active = slots(shown).get(str(state.get("slot")))
        if active is not None and state["phase"] in ("queued", "starting", "running", "paused"):
            await engine.stop(active)
        cleared = {**shown, "earlier": [], "run": None, "audit": None, "turn": shown["turn"] + 1}
        return move(cleared, address.read(widget.experiment.PARAMS, texts(read(ctx.states_list[2]))).values)

    @app.callback(
        *moved,
        notice,
        Input(values_of(widget.display_name), "value"),
        State(shown_id, "data"),
        State(values_of(widget.name), "value"),
        prevent_initial_call=True,
    )
    async def redraw(_display: list[Any], shown: dict[str, Any], _values: list[Any]) -> Any:
        try:
            display = widget.display.parse(read(ctx.inputs_list[0]))
        except LabError as error:
            return no_update, no_update, no_update, str(error)
        if display.as_dict() == shown["display"]:
            raise PreventUpdate
        settings = address.read(widget.experiment.PARAMS, texts(read(ctx.states_list[1]))).values
        return move({**shown, "display": display.as_dict(), "turn": shown["turn"] + 1}, settings)

    @app.callback(
        Output({**values_of(widget.name), "part": "value"}, "error"),
        Input(values_of(widget.name), "value"),
        prevent_initial_call=True,
    )
    async def check(_values: list[Any]) -> list[str | None]:
        problems = address.read(widget.experiment.PARAMS, texts(read(ctx.inputs_list[0]))).problems
        return [problems.get(item["id"]["param"]) for item in ctx.inputs_list[0]]

    app.clientside_callback(
        ClientsideFunction("lab", "runbar"),
        *(Output(widget.id(name), "disabled") for name in BUTTONS),
        Output(widget.id("again"), "children"),
        Output(widget.id("again"), "style"),
        Output(widget.id("status"), "children"),
        Output(widget.id("provenance"), "children"),
        Output(widget.id("progress"), "value"),
        Input(state_id, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("lab", "watch"),
        Output(widget.id("followed"), "data", allow_duplicate=True),
        Input(state_id, "data"),
        Input(widget.id("beat"), "data"),
        Input(shown_id, "data"),
        State(shown_id, "id"),
        prevent_initial_call=True,
    )


def texts(raw: Mapping[str, object]) -> dict[str, str]:
    """Return raw control values as an address would carry them."""
    return {name: "" if value is None else str(value) for name, value in raw.items()}


__all__ = ["Widget", "register", "run_bar", "search_of", "shown_data", "slots", "stores", "values_of"]
