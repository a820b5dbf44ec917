"""Ended runs on disk: any database that SQLAlchemy speaks to, a SQLite file by default.

A store that cannot be opened, is locked or is full never breaks a run: it is logged and the engine
goes on without.
"""

import asyncio
import json
import logging
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from sims.engine.runs import Run
from sims.errors import EngineError
from sims.events import Event, Finished, from_wire, to_wire

logger = logging.getLogger(__name__)
T = TypeVar("T")

_RUNS = Table(
    "runs",
    MetaData(),
    Column("id", String(64), primary_key=True),
    Column("key", String(64), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("created", Float, nullable=False, index=True),
    Column("bytes", Integer, nullable=False),
    Column("events", LargeBinary, nullable=False),
)


class Store:
    """Runs by id, and the newest finished one by key; at most `megabytes` of events are kept.

    Every call runs on one thread of its own, so that the event loop never waits for a disk and
    writes never meet each other. Raises EngineError where `url` is no usable address; afterwards
    nothing is raised: a call that fails is logged and answers None.
    """

    def __init__(self, url: str, megabytes: int = 200) -> None:
        try:
            self._place = make_url(url)
            self._engine = create_engine(self._place)
        except (ArgumentError, NoSuchModuleError) as error:
            raise EngineError(
                "LRLAB_STORE must be a database address that SQLAlchemy knows, such as sqlite:///runs.sqlite3."
            ) from error
        except ImportError as error:
            raise EngineError(
                f"The database in LRLAB_STORE needs the Python package {error.name}: install it, or leave "
                "LRLAB_STORE empty."
            ) from error
        if self._place.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", _set_up_sqlite)
        self._limit = megabytes * 1_000_000
        self._ready = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def open(self) -> None:
        """Make the file and the table where they are missing, so that a problem is in the log early."""
        await self._call(lambda connection: None)

    async def save(self, run: Run, events: Sequence[Event], outcome: str) -> None:
        """Keep an ended run, once, and remove the oldest ones where there is no room."""
        kept = tuple(events)
        await self._call(lambda connection: self._insert(connection, run, kept, outcome))

    async def load(self, run_id: str) -> tuple[Run, list[Event]] | None:
        """Return the run and all its events, or None."""
        return await self._call(lambda connection: self._read(connection, run_id))

    async def find(self, key: str) -> str | None:
        """Return the id of the newest finished run of that key, or None."""
        newest = (
            select(_RUNS.c.id)
            .where(_RUNS.c.key == key, _RUNS.c.outcome == Finished.__name__)
            .order_by(_RUNS.c.created.desc())
            .limit(1)
        )
        return await self._call(lambda connection: connection.scalar(newest))

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    async def _call(self, work: Callable[[Connection], T]) -> T | None:
        def answer() -> T | None:
            try:
                self._prepare()
                with self._engine.begin() as connection:
                    return work(connection)
            except (SQLAlchemyError, OSError) as error:
                logger.warning("The store of runs cannot be used now: %s", error)
                return None

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    def _prepare(self) -> None:
        if not self._ready:
            file = self._place.database if self._place.get_backend_name() == "sqlite" else None
            if file and file != ":memory:":
                Path(file).parent.mkdir(parents=True, exist_ok=True)
            _RUNS.metadata.create_all(self._engine)
            self._ready = True

    def _insert(self, connection: Connection, run: Run, events: Sequence[Event], outcome: str) -> None:
        rows = json.dumps([to_wire(happened) for happened in events], separators=(",", ":"))
        blob = zlib.compress(rows.encode())
        if len(blob) > self._limit:
            logger.warning("Run %s is larger than the whole store and was not kept.", run.id)
            return
        self._make_room(connection, len(blob))
        row = {
            "id": run.id,
            "key": run.key,
            "kind": run.kind,
            "settings": dict(run.settings),
            "facts": {"device": run.device, "torch": run.torch},
            "outcome": outcome,
            "created": run.created,
            "bytes": len(blob),
            "events": blob,
        }
        try:
            with connection.begin_nested():
                connection.execute(insert(_RUNS).values(row))
        except IntegrityError:
            logger.debug("Run %s is in the store already; another web process followed it too.", run.id)

    def _make_room(self, connection: Connection, needed: int) -> None:
        size = connection.scalar(select(func.coalesce(func.sum(_RUNS.c.bytes), 0))) or 0
        if size + needed <= self._limit:
            return
        oldest = select(_RUNS.c.id, _RUNS.c.bytes).order_by(_RUNS.c.created)
        for run_id, released in connection.execute(oldest).all():
            connection.execute(delete(_RUNS).where(_RUNS.c.id == run_id))
            size -= released
            if size + needed <= self._limit:
                return

    def _read(self, connection: Connection, run_id: str) -> tuple[Run, list[Event]] | None:
        row = connection.execute(select(_RUNS).where(_RUNS.c.id == run_id)).one_or_none()
        if row is None:
            return None
        try:
            events = [from_wire(wire) for wire in json.loads(zlib.decompress(row.events))]
        except (zlib.error, ValueError, KeyError, TypeError):
            logger.warning("Run %s in the store cannot be read; another version may have kept it.", run_id)
            return None
        facts = row.facts
        run = Run(row.id, row.kind, row.settings, row.key, row.created, facts["device"], facts["torch"])
        return run, events


def _set_up_sqlite(connection: Any, record: object) -> None:
    """Let readers and the writer work side by side, and wait for a lock instead of giving up at once."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
