"""How long should a warmup be? A map of peak rate against length that fills cell by cell as runs finish."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from components import theme
from components.aria import aria
from components.controls import read
from components.follow import Followers, Props
from components.runner import NO_STREAM, begin, clicked
from components.shell import TAB
from components.widget import Widget, values_of
from sims.engine import Engine, Run, Status
from sims.errors import LabError
from sims.events import Diverged, Evaluation, Event
from sims.ranking import STUCK
from sims.warmup import MAP_LENGTHS, MAP_RATES, MAP_STEPS, Warmup, cells

NAME = "warmup-map"
BEST, WORST = 0.15, 2.3
"""Final losses, in nats, between which a cell's colour goes from full to none."""


def place(row: int, column: int) -> str:
    """Return what a cell is called, as a slot of the follower and as part of its id."""
    return f"{row}-{column}"


def colour(loss: float) -> dict[str, str]:
    """Return the style of a cell with this final test loss: the lower, the bluer."""
    if not loss < STUCK:
        return {"background": theme.tint(theme.VERMILLION, 0.25)}
    part = min(max((WORST - loss) / (WORST - BEST), 0.0), 1.0)
    return {"background": theme.tint(theme.BLUE, 0.04 + 0.5 * part**3)}


class MapView:
    """A view (see `components.follow`) of the map's runs, each of which fills one cell."""

    def __init__(self, runs: dict[str, str]) -> None:
        self.rest = 0.0
        self._runs = runs
        self._ended: dict[str, Event] = {}

    def begin(self, slot: str, run: Run) -> None:
        """Take note of a run; its cell is filled at its end."""

    def feed(self, slot: str, events: Sequence[Event]) -> None:
        """Keep the last measurement, or the divergence that took its place."""
        for event in events:
            if isinstance(event, Evaluation | Diverged):
                self._ended[slot] = event

    def whole(self) -> Props:
        """Return nothing: cells are filled as their runs end."""
        return {}

    def news(self) -> Props:
        """Return nothing, likewise."""
        return {}

    def conclusion(self, slot: str, status: Status) -> Props:
        """Return the cell of a run that has ended."""
        cell, event = f"{NAME}-{slot}", self._ended.get(slot)
        if status.phase != "finished" or event is None:
            text, style = "ended", {}
        elif isinstance(event, Diverged):
            text, style = "✕ blew up", colour(float("inf"))
        else:
            assert isinstance(event, Evaluation)
            stuck = "" if event.loss < STUCK else "✕ "
            text, style = f"{stuck}{event.loss:.2f}", colour(event.loss)
        return {
            (cell, "children"): text,
            (cell, "style"): style,
            (cell, "href"): f"/warmup?run={self._runs[slot]}",
        }


def card() -> Any:
    """Return the map with its button; rows are warmup lengths, columns peak rates."""
    grid: list[Any] = [html.Span("", className="top")]
    grid += [html.Span("", id=f"{NAME}-rate-{n}", className="top") for n in range(len(MAP_RATES))]
    for row, length in enumerate(MAP_LENGTHS):
        grid.append(html.Span("no warmup" if not length else f"{length} steps", className="side"))
        for column in range(len(MAP_RATES)):
            grid.append(
                dcc.Link(
                    "",
                    id=f"{NAME}-{place(row, column)}",
                    href="",
                    className="cell",
                    refresh=False,
                    target="_blank",
                )
            )
    return html.Section(
        [
            dcc.Store(id=f"{NAME}-shown", data={"runs": {}, "turn": 0}),
            dcc.Store(id=f"{NAME}-state"),
            dcc.Store(id=f"{NAME}-beat"),
            dcc.Store(id=f"{NAME}-followed"),
            html.Div(
                [
                    dmc.Button("Train the map", id=f"{NAME}-run", size="sm", n_clicks=0),
                    dmc.Button("Stop", id=f"{NAME}-stop", variant="default", size="sm", n_clicks=0),
                    html.Span(
                        f"25 runs of {MAP_STEPS} updates, one seed each, around the peak rate set above, with its "
                        "optimiser and network.",
                        className="quiet",
                    ),
                ],
                className="actions",
            ),
            html.Div(id=f"{NAME}-notice", className="notice", role="alert"),
            html.P("Final test loss by warmup length (down) and peak rate (across)", className="quiet"),
            html.Div(grid, className="map"),
        ],
        className="widget map-card",
        **aria(label="Map of peak rate and warmup length"),
    )


def register(app: Dash, engine: Engine, followers: Followers, widget: Widget) -> None:
    """Wire the map to the settings of the demo called `widget`."""
    everywhere = [place(row, column) for row in range(len(MAP_LENGTHS)) for column in range(len(MAP_RATES))]

    @app.callback(
        Output(f"{NAME}-shown", "data"),
        Output(f"{NAME}-notice", "children"),
        *(Output(f"{NAME}-rate-{n}", "children") for n in range(len(MAP_RATES))),
        *(Output(f"{NAME}-{cell}", "children") for cell in everywhere),
        Input(f"{NAME}-run", "n_clicks"),
        State(values_of(widget.name), "value"),
        State(f"{NAME}-shown", "data"),
        prevent_initial_call=True,
    )
    async def train(_clicks: int, _values: list[Any], shown: dict[str, Any]) -> Any:
        clicked()
        rest = len(MAP_RATES) + len(everywhere)
        try:
            rows = cells(Warmup.parse(read(ctx.states_list[0])))
            runs = {}
            for row, specs in enumerate(rows):
                for column, spec in enumerate(specs):
                    runs[place(row, column)], _ = await begin(engine, spec)
        except LabError as error:
            return no_update, str(error), *[no_update] * rest
        rates = [f"{spec.lr:.2g}" for spec in rows[0]]
        return {"runs": runs, "turn": shown["turn"] + 1}, "", *rates, *["…"] * len(everywhere)

    @app.callback(
        Output(f"{NAME}-followed", "data"),
        Input(f"{NAME}-shown", "data"),
        State(TAB, "data"),
        websocket=True,
        prevent_initial_call=True,
    )
    async def follow(shown: dict[str, Any], tab: str) -> Any:
        if not shown["runs"]:
            return no_update
        if ctx.websocket is None:
            raise LabError(NO_STREAM)
        await followers.follow(str(tab), NAME, MapView(shown["runs"]), shown["runs"], shown)
        return no_update

    @app.callback(
        Output(f"{NAME}-notice", "children", allow_duplicate=True),
        Input(f"{NAME}-stop", "n_clicks"),
        State(f"{NAME}-shown", "data"),
        prevent_initial_call=True,
    )
    async def stop(_clicks: int, shown: dict[str, Any]) -> str:
        clicked()
        try:
            for run_id in shown["runs"].values():
                if engine.status(run_id).phase in ("queued", "starting", "running", "paused"):
                    await engine.stop(run_id)
        except LabError as error:
            return str(error)
        return ""
