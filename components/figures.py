"""The one figure builder: axes that look the same everywhere, and traces that grow by Patch.

Figures are plain dictionaries in Plotly's schema. Colours of paper, ink and grid come from CSS, so
a figure is the same in light and dark. Nothing here knows what is being plotted.
"""

import math
from collections.abc import Sequence
from typing import Any

from dash import Patch, dcc, html

from components import theme
from components.aria import aria

Figure = dict[str, Any]


def axis(
    title: str, *, log: bool = False, span: tuple[float, float] | None = None, **more: Any
) -> dict[str, Any]:
    """Return an axis with a title and, for `span` (low, high in data units), a fixed range.

    Raises ValueError where a log axis is to span zero or less.
    """
    out: dict[str, Any] = {
        "title": {"text": title, "standoff": 10},
        "type": "log" if log else "linear",
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": False,
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": theme.GREY,
        **more,
    }
    if log:
        own_ticks = "tickvals" in more
        out |= (
            {}
            if own_ticks
            else {"dtick": 1, "exponentformat": "power", "minor": {"ticks": "outside", "ticklen": 2}}
        )
    if span is not None:
        low, high = (math.log10(edge) for edge in span) if log else span
        out["range"] = [low, high]
    return out


def layout(xaxis: dict[str, Any], yaxis: dict[str, Any], *, keep_zoom: str, **more: Any) -> dict[str, Any]:
    """Return a layout that keeps size and axes while data streams; `keep_zoom` is Plotly's uirevision."""
    return {
        "xaxis": xaxis,
        "yaxis": yaxis,
        "uirevision": keep_zoom,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": theme.SANS, "size": 13},
        "margin": {"l": 68, "r": 16, "t": 10, "b": 54},
        "hovermode": "x",
        "hoverlabel": {"namelength": -1, "font": {"family": theme.SANS, "size": 12}},
        "showlegend": False,  # `legend` stands beside the chart; Plotly's own is drawn anew at every update
        **more,
    }


class LiveFigure:
    """Traces with a fixed order whose points only ever grow, and the difference since it was last sent.

    `figure()` is complete and `patch()` holds the points added since either was last called, so that
    whoever sends both in order shows every point once.
    """

    def __init__(self, traces: Sequence[dict[str, Any]], layout: dict[str, Any]) -> None:
        self.traces = [{"type": "scatter", "x": [], "y": [], **trace} for trace in traces]
        self.layout = layout
        self._sent = [0] * len(self.traces)

    def add(self, trace: int, x: float, y: float) -> None:
        """Append one point to the trace at that position."""
        self.traces[trace]["x"].append(x)
        self.traces[trace]["y"].append(y)

    def figure(self) -> Figure:
        """Return everything as one figure."""
        return {"data": self._data(), "layout": self.layout}

    def settled(self) -> Patch:
        """Return all traces and what is drawn beside them, to be laid over a figure whose axes stay as they are.

        A figure's axes would undo a zoom: once a Patch has come after it, Plotly takes the zoomed range
        for the one that was asked for, and the next whole figure for a change of mind.
        """
        patch = Patch()
        patch["data"] = self._data()
        for beside in ("shapes", "annotations"):
            patch["layout"][beside] = self.layout.get(beside, [])
        return patch

    def _data(self) -> list[dict[str, Any]]:
        self._sent = [len(trace["x"]) for trace in self.traces]
        return [{name: value for name, value in trace.items() if name != "key"} for trace in self.traces]

    def patch(self) -> Patch | None:
        """Return the points added since the last send, or None where there are none."""
        patch, news = Patch(), False
        for index, trace in enumerate(self.traces):
            sent = self._sent[index]
            if len(trace["x"]) > sent:
                news = True
                patch["data"][index]["x"].extend(trace["x"][sent:])
                patch["data"][index]["y"].extend(trace["y"][sent:])
                self._sent[index] = len(trace["x"])
        return patch if news else None


def corners(values: Sequence[float], tolerance: float) -> tuple[list[int], list[float]]:
    """Return the points of a curve that a line needs to stay within `tolerance` of it, ends included."""
    if not values:
        return [], []
    keep, start = [0], 0
    low, high = -float("inf"), float("inf")
    for t in range(1, len(values)):
        slope = (values[t] - values[start]) / (t - start)
        if not low <= slope <= high:
            start = t - 1
            keep.append(start)
            low, high, slope = -float("inf"), float("inf"), values[t] - values[start]
        reach = tolerance / (t - start)
        low, high = max(low, slope - reach), min(high, slope + reach)
    keep.append(len(values) - 1)
    return keep, [values[t] for t in keep]


def legend(traces: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the names of the traces that have a "key": a kind of swatch (see `assets/lab.css`) and its colour."""
    entries = []
    for trace in traces:
        if trace.get("key"):
            mark, colour = trace["key"]
            swatch = html.Span(className=f"swatch {mark}", style={"color": colour}, **aria(hidden="true"))
            entries.append(html.Span([swatch, trace["name"]], className="legend-entry"))
    return entries


def graph(graph_id: str, figure: Figure, filename: str, *, bar: bool = True) -> Any:
    """Return a figure on the page; it fills its parent, whose height decides. `filename` is for its image.

    The chart of the widget w is called w-something; what it shows is said in `components.spoken`.
    Without `bar` there are no buttons over it, for a small one.
    """
    chart = dcc.Graph(
        id=graph_id,
        figure=figure,
        responsive=True,
        config={
            "displaylogo": False,
            **({} if bar else {"displayModeBar": False}),
            "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d"],
            "toImageButtonOptions": {"filename": filename, "scale": 2},
        },
    )
    widget, _, _ = graph_id.rpartition("-")
    named = aria(label=f"Chart: {filename.replace('-', ' ')}", describedby=f"{widget}-spoken")
    return html.Div(chart, className="described", role="figure", **named)
