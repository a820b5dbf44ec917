"""What the demo of mix-ups says once it has ended: what each cost, as far as the seeds can tell."""

import math

import pytest

from components import theme
from components.mixup_result import conclusion, predictions, sentence
from sims.mixup import RIGHT, SETUPS, Mixup
from sims.ranking import Finish

LOW, LESS = (0.10, 0.11, 0.12), (0.20, 0.21, 0.22)
"""Losses of three seeds; the second are worse by more than the spread."""
WIDE = (0.05, 0.11, 0.30)
"""Neither better nor worse than LOW by more than the spread."""


def ended(**losses: tuple[float, ...]) -> dict[str, Finish]:
    return {
        name: Finish(name, SETUPS[name].label, arm, values, tuple(1 - value for value in values))
        for arm, (name, values) in enumerate(losses.items())
    }


def test_what_ends_higher_lower_and_level_is_told_apart() -> None:
    told = sentence(
        ended(
            cosine_right=LESS,
            cosine_slow=(0.4, 0.41, 0.42),
            one_cycle_slow=LOW,
            cosine_swings=(0.1, 0.21, 0.5),
        )
    )
    assert told == (
        "The cosine that is stepped as it should be ends at a test loss of 0.210. "
        "The cosine in updates stepped per epoch (0.410) ends higher by more than the spread over 3 seeds. "
        "The one-cycle in updates stepped per epoch (0.110) ends lower by more than the spread over 3 seeds. "
        "Of the cosine in epochs stepped per update (0.270) these seeds can tell no difference from stepping it right."
    )


def test_two_that_end_higher_are_told_together() -> None:
    told = sentence(ended(cosine_right=LOW, cosine_slow=LESS, step_dies=LESS))
    assert (
        "stepped per epoch (0.210) and the step decay in epochs stepped per update (0.210) end higher by"
        in told
    )


def test_a_mix_up_is_compared_with_the_right_way_of_its_own_scheduler() -> None:
    told = sentence(ended(cosine_right=LOW, one_cycle=LESS, one_cycle_slow=LESS))
    assert "The one-cycle in updates stepped per update (0.210) ends higher" in told
    assert "Of the one-cycle in updates stepped per epoch (0.210) these seeds can tell no difference" in told
    assert told.endswith("One-cycle's mix-up is compared with one-cycle stepped right.")


def test_the_right_cosine_in_updates_is_what_all_other_cosines_are_compared_with() -> None:
    told = sentence(ended(cosine_right=LOW, cosine_stairs=LESS, cosine_slow=LESS))
    assert "end higher" in told


def test_one_seed_cannot_tell() -> None:
    assert sentence(ended(cosine_right=(0.1,), cosine_slow=(0.2,))) == (
        "The cosine that is stepped as it should be ends at a test loss of 0.100, the cosine in updates stepped per epoch "
        "at 0.200. One seed cannot tell luck from a mix-up: train three or more."
    )


def test_a_rate_at_which_nothing_trains_is_told() -> None:
    told = sentence(ended(cosine_right=(2.303, math.nan), cosine_slow=(2.303, 2.303)))
    assert told.startswith("Even the cosine that is stepped as it should be did not train")


@pytest.mark.parametrize(("slow", "truth"), [(LESS, "above"), ((0.01, 0.02, 0.03), "below"), (WIDE, "level")])
def test_exactly_one_prediction_comes_true(slow: tuple[float, ...], truth: str) -> None:
    told = predictions(ended(cosine_right=LOW, cosine_slow=slow))
    assert {option for option, text in told.items() if "and so it was" in text} == {truth}


def test_with_one_seed_no_prediction_is_judged() -> None:
    told = predictions(ended(cosine_right=(0.1,), cosine_slow=(0.2,)))
    assert all("one seed cannot tell" in text for text in told.values())


def test_a_run_that_was_stopped_has_no_result() -> None:
    result = conclusion("mixup", Mixup(), [], finished=False)
    assert result.props["mixup-truth", "data"] is None


def test_every_way_to_step_has_a_line_of_its_own() -> None:
    assert RIGHT in theme.SCHEDULE_LINES
    assert len({theme.schedule_line(name) for name in SETUPS}) == len(SETUPS)
