"""The picture of one update: gradient descent on a parabola, worked out from its formula, with two sliders."""

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html
from dash.exceptions import PreventUpdate

from components import theme
from components.aria import aria
from components.figures import Figure, axis, layout
from sims.parabola import factor, kind, limit, loss, path

NAME = "parabola"
START, UPDATES = -2.0, 12
"""Where w begins, and how many updates are drawn."""
WIDE, HIGH = 4.0, 6.0
"""How far the picture goes: w from -WIDE to WIDE, the loss from 0 to HIGH."""
RATES, CURVATURES = (0.05, 3.0), (0.5, 2.0)
"""Ends of the sliders."""

SAID = {
    "creeps": "It creeps, less than half the way at a time: {left} is still to go after {updates} updates.",
    "direct": "It goes straight down and is all but there after {near}.",
    "lands": "Just right for this parabola: one update lands on the minimum.",
    "overshoots": "Each update overshoots to the other side, but ends nearer: all but there after {near}.",
    "bounces": "At the limit exactly: it jumps from side to side for ever.",
    "diverges": "Beyond the limit: each update lands further out than it began.",
}


def figure(rate: float, curvature: float) -> Figure:
    """Return the parabola with the path that gradient descent takes on it."""
    grid = [WIDE * (n - 60) / 60 for n in range(121)]
    taken = [w for w in path(rate, curvature, START, UPDATES) if abs(w) < 20]
    on = {"type": "scatter", "hoverinfo": "skip"}
    traces = [
        {
            **on,
            "mode": "lines",
            "meta": "loss",
            "x": grid,
            "y": [loss(w, curvature) for w in grid],
            "line": {"color": theme.GREY, "width": 2},
        },
        {
            **on,
            "mode": "lines+markers",
            "meta": "path",
            "x": taken,
            "y": [loss(w, curvature) for w in taken],
            "line": {"color": theme.VERMILLION, "width": 1.2},
            "marker": {
                "color": theme.VERMILLION,
                "size": [11] + [7] * (len(taken) - 1),
                "opacity": 1,
                "line": {"width": 0},
            },
        },
    ]
    drawn = layout(
        axis("Weight w", span=(-WIDE, WIDE), dtick=2),
        axis("Loss", span=(0, HIGH), dtick=2),
        keep_zoom="always",
        margin={"l": 52, "r": 8, "t": 14, "b": 48},
        hovermode=False,
    )
    return {"data": traces, "layout": drawn}


def sentence(rate: float, curvature: float) -> str:
    """Return what the picture shows, for those who see it and those who do not."""
    ratio = factor(rate, curvature)
    near = next((t for t in range(1, 1000) if abs(ratio) ** t < 0.01), 0)
    said = SAID[kind(rate, curvature)].format(
        left=f"{ratio**UPDATES:.0%}", updates=UPDATES, near=f"{near} updates" if near > 1 else "one update"
    )
    return (
        f"From w = {START:g}, every update multiplies w by 1 - {rate:g} × {curvature:g} = {ratio:.3g}. {said} "
        f"The stability limit here is 2 / {curvature:g} = {limit(curvature):.3g}."
    ).replace(" -", " −")  # a minus sign as long as a plus


def _slider(part: str, label: str, value: float, ends: tuple[float, float], marks: tuple[float, ...]) -> Any:
    return html.Div(
        [
            html.Div(label, className="parabola-label"),
            dmc.Slider(
                id=f"{NAME}-{part}",
                value=value,
                min=ends[0],
                max=ends[1],
                step=0.05,
                precision=2,
                marks=[{"value": mark, "label": f"{mark:g}"} for mark in marks],
                labelAlwaysOn=False,
                updatemode="drag",
                size="sm",
                attributes={"thumb": {"aria-label": label}},
            ),
        ],
        className="parabola-slider",
    )


def picture() -> Any:
    """Return picture, sliders and sentence."""
    rate, curvature = 0.1, 1.0
    return html.Figure(
        [
            html.Div(
                dcc.Graph(
                    id=f"{NAME}-graph",
                    figure=figure(rate, curvature),
                    responsive=True,
                    config={"displayModeBar": False, "staticPlot": True},
                ),
                className="parabola-graph",
            ),
            html.Div(
                [
                    _slider("rate", "Learning rate", rate, RATES, (0.5, 1, 1.5, 2, 2.5, 3)),
                    _slider("curvature", "Curvature", curvature, CURVATURES, (0.5, 1, 1.5, 2)),
                ],
                className="parabola-sliders",
            ),
            html.Figcaption(
                [
                    html.Span(sentence(rate, curvature), id=f"{NAME}-said", **aria(live="polite")),
                    html.Span(
                        "Worked out from the formula: arithmetic, nothing is trained here.",
                        className="quiet",
                    ),
                ]
            ),
        ],
        className="parabola",
    )


def register(app: Dash) -> None:
    """Draw the path anew when a slider moves."""

    @app.callback(
        Output(f"{NAME}-graph", "figure"),
        Output(f"{NAME}-said", "children"),
        Input(f"{NAME}-rate", "value"),
        Input(f"{NAME}-curvature", "value"),
        prevent_initial_call=True,
    )
    async def draw(rate: object, curvature: object) -> tuple[Figure, str]:
        given = []
        for value, (low, high) in ((rate, RATES), (curvature, CURVATURES)):
            if not isinstance(value, int | float) or not low <= value <= high:
                raise PreventUpdate  # a slider cannot send it
            given.append(round(float(value), 2))
        return figure(*given), sentence(*given)
