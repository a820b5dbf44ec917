"""A fork as settings, two lines and a plan: which run it is of, and what the branch's rates are."""

import json
from typing import Any

import pytest

from sims.data import Data
from sims.errors import ParamError
from sims.events import Evaluation, Event, Step
from sims.experiments import EXPERIMENTS, rebuild
from sims.fork import Fork, lead
from sims.plan import Arm
from sims.race import Race
from sims.smoothing import ema
from tests.sims.training import of, run

SHORT = "schedules=linear&steps=40&seeds=2"


def fork(**settings: Any) -> Fork:
    return Fork.parse({"settings": SHORT, "line": 0, "at": 10} | settings)


def arms(made: Fork) -> tuple[Arm, Arm]:
    was, branch = made.plan().arms
    return was, branch


# The run that is forked


@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_any_line_of_any_experiment_can_be_forked_as_it_is_trained(kind: str) -> None:
    plan = EXPERIMENTS[kind]().plan()
    for number, arm in enumerate(plan.arms):
        made = Fork.parse({"kind": kind, "settings": "", "line": number, "at": 7})
        was, branch = arms(made)
        assert (was.name, branch.name) == ("As it was", "Forked at step 7")
        for name in ("lrs", "optimizer", "momentum", "momenta", "weight_decay", "batch_size", "plateau"):
            assert getattr(was, name) == getattr(arm, name)
        assert (was.fork_of, branch.fork_of, branch.fork_at) == (None, 0, 7)
        again = made.plan()
        assert (again.seeds, again.network, again.stop_factor) == (plan.seeds, plan.network, plan.stop_factor)
        assert (was.evaluate_at, branch.evaluate_at) == ((), ())
        assert made.steps == len(arm.lrs)
        assert made.seeds == len(plan.seeds)


def test_settings_are_read_as_an_address_has_them() -> None:
    made = Fork.parse(
        {"kind": "cyclical", "settings": "policies=triangular%2Cone_cycle&lr=0.2&optimizer=adam", "line": 1}
    )
    assert made.forked().name == "One-cycle"
    assert made.optimizer == "adam"
    assert made.lr == pytest.approx(0.2, rel=1e-3)


def test_a_fork_can_be_forked_and_keeps_the_joined_rates() -> None:
    made = Fork.parse({"kind": "fork", "settings": "at=200", "line": 1, "at": 300, "factor": 10})
    was, branch = arms(made)
    assert was.lrs == pytest.approx((0.1,) * 200 + (0.01,) * 200)
    assert branch.lrs == pytest.approx((0.1,) * 200 + (0.01,) * 100 + (0.1,) * 100)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"kind": "nope"}, "The run to fork cannot be trained. There is no experiment called 'nope'"),
        ({"settings": "nonsense"}, "There is no setting called 'nonsense'"),
        ({"settings": "lr=99"}, "The run to fork cannot be trained. Base rate must be a number between"),
        ({"settings": "x" * 1001}, "Settings of the run to fork must be text of at most 1000 characters"),
        ({"line": 99}, "Line must be a whole number from 0 to 0, as the run has 1; 99 was given."),
        (
            {"at": 40},
            "Fork at step must be a whole number from 1 to 39, before the last update of Linear; 40",
        ),
        ({"at": 0}, "Fork at step must be a whole number from 1 to 10000; '0' was given."),
        ({"factor": 11}, "Factor must be a number between 0.001 and 10"),
        ({"then": "stop"}, "And then must be one of hold, decay, shape"),
        ({"lr": 0.1}, "There is no setting called 'lr'"),
        (
            {"settings": "schedules=reduce_on_plateau", "then": "shape"},
            "Reduce on plateau has no planned rates to multiply",
        ),
        (
            {"kind": "fork", "settings": "settings=schedules%3Dreduce_on_plateau&line=0", "line": 1},
            "cannot be forked again",
        ),
    ],
)
def test_what_does_not_fit_is_told(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParamError, match=sentence):
        fork(**settings)


def test_the_settings_survive_the_way_through_plain_values_and_json() -> None:
    made = fork(factor=0.3, then="decay")
    told = json.loads(json.dumps(made.as_dict()))
    assert Fork.parse(told) == made == rebuild("fork", told)
    assert rebuild("fork", told).plan() == made.plan()


