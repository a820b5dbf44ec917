"""A linear warmup for a tenth of the steps, then half a cosine that stays at its end."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def warmup_then_decay(optimizer: Optimizer, total_steps: int) -> LambdaLR:
    """Return a scheduler, stepped after every update: a linear warmup, then half a cosine."""
    warmup = total_steps // 10

    def factor(step: int) -> float:
        if step < warmup:
            return step / warmup
        done = min(1.0, (step - warmup) / (total_steps - warmup))
        return 0.5 * (1 + math.cos(math.pi * done))

    return LambdaLR(optimizer, factor)
