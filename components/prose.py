"""Text of the lesson: Markdown with formulas, in a calm column."""

from typing import Any

from dash import dcc, html

from components.terms import linked


def prose(text: str, **more: Any) -> Any:
    """Return Markdown with MathJax formulas as a column of text; terms of the glossary become links to it."""
    return dcc.Markdown(linked(text), mathjax=True, className="prose", link_target="_self", **more)


def source(label: str, href: str) -> Any:
    """Return a link to a paper or to documentation."""
    return html.A(label, href=href, rel="noreferrer", target="_blank")
