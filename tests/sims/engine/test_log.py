"""The run log: what is appended once is told once, in order, to everybody who follows."""

import asyncio
import contextlib
import time

import pytest

from sims.engine.log import RunLog
from sims.engine.runs import Run, Update
from sims.events import Event, Failed, Finished, Paused, Resumed, Started, Step, Stopped, to_wire

RUN = Run("a" * 16, "range_test", {"seed": 0}, "key", 1.0, "cpu", "2.13.0")
START = Started("cpu", "2.13.0", "tcp://127.0.0.1:1", 5.0)


def step(number: int) -> Step:
    return Step(0, 0, number, 2.3, 0.1, 0.9, 1.0, 0.01)


def batch(seq: int, *events: Event, attempt: str = "one") -> dict[str, object]:
    return {"attempt": attempt, "seq": seq, "events": [to_wire(event) for event in events]}


async def everything(log: RunLog, cursor: int = 0, tick: float = 0.0) -> list[Update]:
    return [update async for update in log.follow(cursor, tick)]


def test_status_follows_from_the_events() -> None:
    log = RunLog(RUN)
    log.move(3)
    assert (log.status().phase, log.status().position) == ("queued", 3)
    log.place("tcp://127.0.0.1:1")
    assert (log.status().phase, log.status().position) == ("starting", None)
    phases = []
    for event in (START, step(0), Paused(1), Resumed(1), step(1), Finished(1.5)):
        log.append([event])
        phases.append(log.status().phase)
    assert phases == ["running", "running", "paused", "running", "running", "finished"]
    assert (log.status().started, log.status().seconds) == (5.0, 1.5)


@pytest.mark.parametrize(
    ("end", "phase", "message"),
    [(Stopped(1.0, "By hand."), "stopped", "By hand."), (Failed("Broken."), "failed", "Broken.")],
)
def test_an_end_says_why_and_nothing_follows_it(end: Stopped | Failed, phase: str, message: str) -> None:
    ended: list[RunLog] = []
    log = RunLog(RUN, on_end=ended.append)
    log.append([START, end, step(0)])
    log.append([step(1)])
    assert log.events == [START, end]
    assert (log.status().phase, log.status().message) == (phase, message)
    assert ended == [log]


def test_batches_are_taken_once_and_in_order() -> None:
    log = RunLog(RUN)
    assert log.receive(batch(0, START, step(0)))
    assert log.receive(batch(0, START, step(0)))
    assert log.receive(batch(2, step(1)))
    assert not log.receive(batch(4, step(3)))
    assert log.receive(batch(3, step(2)))
    assert log.events == [START, step(0), step(1), step(2)]


def test_a_second_attempt_is_not_heard() -> None:
    log = RunLog(RUN)
    log.receive(batch(0, START, step(0)))
    log.receive(batch(2, step(7), attempt="two"))
    assert log.events == [START, step(0)]
    log.receive(batch(2, Failed("The worker has gone."), attempt=""))
    assert log.ended


async def test_a_follower_gets_the_history_at_once_and_then_what_is_new() -> None:
    log = RunLog(RUN, [START, step(0)])
    follower = log.follow(0, 0.01)
    first = await anext(follower)
    assert (first.events, first.cursor, first.replay) == ((START, step(0)), 2, False)
    assert log.watchers == 1
    log.append([step(1)])
    log.append([step(2)])
    second = await anext(follower)
    assert (second.events, second.cursor) == ((step(1), step(2)), 4)
    log.append([Finished(1.0)])
    last = await anext(follower)
    assert last.status.phase == "finished"
    with pytest.raises(StopAsyncIteration):
        await anext(follower)
    assert log.watchers == 0


async def test_any_cursor_loses_and_repeats_nothing() -> None:
    events: list[Event] = [START, *(step(number) for number in range(20)), Finished(1.0)]
    for cursor in range(-1, len(events) + 2):
        told = [event for update in await everything(RunLog(RUN, events), cursor) for event in update.events]
        assert told == events[max(cursor, 0) :]


async def test_an_ended_run_is_a_replay() -> None:
    updates = await everything(RunLog(RUN, [START, Finished(1.0)]))
    assert [(update.replay, update.status.phase) for update in updates] == [(True, "finished")]


async def test_updates_with_events_keep_the_tick() -> None:
    log = RunLog(RUN)

    async def work() -> None:
        log.append([START])
        for number in range(30):
            log.append([step(number)])
            await asyncio.sleep(0.005)
        log.append([Finished(0.15)])

    working, began = asyncio.create_task(work()), time.monotonic()
    updates = await everything(log, tick=0.05)
    await working
    told = [event for update in updates for event in update.events]
    assert [event.step for event in told if isinstance(event, Step)] == list(range(30))
    with_events = sum(1 for update in updates if update.events)
    assert with_events <= (time.monotonic() - began) / 0.05 + 1


async def test_a_change_of_place_in_the_queue_is_news() -> None:
    log = RunLog(RUN)
    log.move(2)
    follower = log.follow(tick=0)
    assert (await anext(follower)).status.position == 2
    log.move(1)
    update = await anext(follower)
    assert (update.status.position, update.events) == (1, ())
    await follower.aclose()


async def test_a_follower_that_leaves_is_not_counted_any_more() -> None:
    log = RunLog(RUN, [START])

    async def follow() -> None:
        async with contextlib.aclosing(log.follow()) as updates:
            async for _ in updates:
                pass

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.01)
    assert log.watchers == 1
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert log.watchers == 0
    assert time.monotonic() - log.watched_at < 1


async def test_closing_lets_followers_go() -> None:
    log = RunLog(RUN, [START])
    following = asyncio.create_task(everything(log))
    await asyncio.sleep(0.01)
    log.close()
    assert [update.status.phase for update in await following] == ["running"]
