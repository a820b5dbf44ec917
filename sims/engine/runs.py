"""What a run is to the rest of the project: its description, its state, and what a follower receives."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sims.events import Event

Phase = Literal["queued", "starting", "running", "paused", "finished", "stopped", "failed"]
ENDED: tuple[Phase, ...] = ("finished", "stopped", "failed")


@dataclass(frozen=True)
class Run:
    """A run as it was asked for; `created` is in seconds since 1970, UTC.

    `settings` are the experiment's own, as JSON holds them (tuples have become lists), so that
    `sims.experiments.rebuild(run.kind, run.settings)` gives the experiment again. Runs of equal
    `key` are the same computation: settings, device, torch, data and code.
    """

    id: str
    kind: str
    settings: Mapping[str, Any]
    key: str
    created: float
    device: str
    torch: str


@dataclass(frozen=True)
class Status:
    """The state of a run at one moment.

    `position` counts from 1 and is None unless the run waits in this process's queue. `started`
    (seconds since 1970, UTC) is None before training begins, `seconds` (time spent training) until
    it has ended. `message` says why a run was stopped or failed, and is empty otherwise.
    """

    phase: Phase
    position: int | None = None
    started: float | None = None
    seconds: float | None = None
    message: str = ""

    @property
    def ended(self) -> bool:
        return self.phase in ENDED


@dataclass(frozen=True)
class Update:
    """What a follower receives: the events since its last update, and the state after them.

    `cursor` is the number of events received so far; following again from it loses and repeats
    nothing. `replay` is True where the run had ended before this follower began.
    """

    events: tuple[Event, ...]
    cursor: int
    status: Status
    replay: bool


@dataclass(frozen=True)
class WorkerFacts:
    """What each of `workers` trains with: device, CPU threads, torch and fingerprints of data and code."""

    device: str
    threads: int
    torch: str
    data: str
    code: str
    workers: int = 1


def run_key(kind: str, settings: Mapping[str, Any], facts: WorkerFacts) -> str:
    """Return the same text for runs that are the same computation, and another for any other."""
    with_what = asdict(facts)
    del with_what["workers"]
    text = json.dumps([kind, settings, with_what], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code_version() -> str:
    """Return a fingerprint of the sources that decide a run's numbers: every module directly in sims/."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
