"""Cyclical rates: the policies, rules for their bounds, the demo, and super-convergence put to the test."""

from typing import Any

from dash import Dash, html

from components import carry
from components.contest_page import ContestView
from components.cyclical_result import conclusion
from components.demo import Demo
from components.follow import Followers
from components.instrument import Opening
from components.plan_chart import Display
from components.predict import Prediction
from components.presets import Presets
from components.prose import prose
from components.quiz import Option, Quiz, quick_check
from components.race_result import SAME
from components.router import Page
from components.widget import Widget
from sims import own_cycles
from sims.cyclical import Cyclical
from sims.engine import Engine
from sims.params import Spec


def _view(display: Spec) -> ContestView:
    if not isinstance(display, Display):
        raise TypeError(f"{display!r} is no display of a contest")
    return ContestView("cyclical", display, Cyclical, conclusion)


WIDGET = Widget("cyclical", "/cyclical", Cyclical, Display, _view)

PRESETS: Presets = {
    "cycles": ("Four cycles", {}),
    "careless": ("A careless maximum", {"policies": ("triangular2", "one_cycle"), "lr": 0.2, "seeds": 5}),
    "restarts": ("Warm restarts", {"policies": ("triangular", "cosine_restarts"), "lr": 0.05}),
    "super": ("Super-convergence, here", {"compare": "super", "lr": 0.1, "steps": 800}),
}

INTRO = r"""
# Let the rate rise again

Every schedule so far lets the rate fall and never looks back. **Cyclical** learning rates
([Smith 2017](https://arxiv.org/abs/1506.01186)) swing between a lowest and a highest rate instead. The idea has two
halves. One is practical: you need no perfect rate, only two bounds with the good rates somewhere between them, and
each cycle passes through all of them. The other is a picture of the loss surface: while the rate is high the
weights are thrown about, out of narrow valleys and across small ridges, and while it is low they settle where they
are. Whether that finds *better* places depends on the network and the budget; this page claims nothing that its own
runs do not show.

## The policies

**Triangular** goes up and down in straight lines. With a step size of $s$ updates, half a cycle, and cycles counted
from $c = 1$:

$$
\eta_t = \eta_{\min} + (\eta_{\max} - \eta_{\min})\,\max\bigl(0,\ 1 - x\bigr)
$$

$$
x = \left|\frac{t}{s} - 2c + 1\right|,\qquad c = \left\lfloor 1 + \frac{t}{2s} \right\rfloor
$$

**Triangular2** halves the height after each cycle, $\div\, 2^{\,c-1}$: it explores first and settles later. **Exp
range** shrinks the height at every update, $\times\, \gamma^{t}$. **Cosine with restarts** ([Loshchilov and Hutter
2017](https://arxiv.org/abs/1608.03983)) falls along half a cosine and jumps back to the top.

**One-cycle** ([Smith 2018](https://arxiv.org/abs/1803.09820)) is one single cycle over the whole run: up for about
30 % of the steps, then down to a thousandth of the top and less:

$$
\frac{\eta_{\max}}{25}\ \nearrow\ \eta_{\max}\ \searrow\ \frac{\eta_{\max}}{25 \cdot 10^{4}}
$$

Its first part works as a warmup, its second as an annealing; the momentum may go the other way, low while the rate is
high.

## Rules for bounds and step size

- **Highest rate:** from the range test, a little before the loss turns up. If you carried a rate over, it stands
  below.
- **Lowest rate:** a third or a quarter of the highest.
- **Step size:** Smith found anything from 2 to 10 epochs to work. The runs here are shorter than one, so count in
  cycles.
- **Stop at the end of a cycle.** A run that is stopped at the top of one is as good as its noise.
"""

