"""The ranking of finishes made up for the purpose: order, what counts as a difference, and the sentence."""

import math

import pytest

from sims.events import Diverged, Evaluation, Event, Finished, Step
from sims.explorer import Explorer
from sims.ranking import Finish, finishes, larger_than_spread, rank

DEAD = 2.302


def finish(label: str, *losses: float) -> Finish:
    """Return a finish with these losses of its seeds and accuracies that go with them."""
    return Finish(label.lower(), label, 0, losses, tuple(1 - loss / 3 for loss in losses))


def behind(first: Finish, *gaps: float) -> Finish:
    """Return a finish that ends above `first` by these gaps, seed by seed."""
    return finish("Other", *(loss + gap for loss, gap in zip(first.losses, gaps, strict=True)))


# One finish


def test_loss_and_accuracy_are_means_over_the_seeds_that_did_not_diverge() -> None:
    one = finish("A", 0.3, math.nan, 0.6)
    assert one.loss == pytest.approx(0.45)
    assert one.accuracy == pytest.approx(0.85)
    assert math.isnan(finish("A", math.nan).loss)
    assert math.isnan(finish("A", math.nan).accuracy)


@pytest.mark.parametrize(
    ("losses", "failed"), [((0.1, 2.0), 0), ((2.18, 2.19), 1), ((DEAD, 0.1, 7.0), 2), ((math.nan, 0.1), 1)]
)
def test_seeds_that_diverged_or_only_guess_have_failed(losses: tuple[float, ...], failed: int) -> None:
    assert finish("A", *losses).failed == failed


# Order


def test_the_lowest_mean_loss_is_first() -> None:
    a, b, c = finish("A", 0.2, 0.4), finish("B", 0.1, 0.3), finish("C", 0.7, 0.05)
    assert rank([a, b, c]).places == (b, a, c)


def test_who_failed_with_fewer_seeds_is_ahead_whatever_the_loss() -> None:
    steady, one_gone, one_dead = (
        finish("A", 0.5, 0.5),
        finish("B", 0.1, math.nan),
        finish("C", 0.1, DEAD),
    )
    both_gone, both_dead = finish("D", math.nan, math.nan), finish("E", DEAD, DEAD)
    assert rank([both_gone, both_dead, one_dead, one_gone, steady]).places == (
        steady,
        one_gone,
        one_dead,
        both_dead,
        both_gone,
    )


# Larger than the spread: the half width of the interval is t(n - 1) s / sqrt(n), by hand for each n

CLOSE_CALLS = [
    ((-1.0, 1.0), 12.706),  # s = sqrt(2)
    ((-1.0, 0.0, 1.0), 2.484),  # 4.303 * 1 / sqrt(3)
    ((-1.0, -1.0, 1.0, 1.0), 1.837),  # 3.182 * sqrt(4 / 3) / 2
    ((-1.0, -1.0, 0.0, 1.0, 1.0), 1.2415),  # 2.776 * 1 / sqrt(5)
]


@pytest.mark.parametrize(("pattern", "half"), CLOSE_CALLS)
def test_a_lead_counts_where_the_interval_of_its_mean_leaves_out_zero(
    pattern: tuple[float, ...], half: float
) -> None:
    first = finish("First", *(0.1,) * len(pattern))
    for mean, counts in ((half * 1.005, True), (half * 0.995, False), (-half * 1.005, False)):
        other = behind(first, *(0.01 * (mean + part) for part in pattern))
        assert larger_than_spread(first, other) is counts


def test_seeds_are_compared_pair_by_pair() -> None:
    first, other = finish("First", 0.1, 0.5, 0.9), finish("Other", 0.12, 0.52, 0.93)
    assert larger_than_spread(first, other)
    assert not larger_than_spread(first, finish("Other", 0.52, 0.93, 0.12))


def test_one_pair_of_seeds_tells_nothing() -> None:
    assert not larger_than_spread(finish("First", 0.1), finish("Other", 2.0))
    assert not larger_than_spread(finish("First", 0.1), finish("Other", DEAD))
    assert not larger_than_spread(finish("First", 0.1, 0.1), finish("Other", 2.0, math.nan))


def test_seeds_that_diverged_are_left_out_of_the_pairs() -> None:
    first = finish("First", 0.1, 0.1, 0.1)
    assert larger_than_spread(first, behind(first, 0.1, math.nan, 0.11))
    assert not larger_than_spread(first, behind(first, 0.1, math.nan, 0.3))


@pytest.mark.parametrize("fate", [math.nan, DEAD])
def test_to_fail_with_every_seed_is_to_be_clearly_behind(fate: float) -> None:
    assert larger_than_spread(finish("First", 0.1, 0.9), finish("Other", fate, fate))
    assert not larger_than_spread(finish("First", math.nan, math.nan), finish("Other", math.nan, math.nan))


