"""The workers: which are here, which are ready to train, and what they train with."""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from sims.engine import worker
from sims.engine.cluster import Cluster
from sims.engine.runs import WorkerFacts, code_version
from sims.engine.sentences import NO_ANSWER, NO_WORKER, NOT_READY, OTHER_CODE

_PATIENCE = 60.0
"""Seconds that importing torch and loading the data may take."""

_LOOK_AGAIN = 1.0
"""Seconds between two looks at the same problem, however many runs are asked for meanwhile."""


class Crew:
    """Prepares every worker that appears, and knows which of them may be given a run.

    A run is a function of what it is trained with, so workers that differ in it from the first
    one that was ready are not used.
    """

    def __init__(self, cluster: Cluster, on_ready: Callable[[], None]) -> None:
        self._cluster = cluster
        self._on_ready = on_ready
        self._known: dict[str, WorkerFacts | str | None] = {}  # None: being prepared, str: its problem
        self._facts: WorkerFacts | None = None
        self._looked = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> list[str]:
        """Addresses of the workers that may train, longest known first."""
        return [
            address for address, facts in self._known.items() if facts is not None and facts == self._facts
        ]

    @property
    def facts(self) -> WorkerFacts | None:
        """What the workers train with, None before the first one was ready."""
        return self._facts and replace(self._facts, workers=len(self.ready))

    @property
    def problem(self) -> str | None:
        """Why no run can start, or None; a worker that is only being prepared is no problem."""
        if not self._known and self._cluster.shared:
            return NO_WORKER
        if self.ready or None in self._known.values():
            return None
        if problems := [found for found in self._known.values() if isinstance(found, str)]:
            return problems[0]
        return None if self._facts else NOT_READY

    def update(self, addresses: Collection[str]) -> None:
        """Forget the workers that have gone and begin to prepare those that are new."""
        for address in set(self._known) - set(addresses):
            del self._known[address]
        self._choose()
        self._begin([address for address in addresses if address not in self._known])

    async def settled(self) -> None:
        """Wait until no worker is being prepared."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def look_again(self) -> None:
        """Prepare the workers that had a problem once more; it may have been repaired."""
        if time.monotonic() - self._looked >= _LOOK_AGAIN:
            self._looked = time.monotonic()
            self.update(await self._cluster.workers())
            self._begin([address for address, found in self._known.items() if isinstance(found, str)])
        await self.settled()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, addresses: list[str]) -> None:
        if addresses:
            self._known.update(dict.fromkeys(addresses))
            task = asyncio.create_task(self._prepare(addresses))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _prepare(self, addresses: list[str]) -> None:
        answers = await self._cluster.call(addresses, worker.prepare, patience=_PATIENCE)
        for address in addresses:
            if address in self._known:
                self._known[address] = _judge(address, answers.get(address))
        self._choose()
        self._on_ready()

    def _choose(self) -> None:
        if not self.ready:
            usable = [facts for facts in self._known.values() if isinstance(facts, WorkerFacts)]
            self._facts = usable[0] if usable else self._facts


def _judge(address: str, answer: dict[str, Any] | None) -> WorkerFacts | str:
    if answer is None:
        return NO_ANSWER
    if "problem" in answer:
        return str(answer["problem"])
    if answer["code"] != code_version():
        return OTHER_CODE.format(address)
    return WorkerFacts(**answer)
