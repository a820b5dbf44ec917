"""Parameters that hold several things: names out of a list, and steps in rising order."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.errors import ParamError
from sims.lists import Several, StepList

ARMS = Several(
    name="arms", label="Arms", meaning="m", default=("a",), options={"a": "A", "b": "B", "c": "C"}, most=2
)
STEPS = StepList(name="steps", label="Steps", meaning="m", most=4, high=100)
MAYBE = StepList(name="maybe", label="Steps", meaning="m", follows=lambda run: (run,), rule="the run")
NO_STEPS: list[object] = [
    *("", None, "a", "1.5", "0", "-1", "101", "3, 2", "1, 2, 3, 4, 5", ", ,", "nan", "1e999"),
    *([], [True], [[1]], [None], {"a": 1}, math.inf, 2.5),
]


@pytest.mark.parametrize("raw", ["c,a", " a , c ", "a,c,a,", ("c", "a"), ["a", "c"]])
def test_names_come_once_each_in_the_order_of_the_options(raw: object) -> None:
    assert ARMS.parse(raw) == ("a", "c")


@pytest.mark.parametrize("raw", ["d", "a,d", "A", ["a", 1], [["a"]], None, 5, {"a": 1}])
def test_a_name_that_is_no_option_is_refused_with_those_that_are(raw: object) -> None:
    with pytest.raises(ParamError, match=r"^Arms must be one or more of a, b, c; .* given\.$"):
        ARMS.parse(raw)


@pytest.mark.parametrize(
    ("raw", "given"), [("", "nothing was"), ([], "nothing was"), ("a,b,c", "'3 of them' was")]
)
def test_too_few_or_too_many_names_are_refused(raw: object, given: str) -> None:
    with pytest.raises(ParamError, match=rf"^Arms must be at least one and at most 2 .*; {given} given\.$"):
        ARMS.parse(raw)


@pytest.mark.parametrize(
    ("raw", "steps"),
    [
        ("2, 30,100", (2, 30, 100)),
        ("7", (7,)),
        (7, (7,)),
        ([1, "2", 3.0], (1, 2, 3)),
        ((5, 5), (5, 5)),
        ("1e2,", (100,)),
    ],
)
def test_steps_become_a_tuple_of_whole_numbers(raw: object, steps: tuple[int, ...]) -> None:
    assert STEPS.parse(raw) == steps
    assert all(type(step) is int for step in STEPS.parse(raw))


@pytest.mark.parametrize("raw", NO_STEPS)
def test_steps_that_do_not_fit_are_refused_with_what_is_allowed(raw: object) -> None:
    sentence = (
        r"^Steps must be 1 to 4 steps in rising order, each from 1 to 100, such as 200, 300; .* given\.$"
    )
    with pytest.raises(ParamError, match=sentence):
        STEPS.parse(raw)


@pytest.mark.parametrize("raw", ["", None])
def test_steps_that_follow_something_may_be_left_empty(raw: object) -> None:
    assert MAYBE.parse(raw) is None
    assert MAYBE.parse("3, 4") == (3, 4)


@given(st.text() | st.lists(st.integers() | st.floats() | st.text()) | st.floats())
def test_any_input_gives_rising_steps_in_range_or_a_sentence(raw: object) -> None:
    refused, steps = "", (1,)
    try:
        steps = STEPS.parse(raw)
    except ParamError as error:
        refused = str(error)
    assert refused == "" or refused.endswith(" given.")
    assert list(steps) == sorted(steps)
    assert 1 <= steps[0] <= steps[-1] <= STEPS.high
    assert len(steps) <= STEPS.most


@given(st.lists(st.integers(1, 100), min_size=1, max_size=4).map(sorted))
def test_steps_go_into_an_address_and_back(steps: list[int]) -> None:
    assert STEPS.parse(",".join(map(str, steps))) == tuple(steps)
