"""A live figure shows every point once, whether it is sent whole or piece by piece."""

from typing import Any

import plotly.graph_objects as go
import pytest
from dash import Patch
from hypothesis import given
from hypothesis import strategies as st

from components.figures import LiveFigure, axis, layout


def fresh() -> LiveFigure:
    return LiveFigure(
        [{"name": "a"}, {"name": "b"}],
        layout(axis("Rate", log=True, span=(1e-5, 1)), axis("Loss", span=(0, 3)), keep_zoom="k"),
    )


def apply(figure: dict[str, Any], patch: Patch) -> None:
    """What the browser does with a Patch, for the two operations that ours use."""
    for operation in patch.to_plotly_json()["operations"]:
        target: Any = figure
        for key in operation["location"]:
            target = target[key]
        assert operation["operation"] == "Extend"
        target.extend(operation["params"]["value"])


@given(st.lists(st.sampled_from(["a", "b", "send", "whole"]), max_size=60))
def test_whatever_the_order_each_point_arrives_once(moves: list[str]) -> None:
    live = fresh()
    shown: dict[str, Any] = {"data": [{"x": [], "y": []}, {"x": [], "y": []}]}
    sent: list[list[float]] = [[], []]
    for n, move in enumerate(moves):
        if move == "send":
            patch = live.patch()
            if patch is not None:
                apply(shown, patch)
        elif move == "whole":
            shown = {"data": [{"x": [*t["x"]], "y": [*t["y"]]} for t in live.figure()["data"]]}
        else:
            trace = "ab".index(move)
            live.add(trace, float(n), -float(n))
            sent[trace].append(float(n))
    last = live.patch()
    if last is not None:
        apply(shown, last)
    assert [trace["x"] for trace in shown["data"]] == sent
    assert [trace["y"] for trace in shown["data"]] == [[-x for x in xs] for xs in sent]


def test_nothing_new_is_no_patch() -> None:
    live = fresh()
    assert live.patch() is None
    live.add(0, 1.0, 2.0)
    assert live.patch() is not None
    assert live.patch() is None


def test_a_figure_is_valid_plotly() -> None:
    figure = go.Figure(fresh().figure())
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.range) == pytest.approx([-5, 0])
    assert figure.layout.uirevision == "k"


def test_a_log_axis_cannot_span_zero() -> None:
    with pytest.raises(ValueError, match=r"math domain|positive"):
        axis("x", log=True, span=(0, 1))
