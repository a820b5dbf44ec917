"""Why it matters: one update, three rates trained side by side, and the way through the lesson."""

from typing import Any

from dash import Dash, html

from components import parabola
from components.contest_page import ContestView
from components.demo import Demo
from components.follow import Followers
from components.goldilocks_result import conclusion
from components.goldilocks_view import GoldilocksView, ThreeRates
from components.instrument import Opening
from components.predict import Prediction
from components.presets import Presets
from components.prose import prose
from components.quiz import Option, Quiz, quick_check
from components.router import Page
from components.shell import link
from components.widget import Widget
from sims.engine import Engine
from sims.goldilocks import Goldilocks
from sims.params import Spec


def _view(display: Spec) -> ContestView:
    if not isinstance(display, ThreeRates):
        raise TypeError(f"{display!r} is no display of three rates")
    return GoldilocksView("goldilocks", display, Goldilocks, conclusion)


WIDGET = Widget("goldilocks", "/", Goldilocks, ThreeRates, _view)

PRESETS: Presets = {
    "default": ("The three", {}),
    "gentle": ("A gentler high", {"high": 0.3}),
    "adam": ("Adam's three", {"optimizer": "adam", "low": 3e-5, "right": 5e-3, "high": 0.06}),
    "nan": ("Up to NaN", {"high": 100.0, "seeds": 5}),
}

TITLE = "# One number decides how training goes"

OBJECTIVES = (
    "say what the learning rate does in one update, and read off a loss curve whether it was too high or too low",
    "find a good rate with a range test of a few seconds",
    "choose a schedule for a task, and step it in PyTorch where it has to be stepped",
    "tell whether a run needs a warmup, and how long a one",
    "use cyclical rates and one-cycle, and judge what they gain",
)

UPDATE = r"""
Training repeats a single line, thousands of times:

$$
\theta_{t+1} \;=\; \theta_t \;-\; \eta_t \,\nabla L(\theta_t)
$$

The weights $\theta$ move against the gradient of the loss $L$. The gradient says which way is down; the **learning
rate** $\eta_t$ says how far to go. It is often the one setting that matters most
([Bengio 2012](https://arxiv.org/abs/1206.5533)), because everything else only works at a rate that does.

## One update, and the next

On a parabola, $f(w) = \tfrac12\,c\,w^2$, all of training can be written down. The gradient is $c\,w$, so one update
takes $w$ to $(1 - \eta c)\,w$. Move the rate and see where the steps land: at 0.1, at 1, at 1.8, at 2.1.
"""

LIMIT = r"""
Below a rate of $2/c$ every step ends nearer to the minimum; beyond it, every step ends further away. With momentum
$\beta$, as in the training below, that limit is $2(1+\beta)/c$. So a good rate depends on the **curvature** $c$. A
network has a curvature for each of its thousands of directions: the steepest sets the limit, the flattest decides how
long you wait, and both change while it trains ([Cohen et al. 2021](https://arxiv.org/abs/2103.00065)). Nobody can
tell you the right rate from a formula. It has to be found.

## Too low, just right, too high
"""

SYMPTOMS = (
    (
        "Too low",
        "Every step goes the right way and hardly anywhere.",
        "The loss falls smoothly, slowly, and still falls when the budget is spent. For a long time this looks healthy; "
        "only a second run at a higher rate tells.",
    ),
    (
        "Just right",
        "The first steps are long and still end lower.",
        "The loss drops within a few dozen updates, then flattens, a little rough, at a low value.",
    ),
    (
        "Too high",
        "Steps overshoot the valley and land on steeper ground.",
        "The loss jumps or swings. It may end in NaN, or come to rest at ln 10 = 2.303, the loss of guessing among ten "
        "classes, once units have been thrown where no image activates them any more.",
    ),
)

WIDGET_INTRO = """
One often reads that a low rate gets stuck in poor minima. What you will see here is plainer: it does not arrive in
time.

## Goldilocks

Three copies of one small network, with the same first weights and the same batches of handwritten digits. Only the
rate differs. Say first what you expect, then press **Run**.
"""

AFTER = r"""
## How to read it

**Too low** never does anything wrong. Its curve is the smoothest of the three, and with every seed the loss is still
on its way down at the last step.

**Too high** is thrown far above its first loss within a few updates. After that, with most seeds, its curve is flat
and calm. That is not convergence: the units are dead, and it guesses. Given the same updates, the rate that was too
low got further.

Between the two there is no sharp border. *A gentler high* (0.3) kills no seed, and yet every seed ends far above the
right rate. *Up to NaN* shows how far one has to go in this network before numbers overflow: a rate of 100, and even
there only some seeds break off. `NaN` is the loud failure; the quiet ones are more frequent.

And a good rate belongs to its optimiser. *Adam's three* are all about ten times lower, and tell the same story.
"""

