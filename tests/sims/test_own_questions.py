"""Questions about the learner's own run: made from its numbers, or not at all."""

import itertools
import math
import re
from collections.abc import Sequence

import pytest

from sims import own_cycles, own_race, own_sweep, own_warmup
from sims.cyclical import Cyclical
from sims.data import Data
from sims.events import Diverged, Evaluation, Event, Step
from sims.explorer import Explorer
from sims.question import Quiz
from sims.range_test import RangeTest, regions
from sims.smoothing import Curve
from sims.sweep import Sweep
from sims.warmup import Warmup
from tests.sims.curves import flat, u_curve
from tests.sims.training import run

SWEEP = RangeTest(seeds=1, stop_factor=0)
RACE = Explorer(steps=40, schedules=("step", "linear", "cosine"), seeds=3)
LOW, CLEARLY, WIDE = (0.30, 0.31, 0.32), (0.40, 0.41, 0.42), (0.20, 0.31, 0.50)
"""Losses of three seeds; the second are above the first by more than the spread, the third not."""


def right(quiz: Quiz | None) -> str:
    """Return the text of the one right option."""
    assert quiz is not None
    assert len({option.text for option in quiz.options}) == len(quiz.options)
    (one,) = (option.text for option in quiz.options if option.right)
    return one


def feedback(quiz: Quiz | None, text: str) -> str:
    assert quiz is not None
    return next(option.feedback for option in quiz.options if option.text == text)


def steps(
    losses: Sequence[float] | Curve, rates: Sequence[float] | Curve, arm: int = 0, seed: int = 0
) -> list[Event]:
    return [
        Step(arm, seed, t, float(loss), float(lr), 0.9, 1.0, 0.01)
        for t, (loss, lr) in enumerate(zip(losses, rates, strict=True))
    ]


def ends(arm: int, *losses: float, step: int = 40) -> list[Event]:
    return [
        Evaluation(arm, seed, step, loss, max(0.1, 1 - loss), 10_000)
        for seed, loss in enumerate(losses)
        if not math.isnan(loss)
    ]


# Range test


def test_the_turn_of_a_sweep_is_the_rate_of_its_lowest_loss() -> None:
    rates = SWEEP.rates()
    losses = u_curve(rates, falls=1e-2, rises=0.3, noise=0.01)
    quiz = own_sweep.question(SWEEP, steps(losses, rates))
    found = regions(rates, [losses])
    assert found is not None
    assert found.rising is not None
    assert right(quiz) == f"A rate of {found.rising[0]:.2g}"
    assert quiz is not None
    shown = [float(option.text.removeprefix("A rate of ")) for option in quiz.options]
    assert shown == sorted(shown)
    assert len(shown) >= own_sweep.FEWEST
    assert all(b / a >= 1.2 for a, b in itertools.pairwise(shown))
    assert shown[-1] == 10  # where the sweep ended
    assert "The loss had turned before, at a rate of" in quiz.options[-1].feedback


@pytest.mark.parametrize("losses", [flat(SWEEP.rates(), 0.05), u_curve(SWEEP.rates(), rises=100.0)])
def test_a_sweep_that_did_not_fall_and_turn_asks_nothing(losses: Sequence[float] | Curve) -> None:
    assert own_sweep.question(SWEEP, steps(losses, SWEEP.rates())) is None


def test_a_sweep_that_died_at_once_asks_nothing() -> None:
    dead = [*steps([2.3] * 3, SWEEP.rates()[:3]), Diverged(0, 0, 3, 2.3, "non-finite")]
    assert own_sweep.question(SWEEP, dead) is None
    assert own_sweep.question(SWEEP, []) is None


# Race


def test_the_lead_over_one_but_not_the_other() -> None:
    quiz = own_race.question(RACE, [*ends(0, *CLEARLY), *ends(1, *LOW), *ends(2, *WIDE)])
    assert quiz is not None
    assert quiz.question.startswith("Linear came first with your 3 seeds")
    assert right(quiz) == "Over Step decay alone"
    assert "Step decay ended 0.100 above Linear, and the seeds agree" in feedback(quiz, right(quiz))
    assert "Cosine ended 0.027 above Linear, but the seeds differ" in feedback(quiz, "Over all of them")
    assert "Step decay" in feedback(quiz, "Over none of them")


def test_the_lead_over_all_or_none() -> None:
    everyone = own_race.question(RACE, [*ends(0, *CLEARLY), *ends(1, *LOW), *ends(2, *CLEARLY)])
    assert right(everyone) == "Over all of them"
    nobody = own_race.question(RACE, [*ends(0, *WIDE), *ends(1, *LOW), *ends(2, *WIDE)])
    assert right(nobody) == "Over none of them"


def test_with_one_seed_the_lowest_mean_rate_is_asked_for() -> None:
    one = Explorer(steps=40, schedules=("exponential", "cosine"), seeds=1)
    quiz = own_race.question(one, [*ends(0, 0.5), *ends(1, 0.3)])
    assert right(quiz) == "Exponential"
    means = [float(rates.mean()) for line in one.lines() if (rates := one.rates(line)) is not None]
    assert f"{means[0]:.3g}, and it came in at place 2 of 2" in feedback(quiz, "Exponential")


