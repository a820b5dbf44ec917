"""Hints and answers that open one after another: the next can be seen only once the one before it is open.

They are native disclosures, one inside the other, so keyboard and screen readers know them and nothing has to be
wired; what is closed is out of the way of both.
"""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html


def reveal(steps: Sequence[tuple[str, str]]) -> Any:
    """Return `steps`, (label, Markdown) each, as disclosures of which each holds the next; None for no steps."""
    if not steps:
        return None
    (label, text), *rest = steps
    return html.Details(
        [html.Summary(label), dcc.Markdown(text, mathjax=True, link_target="_self"), reveal(rest)],
        className="reveal",
    )
