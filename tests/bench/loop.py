"""The training loop with all that it measures, against the plainest loop that trains the same."""

import time

import torch
from torch.nn import functional

from sims import data, device, model
from sims.plan import Arm, Plan
from sims.train import train
from tests.bench.figures import show

STEPS, ROUNDS = 400, 9


def plain(images: data.Data, steps: int) -> float:
    """Train the small network as a script would, reading the loss at each step; return steps per second."""
    network = model.build("small", 0)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    order = torch.randperm(60_000, generator=torch.Generator().manual_seed(0))
    losses = []
    start = time.perf_counter()
    for step in range(steps):
        inputs, labels = images.batch(order[step * 64 : (step + 1) * 64])
        loss = functional.cross_entropy(network(inputs), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return steps / (time.perf_counter() - start)


def measured(images: data.Data, steps: int) -> float:
    """Train the same with the project's loop, events and all; return steps per second."""
    plan = Plan(arms=(Arm("a", (0.05,) * steps),))
    start = time.perf_counter()
    for _ in train(plan, images):
        pass
    return steps / (time.perf_counter() - start)


def main() -> None:
    """Print both speeds and their ratio, pair by pair, in one process on one thread."""
    where = device.choose()
    device.configure(where)
    images = data.load(where)
    plain(images, 50), measured(images, 50)
    pairs = [(measured(images, STEPS), plain(images, STEPS)) for _ in range(ROUNDS)]
    show("steps per second, our loop", [a for a, _ in pairs], "1/s")
    show("steps per second, plain loop", [b for _, b in pairs], "1/s")
    show("ratio, pair by pair", [a / b for a, b in pairs], "", ">= 0.95")
