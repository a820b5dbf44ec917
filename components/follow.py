"""Following runs: a view turns events into properties of components, and a follower sends them on.

Start, reload, Back, a second browser and a replay all take this one path: follow the runs with
these ids from their first events. `updates` is an async generator of properties, so that it can
drive a websocket callback today and a streaming callback when Dash has them.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dash import ctx
from dash.exceptions import WebsocketDisconnected

from components import address
from components.spoken import Announcer
from sims.engine import Engine, Run, Status, Update
from sims.errors import LabError
from sims.events import Evaluation, Event, Step
from sims.experiments import rebuild

log = logging.getLogger(__name__)

Props = dict[tuple[str, str], Any]
"""What to set on the page: (component id, property) -> value."""

TICK = 0.05
"""Seconds between two sends at the least; a worker tells what happened every 0.09 s, so that each telling
is sent on at once and a point is on the screen within 150 ms where a redraw takes 50."""

STATE_EVERY = 0.25
"""Seconds between two updates of the run bar while nothing but the number of steps changes."""

PRESENCE_EVERY, PRESENCE_TIMEOUT, PRESENCE_MISSES = 2.0, 3.0, 3
"""How often, in seconds, a page is asked at least whether it still shows the run, how long it may take,
and how many times in a row it may fail to answer: a slow page is to be told from a closed one."""


FORKED = ("paused", "finished", "stopped")
"""Phases of a run in which it can be forked; its state then says what a fork has to know."""

LONGEST_REST = 1.0
"""Seconds that a page is left alone at the most, see `View`."""
OPENING = 2
"""Messages after which it is not left alone: empty charts, and the first points, which are waited for."""


class View(Protocol):
    """What a page makes of the runs that it shows; `slot` says which of them, such as "run" or "audit".

    After a send that took the page t seconds to draw, the page is left alone for `rest` times t, so that
    a chart of dozens of curves does not keep a slow computer from doing anything else.
    """

    rest: float

    def begin(self, slot: str, run: Run) -> None:
        """Take note of a run before its first event."""

    def feed(self, slot: str, events: Sequence[Event]) -> None:
        """Take in events that happened since the last call."""

    def whole(self) -> Props:
        """Return everything as it stands."""

    def news(self) -> Props:
        """Return what has changed since `whole` or `news` was last called, as Patches."""

    def conclusion(self, slot: str, status: Status) -> Props:
        """Return everything, with what can be said now that the run of `slot` has ended."""


@dataclass
class Progress:
    """How far a followed run has come; what the run bar shows is made from it."""

    slot: str
    run: Run
    steps: int
    fork: dict[str, Any]
    step: int = 0
    live: bool = False

    @classmethod
    def of(cls, slot: str, run: Run, fresh: bool) -> "Progress":
        """Return the progress of a run before its first event; `fresh` where it was begun for this page."""
        experiment = rebuild(run.kind, run.settings)
        plan = experiment.plan()
        settings = address.search(experiment.params(), experiment.as_dict()).removeprefix("?")
        fork = {
            "of": {"kind": run.kind, "settings": settings},
            "lines": [[arm.name, len(arm.lrs)] for arm in plan.arms],
        }
        return cls(slot, run, plan.steps, fork, live=fresh)

    def take(self, update: Update) -> None:
        """Count the steps of an update."""
        for event in update.events:
            if isinstance(event, Step | Evaluation):
                self.step = max(self.step, event.step + isinstance(event, Step))
        self.live = self.live or not update.replay

    def state(self, status: Status) -> dict[str, Any]:
        """Return what the run bar shows, as plain data; `assets/lab.js` puts it into words."""
        seconds = status.seconds
        if seconds is None and status.started is not None:
            seconds = max(0.0, time.time() - status.started)
        return {
            "phase": status.phase,
            "slot": self.slot,
            "run": self.run.id,
            "position": status.position,
            "step": self.step,
            "steps": self.steps,
            "seconds": seconds,
            "message": status.message,
            "device": self.run.device,
            "torch": self.run.torch,
            "created": self.run.created,
            "live": self.live,
            "fork": self.fork if status.phase in FORKED and self.slot in ("run", "audit") else None,
        }


async def updates(
    engine: Engine, view: View, state_id: str, slots: Mapping[str, str], fresh: str | None = None
) -> AsyncGenerator[Props]:
    """Yield what to set on the page while the runs of `slots` (slot -> run id) go on, one after another.

    The first of each run is everything as it stands, then what is new, and once it has ended
    everything again, which mends whatever a slow connection may have lost. An id that no run has
    gives its sentence and ends. `fresh` is the id of a run that was begun for this page, and so is live
    even if it had ended before the page began to follow it.
    """
    announcer = Announcer(view, state_id.removesuffix("state") + "spoken")
    if not slots:
        yield view.whole() | {(state_id, "data"): {"phase": "idle"}} | announcer.idle()
    for slot, run_id in slots.items():
        try:
            run = await engine.lookup(run_id)
        except LabError as error:
            yield view.whole() | {
                (state_id, "data"): {"phase": "failed", "slot": slot, "message": str(error), "gone": True}
            }
            return
        view.begin(slot, run)
        progress, first, status, stated = Progress.of(slot, run, run_id == fresh), True, None, 0.0
        async for update in engine.follow(run_id, tick=TICK):
            view.feed(slot, update.events)
            progress.take(update)
            props = view.whole() if first else view.news()
            going_on = status is not None and update.status.phase == status.phase == "running"
            if not going_on or time.monotonic() - stated >= STATE_EVERY:
                stated = time.monotonic()
                props[(state_id, "data")] = progress.state(update.status)
            props |= announcer.news(slot, progress.state(update.status))
            status, first = update.status, False
            yield props
        if status is not None:
            state = progress.state(status)
            concluded = view.conclusion(slot, status)
            yield concluded | {(state_id, "data"): state} | announcer.end(slot, state, concluded)


async def history(engine: Engine, run_id: str) -> list[Event]:
    """Return the events of a run so far; LabError where no run has that id."""
    async with contextlib.aclosing(engine.follow(run_id)) as stream:
        async for update in stream:
            return list(update.events)
    return []


class Followers:
    """The followers at work, one for each widget of each browser tab; a new one takes the old one's place.

    A page that shows another run asks for a new follower at once, while the old one would notice
    only at its next question: two of them would draw into one chart.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def follow(
        self, tab: str, widget: str, view: View, slots: Mapping[str, str], token: Mapping[str, Any]
    ) -> None:
        """Send the runs of `slots` to the page of the current websocket callback until it is left.

        `token` is the data of the page's *shown* store; once the page holds anything else (another
        run, a left page, a closed tab) the following ends, never the run.
        """
        page = _Page(ctx.websocket, widget, token, view.rest)
        self.drop(tab, widget)
        key = (tab, widget)
        task = asyncio.create_task(
            page.show(updates(self._engine, view, f"{widget}-state", slots, token.get("fresh")))
        )
        self._tasks[key] = task
        try:
            await asyncio.wait({task})
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
        finally:  # also when the last tab of a browser is gone, which cancels this callback
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if self._tasks.get(key) is task:
                del self._tasks[key]

    def drop(self, tab: str, widget: str | None = None) -> None:
        """End the followers of a tab (of one widget, or of all when the page is left)."""
        for key, task in list(self._tasks.items()):
            if key[0] == tab and widget in (None, key[1]):
                task.cancel()


