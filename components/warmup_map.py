"""How long should a warmup be? A map of peak rate against length that fills cell by cell as runs finish."""

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from components import address
from components.aria import aria
from components.controls import read
from components.follow import Followers
from components.map_address import CELLS, Kept, kept
from components.map_runs import begin_all, stop_all, watched
from components.map_view import GONE, NAME, WAITING, MapView, legend, place
from components.runner import NO_STREAM, clicked
from components.shell import TAB
from components.widget import Widget, moved, search_of, texts, values_of
from sims.engine import Engine
from sims.errors import LabError, ParamError
from sims.warmup import MAP_LENGTHS, MAP_RATES, MAP_STEPS, Warmup
from sims.warmup_map import peaks

ABOUT = (
    f"{len(CELLS)} runs of {MAP_STEPS} updates, one seed each, around the peak rate set above, with its optimiser, batch "
    "size and network."
)


def card(shown: Kept, lr: float, run: str | None = None) -> Any:
    """Return the map of the runs that are `shown`, or an empty one around the peak rate `lr`.

    `run` is the run in the demo, whose cell is marked.
    """
    buttons = [
        dmc.Button("Train the map", id=f"{NAME}-run", size="sm", n_clicks=0),
        *(
            dmc.Button(text, id=f"{NAME}-{part}", variant="default", size="sm", n_clicks=0, disabled=not shown.runs)
            for part, text in (("stop", "Stop the map"), ("clear", "Clear the map"))
        ),
    ]  # fmt: skip
    return html.Section(
        [
            dcc.Store(id=f"{NAME}-shown", data=_shown(shown, 0)),
            dcc.Store(id=f"{NAME}-state"),
            dcc.Store(id=f"{NAME}-beat"),
            dcc.Store(id=f"{NAME}-followed"),
            html.Div(
                [
                    *buttons,
                    html.Span(shown.settings or ABOUT, id=f"{NAME}-about", className="quiet"),
                ],
                className="actions",
            ),
            html.Div(shown.notice, id=f"{NAME}-notice", className="notice", role="alert"),
            _table(shown, lr, run),
            legend(),
            html.P(id=f"{NAME}-said", className="headline map-said", **aria(live="polite", atomic="true")),
            html.P(id=f"{NAME}-count", className="quiet map-count"),
        ],
        className="widget map-card",
        **aria(label="Map of peak rate and warmup length"),
    )


def _table(shown: Kept, lr: float, run: str | None) -> Any:
    """Return the grid: rows are warmup lengths, columns peak rates."""
    columns, rates = range(len(MAP_RATES)), shown.rates or peaks(lr)
    corner = html.Th("Warmup (updates)", scope="col", className="side")
    top = html.Th("Peak rate", scope="colgroup", colSpan=len(MAP_RATES))
    heads = [html.Th(f"{rates[n]:.2g}", id=f"{NAME}-rate-{n}", scope="col") for n in columns]
    rows = []
    for row, length in enumerate(MAP_LENGTHS):
        side = html.Th(str(length) if length else "none", scope="row", className="side")
        line = []
        for column in columns:
            cell = place(row, column)
            ours = run is not None and shown.runs.get(cell) == run
            text = "" if not shown.packed else WAITING if cell in shown.runs else GONE
            line.append(html.Td(text, id=f"{NAME}-{cell}", className="cell current" if ours else "cell"))
        rows.append(html.Tr([side, *line]))
    head = html.Thead([html.Tr([html.Td(), top]), html.Tr([corner, *heads])])
    return html.Table([head, html.Tbody(rows)], className="map")


def _shown(shown: Kept, turn: int) -> dict[str, Any]:
    return {"runs": dict(shown.runs), "rates": list(shown.rates), "packed": shown.packed, "turn": turn}


