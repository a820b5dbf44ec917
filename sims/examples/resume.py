"""Stop in the middle and go on: what to save, and in which order to load it."""

import io

import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

UPDATES, BATCH = 200, 32


def new() -> tuple[nn.Module, torch.optim.Optimizer, OneCycleLR]:
    """Return a model, its optimiser, and a scheduler for the whole run."""
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, optimizer, OneCycleLR(optimizer, max_lr=0.2, total_steps=UPDATES)


def rates() -> list[float]:
    """Train in two halves and return the learning rate of every update."""
    torch.manual_seed(0)
    model, optimizer, scheduler = new()
    used = []

    for update in range(UPDATES):
        if update == UPDATES // 2:
            checkpoint = io.BytesIO()  # a file, in real life
            states = {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
            }
            torch.save(states, checkpoint)
            checkpoint.seek(0)

            # The next morning. A new scheduler may set the rate back to that of
            # update 0, so make all three first, and only then load what was saved.
            model, optimizer, scheduler = new()
            saved = torch.load(checkpoint)
            model.load_state_dict(saved["model"])
            optimizer.load_state_dict(saved["optimizer"])
            scheduler.load_state_dict(saved["scheduler"])
            print(f"update {update} has rate {scheduler.get_last_lr()[0]:.4f}")

        points = torch.randn(BATCH, 2)
        labels = (points.norm(dim=1) < 1.2).long()  # inside a circle or outside
        used.append(optimizer.param_groups[0]["lr"])
        loss = nn.functional.cross_entropy(model(points), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()

    print(f"last rate {used[-1]:.1e}, loss {loss:.3f}")
    return used


if __name__ == "__main__":
    rates()