AFTER = r"""
## How to read it

Rate, loss and accuracy share one axis, so follow a cycle down: as the rate rises the loss rises with it or stops
falling, and it drops as the rate comes down. The dots on the accuracy curves are the troughs, where a cycle shows
what it has learned.

Now the comparison that matters. A trough is an *annealed* state. Set beside a constant rate that was never lowered,
every cycle looks brilliant, but so does any schedule that ends low. That is why **one single linear decay** with
the same highest rate and the same budget runs along, and why the constant rate is the best of three. On MNIST, at a
good rate, the cycles usually end no better than that one decay.

What cycles do show here is **tolerance**. With *A careless maximum* (0.2) runs that stay at the top lose some of
their seeds and end badly with most others, while triangular2 and one-cycle begin low, climb, and end far better
with nearly every seed. Which seeds die at such a rate is chance: another five may all live, at a price. That
tolerance is worth something when you cannot afford to tune.

## Super-convergence

[Smith and Topin (2018)](https://arxiv.org/abs/1708.07120) trained a ResNet-56 on CIFAR-10 in 10,000 steps with
one-cycle and rates up to 3, and reached 92.4 %; 80,000 steps of step decay gave 90.3 to 91.2 %. In Smith's earlier
paper triangular2 matched on CIFAR-10 in 25,000 steps the 81.4 % that a fixed rate took 70,000 steps to reach; what
is told less often is that its bounds were also cut tenfold at 16,000 and 22,000 steps, and that Adam gained no
speed there.

Try it: *Super-convergence, here* gives one-cycle a quarter of the steps. It makes more of its short budget than
step decay makes of the same one. Whether that is enough to catch up with the full run is what the sentence under
the chart says, for your network and your rates.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: on the same budget and from the same weights, what ends with the lowest test loss?",
    {
        "triangular2": "Cycles that halve (triangular2)",
        "linear": "One linear decay",
        "constant": "A tuned constant rate",
        SAME: "No clear winner",
    },
)

QUIZ = Quiz(
    "cyclical-quiz",
    "What is the surest advantage of a cyclical rate over one that only falls?",
    (
        Option(
            "It always ends with a better model",
            "On equal terms, one single decay to a low rate usually ends as well; the runs of the demo show it.",
        ),
        Option(
            "It bears a highest rate that was chosen carelessly, and passes through good rates in every cycle",
            "It begins low, climbs, and comes back. That is what lets it live at rates where a run that begins at the top "
            "dies, and why two rough bounds are enough.",
            right=True,
        ),
        Option(
            "It needs no learning rate at all",
            "It needs two of them. The range test gives both.",
        ),
        Option(
            "It finds flat minima, which is proven to generalise better",
            "It is a picture that motivates the method, not a result about your network. Nothing on this page measures "
            "flatness, and none of its runs shows a gain from it.",
        ),
    ),
)

FAIR = Quiz(
    "cyclical-fair",
    "At the end of its fourth cycle triangular2 is at 97 % accuracy, a constant rate of the same height at 95 %. Why does "
    "this not show that cycles train better?",
    (
        Option(
            "Because 2 % is too little to matter",
            "It can be a lot, and several seeds would tell whether it is more than luck. The trouble is what is compared.",
        ),
        Option(
            "Because the cycles ended at a low rate and the constant run did not",
            "At a trough the noise of long steps is gone; any schedule that ends low would look as good. The opponent to "
            "beat is one single decay from the same highest rate, on the same budget.",
            right=True,
        ),
        Option(
            "Because a constant rate makes fewer updates",
            "Both make the same number. What differs is how long the steps are when it is measured.",
        ),
        Option(
            "Because triangular2 must be measured at the top of a cycle",
            "At the top it would look worse than it is: the weights are being thrown about. The end of a cycle is the "
            "right moment, for all runs.",
        ),
    ),
)


DEMO = Demo(WIDGET, "Cyclical rates", PREDICTION, PRESETS, (QUIZ, FAIR), question=own_cycles.question)


def _body(opened: Opening) -> Any:
    carried = html.Div(id=WIDGET.id("carried"), className="quiet settings-foot")
    return html.Article(
        [prose(INTRO), DEMO.card(opened, below=[carried]), prose(AFTER), quick_check(QUIZ, FAIR)]
    )


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""
    carry.register(app, WIDGET)
    return DEMO.page(app, engine, followers, "Cyclical rates", _body)
