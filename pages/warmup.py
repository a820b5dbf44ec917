"""Warmup: why, when and how long, the demo with and without it, the map of lengths, the sharpness meter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import Dash, html

from components import map_view, warmup_map
from components.demo import Demo
from components.follow import Followers
from components.instrument import Opening, opening
from components.map_address import NO_MAP, Kept, restore
from components.predict import Prediction
from components.presets import Presets
from components.prose import prose
from components.quiz import Option, Quiz, quick_check
from components.router import Page
from components.warmup_view import Display, WarmupView
from components.widget import Widget
from sims import own_warmup
from sims.engine import Engine
from sims.params import Spec
from sims.warmup import Warmup


def _view(display: Spec) -> WarmupView:
    if not isinstance(display, Display):
        raise TypeError(f"{display!r} is no display of the warmup demo")
    return WarmupView("warmup", display)


WIDGET = Widget("warmup", "/warmup", Warmup, Display, _view, beside=("map",))
CHARTS = {
    "graph": ("Loss", ""),
    "first": ("", ""),
    "weights": (
        "Layers",
        "How far each layer moves in one update, as a part of its size, and the norm of the whole gradient; first seed. "
        "Layers from the input on: solid, dashed, dotted, dash-dotted, and so on.",
    ),
    "sharpness": (
        "Sharpness",
        "With dots: the highest rate that the curvature allows. Broad: the rate in use. First seed; Adam's scale "
        "exists only after its first update.",
    ),
}

PRESETS: Presets = {
    "adam": ("Adam, rate 0.08", {}),
    "luck": ("Adam, rate 0.06", {"lr": 0.06, "batch_size": 64, "steps": 300, "warmup_steps": 30}),
    "small": ("Adam, rate 0.003", {"lr": 0.003}),
    "sgd": ("SGD with momentum", {"optimizer": "sgd", "lr": 0.2}),
    "large": ("Large batch", {"lr": 0.06, "batch_size": 512, "steps": 120, "seeds": 3}),
}

INTRO = r"""
# Start slowly, then go fast

Training begins at the worst possible place: random weights, a loss that says nothing but *guessing*, and gradients
that are large in some layers and noisy in all. A rate that will be right in a hundred updates can be far too much
for the first ten. A **warmup** spends those first updates at lower rates and climbs to the full one.

Three things are different at the beginning:

- **The weights are random.** The loss surface around them is steep in a few directions, and a long step along one
  of them lands somewhere worse. After some small steps the surface is often flatter, and bears longer ones.
- **The gradients are noisy** and far from the average that they will have later.
- **Adam has no history.** It divides each gradient by a running average of its size. After one update that average
  has seen a single gradient, so every weight moves by the full rate, whatever its gradient was: the first updates
  of Adam are the largest of all.

That is why warmup is standard for **transformers** (attention gives large gradients early), for **Adam** and its
relatives, and for **large batches**, which want higher rates. For a small CNN with SGD it hardly matters, and below
you can see that too.

## Three ways to climb

For a peak rate $\eta$ reached after $W$ updates, from a part $a$ of it (0 unless you say otherwise):

- **Linear:** $\displaystyle \eta_t = \eta\left(a + (1 - a)\,\frac{t}{W}\right)$
- **Exponential:** $\displaystyle \eta_t = \eta\left(a + (1 - a)\,\frac{1 - e^{-5t/W}}{1 - e^{-5}}\right)$
- **Constant:** $\eta_t = a\,\eta$, then $\eta$ at once

