"""One run's events in memory: append only, replayable from any cursor, with a wake-up for followers."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

from sims.engine.runs import Phase, Run, Status, Update
from sims.events import END, Event, Failed, Finished, Paused, Resumed, Started, Stopped, from_wire

_PHASE_AFTER: dict[type[Event], Phase] = {
    Started: "running",
    Paused: "paused",
    Resumed: "running",
    Finished: "finished",
    Stopped: "stopped",
    Failed: "failed",
}


class RunLog:
    """The events of `run` so far, and where it stands.

    `owner` names the web process whose queue it was in, and `worker` is the address of the worker
    that trains it, once there is one. `watchers` counts
    followers; `watched_at` (monotonic seconds) is when the last of them left. `on_end` is called
    once, after the end event was appended.
    """

    def __init__(
        self,
        run: Run,
        events: Sequence[Event] = (),
        *,
        owner: str = "",
        on_end: Callable[["RunLog"], None] | None = None,
    ) -> None:
        self.run = run
        self.owner = owner
        self.events: list[Event] = []
        self.worker: str | None = None
        self.stopping = False
        self.watchers = 0
        self.watched_at = time.monotonic()
        self._phase: Phase = "queued"
        self._position: int | None = None
        self._started: float | None = None
        self._attempt: str | None = None
        self._on_end = on_end
        self._closed = False
        self._changed = asyncio.Event()
        self.append(events)

    @property
    def ended(self) -> bool:
        return self.status().ended

    @property
    def queued(self) -> bool:
        return self._phase == "queued"

    def status(self) -> Status:
        """Return where the run stands now."""
        match self.events[-1] if self.events else None:
            case Finished(seconds):
                return Status("finished", None, self._started, seconds)
            case Stopped(seconds, reason):
                return Status("stopped", None, self._started, seconds, reason)
            case Failed(message):
                return Status("failed", None, self._started, None, message)
        return Status(self._phase, self._position, self._started)

    def move(self, position: int) -> None:
        """Note the place in the queue, counted from 1."""
        if position != self._position:
            self._position = position
            self._wake()

    def place(self, worker: str) -> None:
        """Note that the run left the queue for this worker."""
        self.worker = worker
        self._phase, self._position = "starting", None
        self._wake()

    def append(self, events: Sequence[Event]) -> None:
        """Add what happened; after an end event nothing is added any more."""
        if not events or self.ended:
            return
        for event in events:
            self.events.append(event)
            self._phase = _PHASE_AFTER.get(type(event), self._phase)
            if isinstance(event, Started):
                self._started, self.worker, self._position = event.at, event.worker, None
            if isinstance(event, END):
                break
        self._wake()
        if self._on_end and isinstance(self.events[-1], END):
            self._on_end(self)

    def receive(self, batch: Mapping[str, Any]) -> bool:
        """Add a batch as a worker sent it, at most once; False where batches before it are missing.

        `batch["seq"]` is the place of its first event in the run. The first attempt to be heard is
        the run: what a second one sends, should Dask ever start one, is left out.
        """
        attempt, seq = batch["attempt"], batch["seq"]
        if attempt:
            self._attempt = self._attempt or attempt
            if attempt != self._attempt:
                return True
        if seq > len(self.events):
            return self.ended
        if seq == len(self.events):
            self.append([from_wire(row) for row in batch["events"]])
        return True

    def close(self) -> None:
        """Let everyone who follows go, whether or not the run has ended."""
        self._closed = True
        self._wake()

    async def follow(self, cursor: int = 0, tick: float = 0.1) -> AsyncGenerator[Update, None]:
        """Yield everything from `cursor` on at once, then what is new, at most once in `tick` seconds.

        News after a quiet time, or after an update without events, is yielded without delay. Ends
        after the update with the end event.
        """
        cursor = min(max(cursor, 0), len(self.events))
        replay, told, due = self.ended, None, 0.0
        self.watchers += 1
        try:
            while True:
                changed = self._changed  # taken first, so that nothing happens unseen after the look
                status = self.status()
                if status != told or len(self.events) > cursor:
                    events = tuple(self.events[cursor:])
                    cursor, told = len(self.events), status
                    due = time.monotonic() + tick if events else due
                    yield Update(events, cursor, status, replay)
                if status.ended or self._closed:
                    return
                await changed.wait()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        finally:
            self.watchers -= 1
            self.watched_at = time.monotonic()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
