"""Text of the lesson: Markdown with formulas, in a calm column."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components.terms import linked


def prose(text: str, **more: Any) -> Any:
    """Return Markdown with MathJax formulas as a column of text; terms of the glossary become links to it."""
    return dcc.Markdown(linked(text), mathjax=True, className="prose", link_target="_self", **more)


Rows = Sequence[Sequence[str]]
"""A table, cell by cell, each cell in Markdown; the first row is the head."""


def table(rows: Rows) -> str:
    """Return a table as Markdown."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])


def rules(rows: Rows, kind: str = "") -> Any:
    """Return a table a little wider than the text; `kind` is one more class (`assets/guidelines.css`)."""
    return dcc.Markdown(table(rows), className=f"prose rules {kind}".strip(), link_target="_self")


def source(label: str, href: str) -> Any:
    """Return a link to a paper or to documentation."""
    return html.A(label, href=href, rel="noreferrer", target="_blank")
