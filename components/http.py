"""What the server adds around Dash: health, CSV, honest status codes, headers, trusted hosts."""

import csv
import io
import ipaddress
import logging
import os
import socket
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components import address, code_panel
from components.follow import history
from components.packed import Packed
from components.table import COLUMNS, rows
from sims.engine import Engine
from sims.errors import LabError
from sims.events import END

log = logging.getLogger(__name__)

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def routes(server: FastAPI, engine: Engine) -> None:
    """Add `/healthz` (200 once a run could start, else 503 with the reason), `/favicon.ico`, `/runs/<id>.csv`, code's files."""
    code_panel.routes(server)

    @server.get("/healthz", include_in_schema=False)
    async def healthz() -> JSONResponse:
        if engine.problem is not None:
            return JSONResponse({"status": "unable", "reason": engine.problem}, status_code=503)
        facts = engine.facts
        if facts is None:
            return JSONResponse({"status": "starting"}, status_code=503)
        return JSONResponse(
            {"status": "ready", "device": facts.device, "torch": facts.torch, "workers": facts.workers}
        )

    @server.get("/favicon.ico", include_in_schema=False)
    async def favicon() -> RedirectResponse:
        # Browsers ask for it there beside anything that is no page, such as the answer of /healthz.
        return RedirectResponse("/assets/favicon.ico", status_code=308)

    @server.get("/runs/{name}.csv", include_in_schema=False)
    async def table(name: str) -> Response:
        try:
            run_id = address.run_id(name)
            run = await engine.lookup(run_id or "")
            events = await history(engine, run.id)
        except LabError as error:
            return PlainTextResponse(str(error), status_code=404)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows(run, events))
        ended = bool(events) and isinstance(events[-1], END)
        return Response(
            text.getvalue(),
            media_type="text/csv",
            headers={
                "content-disposition": f'attachment; filename="{run.kind}-{run.id}.csv"',
                "cache-control": "private, max-age=3600" if ended else "no-store",
            },
        )


class Frame:
    """ASGI middleware: security headers on every answer, and 404 for addresses that lead nowhere.

    Dash answers any address with its index and 200; the page that it then shows says that there is
    nothing, so the status should too.
    """

    def __init__(self, app: ASGIApp, paths: Iterable[str]) -> None:
        self.app = app
        self.paths = frozenset(paths)

    def _known(self, path: str) -> bool:
        return (path.rstrip("/") or "/") in self.paths or path.startswith(("/_dash", "/_favicon", "/assets/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = self._known(scope["path"])

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if message["status"] >= 500 and scope["path"] != "/healthz":
                    log.error("%s %s was answered with %d", scope["method"], scope["path"], message["status"])
                page = headers.get("content-type", "").startswith("text/html")
                if page and not known and message["status"] == 200:
                    message["status"] = 404
            await send(message)

        await self.app(scope, receive, framed)


def trusted_hosts(host: str) -> list[str]:
    """Return the Host headers that are answered when listening on `host`.

    Loopback names always; when listening more widely also this machine's name and addresses; and
    what LRLAB_HOSTS lists, separated by commas. Others get 400, which stops DNS rebinding.
    """
    names = {"localhost", "127.0.0.1", "[::1]", host}
    try:
        wide = not ipaddress.ip_address(host).is_loopback
    except ValueError:
        wide = host != "localhost"
    if wide:
        names |= {socket.gethostname(), socket.getfqdn()}
        with_addresses = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
        names |= {str(entry[4][0]) for entry in with_addresses}
    names |= {name.strip() for name in os.environ.get("LRLAB_HOSTS", "").split(",")}
    return sorted(name for name in names if name)


def wrap(server: FastAPI, paths: Iterable[str], hosts: list[str]) -> None:
    """Put the middleware around a server; `paths` are the addresses that exist."""
    server.add_middleware(Frame, paths=[*paths, "/healthz"])
    server.add_middleware(Packed)
    server.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
