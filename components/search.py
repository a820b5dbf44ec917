"""Search over the lesson: the button, and the index that the browser searches (`assets/search.js`)."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from dash import html
from fastapi import FastAPI, Request
from fastapi.responses import Response

from components.aria import aria
from components.glossary import TERMS
from components.outline import Section, read
from components.terms import PATH

MOST_TEXT = 1500
"""Characters of a section that are searched; sections are shorter, so this only bounds a runaway one."""


def button() -> Any:
    """Return the button that opens the search."""
    return html.Button(
        [html.Span("Search", className="word"), html.Kbd("/")],
        id="search-open",
        className="tool search",
        title="Search the lesson ( / or Ctrl K )",
        **aria(label="Search", keyshortcuts="/ Control+K Meta+K", haspopup="dialog"),
    )


def index(pages: Iterable[tuple[str, str, Any]]) -> dict[str, Any]:
    """Return what can be found: sections of `pages`, (path, title, components) each, and terms."""
    found = []
    for path, title, components in pages:
        outline = read(components, title)
        if path == PATH:  # its text is in the terms already
            outline.sections = [Section("", "")]
        found.append(
            {
                "path": path,
                "title": title,
                "headline": outline.title,
                "sections": [
                    {"title": part.title, "anchor": part.anchor, "text": part.text[:MOST_TEXT]}
                    for part in outline.sections
                ],
            }
        )
    terms = [
        {"name": term.name, "anchor": term.anchor, "meaning": term.meaning, "aliases": term.aliases}
        for term in TERMS
    ]
    return {"pages": found, "terms": terms}


def routes(server: FastAPI, found: dict[str, Any]) -> None:
    """Serve the index as `/lesson.json`; a browser that has it asks only whether it is still the same."""
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    @server.get("/lesson.json", include_in_schema=False)
    async def lesson(request: Request) -> Response:
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)
