"""Parameter specifications: name, meaning, unit, range, default and scale, stated once.

Pages turn a specification into a control, the server validates with it, and a spec (a frozen
dataclass of such parameters) cannot be built out of range. Nothing is clamped: a value that does
not fit raises `ParamError` with a sentence that names the parameter and what is allowed.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, ClassVar, Self

from sims.errors import ParamError


def as_given(raw: object) -> str:
    """A learner's input as it may be repeated in a sentence: short and on one line."""
    text = " ".join(str(raw).split())
    return repr(text if len(text) <= 40 else text[:37] + "...")


@dataclass(frozen=True, kw_only=True)
class Param:
    """What every parameter has; `parse` turns a raw value into a valid one or raises.

    A parameter with `follows` may be left empty: its value then follows the rest of the settings, as
    `rule` says in a few words, and whoever uses the settings works it out with `follows`.
    """

    name: str
    label: str
    meaning: str
    default: Any = None
    group: str = ""
    follows: Callable[[Any], Any] | None = None
    rule: str = ""

    def parse(self, raw: object) -> Any:
        """Return `raw` as a valid value, None where it is empty and may be; ParamError otherwise."""
        if self.follows is not None and (raw is None or raw == ""):
            return None
        return self.accept(raw)

    def accept(self, raw: object) -> Any:
        """Return `raw` as a valid value; ParamError with what is allowed."""
        raise NotImplementedError

    def finite(self, raw: object, allowed: str) -> float:
        """Return `raw`, a number or its text, as a finite float; ParamError naming `allowed` otherwise."""
        if isinstance(raw, bool) or not isinstance(raw, Real | str):
            raise self.refuse(raw, allowed)
        try:
            value = float(raw)
        except (ValueError, OverflowError):
            raise self.refuse(raw, allowed) from None
        if not math.isfinite(value):
            raise self.refuse(raw, allowed)
        return value

    def refuse(self, raw: object, allowed: str) -> ParamError:
        given = "nothing was given" if raw is None or raw == "" else f"{as_given(raw)} was given"
        return ParamError(f"{self.label} must be {allowed}; {given}.")


@dataclass(frozen=True, kw_only=True)
class Float(Param):
    """A real number in [low, high], on a linear or a log scale; `unit` is for display.

    `reach` is the part of the range that a slider covers, where that is less than all of it.
    """

    default: float | None = None
    low: float
    high: float
    unit: str = ""
    log: bool = False
    reach: tuple[float, float] | None = None

    def accept(self, raw: object) -> float:
        """Return `raw` (a number or its text) as a float; ParamError unless low <= value <= high."""
        allowed = f"a number between {self.low:g} and {self.high:g}"
        value = self.finite(raw, allowed)
        if not self.low <= value <= self.high:
            raise self.refuse(raw, allowed)
        return value


@dataclass(frozen=True, kw_only=True)
class Int(Param):
    """A whole number in [low, high]; `unit` is for display, `reach` as in `Float`."""

    default: int | None = None
    low: int
    high: int
    unit: str = ""
    log: bool = False
    reach: tuple[int, int] | None = None

    def accept(self, raw: object) -> int:
        """Return `raw` (a number or its text) as an int; ParamError unless whole and in range."""
        allowed = f"a whole number from {self.low} to {self.high}"
        value = self.finite(raw, allowed)
        if not (value.is_integer() and self.low <= value <= self.high):
            raise self.refuse(raw, allowed)
        return int(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Param):
    """One of a few named options; `options` maps each value to the label that a page shows."""

    default: str
    options: Mapping[str, str]

    def accept(self, raw: object) -> str:
        """Return `raw` unchanged where it names an option; ParamError otherwise."""
        if not isinstance(raw, str) or raw not in self.options:
            raise self.refuse(raw, "one of " + ", ".join(self.options))
        return raw


@dataclass(frozen=True, kw_only=True)
class Flag(Param):
    """Yes or no."""

    default: bool = False

    def accept(self, raw: object) -> bool:
        """Return `raw` (a truth value, "true" or "false") as a bool; ParamError otherwise."""
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw.lower() in ("true", "false"):
            return raw.lower() == "true"
        raise self.refuse(raw, "true or false")


@dataclass(frozen=True)
class Spec:
    """Base of a widget's settings: a frozen dataclass with one field for each of its PARAMS.

    Building one validates every field (ParamError) and then `check`, which a subclass overrides
    for rules between fields. Equal specs mean equal runs.
    """

    PARAMS: ClassVar[tuple[Param, ...]] = ()

    def __post_init__(self) -> None:
        for param in self.PARAMS:
            object.__setattr__(self, param.name, param.parse(getattr(self, param.name)))
        self.check()

    @classmethod
    def params(cls) -> tuple[Param, ...]:
        """Return the parameters of the settings, in the order in which a page shows them."""
        return cls.PARAMS

    def check(self) -> None:
        """Raise ParamError where fields that are valid alone do not fit together."""

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> Self:
        """Build a spec from raw values by name; missing ones take their default, unknown are refused."""
        known = {field.name for field in fields(cls) if field.init}
        unknown = sorted(set(raw) - known)
        if unknown:
            raise ParamError(
                f"There is no setting called {as_given(unknown[0])}; there are {', '.join(sorted(known))}."
            )
        return cls(**raw)

    @classmethod
    def param(cls, name: str) -> Param:
        """Return the parameter called `name`; KeyError where there is none."""
        return {param.name: param for param in cls.params()}[name]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, as plain numbers, strings and tuples; those worked out from others are left out."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.init}
