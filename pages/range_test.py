"""The LR range test: how it works, the widget that runs it, how to read what it drew, a quick check."""

from collections.abc import Mapping
from typing import Any

from dash import Dash, html

from components import code_panel, own, predict, quiz, range_actions, runner
from components.controls import panel
from components.figures import graph
from components.follow import Followers
from components.instrument import Opening, instrument, opening, tabs
from components.predict import Prediction
from components.prose import prose
from components.quiz import Option, Quiz, quick_check
from components.range_view import Display, RangeView
from components.router import Page
from components.widget import Widget, stores
from sims import own_sweep
from sims.engine import Engine
from sims.params import Spec
from sims.range_test import RangeTest


def _view(display: Spec) -> RangeView:
    if not isinstance(display, Display):
        raise TypeError(f"{display!r} is no display of a range test")
    return RangeView("range-test", display)


WIDGET = Widget("range-test", "/range-test", RangeTest, Display, _view)

INTRO = r"""
# Find a learning rate in one short training

Before choosing how the learning rate should *change*, you need a rate to start from. The **LR range test**
([Smith 2017](https://arxiv.org/abs/1506.01186)) finds one without guessing: train once, for a few seconds, and let
the rate grow all the way from far too small to far too large. The loss tells where it was too small, where it was
useful, and where it broke.

1. Begin with a rate so small that nothing happens.
2. After every update, multiply it by the same factor. Over $T$ updates, counted from 0, the rate of update $t$ is

$$
\eta_t \;=\; \eta_{\min}\left(\frac{\eta_{\max}}{\eta_{\min}}\right)^{t/(T-1)}
$$

3. Note the loss of every batch, and stop once it has clearly blown up.
4. Plot the loss against the rate on a logarithmic axis, where equal factors are equal distances.

The test costs a hundred updates here and a fraction of an epoch on larger data. Afterwards the weights are thrown
away: what was trained with a growing rate is not a model, it is a measurement.
"""

READING = r"""
## Reading the curve

| Region | What the loss does | What it means |
|---|---|---|
| **Flat** | stays at its first value, $\ln 10 \approx 2.3$ for ten digits | steps too small to matter within a few batches |
| **Falling** | drops, faster and faster | every step helps; good constant rates lie in here |
| **Rising** | turns up, jumps, or ends in `NaN` | steps overshoot; the run is being destroyed |

**Where to set the rate?** Not at the lowest point: there the rate has already begun to do harm, and the loss is low
because of all the better rates that came before. Take a rate below it, in the part where the loss falls. Three named
rules do this in different ways, and on one curve they can disagree by more than a factor of ten; so the result below the
chart gives each of them, over several seeds, as a band instead of a dot. The recommended rate lies halfway, on the
logarithmic axis, between where the loss falls fastest and where it stops falling: on this page's networks that came
closer to the best constant rate than any of the three alone.

**What blurs the picture.** One batch is noisy, so the curve is smoothed with an exponential average; an average lags
behind, which shifts every turning point to the right. The lag is corrected where rates are suggested, and you can turn
the smoothing of the picture off. A sweep with few steps passes through the good rates so fast that the loss hardly has
time to follow; a different batch size, network or optimiser gives a different answer, which is why the test is repeated
for each of them.

**Does it hold?** A suggestion from a sweep is a forecast about training at a *constant* rate. Press **Audit** and it is
put to the test: fresh short runs from the same initial weights at constant rates around the suggestion, their final
losses laid over the sweep.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: the loss will stay flat, then fall, then rise again as the rate grows. Where on this curve lies "
    "the best constant rate?",
    {
        "flat": "Where it is flat",
        "falling": "Where it falls",
        "lowest": "At the lowest point",
        "rising": "Where it rises",
    },
)

QUIZ = Quiz(
    "range-test-quiz",
    "A range test on your network is lowest at a rate of 0.3, falls most steeply around 0.04 and is flat below 0.002. "
    "With which rate do you begin?",
    (
        Option(
            "0.3, where the loss is lowest",
            "The loss is lowest there because of the rates before it; at 0.3 itself steps already begin to overshoot, and a "
            "run that starts there often diverges.",
        ),
        Option(
            "About 0.04, where the loss falls most steeply",
            "Each update gains most there, and it is a factor of seven below the minimum, which leaves room for the noise of "
            "another seed.",
            right=True,
        ),
        Option(
            "0.002, the first rate at which anything happens",
            "This is safe, and slow: training would need many times the updates to arrive at the same loss.",
        ),
        Option(
            "1, and let a schedule bring it down",
            "A schedule that begins at its peak starts beyond the edge: the run is lost in the first updates, before any decay "
            "can help.",
        ),
    ),
)

REPEATED = Quiz(
    "range-test-seeds",
    "Three seeds of one range test recommend 0.03, 0.05 and 0.2. What do you do with that?",
    (
        Option(
            "Take 0.2, the highest: a higher rate trains faster",
            "It trains faster where it trains. The other two seeds say that the loss had already turned there, so with 0.2 "
            "some runs would be lost.",
        ),
        Option(
            "Take the mean, about 0.09",
            "Rates are compared by factors, so a plain mean leans to the largest; and no seed recommended anything near "
            "it. The spread itself is the news here.",
        ),
        Option(
            "Read it as a range, begin at its low end, and audit it with short runs at constant rates",
            "A sweep gives each rate one update, so each seed is one noisy reading. The low end is what all three can "
            "bear, and an audit trains at constant rates, which is what you are going to do.",
            right=True,
        ),
        Option(
            "Smooth the curves until they agree",
            "More smoothing hides the noise and moves the turning point; it does not measure anything new. More steps or "
            "more seeds do.",
        ),
    ),
)


def _body(opened: Opening) -> Any:
    name, shown = WIDGET.name, opened.shown
    view = _view(Display.parse(shown["display"]))
    chart = [
        html.Div(view.legend(), id=f"{name}-legend", className="legend"),
        html.Div(graph(f"{name}-graph", view.figure(), "lr-range-test"), className="graph"),
    ]
    table = html.Div(id=f"{name}-table", className="table-panel", tabIndex="0")
    settings = html.Div(
        [
            panel(name, RangeTest.PARAMS, opened.values, opened.problems, opened=1),
            panel(WIDGET.display_name, Display.PARAMS, shown["display"], opened.problems, opened=0),
        ],
        className="settings",
    )
    panels = {"Chart": chart, "Table": table, "Code": code_panel.panel(WIDGET)}
    stage = [tabs(WIDGET, panels, "chart"), *range_actions.result(name), own.place(WIDGET)]
    return html.Article(
        [
            *stores(WIDGET, shown),
            prose(INTRO),
            instrument(WIDGET, "LR range test", opened.notice, PREDICTION, settings, stage),
            prose(READING),
            quick_check(QUIZ, REPEATED),
        ]
    )


def outline() -> Any:
    """Return the page at its defaults."""
    return _body(Opening.default(WIDGET))


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""
    runner.register(app, engine, followers, WIDGET)
    predict.register(app, PREDICTION)
    own.register(app, engine, WIDGET, own_sweep.question)
    quiz.register(app, QUIZ, REPEATED)
    range_actions.register(app, engine, WIDGET)

    async def layout(query: Mapping[str, str]) -> Any:
        """Return the page for an address."""
        return _body(await opening(WIDGET, engine, query))

    return Page(WIDGET.path, "LR range test", outline, layout)
