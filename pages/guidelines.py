"""Guidelines: which schedule when, starting values, common mistakes, and the linear scaling rule, live."""

from typing import Any

from dash import Dash, html

from components.demo import Demo
from components.follow import Followers
from components.guidelines_text import MISTAKES, NUMBERS, SCENARIOS, STARTS
from components.instrument import Opening
from components.predict import Prediction
from components.presets import Presets
from components.prose import prose, rules, table
from components.quiz import Option, Quiz, quick_check
from components.race_result import SAME
from components.router import Page
from components.scaling_view import PerImage, view
from components.widget import Widget
from sims.engine import Engine
from sims.scaling import Scaling

WIDGET = Widget("scaling", "/guidelines", Scaling, PerImage, view)

PRESETS: Presets = {
    "rule": ("The rule, four times", {}),
    "adam": ("Adam", {"optimizer": "adam", "lr": 0.001}),
    "edge": ("Near the edge", {"lr": 0.05}),
    "far": ("Too far: 16 times", {"factor": 16, "images": 25_600}),
}

INTRO = r"""
# Rules of thumb, and what they are worth

You have seen what a rate does, how to find one, and how it may change. This page is for the day after: a new model,
a deadline, and a number to write down. Each rule comes with its reason and its source, and most can be tried on
another page, with the settings already filled in. A rule that you have watched fail once is worth two that you
believe.

## Which schedule when
"""

RULE = r"""
## The linear scaling rule

A larger batch makes fewer, better updates out of the same images. If its rate stays the same, it gets less far. The
rule says by how much to raise it:

> When the batch grows $k$ times, multiply the learning rate by $k$.

$$
\eta_{\text{large}} = k\,\eta_{\text{small}}\qquad\text{for}\qquad B_{\text{large}} = k\,B_{\text{small}}
$$

Why: $k$ small steps with batches $B_0, \dots, B_{k-1}$, and one large step on all of their images, move the weights by

$$
\begin{aligned}
\text{small:}\quad & -\eta \sum_{j<k} \nabla L_{B_j}(\theta_{t+j}) \\
\text{large:}\quad & -\eta_{\text{large}}\; \frac{1}{k} \sum_{j<k} \nabla L_{B_j}(\theta_t).
\end{aligned}
$$

While the gradients change little over $k$ small steps, $\nabla L_{B_j}(\theta_{t+j}) \approx \nabla
L_{B_j}(\theta_t)$, the two are equal for $\eta_{\text{large}} = k\eta$. That condition is the whole rule, and all of
its limits.

[Goyal et al. (2017)](https://arxiv.org/abs/1706.02677) trained a ResNet-50 on ImageNet with it:
"""

LIMITS = r"""
There the rule holds up to about 8,000 images a batch, and only with a **gradual warmup**: at the very beginning the
gradients change fast, so that is where the condition fails first. Beyond 8,000 more images hardly make a better
gradient, and no rate makes up for the updates that are missing.

**And the square root?** The *noise* of a batch's gradient shrinks with the square root of its size. A rate that grows
with $\sqrt{k}$ keeps the noise of each update as it was; [Krizhevsky (2014)](https://arxiv.org/abs/1404.5997) gives
that argument for SGD, and reports that the linear factor worked best for him all the same. For **Adam**, which divides
the size of the gradient out again, [Malladi et al. (2022)](https://arxiv.org/abs/2205.10287) derive a square root
rule (it changes the betas and epsilon too) for training in which noise dominates.

## Try it

The small batch trains at its rate. The large one trains on the same images in the same order, at the rate times $k$,
times $\sqrt{k}$, and unchanged. The axis counts **images seen**, because counted in steps the large batch would look
four times as fast. The curve that lies on the blue one follows the rule.
"""

AFTER = r"""
## How to read it

**The rule, four times.** At $4 \times 0.01$ the large batch stays closest to the small one, at the unchanged rate
it lags behind all the way, and the square root lies between. The match is good rather than perfect. Nearly all of the
distance comes from the first 3,000 images, 25 updates of the large batch, in which the gradient changes quickly and a
momentum of 0.9 remembers 1,280 images where the small batch remembers 320. A warmup of the large batch makes the
match no better here: at this rate there is no early damage to prevent.

**Adam.** Theory offers the square root; here the *linear* rate follows, about as closely as another seed of the small
batch. The square root rule is about runs in which noise dominates, and the first minutes of MNIST are not among them:
the gradient points the same way from batch to batch, and $k$ small steps add up to one large one.

**Near the edge.** Scale 0.05 by four and you are at 0.2, more than this network bears: the linear arm loses some of
its seeds altogether, and the rate that was *not* scaled stays far closer. The rule knows nothing of the largest rate
that a network bears. The range test does.

**Too far.** A batch of 512 would need a rate of 0.16. The linear arm is then the *worst* of the three, and a warmup
of half its updates does not save it. Of the other two neither follows: fifty updates cannot do what eight hundred do.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: four times the batch, the same images. At which rate does the large batch stay closest to the small one?",
    {
        "linear": "4 times the rate",
        "sqrt": "Twice the rate",
        "none": "The same rate",
        SAME: "No clear difference",
    },
)

QUIZ = Quiz(
    "guidelines-quiz",
    "SGD trains well with batches of 64 at a rate of 0.02. You move to a larger GPU and batches of 256. What do you try first?",
    (
        Option(
            "0.02 again: the rate belongs to the network, not to the batch",
            "It is safe, and slow: with a quarter of the updates, each no longer than before, the run lags behind for "
            "every image it sees. In the demo of the scaling rule the curve of the unchanged rate is this choice.",
        ),
        Option(
            "0.08, and a range test to see that the network bears it",
            "Linear scaling gives the candidate, the range test at the new batch size says whether it is below the edge. "
            "Draw both runs against images seen, and you know.",
            right=True,
        ),
        Option(
            "0.005: larger batches need smaller steps",
            "It is the other way round. A larger batch has a less noisy gradient and can bear a higher rate.",
        ),
        Option(
            "0.32, four times four, since there are four times fewer updates as well",
            "Fewer updates and more images in each are the same fact, counted once: the factor is 4.",
        ),
    ),
)


DEMO = Demo(WIDGET, "Linear scaling rule", PREDICTION, PRESETS, (QUIZ,))


def _body(opened: Opening) -> Any:
    return html.Article(
        [
            prose(INTRO),
            rules(SCENARIOS),
            prose("## Starting values\n\nWhere to begin when you know nothing else."),
            rules(STARTS, "starts"),
            prose(
                "## Common mistakes\n\nNone of these raises an error. Each leaves a trace on a curve, if you draw the rate too."
            ),
            rules(MISTAKES, "mistakes"),
            prose(f"{RULE}\n{table(NUMBERS)}"),
            prose(LIMITS),
            DEMO.card(opened),
            prose(AFTER),
            quick_check(QUIZ),
        ]
    )


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""
    return DEMO.page(app, engine, followers, "Guidelines", _body)
