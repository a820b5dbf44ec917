"""PyTorch: scripts to run as they are, when to call step(), what a mix-up does, and a quick reference."""

from typing import Any

from dash import Dash, dcc, html

from components import example as shown
from components.contest_page import ContestView
from components.demo import Demo
from components.follow import Followers
from components.instrument import Opening
from components.mixup_result import conclusion
from components.plan_chart import Display
from components.predict import Prediction
from components.presets import Presets
from components.prose import Rows, prose, rules
from components.quiz import Option, Quiz, quick_check
from components.router import Page
from components.widget import Widget
from sims.engine import Engine
from sims.mixup import Mixup
from sims.params import Spec
from sims.recipes import EXAMPLES, REFERENCE, REFERENCE_CODE, reference_rates


def _view(display: Spec) -> ContestView:
    if not isinstance(display, Display):
        raise TypeError(f"{display!r} is no display of a contest")
    return ContestView("mixup", display, Mixup, conclusion)


WIDGET = Widget("mixup", "/pytorch", Mixup, Display, _view)

PRESETS: Presets = {
    "three": ("Three mix-ups", {}),
    "low": ("A low rate", {"setups": ("cosine_stairs", "cosine_slow"), "lr": 0.02, "seeds": 5}),
    "cycle": ("One-cycle", {"setups": ("one_cycle", "one_cycle_slow")}),
    "dies": ("Step decay", {"setups": ("cosine_stairs", "step_dies")}),
}

INTRO = """
# Schedules in PyTorch

Torch keeps its schedulers in `torch.optim.lr_scheduler`, and they all work alike. You make one for an optimiser, and
from then on it sets the optimiser's rate each time you call its `step()`. Three lines of a training loop change, and
their order matters:

```python
loss.backward()
optimizer.step()  # an update, with the rate as it is
scheduler.step()  # the rate for the next one
```

Each script below is complete: save it and run it, or paste it into a notebook. It needs nothing but torch, makes its
own toy data and takes a second or two. The curve beside it is drawn by this lab; our tests run every script and
compare the rate of each update with it.
"""

SAID = {
    "step_decay": """
Three times as many epochs as `step_size`, so the rate is used at three levels. The scheduler is stepped once an epoch,
outside the inner loop; that is why `step_size=3` means three epochs.
""",
    "cosine": """
The classic recipe steps this one per epoch too, which makes stairs of the cosine. `T_max` is the number of *calls*
from top to bottom. Go on calling after that and the rate climbs again, along the other half of the wave.
""",
    "warm_restarts": """
Here the scheduler is stepped after every update, so `T_0` and the lengths that `T_mult` makes of it are in updates.
Stop at the end of a cycle: a run that ends in the middle of one ends at a high rate.
""",
    "transformer": """
Torch has no scheduler of this name. `LambdaLR` takes any function from the number of calls to a factor, and the rate
is the optimiser's own times that factor. Hugging Face's
[`get_cosine_schedule_with_warmup`](https://huggingface.co/docs/transformers/main_classes/optimizer_schedules)
counts in the same way: update 0 has rate 0, so it changes nothing.
""",
    "one_cycle": """
Stepped after every update. In torch it ends at `max_lr / div_factor / final_div_factor`, here 0.2 / 25 / 10,000;
fastai's version of the same policy ends at `max_lr / div_final`. It also moves the momentum between 0.95 and 0.85
unless you pass `cycle_momentum=False`.
""",
    "own_schedule": """
Whatever you can write as a function of the step is a schedule. This one warms up, stays, and falls in a straight line
at the end: *warmup-stable-decay*. Change `part` and run it again.
""",
    "resume": """
A checkpoint needs the state of three things: model, optimiser, scheduler. Make all three first and load afterwards: a
scheduler that is made *after* the optimiser was loaded may set its rate back to that of update 0. With one-cycle that
spoils one update; with `LinearLR`, which multiplies the rate it finds, all that follow. And a function given to
`LambdaLR` is not saved; it has to be there when you load.
""",
}

RULES = """
## Epoch or step?

**A scheduler counts calls of `step()` and nothing else.** It knows neither epochs nor updates nor how long an epoch
is. So there is one rule: *give its lengths in the unit in which you call it.*
"""

CUSTOMS: Rows = (
    ("Scheduler", "By custom stepped after", "Its lengths"),
    (
        "`StepLR`, `MultiStepLR`, `ExponentialLR`",
        "each epoch",
        "`step_size`, `milestones`; `gamma` is per call",
    ),
    ("`CosineAnnealingLR`", "each epoch", "`T_max`; after every update is as good, with `T_max` in updates"),
    ("`CosineAnnealingWarmRestarts`", "each update", "`T_0`"),
    ("`OneCycleLR`", "each update", "`total_steps`"),
    ("`CyclicLR`", "each update", "`step_size_up`, `step_size_down`"),
    ("`LambdaLR` with a warmup", "each update", "whatever your function counts"),
    ("`ReduceLROnPlateau`", "each evaluation", "`patience`; call `step(loss)` with what you measured"),
)

