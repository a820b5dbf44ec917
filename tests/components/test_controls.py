"""Controls come from one specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import controls
from sims.params import Param
from tests.sims.test_params import KIND, RATE, STEPS


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-5, "1e-5"), (3.0, "3"), (0.1, "0.1"), (2.5e-7, "2.5e-7"), (100, "100"), ("adam", "adam")],
)
def test_values_are_shown_as_they_would_be_typed(value: object, text: str) -> None:
    assert controls.shown(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_shown_numbers_lose_nothing(value: float) -> None:
    assert float(controls.shown(value)) == value


@pytest.mark.parametrize("param", [RATE, STEPS, KIND], ids=lambda param: param.name)
def test_a_control_names_its_parameter_and_shows_the_reason_it_was_refused(param: Param) -> None:
    component = controls.control("w", param, param.default, "Because.").to_plotly_json()
    text = str(component)
    assert param.label in text
    assert "Because." in text


def test_a_kind_of_parameter_without_a_control_is_an_error() -> None:
    with pytest.raises(TypeError, match="no control for Param"):
        controls.control("w", Param(name="x", label="X", meaning="m", default=None), None)
