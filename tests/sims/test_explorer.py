"""The explorer as settings and as a plan, and that one entry in the registry is all a schedule takes."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.data import Data
from sims.errors import ParamError
from sims.events import Step
from sims.experiments import rebuild
from sims.explorer import MOST, Explorer, own_name, own_params
from sims.params import Float
from sims.plan import Plateau
from sims.schedule import Schedule
from sims.schedules import SCHEDULES, curve, momentum_curve
from tests.sims.training import of, run

PLANNED = [name for name, entry in SCHEDULES.items() if not entry.closed_loop]

MINE = Schedule(
    name="mine",
    label="Sine of mine",
    does="Swings around the base rate.",
    formula=r"\eta_0 (1 + a \sin t)",
    params=(Float(name="swing", label="Swing", meaning="How far.", default=0.5, low=0, high=1),),
    pros="Never dull",
    cons="Never settles",
    best_for="Showing that an entry is enough",
    source=("Made up", "https://example.org"),
    rate=lambda t, v: np.asarray(v["base_lr"] * (1 + v["swing"] * np.sin(t))),
    code=lambda v: f"scheduler = Sine(optimizer, swing={v['swing']!r})",
)
"""A schedule that the registry does not have."""


def explorer(schedules: str, **settings: object) -> Explorer:
    """Return the explorer with these schedules; a dash in a setting's name is written as two underscores."""
    named = {name.replace("__", "-"): value for name, value in settings.items()}
    return Explorer.parse({"schedules": schedules, **named})


OWN: dict[str, st.SearchStrategy[Any]] = {
    "step-gamma": st.floats(0, 1),
    "multistep-milestones": st.lists(st.integers(1, 400), min_size=1, max_size=3).map(sorted).map(tuple),
    "one_cycle-three_phase": st.booleans(),
    "wsd-decay_type": st.sampled_from(["linear", "cosine", "1-sqrt"]),
    "reduce_on_plateau-interval": st.none() | st.integers(1, 100),
}
SETTINGS = st.fixed_dictionaries(
    {"schedules": st.lists(st.sampled_from(list(SCHEDULES)), min_size=1, max_size=MOST, unique=True)},
    optional={
        "lr": st.floats(1e-6, 10),
        "warmup": st.sampled_from(["none", "linear", "exponential", "constant"]),
        "warmup_steps": st.none() | st.integers(0, 400),
        "seeds": st.integers(1, 5),
        **OWN,
    },
)


@given(SETTINGS)
def test_the_settings_survive_the_way_through_plain_values_and_json(settings: dict[str, Any]) -> None:
    made = Explorer.parse(settings)
    for name in OWN.keys() & settings.keys():
        is_on = name.partition("-")[0] in made.schedules
        assert made.as_dict()[name] == (settings[name] if is_on else Explorer.param(name).default)
    assert list(made.as_dict()) == [param.name for param in Explorer.params()]
    assert Explorer.parse(made.as_dict()) == made
    assert rebuild("explorer", json.loads(json.dumps(made.as_dict()))) == made


def test_own_parameters_count_only_while_their_schedule_is_on() -> None:
    made = explorer("cosine", step__gamma=0.5, cosine__eta_min=0.01)
    assert made.own == (("cosine-eta_min", 0.01),)
    assert made == explorer("cosine", cosine__eta_min=0.01)
    assert explorer("cosine", step__gamma="nonsense") == explorer("cosine")


def test_own_parameters_at_their_default_are_as_good_as_none() -> None:
    same = explorer("step,cosine,exp_range", step__gamma="0.1", step__step_size="", exp_range__gamma=0.995)
    assert same == explorer("step,cosine,exp_range")
    assert same.own == ()


