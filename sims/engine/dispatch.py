"""The queue: gives each run to one idle worker, and notices what happens to runs and workers meanwhile."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

from distributed import Future, KilledWorker, fire_and_forget
from distributed.client import FutureCancelledError

from sims.engine import worker
from sims.engine.cluster import Cluster
from sims.engine.control import Verb
from sims.engine.crew import Crew
from sims.engine.log import RunLog
from sims.engine.sentences import BROKEN, CLOSED, FULL, KILLED, LOST, ORPHANED, UNWATCHED
from sims.engine.topics import Message, Topics, topic_of
from sims.errors import EngineError
from sims.events import Failed, Stopped, to_wire

logger = logging.getLogger(__name__)

QUEUE_LIMIT = 500
"""Runs that may wait; further ones are refused, so that nobody can fill the memory with them."""

_BEAT = 2.0
"""Seconds between two looks at the workers when nothing calls for one before."""
_CLOSING = 1.5
"""Seconds that running runs get to end by themselves when the server is shut down."""


class Dispatcher:
    """Runs that wait and runs that are being trained, over one connection to Dask.

    `lost` is True once the connection has gone; every run has then failed, and a new dispatcher is
    needed for new ones.
    """

    def __init__(self, cluster: Cluster, grace: float) -> None:
        self.cluster = cluster
        self.lost = False
        self.crew = Crew(cluster, self.wake)
        self.topics = Topics(cluster, self._on_ask)
        self._grace = grace
        self._queue: list[RunLog] = []
        self._active: dict[str, RunLog] = {}
        self._renewed = 0.0
        self._call = asyncio.Event()
        self._watching: set[asyncio.Task[None]] = set()
        self._saying: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Prepare the workers that are there, and begin to look after the queue."""
        self.topics.on_members(self._on_members)
        self.crew.update(await self.cluster.workers())
        _spawn(self._look_after(), self._watching)
        await self.crew.settled()

    async def look_again(self) -> None:
        """See whether what was in the way of the workers is so still."""
        try:
            await self.crew.look_again()
        except OSError:
            self._give_up()

    def wake(self) -> None:
        """Look at queue and workers now."""
        self._call.set()

    async def enqueue(self, log: RunLog) -> None:
        """Take a new run, for a worker when its turn comes; EngineError where the queue is full."""
        if len(self._queue) >= QUEUE_LIMIT:
            raise EngineError(FULL.format(QUEUE_LIMIT))
        self._active[log.run.id] = log
        self._queue.append(log)
        self._count()
        self.topics.listen(log)
        await self.topics.announce(log.run)
        self.wake()

    async def adopt(self, log: RunLog) -> bool:
        """Follow a run of another web process; False where its beginning is lost."""
        self.topics.listen(log)
        complete = await self.topics.catch_up(log)
        if complete and not log.ended:
            self._active[log.run.id] = log
        return complete

    async def move(self, log: RunLog, verb: Verb, reason: str = "") -> None:
        """Pause, step, resume or stop a run; returns once its worker knows."""
        log.stopping = log.stopping or verb == "stop"
        while not log.ended and not self.lost:
            if log.worker is not None:
                answers = await self.cluster.call([log.worker], worker.move, log.run.id, verb, reason)
                if answers.get(log.worker):
                    return
                await asyncio.sleep(0.02)  # it is on its way to the worker, or its end is on the way to us
            elif verb == "stop":
                if log in self._queue:
                    self._end(log, Stopped(0.0, reason))
                else:
                    await self.topics.say(log, {"ask": "stop", "reason": reason})
                return
            else:
                return  # a run that waits cannot be paused

    async def close(self) -> None:
        """End every run of this web process; those of a shared scheduler end by their lease."""
        for log in list(self._queue):
            self._end(log, Stopped(0.0, CLOSED))
        if not self.cluster.shared and not self.lost:
            await asyncio.gather(*(self._close_run(log) for log in list(self._active.values())))
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, *self._saying, return_exceptions=True)
        await self.crew.close()

    async def disconnect(self) -> None:
        """Leave the cluster, once every ended run has been put away; our own workers end with it."""
        if self.cluster.alive:
            self.topics.close()
        await self.cluster.close()

    async def _close_run(self, log: RunLog) -> None:
        try:
            async with asyncio.timeout(_CLOSING):
                await self.move(log, "stop", CLOSED)
                async for _ in log.follow(len(log.events)):
                    pass
        except TimeoutError:
            log.append([Stopped(0.0, CLOSED)])

    async def _look_after(self) -> None:
        while not self.lost:
            self._call.clear()
            try:
                await self._beat()
            except OSError:  # which a TimeoutError is, too
                self._give_up()
            except Exception:
                logger.exception("The queue could not be looked after; trying again.")
            try:
                async with asyncio.timeout(min(_BEAT, self._grace / 4)):
                    await self._call.wait()
            except TimeoutError:
                continue

    async def _beat(self) -> None:
        working = await self.cluster.workers()
        self.crew.update(working)
        for log in list(self._active.values()):
            if log.ended:
                del self._active[log.run.id]
            elif log.worker is not None and log.worker not in working:
                self._end(log, Failed(KILLED))
        now = time.monotonic()
        for log in list(self._queue):
            if not log.watchers and now - log.watched_at > self._grace:
                self._end(log, Stopped(0.0, UNWATCHED))
        if now - self._renewed >= self._grace / 4:
            self._renewed = now
            await self._renew()
        self._place(working)

    def _place(self, working: dict[str, bool]) -> None:
        taken = {log.worker for log in self._active.values() if not log.ended}
        idle = [address for address in self.crew.ready if not working.get(address) and address not in taken]
        chosen = idle[: len(self._queue)]
        hosts = [urlsplit(address).hostname for address in (*taken, *chosen) if address]
        for address in chosen:
            log = self._queue.pop(0)
            log.place(address)
            run = log.run
            future = self.cluster.client.submit(
                worker.train_run,
                run.id,
                topic_of(run.id),
                run.kind,
                run.settings,
                self._grace,
                hosts.count(urlsplit(address).hostname),
                key=f"train-{run.id}",
                workers=[address],
                allow_other_workers=False,
                retries=0,
                pure=False,
            )
            if self.cluster.shared:
                # So that it goes on for the others when this process ends.
                fire_and_forget(future)  # type: ignore[no-untyped-call]
            _spawn(self._watch(log, future), self._watching)
        self._count()

    async def _watch(self, log: RunLog, future: "Future[None]") -> None:
        """Hold on to the future until the run has ended, however it ends."""
        try:
            await future
        except Exception as error:  # dask raises whatever the task or the cluster did
            if not log.ended and not isinstance(error, KilledWorker | FutureCancelledError):
                logger.error("Run %s could not be carried out.", log.run.id, exc_info=error)
                self._end(log, Failed(BROKEN))
        finally:
            future.release()  # type: ignore[no-untyped-call] # its error's trace would hold it, and the task
        if not log.ended:
            self._end(log, Failed(KILLED))
        self.wake()

    def _end(self, log: RunLog, event: Failed | Stopped) -> None:
        """End a run from here, for everybody who follows it anywhere."""
        seq = len(log.events)
        log.append([event])
        if log in self._queue:
            self._queue.remove(log)
            self._count()
        _spawn(self.topics.say(log, {"attempt": "", "seq": seq, "events": [to_wire(event)]}), self._saying)
        self.wake()

    async def _renew(self) -> None:
        watched = [log for log in self._active.values() if log.watchers and not log.ended]
        placed = [log for log in watched if log.worker is not None]
        await self.cluster.call(
            {str(log.worker) for log in placed}, worker.renew, [log.run.id for log in placed]
        )
        for log in watched:
            if log.worker is None and log.owner != self.topics.me:
                await self.topics.say(log, {"ask": "watch"})

    def _on_ask(self, log: RunLog, message: Message) -> None:
        """Another web process asks to keep a run in our queue, or to take it off."""
        if log in self._queue:
            match message["ask"]:
                case "watch":
                    log.watched_at = time.monotonic()
                case "stop":
                    self._end(log, Stopped(0.0, message["reason"]))

    def _on_members(self, message: Message) -> None:
        match message.get("action"):
            case "add-worker" | "remove-worker":
                self.wake()
            case "remove-client":
                for log in list(self._active.values()):
                    if log.worker is None and log.owner == message["client"]:
                        self._end(log, Failed(ORPHANED))

    def _give_up(self) -> None:
        if not self.lost:
            logger.warning("The connection to the Dask scheduler was lost.")
        self.lost = True
        self._queue.clear()
        for log in self._active.values():
            log.append([Failed(LOST)])

    def _count(self) -> None:
        for position, log in enumerate(self._queue, start=1):
            log.move(position)


def _spawn(work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