CUSTOM = """
The custom is a custom: torch refuses neither. What it does say is little. Call `scheduler.step()` before the first
`optimizer.step()` and it warns, because the first rate of the schedule is then never used. Call `OneCycleLR` more
often than its `total_steps` and it raises a `ValueError`. All other mix-ups run without a word.

**Look at the rate.** `scheduler.get_last_lr()` gives what the scheduler set last. After its `step()` that is already
the rate of the *next* update, so log it before you step, or read `optimizer.param_groups[0]["lr"]` beside the loss.

## Mix it up and watch

A real epoch of MNIST is 937 updates of 64 images, too long to watch. Here 40 updates, 2,560 images, count as an epoch,
so that the 400 updates of a run are ten of them. Blue is right: `T_max=400`, stepped after every update. The others
have the same code but for the place of one line or the unit of one number.
"""

AFTER = """
## How to read it

The top chart tells most of it. **Lengths in updates, stepped per epoch:** the scheduler hears of ten steps out of 400.
The cosine stays within two thousandths of its top, and one-cycle never leaves the beginning of its warmup: it trains
at about a twentieth of the rate that it was given. **Lengths in epochs, stepped per update:** the cosine is at 0 after ten
updates, climbs again, and swings twenty times; step decay has divided the rate by a thousand after a dozen
updates, and training is over before it began.

At a highest rate of 0.1 every one of these costs more than the spread over five seeds. The two right ways, a smooth
cosine and one in stairs, end close together: the difference is less than a quarter of what the mildest of these
mix-ups costs.

**Where it does no harm, it hides.** Press *A low rate*: at 0.02 the cosine that hardly moves ends *lower* than the
right one, since at such a rate and on so short a run any decay only costs progress. A mix-up need not show in the loss.
It always shows in a plot of the rate.
"""

REFERENCE_INTRO = """
## Quick reference

For a base rate of 0.1 and 100 calls of `step()`; lengths are in calls throughout. *Ends at* is the rate of the last
update, before the hundredth call.
"""

PREDICTION = Prediction(
    WIDGET.name,
    "Predict first: a cosine made for 400 updates is stepped once an epoch, at a highest rate of 0.1. Beside the right "
    "one, where does its test loss end?",
    {"above": "Higher", "below": "Lower", "level": "It hardly matters"},
)

QUIZ = Quiz(
    "pytorch-quiz",
    "You train 90 epochs of 500 updates with CosineAnnealingLR(optimizer, T_max=90) and call scheduler.step() after every "
    "update. What happens?",
    (
        Option(
            "The rate falls along half a cosine over the 90 epochs",
            "That needs a call after every epoch, or T_max=45000.",
        ),
        Option(
            "Torch raises an error at update 91",
            "OneCycleLR would complain at last; CosineAnnealingLR takes as many calls as you like.",
        ),
        Option(
            "The rate is at 0 after 90 updates, climbs again, and swings through 250 full waves",
            "T_max counts calls. A full wave takes 2 × 90 of them, and 45,000 / 180 = 250.",
            right=True,
        ),
        Option(
            "The rate stays at its first value",
            "That is nearly what the opposite mistake does: a T_max in updates and a call after every epoch.",
        ),
    ),
)


def _reference() -> Any:
    """Return the quick reference as a table; the rates at the end are computed from the registry."""
    rows = [
        "| Scheduler | Arguments | Call after each | Ends at | Called more often |",
        "|---|---|---|---|---|",
    ]
    for name, entry in REFERENCE.items():
        last = float(reference_rates(name)[-1])
        rows.append(f"| `{name}` | `{entry.arguments}` | {entry.after} | {last:.2g} | {entry.beyond} |")
    rows.append(
        "| `ReduceLROnPlateau` | `factor=0.1, patience=10` | evaluation, `step(loss)` | as the loss decides | goes on |"
    )
    return dcc.Markdown("\n".join(rows), className="prose wide-table")


def _scripts() -> list[Any]:
    out: list[Any] = []
    for name, said in SAID.items():
        out += [prose(f"### {EXAMPLES[name].label}\n{said}"), shown.example(EXAMPLES[name])]
    return out


DEMO = Demo(WIDGET, "Epochs and updates mixed up", PREDICTION, PRESETS, (QUIZ,))


def _body(opened: Opening) -> Any:
    return html.Article(
        [
            prose(INTRO),
            prose("## Scripts"),
            *_scripts(),
            prose(RULES),
            rules(CUSTOMS, "customs"),
            prose(CUSTOM),
            DEMO.card(opened),
            prose(AFTER),
            prose(REFERENCE_INTRO),
            _reference(),
            shown.code(REFERENCE_CODE.name, REFERENCE_CODE.read_text(encoding="utf-8")),
            quick_check(QUIZ),
        ]
    )


def build(app: Dash, engine: Engine, followers: Followers) -> Page:
    """Wire the page's callbacks and return it."""
    shown.register(app)
    return DEMO.page(app, engine, followers, "PyTorch", _body)