class _Page:
    """The page at the other end of a websocket callback, which is asked after each message whether it is there.

    The answer comes once the page has worked off what was sent before. So a busy browser is sent less
    often and more at a time, messages never pile up, and of several in a row none is lost: sent within
    5 ms only the last would arrive (plotly/dash#3981).
    """

    def __init__(self, websocket: Any, widget: str, token: object, rest: float) -> None:
        self._websocket = websocket
        self._rest = rest
        self._widget = widget
        self._token = token
        self._misses = 0
        self._beaten = 0.0
        self._sends = 0

    async def show(self, changes: AsyncGenerator[Props]) -> None:
        """Send all changes in their order while the page is there."""
        async with contextlib.aclosing(changes):
            coming: asyncio.Task[Props | None] | None = None
            try:
                while True:
                    coming = coming or asyncio.create_task(_next(changes))
                    await asyncio.wait({coming}, timeout=PRESENCE_EVERY)
                    if coming.done():
                        props, coming = coming.result(), None
                        if props is None:
                            return
                        for (component, prop), value in props.items():
                            self._websocket.set_prop_sync(component, prop, value)
                        self._sends += 1
                    sent = time.monotonic()
                    if not await self._there():
                        return
                    if self._sends > OPENING:
                        await asyncio.sleep(min(self._rest * (time.monotonic() - sent), LONGEST_REST))
            finally:
                if coming is not None:
                    coming.cancel()
                    await asyncio.gather(coming, return_exceptions=True)

    async def _there(self) -> bool:
        """Whether the page still shows what is being followed; waits until it has caught up."""
        try:
            shown = await self._websocket.get_prop(f"{self._widget}-shown", "data", timeout=PRESENCE_TIMEOUT)
        except TimeoutError:
            self._misses += 1
            return self._misses < PRESENCE_MISSES
        except WebsocketDisconnected:
            return False
        if self._misses or time.monotonic() - self._beaten > PRESENCE_EVERY:
            self._websocket.set_prop_sync(f"{self._widget}-beat", "data", time.time())
            self._beaten = time.monotonic()
        self._misses = 0
        return bool(shown == self._token)


async def _next(changes: AsyncGenerator[Props]) -> Props | None:
    return await anext(changes, None)
