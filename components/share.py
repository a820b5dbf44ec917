"""Share a page: the button, and the QR code of an address of this lab (`assets/share.js` shows both)."""

import io
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import segno
from dash import html
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from components.aria import aria
from sims.errors import LabError

LONGEST = 800
"""Characters of an address in a QR code: about 100 modules a side, still readable from a projector."""

QUIET_ZONE = 4
"""Empty modules around the code, as ISO/IEC 18004 asks for."""


class ShareError(LabError):
    """An address that gets no QR code; the sentence says why."""


def button() -> Any:
    """Return the button that opens link and QR code."""
    return html.Button(
        html.Span("Copy link", className="word"),
        id="share-open",
        className="tool share",
        title="Copy link, QR code",
        **aria(label="Copy link", haspopup="dialog"),
    )


def check(address: str, host: str, paths: Iterable[str]) -> None:
    """Raise ShareError unless `address` is an http(s) address of a page of this lab, which answers as `host`."""
    if len(address) > LONGEST:
        raise ShareError(
            f"This address has {len(address):,} characters; a QR code that can be read from a projector holds "
            f"at most {LONGEST}. Copy the link instead."
        )
    if not re.fullmatch(r"[!-~]+", address):
        raise ShareError("A QR code is made of an address without spaces or other special characters.")
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise ShareError("That is not an address.") from error
    own = parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
    if not own or (parts.path.rstrip("/") or "/") not in set(paths):
        raise ShareError("A QR code is made only for the pages of this lab.")


def qr(address: str) -> segno.QRCode:
    """Return the QR code of an address, correcting 15 % of errors or, where there is room, more."""
    return segno.make_qr(address, error="m")


def svg(address: str) -> bytes:
    """Return the QR code as SVG, black on white in light and dark, as cameras expect it."""
    out = io.BytesIO()
    qr(address).save(
        out, kind="svg", border=QUIET_ZONE, light="#fff", dark="#000", omitsize=True, xmldecl=False
    )
    return out.getvalue()


def routes(server: FastAPI, paths: Iterable[str]) -> None:
    """Serve `/qr.svg?address=...` for addresses of these pages; 400 with a sentence for any other."""
    known = frozenset(paths)

    @server.get("/qr.svg", include_in_schema=False)
    async def code(request: Request, address: str = "") -> Response:
        try:
            check(address, request.headers.get("host", ""), known)
        except ShareError as error:
            return PlainTextResponse(str(error), status_code=400)
        return Response(svg(address), media_type="image/svg+xml", headers={"cache-control": "no-store"})
