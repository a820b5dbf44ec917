"""Every scheduler in one place: how each is made, and the rates it gives over 100 calls of step()."""

from collections.abc import Callable

import torch
from torch.optim import Optimizer
from torch.optim import lr_scheduler as sched

STEPS, BASE = 100, 0.1


def warm_cosine(optimizer: Optimizer) -> sched.LRScheduler:
    """Two schedulers, one after the other: ten calls of warmup, then a cosine over the rest."""
    climb = sched.LinearLR(optimizer, start_factor=0.01, total_iters=10)
    fall = sched.CosineAnnealingLR(optimizer, T_max=STEPS - 10)
    return sched.SequentialLR(optimizer, [climb, fall], milestones=[10])


# Every length is in calls of step(), whatever you call it after.
SCHEDULERS: dict[str, Callable[[Optimizer], sched.LRScheduler]] = {
    "StepLR": lambda opt: sched.StepLR(opt, step_size=30, gamma=0.1),
    "MultiStepLR": lambda opt: sched.MultiStepLR(opt, milestones=[50, 75], gamma=0.1),
    "ExponentialLR": lambda opt: sched.ExponentialLR(opt, gamma=0.95),
    "LinearLR": lambda opt: sched.LinearLR(opt, start_factor=1.0, end_factor=0.01, total_iters=STEPS),
    "PolynomialLR": lambda opt: sched.PolynomialLR(opt, total_iters=STEPS, power=0.9),
    "CosineAnnealingLR": lambda opt: sched.CosineAnnealingLR(opt, T_max=STEPS, eta_min=1e-4),
    "CosineAnnealingWarmRestarts": lambda opt: sched.CosineAnnealingWarmRestarts(opt, T_0=25, T_mult=1),
    "CyclicLR": lambda opt: sched.CyclicLR(opt, base_lr=0.025, max_lr=BASE, step_size_up=25),
    "OneCycleLR": lambda opt: sched.OneCycleLR(opt, max_lr=BASE, total_steps=STEPS),
    "LambdaLR": lambda opt: sched.LambdaLR(opt, lambda step: (1 + step / 10) ** -0.5),
    "SequentialLR": warm_cosine,
}


def rates(name: str = "StepLR", steps: int = STEPS) -> list[float]:
    """Return the learning rate before each of so many calls of a scheduler's step()."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE, momentum=0.9)
    scheduler = SCHEDULERS[name](optimizer)
    used = []
    for _ in range(steps):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return used


if __name__ == "__main__":
    for name in SCHEDULERS:
        used = rates(name)
        print(f"{name:28}" + "  ".join(f"{used[step]:.1e}" for step in (0, 25, 50, 75, 99)))
