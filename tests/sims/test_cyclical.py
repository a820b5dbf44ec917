"""The demo of cyclical rates as settings, lines and a plan: cycles, troughs, rates and momenta."""

import json
from typing import Any

import pytest

from sims.cyclical import POLICIES, Cyclical
from sims.errors import ParamError
from sims.experiments import rebuild
from sims.schedules import SCHEDULES, curve, momentum_curve
from sims.smoothing import Curve

TRIANGLES = ("triangular", "triangular2", "exp_range")


def rates(made: Cyclical, label: str) -> Curve:
    """Return the planned rates of the line with this label."""
    (line,) = (line for line in made.lines() if line.label == label)
    planned = made.rates(line)
    assert planned is not None
    return planned


def one(policy: str, **settings: Any) -> tuple[Cyclical, Curve]:
    """Return the demo with this policy, and the policy's rates."""
    made = Cyclical(policies=(policy,), **settings)
    return made, rates(made, SCHEDULES[policy].label)


# Cycles


@pytest.mark.parametrize(
    ("steps", "cycles", "half", "troughs"),
    [
        (400, 4, 50, (100, 200, 300, 400)),
        (400, 3, 67, (134, 268, 400)),  # two and a half cycles and a bit: the last one is cut short
        (100, 8, 6, (12, 24, 36, 48, 60, 72, 84, 96, 100)),
        (400, 1, 200, (400,)),
        (20, 20, 1, (2, 4, 6, 8, 10, 12, 14, 16, 18, 20)),  # a cycle takes at least two updates
    ],
)
def test_troughs_are_where_a_cycle_ends_and_where_the_run_does(
    steps: int, cycles: int, half: int, troughs: tuple[int, ...]
) -> None:
    made = Cyclical(steps=steps, cycles=cycles)
    assert made.half == half
    assert made.troughs() == made.marked() == troughs


@pytest.mark.parametrize("policy", TRIANGLES)
@pytest.mark.parametrize(("steps", "cycles"), [(400, 4), (400, 3), (100, 8)])
def test_the_rate_is_lowest_at_troughs_and_highest_halfway(policy: str, steps: int, cycles: int) -> None:
    made, planned = one(policy, steps=steps, cycles=cycles)
    for trough in made.troughs()[:-1]:  # the number of completed updates is that of the next one
        assert planned[trough] == pytest.approx(made.low)
        assert planned[trough - made.half] == planned[trough - 2 * made.half : trough].max()


@pytest.mark.parametrize(
    ("steps", "cycles", "looks"),
    [
        (400, 4, (50, 100, 150, 200, 250, 300, 350, 400)),
        (400, 3, (67, 134, 201, 268, 335, 400)),
        (20, 20, tuple(range(1, 21))),
    ],
)
def test_everything_is_measured_at_troughs_and_at_tops(
    steps: int, cycles: int, looks: tuple[int, ...]
) -> None:
    made = Cyclical(steps=steps, cycles=cycles)
    assert made.evaluate_at() == made.plan().evaluate_at == looks
    assert set(made.marked()) <= set(looks)


def test_with_super_convergence_everything_is_measured_eight_times_and_at_the_end_of_the_short_runs() -> None:
    assert Cyclical(compare="super").evaluate_at() == (50, 100, 150, 200, 250, 300, 350, 400)
    odd = Cyclical(compare="super", steps=30)
    assert odd.marked() == odd.evaluate_at() == (4, 7, 8, 11, 15, 19, 22, 26, 30)


# Lines


def test_the_policies_come_first_then_one_decay_and_a_tuned_constant() -> None:
    lines = Cyclical(policies=("one_cycle", "triangular2"), lr=0.06).lines()
    assert [line.label for line in lines] == [
        "Triangular2",
        "One-cycle",
        "Linear decay",
        "Constant 0.02",
        "Constant 0.06",
        "Constant 0.18",
    ]
    assert [line.lr for line in lines] == pytest.approx([0.06, 0.06, 0.06, 0.02, 0.06, 0.18])
    assert [line.main for line in lines] == [True, True, True, False, True, False]


def test_super_convergence_sets_one_cycle_against_step_decay_on_all_steps_and_on_as_many() -> None:
    made = Cyclical(compare="super", lr=0.2, decay_lr=0.03, policies=("triangular",))
    lines = made.lines()
    assert [line.label for line in lines] == [
        "One-cycle, a quarter",
        "Step decay, all steps",
        "Step decay, a quarter",
    ]
    assert [line.lr for line in lines] == [0.2, 0.03, 0.03]
    assert len({line.style for line in lines}) == 3


@pytest.mark.parametrize(("steps", "short"), [(400, 100), (403, 100), (20, 5)])
def test_a_quarter_is_rounded_down(steps: int, short: int) -> None:
    made = Cyclical(compare="super", steps=steps)
    assert [len(arm.lrs) for arm in made.plan().arms] == [short, steps, short]
    assert [made.updates(line) for line in made.lines()] == [short, steps, short]


def test_with_cycles_all_arms_make_all_updates() -> None:
    made = Cyclical(policies=("triangular", "cosine_restarts", "one_cycle"), steps=333, cycles=7)
    assert {len(arm.lrs) for arm in made.plan().arms} == {333}


# Rates


