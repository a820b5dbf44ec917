"""Arms that begin as copies of others: they go on as if they had trained alone all along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from sims.data import Data
from sims.errors import ParamError
from sims.events import Diverged, Evaluation, Finished, Layers, Paused, Resumed, Sharpness, Step
from sims.plan import Arm, Plan, Plateau
from tests.sims.training import Script, constant, losses, of, run, timeless

pytestmark = pytest.mark.usefixtures("one_thread")

STEPS, AT = 30, 13
KINDS: dict[str, dict[str, Any]] = {
    "sgd": {"momentum": 0.9},
    "sgd with weight decay": {"momentum": 0.5, "weight_decay": 0.01},
    "adam": {"optimizer": "adam"},
    "adamw": {"optimizer": "adamw", "weight_decay": 0.1},
    "cycled momentum": {"momenta": tuple(0.95 - 0.01 * step for step in range(STEPS))},
}


def parent(lr: float = 0.01, **settings: Any) -> Arm:
    """Return an arm whose rate differs from update to update."""
    return Arm("parent", tuple(lr * (1 + step / STEPS) for step in range(STEPS)), **settings)


def forked(arm: Arm, factor: float, at: int = AT, of_arm: int = 0) -> Arm:
    """Return a copy of `arm` whose rates are multiplied from the fork on."""
    lrs = tuple(lr * factor if step >= at else lr for step, lr in enumerate(arm.lrs))
    return replace(arm, name="branch", lrs=lrs, fork_of=of_arm, fork_at=at)


def alone(arm: Arm) -> Arm:
    """Return the arm that trains with the same rates from the start."""
    return replace(arm, fork_of=None, fork_at=0)


def mine(events: Sequence[Any], arm: int, begin: int = 0) -> list[Any]:
    """Return all events of an arm from step `begin` on, as if it were arm 0."""
    return [
        replace(event, arm=0)
        for event in events
        if getattr(event, "arm", None) == arm and event.step >= begin
    ]


def measured(*arms: Arm, **settings: Any) -> Plan:
    """Return a plan that tells all there is to tell."""
    looks: dict[str, Any] = {
        "layers": True,
        "sharpness_every": 5,
        "evaluate_at": (5, AT, 20, STEPS),
        "evaluate_on": 100,
    }
    return Plan(arms, **looks | settings)


@pytest.mark.parametrize("network", ["small", "batchnorm"])
@pytest.mark.parametrize("kind", KINDS)
def test_with_the_same_rates_the_branch_goes_on_as_its_parent_does(
    mnist: Data, kind: str, network: str
) -> None:
    arm = parent(**KINDS[kind])
    events = run(measured(arm, forked(arm, 1.0), seeds=(0, 1), network=network), mnist)
    branch = mine(events, 1)
    assert branch == mine(events, 0, AT)
    kinds = {type(event) for event in branch}
    assert kinds == {Step, Layers, Sharpness, Evaluation}
    assert [step.step for step in of(Step, events, 1, 1)] == list(range(AT, STEPS))


@pytest.mark.parametrize("network", ["small", "batchnorm"])
@pytest.mark.parametrize("kind", KINDS)
def test_with_other_rates_it_is_an_arm_that_trained_with_them_from_the_start(
    mnist: Data, kind: str, network: str
) -> None:
    arm = parent(**KINDS[kind])
    branch = forked(arm, 0.1)
    events = run(measured(arm, branch, seeds=(0, 1), network=network), mnist)
    plain = run(measured(alone(branch), seeds=(0, 1), network=network), mnist)
    assert mine(events, 1) == mine(plain, 0, AT)
    assert mine(events, 0) == mine(run(measured(arm, seeds=(0, 1), network=network), mnist), 0)
    assert losses(events, 1)[-1] != losses(events, 0)[-1]


def test_a_momentum_that_changes_only_in_the_branch(mnist: Data) -> None:
    arm = parent()
    branch = replace(forked(arm, 1.0), momenta=(0.9,) * AT + (0.2,) * (STEPS - AT))
    events = run(Plan((arm, branch)), mnist)
    assert mine(events, 1) == mine(run(Plan((alone(branch),)), mnist), 0, AT)


def test_copies_of_a_copy_and_of_an_arm_at_its_end(mnist: Data) -> None:
    arm = parent()
    first = forked(arm, 0.5)
    second = forked(first, 3.0, 20, of_arm=1)
    longer = replace(arm, name="longer", lrs=(*arm.lrs, 0.02, 0.01), fork_of=0, fork_at=STEPS)
    at_once = forked(arm, 0.3, 0)
    events = run(measured(arm, first, second, longer, at_once, layers=False), mnist)
    for number, one, begin in ((1, first, AT), (2, second, 20), (3, longer, STEPS), (4, at_once, 0)):
        plain = run(measured(alone(one), layers=False), mnist)
        assert mine(events, number) == mine(plain, 0, begin), one.name
    assert len(losses(events, 3)) == 2


@pytest.mark.parametrize("at", [7, 9, 10, 15])  # before the first look, at one, after one, at a later one
def test_a_branch_listens_on_as_its_parent_does(mnist: Data, at: int) -> None:
    listening = Plateau(begin=3, interval=3, factor=0.5, patience=0, threshold=0.3, cooldown=0, min_lr=1e-3)
    arm = constant(0.1, STEPS, plateau=listening)
    events = run(Plan((arm, replace(arm, fork_of=0, fork_at=at)), seeds=(0, 1)), mnist)
    for seed in (0, 1):
        told = of(Step, events, 0, seed)
        assert mine(of(Step, events, 1, seed), 1) == told[at:]
        assert len({step.lr for step in told}) >= 3


@pytest.mark.parametrize("at", [2, 7, 9, 10, 15])
def test_a_branch_that_listens_no_more_starts_from_the_rate_that_its_parent_has_come_to(
    mnist: Data, at: int
) -> None:
    listening = Plateau(begin=3, interval=3, factor=0.5, patience=0, threshold=0.3, cooldown=0, min_lr=1e-3)
    arm = constant(0.1, STEPS, plateau=listening)
    lrs = arm.lrs[:at] + tuple(0.01 - 1e-4 * step for step in range(STEPS - at))
    branch = replace(arm, lrs=lrs, plateau=None, fork_of=0, fork_at=at)
    events = run(Plan((arm, branch), seeds=(0, 1)), mnist)
    for seed in (0, 1):
        before = [step.lr for step in of(Step, events, 0, seed)]
        applied = [step.lr for step in of(Step, events, 1, seed)]
        expected = [lr * before[at] / 0.1 for lr in lrs[at:]]
        assert applied == pytest.approx(expected, rel=1e-12)
        joined = run(Plan((Arm("joined", (*before[:at], *applied)),), seeds=(0, 1)), mnist)
        assert losses(events, 1, seed) == losses(joined, 0, seed)[at:]


# Ends


def test_a_copy_of_an_arm_that_has_diverged_never_begins_and_the_others_do(mnist: Data) -> None:
    bad = Arm("bad", (0.05,) * 5 + (1e38,) * 25)
    good = parent()
    events = run(Plan((bad, good, forked(bad, 0.1), forked(good, 0.1, of_arm=1)), seeds=(0, 1)), mnist)
    for seed in (0, 1):
        (end,) = of(Diverged, events, 0, seed)
        assert of(Diverged, events, 2, seed) == [replace(end, arm=2)]
        assert not of(Step, events, 2, seed)
        assert len(losses(events, 3, seed)) == STEPS - AT


def test_a_run_that_has_diverged_before_the_fork_ends_there(mnist: Data) -> None:
    bad = constant(1e38, STEPS)
    chain = forked(forked(bad, 0.1), 0.5, 20, of_arm=1)
    events = run(Plan((bad, forked(bad, 0.1), chain)), mnist)
    ends = [of(Diverged, events, arm)[0] for arm in range(3)]
    assert [(end.step, end.reason) for end in ends] == [(ends[0].step, "non-finite")] * 3
    assert isinstance(events[-1], Finished)


def test_the_branch_remembers_what_its_parent_lost(mnist: Data) -> None:
    arm = constant(0.05, 60)
    lrs = (0.05,) * 30 + (5.0,) * 30
    plan = Plan((arm, replace(arm, lrs=lrs, fork_of=0, fork_at=30)), stop_factor=2)
    joined = run(Plan((Arm("joined", lrs),), stop_factor=2), mnist)
    (end,) = of(Diverged, run(plan, mnist), 1)
    assert end == replace(of(Diverged, joined)[0], arm=1)
    assert end.step < 35


def test_a_parent_that_diverges_after_the_fork_leaves_the_branch_alone(mnist: Data) -> None:
    arm = Arm("parent", (0.05,) * AT + (1e38,) * (STEPS - AT))
    branch = replace(arm, lrs=(0.05,) * STEPS, fork_of=0, fork_at=AT)
    for seconds in (0.0, 1e9):
        events = run(Plan((arm, branch)), mnist, flush_seconds=seconds)
        assert of(Diverged, events, 0)
        assert losses(events, 1) == losses(run(Plan((alone(branch),)), mnist))[AT:]


# The hand at the gate, and modules from outside


def test_pausing_and_stepping_over_the_fork_change_nothing(mnist: Data) -> None:
    arm = parent()
    plan = measured(arm, forked(arm, 0.1), sharpness_every=0)
    gate = Script(polls="go " * (AT - 1) + "wait", waits="step step step go")
    events = run(plan, mnist, gate=gate)
    marks = [event for event in events if isinstance(event, Paused | Resumed)]
    assert [mark.step for mark in marks] == [AT - 1, AT, AT + 1, AT + 2, AT + 2]
    assert timeless([event for event in events if event not in marks]) == timeless(run(plan, mnist))


class Careless(nn.Module):
    """A network with dropout that changes its input in place."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.body = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(784, 10))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.body(images.mul_(0.5))
        return logits