def test_settings_may_be_texts_as_an_address_has_them() -> None:
    made = explorer(
        "one_cycle, multistep,one_cycle",
        lr="5e-2",
        steps="200",
        warmup="linear",
        warmup_steps="",
        multistep__milestones="50, 100",
        one_cycle__cycle_momentum="true",
    )
    assert (made.lr, made.steps, made.warmup_steps, made.warm) == (0.05, 200, None, 20)
    assert made.schedules == ("multistep", "one_cycle")
    assert made.own == (("multistep-milestones", (50, 100)), ("one_cycle-cycle_momentum", True))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"speed": 3}, "There is no setting called 'speed' in the schedule explorer"),
        ({"sawtooth-gamma": 3}, "There is no setting called 'sawtooth-gamma' in the schedule explorer"),
        (
            {"schedules": list(SCHEDULES)[:7]},
            "Schedules must be at least one and at most 6 of the list; '7 of them' was given",
        ),
        ({"schedules": ""}, "Schedules must be at least one and at most 6 of the list; nothing was given"),
        ({"schedules": "cosine,sawtooth"}, "Schedules must be one or more of .*; 'sawtooth' was given"),
        ({"schedules": "step", "step-gamma": 2}, "Factor γ must be a number between 0 and 1; '2' was given"),
        (
            {"steps": 50, "warmup": "linear", "warmup_steps": 51},
            "Warmup steps must be at most the steps of the run, 50; 51 was given",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParamError, match=rf"^{sentence}\.$"):
        Explorer.parse(settings)


@pytest.mark.parametrize("param", ["reduce_on_plateau-factor", "one_cycle-max_momentum"])
def test_a_one_at_which_torch_breaks_down_is_refused(param: str) -> None:
    with pytest.raises(ParamError, match=r"must be a number between 0 and 0\.99; '1' was given\.$"):
        Explorer.parse({"schedules": param.partition("-")[0], param: 1})


def test_warmup_steps_without_a_warmup_are_of_no_effect() -> None:
    made = explorer("cosine", steps=50, warmup_steps=51)
    assert made.warm == 0
    assert made.plan() == explorer("cosine", steps=50).plan()


# Rates


def test_the_constant_rate_is_tried_at_a_third_of_the_base_rate_at_it_and_at_three_times_it() -> None:
    lines = explorer("cosine,constant", lr=0.06).lines()
    assert [line.lr for line in lines] == pytest.approx([0.02, 0.06, 0.18, 0.06])
    assert lines[1].lr == 0.06
    assert [line.label for line in lines] == ["Constant 0.02", "Constant 0.06", "Constant 0.18", "Cosine"]


@pytest.mark.parametrize("name", PLANNED)
def test_every_arm_is_given_the_rates_of_its_curve(name: str) -> None:
    made = explorer(name, lr=0.2, steps=60, warmup="linear", warmup_steps=7, warmup_start=0.5)
    entry = SCHEDULES[name]
    for line, arm in zip(made.lines(), made.plan().arms, strict=True):
        base = line.lr * entry.lowest
        warm: dict[str, Any] = {"warmup": "linear", "warmup_steps": 7, "warmup_start": 0.5}
        rates = curve(name, base_lr=base, total_steps=60, **warm, **entry.opening).tolist()
        assert list(arm.lrs) == rates
        assert (made.rates(line) == rates).all()
        assert arm.name == line.label


def test_own_parameters_shape_the_rates() -> None:
    made = explorer("step,polynomial", steps=40, step__step_size=10, polynomial__power=2)
    step, polynomial = (arm.lrs for arm in made.plan().arms)
    assert list(step) == curve("step", base_lr=0.1, total_steps=40, step_size=10).tolist()
    assert list(polynomial) == curve("polynomial", base_lr=0.1, total_steps=40, power=2).tolist()


@pytest.mark.parametrize("name", ["triangular", "triangular2", "exp_range"])
def test_cycles_run_between_a_quarter_of_the_base_rate_and_the_base_rate(name: str) -> None:
    made = explorer(name, lr=0.2, steps=60, exp_range__gamma=1)
    rates = made.rates(made.lines()[0])
    assert rates is not None
    assert (rates[0], rates.min(), rates.max()) == pytest.approx((0.05, 0.05, 0.2))


# Plan


@pytest.mark.parametrize("warmup_steps", [0, 5, 30])
def test_all_arms_make_the_same_number_of_updates(warmup_steps: int) -> None:
    for name in SCHEDULES:
        plan = explorer(name, steps=30, warmup="constant", warmup_steps=warmup_steps).plan()
        assert {len(arm.lrs) for arm in plan.arms} == {30}


