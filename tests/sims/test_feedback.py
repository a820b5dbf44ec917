"""A rate that listens to the loss does as torch's ReduceLROnPlateau does; a cycled momentum is applied."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from sims.data import Data
from sims.events import Event, Step
from sims.explorer import Explorer
from sims.feedback import Feedback
from sims.plan import Arm, Plan, Plateau
from sims.schedules import curve, momentum_curve
from tests.sims.training import of, run, timeless

pytestmark = pytest.mark.usefixtures("one_thread")

# Looks that come often and ask for much progress, so that the rate falls several times.
LOOKS = Plateau(begin=12, interval=3, factor=0.5, patience=1, threshold=0.2, cooldown=2, min_lr=0.01)
STEPS = 90


def dummy() -> torch.optim.SGD:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)


def torchs(plateau: Plateau, arm: Arm, told: list[Step]) -> list[float]:
    """Return the rates that torch's scheduler gives when it is fed the means of the losses that were told."""
    own: dict[str, Any] = asdict(plateau)
    begin, interval = own.pop("begin"), own.pop("interval")
    optimizer = dummy()
    scheduler = ReduceLROnPlateau(optimizer, **own)
    rates = list(arm.lrs[: begin + 1])
    optimizer.param_groups[0]["lr"] = rates[-1]
    for step in range(begin + 1, len(arm.lrs)):
        if (step - begin) % interval == 0:
            since = [one.loss for one in told[step - interval : step]]
            scheduler.step(float(np.mean(since, dtype=np.float32)))
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def listening(plateau: Plateau = LOOKS) -> Arm:
    climb = curve("constant", base_lr=0.1, total_steps=STEPS, warmup_steps=plateau.begin)
    return Arm("a", tuple(climb.tolist()), plateau=plateau)


@pytest.fixture(scope="module")
def events(mnist: Data) -> list[Event]:
    return run(Plan((listening(),), seeds=(0, 1)), mnist)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_applied_rates_are_those_of_torch_fed_with_the_mean_losses(
    events: list[Event], seed: int
) -> None:
    told = of(Step, events, seed=seed)
    applied = [step.lr for step in told]
    assert applied == torchs(LOOKS, listening(), told)
    assert len(set(applied[LOOKS.begin :])) >= 3
    assert min(applied[LOOKS.begin :]) >= LOOKS.min_lr


def test_the_rates_of_two_seeds_differ_as_their_losses_do(events: list[Event]) -> None:
    one, other = ([step.lr for step in of(Step, events, seed=seed)] for seed in (0, 1))
    assert one != other


def test_the_warmup_comes_first_and_is_not_listened_to(events: list[Event]) -> None:
    applied = [step.lr for step in of(Step, events)]
    begin, interval = LOOKS.begin, LOOKS.interval
    assert applied[:begin] == pytest.approx([0.1 * step / begin for step in range(begin)])
    assert applied[begin : begin + interval] == [0.1] * interval


def test_losses_of_the_warmup_are_not_in_the_first_look() -> None:
    optimizer = dummy()
    feedback = Feedback(Plateau(2, 2, 0.5, 0, 0.0, 0, 0.0), optimizer)
    rates = []
    # Mean losses of the looks: 5 after steps 2 and 3, 4 after 4 and 5, and 4 once more, which is no progress.
    for step, loss in enumerate([0.0, 0.0, 4.0, 6.0, 3.0, 5.0, 4.0, 4.0, 1.0]):
        assert feedback.decides(step) is (step > 2)
        rates.append(optimizer.param_groups[0]["lr"])
        feedback.hear(torch.tensor(loss))
    assert rates == [1.0] * 8 + [0.5]


def test_the_rates_do_not_depend_on_when_the_run_flushes(mnist: Data) -> None:
    plan = Plan((listening(),), seeds=(0, 1))
    often, never = (timeless(run(plan, mnist, flush_seconds=seconds)) for seconds in (0.0, 1e9))
    for seed in (0, 1):
        assert of(Step, often, seed=seed) == of(Step, never, seed=seed)


def test_the_explorers_plateau_arm_does_as_torch_does(mnist: Data) -> None:
    explorer = Explorer.parse(
        {
            "schedules": "reduce_on_plateau",
            "steps": 60,
            "seeds": 1,
            "warmup": "exponential",
            "warmup_steps": 6,
            "reduce_on_plateau-patience": 0,
            "reduce_on_plateau-threshold": 0.3,
        }
    )
    (arm,) = explorer.plan().arms
    assert arm.plateau is not None
    told = of(Step, run(explorer.plan(), mnist))
    assert [step.lr for step in told] == torchs(arm.plateau, arm, told)
    assert told[-1].lr < 0.02


# Momentum


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("schedule", ["one_cycle", "triangular2"])
def test_a_cycled_momentum_is_what_the_optimiser_uses(mnist: Data, schedule: str, optimizer: str) -> None:
    explorer = Explorer.parse(
        {"schedules": schedule, "lr": 0.01, "steps": 20, "seeds": 1, "optimizer": optimizer}
        | {f"{schedule}-cycle_momentum": True, "warmup": "linear", "warmup_steps": 4}
    )
    told = of(Step, run(explorer.plan(), mnist))
    run_of: dict[str, Any] = {"base_lr": 0.01, "total_steps": 20, "warmup_steps": 4, "momentum": 0.9}
    expected = momentum_curve(schedule, **run_of, cycle_momentum=True)
    assert [step.momentum for step in told] == expected.tolist()
    assert max(expected) - min(expected) > 0.05


def test_a_cycled_momentum_changes_the_training(mnist: Data) -> None:
    steady = Arm("a", (0.02,) * 12)
    for optimizer in ("sgd", "adam"):
        arms = [
            Arm("a", steady.lrs, optimizer, momenta=momenta) for momenta in ((), (0.9,) * 12, (0.2,) * 12)
        ]
        left_out, same, lower = ([step.loss for step in of(Step, run(Plan((arm,)), mnist))] for arm in arms)
        assert left_out == same
        assert left_out[-1] != lower[-1]
