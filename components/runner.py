"""The one runner: run bar, controls and charts of a widget, wired to the engine.

A page describes its widget; everything that Run, Pause, Step, Stop, Reset, the address, the queue,
replays and earlier runs have in common is here. Two stores hold the widget's state in the browser:
*shown* (which runs with which display settings; the follower and the address follow it) and *state*
(how the followed run stands; the run bar follows it).
"""

import logging
import time
from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update, set_props
from dash.exceptions import PreventUpdate

from components import address
from components.controls import read
from components.follow import Followers
from components.runbar import BUTTONS
from components.shell import TAB
from components.widget import EARLIER, Widget, move, moved, slots, stay, texts, values_of
from sims.engine import Engine
from sims.errors import LabError, ParamError
from sims.experiment import Experiment

log = logging.getLogger(__name__)

NO_STREAM = (
    "This browser offers no shared worker, so the curve cannot be drawn while it is trained; "
    "any recent Chrome, Edge, Firefox or Safari on a computer can."
)


def clicked() -> str:
    """Return the id of the button that was pressed; PreventUpdate where none was.

    Dash calls a callback when a page brings its buttons, `prevent_initial_call` or not, as soon as one
    of its outputs was there before, as the address is.
    """
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    return str(ctx.triggered_id)


async def begin(engine: Engine, experiment: Experiment, *, again: bool = False) -> tuple[str, str | None]:
    """Return the id of a run of this experiment, and once more where it was begun just now; LabError."""
    asked = time.time()
    run_id = await engine.submit(experiment, again=again)
    begun = (await engine.lookup(run_id)).created >= asked
    return run_id, run_id if begun else None


def register(app: Dash, engine: Engine, followers: Followers, widget: Widget) -> None:
    """Wire a widget's run bar, controls and charts to the engine."""
    shown_id, state_id = widget.id("shown"), widget.id("state")
    notice = Output(widget.id("notice"), "children", allow_duplicate=True)

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
        *moved(widget),
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
        button = clicked()
        try:
            if state["phase"] == "paused" and button == widget.id("run"):
                await engine.resume(slots(shown)[state["slot"]])
                return stay("")
            experiment = widget.experiment.parse(read(ctx.states_list[0]))
            run_id, fresh = await begin(engine, experiment, again=button == widget.id("again"))
        except LabError as error:
            return stay(str(error))
        before = [r for r in (*shown["earlier"], shown["run"]) if r and r != run_id]
        if state["phase"] == "failed":  # nothing worth keeping as an overlay
            before = [r for r in before if r != shown["run"]]
        moved_on = {
            **shown,
            "earlier": before[-EARLIER:],
            "run": run_id,
            "audit": None,
            "fresh": fresh,
            "turn": shown["turn"] + 1,
        }
        return move(widget, moved_on, experiment.as_dict())

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
        *moved(widget),
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
        return move(
            widget, cleared, address.read(widget.experiment.params(), texts(read(ctx.states_list[2]))).values
        )

    @app.callback(
        *moved(widget),
        Input(values_of(widget.display_name), "value"),
        State(shown_id, "data"),
        State(values_of(widget.name), "value"),
        prevent_initial_call=True,
    )
    async def redraw(_display: list[Any], shown: dict[str, Any], _values: list[Any]) -> Any:
        try:
            display = widget.display.parse(read(ctx.inputs_list[0]))
        except LabError as error:
            return stay(str(error))
        if display.as_dict() == shown["display"]:
            raise PreventUpdate
        settings = address.read(widget.experiment.params(), texts(read(ctx.states_list[1]))).values
        return move(widget, {**shown, "display": display.as_dict(), "turn": shown["turn"] + 1}, settings)

    # One parameter at a time: with ALL of them the renderer takes a tenth of a second and more for each key.
    one = {"widget": widget.name, "param": MATCH, "scale": MATCH, "part": "value"}

    @app.callback(Output(one, "error"), Input(one, "n_blur"), State(one, "value"), prevent_initial_call=True)
    async def check(_blur: int, value: object) -> str | None:
        try:
            widget.experiment.param(ctx.outputs_list["id"]["param"]).parse(value)
        except ParamError as error:
            return str(error)
        return None

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
        ClientsideFunction("presets", "changed"),
        Output(widget.id("changed"), "children"),
        Input(values_of(widget.name), "value"),
        Input(state_id, "data"),
        State(widget.id("defaults"), "data"),
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
