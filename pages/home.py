"""Learning Rate Lab's first page: what this is, and where to begin."""

from collections.abc import Mapping
from typing import Any

from dash import html

from components.prose import prose
from components.router import Page
from components.shell import link

INTRO = r"""
# One number decides how training goes

Gradient descent repeats a single line:

$$
\theta_{t+1} \;=\; \theta_t \;-\; \eta_t \,\nabla L(\theta_t)
$$

The weights $\theta$ move against the gradient of the loss $L$, and the **learning rate** $\eta_t$ says how far. It is
the first setting to get right: a hundred times too small, and an afternoon of training barely moves the loss; ten
times too large, and the loss is thrown about or becomes `NaN` within a few updates.

This is a laboratory rather than a slide show. Every curve you will see is a small network being trained on real
handwritten digits (MNIST) while you watch, with the learning rate that stands beside it. Steps are counted
everywhere as updates of the optimiser, beginning with 0.
"""


PAGES = (
    (
        "LR range test",
        "/range-test",
        "Let the rate grow from tiny to far too large during one short training, and read from the loss where a good rate "
        "lies. It takes seconds, and the rate you find is carried along.",
    ),
    (
        "Schedules",
        "/schedules",
        "Draw sixteen ways to change the rate while training, then let up to six of them train against each other.",
    ),
    (
        "Warmup",
        "/warmup",
        "Begin slowly or at full rate: see when it saves a run, when it changes nothing, and why.",
    ),
    (
        "Cyclical rates",
        "/cyclical",
        "Let the rate rise again and again, beside one single decay on the same budget.",
    ),
)


def _card(title: str, path: str, text: str) -> Any:
    return html.Div([link(title, path, className="card-title"), html.P(text)], className="card")


def outline() -> Any:
    """Return the page."""
    return html.Article(
        [
            prose(INTRO),
            html.Div(
                [
                    html.H2("Begin here"),
                    *(_card(title, path, text) for title, path, text in PAGES),
                ],
                className="prose",
            ),
        ]
    )


async def layout(_query: Mapping[str, str]) -> Any:
    """Return the page for any query; it has no settings."""
    return outline()


def build() -> Page:
    """Return the page; it has no callbacks."""
    return Page("/", "Why it matters", outline, layout)