def register(app: Dash, engine: Engine, followers: Followers, widget: Widget) -> None:
    """Wire the map to the settings of the demo called `widget`, whose address holds the map's runs."""
    names = [place(*cell) for cell in CELLS]
    rates = [Output(f"{NAME}-rate-{n}", "children", allow_duplicate=True) for n in range(len(MAP_RATES))]

    @app.callback(
        *moved(widget),
        # Called as the page comes, and then prevented: what listens to its outputs would be left out with it.
        Output(f"{NAME}-shown", "data", allow_duplicate=True),
        Output(f"{NAME}-notice", "children"),
        Output(f"{NAME}-about", "children"),
        Output(f"{NAME}-said", "children"),
        Output(f"{NAME}-count", "children"),
        Output(f"{NAME}-stop", "disabled"),
        Output(f"{NAME}-clear", "disabled"),
        *rates,
        *(Output(f"{NAME}-{name}", prop) for prop in ("children", "style", "className") for name in names),
        Input(f"{NAME}-run", "n_clicks"),
        Input(f"{NAME}-clear", "n_clicks"),
        State(values_of(widget.name), "value"),
        State(f"{NAME}-shown", "data"),
        State(widget.id("shown"), "data"),
        prevent_initial_call=True,
    )
    async def change(
        _run: int, _clear: int, _values: list[Any], before: dict[str, Any], demo: dict[str, Any]
    ) -> Any:
        train = clicked() == f"{NAME}-run"
        raw, turn = read(ctx.states_list[0]), before["turn"] + 1
        settings = address.read(widget.experiment.params(), texts(raw)).values
        try:
            spec = Warmup.parse(raw if train else settings)
            shown = kept(await begin_all(engine, spec), spec) if train else Kept()
            await stop_all(engine, set(before["runs"].values()) - set(shown.runs.values()))
        except LabError as error:
            several = len(ctx.outputs_list) - 6
            return *[no_update] * 5, str(error), *[no_update] * several
        demo = {**demo, "map": shown.packed}
        search = search_of(widget, demo, settings)
        filled = [WAITING if train else ""] * len(names)
        return (
            *(demo, search, widget.path + search, ""),
            *(_shown(shown, turn), "", shown.settings or ABOUT, "", "", not train, not train),
            *(f"{rate:.2g}" for rate in shown.rates or peaks(spec.lr)),
            *(*filled, *[{}] * len(names), *["cell"] * len(names)),
        )

    @app.callback(
        *rates,
        Input(values_of(widget.name), "value"),
        State(f"{NAME}-shown", "data"),
        prevent_initial_call=True,
    )
    async def label(_values: list[Any], shown: dict[str, Any]) -> Any:
        if shown["runs"]:  # whose rates stand there
            raise PreventUpdate
        try:
            lr = widget.experiment.param("lr").parse(read(ctx.inputs_list[0])["lr"])
        except ParamError:
            raise PreventUpdate from None  # said beside the field, and by the button
        return [f"{rate:.2g}" for rate in peaks(lr)]

    @app.callback(
        Output(f"{NAME}-followed", "data"),
        Input(f"{NAME}-shown", "data"),
        State(TAB, "data"),
        websocket=True,
    )
    async def follow(shown: dict[str, Any], tab: str) -> Any:
        runs = shown["runs"]
        if not runs:
            return no_update
        if ctx.websocket is None:
            raise LabError(NO_STREAM)
        async with watched(engine, runs.values()):
            view = MapView(runs, shown["rates"], shown["packed"])
            await followers.follow(str(tab), NAME, view, runs, shown)
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
            await stop_all(engine, shown["runs"].values())
        except LabError as error:
            return str(error)
        return ""

    app.clientside_callback(
        ClientsideFunction("lab", "watch"),
        Output(f"{NAME}-followed", "data", allow_duplicate=True),
        Input(f"{NAME}-state", "data"),
        Input(f"{NAME}-beat", "data"),
        Input(f"{NAME}-shown", "data"),
        State(f"{NAME}-shown", "id"),
        prevent_initial_call=True,
    )