def test_random_layers_draw_the_same_numbers_and_batches_stay_whole(mnist: Data) -> None:
    arm = parent()
    events = run(Plan((arm, forked(arm, 1.0), forked(arm, 0.1))), mnist, model=Careless())
    assert mine(events, 1) == mine(events, 0, AT)
    plain = run(Plan((alone(forked(arm, 0.1)),)), mnist, model=Careless())
    assert mine(events, 2) == mine(plain, 0, AT)


# Plans that cannot be


GOOD = constant(0.1, 10)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: replace(GOOD, fork_at=3), "name the arm that it copies"),
        (lambda: replace(GOOD, fork_of=0, fork_at=10), "at least one update of its own"),
        (lambda: Plan((replace(GOOD, fork_of=0, fork_at=3), GOOD)), "does not come before it"),
        (lambda: Plan((GOOD, replace(GOOD, lrs=(0.2,) * 10, fork_of=0, fork_at=3))), "must be the same"),
        (lambda: Plan((GOOD, replace(GOOD, optimizer="adam", fork_of=0, fork_at=3))), "must be the same"),
        (lambda: Plan((GOOD, replace(GOOD, batch_size=8, fork_of=0, fork_at=3))), "must be the same"),
        (lambda: Plan((GOOD, replace(GOOD, momenta=(0.1,) * 10, fork_of=0, fork_at=3))), "must be the same"),
        (lambda: Plan((GOOD, constant(0.1, 20, fork_of=0, fork_at=11))), "before updates 0 to 10"),
        (
            lambda: Plan((GOOD, replace(GOOD, fork_of=0, fork_at=5), replace(GOOD, fork_of=1, fork_at=3))),
            "before updates 5 to 10",
        ),
    ],
)
def test_what_cannot_be_copied_is_refused(make: Any, sentence: str) -> None:
    with pytest.raises(ParamError, match=sentence):
        make()
