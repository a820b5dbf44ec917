"""What the environment decides about the engine; a value that does not fit is refused with a sentence.

| variable | meaning |
|---|---|
| `LRLAB_WORKERS` | worker processes of the local cluster (default: one a core, at most 4) |
| `LRLAB_SCHEDULER` | address of a Dask scheduler to use instead of a local cluster, `tcp://host:8786` |
| `LRLAB_GRACE` | seconds that a run goes on with nobody watching (default 30) |
| `LRLAB_STORE` | SQLAlchemy address of the database of ended runs (default: a SQLite file) |
| `LRLAB_STORE_MB` | size at which the oldest runs are removed from the store (default 200) |
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from platformdirs import user_data_path

from sims.errors import EngineError
from sims.params import Float, Int

_WORKERS = Int(name="workers", label="LRLAB_WORKERS", meaning="worker processes", default=1, low=1, high=64)
_GRACE = Float(
    name="grace", label="LRLAB_GRACE", meaning="seconds unwatched", default=30.0, low=0.5, high=86_400.0
)
_STORE_MB = Int(
    name="store_mb", label="LRLAB_STORE_MB", meaning="size of the store", default=200, low=1, high=1_000_000
)
_TRANSPORTS = ("tcp://", "tls://", "ws://", "wss://")


@dataclass(frozen=True)
class Config:
    """The engine's settings; `scheduler` is None where the engine starts its own workers."""

    workers: int
    scheduler: str | None
    grace: float
    store_url: str
    store_mb: int

    @classmethod
    def read(
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        workers: Any = None,
        store_url: Any = None,
        grace: Any = None,
    ) -> "Config":
        """Return the settings: an argument wins over the environment, which wins over the default.

        Raises ParamError or EngineError with a sentence that names the variable and what is allowed.
        """
        scheduler = environ.get("LRLAB_SCHEDULER") or None
        if scheduler and not scheduler.startswith(_TRANSPORTS):
            raise EngineError(
                "LRLAB_SCHEDULER must be the address of a Dask scheduler such as tcp://127.0.0.1:8786."
            )

        def first(argument: Any, variable: str, default: Any) -> Any:
            return argument if argument is not None else environ.get(variable) or default

        return cls(
            workers=_WORKERS.parse(first(workers, "LRLAB_WORKERS", min(_cores(), 4))),
            scheduler=scheduler,
            grace=_GRACE.parse(first(grace, "LRLAB_GRACE", _GRACE.default)),
            store_url=store_url or environ.get("LRLAB_STORE") or _default_store(),
            store_mb=_STORE_MB.parse(first(None, "LRLAB_STORE_MB", _STORE_MB.default)),
        )


def _cores() -> int:
    """Cores that this process may use, which in a container or under taskset are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _default_store() -> str:
    return f"sqlite:///{user_data_path('learning-rate-lab', appauthor=False) / 'runs.sqlite3'}"
