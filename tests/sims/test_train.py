"""The training loop: it trains as a plain loop does, tells what it used, and leaves no trace."""

import math
import random
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from sims.arms import Member, Update
from sims.data import Data
from sims.events import Diverged, Evaluation, Event, Finished, Step
from sims.model import build
from sims.plan import Arm, Plan
from sims.train import train
from tests.sims.training import constant, losses, of, run, timeless

pytestmark = pytest.mark.usefixtures("one_thread")

TORCH = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


def ramp(steps: int, top: float) -> tuple[float, ...]:
    return tuple(top * (1 + step) / steps for step in range(steps))


@pytest.mark.parametrize("network", ["small", "batchnorm"])
@pytest.mark.parametrize("optimizer", TORCH)
def test_every_number_is_that_of_a_plain_loop(mnist: Data, network: str, optimizer: str) -> None:
    arm = Arm("a", ramp(20, 0.02), optimizer, momentum=0.8, weight_decay=0.01)
    told = of(Step, run(Plan((arm,), seeds=(3,), network=network), mnist))

    model = build(network, 3)
    momentum = {"momentum": 0.8} if optimizer == "sgd" else {"betas": (0.8, 0.999)}
    torchs = TORCH[optimizer](model.parameters(), lr=0.1, weight_decay=0.01, **momentum)
    order = torch.randperm(60000, generator=torch.Generator().manual_seed(3))
    for step, lr in enumerate(arm.lrs):
        images, labels = mnist.batch(order[step * 64 : (step + 1) * 64])
        torchs.param_groups[0]["lr"] = lr
        torchs.zero_grad()
        loss = functional.cross_entropy(model(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        before = nn.utils.parameters_to_vector(model.parameters()).detach()
        norm = nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
        torchs.step()
        change = nn.utils.parameters_to_vector(model.parameters()).detach() - before
        assert (told[step].step, told[step].lr, told[step].momentum) == (step, lr, 0.8)
        assert told[step].loss == loss.item()  # to the last bit
        assert told[step].grad_norm == pytest.approx(norm.item(), rel=1e-4)
        assert told[step].update_ratio == pytest.approx((change.norm() / before.norm()).item(), rel=1e-4)


def test_a_run_repeats_itself_bit_for_bit_however_often_it_flushes(mnist: Data) -> None:
    arms = (constant(0.05, 40), constant(0.01, 25, optimizer="adamw", batch_size=16), constant(1e30, 40))
    plan = Plan(arms, seeds=(0, 1), stop_factor=4, evaluate_at=(0, 20, 40), evaluate_on=100)
    first = run(plan, mnist)
    assert timeless(run(plan, mnist, flush_seconds=0)) == timeless(first)
    assert sorted(map(repr, timeless(run(plan, mnist, flush_seconds=1e9)))) == sorted(
        map(repr, timeless(first))
    )


@pytest.mark.parametrize("network", ["small", "batchnorm"])
def test_members_that_train_at_once_tell_the_same_bits_in_the_same_order(mnist: Data, network: str) -> None:
    arms = (
        constant(0.05, 12),
        constant(1e25, 9, "diverges"),
        constant(0.02, 7, "shorter", batch_size=32, optimizer="adam"),
    )
    plan = Plan(arms, (3, 4), network, evaluate_at=(5, 12), evaluate_on=500, layers=True, sharpness_every=4)
    one = timeless(run(plan, mnist, flush_seconds=0))
    assert of(Diverged, one, 1, 1)
    for at_once in (2, 5, 100):
        assert timeless(run(plan, mnist, flush_seconds=0, at_once=at_once)) == one


def test_members_do_train_at_the_same_time(mnist: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = threading.Barrier(2, timeout=20)
    alone = Member.update

    def update(member: Member, step: int) -> Update:
        meeting.wait()
        return alone(member, step)

    monkeypatch.setattr(Member, "update", update)
    events = run(Plan((constant(0.05, 3),), (0, 1)), mnist, at_once=2)
    assert len([event for event in events if isinstance(event, Step)]) == 6


def test_equal_arms_get_equal_weights_and_batches(mnist: Data) -> None:
    events = run(Plan((constant(0.05, 20), constant(0.05, 20, "twin")), seeds=(0, 1)), mnist)
    assert losses(events, 0, 0) == losses(events, 1, 0)
    assert losses(events, 0, 1) == losses(events, 1, 1) != losses(events, 0, 0)


def test_an_arm_trains_the_same_alone_and_in_company(mnist: Data) -> None:
    arm = constant(0.05, 20)
    company = (constant(0.5, 30), constant(0.01, 10, optimizer="adam", batch_size=100), arm)
    assert losses(run(Plan(company), mnist), arm=2) == losses(run(Plan((arm,)), mnist))


def test_arms_of_other_batch_sizes_see_the_same_order_in_their_own_portions(mnist: Data) -> None:
    events = run(Plan((constant(0.0, 8, batch_size=16), constant(0.0, 2, batch_size=64))), mnist)
    quarters, whole = losses(events, 0), losses(events, 1)
    assert whole == pytest.approx([sum(quarters[:4]) / 4, sum(quarters[4:]) / 4], rel=1e-5)


def test_updates_are_in_lockstep_and_arms_end_with_their_rates(mnist: Data) -> None:
    events = run(Plan((constant(0.05, 3), constant(0.05, 5))), mnist)
    steps = [(e.step, e.arm) for e in events if isinstance(e, Step)]
    assert steps == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 1), (4, 1)]
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(e, Finished) for e in events) == 1


