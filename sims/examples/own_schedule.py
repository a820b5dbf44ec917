"""A schedule of your own: warmup, a flat stretch, a straight fall."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

UPDATES, WARMUP, FALL, BATCH = 200, 20, 50, 32


def part(step: int) -> float:
    """Return the factor of update `step`: any function of it will do."""
    if step < WARMUP:
        return step / WARMUP
    return min(1.0, (UPDATES - step) / FALL)


def rates() -> list[float]:
    """Train a small classifier and return the learning rate of every update."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = LambdaLR(optimizer, part)
    used = []

    for update in range(UPDATES):
        points = torch.randn(BATCH, 2)
        labels = (points.norm(dim=1) < 1.2).long()  # inside a circle or outside
        used.append(optimizer.param_groups[0]["lr"])
        loss = nn.functional.cross_entropy(model(points), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # after every update, because part() counts updates
        if update % 20 == 0 or update == UPDATES - 1:
            print(f"update {update:3}  rate {used[-1]:.4f}  loss {loss:.3f}")

    return used


if __name__ == "__main__":
    rates()
