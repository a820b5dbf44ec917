"""A script as it is on disk, with Copy and Download, and beside it the curve that it gives."""

from typing import Any

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html

from components import theme
from components.aria import aria
from components.figures import Figure, axis, graph, layout
from sims.recipes import Example


def code(file: str, text: str, beside: Any = None) -> Any:
    """Return a script called `file` in a pane that scrolls, with buttons, and something beside it."""
    buttons = [
        dmc.Button(
            label,
            id=_id(file, label.lower()),
            variant="default",
            size="compact-sm",
            n_clicks=0,
            **aria(label=f"{label} {file}"),
        )
        for label in ("Copy", "Download")
    ]
    said = html.Span(id=_id(file, "said"), className="quiet", **aria(live="polite"))
    # dcc.Markdown colours code in the browser, with a library that comes with Dash.
    shown = dcc.Markdown(f"```python\n{text}```", id=_id(file, "code"))
    pane = html.Div(
        shown, className="example-code", tabIndex="0", role="region", **aria(label=f"Code of {file}")
    )
    head = html.Div([html.Code(file), said, *buttons], className="example-head")
    return html.Div(
        [html.Div([head, pane], className="example-script"), beside],
        className="example" if beside is not None else "example alone",
    )


def example(of: Example) -> Any:
    """Return an example's script with its curve beside it."""
    rates = of.rates()
    called = "one" if of.step_every == 1 else f"{of.step_every}th, an epoch here"
    caption = f"The rate of each of the {of.updates} updates; step() is called after every {called}."
    drawn = html.Div(
        graph(f"example-{of.name}", figure(of), of.name, bar=False),
        className="example-graph",
        role="img",
        **aria(
            label=f"{caption} It begins at {rates[0]:.3g}, is at most {rates.max():.3g} and ends at {rates[-1]:.2g}."
        ),
    )
    return code(of.file, of.code(), html.Figure([drawn, html.Figcaption(caption, className="quiet")]))


def figure(of: Example) -> Figure:
    """Return the rate of every update of an example as a small chart, in the colour of its schedule."""
    rates = of.rates()
    colour, dash = theme.schedule_line(of.schedule)
    top = float(rates.max())
    trace = {
        "type": "scatter",
        "mode": "lines",
        "meta": of.name,
        "x0": 0,
        "dx": 1,
        "y": [float(f"{rate:.8g}") for rate in rates.tolist()],
        "line": {
            "color": colour,
            "dash": dash,
            "width": 2.2,
            **({"shape": "hv"} if of.step_every > 1 else {}),
        },
        "hovertemplate": "%{y:.3g}<extra></extra>",
    }
    return {
        "data": [trace],
        "layout": layout(
            axis("Step", span=(0, of.updates), nticks=6),
            axis("Learning rate", span=(0, top * 1.06), nticks=5),
            keep_zoom=of.name,
            dragmode=False,
        ),
    }


def register(app: Dash) -> None:
    """Wire Copy and Download of every script on the page; both happen in the browser."""
    app.clientside_callback(
        ClientsideFunction("example", "give"),
        Output({"example": MATCH, "part": "said"}, "children"),
        Input({"example": MATCH, "part": "copy"}, "n_clicks"),
        Input({"example": MATCH, "part": "download"}, "n_clicks"),
        State({"example": MATCH, "part": "code"}, "children"),
        prevent_initial_call=True,
    )


def _id(file: str, part: str) -> dict[str, str]:
    return {"example": file, "part": part}
