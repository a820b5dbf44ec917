"""Exercises on the page: a question with room for an answer of one's own, a coding task with its starter file."""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from components.aria import aria
from components.outline import slug
from components.reveal import reveal
from sims.exercises.questions import Question
from sims.exercises.tasks import Task


def _toggle(name: str, label: str, title: str) -> Any:
    """Return the button that marks an exercise done; the learner's store presses it, see `components.progress`."""
    return html.Button(
        label,
        id={"done": name},
        type="button",
        n_clicks=0,
        className="done",
        **aria(pressed="false", label=f"{label}: {title}"),
    )


def _head(number: int, title: str) -> Any:
    return html.H3([html.Span(f"{number}", className="exercise-number"), title], id=slug(title))


def question(number: int, asked: Question) -> Any:
    """Return a question: first an answer of one's own, then the hint, then the model answer."""
    return html.Section(
        [
            _head(number, asked.title),
            dcc.Markdown(asked.text),
            dmc.Textarea(
                id={"text": asked.name},
                label="Your answer",
                description="Before you open the hint. It stays in this browser.",
                autosize=True,
                minRows=2,
                maxRows=14,
                className="own-answer",
            ),
            reveal((("Hint", asked.hint), ("Model answer", asked.answer))),
            html.Div(_toggle(asked.name, "I have it", asked.title), className="exercise-foot"),
        ],
        className="exercise",
        id=asked.name,
    )


def _pane(source: str, label: str, kind: str) -> Any:
    """Return code in a pane that scrolls and can be reached by keyboard."""
    return html.Div(
        dcc.Markdown(f"```python\n{source}```", className="starter-code"),
        tabIndex="0",
        role="region",
        className=f"starter-scroll {kind}",
        **aria(label=label),
    )


def _starter(task: Task) -> list[Any]:
    """Return the part that the learner is to write, and below it the whole file, folded."""
    source = task.starter()
    lines = len(source.splitlines())
    name = html.Code(task.file)
    return [
        html.P(["Your part of ", name], className="starter-title"),
        _pane(task.part(), f"Your part of {task.file}", "part"),
        html.Details(
            [
                html.Summary(["The whole file ", html.Span(f"{lines} lines", className="quiet")]),
                _pane(source, f"Starter file {task.file}", "whole"),
            ]
        ),
    ]


def coding(number: int, task: Task) -> Any:
    """Return a coding task: what to do, hints, the starter with Copy and Download, how to check one's solution."""
    named: dict[str, Any] = {"data-file": task.file}
    return html.Section(
        [
            _head(number, task.title),
            dcc.Markdown(task.text, link_target="_self"),
            reveal([(f"Hint {n} of {len(task.hints)}", hint) for n, hint in enumerate(task.hints, 1)]),
            html.Div(
                [
                    html.Div(
                        [
                            dmc.Button(
                                "Download",
                                className="starter-download",
                                size="compact-md",
                                **aria(label=f"Download {task.file}"),
                            ),
                            dmc.Button(
                                "Copy",
                                className="starter-copy",
                                variant="default",
                                size="compact-md",
                                **aria(label=f"Copy {task.file}"),
                            ),
                            html.Span(className="starter-said quiet", **aria(live="polite")),
                        ],
                        className="actions",
                    ),
                    *_starter(task),
                ],
                className="starter",
                **named,
            ),
            html.P(["Check your solution: ", html.Code(task.command)], className="starter-check"),
            html.Div(_toggle(task.name, "Done", task.title), className="exercise-foot"),
        ],
        className="exercise",
        id=task.name,
    )