def test_the_first_is_never_behind_itself() -> None:
    ranking = rank([finish("A", 0.3, 0.31), finish("B", 0.1, 0.1), finish("C", 0.1, 0.5)])
    assert [one.label for one in ranking.places] == ["B", "C", "A"]
    assert ranking.clear == (False, False, True)


# The sentence

CLEAR, LEVEL = (0.3, 0.31, 0.3), (0.05, 0.3, 0.1)
HEAD = "A ends lowest, at a test loss of 0.100"


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([CLEAR], f"{HEAD}; its lead over B is larger than the spread over 3 seeds."),
        ([LEVEL], f"{HEAD}; its lead over B is not larger than the spread over 3 seeds."),
        ([CLEAR] * 3, f"{HEAD}; its lead over B, C and D is larger than the spread over 3 seeds."),
        (
            [CLEAR, LEVEL, CLEAR, LEVEL],
            f"{HEAD}; its lead over B and D is larger than the spread over 3 seeds, over C and E it is not.",
        ),
        (
            [CLEAR, (0.2, DEAD, 0.1), (math.nan, DEAD, DEAD)],
            f"{HEAD}; its lead over B and D is larger than the spread over 3 seeds, over C it is not. "
            "C failed with 1 of 3 and D failed with 3 of 3.",
        ),
    ],
)
def test_the_sentence_names_who_is_clearly_behind_and_who_is_not(
    others: list[tuple[float, ...]], sentence: str
) -> None:
    named = [finish(label, *losses) for label, losses in zip("BCDE", others, strict=False)]
    said = rank([*named, finish("A", 0.1, 0.1, 0.1)]).sentence
    assert said == sentence


def test_one_seed_is_said_to_tell_nothing() -> None:
    said = rank([finish("A", 0.1), finish("B", 0.5), finish("C", math.nan)]).sentence
    assert said == f"{HEAD} with this one seed, which cannot tell luck from schedule: train three or more."


def test_a_schedule_by_itself_is_said_to_need_another() -> None:
    said = rank([finish("A", 0.1, 0.1)]).sentence
    assert said == "A ends at a test loss of 0.100; switch on another schedule to compare."


@pytest.mark.parametrize("fates", [[(DEAD, DEAD)], [(DEAD, math.nan), (math.nan, math.nan)]])
def test_where_nothing_trained_a_lower_rate_is_advised(fates: list[tuple[float, ...]]) -> None:
    said = rank([finish(label, *fate) for label, fate in zip("AB", fates, strict=False)]).sentence
    assert said == "No schedule trained at this base rate: try a lower one."


# From the events of a race

RACE = Explorer(lr=0.06, steps=40, schedules=("constant", "cosine"), seeds=2)
"""Arms 0 to 2 are constant rates of 0.02, 0.06 and 0.18, arm 3 is the cosine."""


def ends(arm: int, *losses: float) -> list[Event]:
    return [Evaluation(arm, seed, 40, loss, (9 - arm) / 10, 10_000) for seed, loss in enumerate(losses)]


def test_the_best_constant_rate_stands_for_all_that_were_tried() -> None:
    events = [*ends(3, 0.3, 0.4), *ends(0, 0.5, 0.5), *ends(1, 0.2, 0.4), *ends(2, 0.1, DEAD), Finished(1.0)]
    constant, cosine = finishes(RACE, events)
    tried = ("Constant 0.02", "Constant 0.06", "Constant 0.18")
    assert constant == Finish("constant", "Constant 0.06", 1, (0.2, 0.4), (0.8, 0.8), tried)
    assert cosine == Finish("cosine", "Cosine", 3, (0.3, 0.4), (0.6, 0.6))


def test_only_the_measurement_after_the_last_update_counts() -> None:
    early: list[Event] = [Evaluation(3, 0, 35, 0.01, 0.99, 1000), Step(3, 0, 40, 0.01, 0.1, 0.9, 1.0, 0.1)]
    cosine = finishes(RACE, [*early, *ends(3, 0.3, 0.4)])[1]
    assert cosine.losses == (0.3, 0.4)
    assert finishes(RACE, early)[1].failed == 2


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_seed_without_a_finite_end_has_neither_loss_nor_accuracy(loss: float) -> None:
    for last in (ends(3, 0.3, loss), [*ends(3, 0.3), Diverged(3, 1, 7, 2.5, "non-finite")]):
        cosine = finishes(RACE, last)[1]
        assert (cosine.losses[0], cosine.failed) == (0.3, 1)
        assert math.isnan(cosine.losses[1])
        assert math.isnan(cosine.accuracies[1])
        assert (cosine.loss, cosine.accuracy) == pytest.approx((0.3, 0.6))


def test_a_race_without_a_constant_rate_has_its_schedules_alone() -> None:
    race = Explorer(steps=40, schedules=("step", "cosine"), seeds=2)
    assert [one.label for one in finishes(race, [*ends(0, 0.1, 0.1)])] == ["Step decay", "Cosine"]
