"""A follower sends everything once and in order, at the page's own pace, and ends when the page is gone."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from components import follow
from components.follow import Props, _Page

TOKEN = {"run": "0123456789abcdef", "turn": 1}


class Websocket:
    """A page at the other end: what it was sent, and what it answers when it is asked."""

    def __init__(self, answers: list[Any] | None = None) -> None:
        self.sent: list[tuple[str, str, Any]] = []
        self.answers = answers or []
        self.asked = 0

    def set_prop_sync(self, component: str, prop: str, value: Any) -> None:
        if not component.endswith("-beat"):
            self.sent.append((component, prop, value))

    async def get_prop(self, component: str, prop: str, timeout: float) -> Any:  # noqa: ASYNC109 -- Dash's own signature
        assert (component, prop) == ("w-shown", "data")
        self.asked += 1
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else TOKEN
        if isinstance(answer, BaseException):
            raise answer
        return answer


async def changes(count: int) -> AsyncGenerator[Props]:
    for n in range(count):
        yield {("graph", "figure"): n}


async def test_everything_is_sent_once_in_order_and_every_message_is_answered_first() -> None:
    socket = Websocket()
    await _Page(socket, "w", TOKEN, 0.0).show(changes(50))
    assert [value for _, _, value in socket.sent] == list(range(50))
    assert socket.asked == 50


@pytest.mark.parametrize("answer", [None, {"run": "another", "turn": 2}])
async def test_a_page_that_shows_something_else_is_sent_nothing_more(answer: Any) -> None:
    socket = Websocket([TOKEN, TOKEN, answer])
    await _Page(socket, "w", TOKEN, 0.0).show(changes(50))
    assert [value for _, _, value in socket.sent] == [0, 1, 2]


async def test_a_slow_page_is_forgiven_and_a_silent_one_is_given_up() -> None:
    slow = Websocket([TimeoutError(), TimeoutError(), TOKEN, TimeoutError(), TOKEN])
    await _Page(slow, "w", TOKEN, 0.0).show(changes(10))
    assert len(slow.sent) == 10
    silent = Websocket([TOKEN] + [TimeoutError()] * 20)
    await _Page(silent, "w", TOKEN, 0.0).show(changes(50))
    assert len(silent.sent) == 1 + follow.PRESENCE_MISSES


async def test_a_quiet_run_is_still_asked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "PRESENCE_EVERY", 0.01)

    async def paused() -> AsyncGenerator[Props]:
        yield {("graph", "figure"): 0}
        await asyncio.sleep(60)

    socket = Websocket([TOKEN, TOKEN, TOKEN, None])
    await asyncio.wait_for(_Page(socket, "w", TOKEN, 0.0).show(paused()), timeout=5)
    assert socket.asked == 4
