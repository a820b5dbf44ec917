"""Parameters that hold several things: names out of a list, and steps in rising order.

In an address and in a field both are written with commas between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sims.params import Param


def _parts(raw: object) -> list[object]:
    if isinstance(raw, str):
        return [part.strip() for part in raw.split(",") if part.strip()]
    return list(raw) if isinstance(raw, list | tuple) else [raw]


@dataclass(frozen=True, kw_only=True)
class Several(Param):
    """At least one and at most `most` of a few named options, kept in the order of the options."""

    default: tuple[str, ...]
    options: Mapping[str, str]
    most: int

    def accept(self, raw: object) -> tuple[str, ...]:
        """Return the names in `raw` (a sequence, or text with commas) once each; ParamError otherwise."""
        parts = _parts(raw)
        wrong = [part for part in parts if not isinstance(part, str) or part not in self.options]
        if wrong:
            raise self.refuse(wrong[0], "one or more of " + ", ".join(self.options))
        chosen = tuple(name for name in self.options if name in parts)
        if not 1 <= len(chosen) <= self.most:
            raise self.refuse(
                f"{len(chosen)} of them" if chosen else "",
                f"at least one and at most {self.most} of the list",
            )
        return chosen


@dataclass(frozen=True, kw_only=True)
class StepList(Param):
    """Up to `most` steps, each a whole number of at least 1, none before the one in front of it."""

    default: tuple[int, ...] | None = None
    most: int = 20
    high: int = 1_000_000
    unit: str = ""

    def accept(self, raw: object) -> tuple[int, ...]:
        """Return the steps in `raw` (a sequence, or text with commas) as a tuple; ParamError otherwise."""
        allowed = f"1 to {self.most} steps in rising order, each from 1 to {self.high}, such as 200, 300"
        steps: list[int] = []
        for part in _parts(raw):
            value = self.finite(part, allowed)
            if not value.is_integer() or not max([1, *steps]) <= value <= self.high:
                raise self.refuse(raw, allowed)
            steps.append(int(value))
        if not 1 <= len(steps) <= self.most:
            raise self.refuse(raw, allowed)
        return tuple(steps)
