"""Parameters: what is taken, and the sentences that refuse the rest."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.errors import ParamError
from sims.params import Choice, Flag, Float, Int, Param, Spec

RATE = Float(name="rate", label="Rate", meaning="m", default=0.1, low=1e-4, high=10, log=True)
STEPS = Int(name="steps", label="Steps", meaning="m", default=100, low=10, high=1000)
KIND = Choice(name="kind", label="Kind", meaning="m", default="a", options={"a": "A", "b": "B"})
NESTEROV = Flag(name="nesterov", label="Nesterov", meaning="m")
LENGTH = Int(
    name="length", label="Length", meaning="m", low=1, high=1000, follows=lambda run: run // 2, rule="half"
)


@dataclass(frozen=True)
class Settings(Spec):
    rate: float = 0.1
    steps: int = 100
    kind: str = "a"

    PARAMS: ClassVar[tuple[Param, ...]] = (RATE, STEPS, KIND)

    def check(self) -> None:
        if self.rate * self.steps > 1000:
            raise ParamError("Rate times steps must be at most 1000.")


@pytest.mark.parametrize(
    ("param", "raw", "value"),
    [
        (RATE, "0.5", 0.5),
        (RATE, " 1e-4 ", 1e-4),
        (RATE, 10, 10.0),
        (STEPS, "100", 100),
        (STEPS, 20.0, 20),
        (STEPS, "1e2", 100),
        (KIND, "b", "b"),
        (NESTEROV, True, True),
        (NESTEROV, "true", True),
        (NESTEROV, "False", False),
        (LENGTH, "7", 7),
    ],
)
def test_what_is_taken(param: Param, raw: object, value: object) -> None:
    assert param.parse(raw) == value
    assert type(param.parse(raw)) is type(value)


@pytest.mark.parametrize(
    "raw", ["", None, "abc", "nan", "inf", "-inf", True, [1], {"a": 1}, 11, 0, "1e999", "٣٣x"]
)
def test_a_rate_that_does_not_fit_is_refused_with_its_range(raw: object) -> None:
    with pytest.raises(ParamError, match=r"^Rate must be a number between 0\.0001 and 10; .* given\.$"):
        RATE.parse(raw)


@pytest.mark.parametrize("raw", ["", None, "abc", 9, 1001, 10.5, "nan", float("inf"), False])
def test_a_count_that_does_not_fit_is_refused_with_its_range(raw: object) -> None:
    with pytest.raises(ParamError, match=r"^Steps must be a whole number from 10 to 1000; .* given\.$"):
        STEPS.parse(raw)


@pytest.mark.parametrize("raw", ["c", "", None, 1, ["a"]])
def test_an_option_that_does_not_exist_is_refused_with_those_that_do(raw: object) -> None:
    with pytest.raises(ParamError, match=r"^Kind must be one of a, b; .* given\.$"):
        KIND.parse(raw)


@pytest.mark.parametrize("raw", ["", None, "yes", "1", 0, 1, 1.0, float("nan"), [True], " true"])
def test_a_yes_or_no_that_is_neither_is_refused(raw: object) -> None:
    with pytest.raises(ParamError, match=r"^Nesterov must be true or false; .* given\.$"):
        NESTEROV.parse(raw)


@pytest.mark.parametrize("raw", ["", None])
def test_what_follows_something_else_may_be_left_empty(raw: object) -> None:
    assert LENGTH.parse(raw) is None
    assert LENGTH.follows is not None
    assert LENGTH.follows(100) == 50


@pytest.mark.parametrize("raw", [0, "0", " ", "abc", 1001, False, float("nan")])
def test_what_follows_something_else_has_its_range_where_it_is_given(raw: object) -> None:
    with pytest.raises(ParamError, match=r"^Length must be a whole number from 1 to 1000; .* given\.$"):
        LENGTH.parse(raw)


def test_a_long_input_is_not_repeated_whole() -> None:
    with pytest.raises(ParamError) as caught:
        KIND.parse("x" * 10_000 + "\n")
    assert len(str(caught.value)) < 120
    assert "\n" not in str(caught.value)


@given(st.floats(allow_nan=True, allow_infinity=True) | st.text() | st.integers() | st.none() | st.booleans())
def test_parse_gives_a_value_in_range_or_a_sentence(raw: object) -> None:
    for param in (RATE, STEPS):
        try:
            value = param.parse(raw)
        except ParamError as error:
            refused = str(error)
        else:
            refused = ""
        assert refused.endswith(" given.") or param.low <= value <= param.high


def test_a_spec_parses_fills_in_and_goes_there_and_back() -> None:
    spec = Settings.parse({"rate": "0.5"})
    assert spec == Settings(rate=0.5, steps=100, kind="a")
    assert Settings.parse(spec.as_dict()) == spec


def test_a_spec_refuses_unknown_names_and_what_does_not_fit_together() -> None:
    with pytest.raises(ParamError, match="no setting called 'speed'; there are kind, rate, steps"):
        Settings.parse({"speed": "1"})
    with pytest.raises(ParamError, match="at most 1000"):
        Settings(rate=5, steps=500)
    with pytest.raises(ParamError, match="Steps must be"):
        Settings(steps=5)
