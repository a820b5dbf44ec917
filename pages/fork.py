"""Fork a run: why the best rate falls while training goes on, and a run that goes on at two rates."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html

from components import contest_page
from components.aria import aria
from components.contest_page import ContestView
from components.controls import control_id, shown
from components.demo import Demo
from components.follow import Followers
from components.fork_origin import described
from components.fork_result import conclusion
from components.fork_view import ForkView
from components.instrument import Opening
from components.plan_chart import Display
from components.predict import Prediction
from components.presets import Presets
from components.prose import prose
from components.quiz import Option, Quiz, quick_check
from components.router import Page
from components.widget import Widget
from sims.engine import Engine
from sims.errors import ParamError
from sims.fork import Fork
from sims.params import Int, Spec

ORIGIN = ("kind", "settings", "line")
"""Settings that say which run is forked; they are read in a sentence and set by the page they come from."""


def _view(display: Spec) -> ContestView:
    if not isinstance(display, Display):
        raise TypeError(f"{display!r} is no display of a contest")
    return ForkView("fork", display, Fork, conclusion)


WIDGET = Widget("fork", "/fork", Fork, Display, _view)

CHARTS = {
    "graph": ("Chart", "The dotted line marks the fork: before it there is one run, after it there are two.")
}

PRESETS: Presets = {
    "late": ("Drop late", {}),
    "early": ("Drop early", {"at": 20}),
    "decay": ("Decay to zero", {"factor": 1.0, "then": "decay"}),
    "raise": ("Raise it again", {"kind": "fork", "settings": "", "line": 1, "at": 320, "factor": 10.0}),
}

INTRO = r"""
# The best rate falls while you train

A good learning rate at the start of training is not a good one at its end. Three things change on the way.

**The noise stays while the signal fades.** A batch's gradient is the slope of the whole loss plus noise. At first the
slope is large and the noise hardly matters. Later the slope shrinks and the noise does not. Near a minimum with
curvature $\lambda$, plain SGD at a constant rate $\eta$ never comes to rest: for small rates it rattles around at a
height above the minimum of about

$$
L - L_{\min} \;\approx\; \frac{\eta}{4}\,\sigma^2
$$

for each direction with gradient noise of variance $\sigma^2$: half the rate, half the height
([Mandt et al. 2017](https://arxiv.org/abs/1704.04289)). This **noise floor** is why the classic conditions for SGD to
converge ask for rates that fall to zero ([Robbins and Monro 1951](https://doi.org/10.1214/aoms/1177729586)).

**Getting down takes distance.** In the same direction the error shrinks by a factor $1 - \eta\lambda$ per update: a
tenth of the rate needs about ten times the updates. Early on, distance is what is missing, so a low rate is slow. The
two pull against each other, and the balance tips as training goes on.

**The landscape answers back.** The curvature is not a constant of the network: with full batches it tends to rise until
it meets the largest value that the rate tolerates, $2/\eta$ for plain gradient descent, and stays near it
([Cohen et al. 2021](https://arxiv.org/abs/2103.00065)). So weights that were trained at one rate lie where that rate can
just live, and *raising* it later may be rough where the same rate was fine before.

Pictures of this are cheap. Here you take a real run, go back to one of its steps, and let it continue twice from
exactly the same weights, momentum and batches: as it was, and at another rate.
"""

AFTER = r"""
## How to read it

Up to the dotted line both runs are one, to the last bit. After it they see the same images in the same order, so every
difference is the rate's doing. Within some tens of updates the branch's loss comes down to a lower floor: nothing was
learned in that moment that the run had not learned before, the rattling just stopped. The other line is still
bouncing above what it already knows.

**Then drop at once?** Press *Drop early*. The floor is low from the start, but the branch has a long way to go in small
steps, and at the end of the same budget it stands, with most seeds, above the run that dropped late. That is the case
for schedules: **far first, then fine.** *Decay to zero* walks down in a straight line instead of one step.

**Is it worth it everywhere?** A late drop buys much where the rate was high, as here. Fork a run at a low rate, such as
0.02, and see how much floor there was to get rid of. And the high rate has a price: it may harm a seed while it
lasts, and then the early drop wins with that seed. Units that it has killed stay dead in both branches, whatever the rate
does. Try it with runs of your own: under the result of every widget in this lesson stands *Fork this run*.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: from the fork on one copy goes on as it was and the other at the changed rate. Where does the test loss "
    "of the changed one end?",
    {"lower": "Lower", "higher": "Higher", "same": "No clear difference"},
)

QUIZ = Quiz(
    "fork-quiz",
    "Dropped to a tenth of its rate, a run's loss falls sharply within a few dozen updates and then flattens. What happened?",
    (
        Option(
            "The lower rate learns faster",
            "It moves ten times less with every update. If it learned faster, it should have been used from the start, and "
            "there it is slower.",
        ),
        Option(
            "The noise of the batches moves the weights less, so they settle lower in the valley where they already were",
            "The floor that noise holds a run up at shrinks with the rate. That gain is quick and happens once, which is why "
            "the curve flattens again.",
            right=True,
        ),
        Option(
            "The run escaped from a local minimum",
            "Smaller steps leave a valley less easily, not more. The branch went further down in the one it was in.",
        ),
        Option(
            "The momentum was reset",
            "The copy has the same momentum to the last bit; only the rate differs.",
        ),
    ),
)


def _mended(opened: Opening) -> Opening:
    """Return the opening with a run that can be forked, as nothing on the page could set it right."""
    origin = {name: opened.values[name] for name in ORIGIN}
    try:
        Fork.parse({**origin, "at": 1, "then": "hold"})
    except ParamError:
        return replace(opened, values=Fork().as_dict())
    return opened


def _hidden(values: Mapping[str, Any]) -> list[Any]:
    return [
        dmc.TextInput(
            id=control_id(WIDGET.name, name),
            value=shown(values[name]),
            style={"display": "none"},
            **aria(label=Fork.param(name).label),
        )
        for name in ORIGIN
    ]


DEMO = Demo(WIDGET, "Fork a run", PREDICTION, PRESETS, (QUIZ,), CHARTS)


def _body(opening: Opening) -> Any:
    opened = _mended(opening)
    planned = contest_page.valid(WIDGET, opened.values)
    params = [
        replace(param, reach=(1, planned.steps - 1)) if isinstance(param, Int) else param
        for param in Fork.PARAMS
        if param.name not in ORIGIN
    ]
    origin = html.Div(described(opened.values), id=WIDGET.id("origin"), className="fork-origin")
    return html.Article(
        [
            prose(INTRO),
            DEMO.card(opened, above=[origin, *_hidden(opened.values)], params=params),
            prose(AFTER),
            quick_check(QUIZ),
        ]
    )


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""

    @app.callback(
        Output(WIDGET.id("origin"), "children"),
        *(Input(control_id(WIDGET.name, param), "value") for param in ORIGIN),
        prevent_initial_call=True,
    )
    async def describe(kind: str, settings: str, line: str) -> Any:
        return described({"kind": kind, "settings": settings, "line": line})

    return DEMO.page(app, engine, followers, "Fork a run", _body)
