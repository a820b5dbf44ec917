"""What the guidelines say of PyTorch's schedulers in the wrong hands, asked of PyTorch itself."""

import copy
import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, OneCycleLR, StepLR

from sims.cyclical import Cyclical
from sims.data import Data
from sims.events import Evaluation
from sims.plan import Arm, Plan
from sims.schedules import curve
from tests.sims.training import of, run

Make = Callable[[torch.optim.Optimizer], LRScheduler]
BEGINS_AGAIN: dict[str, Make] = {
    "LambdaLR": lambda optimizer: LambdaLR(optimizer, lambda t: 1 - t / 100),
    "OneCycleLR": lambda optimizer: OneCycleLR(optimizer, max_lr=0.1, total_steps=100),
}
GOES_ON: dict[str, Make] = {
    "StepLR": lambda optimizer: StepLR(optimizer, step_size=25),
    "CosineAnnealingLR": lambda optimizer: CosineAnnealingLR(optimizer, T_max=100),
}


def fresh() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)


def rates(optimizer: torch.optim.Optimizer, scheduler: LRScheduler, steps: int) -> list[float]:
    """Return the rates that are used, stepping in the right order."""
    used = []
    for _ in range(steps):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return used


def resumed(make: Make) -> tuple[list[float], list[float]]:
    """Return the rates of updates 60 to 99 without a break, and after one without the scheduler's state."""
    optimizer = fresh()
    scheduler = make(optimizer)
    rates(optimizer, scheduler, 60)
    saved = copy.deepcopy(optimizer.state_dict())
    other = fresh()
    other.load_state_dict(saved)
    return rates(optimizer, scheduler, 39), rates(other, make(other), 39)


@pytest.mark.parametrize("name", BEGINS_AGAIN)
def test_resumed_without_its_state_it_begins_again(name: str) -> None:
    _, after = resumed(BEGINS_AGAIN[name])
    optimizer = fresh()
    assert after == pytest.approx(rates(optimizer, BEGINS_AGAIN[name](optimizer), 39))


@pytest.mark.parametrize("name", GOES_ON)
def test_resumed_without_its_state_it_goes_on_and_drops_too_late(name: str) -> None:
    unbroken, after = resumed(GOES_ON[name])
    assert after[0] == pytest.approx(unbroken[0])
    assert all(late >= due * (1 - 1e-9) for late, due in zip(after, unbroken, strict=True))
    assert sum(after) > 1.5 * sum(unbroken)


def test_stepped_before_the_optimiser_the_first_rate_is_never_used_and_torch_warns() -> None:
    optimizer = fresh()
    scheduler = StepLR(optimizer, step_size=3, gamma=0.5)
    used = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(6):
            scheduler.step()
            used.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
    assert used == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.05, 0.025])
    assert len(told) == 1
    assert "before `optimizer.step()`" in str(told[0].message)


def test_cosine_climbs_back_to_its_peak_beyond_t_max() -> None:
    optimizer = fresh()
    used = rates(optimizer, CosineAnnealingLR(optimizer, T_max=50), 101)
    assert used[50] == pytest.approx(0, abs=1e-9)
    assert used[100] == pytest.approx(used[0])


def test_a_cosine_that_climbs_again_ends_worse_than_one_that_was_annealed(
    mnist: Data, one_thread: None
) -> None:
    arms = tuple(
        Arm(f"{T_max}", tuple(curve("cosine", base_lr=0.1, total_steps=200, T_max=T_max).tolist()))
        for T_max in (100, 200)
    )
    events = run(Plan(arms, tuple(range(5)), evaluate_at=(200,)), mnist)
    ends = [[of(Evaluation, events, arm, seed)[0].loss for seed in range(5)] for arm in range(2)]
    assert sum(climbed > annealed for climbed, annealed in zip(*ends, strict=True)) == 5


def test_when_the_full_rate_comes_back_the_test_loss_rises(mnist: Data, one_thread: None) -> None:
    made = Cyclical(policies=("cosine_restarts",), lr=0.1, cycles=2, steps=200, seeds=5)
    plan = made.plan()
    (arm,) = (a for a in plan.arms if a.name == "Cosine with restarts")
    short = replace(arm, lrs=arm.lrs[:120])
    events = run(replace(plan, arms=(short,), evaluate_at=(100, 120), finally_on=None), mnist)
    pairs = [[look.loss for look in of(Evaluation, events, 0, seed)] for seed in range(5)]
    assert sum(after > before for before, after in pairs) >= 4
