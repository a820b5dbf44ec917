"""Schedules: why the rate should fall, every schedule of the registry, and the explorer that trains them."""

from collections.abc import Mapping
from typing import Any

from dash import Dash, dcc, html

from components import code_panel, explorer, fork_form, own, plan_chart, predict, quiz, runner, schedule_cards
from components.explorer_controls import settings
from components.figures import graph
from components.follow import Followers
from components.instrument import Opening, instrument, opening, tabs
from components.plan_chart import Display
from components.predict import Prediction
from components.prose import prose
from components.quiz import Option, Quiz, quick_check
from components.race_result import SAME
from components.race_view import RaceView
from components.router import Page
from components.schedule_cards import comparison
from components.widget import Widget, stores
from sims import own_race
from sims.engine import Engine
from sims.errors import ParamError
from sims.explorer import Explorer
from sims.params import Spec
from sims.schedules import SCHEDULES


def _view(display: Spec) -> RaceView:
    if not isinstance(display, Display):
        raise TypeError(f"{display!r} is no display of the explorer")
    return RaceView("schedules", display)


WIDGET = Widget("schedules", "/schedules", Explorer, Display, _view)
CLASSIC = ("step", "exponential", "cosine", "linear")

INTRO = r"""
# Let the rate change while you train

A rate that is right in the first minute of training is wrong in the last. Early on the weights are far from anything
good, gradients agree from batch to batch, and long steps pay. Later the loss is mostly noise: each batch pulls the
weights a little to its own side, and a step of the same length only carries them from one side of the valley to the
other. How far they are thrown about grows with the rate, so **the way to settle is to lower it**.

A **schedule** is a rule that gives the rate $\eta_t$ for every update $t = 0, 1, 2, \dots$ before training begins.
Four are in nearly every textbook.
"""

STEP = r"""
## Step decay

Keep the rate for $s$ updates, multiply it by $\gamma$, and again:

$$
\eta_t = \eta_0\,\gamma^{\lfloor t/s \rfloor}
$$

With $\eta_0 = 0.1$, $\gamma = 0.1$ and a drop every third of the run the rates are 0.1, 0.01 and 0.001. Right after
a drop the loss often falls at once, because the noise of the long steps is gone; after some time at the lower rate
nothing more happens, and the next drop is due. Guess the drops too early and the run crawls for the rest of its
life.

## Exponential decay

Multiply by a constant a little below one after *every* update:

$$
\eta_t = \eta_0\,\gamma^{t}
$$

It is the same idea without edges. Note what $\gamma$ means: $0.99$ for each of 400 updates leaves 1.8 % of the rate,
for each of 10 epochs 90 %. Many surprises come from a factor meant for epochs that is applied to steps.

## Cosine annealing

Follow half a cosine from $\eta_0$ down to $\eta_{\min}$ in $T_{\max}$ updates:

$$
\eta_t = \eta_{\min} + \tfrac12\,(\eta_0 - \eta_{\min})\left(1 + \cos\frac{\pi t}{T_{\max}}\right)
$$

It stays near the top for a while, falls fastest in the middle, and takes its time at the end. Train past $T_{\max}$
and the cosine does what cosines do: it climbs again. Try it below with a *Half period* of 200 in a run of 400
steps.

## Linear decay

Take the same amount off at every update:

$$
\eta_t = \eta_0\left(1 - \frac{t}{T}\right)
$$

It is the simplest of all, and recent large comparisons on language models find linear decay *all the way to zero*
hard to beat when the budget is fixed ([Bergsma et al. 2025](https://arxiv.org/abs/2502.15938)).
"""

WIDGET_INTRO = r"""
## Draw them, then train them

Switch schedules on and tune them: the curves follow at once. Then press **Run** and each one trains the same
network from the same initial weights on the same batches for the same number of updates. The thin line is the plan;
the broad one on top of it is the rate as it was read back from the optimiser.
"""

AFTER = r"""
## What to look for

- **At a good rate** (the base rate at 0.05 or 0.1) every schedule that ends low passes the constant one in the last
  third: it had the same long steps early and can settle at the end. Cosine, linear and one-cycle end within a hair
  of each other; which of them is first is often a matter of the seed.
- **At the edge of the range test** (0.2 and more) those that *begin* at the top lose some seeds in the first
  updates, and no decay can bring a dead network back. Those that climb there, such as one-cycle and triangular2,
  survive more often.
- **At a tiny rate** (0.02 and less) decay only hurts: the constant run was too slow to begin with, and lowering the
  rate makes it slower. A schedule cannot save a run whose rate was never high enough.

The constant opponent is a *tuned* one, the best of three rates. Compared with a badly chosen constant rate every
schedule looks like a discovery.
"""

