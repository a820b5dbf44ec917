"""A question about the learner's own run, made from its numbers, once that run has finished."""

from collections.abc import Callable, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from components.follow import history
from components.quiz import block
from components.shell import LEARNER
from components.widget import Widget, slots
from sims.engine import Engine
from sims.errors import LabError
from sims.events import Event, Finished
from sims.experiment import Experiment
from sims.question import Quiz

Ask = Callable[[Experiment, Sequence[Event]], Quiz | None]
"""What makes the question: (settings, events) -> question, or None where the run gives none."""


def place(widget: Widget) -> Any:
    """Return the place for the question, under the result; it is not seen while there is none."""
    name = widget.id("own")
    return html.Div(
        [dcc.Store(id=name), html.P("A question about your run", className="own-title"), *block(name)],
        id=f"{name}-place",
        className="quiz own",
        style={"display": "none"},
    )


def register(app: Dash, engine: Engine, widget: Widget, ask: Ask) -> None:
    """Ask once the run shown has finished, and keep the answer beside the run's id."""
    name = widget.id("own")

    # The follower tells *truth* when it has something to say of the end; the events come from the store.
    @app.callback(
        Output(name, "data"),
        Input(widget.id("truth"), "data"),
        State(widget.id("shown"), "data"),
        prevent_initial_call=True,
    )
    async def question(truth: Any, shown: dict[str, Any]) -> Any:
        run_id = slots(shown).get("run")
        if run_id is None or truth is None:
            return None
        try:
            run = await engine.lookup(run_id)
            events = await history(engine, run_id)
        except LabError:
            return None
        if not events or not isinstance(events[-1], Finished):
            return None
        quiz = ask(widget.experiment.parse(run.settings), events)
        return None if quiz is None else {**quiz.as_dict(), "run": run_id, "name": widget.name}

    app.clientside_callback(
        ClientsideFunction("quiz", "own"),
        Output(f"{name}-place", "style"),
        Output(f"{name}-answer", "label"),
        Output(f"{name}-answer", "children"),
        Output(f"{name}-answer", "value"),
        Output(f"{name}-feedback", "children"),
        Input(name, "data"),
        Input(f"{name}-answer", "value"),
        Input(f"{name}-again", "n_clicks"),
        State(LEARNER, "data"),
    )
