"""A run's topic on the scheduler: workers write into it, and every web process that follows reads it.

Messages are {"run": ...}, the description of a run; {"attempt", "seq", "events"}, a batch of what
happened; and {"ask": "watch"} or {"ask": "stop", "reason": ...}, to the web process in whose queue
the run is.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from distributed import Scheduler

from sims.engine.cluster import PATIENCE, Cluster
from sims.engine.log import RunLog
from sims.engine.runs import Run
from sims.engine.sentences import GAP
from sims.events import END, Failed

logger = logging.getLogger(__name__)

Message = dict[str, Any]

_PREFIX = "lrlab/"
_RUNS = "lrlab-runs"
_ALL = "all"

KEPT = 600.0
"""Seconds that an ended run stays on a shared scheduler, for web processes that have another store."""
ABANDONED = 24 * 3600.0
"""Seconds of silence after which the topic of a run that never ended is removed."""


def topic_of(run_id: str) -> str:
    """Return the name of the topic that carries a run's events."""
    return _PREFIX + run_id


class Topics:
    """The topics of one connection; `on_ask` hears what other web processes ask about a run."""

    def __init__(self, cluster: Cluster, on_ask: Callable[[RunLog, Message], None]) -> None:
        self._client: Any = cluster.client
        self._shared = cluster.shared
        self._on_ask = on_ask
        self._logs: dict[str, RunLog] = {}

    @property
    def me(self) -> str:
        """This connection's name on the scheduler."""
        return str(self._client.id)

    def close(self) -> None:
        """Listen to nothing any more, so that nothing is sent here while the connection closes."""
        for topic in (_ALL, *([_RUNS] if self._shared else []), *self._logs):
            self._client.unsubscribe_topic(topic)
        self._logs.clear()

    def listen(self, log: RunLog) -> None:
        """Append to `log` whatever its topic brings from now on."""

        topic = topic_of(log.run.id)
        self._logs[topic] = log

        async def hear(event: tuple[float, Message]) -> None:
            if topic in self._logs:  # Dask never forgets a handler, so that it must not hold the log
                await self._take(self._logs[topic], event[1])

        self._client.subscribe_topic(topic, hear)

    async def catch_up(self, log: RunLog) -> bool:
        """Append to `log` what its topic has brought so far; False where a part of it is lost."""
        batches = [message for message in await self._tune_in(topic_of(log.run.id)) if "seq" in message]
        return all(log.receive(batch) for batch in batches)

    async def announce(self, run: Run) -> None:
        """Let the other web processes know of a run in our queue."""
        await self._write([topic_of(run.id), _RUNS], {"run": asdict(run), "owner": self.me})

    async def find(self, run_id: str) -> tuple[Run, str] | None:
        """Return a run of another web process and that process's name, or None."""
        if self._shared:
            with suppress(OSError):
                async with asyncio.timeout(PATIENCE):
                    for _, message in await self._client.get_events(topic_of(run_id)):
                        if "run" in message:
                            return Run(**message["run"]), message["owner"]
        return None

    async def on_announce(self, hear: Callable[[Run], None]) -> None:
        """Call `hear` with every run that any web process announces, and with the last ones so far."""
        if self._shared:
            self._client.subscribe_topic(_RUNS, lambda event: hear(Run(**event[1]["run"])))
            for message in await self._tune_in(_RUNS):
                hear(Run(**message["run"]))

    def on_members(self, hear: Callable[[Message], None]) -> None:
        """Call `hear` whenever a worker or client comes or goes."""
        self._client.subscribe_topic(_ALL, lambda event: hear(event[1]))

    async def say(self, log: RunLog, message: Message) -> None:
        """Write into a run's topic, for the other web processes."""
        await self._write([topic_of(log.run.id)], message)

    async def hang_up(self, log: RunLog) -> None:
        """Listen no longer to an ended run, and take ended runs off the scheduler."""
        topic = topic_of(log.run.id)
        try:
            self._logs.pop(topic, None)
            await self._client.run_on_scheduler(_tidy, topic, self.me, KEPT if self._shared else 0.0)
        except Exception:  # nobody waits for this, and the next run tidies up again
            logger.debug("Ended runs stay on the Dask scheduler for now.", exc_info=True)

    async def _write(self, topics: list[str], message: Message) -> None:
        if self._shared:  # otherwise nobody else can read it
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._client.log_event(topics, message)
            except OSError:
                logger.warning("The Dask scheduler did not take a message about a run.")

    async def _take(self, log: RunLog, message: Message) -> None:
        if "ask" in message:
            self._on_ask(log, message)
        elif "seq" in message and not log.receive(message) and not await self.catch_up(log):
            log.append([Failed(GAP)])

    async def _tune_in(self, topic: str) -> list[Message]:
        """Return what a topic has brought so far, and hear everything after that.

        Dask subscribes by one connection and reads by another, so what is sent between the two would
        be missed; on the scheduler both are done at once.
        """
        me = self.me

        def subscribe_and_read(dask_scheduler: Scheduler) -> Any:
            dask_scheduler.subscribe_topic(topic, me)
            return dask_scheduler.get_events(topic)

        return [message for _, message in await self._client.run_on_scheduler(subscribe_and_read)]


def _tidy(done: str, client: str, kept: float, dask_scheduler: Scheduler) -> None:
    """Runs on the scheduler: unsubscribe from `done`, and remove the topics of runs that ended before.

    Dask itself only ever empties topics, which would leave one for every run there ever was.
    """
    dask_scheduler.unsubscribe_topic(done, client)
    topics = dask_scheduler._broker._topics
    for name in [name for name in topics if name.startswith(_PREFIX)]:
        topic = topics[name]
        if topic.events:
            at, message = topic.events[-1]
            ended = name == done or _ends(message)
            over = time.time() - at >= (kept if ended else ABANDONED)
        else:
            over = not topic.subscribers
        if over:
            del topics[name]


def _ends(message: Message) -> bool:
    return bool(message.get("events")) and message["events"][-1][0] in {kind.__name__ for kind in END}