LANDSCAPE = r"""
## The best rate changes

One constant rate, however well chosen, is a compromise between two ends of a run.

**Early**, the weights are far from anything good and long steps pay. **Late**, they do not: each gradient comes from
a few dozen images and is noisy, so the weights keep jittering around a minimum, the higher the rate the higher above
it ([Bottou, Curtis and Nocedal 2018](https://arxiv.org/abs/1606.04838)). To settle, the steps have to shrink. At the
**very beginning** they sometimes have to be small as well, when the first updates would throw the network off.

That is why rates are scheduled: perhaps raised at first, then lowered, by a rule.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: what becomes of the highest of the three rates?",
    {
        "nan": "Its loss becomes NaN",
        "guess": "It ends no better than guessing",
        "worse": "It learns, but less than another",
        "best": "It ends lowest",
    },
)

QUIZ = Quiz(
    "home-quiz",
    "A loss curve has fallen smoothly from the first step to the last, and the last part falls as steadily as the rest. "
    "What would you do?",
    (
        Option(
            "Keep the rate: a smooth curve is the sign of a good one",
            "The smoothest curve of the three is that of the rate that was too low. Smooth says that nothing overshoots, not "
            "that the steps are long enough.",
        ),
        Option(
            "Try a higher rate on the same budget and compare",
            "A curve that is still falling when the budget is spent could have been further along. A run at three to ten "
            "times the rate tells, or a range test, which tries them all at once.",
            right=True,
        ),
        Option(
            "Lower the rate: it has not converged",
            "It has not, but for want of distance. Smaller steps get even less far on the same budget.",
        ),
        Option(
            "Take a larger network: this one has reached what it can",
            "A network that has reached what it can is flat at the end. This one still moves.",
        ),
    ),
)

LAB = """
## This is a laboratory

Every training curve in this lesson is a small convolutional network learning handwritten digits (MNIST) while you
watch, on the computer that serves this page, at exactly the rate that stands beside it. Steps are updates of the
optimiser, counted from 0. Change anything, run it again, and keep the address: it brings back what you see.

## The way through
"""

WAY = (
    (
        "/fork",
        "Fork a run",
        "Stop a run half way, let it go on at another rate, and see when a lower one pays.",
    ),
    (
        "/range-test",
        "LR range test",
        "Let the rate grow from tiny to far too large in one short run, and read off where a good one lies.",
    ),
    (
        "/schedules",
        "Schedules",
        "Draw the ways in which a rate can change while training, then race up to six of them.",
    ),
    (
        "/warmup",
        "Warmup",
        "Begin slowly or at full rate: see when it saves a run, when it changes nothing, and why.",
    ),
    ("/cyclical", "Cyclical rates", "Let the rate rise again and again, beside one single decay."),
    ("/pytorch", "PyTorch", "Code for every scheduler, and where to step it."),
    ("/guidelines", "Guidelines", "Which schedule when, starting values, and rates for larger batches."),
    ("/exercises", "Exercises", "Questions and code of your own, with hints and answers."),
)


def _objectives() -> Any:
    items = [html.Li(text) for text in OBJECTIVES]
    return html.Div(
        html.Div([html.P("After this lesson you can"), html.Ul(items)], className="objectives"),
        className="prose",
    )


def _symptoms() -> Any:
    head = html.Tr([html.Th(text, scope="col") for text in ("Rate", "What it does", "How you notice")])
    rows = [
        html.Tr([html.Th(name, scope="row"), html.Td(does), html.Td(shows)]) for name, does, shows in SYMPTOMS
    ]
    return html.Div(html.Table([html.Thead(head), html.Tbody(rows)], className="symptoms"), className="prose")


def _fork() -> Any:
    said = [
        "See it for yourself: ",
        link("fork a run", "/fork"),
        " late at a lower rate, beside the run that keeps its own. Then let ",
        link("schedules", "/schedules"),
        " do the lowering.",
    ]
    return html.Div(html.P(said), className="prose")


def _way() -> Any:
    cards = [
        html.Li([link(title, path, className="card-title"), html.P(text)], className="card")
        for path, title, text in WAY
    ]
    return html.Div(html.Ol(cards, className="way"), className="prose")


DEMO = Demo(WIDGET, "Goldilocks", PREDICTION, PRESETS, (QUIZ,))


def _body(opened: Opening) -> Any:
    return html.Article(
        [
            prose(TITLE),
            _objectives(),
            prose(UPDATE),
            html.Div(parabola.picture(), className="prose"),
            prose(LIMIT),
            _symptoms(),
            prose(WIDGET_INTRO),
            DEMO.card(opened),
            prose(AFTER),
            prose(LANDSCAPE),
            _fork(),
            prose(LAB),
            _way(),
            quick_check(QUIZ),
        ]
    )


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""
    parabola.register(app)
    return DEMO.page(app, engine, followers, "Why it matters", _body)
