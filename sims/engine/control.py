"""How a run is paused, stepped and stopped from outside, and how it ends when nobody watches it.

The training thread asks before every update; the worker's event loop answers for the web process.
"""

import threading
import time
from typing import Literal

from sims.engine.sentences import PAUSED_TOO_LONG, UNWATCHED

PAUSE_LIMIT = 15 * 60.0
"""Seconds that a run may be paused before it ends, so that a forgotten one frees its worker."""

Verb = Literal["pause", "resume", "step", "stop"]


class Control:
    """The gate of one run, as `sims.train` expects it, and the levers that move it.

    The lease ends `grace` seconds after the last `renew`; a run whose lease is over stops by itself,
    wherever its web process and its viewers have gone.
    """

    def __init__(self, grace: float, pause_limit: float = PAUSE_LIMIT) -> None:
        self.reason = ""
        self._grace = grace
        self._pause_limit = pause_limit
        self._wanted: Literal["go", "wait", "stop"] = "go"
        self._steps = 0
        self._lease = time.monotonic() + grace
        self._moved = threading.Condition()

    def move(self, verb: Verb, reason: str = "") -> None:
        """Carry out a button; after a stop nothing else counts."""
        with self._moved:
            if self._wanted == "stop":
                return
            match verb:
                case "pause":
                    self._wanted = "wait"
                case "step":
                    self._wanted = "wait"
                    self._steps += 1
                case "resume":
                    self._wanted, self._steps = "go", 0
                case "stop":
                    self._wanted, self.reason = "stop", reason
            self._moved.notify_all()

    def renew(self) -> None:
        """Note that somebody watches."""
        self._lease = time.monotonic() + self._grace

    def poll(self) -> Literal["go", "wait", "stop"]:
        """Return what the next update is to do; costs well under a microsecond."""
        if time.monotonic() > self._lease:
            self.move("stop", UNWATCHED)
        return self._wanted

    def wait(self) -> Literal["go", "step", "stop"]:
        """Block while the run is paused; return how it goes on."""
        patience = time.monotonic() + self._pause_limit
        with self._moved:
            while self._wanted == "wait":
                if self._steps:
                    self._steps -= 1
                    return "step"
                left = min(self._lease, patience) - time.monotonic()
                if left > 0:
                    self._moved.wait(left)
                else:
                    over = UNWATCHED if self._lease <= patience else PAUSED_TOO_LONG
                    self._wanted, self.reason = "stop", over
            return self._wanted
