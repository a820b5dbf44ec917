"""Runs that nobody follows end by themselves, and those that somebody follows do not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sims.engine import Engine
from sims.engine.sentences import UNWATCHED
from tests.sims.engine.helpers import LONG, ended, events_of, started, sweep

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRACE = 0.6


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("store")
    engine = Engine(workers=1, store_url=f"sqlite:///{folder / 'runs.sqlite3'}", grace=GRACE)
    await engine.start()
    yield engine
    await engine.close()


async def test_a_run_ends_when_its_last_viewer_has_gone(engine: Engine) -> None:
    run_id = await engine.submit(sweep(LONG))
    following = asyncio.create_task(events_of(engine, run_id))
    await started(engine, run_id)
    await asyncio.sleep(3 * GRACE)
    assert engine.status(run_id).phase == "running"
    following.cancel()
    status = await ended(engine, run_id)
    assert (status.phase, status.message) == ("stopped", UNWATCHED)


async def test_a_paused_run_ends_too(engine: Engine) -> None:
    run_id = await engine.submit(sweep(LONG))
    await started(engine, run_id)
    await engine.pause(run_id)
    assert (await ended(engine, run_id)).message == UNWATCHED


async def test_a_run_in_the_queue_is_dropped(engine: Engine) -> None:
    going = await engine.submit(sweep(LONG))
    following = asyncio.create_task(events_of(engine, going))
    await started(engine, going)
    dropped, kept = [await engine.submit(sweep(LONG)) for _ in range(2)]
    watching = asyncio.create_task(events_of(engine, kept))
    assert (await ended(engine, dropped)).message == UNWATCHED
    assert engine.status(kept).position == 1
    for run_id in (kept, going):
        await engine.stop(run_id)
    await asyncio.gather(following, watching)
