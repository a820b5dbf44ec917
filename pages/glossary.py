"""The glossary: every term of the lesson, what it means, and the section that treats it."""

from collections.abc import Mapping
from typing import Any

from dash import html

from components.glossary import TERMS, Term
from components.prose import prose
from components.router import Page
from components.shell import link
from components.terms import PATH

INTRO = """
# Glossary

What the lesson means by its words. In the text they have a dotted line below: point at one, or reach it with the Tab
key, and its meaning appears.
"""


def _entry(term: Term, titles: Mapping[str, str]) -> Any:
    """Return a term; the way to its section is left out while no such page exists."""
    path = term.where.partition("#")[0]
    others = [name for name in term.aliases if " " in name or "-" in name]
    known = [html.Span(f" also {', '.join(others)}", className="also")] if others else []
    there = [" ", link(titles[path], term.where, className="where")] if path in titles else []
    return html.Div([html.Dt([term.name, *known], id=term.anchor), html.Dd([term.meaning, *there])])


def build(titles: Mapping[str, str]) -> Page:
    """Return the page; `titles` are the lesson's pages by path."""

    def outline() -> Any:
        entries = html.Dl([_entry(term, titles) for term in TERMS], className="glossary")
        return html.Article([prose(INTRO), html.Div(entries, className="prose")])

    async def layout(_query: Mapping[str, str]) -> Any:
        return outline()

    return Page(PATH, "Glossary", outline, layout, chapter=False)
