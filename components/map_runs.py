"""The runs of the warmup map, which begin, end and are watched together."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, asynccontextmanager

from components.map_address import CELLS
from components.map_view import place
from components.runner import begin
from sims.engine import Engine
from sims.errors import EngineError, LabError
from sims.warmup import Warmup, cells

GOING = ("queued", "starting", "running", "paused")
"""Phases of a run that has not ended."""


async def begin_all(engine: Engine, spec: Warmup) -> dict[str, str]:
    """Return a run for every cell; where one cannot be had none is begun, and the LabError says why."""
    runs: dict[str, str] = {}
    fresh: list[str] = []
    specs = cells(spec)
    try:
        for row, column in CELLS:
            runs[place(row, column)], begun = await begin(engine, specs[row][column])
            fresh += [begun] if begun else []
    except LabError:
        await stop_all(engine, fresh)
        raise
    return runs


async def stop_all(engine: Engine, runs: Iterable[str]) -> None:
    """End those of the runs that go on."""
    for run_id in runs:
        try:
            going = engine.status(run_id).phase in GOING
        except EngineError:
            continue  # ended long ago, and no longer in memory
        if going:
            await engine.stop(run_id)


@asynccontextmanager
async def watched(engine: Engine, runs: Iterable[str]) -> AsyncGenerator[None]:
    """Have the engine take all runs for watched: the page follows one after another, and the last wait long."""

    async def watch(run_id: str) -> None:
        try:
            async with aclosing(engine.follow(run_id, tick=5.0)) as updates:
                async for _ in updates:
                    pass
        except EngineError:
            return  # which the page is told by its own follower

    tasks = [asyncio.create_task(watch(run_id)) for run_id in runs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
