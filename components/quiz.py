"""Quick checks: one question, a few options, and after the answer why each option is right or wrong.

Answers are kept in the browser (`components.shell.LEARNER`) and the server never hears of them, so
everything that happens after a click is in `assets/quiz.js`. A question that was missed comes back at
the foot of another page (`components.recall`).
"""

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, html

from components.aria import aria
from components.shell import CHECKS, LEARNER
from sims.question import Option, Quiz

__all__ = ["REGISTERED", "Option", "Quiz", "block", "quick_check", "register"]

REGISTERED: dict[str, Quiz] = {}
"""Every quick check of the lesson, by name, in the order of the pages."""


def block(name: str, quiz: Quiz | None = None) -> list[Any]:
    """Return a question with its options, the place for feedback and a button to try again.

    Without a quiz there are no options yet: a callback brings them.
    """
    options = [] if quiz is None else quiz.options
    return [
        dmc.RadioGroup(
            dmc.Stack(
                [dmc.Radio(label=option.text, value=str(n)) for n, option in enumerate(options)], gap="xs"
            ),
            id=f"{name}-answer",
            label="" if quiz is None else quiz.question,
            size="md",
        ),
        html.Div(id=f"{name}-feedback", className="feedback-place", **aria(live="polite")),
        dmc.Button(
            "Try again", id=f"{name}-again", className="again", variant="default", size="xs", n_clicks=0
        ),
    ]


def quick_check(quiz: Quiz, *more: Quiz) -> Any:
    """Return questions with their options; feedback appears below each once an option is chosen."""
    asked = [html.Div(block(one.name, one), className="question") for one in (quiz, *more)]
    return html.Section(
        [html.H2("Quick checks" if more else "Quick check"), *asked], className="prose quiz quick-check"
    )


def register(app: Dash, quiz: Quiz, *more: Quiz) -> None:
    """Answer a choice with the feedback for every option, and keep it; ValueError for a name that is taken."""
    for one in (quiz, *more):
        if REGISTERED.get(one.name, one) != one:
            raise ValueError(f"Two questions are called {one.name!r}; give each a name of its own.")
        REGISTERED[one.name] = one
        app.clientside_callback(
            ClientsideFunction("quiz", "check"),
            Output(f"{one.name}-answer", "value"),
            Output(f"{one.name}-feedback", "children"),
            Input(f"{one.name}-answer", "value"),
            Input(f"{one.name}-again", "n_clicks"),
            State(LEARNER, "data"),
            State(CHECKS, "data"),
        )
