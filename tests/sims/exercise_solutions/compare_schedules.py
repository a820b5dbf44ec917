"""Three schedules from PyTorch, stepped after every update, each from the same seed."""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR

from sims.exercises.compare_schedules import PEAK, Batches, Curves, Schedule, random_batches, small_cnn


def step_decay(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Cut the rate by ten after each third of the steps."""
    return StepLR(optimizer, step_size=-(-steps // 3), gamma=0.1)


def cosine(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Follow half a cosine to 0 over all the steps."""
    return CosineAnnealingLR(optimizer, T_max=steps)


def one_cycle(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Climb to the peak and fall far below the beginning."""
    return OneCycleLR(optimizer, max_lr=PEAK, total_steps=steps)


def train(model: nn.Module, batches: Batches, schedule: Schedule, steps: int) -> Curves:
    """Make `steps` updates; return the rate and the loss of each."""
    optimizer = torch.optim.SGD(model.parameters(), lr=PEAK, momentum=0.9)
    scheduler = schedule(optimizer, steps)
    rates: list[float] = []
    losses: list[float] = []
    for _, (inputs, targets) in zip(range(steps), batches, strict=False):
        loss = nn.functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(float(scheduler.get_last_lr()[0]))
        scheduler.step()
    return rates, losses


def compare(images: Tensor, labels: Tensor, steps: int, seed: int) -> dict[str, Curves]:
    """Return rates and losses of each schedule: from the same weights, on the same batches."""
    curves = {}
    for name, schedule in (("step", step_decay), ("cosine", cosine), ("one-cycle", one_cycle)):
        torch.manual_seed(seed)
        curves[name] = train(small_cnn(), random_batches(images, labels, 64), schedule, steps)
    return curves
