"""The run bar: Run, Pause, Step, Stop, Reset, then how the run stands and where it was trained."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from components import spoken
from components.aria import aria

BUTTONS = ("run", "pause", "step", "stop", "reset")
"""The bar's buttons in their order; `assets/lab.js` answers with one `disabled` for each."""

TIPS = {
    "run": "Train with these settings, or go on after a pause",
    "pause": "Wait before the next step",
    "step": "One optimiser update, while paused",
    "stop": "End this run; what was drawn stays",
    "reset": "Clear the chart and forget its runs",
}


def run_bar(name: str) -> Any:
    """Return the run bar of the widget called `name`."""
    buttons = [
        dmc.Button(
            part.capitalize(),
            id=f"{name}-{part}",
            variant="filled" if part == "run" else "default",
            size="sm",
            disabled=part != "run",
            n_clicks=0,
            attributes={"root": {"title": TIPS[part]}},
        )
        for part in BUTTONS
    ]
    return html.Div(
        [
            html.Div(buttons, className="runbar-buttons", role="group", **aria(label="Run controls")),
            html.Div(
                [
                    html.Div(
                        [
                            # It counts steps several times a second; what is read out stands beside it.
                            html.Span(
                                "Ready",
                                id=f"{name}-status",
                                className="runbar-status",
                                role="status",
                                **aria(live="off"),
                            ),
                            spoken.region(name),
                            dmc.Button(
                                "Train again",
                                id=f"{name}-again",
                                variant="subtle",
                                size="compact-sm",
                                n_clicks=0,
                                style={"visibility": "hidden"},
                            ),
                            html.Span(id=f"{name}-changed", className="runbar-changed", role="status"),
                        ],
                        className="runbar-line",
                    ),
                    html.Div(id=f"{name}-provenance", className="runbar-provenance"),
                ],
                className="runbar-state",
            ),
            dmc.Progress(
                id=f"{name}-progress",
                value=0,
                size=3,
                className="runbar-progress",
                transitionDuration=0,  # an animation at every update would paint all the time
                **aria(label="Progress of the run"),
            ),
        ],
        className="runbar",
    )
