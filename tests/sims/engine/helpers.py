"""Experiments of a chosen length, and what tests often do with a run."""

import asyncio
import itertools
from collections.abc import Callable, Iterable

from sims.engine import Engine, Status, Update
from sims.events import Event, Step
from sims.range_test import RangeTest

_fresh = itertools.count(1)


LONG = 1000
"""Steps of a run that no test waits for: with three seeds it takes several seconds anywhere."""


def sweep(steps: int = 20) -> RangeTest:
    """Return a range test of so many steps (20 to 1000) that is new and never diverges."""
    return RangeTest(
        lr_max=1e-3 + 1e-8 * next(_fresh), steps=steps, stop_factor=0, seeds=3 if steps == LONG else 1
    )


async def followed(engine: Engine, run_id: str, cursor: int = 0) -> list[Update]:
    """Return every update of a run, to its end."""
    async with asyncio.timeout(60):
        return [update async for update in engine.follow(run_id, cursor, tick=0.02)]


async def events_of(
    engine: Engine, run_id: str, cursor: int = 0, into: list[Event] | None = None
) -> list[Event]:
    """Return every event of a run, to its end; they are in `into` as they come."""
    events: list[Event] = [] if into is None else into
    async with asyncio.timeout(60):
        async for update in engine.follow(run_id, cursor, tick=0.02):
            events += update.events
    return events


def steps_of(events: Iterable[Event]) -> list[int]:
    """Return the updates that the first seed was seen to make, in the order in which they came."""
    return [event.step for event in events if isinstance(event, Step) and event.seed == 0]


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds; TimeoutError where it never does."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 -- seen from outside, as a page would
            await asyncio.sleep(0.005)


async def reach(engine: Engine, run_id: str, there: Callable[[Status], object]) -> Status:
    """Return a run's status as soon as it fits."""
    await until(lambda: there(engine.status(run_id)))
    return engine.status(run_id)


async def started(engine: Engine, run_id: str) -> Status:
    """Return a run's status once it is being trained."""
    return await reach(engine, run_id, lambda status: status.phase == "running")


async def ended(engine: Engine, run_id: str) -> Status:
    """Return a run's status once it has ended."""
    return await reach(engine, run_id, lambda status: status.ended)