# The branch


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("hold", [0.05 * 0.75] * 30),
        ("decay", [0.05 * 0.75 * (1 - n / 30) for n in range(30)]),
        ("shape", [0.05 * (1 - step / 40) for step in range(10, 40)]),
    ],
)
def test_the_rates_of_the_branch(then: str, expected: list[float]) -> None:
    was, branch = arms(fork(factor=0.5, then=then))  # linear decay from 0.1 has come to 0.075
    assert branch.lrs[:10] == was.lrs[:10]
    assert branch.lrs[10:] == pytest.approx(expected)


def test_momentum_goes_on_as_it_would_have() -> None:
    settings = "schedules=one_cycle&steps=40&one_cycle-cycle_momentum=true"
    was, branch = arms(fork(settings=settings))
    assert len(set(was.momenta)) > 10
    assert branch.momenta == was.momenta


def test_a_closed_loop_listens_on_as_it_was_and_the_branch_does_not() -> None:
    made = fork(settings="schedules=reduce_on_plateau&steps=40")
    was, branch = arms(made)
    assert was.plateau is not None
    assert branch.plateau is None
    assert [made.rates(line) for line in made.lines()] == [None, None]


def test_lines_plan_the_rates_of_the_arms() -> None:
    made = fork(then="decay")
    for line, arm in zip(made.lines(), made.plan().arms, strict=True):
        rates = made.rates(line)
        assert rates is not None
        assert rates.tolist() == list(arm.lrs)
        assert made.updates(line) == 40
        with pytest.raises(ParamError, match="its script has one for each part"):
            made.planned(line).code()


@pytest.mark.parametrize(("at", "steps"), [(250, 400), (1, 400), (399, 400), (10, 40)])
def test_both_are_measured_at_the_fork_after_it_and_at_the_end(at: int, steps: int) -> None:
    looks = fork(settings=f"schedules=linear&steps={steps}", at=at).evaluate_at()
    assert at in looks
    assert looks[-1] == steps
    assert len(looks) == len(set(looks))
    assert all(0 < look <= steps for look in looks)


# Training


@pytest.mark.usefixtures("one_thread")
def test_the_line_is_trained_as_its_own_experiment_trains_it(mnist: Data) -> None:
    made = fork(settings="schedules=linear,cosine&steps=20&seeds=2&network=batchnorm", line=1, at=8)
    told, own = run(made.plan(), mnist), run(made.origin().plan(), mnist)
    for seed in (0, 1):
        assert [s.loss for s in of(Step, told, 0, seed)] == [s.loss for s in of(Step, own, 1, seed)]
        assert [s.step for s in of(Step, told, 1, seed)] == list(range(8, 20))
    last = [one for one in of(Evaluation, told, 1) if one.step == 20]
    assert [one.images for one in last] == [10_000]
    assert of(Evaluation, told, 1)[0].step == 8


# Curves and words


def test_the_smoothing_of_a_branch_goes_on_from_its_parents() -> None:
    made = fork(at=3, settings="schedules=linear&steps=40&seeds=1")
    race = Race(made, 0.5)
    losses = [4.0, 3.0, 2.0, 1.0, 0.5]
    for step, loss in enumerate(losses):
        race.take(Step(0, 0, step, loss, 0.1, 0.9, 1.0, 0.01))
        if step >= 3:
            race.take(Step(1, 0, step, loss / 2, 0.01, 0.9, 1.0, 0.01))
    joined = ema([4.0, 3.0, 2.0, 0.5, 0.25], 0.5).tolist()
    assert race.losses[1].raw == [[0.5, 0.25]]
    assert race.losses[1].smoothed[0] == pytest.approx(joined[3:])
    assert race.losses[0].smoothed[0] == pytest.approx(ema(losses, 0.5).tolist())


def looks(made: Fork, gaps: dict[int, tuple[float, float]]) -> list[Event]:
    """Return measurements in which the branch is lower by these gaps, a seed each, at these steps."""
    return [
        Evaluation(arm, seed, step, 0.2 - arm * gap, 0.9, 1000)
        for step, row in gaps.items()
        for arm in (0, 1)
        for seed, gap in enumerate(row)
    ]


def test_the_lead_is_since_the_first_look_after_which_it_stays() -> None:
    made = fork()
    clear, unclear = (0.1, 0.1001), (0.1, -0.1)
    assert lead(made, looks(made, {10: clear, 15: clear, 20: unclear, 30: clear, 40: clear})) == 30
    assert lead(made, looks(made, {10: unclear, 15: clear, 40: clear})) == 15
    assert lead(made, looks(made, {20: clear, 40: unclear})) is None
    assert lead(made, []) is None
