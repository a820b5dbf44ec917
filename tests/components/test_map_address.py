"""The warmup map in the address: packed, unpacked, and refused in one sentence where it is none."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from components.map_address import CELLS, LOST, MALFORMED, OTHER, pack, restore, unpack
from components.map_view import place
from components.widget import Widget, search_of, shown_data
from sims.engine import Engine
from sims.errors import EngineError, ParamError
from sims.warmup import Warmup, cells
from sims.warmup_map import NO_MAP

IDS = {place(*cell): f"{n:02x}" * 8 for n, cell in enumerate(CELLS)}


class Kept:
    """An engine that knows the runs of a map around 0.06, but for those that are `gone`."""

    def __init__(self, gone: int = 0, kind: str = "warmup", **other: Any) -> None:
        rows = cells(Warmup())
        settings = {
            IDS[place(row, column)]: rows[row][column].as_dict() | other for row, column in CELLS[gone:]
        }
        self.runs = {
            run_id: SimpleNamespace(id=run_id, kind=kind, settings=own) for run_id, own in settings.items()
        }

    async def lookup(self, run_id: str) -> Any:
        if run_id not in self.runs:
            raise EngineError("gone")
        return self.runs[run_id]


def opened(engine: Kept, packed: str) -> Any:
    return asyncio.run(restore(cast(Engine, engine), packed))


def test_a_map_comes_back_from_one_short_word() -> None:
    packed = pack(IDS)
    assert len(packed) == 267
    assert unpack(packed) == IDS


@pytest.mark.parametrize("packed", ["1", "a" * 266, "a" * 268, "!" * 267, "\n" + "a" * 266, "é" * 267])
def test_any_other_word_is_refused(packed: str) -> None:
    with pytest.raises(ParamError, match="has a form that no map has"):
        unpack(packed)
    assert opened(Kept(), packed).notice == MALFORMED


def test_a_map_is_restored_with_its_rates_and_its_settings() -> None:
    shown = opened(Kept(), pack(IDS))
    assert (shown.runs, shown.packed, shown.notice) == (IDS, pack(IDS), "")
    assert shown.rates == pytest.approx((0.02, 0.04, 0.08, 0.16, 0.32))
    assert shown.settings == (
        "Trained around a peak rate of 0.08: Adam, linear warmup, batches of 128, network: Small CNN (9 k weights)."
    )
    assert not opened(Kept(), "").runs


def test_runs_that_are_gone_are_left_out_and_none_at_all_is_said() -> None:
    assert len(opened(Kept(gone=5), pack(IDS)).runs) == 20
    assert opened(Kept(gone=25), pack(IDS)).notice == LOST


def test_runs_that_make_no_map_are_not_shown() -> None:
    assert opened(Kept(steps=100), pack(IDS)).notice == NO_MAP
    refused = opened(Kept(kind="cyclical"), pack(IDS))
    assert (refused.notice, refused.runs, refused.packed) == (OTHER, {}, "")


def test_what_a_widget_does_leaves_the_map_in_the_address() -> None:
    widget = Widget("warmup", "/warmup", Warmup, Warmup, cast(Any, None), beside=("map",))
    shown = shown_data({"map": "abc"}, {}, widget.beside)
    assert search_of(widget, shown, Warmup().as_dict()) == "?map=abc"
    assert shown_data({}, {}, widget.beside)["map"] == ""