@pytest.mark.parametrize("losses", [(math.nan,) * 3, (2.303,) * 3])
def test_a_race_that_nobody_survived_asks_nothing(losses: tuple[float, ...]) -> None:
    assert own_race.question(RACE, [event for arm in range(3) for event in ends(arm, *losses)]) is None


def test_a_race_of_one_asks_nothing() -> None:
    alone = Explorer(steps=40, schedules=("cosine",), seeds=3)
    assert own_race.question(alone, ends(0, *LOW)) is None


# Warmup

DEMO = Warmup(steps=60, seeds=3)


def peaks(arm: int, *heights: float) -> list[Event]:
    return [event for seed, high in enumerate(heights) for event in steps([2.3, high], [0.1, 0.1], arm, seed)]


def test_failures_are_asked_for_where_there_are_any() -> None:
    events = [
        *ends(0, 0.3, 2.303, math.nan, step=60),
        *ends(1, *LOW, step=60),
        *ends(2, 0.3, 0.3, 2.303, step=60),
    ]
    quiz = own_warmup.question(DEMO, events)
    assert right(quiz) == "With 2 of 3"
    assert "0.30, 2.30, blown up" in feedback(quiz, "With 2 of 3")
    assert "failed with “With warmup”" in feedback(quiz, "With 0 of 3")
    assert "failed with “Same mean rate”" in feedback(quiz, "With 1 of 3")


def test_peaks_are_asked_for_where_nothing_failed() -> None:
    fine = [event for arm in range(3) for event in ends(arm, *LOW, step=60)]
    quiz = own_warmup.question(
        DEMO, [*fine, *peaks(0, 5.0, 6.0, 7.0), *peaks(1, 2.3, 2.3, 2.3), *peaks(2, 3.0, 4.0, 3.5)]
    )
    assert right(quiz) == "6.0"
    assert quiz is not None
    assert [option.text for option in quiz.options] == ["2.3", "3.5", "6.0"]
    assert "“Same mean rate”" in feedback(quiz, "3.5")
    level = [*peaks(0, 2.3, 2.3, 2.3), *peaks(1, 2.3, 2.3, 2.3), *peaks(2, 2.3, 2.3, 2.3)]
    assert own_warmup.question(DEMO, [*fine, *level]) is None


def test_a_demo_without_its_run_or_in_which_all_died_asks_nothing() -> None:
    dead = [event for arm in range(3) for event in ends(arm, 2.303, 2.303, 2.303, step=60)]
    assert own_warmup.question(DEMO, dead) is None
    assert own_warmup.question(Warmup(steps=60, seeds=3, arms=("with",)), ends(0, *LOW, step=60)) is None


# Cycles

CYCLES = Cyclical(steps=80, seeds=2, policies=("triangular2",))
"""Arms: triangular2, linear decay, and constants at a third, one and three times 0.1; troughs at 20, 40, 60, 80."""


def test_the_best_at_the_first_clear_trough() -> None:
    last = [event for arm in range(5) for event in ends(arm, 0.2, 0.2 + arm / 100, step=80)]
    level = [event for arm in range(5) for event in ends(arm, 0.5, 0.5, step=20)]
    clear = [event for arm in range(5) for event in ends(arm, 0.5 - arm / 10, 0.5 - arm / 10, step=40)]
    quiz = own_cycles.question(CYCLES, [*level, *clear, *last])
    assert quiz is not None
    assert "where the second cycle ended, step 40" in quiz.question
    assert right(quiz) == "Constant 0.033"  # of the constants the one that ended best
    assert feedback(quiz, "Linear decay").startswith("At step 40 60.0% of the test images were right")
    assert feedback(quiz, "Triangular2").endswith("with the lowest loss of all.")


def test_without_a_clear_trough_a_race_is_a_race() -> None:
    last = [event for arm in range(5) for event in ends(arm, 0.2 + arm / 10, 0.21 + arm / 10, step=80)]
    quiz = own_cycles.question(CYCLES, last)
    assert quiz is not None
    assert "came first with your 2 seeds" in quiz.question


# Real training


def test_a_real_sweep_asks_for_a_rate_that_its_own_summary_names(one_thread: None, mnist: Data) -> None:
    spec = RangeTest(seeds=1)
    events = run(spec.plan(), mnist)
    quiz = own_sweep.question(spec, events)
    found = regions(spec.rates(), [losses for _, losses in Sweep(spec, 0.0).feed(events).curves()])
    assert found is not None
    assert found.rising is not None
    assert re.fullmatch(r"A rate of [\d.e-]+", right(quiz))
    assert right(quiz) == f"A rate of {found.rising[0]:.2g}"


def test_a_real_race_of_cycles_asks_what_was_measured(one_thread: None, mnist: Data) -> None:
    spec = Cyclical(steps=40, seeds=1, cycles=2)
    events = run(spec.plan(), mnist)
    quiz = own_cycles.question(spec, events)
    at_first = [e for e in events if isinstance(e, Evaluation) and e.step == 20]
    best = max(at_first, key=lambda event: event.accuracy)
    assert right(quiz) == spec.lines()[best.arm].label
