"""Quick checks: one question, a few options, and after the answer why each option is right or wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html

from components.aria import aria


@dataclass(frozen=True)
class Option:
    """An answer and what there is to say about it."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question called `name` on its page."""

    name: str
    question: str
    options: Sequence[Option]


def quick_check(quiz: Quiz) -> Any:
    """Return the question with its options; feedback appears below once one is chosen."""
    return html.Section(
        [
            html.H2("Quick check"),
            dmc.RadioGroup(
                dmc.Stack(
                    [dmc.Radio(label=option.text, value=str(n)) for n, option in enumerate(quiz.options)],
                    gap="xs",
                ),
                id=f"{quiz.name}-answer",
                label=quiz.question,
                size="md",
            ),
            html.Div(id=f"{quiz.name}-feedback", **aria(live="polite")),
        ],
        className="prose quiz",
    )


def register(app: Dash, quiz: Quiz) -> None:
    """Answer a choice with the feedback for every option, the chosen one first."""

    @app.callback(
        Output(f"{quiz.name}-feedback", "children"),
        Input(f"{quiz.name}-answer", "value"),
        prevent_initial_call=True,
    )
    async def feedback(answer: str | None) -> Any:
        if answer not in {str(n) for n in range(len(quiz.options))}:
            return None
        chosen = int(str(answer))
        order = sorted(range(len(quiz.options)), key=lambda n: n != chosen)
        return html.Ul(
            [
                html.Li(
                    [
                        html.Strong(
                            ("Right. " if quiz.options[n].right else "Not quite. ") if n == chosen else ""
                        ),
                        html.Em(quiz.options[n].text + (": " if n != chosen else " ")) if n != chosen else "",
                        quiz.options[n].feedback,
                    ],
                    className="right" if quiz.options[n].right else "wrong",
                )
                for n in order
            ],
            className="feedback",
        )
