"""What follows from a sweep: suggestions with their bands, the recommended one, regions, the audit's verdict."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from dash import html

from components import theme
from components.aria import aria
from components.follow import Props
from components.prose import source
from components.result_table import result_table
from sims.errors import LabError
from sims.events import Event, Finished
from sims.range_test import (
    RULES,
    Audit,
    Band,
    Recommendation,
    Regions,
    Suggestion,
    band,
    finals,
    recommend,
    regions,
    suggest_all,
    summary,
    verdict,
)
from sims.sweep import Sweep

STYLE = {
    "steepest": (theme.VERMILLION, "diamond", "◆"),
    "valley": (theme.GREEN, "square", "■"),
    "min_over_10": (theme.PURPLE, "triangle-up", "▲"),
}
"""Colour and marker of each rule, the same in chart and table, and the marker as a character."""


@dataclass(frozen=True)
class Findings:
    """What the rules read off a sweep."""

    suggestions: dict[str, list[Suggestion]]
    bands: dict[str, Band | None]
    recommendation: Recommendation
    regions: Regions | None


@dataclass(frozen=True)
class Result:
    """What the findings add to the page: traces and layout for the chart, and properties of components."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any]
    props: Props


def find(sweep: Sweep) -> Findings:
    """Return what the rules read off a sweep, each seed by itself on its unsmoothed losses."""
    per_seed = [suggest_all(*curve) for curve in sweep.curves()]
    suggestions = {rule: [one[rule] for one in per_seed] for rule in RULES}
    bands = {rule: band(suggestions[rule]) for rule in RULES}
    return Findings(
        suggestions, bands, recommend(bands), regions(sweep.rates, [losses for _, losses in sweep.curves()])
    )


def recommended(sweep: Sweep) -> float:
    """Return the recommended rate of a sweep; LabError with the reason where there is none."""
    recommendation = find(sweep).recommendation
    if recommendation.lr is None:
        raise LabError(recommendation.reason)
    return recommendation.lr


def conclusion(name: str, sweep: Sweep, audit: Audit | None, events: Sequence[Event]) -> Result:
    """Return what a sweep that has ended says, and what its audit's `events` say of that where there is one."""
    findings = find(sweep)
    good = findings.recommendation
    props: Props = {
        (f"{name}-result", "children"): [
            html.P(good.reason, className="headline"),
            html.P(summary(sweep.rates, [losses for _, losses in sweep.curves()]), className="quiet"),
            *_judgement(audit, events),
            _table(findings),
        ],
        (f"{name}-audit", "disabled"): good.lr is None,
        (f"{name}-carry", "disabled"): good.lr is None,
        (f"{name}-truth", "data"): _truth(findings),
    }
    traces = [_marks(rule, findings.bands[rule], findings.suggestions[rule]) for rule in RULES]
    return Result([*traces, *_audited(audit, events)], _shades(sweep, findings), props)


def _judgement(audit: Audit | None, events: Sequence[Event]) -> list[Any]:
    if audit is None or not isinstance(events[-1] if events else None, Finished):
        return []
    return [html.P([html.Strong("Audit. "), verdict(audit, finals(audit, events)).sentence])]


def _table(findings: Findings) -> Any:
    rows = []
    for rule, entry in RULES.items():
        found, (colour, _, glyph) = findings.bands[rule], STYLE[rule]
        if found is None:
            rate, seeds = "none", findings.suggestions[rule][0].reason
        else:
            rate = f"{found.low:.2g} – {found.high:.2g}" if found.high > found.low else f"{found.low:.2g}"
            seeds = f"{found.n} of {found.seeds} seeds"
        mark = html.Span(glyph, className="mark", style={"color": colour}, **aria(hidden="true"))
        cells: list[Any] = [[mark, entry.label], rate, seeds, entry.computed.capitalize()]
        rows.append(cells)
    head = ("Rule", "Suggests", "From", "Computed as")
    sources = [html.Li([html.Strong(f"{entry.label}: "), *_linked(entry.source)]) for entry in RULES.values()]
    return html.Div(
        [
            result_table(head, rows, wrap=[0, 2, 3]),
            html.Details(
                [html.Summary("Where these rules come from"), html.Ul(sources)], className="sources"
            ),
        ]
    )