@pytest.mark.parametrize("policy", TRIANGLES)
@pytest.mark.parametrize("cycles", [3, 4])
def test_triangles_run_between_the_lowest_rate_and_the_highest(policy: str, cycles: int) -> None:
    _, planned = one(policy, lr=0.2, lr_low=0.01, cycles=cycles)
    own: dict[str, Any] = {"max_lr": 0.2, "step_size_up": {3: 67, 4: 50}[cycles]}
    if policy == "exp_range":
        own["gamma"] = 0.1 ** (1 / 400)
    assert planned.tolist() == curve(policy, base_lr=0.01, total_steps=400, **own).tolist()
    assert planned[0] == planned.min() == 0.01


def test_the_lowest_rate_is_a_quarter_of_the_highest_unless_given() -> None:
    assert Cyclical(lr=0.2).low == 0.05
    assert one("triangular", lr=0.2)[1].min() == pytest.approx(0.05)


def test_the_lowest_rate_may_be_none_at_all() -> None:
    assert one("triangular", lr=0.2, lr_low=0.0)[1].min() == pytest.approx(0, abs=1e-9)


def test_exp_range_has_lost_nine_tenths_of_its_height_at_the_end() -> None:
    _, planned = one("exp_range", lr=1.0, lr_low=0.0, steps=400, cycles=4)
    assert planned[0] == pytest.approx(0, abs=1e-9)
    assert planned[350] == pytest.approx(0.1 ** (350 / 400))


@pytest.mark.parametrize(("cycles", "period"), [(4, 100), (3, 134), (1, 400)])
def test_cosine_restarts_at_every_trough(cycles: int, period: int) -> None:
    made, planned = one("cosine_restarts", lr=0.2, cycles=cycles)
    assert planned.tolist() == curve("cosine_restarts", base_lr=0.2, total_steps=400, T_0=period).tolist()
    assert {planned[trough] for trough in made.troughs()[:-1]} <= {0.2}


def test_one_cycle_and_linear_decay_take_the_highest_rate_as_their_base() -> None:
    made = Cyclical(policies=("one_cycle",), lr=0.2, lr_low=0.1)
    for label, name in (("One-cycle", "one_cycle"), ("Linear decay", "linear")):
        assert rates(made, label).tolist() == curve(name, base_lr=0.2, total_steps=400).tolist()
    assert set(rates(made, "Constant 0.2")) == {0.2}


def test_the_short_runs_are_whole_schedules_of_a_quarter_of_the_steps() -> None:
    arms = Cyclical(compare="super", lr=0.2).plan().arms
    expected = [("one_cycle", 0.2, 100), ("step", 0.05, 400), ("step", 0.05, 100)]
    for arm, (name, lr, steps) in zip(arms, expected, strict=True):
        assert list(arm.lrs) == curve(name, base_lr=lr, total_steps=steps).tolist()


# Momentum


def test_momentum_stays_unless_it_is_cycled() -> None:
    made = Cyclical(policies=("triangular", "one_cycle"))
    assert all(arm.momenta == () for arm in made.plan().arms)


def test_momentum_is_cycled_by_those_policies_that_can() -> None:
    made = Cyclical(
        policies=("triangular", "cosine_restarts", "one_cycle"), cycle_momentum=True, momentum=0.7
    )
    arms = {line.label: arm for line, arm in zip(made.lines(), made.plan().arms, strict=True)}
    own: dict[str, Any] = {"base_lr": 0.025, "max_lr": 0.1, "step_size_up": 50, "cycle_momentum": True}
    expected = momentum_curve("triangular", momentum=0.7, total_steps=400, **own)
    assert list(arms["Triangular"].momenta) == expected.tolist()
    assert (arms["Triangular"].momenta[0], arms["Triangular"].momenta[50]) == pytest.approx((0.9, 0.8))
    assert min(arms["One-cycle"].momenta) == pytest.approx(0.85, abs=1e-3)
    assert all(
        arms[label].momenta == () for label in ("Cosine with restarts", "Linear decay", "Constant 0.1")
    )


def test_the_short_one_cycle_cycles_its_momentum_too() -> None:
    cycle, *decays = Cyclical(compare="super", cycle_momentum=True).plan().arms
    assert len(cycle.momenta) == 100
    assert all(arm.momenta == () for arm in decays)


# Errors, and the way through plain values


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"lr_low": 0.2}, "Lowest rate must be at most the highest, 0.1; 0.2 was given."),
        ({"cycles": 0}, "Cycles must be a whole number from 1 to 20; '0' was given."),
        ({"steps": 19}, "Steps must be a whole number from 20 to 2000; '19' was given."),
        (
            {"policies": "triangular,triangular2,exp_range,one_cycle"},
            "Policies must be at least one and at most 3 of the list; '4 of them' was given.",
        ),
        ({"compare": "both"}, "Comparison must be one of cycles, super; 'both' was given."),
    ],
)
def test_what_does_not_fit_is_told(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ParamError) as error:
        Cyclical.parse(settings)
    assert str(error.value) == sentence


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("compare", ["cycles", "super"])
def test_the_settings_survive_the_way_through_plain_values_and_json(policy: str, compare: str) -> None:
    made = Cyclical(policies=(policy,), compare=compare, lr_low=0.01, cycles=3)
    told = json.loads(json.dumps(made.as_dict()))
    assert Cyclical.parse(told) == made == rebuild("cyclical", told)
    assert rebuild("cyclical", told).plan() == made.plan()
