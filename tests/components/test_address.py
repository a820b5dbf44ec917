"""The address holds the state, and what it asks for is checked on the way in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import address
from sims.errors import ParamError
from tests.sims.test_params import KIND, RATE, STEPS

PARAMS = (RATE, STEPS, KIND)


def test_defaults_are_left_out_and_runs_are_named() -> None:
    assert address.search(PARAMS, {"rate": 0.1, "steps": 100, "kind": "a"}) == ""
    assert address.search(PARAMS, {"rate": 1e-3, "steps": 100, "kind": "b"}, run="abc12345", audit=None) == (
        "?rate=0.001&kind=b&run=abc12345"
    )


@given(st.floats(1e-4, 10), st.integers(10, 1000), st.sampled_from("ab"))
def test_settings_go_there_and_back_without_loss(rate: float, steps: int, kind: str) -> None:
    values = {"rate": rate, "steps": steps, "kind": kind}
    reading = address.read(PARAMS, address.query(address.search(PARAMS, values)))
    assert reading.values == values
    assert reading.problems == {}


def test_what_does_not_fit_is_named_and_the_rest_is_kept() -> None:
    reading = address.read(PARAMS, address.query("?rate=1e9&steps=50&kind=zzz&other=1"))
    assert reading.values == {"rate": 0.1, "steps": 50, "kind": "a"}
    assert set(reading.problems) == {"rate", "kind"}
    assert "between 0.0001 and 10" in reading.problems["rate"]


@pytest.mark.parametrize(
    "raw", ["short", "UPPERCASE123", "../../etc/passwd", "a" * 33, "abc 12345", "<script>"]
)
def test_a_run_id_in_another_form_is_refused(raw: str) -> None:
    with pytest.raises(ParamError, match="no run has"):
        address.run_id(raw)


def test_a_run_id_is_taken_and_none_is_none() -> None:
    assert address.run_id("0123456789ab") == "0123456789ab"
    assert address.run_id("") is None
    assert address.run_id(None) is None