def test_arms_differ_in_their_rates_alone() -> None:
    shared = {"optimizer": "adam", "momentum": 0.8, "batch_size": 32}
    made = explorer("constant,step,one_cycle,triangular", network="batchnorm", seeds=2, **shared)
    plan = made.plan()
    assert len({replace(arm, name="", lrs=(1.0,)) for arm in plan.arms}) == 1
    assert {name: getattr(plan.arms[0], name) for name in shared} == shared
    assert (plan.network, plan.seeds) == ("batchnorm", (0, 1))


@pytest.mark.parametrize("steps", [20, 333, 400])
def test_arms_are_measured_on_the_way_and_on_all_test_images_after_the_last_update(steps: int) -> None:
    plan = explorer("cosine", steps=steps).plan()
    assert len(plan.evaluate_at) == 8
    assert plan.evaluate_at[-1] == max(plan.evaluate_at) == steps
    assert (plan.evaluate_on, plan.finally_on) == (1000, 10_000)


def test_an_arm_has_momenta_only_where_they_are_cycled() -> None:
    made = explorer("one_cycle,triangular", steps=50, momentum=0.7, one_cycle__cycle_momentum=True)
    triangular, one_cycle = made.plan().arms
    expected = momentum_curve("one_cycle", momentum=0.7, base_lr=0.1, total_steps=50, cycle_momentum=True)
    assert list(one_cycle.momenta) == expected.tolist()
    assert (one_cycle.momenta[0], min(one_cycle.momenta)) == pytest.approx((0.95, 0.85), abs=1e-3)
    assert triangular.momenta == ()


def test_reduce_on_plateau_listens_from_the_end_of_the_warmup() -> None:
    own = {"factor": 0.5, "patience": 1, "cooldown": 3, "min_lr": 0.001}
    made = Explorer.parse(
        {"schedules": "reduce_on_plateau", "steps": 100, "warmup": "linear", "warmup_start": 0.5}
        | {own_name("reduce_on_plateau", name): value for name, value in own.items()}
    )
    (arm,) = made.plan().arms
    assert arm.plateau == Plateau(10, 5, 0.5, 1, 1e-4, 3, 0.001)
    assert arm.lrs == pytest.approx([0.05 + 0.005 * step for step in range(10)] + [0.1] * 90)
    assert made.rates(made.lines()[0]) is None
    assert all(arm.plateau is None for arm in explorer("constant,cosine").plan().arms)


# One entry in the registry


def test_a_new_entry_brings_its_settings_and_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Explorer.params()
    monkeypatch.setitem(SCHEDULES, "mine", MINE)
    assert [param.name for param in Explorer.params()] == [*(param.name for param in before), "mine-swing"]
    made = explorer("mine", lr=0.2, steps=30, mine__swing="0.25")
    assert made.own == (("mine-swing", 0.25),)
    assert made.plan().arms[0].lrs == pytest.approx([0.2 * (1 + 0.25 * np.sin(t)) for t in range(30)])
    assert rebuild("explorer", made.as_dict()) == made
    assert [param.group for param in own_params(MINE)] == ["Sine of mine"]
    with pytest.raises(ParamError, match=r"^Swing must be a number between 0 and 1; '2' was given\.$"):
        explorer("mine", mine__swing=2)


@pytest.mark.usefixtures("one_thread")
def test_training_applies_the_rates_of_a_new_entry(monkeypatch: pytest.MonkeyPatch, mnist: Data) -> None:
    monkeypatch.setitem(SCHEDULES, "mine", MINE)
    made = explorer("mine,cosine", steps=20, seeds=2, mine__swing=0.25)
    events = run(made.plan(), mnist)
    assert [line.schedule.name for line in made.lines()] == ["cosine", "mine"]
    rates = curve("mine", base_lr=0.1, total_steps=20, swing=0.25).tolist()
    for seed in (0, 1):
        assert [step.lr for step in of(Step, events, arm=1, seed=seed)] == rates