Linear is what nearly everyone uses. Exponential climbs fast and then eases in. Constant stays low and jumps: in
[Goyal et al. (2017)](https://arxiv.org/abs/1706.02677) ImageNet at batch 8,192 ended at 23.74 % error with a
gradual warmup, at 25.88 % with a constant one, and at 24.84 % with none.

## How long?

Five to ten percent of the run is the usual answer. For Adam there is a reason to think in updates instead: its
average of squared gradients forgets over about $1/(1-\beta_2)$ updates, 1,000 at the usual 0.999, and a linear
warmup of $2/(1-\beta_2)$ is a rule of thumb ([Ma and Yarats 2021](https://arxiv.org/abs/1910.04209)). What [Kalra
and Barkeshli (2024)](https://arxiv.org/abs/2406.09405) measured is plainer: the main gain of a warmup is that a
higher rate can be reached at all, and how long it takes matters little.
"""

AFTER = r"""
## How to read it

The first chart is the whole run, the second one its first 60 updates, every seed by itself and nothing smoothed. Look
at the height of the first peak. Adam fails in its own way: the loss does not become `NaN`, it comes back to $\ln 10
= 2.303$, the loss of guessing, and stays there, because the first steps have pushed units to where no image
activates them. How many seeds *fail* says more than a mean over lucky and unlucky ones.

A warmup also lowers the **mean rate**. The grey run is the control: constant, with exactly the mean rate of the run
with warmup. What the warmup gains over the grey run is due to its shape.

Seeds that live without a warmup may end as well as those with one. *Adam, rate 0.06*, with batches of 64, shows it: the
first peaks are at least twice as high with every seed, one of five fails, and the four others end no worse.

Where it does nothing, the demo shows that as well. *Adam, rate 0.003* has nothing to save: no peak, no failure, no
difference at the end. *SGD with momentum* fails or lives alike with and without on this network: its update is the
gradient times the rate, which is small when gradients are, so the first updates are not its largest.

*Large batch* gains without any failure: at 512 images an update the run with warmup ends better with every seed, and
the control of the same mean rate does not catch up.

**Layers** shows how far each layer's weights move in one update, as a part of their size; above a few percent an
update rewrites the layer.
"""

LENGTHS = r"""
## How long does it have to be?

Each cell is one run with the peak rate of its column and the warmup of its row. Read it from left to right: without
warmup the good cells end sooner. Then compare the rows below: from some length on, more hardly changes anything. A
cell that has its loss leads to its run, which the demo above then shows.
"""

SHARPNESS = r"""
## Why: the sharpness meter

Gradient descent on a valley of curvature $\lambda$ overshoots further each time once the rate exceeds $2/\lambda$.
For a network the largest curvature is the largest eigenvalue of the loss's Hessian, its **sharpness** $\lambda$,
and the limit depends on the optimiser:

- **SGD with momentum** $\beta$: $\displaystyle \eta < \frac{2(1+\beta)}{\lambda}$
- **Adam:** $\displaystyle \eta < \frac{2(1+\beta_1)}{(1-\beta_1)\,\lambda_P}$

with $\lambda_P$ the sharpness after each direction was divided by Adam's own scale
([Cohen et al. 2021](https://arxiv.org/abs/2103.00065), [2022](https://arxiv.org/abs/2207.14484)). The **Sharpness**
tab draws that limit against the rate in use, measured every few updates of the first seed. Where the rate is above
its limit the run is not stable there, and one of two things happens: it moves to a flatter place, and the limit
rises, or it is destroyed. A warmup gives it the time for the first.

What the meter cannot say: it looks at the single steepest direction of a quadratic picture of a surface that is
none, and at one fixed batch of 64 images. A small batch is steeper than the whole: against 1,024 images it shows
1.5 to 2 times the sharpness, so the limit for all of the data lies that much higher than the one drawn. Compare the
curves with each other, and take the limit as a guide to the beginning of a run, not as a law about its end.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: Adam at a peak rate of 0.08, eighty times torch's default. What will 20 updates of warmup change in the end?",
    {"better": "It ends better with warmup", "same": "No difference", "worse": "It ends worse with warmup"},
)

QUIZ = Quiz(
    "warmup-quiz",
    "What is the main purpose of a learning rate warmup?",
    (
        Option(
            "To finish training in fewer updates",
            "Warmup updates are slow ones. What they buy is that the run can go on at a higher rate afterwards.",
        ),
        Option(
            "To keep the first updates from doing harm, so that a higher rate can be used later",
            "Random weights, noisy gradients and an optimiser without a history make the first updates the riskiest. Small steps "
            "bring the run to where long ones are stable.",
            right=True,
        ),
        Option(
            "To lower the mean learning rate",
            "It does lower it, which is why the demo has a control of the same mean rate. If that were all, a lower constant "
            "rate would do as well.",
        ),
        Option(
            "To regularise the model",
            "A warmup changes how a run begins. Nothing measured here or in the papers that are named makes it a regulariser.",
        ),
    ),
)

CONTROL = Quiz(
    "warmup-control",
    "A run with warmup ends better than the same run without. A third run, constant at the mean rate of the run with "
    "warmup, ends as well as it. What did the warmup do here?",
    (
        Option(
            "Its shape made the difference: small steps first, long ones later",
            "Then the constant run of the same mean would have ended worse. It has no small steps first, and does as well.",
        ),
        Option(
            "It lowered the mean rate, and that was enough",
            "That is what the control is for: it has the mean of the warmup without its shape. Here a lower constant rate "
            "would have done the same.",
            right=True,
        ),
        Option(
            "Nothing, the difference is luck",
            "Luck is what several seeds are for. If both runs beat the one without by more than the spread, something was "
            "gained; the question is by what.",
        ),
        Option(
            "It showed that the peak rate was too low",
            "The other way round: a lower mean rate helped, which says that the full rate from the start was too high.",
        ),
    ),
)


DEMO = Demo(WIDGET, "Warmup demo", PREDICTION, PRESETS, (QUIZ, CONTROL), CHARTS, own_warmup.question)


def _body(opened: Opening, shown: Kept = NO_MAP) -> Any:
    return html.Article(
        [
            prose(INTRO),
            html.Div(DEMO.card(opened), id=map_view.DEMO),
            prose(AFTER),
            prose(LENGTHS),
            warmup_map.card(shown, opened.values["lr"], opened.shown["run"]),
            prose(SHARPNESS),
            quick_check(QUIZ, CONTROL),
        ]
    )


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""
    warmup_map.register(app, engine, followers, WIDGET)
    page = DEMO.page(app, engine, followers, "Warmup", _body)

    async def layout(query: Mapping[str, str]) -> Any:
        opened, shown = await opening(WIDGET, engine, query), await restore(engine, query.get("map", ""))
        return _body(replace(opened, shown={**opened.shown, "map": shown.packed}), shown)

    return replace(page, layout=layout)
