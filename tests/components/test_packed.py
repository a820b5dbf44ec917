"""Versioned files are compressed once: the same bytes for everybody, and nothing kept that should not be."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from components.packed import MOST, Packed

SCRIPT = "let a = 1;\n" * 500
ASKED: list[str] = []


async def files(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer like a server of files: `/assets/none.js` is not there."""
    request = Request(scope)
    ASKED.append(request.url.path)
    if "if-none-match" in request.headers:
        await PlainTextResponse("", status_code=304)(scope, receive, send)
        return
    status = 404 if "none" in request.url.path else 200
    answer = PlainTextResponse(SCRIPT + request.url.query, status_code=status, headers={"etag": "e"})
    await answer(scope, receive, send)


@pytest.fixture
def client() -> httpx.AsyncClient:
    ASKED.clear()
    return httpx.AsyncClient(transport=httpx.ASGITransport(Packed(files)), base_url="http://lab")


async def test_a_versioned_file_is_made_once_and_the_same_every_time(client: httpx.AsyncClient) -> None:
    for path in ("/assets/lab.js?m=1", "/_dash-component-suites/dash/react.js"):
        first, second = [await client.get(path) for _ in range(2)]
        assert first.text == second.text == SCRIPT + path.partition("?")[2]
        assert first.headers == second.headers
        assert second.headers["content-encoding"] == "gzip"
    assert len(ASKED) == 2


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/assets/lab.js", {}),  # nothing says which version
        ("/warmup?m=1", {}),
        ("/assets/none.js?m=1", {}),
        ("/assets/lab.js?m=1", {"accept-encoding": "identity"}),
        ("/assets/lab.js?m=1", {"if-none-match": "e"}),
        ("/assets/lab.js?m=1", {"range": "bytes=0-9"}),
    ],
)
async def test_anything_else_is_made_anew(
    client: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        await client.get(path, headers=headers)
    assert len(ASKED) == 2


async def test_made_up_addresses_do_not_fill_the_memory(client: httpx.AsyncClient) -> None:
    for number in range(MOST + 5):
        await client.get(f"/assets/lab.js?m={number}")
    ASKED.clear()
    await client.get("/assets/lab.js?m=0")
    await client.get(f"/assets/lab.js?m={MOST + 1}")
    assert ASKED == ["/assets/lab.js"]
