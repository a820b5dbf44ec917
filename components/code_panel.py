"""Show me the code: a tab with the script of the run on the screen, to copy or to download as script or notebook.

The files are made anew from the settings in their address, so a link to one works without any run.
"""

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from components import address
from components.aria import aria
from components.controls import read
from components.widget import Widget, slots, values_of
from sims.engine import Engine
from sims.errors import LabError, ParamError
from sims.experiment import Experiment
from sims.experiments import rebuild
from sims.export import filename, notebook, script

WRITERS: dict[str, tuple[Callable[[Experiment], str], str]] = {
    "py": (script, "text/x-python"),
    "ipynb": (notebook, "application/x-ipynb+json"),
}
"""What each kind of file is written by, by its suffix, and its media type."""

HEADINGS = {"run": "The sweep", "audit": "The audit"}
"""What is said above the code of each run where a page shows two of them."""


def panel(widget: Widget) -> Any:
    """Return the content of the tab, which is filled once it is looked at."""
    asked = dcc.Store(
        id=widget.id("code-asked")
    )  # set by the browser when settings change in front of the code
    return html.Div([html.Div(id=widget.id("code"), className="code-panel"), asked])


def register(
    app: Dash, engine: Engine, widget: Widget, above: Callable[[Experiment], Any] | None = None
) -> None:
    """Fill the tab when it is looked at: with the code of the run that is shown, else of the present settings.

    `above` returns what stands above the script of an experiment, where a page has something to put there.
    """

    @app.callback(
        Output(widget.id("code"), "children"),
        Input(widget.id("tabs"), "value"),
        Input(widget.id("shown"), "data"),
        Input(widget.id("code-asked"), "data"),
        State(values_of(widget.name), "value"),
    )
    async def show(tab: str, shown: dict[str, Any], _asked: Any, _values: list[Any]) -> Any:
        if tab != "code":
            return no_update
        try:
            runs = {slot: run for slot, run in slots(shown).items() if slot in HEADINGS}
            stored = {slot: await engine.lookup(run) for slot, run in runs.items()}
            wanted = {slot: rebuild(run.kind, run.settings) for slot, run in stored.items()}
            if not wanted:
                wanted = {"settings": widget.experiment.parse(read(ctx.states_list[0]))}
            parts = [
                part(experiment, slot != "settings", HEADINGS[slot] if len(wanted) > 1 else "")
                for slot, experiment in wanted.items()
            ]
        except LabError as error:
            return html.P(str(error), className="quiet")
        return [above(next(iter(wanted.values()))) if above else None, *parts]


def part(experiment: Experiment, trained: bool, heading: str = "") -> Any:
    """Return the script of an experiment with its buttons; `trained` says whether it is a run's on the screen."""
    stem = filename(experiment)
    which = "reproduces the run on the screen" if trained else "trains with the settings as they are now"
    text = (
        f"This script {which}, with torch and torchvision alone: the same rates, weights, batches and losses."
    )
    return html.Section(
        [
            html.H3(heading) if heading else None,
            html.P(text, className="quiet"),
            html.Div(
                [
                    html.Button("Copy", type="button", className="code-action code-copy"),
                    *(
                        html.A(
                            f"Download .{suffix}",
                            href=link(experiment, suffix),
                            download=f"{stem}.{suffix}",
                            className="code-action",
                        )
                        for suffix in WRITERS
                    ),
                    html.Span(className="quiet", role="status"),
                ],
                className="code-actions",
            ),
            html.Div(
                dcc.Markdown(f"```python\n{script(experiment)}```"),
                className="code-text",
                tabIndex="0",
                role="region",
                **aria(label=f"{stem}.py"),
            ),
        ],
        className="code-part",
    )


def link(experiment: Experiment, suffix: str) -> str:
    """Return the address of an experiment's file."""
    query = address.search(experiment.params(), experiment.as_dict())
    return f"/code/{experiment.KIND}.{suffix}{query}"


def routes(server: FastAPI) -> None:
    """Add `/code/<kind>.py` and `/code/<kind>.ipynb`; the query holds the settings, as in a page's address."""

    @server.get("/code/{name}", include_in_schema=False)
    async def code(name: str, request: Request) -> Response:
        kind, _, suffix = name.rpartition(".")
        if suffix not in WRITERS:
            return PlainTextResponse("Code comes as .py or .ipynb.", status_code=404)
        write, media = WRITERS[suffix]
        try:
            experiment = rebuild(kind, dict(request.query_params))
            text = write(experiment)
        except ParamError as error:
            return PlainTextResponse(str(error), status_code=400)
        named = f'attachment; filename="{filename(experiment)}.{suffix}"'
        return Response(
            text, media_type=media, headers={"content-disposition": named, "cache-control": "no-store"}
        )
