"""The learning rate range test, and a rate read from it: a tenth of where the smoothed loss is lowest."""

import copy
import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Batches = Iterable[tuple[Tensor, Tensor]]
Loss = Callable[[Tensor, Tensor], Tensor]


def range_test(
    model: nn.Module, batches: Batches, loss_of: Loss, low: float, high: float, steps: int
) -> tuple[list[float], list[float]]:
    """Train while the rate grows from `low` to `high`; return the rates and the losses."""
    before = copy.deepcopy(model.state_dict())
    optimizer = torch.optim.SGD(model.parameters(), lr=low)
    rates: list[float] = []
    losses: list[float] = []
    for step, (inputs, targets) in zip(range(steps), batches, strict=False):
        rate = low * (high / low) ** (step / (steps - 1))
        optimizer.param_groups[0]["lr"] = rate
        loss = loss_of(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(rate)
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(before)
    return rates, losses


def suggest(rates: list[float], losses: list[float]) -> float:
    """Return a tenth of the rate where the smoothed loss is lowest."""
    mean, smooth = 0.0, []
    for step, loss in enumerate(losses, 1):
        mean = 0.9 * mean + 0.1 * loss
        smooth.append(mean / (1 - 0.9**step))
    return rates[smooth.index(min(smooth))] / 10
