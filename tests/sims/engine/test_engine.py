"""Runs from submit to replay, on a real cluster of two worker processes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from sims.engine import Engine
from sims.engine.sentences import CLOSED, KILLED
from sims.errors import EngineError
from sims.events import Event, Failed, Finished, Paused, Resumed, Started, Step, Stopped
from tests.sims.engine.helpers import LONG, ended, events_of, followed, reach, started, steps_of, sweep, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('store') / 'runs.sqlite3'}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(store_url: str) -> AsyncIterator[Engine]:
    engine = Engine(workers=2, store_url=store_url)
    await engine.start()
    assert engine.problem is None
    yield engine
    await engine.close()


async def test_a_run_is_told_from_its_first_event_to_its_last(engine: Engine) -> None:
    run_id = await engine.submit(sweep(40))
    updates = await followed(engine, run_id)
    events = [event for update in updates for event in update.events]
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert steps_of(events) == list(range(40))
    assert [update.cursor for update in updates][-1] == len(events)
    assert not any(update.replay for update in updates)

    run = await engine.lookup(run_id)
    assert engine.facts is not None
    assert (run.device, run.torch) == (events[0].device, events[0].torch)
    assert (run.device, run.torch) == (engine.facts.device, engine.facts.torch)
    status = engine.status(run_id)
    assert (status.phase, status.started) == ("finished", events[0].at)
    assert run in engine.list()


async def test_any_cursor_goes_on_where_it_was(engine: Engine) -> None:
    run_id = await engine.submit(sweep(30))
    events = await events_of(engine, run_id)
    assert await events_of(engine, run_id, 10) == events[10:]


async def test_the_same_run_asked_for_twice_is_trained_once(engine: Engine) -> None:
    experiment = sweep(60)
    first, second = await asyncio.gather(engine.submit(experiment), engine.submit(experiment))
    assert first == second
    one, other = await asyncio.gather(events_of(engine, first), events_of(engine, first))
    assert one == other
    assert engine.watchers(first) == 0


async def test_a_finished_run_is_replayed_unless_asked_for_again(engine: Engine) -> None:
    experiment = sweep()
    run_id = await engine.submit(experiment)
    events = await events_of(engine, run_id)
    assert await engine.submit(experiment) == run_id
    updates = await followed(engine, run_id)
    assert [update.replay for update in updates] == [True]
    assert list(updates[0].events) == events

    second = await engine.submit(experiment, again=True)
    assert second != run_id
    assert [event for event in await events_of(engine, second) if isinstance(event, Step)] == [
        event for event in events if isinstance(event, Step)
    ]


async def test_pause_step_resume_stop(engine: Engine) -> None:
    run_id = await engine.submit(sweep(LONG))
    await started(engine, run_id)
    await engine.pause(run_id)
    await engine.pause(run_id)
    await reach(engine, run_id, lambda status: status.phase == "paused")
    events: list[Event] = []
    following = asyncio.create_task(events_of(engine, run_id, into=events))
    await until(lambda: events)
    made = len(steps_of(events))
    for number in range(1, 4):
        await engine.step(run_id)
        await until(lambda: len(steps_of(events)) >= made + number)  # noqa: B023 -- called at once
    assert engine.status(run_id).phase == "paused"
    assert len(steps_of(events)) == made + 3
    await engine.resume(run_id)
    await reach(engine, run_id, lambda status: status.phase == "running")
    await engine.stop(run_id, "Enough was seen.")
    await engine.stop(run_id)
    status = await ended(engine, run_id)
    assert (status.phase, status.message) == ("stopped", "Enough was seen.")

    await following
    assert steps_of(events) == list(range(len(steps_of(events))))
    assert sum(isinstance(event, Paused) for event in events) == 4
    assert sum(isinstance(event, Resumed) for event in events) == 1
    assert isinstance(events[-1], Stopped)
    await engine.pause(run_id)
    await engine.resume(run_id)


async def test_a_step_holds_a_run_that_is_going_on(engine: Engine) -> None:
    run_id = await engine.submit(sweep(LONG))
    await started(engine, run_id)
    await engine.step(run_id)
    await reach(engine, run_id, lambda status: status.phase == "paused")
    await engine.stop(run_id)
    await ended(engine, run_id)


async def test_a_run_that_is_being_stopped_is_not_joined(engine: Engine) -> None:
    experiment = sweep(LONG)
    first = await engine.submit(experiment)
    await started(engine, first)
    await engine.stop(first)
    second = await engine.submit(experiment)
    assert second != first
    await engine.stop(second)
    assert {(await ended(engine, run_id)).phase for run_id in (first, second)} == {"stopped"}


async def test_the_queue_is_first_come_first_served(engine: Engine) -> None:
    busy = [await engine.submit(sweep(LONG)) for _ in range(2)]
    for run_id in busy:
        await started(engine, run_id)
    third, fourth = [await engine.submit(sweep(LONG)) for _ in range(2)]
    assert [engine.status(run_id).position for run_id in (third, fourth)] == [1, 2]
    await engine.stop(third)
    assert await events_of(engine, third) == [Stopped(0.0, "The run was stopped.")]
    assert engine.status(fourth).position == 1
    await engine.pause(fourth)
    assert engine.status(fourth).phase == "queued"
    await engine.stop(busy[0])
    await started(engine, fourth)
    for run_id in (busy[1], fourth):
        await engine.stop(run_id)
        await ended(engine, run_id)


async def test_a_killed_worker_harms_its_own_run_alone(engine: Engine) -> None:
    one, other = [await engine.submit(sweep(LONG)) for _ in range(2)]
    for run_id in (one, other):
        await started(engine, run_id)
    (start,) = [event async for event in _first(engine, one)]
    process_at(start.worker).kill()
    events = await events_of(engine, one)
    assert events[-1] == Failed(KILLED)
    assert steps_of(events) == list(range(len(steps_of(events))))
    assert engine.status(other).phase == "running"

    third = await engine.submit(sweep())  # on the worker that was started in its place
    assert isinstance((await events_of(engine, third))[-1], Finished)
    await engine.stop(other)
    await ended(engine, other)


async def _first(engine: Engine, run_id: str) -> AsyncIterator[Started]:
    async for update in engine.follow(run_id):
        for event in update.events:
            if isinstance(event, Started):
                yield event
                return


def process_at(address: str) -> psutil.Process:
    """Return the worker process that listens at this address."""
    port = int(address.rpartition(":")[2])
    for process in psutil.Process().children(recursive=True):
        if any(c.status == "LISTEN" and c.laddr.port == port for c in process.net_connections()):
            return process
    raise LookupError(address)


@pytest.mark.parametrize("run_id", ["0123456789abcdef", "", "../../secret", "x" * 10_000])
async def test_an_unknown_run_is_a_sentence(engine: Engine, run_id: str) -> None:
    with pytest.raises(EngineError, match="not known"):
        await engine.lookup(run_id)
    with pytest.raises(EngineError, match="not known"):
        await anext(engine.follow(run_id))
    with pytest.raises(EngineError, match="not known"):
        await engine.stop(run_id)
    with pytest.raises(EngineError, match="not known"):
        engine.status(run_id)


async def test_a_full_queue_refuses(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sims.engine.dispatch.QUEUE_LIMIT", 1)
    accepted = []
    for _ in range(2):
        accepted.append(await engine.submit(sweep(LONG)))
        await started(engine, accepted[-1])
    accepted.append(await engine.submit(sweep(LONG)))
    known = engine.list()
    with pytest.raises(EngineError, match="waiting already"):
        await engine.submit(sweep(LONG))
    assert engine.list() == known
    for run_id in reversed(accepted):
        await engine.stop(run_id)
        await ended(engine, run_id)


async def test_ended_runs_leave_memory_and_scheduler(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sims.engine.engine._RECENT_RUNS", 2)
    experiment = sweep()
    first = await engine.submit(experiment)
    events = await events_of(engine, first)
    for _ in range(3):
        await events_of(engine, await engine.submit(sweep()))
    assert engine._dispatcher
    scheduler = engine._dispatcher.cluster._own.scheduler
    await until(lambda: len(engine.list()) == 2 and not scheduler.tasks)
    await until(lambda: not [topic for topic in scheduler._broker._topics if topic.startswith("lrlab/")])
    assert first not in {run.id for run in engine.list()}
    assert await engine.submit(experiment) == first
    assert await events_of(engine, first) == events


async def test_a_run_outlives_its_server(engine: Engine, store_url: str, tmp_path: Path) -> None:
    experiment = sweep()
    run_id = await engine.submit(experiment)
    events = await events_of(engine, run_id)
    stopped = await engine.submit(sweep(LONG))
    await started(engine, stopped)
    await engine.stop(stopped)
    await ended(engine, stopped)
    later = Engine(workers=1, store_url=store_url)
    await later.start()
    assert await later.submit(experiment) == run_id
    assert await events_of(later, run_id) == events
    assert (await later.lookup(run_id)).settings == experiment.as_dict()
    assert (await followed(later, stopped))[-1].status.phase == "stopped"

    going = await later.submit(sweep(LONG))
    following = asyncio.create_task(events_of(later, going))
    await started(later, going)
    waiting = await later.submit(sweep(LONG))
    await later.close()
    assert isinstance((await following)[-1], Stopped)
    assert [later.status(run).message for run in (going, waiting)] == [CLOSED, CLOSED]
