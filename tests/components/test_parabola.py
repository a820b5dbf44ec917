"""The picture of one update: its points lie on the parabola, and its sentence says where the steps land."""

import pytest

from components.parabola import HIGH, START, UPDATES, figure, sentence
from sims.parabola import loss


def test_the_path_begins_at_the_start_and_lies_on_the_parabola() -> None:
    valley, taken = figure(0.3, 1.5)["data"]
    assert (taken["x"][0], len(taken["x"])) == (START, UPDATES + 1)
    assert taken["x"][1] == pytest.approx(START * (1 - 0.3 * 1.5))
    assert taken["y"] == [loss(w, 1.5) for w in taken["x"]]
    assert valley["y"] == [loss(w, 1.5) for w in valley["x"]]
    assert max(valley["y"]) > HIGH


def test_a_path_that_leaves_the_picture_ends_there() -> None:
    _, taken = figure(3.0, 2.0)["data"]
    assert 2 <= len(taken["x"]) < UPDATES
    assert abs(taken["x"][-1]) > 4  # so that the line leads out of the picture


@pytest.mark.parametrize(
    ("rate", "curvature", "parts"),
    [
        (0.1, 1.0, ("1 − 0.1 × 1 = 0.9.", "28% is still to go after 12 updates", "2 / 1 = 2.")),
        (0.7, 1.0, ("= 0.3.", "all but there after 4 updates")),
        (1.0, 1.0, ("= 0.", "one update lands on the minimum")),
        (1.8, 1.0, ("= −0.8.", "overshoots to the other side", "after 21 updates")),
        (2.0, 1.0, ("= −1.", "from side to side for ever")),
        (2.1, 1.0, ("= −1.1.", "further out than it began")),
        (1.0, 1.5, ("1 − 1 × 1.5 = −0.5.", "2 / 1.5 = 1.33.")),
    ],
)
def test_the_sentence_says_what_the_steps_do(rate: float, curvature: float, parts: tuple[str, ...]) -> None:
    told = sentence(rate, curvature)
    for part in parts:
        assert part in told
    assert "-" not in told
