"""Exercises: the lesson in one table, questions to think about, code to write, and what has been finished."""

from collections.abc import Mapping
from typing import Any

from dash import Dash, html

from components import progress
from components.exercise import coding, question
from components.prose import prose
from components.router import Page
from components.shell import link
from sims.exercises.questions import QUESTIONS
from sims.exercises.tasks import TASKS

INTRO = """
# Now you

Nothing on this page trains by itself. Four questions ask for your own words first; four tasks ask for a few lines of
your own PyTorch, and each comes with a starter that runs and a check that says what is missing. Take a hint when you are
stuck, one at a time.
"""

SUMMARY = (
    (
        "Learning rate",
        "How far one update moves the weights. Ten times too much breaks training, a hundred times too little wastes it.",
        ("Why it matters", "/"),
    ),
    (
        "Range test",
        "Let the rate grow by a constant factor through one short run; good rates lie where the loss falls, well before "
        "it turns up.",
        ("LR range test", "/range-test"),
    ),
    (
        "Step decay",
        "Hold the rate, then cut it by a factor γ at set moments. Simple, well tried, and you choose the moments.",
        ("Schedules", "/schedules"),
    ),
    (
        "Cosine annealing",
        "Half a cosine from the peak to almost nothing: two numbers to choose, if you know when the run ends.",
        ("Schedules", "/schedules"),
    ),
    (
        "Warmup",
        "Begin low and climb. It lets transformers, Adam at high rates and very large batches bear a rate that would break "
        "their first updates; elsewhere it may change nothing.",
        ("Warmup", "/warmup"),
    ),
    (
        "Cyclical rates",
        "Swing between two bounds. Forgiving of a careless maximum; compare it at the low point of a cycle.",
        ("Cyclical rates", "/cyclical"),
    ),
    (
        "One-cycle",
        "One climb and one long fall over the whole run. Strong on a short budget; super-convergence is a result on some "
        "tasks, not a promise.",
        ("Cyclical rates", "/cyclical"),
    ),
    (
        "Scheduler in PyTorch",
        "Give it its length in the unit in which you call `step()`: updates or epochs, never a mixture.",
        ("PyTorch", "/pytorch"),
    ),
    (
        "Batch size",
        "k times the batch bears about k times the rate, with a warmup, up to a size that you have to find out.",
        ("Guidelines", "/guidelines"),
    ),
)

CODING = """
## Write it yourself

Download a starter, write the part marked `TODO`, and let the check try your solution: it names what already works and
what does not, in sentences. The files need `torch` and `torchvision` and nothing of this lab. MNIST (about 10 MB) is
downloaded into the folder after `--data` the first time. Without a network, on the computer that runs this lab, name
the copy that the lab trains with: `--data ~/.cache/learning-rate-lab/mnist` on Linux,
`~/Library/Caches/learning-rate-lab/mnist` on a Mac.
"""

NEXT = """
## What comes next

The rate decides how well a network fits what it is shown. Whether it does as well on what it has *not* been shown is
the business of **regularisation**: dropout, weight decay, more and altered data. No run of this lab uses any of these,
so that the rate alone makes the difference; in the [transformer recipe](/pytorch#the-transformer-recipe) AdamW brings
weight decay along. Much of what you have practised carries over: draw the curves, change one thing at a time, and
let several seeds say whether a difference is one.
"""


def _summary() -> Any:
    rows = [
        html.Tr([html.Th(concept, scope="row"), html.Td(_inline(point)), html.Td(link(title, path))])
        for concept, point, (title, path) in SUMMARY
    ]
    head = html.Tr([html.Th(title, scope="col") for title in ("Concept", "Key point", "Page")])
    return html.Section(
        [
            html.H2("The lesson in one table"),
            html.Table([html.Thead(head), html.Tbody(rows)], className="summary"),
        ],
        className="prose",
    )


def _inline(text: str) -> list[Any]:
    """Return text whose `backticks` are code."""
    return [html.Code(part) if n % 2 else part for n, part in enumerate(text.split("`"))]


def outline() -> Any:
    """Return the page."""
    return html.Article(
        [
            prose(INTRO),
            html.Div(progress.count(), className="prose"),
            _summary(),
            html.Section(
                [html.H2("Think it through"), *(question(n, asked) for n, asked in enumerate(QUESTIONS, 1))],
                className="prose",
            ),
            prose(CODING),
            html.Div(
                [coding(n, task) for n, task in enumerate(TASKS, len(QUESTIONS) + 1)], className="prose"
            ),
            progress.progress(),
            prose(NEXT),
        ],
        className="exercises",
    )


async def layout(_query: Mapping[str, str]) -> Any:
    """Return the page for any query; it has no settings."""
    return outline()


def build(app: Dash) -> Page:
    """Wire what happens in the browser and return the page."""
    progress.register(app)
    return Page("/exercises", "Exercises", outline, layout)
