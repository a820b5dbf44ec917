"""The connection to Dask: worker processes of our own on 127.0.0.1, or the scheduler at LRLAB_SCHEDULER."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import dask
from distributed import Client, Nanny, Scheduler, SpecCluster, Worker
from distributed.utils import get_mp_context

from sims.engine.config import Config
from sims.engine.sentences import NO_SCHEDULER, NO_START
from sims.errors import EngineError

logger = logging.getLogger(__name__)

HISTORY = 100_000
"""Batches of one run that the scheduler keeps for those who come late; 20 a second is over an hour."""

PATIENCE = 3.0
"""Seconds after which a scheduler that does not answer counts as lost."""

_HISTORY_LENGTH = "distributed.admin.low-level-log-length"
_DASK = {
    # A killed worker harms its own run alone: it is reported, never trained again in silence.
    "distributed.scheduler.allowed-failures": 0,
    # Runs are placed by us and hold no data, so nothing is to be moved, balanced or sampled.
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.profile.enabled": False,
    # Dask makes workers give memory back to the system at every chance, which costs a CNN on a CPU more
    # than half of its speed (160 steps/s against 400): https://distributed.dask.org/en/stable/worker-memory.html
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 128 * 2**20,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 32 * 2**20,
    # Dask keeps this many of the last messages of every connection, for debugging.
    _HISTORY_LENGTH: 20,
}

_HANDED_ON = ("LRLAB_DATA", "LRLAB_DEVICE", "LRLAB_THREADS")
"""Variables that workers read; a forked worker has the environment of its fork server, not ours."""


class _Scheduler(Scheduler):
    """A scheduler with a long memory for topics and without an HTTP port."""

    def __init__(self, **options: Any) -> None:
        with dask.config.set({_HISTORY_LENGTH: HISTORY}):
            super().__init__(**options)

    def start_http_server(self, *args: Any, **options: Any) -> None:
        pass


class _Worker(Worker):
    """A worker without an HTTP port, which leaves Ctrl-C in the terminal to the server."""

    def __init__(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        super().__init__(*args, **options)

    def start_http_server(self, *args: Any, **options: Any) -> None:
        pass


class Cluster:
    """An open connection; `shared` where other web processes may use the same workers."""

    def __init__(self, client: Any, own: Any) -> None:  # Dask annotates little of either
        self.client = client
        self.shared = own is None
        self._own = own

    @classmethod
    async def open(cls, config: Config) -> "Cluster":
        """Start workers or connect to them; EngineError with a sentence where that cannot be done."""
        if config.scheduler:
            return cls(await _connect(config.scheduler), None)
        try:
            own = await _start_workers(config.workers)
        except (OSError, RuntimeError) as error:
            logger.exception("The worker processes could not be started.")
            raise EngineError(NO_START) from error
        return cls(await _connect(own.scheduler_address), own)

    @property
    def alive(self) -> bool:
        return bool(self.client.status == "running")

    async def workers(self) -> dict[str, bool]:
        """Return every worker's address and whether it has work; OSError where the scheduler is lost."""
        if not self.alive:
            raise OSError("the connection to the scheduler is lost")
        async with asyncio.timeout(PATIENCE):
            processing = await self.client.processing()
        return {address: bool(keys) for address, keys in processing.items()}

    async def call(
        self,
        workers: Collection[str],
        function: Callable[..., Any],
        *arguments: Any,
        patience: float = PATIENCE,
    ) -> dict[str, Any]:
        """Return what `function` returned in each of these workers; who did not answer is left out."""
        answers: dict[str, Any] = {}
        if workers and self.alive:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(patience):
                    answers = await self.client.run(
                        function, *arguments, workers=list(workers), on_error="ignore"
                    )
        return answers

    async def close(self) -> None:
        """Disconnect, and end every process that `open` started."""
        await self.client.close(timeout=10)  # takes 2 s where the scheduler has gone
        if self._own:
            await self._own.close()


async def _start_workers(count: int) -> SpecCluster:
    # Where the system forks safely, torch is imported once and all workers share its memory: ready in
    # half the time, 80 MB instead of 400 for every further worker, and a killed one is back at once.
    forks = sys.platform == "linux"
    method = "forkserver" if forks else "spawn"
    # Not only while they start: a worker that is started again later is to be made in the same way.
    dask.config.set({**_DASK, "distributed.worker.multiprocessing-method": method})
    context = await asyncio.to_thread(get_mp_context)
    if forks:
        context.set_forkserver_preload(["sims.engine.preload"])
    here = {"host": "127.0.0.1", "protocol": "tcp://"}
    worker = {
        **here,
        "nthreads": 1,
        "memory_limit": None,  # Dask need not watch memory: a run's need is small and known
        "silence_logs": logging.WARNING,
        "worker_class": _Worker,
        "env": {name: os.environ.get(name, "") for name in _HANDED_ON},
    }
    cluster = SpecCluster(  # type: ignore[no-untyped-call]
        workers={number: {"cls": Nanny, "options": worker} for number in range(count)},
        scheduler={"cls": _Scheduler, "options": {**here, "port": 0, "dashboard": False}},
        asynchronous=True,
        silence_logs=logging.WARNING,
        name="learning-rate-lab",
    )
    return await cluster


async def _connect(address: str) -> Any:
    try:
        client: Any = Client  # Dask annotates little of it
        return await client(address, asynchronous=True, set_as_default=False, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise EngineError(NO_SCHEDULER.format(address)) from error
