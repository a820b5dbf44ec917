"""What a browser's stores and addresses ask for is looked at before it is used."""

import pytest

from components.widget import EARLIER, shown_data, slots
from sims.errors import ParamError

RUNS = [f"{n:016x}" for n in range(6)]


def test_an_address_names_its_runs_in_the_order_of_drawing() -> None:
    shown = shown_data({"run": RUNS[0], "audit": RUNS[1], "with": f"{RUNS[2]},{RUNS[3]}"}, {"smoothing": 0.5})
    assert slots(shown) == {"earlier-0": RUNS[2], "earlier-1": RUNS[3], "run": RUNS[0], "audit": RUNS[1]}
    assert shown["display"] == {"smoothing": 0.5}


def test_only_the_last_earlier_runs_are_kept() -> None:
    assert shown_data({"with": ",".join(RUNS)}, {})["earlier"] == RUNS[-EARLIER:]


@pytest.mark.parametrize("name", ["run", "audit", "with"])
def test_an_id_in_another_form_is_refused(name: str) -> None:
    with pytest.raises(ParamError, match="no run has"):
        shown_data({name: "../x"}, {})


@pytest.mark.parametrize("forged", [{"run": 7}, {"run": ["a"]}, {"earlier": [None, 3]}, {"audit": "<b>"}, {}])
def test_a_forged_store_asks_for_nothing(forged: dict[str, object]) -> None:
    assert slots(forged) == {}