def test_evaluations_come_after_that_many_updates_of_living_arms(mnist: Data) -> None:
    plan = Plan((constant(0.05, 10), constant(0.05, 20)), evaluate_at=(0, 10, 20, 99), evaluate_on=1500)
    events = run(plan, mnist)
    assert [e.step for e in of(Evaluation, events, 0)] == [0, 10]
    assert [e.step for e in of(Evaluation, events, 1)] == [0, 10, 20]
    first = of(Evaluation, events, 0)[0]
    images, labels = mnist.test_batch(0, 1500)
    with torch.no_grad():
        logits = build("small", 0)(images)
    assert first.images == 1500
    assert first.accuracy == (logits.argmax(1) == labels).sum().item() / 1500
    assert first.loss == pytest.approx(functional.cross_entropy(logits, labels).item(), rel=1e-5)
    places = [(type(e).__name__, e.step) for e in events if isinstance(e, Step | Evaluation) and e.arm == 1]
    assert places.index(("Evaluation", 10)) == places.index(("Step", 9)) + 1


def test_evaluating_does_not_change_the_training(mnist: Data) -> None:
    plan = Plan((constant(0.01, 12),), network="batchnorm")
    measured = Plan(plan.arms, network="batchnorm", evaluate_at=(0, 5), evaluate_on=50_000)
    events = run(measured, mnist)
    assert losses(events) == losses(run(plan, mnist))
    assert of(Evaluation, events)[0].images == 10_000


def test_the_small_network_learns_mnist(mnist: Data) -> None:
    events = run(Plan((constant(0.1, 300, momentum=0.8),), evaluate_at=(300,)), mnist)
    assert of(Evaluation, events)[0].accuracy > 0.9
    assert np.mean(losses(events)[-50:]) < 0.4


def test_the_batchnorm_network_reaches_99_percent_in_two_epochs(mnist: Data) -> None:
    steps, top, peak = 1876, 0.01, 563
    up = [top * (0.04 + 0.96 * (1 - math.cos(math.pi * t / peak)) / 2) for t in range(peak)]
    down = [top * (1 + math.cos(math.pi * t / (steps - peak))) / 2 for t in range(steps - peak)]
    arm = Arm("one cycle", (*up, *down), "adamw", weight_decay=0.01)
    plan = Plan((arm,), network="batchnorm", evaluate_at=(steps,), evaluate_on=10_000)
    assert of(Evaluation, run(plan, mnist))[0].accuracy >= 0.987


def test_batches_of_events_are_fresh_and_never_empty(mnist: Data) -> None:
    batches = list(train(Plan((constant(0.05, 60),)), mnist, flush_seconds=0.02))
    assert all(batches)
    assert 2 < len(batches) < 60
    assert [len(batch) for batch in train(Plan((constant(0.05, 5),)), mnist, flush_seconds=0)] == [1] * 6


class Dropping(nn.Module):
    """A network with a random layer, an unused weight, a frozen one, and a first step in place."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.body = nn.Sequential(
                nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10)
            )
        self.shift = nn.Parameter(torch.zeros(28, 28))
        self.unused = nn.Parameter(torch.ones(3))
        self.frozen = nn.Parameter(torch.ones(1), requires_grad=False)
        self.body = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10)
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        images += self.shift
        logits: torch.Tensor = self.body(images) * self.frozen
        return logits


def test_any_module_can_be_trained_and_random_layers_draw_alike_in_all_arms(mnist: Data) -> None:
    plan = Plan((constant(0.05, 100), constant(0.05, 100)), seeds=(0, 1))
    events = run(plan, mnist, model=Dropping().eval())
    assert losses(events, 0, 0) == losses(events, 1, 0) != losses(events, 0, 1)
    assert np.mean(losses(events)[-10:]) < 1.4 < 2.2 < losses(events)[0]


def test_the_callers_module_optimiser_and_random_states_are_left_alone(mnist: Data) -> None:
    model = Dropping().eval()
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 1, 28, 28)).sum().backward()
    optimizer.step()
    kept = [value.clone() for value in model.state_dict().values()]
    gradients = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    moments = [value.clone() for state in optimizer.state.values() for value in state.values()]
    states = torch.get_rng_state(), random.getstate(), repr(np.random.get_state())

    with torch.no_grad():
        for _ in train(Plan((constant(0.1, 20),)), mnist, model=model, flush_seconds=0.01):
            assert torch.equal(torch.get_rng_state(), states[0])
            assert not torch.is_grad_enabled()

    assert (random.getstate(), repr(np.random.get_state())) == states[1:]
    assert torch.equal(torch.get_rng_state(), states[0])
    assert not model.training
    assert all(map(torch.equal, model.state_dict().values(), kept))
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert (parameter.grad is None) is (gradient is None)
        assert gradient is None or torch.equal(parameter.grad, gradient)  # type: ignore[arg-type]
    after = [value for state in optimizer.state.values() for value in state.values()]
    assert all(map(torch.equal, after, moments))


def test_what_the_caller_draws_between_batches_changes_nothing(mnist: Data) -> None:
    plan = Plan((constant(0.1, 20),))
    model = Dropping()
    expected = losses(run(plan, mnist, model=model))
    events: list[Event] = []
    for batch in train(plan, mnist, model=model, flush_seconds=0):
        torch.rand(7)
        events += batch
    assert losses(events) == expected
