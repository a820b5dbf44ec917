"""One-cycle: up to the highest rate and down to almost nothing, once."""

import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

EPOCHS, UPDATES, BATCH = 10, 20, 32


def rates() -> list[float]:
    """Train a small classifier and return the learning rate of every update."""
    torch.manual_seed(0)
    points = torch.randn(UPDATES * BATCH, 2)
    labels = (points.norm(dim=1) < 1.2).long()  # inside a circle or outside
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    # From here on the scheduler sets rate and momentum; what SGD was given is gone.
    scheduler = OneCycleLR(optimizer, max_lr=0.2, total_steps=EPOCHS * UPDATES)
    used = []

    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(points)).split(BATCH):
            used.append(optimizer.param_groups[0]["lr"])
            loss = nn.functional.cross_entropy(model(points[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()  # after every update, because total_steps is in updates
        momentum = optimizer.param_groups[0]["momentum"]
        print(f"epoch {epoch}  rate {used[-1]:.6f}  momentum {momentum:.3f}  loss {loss:.3f}")

    return used


if __name__ == "__main__":
    rates()
