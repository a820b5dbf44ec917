"""Text of the lesson: Markdown with formulas, in a calm column."""

from typing import Any

from dash import dcc, html


def prose(text: str, **more: Any) -> Any:
    """Return Markdown with MathJax formulas as a column of text."""
    return dcc.Markdown(text, mathjax=True, className="prose", link_target="_self", **more)


def source(label: str, href: str) -> Any:
    """Return a link to a paper or to documentation."""
    return html.A(label, href=href, rel="noreferrer", target="_blank")
