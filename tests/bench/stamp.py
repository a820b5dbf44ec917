"""Loaded by the workers of a benchmarked server (Dask's `preload`): notes when each update was made."""

import os
import time
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Write a line "step seconds" for every update of the first member into the file LRLAB_STAMPS."""
    from sims.arms import Member

    stamps = open(f"{os.environ['LRLAB_STAMPS']}.{os.getpid()}", "a", buffering=1)  # noqa: SIM115 -- lives as long as the worker
    plain = Member.update

    def stamped(self: Member, step: int) -> Any:
        result = plain(self, step)
        if self.place == (0, 0):
            stamps.write(f"{step} {time.time()}\n")
        return result

    Member.update = stamped  # type: ignore[method-assign]