NEWER = r"""
## The ones you will meet next

Polynomial and multi-step decay are variations on the four above. The triangular family and cosine with restarts
raise the rate again and again. One-cycle does so once. Warmup-stable-decay keeps the decision when to stop until
late. Inverse square root was the schedule of the first transformers. Reduce on plateau has no curve at all: it
listens to the loss, so its rate can be read off only once it has trained.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: trained from the same weights for the same number of updates, which one ends with the lowest test loss?",
    {
        "constant": "Tuned constant",
        "step": "Step decay",
        "linear": "Linear",
        "cosine": "Cosine",
        "one_cycle": "One-cycle",
        SAME: "No clear winner",
    },
)

QUIZ = Quiz(
    "schedules-quiz",
    "Which schedule will you find in most recipes for training transformers?",
    (
        Option(
            "Step decay",
            "It belongs to the ResNets of the 2010s. Its drops need milestones, which nobody knows for a model that is "
            "trained only once.",
        ),
        Option(
            "A linear warmup, then cosine or linear decay",
            "The warmup lets Adam's averages and the first layers of attention settle before the steps get long; the decay "
            "brings the run to rest at the end of a budget that is known in advance.",
            right=True,
        ),
        Option(
            "Triangular cycles",
            "Raising the rate again and again costs what was gained. It is a way to try rates out, and hardly ever used on "
            "transformers.",
        ),
        Option(
            "A constant rate",
            "It is fine for finding hyperparameters. A final model trained at a constant rate keeps the noise of its last steps, "
            "which even a short decay at the end would take away.",
        ),
    ),
)

UNITS = Quiz(
    "schedules-units",
    "A recipe says: exponential decay, multiply the rate by 0.95 after every epoch, for 60 epochs. Your code calls the "
    "scheduler after every update, 900 times an epoch. What is left of the rate after the first epoch?",
    (
        Option(
            "95 % of it, as the recipe says",
            "That would need one call for each epoch. Here the scheduler is called 900 times, and every call multiplies.",
        ),
        Option(
            "About 5 %, what the recipe has left at its end",
            "0.95 to the power 60 is 0.046, which is where the recipe ends after 60 epochs. The code gets there after 60 "
            "updates, in the first minute.",
        ),
        Option(
            "Practically nothing: training stands still from then on",
            "0.95 to the power 900 is about 10 to the power -20. No error is raised and the loss merely stops falling, so "
            "it is a hard mistake to see; plot the rate.",
            right=True,
        ),
        Option(
            "It depends on the batch size",
            "Only through the number of updates in an epoch, which is given: 900 calls, 900 multiplications.",
        ),
    ),
)


def _valid(values: Mapping[str, Any]) -> Explorer:
    """Return the settings, or the defaults where they do not fit together, which the notice says."""
    try:
        return Explorer.parse(values)
    except ParamError:
        return Explorer()


def _body(opened: Opening) -> Any:
    name, display = WIDGET.name, Display.parse(opened.shown["display"])
    planned = _valid(opened.values)
    rates = [
        html.Div(plan_chart.legend(planned), id=f"{name}-plan-legend", className="legend"),
        html.Div(
            graph(f"{name}-plan", plan_chart.figure(planned, display), "schedules"), className="graph tall"
        ),
    ]
    training = [
        html.Div(id=f"{name}-legend", className="legend"),
        html.Div(
            graph(f"{name}-graph", _view(display).figure(), "schedules-training"), className="graph tall"
        ),
        html.Div(id=f"{name}-result", className="result"),  # its headline is spoken (`components.spoken`)
        html.Div(id=f"{name}-compared", className="quiet"),
        own.place(WIDGET),
        fork_form.form(name),
    ]
    panels = {
        "Rates": rates,
        "Training": training,
        "Table": html.Div(id=f"{name}-table", className="table-panel", tabIndex="0"),
        "Code": code_panel.panel(WIDGET),
    }
    controls = settings(name, WIDGET.display_name, opened.values, opened.shown["display"], opened.problems)
    stage = [tabs(WIDGET, panels, "training" if opened.shown["run"] else "rates")]
    newer = [key for key in SCHEDULES if key not in CLASSIC]
    return html.Article(
        [
            *stores(WIDGET, opened.shown),
            dcc.Store(id=f"{name}-truth"),
            prose(INTRO),
            prose(STEP),
            comparison(CLASSIC),
            prose(WIDGET_INTRO),
            instrument(WIDGET, "Schedule explorer", opened.notice, PREDICTION, controls, stage),
            prose(AFTER),
            prose(NEWER),
            comparison(newer),
            prose("## Look one up"),
            schedule_cards.reference(name, "cosine"),
            quick_check(QUIZ, UNITS),
        ]
    )


def outline() -> Any:
    """Return the page at its defaults."""
    return _body(Opening.default(WIDGET))


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""
    runner.register(app, engine, followers, WIDGET)
    predict.register(app, PREDICTION)
    own.register(app, engine, WIDGET, own_race.question)
    quiz.register(app, QUIZ, UNITS)
    explorer.register(app, engine, WIDGET)
    schedule_cards.register(app, WIDGET.name)

    async def layout(query: Mapping[str, str]) -> Any:
        """Return the page for an address."""
        return _body(await opening(WIDGET, engine, query))

    return Page(WIDGET.path, "Schedules", outline, layout)
