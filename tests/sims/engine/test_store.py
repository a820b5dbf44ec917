"""The store keeps ended runs whole, finds them by key, stays within its size, and breaks nothing."""

import logging
import math
import random
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sims.engine.runs import Run
from sims.engine.store import Store
from sims.errors import EngineError
from sims.events import Diverged, Event, Failed, Finished, Started, Step, Stopped

RUN = Run("a" * 16, "range_test", {"seed": 0, "rates": [0.1, 0.2]}, "k" * 64, 1.0, "cpu", "2.13.0+cpu")
EVENTS: list[Event] = [
    Started("cpu", "2.13.0+cpu", "tcp://127.0.0.1:1", 1.0),
    Step(0, 0, 0, 2.3025851249694824, 0.1, 0.9, math.inf, math.inf),
    Diverged(0, 0, 1, 1e30, "non-finite"),
    Finished(0.5),
]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'new' / 'runs.sqlite3'}", megabytes=1)
    await store.open()
    yield store
    await store.close()


async def test_a_run_comes_back_as_it_was(store: Store) -> None:
    await store.save(RUN, EVENTS, "Finished")
    assert await store.load(RUN.id) == (RUN, EVENTS)
    assert await store.load("b" * 16) is None


async def test_the_newest_finished_run_is_found_by_its_key(store: Store) -> None:
    assert await store.find(RUN.key) is None
    await store.save(replace(RUN, id="1", created=1.0), EVENTS, "Finished")
    await store.save(replace(RUN, id="3", created=3.0), EVENTS, "Finished")
    await store.save(replace(RUN, id="2", created=2.0), EVENTS, "Finished")
    await store.save(replace(RUN, id="4", created=4.0), [Stopped(0.1, "By hand.")], "Stopped")
    assert await store.find(RUN.key) == "3"


async def test_saving_twice_keeps_the_first(store: Store) -> None:
    await store.save(RUN, EVENTS, "Finished")
    await store.save(RUN, EVENTS[:1], "Failed")
    assert await store.load(RUN.id) == (RUN, EVENTS)


async def test_the_oldest_make_room(store: Store) -> None:
    message = random.Random(0).randbytes(300_000).hex()  # 0.3 MB compressed
    for number in range(5):
        await store.save(replace(RUN, id=str(number), created=number), [Failed(message)], "Failed")
    kept = [number for number in range(5) if await store.load(str(number))]
    assert kept in ([3, 4], [2, 3, 4])


async def test_a_run_larger_than_the_store_is_left_out(store: Store) -> None:
    message = random.Random(0).randbytes(1_100_000).hex()
    await store.save(RUN, EVENTS, "Finished")
    await store.save(replace(RUN, id="large"), [Failed(message)], "Failed")
    assert await store.load("large") is None
    assert await store.load(RUN.id) is not None


async def test_a_damaged_row_is_no_run(store: Store, tmp_path: Path) -> None:
    await store.save(RUN, EVENTS, "Finished")
    connection = sqlite3.connect(tmp_path / "new" / "runs.sqlite3")
    connection.execute("UPDATE runs SET events = x'00'")
    connection.commit()
    connection.close()
    assert await store.load(RUN.id) is None


async def test_a_store_that_cannot_be_opened_is_logged_and_heals(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "folder"
    place.write_text("a file where a folder should be")
    store = Store(f"sqlite:///{place / 'runs.sqlite3'}")
    with caplog.at_level(logging.WARNING):
        await store.open()
        await store.save(RUN, EVENTS, "Finished")
        assert await store.load(RUN.id) is None
        assert await store.find(RUN.key) is None
    assert "store of runs cannot be used" in caplog.text
    place.unlink()
    await store.save(RUN, EVENTS, "Finished")
    assert await store.find(RUN.key) == RUN.id
    await store.close()


@pytest.mark.parametrize(
    "url", ["nonsense", "nosuchdatabase://x", "postgresql+none://secret@host/db", "mysql://secret@host/db"]
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(EngineError, match="LRLAB_STORE") as caught:
        Store(url)
    assert "secret" not in str(caught.value)
