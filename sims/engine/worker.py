"""What runs in the worker processes. Torch is imported inside functions: the web process imports
this module to name them, and never torch.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distributed import get_worker

from sims.engine.control import Control, Verb
from sims.engine.runs import code_version
from sims.engine.sentences import BROKEN, UNPREPARED
from sims.errors import LabError
from sims.events import Event, Failed, Started, to_wire

if TYPE_CHECKING:
    import torch

    from sims.data import Data

logger = logging.getLogger(__name__)


TELL_EVERY = 0.09
"""Seconds between two batches of events: as often as a page can redraw without slowing the training."""


@dataclass(frozen=True)
class _Bench:
    """What a worker keeps at hand between runs."""

    device: "torch.device"
    data: "Data"
    facts: dict[str, Any]


_bench: _Bench | None = None
_setting_up = threading.Lock()
_controls: dict[str, Control] = {}


async def prepare() -> dict[str, Any]:
    """Import torch and load the data, once; return the facts, or {"problem": sentence}."""
    return await asyncio.to_thread(_prepare)


def _prepare() -> dict[str, Any]:
    try:
        return _set_up().facts
    except LabError as error:
        return {"problem": str(error)}
    except Exception:
        logger.exception("This worker cannot train.")
        return {"problem": UNPREPARED}


def _set_up() -> _Bench:
    global _bench
    with _setting_up:
        if _bench is None:
            import torch

            import sims.train  # noqa: F401 -- the first run finds it imported
            from sims import data, data_files, device

            chosen = device.choose()
            device.configure(chosen)
            facts = {
                "device": str(chosen),
                "threads": device.threads(),
                "torch": str(torch.__version__),  # a TorchVersion would import torch where it is unpickled
                "data": data_files.fingerprint(data_files.locate()),
                "code": code_version(),
            }
            _bench = _Bench(chosen, data.load(chosen), facts)
        return _bench


def train_run(
    run_id: str, topic: str, kind: str, settings: Mapping[str, Any], grace: float, runs: int
) -> None:
    """Carry out one run and send its events to `topic`; whatever happens, the last one is an end event.

    `runs` is how many are trained on this computer, this one included.
    """
    worker = get_worker()
    attempt, sent = secrets.token_hex(4), 0

    def send(events: Sequence[Event]) -> None:
        nonlocal sent
        rows = [to_wire(event) for event in events]
        worker.log_event(topic, {"attempt": attempt, "seq": sent, "events": rows})
        sent += len(rows)

    control = _controls[run_id] = Control(grace)
    try:
        from sims.device import at_once, configure
        from sims.experiments import rebuild
        from sims.train import train

        bench = _set_up()
        configure(bench.device)  # the number of threads belongs to the thread that trains
        plan = rebuild(kind, settings).plan()
        started = Started(bench.facts["device"], bench.facts["torch"], worker.address, time.time())
        batches = train(
            plan,
            bench.data,
            device=bench.device,
            gate=control,
            flush_seconds=TELL_EVERY,
            at_once=at_once(bench.device, runs),
        )
        for batch in batches:
            if batch:  # the first point goes with the start, so that no viewer's tick comes between them
                send(batch if sent else [started, *batch])
    except LabError as error:
        send([Failed(str(error))])
    except Exception:
        logger.exception("Run %s failed.", run_id)
        send([Failed(BROKEN)])
    finally:
        del _controls[run_id]


def move(run_id: str, verb: Verb, reason: str) -> bool:
    """Pause, step, resume or stop a run of this worker; False where it is not being trained here."""
    control = _controls.get(run_id)
    if control is None:
        return False
    control.move(verb, reason)
    return True


def renew(run_ids: Sequence[str]) -> None:
    """Note that these runs are being watched."""
    for run_id in run_ids:
        if control := _controls.get(run_id):
            control.renew()
