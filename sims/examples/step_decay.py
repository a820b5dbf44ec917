"""Step decay: a tenth of the rate after every third epoch."""

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR

EPOCHS, UPDATES, BATCH = 9, 20, 32


def rates() -> list[float]:
    """Train a small classifier and return the learning rate of every update."""
    torch.manual_seed(0)
    points = torch.randn(UPDATES * BATCH, 2)
    labels = (points.norm(dim=1) < 1.2).long()  # inside a circle or outside
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = StepLR(optimizer, step_size=3, gamma=0.1)
    used = []

    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(points)).split(BATCH):
            used.append(optimizer.param_groups[0]["lr"])
            loss = nn.functional.cross_entropy(model(points[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}  rate {used[-1]:.4f}  loss {loss:.3f}")
        scheduler.step()  # once an epoch, because step_size is in epochs

    return used


if __name__ == "__main__":
    rates()
