"""What is in the way of a run is said in a sentence, and gone without a restart once it is repaired."""

import logging
import shutil
import struct
from pathlib import Path

import pytest

from sims.engine import Engine, worker
from sims.engine.sentences import BROKEN
from sims.errors import EngineError
from sims.events import Event, Failed, Finished, from_wire
from tests.sims.engine.helpers import events_of, sweep


def write_data(folder: Path) -> None:
    """Write a data set of 100 blank images in the form of MNIST."""
    folder.mkdir(parents=True)
    for part in ("train", "t10k"):
        images, labels = bytes(100 * 28 * 28), bytes(index % 10 for index in range(100))
        (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, 100, 28, 28) + images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, 100) + labels)


async def test_damaged_data_can_be_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "MNIST" / "raw"
    write_data(folder)
    damaged = folder / "train-labels-idx1-ubyte"
    damaged.rename(tmp_path / "aside")
    monkeypatch.setenv("LRLAB_DATA", str(tmp_path))
    engine = Engine(workers=1, store_url=f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    await engine.start()
    assert damaged.name in str(engine.problem)
    with pytest.raises(EngineError, match=damaged.name):
        await engine.submit(sweep())
    engine._dispatcher.crew._looked = 0.0  # type: ignore[union-attr] # as if a second had passed
    shutil.move(tmp_path / "aside", damaged)
    run_id = await engine.submit(sweep())
    assert isinstance((await events_of(engine, run_id))[-1], Finished)
    assert engine.problem is None
    await engine.close()


async def test_an_impossible_device_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRLAB_DEVICE", "abacus")
    engine = Engine(workers=1, store_url=f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    await engine.start()
    with pytest.raises(EngineError, match="LRLAB_DEVICE"):
        await engine.submit(sweep())
    await engine.close()


async def test_a_store_that_cannot_be_used_breaks_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    engine = Engine(workers=1, store_url=f"sqlite:///{tmp_path / 'file' / 'runs.sqlite3'}")
    await engine.start()
    experiment = sweep()
    run_id = await engine.submit(experiment)
    assert isinstance((await events_of(engine, run_id))[-1], Finished)
    await engine.close()
    assert "store of runs cannot be used" in caplog.text


class FakeWorker:
    """Stands for the Dask worker of the current task."""

    address = "tcp://127.0.0.1:1"

    def __init__(self) -> None:
        self.events: list[Event] = []

    def log_event(self, topic: str, batch: dict[str, list[list[object]]]) -> None:
        self.events += map(from_wire, batch["events"])


def test_what_fails_in_a_worker_is_a_sentence_on_the_page_and_a_trace_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeWorker()
    monkeypatch.setattr(worker, "get_worker", lambda: fake)
    with caplog.at_level(logging.ERROR):
        worker.train_run("id", "topic", "no such kind", {}, 30.0, 1)
        assert not caplog.records
        monkeypatch.setattr("sims.train.train", lambda *_args, **_options: 1 / 0)
        experiment = sweep()
        worker.train_run("id", "topic", experiment.KIND, experiment.as_dict(), 30.0, 1)
    refused, broken = fake.events
    assert isinstance(refused, Failed)
    assert "no such kind" in refused.message
    assert broken == Failed(BROKEN)
    assert "ZeroDivisionError" in caplog.text
    assert not worker.move("id", "stop", "")
