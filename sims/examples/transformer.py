"""The transformer recipe: linear warmup, then half a cosine down to 0."""

import math

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

UPDATES, WARMUP, BATCH, WORDS, LENGTH = 200, 20, 32, 12, 8


class Reader(nn.Module):
    """One layer of a transformer that says whether word 0 is anywhere in a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, 32)
        self.layer = nn.TransformerEncoderLayer(32, nhead=4, dim_feedforward=64, dropout=0, batch_first=True)
        self.head = nn.Linear(32, 2)

    def forward(self, sentences: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(self.words(sentences))[:, 0])


def part(step: int) -> float:
    """Return the factor of update `step`, counted from 0."""
    if step < WARMUP:
        return step / WARMUP  # update 0 has rate 0: it changes nothing
    return (1 + math.cos(math.pi * (step - WARMUP) / (UPDATES - WARMUP))) / 2


def rates() -> list[float]:
    """Train the reader and return the learning rate of every update."""
    torch.manual_seed(0)
    model = Reader()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)  # the peak
    scheduler = LambdaLR(optimizer, part)
    used = []

    for update in range(UPDATES):
        sentences = torch.randint(WORDS, (BATCH, LENGTH))
        there = (sentences == 0).any(dim=1).long()
        used.append(optimizer.param_groups[0]["lr"])
        loss = nn.functional.cross_entropy(model(sentences), there)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # after every update
        if update % 20 == 0 or update == UPDATES - 1:
            print(f"update {update:3}  rate {used[-1]:.6f}  loss {loss:.3f}")

    return used


if __name__ == "__main__":
    rates()
