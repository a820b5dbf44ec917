"""Two web processes on one Dask scheduler: one run, one history, one queue for its workers."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from sims.engine import Engine
from sims.engine.sentences import CLOSED, KILLED
from sims.errors import EngineError
from sims.events import Failed, Finished, Stopped
from tests.sims.engine.helpers import LONG, ended, events_of, reach, started, sweep


@asynccontextmanager
async def cluster(port: int = 0) -> AsyncIterator[LocalCluster]:
    """A scheduler with one worker, as somebody else may have started it."""
    context = dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    started = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=1,
        threads_per_worker=1,
        host="127.0.0.1",
        scheduler_port=port,
        dashboard_address="127.0.0.1:0",
        memory_limit=None,
        asynchronous=True,
    )
    with context:
        async with started:
            yield started


@asynccontextmanager
async def engines(count: int, folder: Path, grace: float | None = None) -> AsyncIterator[list[Engine]]:
    """Engines as `count` web processes would have them, each with a store of its own."""
    made = [
        Engine(store_url=f"sqlite:///{folder / f'{number}.sqlite3'}", grace=grace) for number in range(count)
    ]
    await asyncio.gather(*(engine.start() for engine in made))
    yield made
    for engine in made:
        await engine.close()


async def test_two_web_processes_share_runs_and_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with cluster() as dask_cluster:
        monkeypatch.setenv("LRLAB_SCHEDULER", dask_cluster.scheduler_address)
        async with engines(2, tmp_path) as (one, other):
            assert (one.problem, other.problem) == (None, None)

            # A run of one is followed in the other from its first event, and steered from there.
            experiment = sweep(LONG)
            run_id = await one.submit(experiment)
            here = asyncio.create_task(events_of(one, run_id))
            await started(one, run_id)
            assert await other.submit(experiment) == run_id
            there = asyncio.create_task(events_of(other, run_id))
            await other.lookup(run_id)
            await other.pause(run_id)
            await reach(one, run_id, lambda status: status.phase == "paused")

            # A run in the queue of one is known to the other, and may be taken off from there.
            waiting = await one.submit(sweep(LONG))
            assert (await other.lookup(waiting)).id == waiting
            assert other.status(waiting).phase == "queued"
            await other.stop(waiting)
            assert (await ended(one, waiting)).phase == (await ended(other, waiting)).phase == "stopped"

            await other.stop(run_id)
            events = await here
            assert events == await there
            assert isinstance(events[-1], Stopped)

            # Each keeps what it saw, so that either replays it later.
            short = sweep()
            run_id = await one.submit(short)
            assert isinstance((await events_of(one, run_id))[-1], Finished)
            assert await events_of(other, run_id) == await events_of(one, run_id)

            with pytest.raises(EngineError, match="not known"):
                await other.lookup("0123456789abcdef")

            # A killed worker is reported in both.
            run_id = await one.submit(sweep(LONG))
            await started(one, run_id)
            await other.lookup(run_id)
            os.kill(next(iter(dask_cluster.workers.values())).pid, signal.SIGKILL)
            here, there = (asyncio.create_task(events_of(engine, run_id)) for engine in (one, other))
            assert (await here)[-1] == (await there)[-1] == Failed(KILLED)


async def test_a_run_goes_on_without_the_web_process_that_began_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with cluster() as dask_cluster:
        monkeypatch.setenv("LRLAB_SCHEDULER", dask_cluster.scheduler_address)
        async with engines(2, tmp_path, grace=1) as (one, other):
            run_id = await one.submit(sweep(150))
            await started(one, run_id)
            following = asyncio.create_task(events_of(other, run_id))
            await other.lookup(run_id)
            waiting = await one.submit(sweep(LONG))
            await other.lookup(waiting)
            await one.close()
            assert isinstance((await following)[-1], Finished)
            assert (await ended(other, waiting)).message == CLOSED


async def test_a_scheduler_that_cannot_be_reached_is_named_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setattr("sims.engine.cluster.PATIENCE", 0.5)
    monkeypatch.setenv("LRLAB_SCHEDULER", f"tcp://127.0.0.1:{unused_tcp_port}")
    async with engines(1, tmp_path) as (engine,):
        with pytest.raises(EngineError, match=f"127.0.0.1:{unused_tcp_port} cannot be reached"):
            await engine.submit(sweep())
        async with cluster(unused_tcp_port):
            run_id = await engine.submit(sweep(LONG))
            await started(engine, run_id)
            following = asyncio.create_task(events_of(engine, run_id))
        assert isinstance((await following)[-1], Failed)
        with pytest.raises(EngineError, match="cannot be reached"):
            await engine.submit(sweep())