def _linked(text: str) -> list[Any]:
    """Return text with its https addresses as links and what stands in backticks as code."""
    parts: list[Any] = []
    for piece in re.split(r"(https://[^\s),]+|`[^`]+`)", text):
        if piece.startswith("https://"):
            parts.append(source(piece.removeprefix("https://"), piece))
        else:
            parts.append(html.Code(piece.strip("`")) if piece.startswith("`") else piece)
    return parts


def _truth(findings: Findings) -> dict[str, Any] | None:
    """Return what to say to each prediction, once it is known where the recommended rate lies."""
    if findings.recommendation.lr is None:
        return None
    rate = f"The recommended rate, {findings.recommendation.lr:.2g}, lies where the loss falls, before its lowest point."
    answers = {
        "flat": "You predicted the flat part. There the steps are too small to matter. ",
        "falling": "You predicted the falling part, and so it is. ",
        "lowest": "You predicted the lowest point, as most do. There the rate has already begun to do harm. ",
        "rising": "You predicted the rising part. There the steps overshoot. ",
    }
    return {"options": {choice: text + rate for choice, text in answers.items()}}


def _marks(rule: str, found: Band | None, suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    colour, symbol, _ = STYLE[rule]
    losses = [one.loss for one in suggestions if one.loss is not None]
    trace: dict[str, Any] = {
        "type": "scatter",
        "name": RULES[rule].label,
        "meta": rule,
        "mode": "markers",
        "x": [],
        "y": [],
        "marker": {"color": colour, "size": 11, "symbol": symbol, "line": {"color": "white", "width": 1}},
        "hovertemplate": RULES[rule].label + ": %{x:.2g}<extra></extra>",
    }
    if found is not None and losses:
        trace |= {
            "x": [found.centre],
            "y": [sum(losses) / len(losses)],
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [found.high - found.centre],
                "arrayminus": [found.centre - found.low],
                "color": colour,
                "thickness": 2,
                "width": 5,
            },
        }
    return trace


def _audited(audit: Audit | None, events: Sequence[Event]) -> list[dict[str, Any]]:
    if audit is None:
        return []
    rates, table = audit.rates().tolist(), finals(audit, events)
    points = [
        (rate, min(alive), sum(alive) / len(alive), max(alive))
        for rate, row in zip(rates, table, strict=True)
        if (alive := [loss for loss in row if np.isfinite(loss)])
    ]
    return [
        {
            "type": "scatter",
            "name": "Audit: final test loss",
            "meta": "audit",
            "key": ("ring", theme.GREY),
            "mode": "lines+markers",
            "x": [rate for rate, *_ in points],
            "y": [mean for _, _, mean, _ in points],
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [high - mean for _, _, mean, high in points],
                "arrayminus": [mean - low for _, low, mean, _ in points],
                "thickness": 1.5,
                "width": 4,
            },
            "line": {"color": theme.GREY, "width": 1.5, "dash": "dot"},
            "marker": {"color": theme.GREY, "size": 9, "symbol": "circle-open", "line": {"width": 2}},
            "hovertemplate": "audit: %{y:.3f}",
        }
    ]


def _shades(sweep: Sweep, findings: Findings) -> dict[str, Any]:
    """Return the regions and the recommended band as shapes behind the curves, with their names."""
    shapes: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []

    def shade(low: float, high: float, colour: str, text: str, y: float) -> None:
        shapes.append(
            {
                "type": "rect", "layer": "below", "xref": "x", "yref": "paper", "x0": low, "x1": high, "y0": 0, "y1": 1,
                "fillcolor": colour, "line": {"width": 0},
            }
        )  # fmt: skip
        middle = (np.log10(low) + np.log10(high)) / 2
        labels.append(
            {
                "x": float(middle), "y": y, "xref": "x", "yref": "paper", "text": text, "showarrow": False,
                "yanchor": "top" if y > 0.5 else "bottom", "font": {"size": 12},
            }
        )  # fmt: skip

    colours = {"flat": theme.GREY, "falling": theme.GREEN, "rising": theme.VERMILLION}
    for region, colour in colours.items():
        span = getattr(findings.regions, region, None)
        if span is not None:
            low, high = span
            shade(low, high, theme.tint(colour, 0.07), region, 0.99)
    good = findings.recommendation
    if good.low is not None and good.high is not None:
        shade(good.low, good.high, theme.tint(theme.BLUE, 0.16), "recommended", 0.02)
    return {"shapes": shapes, "annotations": labels}
