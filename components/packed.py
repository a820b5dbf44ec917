"""Compressed answers; a file whose address names its version is compressed once and not for every visitor."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PACKAGES, OURS = "/_dash-component-suites/", "/assets/"
"""Files of installed packages, and our own, whose query says when they were last changed."""
MOST = 200
"""Answers that are kept, some 3 MB in all; anybody can make up further addresses, which are not."""
LEVEL = 5
"""Of gzip's nine: the higher ones take several times as long for a few percent."""


class Packed:
    """ASGI middleware: gzip, with versioned files from memory once they have been asked for.

    Every first visit would wait while the scripts of a page are compressed: with them kept it takes a tenth less.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._gzip = GZipMiddleware(app, minimum_size=1000, compresslevel=LEVEL)
        self._kept: dict[tuple[str, bytes], list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _keeps(scope):
            await self._gzip(scope, receive, send)
            return
        key = scope["path"], scope["query_string"]
        if key in self._kept:
            for message in self._kept[key]:
                await send({**message})
            return
        sent: list[Message] = []

        async def noted(message: Message) -> None:
            sent.append({**message, "headers": [*message["headers"]]} if "headers" in message else message)
            await send(message)

        await self._gzip(scope, receive, noted)
        packed = "content-encoding" in Headers(raw=sent[0].get("headers", []))
        if sent[0].get("status") == 200 and packed and len(self._kept) < MOST:
            self._kept[key] = sent


def _keeps(scope: Scope) -> bool:
    """Return whether this is the plain request for a whole versioned file by somebody who takes gzip."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path, headers = scope["path"], Headers(scope=scope)
    versioned = path.startswith(PACKAGES) or (path.startswith(OURS) and bool(scope["query_string"]))
    partly = {"range", "if-none-match", "if-modified-since"} & set(headers)
    return versioned and not partly and "gzip" in headers.get("accept-encoding", "")
