"""Cosine with warm restarts: each cycle is twice as long as the one before."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

FIRST, CYCLES, BATCH = 30, 3, 32  # cycles of 30, 60 and 120 updates
UPDATES = FIRST * (2**CYCLES - 1)


def rates() -> list[float]:
    """Train a small classifier and return the learning rate of every update."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=FIRST, T_mult=2, eta_min=1e-3)
    used = []

    for update in range(UPDATES):
        points = torch.randn(BATCH, 2)
        labels = (points.norm(dim=1) < 1.2).long()  # inside a circle or outside
        used.append(optimizer.param_groups[0]["lr"])
        loss = nn.functional.cross_entropy(model(points), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # after every update, because T_0 is in updates
        if scheduler.T_cur == 0:  # the next update is the first of a new cycle
            print(f"cycle ends at update {update}: rate {used[-1]:.4f}, loss {loss:.3f}")

    return used


if __name__ == "__main__":
    rates()
