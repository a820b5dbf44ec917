"""The map of the warmup page in the address: the ids of its 25 runs, packed, and how they become a map again."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from components.map_view import place
from sims.engine import Engine
from sims.errors import EngineError, ParamError
from sims.plan import NETWORKS, OPTIMIZERS
from sims.warmup import MAP_LENGTHS, MAP_RATES, Warmup
from sims.warmup_map import Cell, centre, peaks

CELLS = tuple(product(range(len(MAP_LENGTHS)), range(len(MAP_RATES))))
"""Row and column of all cells, in the order in which the address has their runs."""
ID_BYTES = 8
"""Bytes of a run's id, which is written in hexadecimal digits elsewhere."""
MALFORMED = "The map in the address has a form that no map has; press Train the map to train one."
OTHER = "The map in the address holds runs of another page; press Train the map to train one."
LOST = "The runs of the map in the address are no longer kept here; press Train the map to train them again."


@dataclass(frozen=True)
class Kept:
    """A map that is shown: runs by the name of their cell, the peak rates of its columns, its settings in words.

    `packed` is what the address holds of it; all is empty where no map is shown, and `notice` then says why.
    """

    runs: Mapping[str, str] = field(default_factory=dict)
    rates: tuple[float, ...] = ()
    settings: str = ""
    packed: str = ""
    notice: str = ""


NO_MAP = Kept()
"""What is shown where the address has no map."""


def pack(runs: Mapping[str, str]) -> str:
    """Return the runs of all cells as one word of an address, 4 characters for 3 bytes."""
    together = bytes.fromhex("".join(runs[place(*cell)] for cell in CELLS))
    return base64.urlsafe_b64encode(together).decode().rstrip("=")


def unpack(packed: str) -> dict[str, str]:
    """Return the run of every cell; ParamError where `packed` is not what `pack` makes."""
    length = ID_BYTES * len(CELLS)
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{{-(-length * 4 // 3)}}}", packed):
        raise ParamError(MALFORMED)
    digits = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).hex()
    ids = [digits[at : at + 2 * ID_BYTES] for at in range(0, len(digits), 2 * ID_BYTES)]
    return {place(*cell): run_id for cell, run_id in zip(CELLS, ids, strict=True)}


def words(spec: Warmup) -> str:
    """Return with what a map was trained, as a reader would say it."""
    optimizer, network = OPTIMIZERS[spec.optimizer], NETWORKS[spec.network]
    return (
        f"Trained around a peak rate of {spec.lr:.3g}: {optimizer}, {spec.warmup} warmup, batches of {spec.batch_size}, "
        f"network: {network}."
    )


def kept(runs: Mapping[str, str], spec: Warmup) -> Kept:
    """Return the map of these runs, trained around the settings `spec`."""
    return Kept(runs, peaks(spec.lr), words(spec), pack(runs))


async def restore(engine: Engine, packed: str) -> Kept:
    """Return the map that an address holds, without the runs that are gone; nothing is trained for it."""
    if not packed:
        return NO_MAP
    try:
        asked = unpack(packed)
        there: dict[str, str] = {}
        found: dict[Cell, Warmup] = {}
        for cell in CELLS:
            try:
                run = await engine.lookup(asked[place(*cell)])
            except EngineError:
                continue
            if run.kind != Warmup.KIND:
                raise ParamError(OTHER)
            there[place(*cell)], found[cell] = run.id, Warmup.parse(run.settings)
        if not found:
            return Kept(notice=LOST)
        spec = centre(found)
    except ParamError as error:
        return Kept(notice=str(error))
    return Kept(there, peaks(spec.lr), words(spec), packed)
