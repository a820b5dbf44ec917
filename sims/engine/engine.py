"""The engine's public face: submit an experiment, follow its run, steer it."""

import asyncio
import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any

from sims.engine.cluster import Cluster
from sims.engine.config import Config
from sims.engine.control import Verb
from sims.engine.dispatch import Dispatcher
from sims.engine.log import RunLog
from sims.engine.runs import Run, Status, Update, WorkerFacts, code_version, run_key
from sims.engine.sentences import BEGINNING_LOST, CLOSED, NOT_READY, STOPPED, UNKNOWN
from sims.engine.store import Store
from sims.errors import EngineError
from sims.experiment import Experiment

_RECENT_RUNS, _RECENT_EVENTS = 32, 200_000
"""Ended runs that stay in memory: so many, and so many events in all; the store has the others."""


class Engine:
    """Trains experiments in worker processes and keeps what happened, for anybody who asks by id.

    A run belongs to the engine: whoever submitted it may go, and anybody may follow it from any
    event on. Arguments win over the environment (`sims.engine.config`); ParamError or EngineError
    where either does not fit. Every coroutine belongs to the event loop that `start` ran on.
    """

    def __init__(
        self, *, workers: int | None = None, store_url: str | None = None, grace: float | None = None
    ) -> None:
        self._config = Config.read(workers=workers, store_url=store_url, grace=grace)
        self._store = Store(self._config.store_url, self._config.store_mb)
        self._dispatcher: Dispatcher | None = None
        self._problem: str | None = None
        self._closed = False
        code_version()  # of what was imported now, whatever is edited later
        self._logs: OrderedDict[str, RunLog] = OrderedDict()
        self._announced: OrderedDict[str, str] = OrderedDict()  # key -> id, of other web processes
        self._checking = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start or find the workers and make them ready; what is in the way is then in `problem`."""
        await self._store.open()
        await self.check()

    async def close(self) -> None:
        """End every run of this process with a reason, keep them, and end every worker process."""
        async with self._checking:
            if self._closed:
                return
            self._closed = True
            if self._dispatcher:
                await self._dispatcher.close()
            for log in self._logs.values():
                log.close()
            await asyncio.gather(*self._tasks)
            if self._dispatcher:
                await self._dispatcher.disconnect()
                self._dispatcher = None
        await self._store.close()

    @property
    def problem(self) -> str | None:
        """Why no run can start, as a sentence; None while there is no reason, or none is known yet."""
        return self._problem or (self._dispatcher.crew.problem if self._dispatcher else None)

    @property
    def facts(self) -> WorkerFacts | None:
        """What runs are trained with, None before a worker was ready."""
        return self._dispatcher.crew.facts if self._dispatcher else None

    async def check(self) -> str | None:
        """Look again where there is a problem, and return `problem`; free where there is none."""
        async with self._checking:
            if self._closed:
                return CLOSED
            if self._dispatcher and self._dispatcher.crew.problem:
                await self._dispatcher.look_again()
            if self._dispatcher is None or self._dispatcher.lost:
                await self._connect()
            return self.problem

    async def submit(self, experiment: Experiment, *, again: bool = False) -> str:
        """Return the id of a run of this experiment; EngineError with a sentence where none can be had.

        That is a run which is going on with the same settings, else one that finished before (unless
        `again`), else a new one.
        """
        if problem := await self.check():
            raise EngineError(problem)
        dispatcher, facts = self._dispatcher, self.facts
        if dispatcher is None or facts is None:
            raise EngineError(NOT_READY)
        settings = json.loads(json.dumps(experiment.as_dict()))
        key = run_key(experiment.KIND, settings, facts)
        known = await self._active_elsewhere(key)
        if known is None and not again and self._active(key) is None:
            known = await self._store.find(key)
        if known := self._active(key) or known:  # another submit may have been as quick while we asked
            return known
        run = Run(
            secrets.token_hex(8), experiment.KIND, settings, key, time.time(), facts.device, facts.torch
        )
        log = RunLog(run, owner=dispatcher.topics.me, on_end=self._ended)
        self._logs[run.id] = log
        try:
            await dispatcher.enqueue(log)
        except EngineError:
            del self._logs[run.id]
            raise
        return run.id

    async def stop(self, run_id: str, reason: str = STOPPED) -> None:
        """End a run, or take it off the queue; `reason` is the sentence that its Stopped event carries."""
        await self._move(run_id, "stop", reason)

    async def pause(self, run_id: str) -> None:
        """Hold a run before its next update; it ends by itself after 15 minutes."""
        await self._move(run_id, "pause")

    async def resume(self, run_id: str) -> None:
        """Let a paused run go on."""
        await self._move(run_id, "resume")

    async def step(self, run_id: str) -> None:
        """Make one update of every arm and hold the run again; a run that is going on is held first."""
        await self._move(run_id, "step")

    def status(self, run_id: str) -> Status:
        """Return where a run stands that `submit`, `lookup` or `follow` has met; EngineError otherwise."""
        return self._in_memory(run_id).status()

    def watchers(self, run_id: str) -> int:
        """Return how many followers such a run has in this process; EngineError otherwise."""
        return self._in_memory(run_id).watchers

    async def lookup(self, run_id: str) -> Run:
        """Return the run of that id, from memory, the store or another web process; EngineError otherwise."""
        return (await self._find(run_id)).run

    async def follow(self, run_id: str, cursor: int = 0, tick: float = 0.1) -> AsyncGenerator[Update, None]:
        """Yield a run's history from `cursor` on at once, then what is new, until its end event.

        At most one update with events comes in `tick` seconds, news after a quiet time without
        delay. Leaving ends nothing at once: a run goes on for the grace time after its last
        follower has left.
        """
        log = await self._find(run_id)
        async with aclosing(log.follow(cursor, tick)) as updates:
            async for update in updates:
                yield update

    def list(self) -> list[Run]:
        """Return the runs in memory, active and recent, newest first."""
        return sorted((log.run for log in self._logs.values()), key=lambda run: run.created, reverse=True)

    async def _connect(self) -> None:
        if self._dispatcher:
            await self._dispatcher.close()
            self._spawn(self._dispatcher.disconnect())  # may take seconds where the other end has gone
            self._dispatcher = None
        try:
            cluster = await Cluster.open(self._config)
        except EngineError as error:
            self._problem = str(error)
            return
        self._problem = None
        self._dispatcher = Dispatcher(cluster, self._config.grace)
        await self._dispatcher.start()
        await self._dispatcher.topics.on_announce(self._hear_of)

    async def _move(self, run_id: str, verb: Verb, reason: str = "") -> None:
        log = await self._find(run_id)
        if self._dispatcher:
            await self._dispatcher.move(log, verb, reason)

    def _in_memory(self, run_id: str) -> RunLog:
        if run_id not in self._logs:
            raise EngineError(UNKNOWN)
        return self._logs[run_id]

    async def _find(self, run_id: str) -> RunLog:
        if run_id in self._logs:
            self._logs.move_to_end(run_id)
            return self._logs[run_id]
        if not re.fullmatch("[0-9a-f]{16}", run_id):
            raise EngineError(UNKNOWN)
        if kept := await self._store.load(run_id):
            log = self._logs.setdefault(run_id, RunLog(*kept))
            self._forget_oldest()
            return log
        if self._dispatcher and (found := await self._dispatcher.topics.find(run_id)):
            run, owner = found
            if run_id not in self._logs:
                log = self._logs[run_id] = RunLog(run, owner=owner, on_end=self._ended)
                if not await self._dispatcher.adopt(log):
                    del self._logs[run_id]
                    log.close()
                    raise EngineError(BEGINNING_LOST)
            return self._logs[run_id]
        raise EngineError(UNKNOWN)

    def _active(self, key: str) -> str | None:
        for run_id, log in self._logs.items():
            if log.run.key == key and not log.stopping and not log.ended:
                return run_id
        return None

    async def _active_elsewhere(self, key: str) -> str | None:
        """Return the id of a run of that key in another web process, which is then followed here too."""
        if key in self._announced:
            try:
                await self._find(self._announced[key])
            except EngineError:
                del self._announced[key]
        return self._active(key)

    def _hear_of(self, run: Run) -> None:
        self._announced[run.key] = run.id
        if len(self._announced) > 1000:
            self._announced.popitem(last=False)

    def _ended(self, log: RunLog) -> None:
        self._spawn(self._put_away(log))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put_away(self, log: RunLog) -> None:
        await self._store.save(log.run, log.events, type(log.events[-1]).__name__)
        if self._dispatcher and not self._dispatcher.lost:
            await self._dispatcher.topics.hang_up(log)
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        ended = [log for log in self._logs.values() if log.ended]
        events = sum(len(log.events) for log in ended)
        for count, log in zip(range(len(ended), 1, -1), ended, strict=False):
            if count <= _RECENT_RUNS and events <= _RECENT_EVENTS:
                return
            events -= len(log.events)
            del self._logs[log.run.id]
