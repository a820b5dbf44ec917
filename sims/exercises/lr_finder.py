"""Exercise 1: write the learning rate range test.

    python lr_finder.py           runs it on MNIST and draws loss against rate
    python lr_finder.py --check   says what works already and what does not

The part to write is marked TODO. It needs torch and torchvision, and MNIST in the folder that --data names
(./data otherwise); torchvision downloads the data the first time.
"""

import argparse
import itertools
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

Batches = Iterable[tuple[Tensor, Tensor]]
Loss = Callable[[Tensor, Tensor], Tensor]

# ======== TODO: your part begins here ========


def range_test(
    model: nn.Module, batches: Batches, loss_of: Loss, low: float, high: float, steps: int
) -> tuple[list[float], list[float]]:
    """Train with plain SGD while the rate grows from `low` to `high`.

    One update a batch, `steps` of them at most; the rates and the losses are returned.
    The rate grows by the same factor each time. A loss is that of the batch before its
    update. The test ends early once a loss is not finite, or more than four times the
    smallest so far. The model is given back exactly as it came, whatever is in its
    state_dict().
    """
    optimizer = torch.optim.SGD(model.parameters(), lr=low)
    rates: list[float] = []
    losses: list[float] = []
    for _, (inputs, targets) in zip(range(steps), batches, strict=False):
        # TODO: the rate of this update
        loss = loss_of(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(low)
        losses.append(loss.item())
        # TODO: end when the loss explodes
    # TODO: give the model back as it came
    return rates, losses


def suggest(rates: list[float], losses: list[float]) -> float:
    """Return a rate to train with, read from the curve of a range test."""
    # TODO: where the loss is lowest it is about to turn up
    return rates[losses.index(min(losses))]


# ======== your part ends here; below are the data, a picture and the check ========


def mnist(folder: str) -> tuple[Tensor, Tensor]:
    """Return MNIST's training images, float32 (60000, 1, 28, 28), and labels; what is missing is downloaded."""
    try:
        from torchvision.datasets import MNIST
    except RuntimeError:
        # A torchvision built for CUDA beside a CPU torch misses two operators, which reading MNIST never needs.
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        from torchvision.datasets import MNIST
    try:
        data = MNIST(folder, train=True, download=True)
    except (OSError, RuntimeError) as error:
        why = str(error).split("\n")[0].rstrip(":")
        sys.exit(
            f"MNIST is not in {folder!r} and could not be downloaded ({why}). Name its folder: --data FOLDER"
        )
    return ((data.data.float() / 255 - 0.1307) / 0.3081).unsqueeze(1), data.targets


def small_cnn() -> nn.Module:
    """Return a network of 9,226 weights that maps images, (n, 1, 28, 28), to logits, (n, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * 7 * 7, 10),
    )


def random_batches(images: Tensor, labels: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches of `size` images for ever, drawn with torch's random numbers."""
    while True:
        chosen = torch.randint(len(images), (size,))
        yield images[chosen], labels[chosen]


def draw(file: str, curves: dict[str, tuple[list[float], list[float]]], text: str, log: bool = False) -> None:
    """Write curves, label -> (x, y), as an SVG picture that any browser opens; `log` for a logarithmic x axis."""
    at = math.log10 if log else float
    points = {
        label: [(at(x), y) for x, y in zip(*curve, strict=True) if math.isfinite(y)]
        for label, curve in curves.items()
    }
    xs, ys = zip(*(point for curve in points.values() for point in curve), strict=True)
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)
    across_by, up_by = 560 / (right - left or 1), 300 / (high - low or 1)
    lines = ['<path d="M0 0h640v360H0z" fill="#fff"/><path d="M60 30V330H620" fill="none" stroke="#999"/>']
    colours = ("#0072B2", "#D55E00", "#009E73")
    for n, (label, curve) in enumerate(points.items()):
        line = " ".join(f"{60 + across_by * (x - left):.1f},{330 - up_by * (y - low):.1f}" for x, y in curve)
        lines.append(f'<polyline points="{line}" fill="none" stroke="{colours[n]}" stroke-width="1.5"/>')
        lines.append(f'<text x="{60 + 190 * n}" y="18" fill="{colours[n]}">{label}</text>')
    first, last = (10**left, 10**right) if log else (left, right)
    for x, y, value in ((60, 350, first), (580, 350, last), (5, 335, low), (5, 35, high)):
        lines.append(f'<text x="{x}" y="{y}">{float(f"{value:.3g}"):,g}</text>')
    lines.append(f'<text x="340" y="350" text-anchor="middle">{text}</text>')
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" font-family="sans-serif" font-size="13">'
    Path(file).write_text("\n".join([head, *lines, "</svg>"]))
    print(f"The picture is in {file}; open it in a browser.")


def need(true: bool, sentence: str) -> None:
    """Raise AssertionError with a sentence unless something is true."""
    if not true:
        raise AssertionError(sentence)


@contextmanager
def rates_used() -> Iterator[list[float]]:
    """Note the rate that an optimiser really has at each of its updates."""
    seen: list[float] = []

    def note(optimizer: Optimizer, *_: object) -> None:
        seen.append(float(optimizer.param_groups[0]["lr"]))

    handle = register_optimizer_step_pre_hook(note)
    try:
        yield seen
    finally:
        handle.remove()


def probe(high: float, steps: int = 50) -> tuple[nn.Module, list[float], list[float], list[float]]:
    """Test a network with BatchNorm on four fixed points, from 1e-4; return it, rates, losses and rates used."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))
    points = (
        torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, 1.0]]),
        torch.tensor([[1.0], [2.0], [3.0], [5.0]]),
    )
    with rates_used() as used:
        rates, losses = range_test(model, itertools.repeat(points), nn.functional.mse_loss, 1e-4, high, steps)
    return model, rates, losses, used


def check_counts() -> None:
    """As many rates as losses come back, one for each update."""
    _, rates, losses, used = probe(1e-2)
    need(len(rates) == len(losses), f"There are {len(rates)} rates but {len(losses)} losses.")
    need(len(rates) == 50, f"Nothing explodes in 50 steps here, yet {len(rates)} rates came back.")
    need(len(used) == 50, f"50 rates came back, but the optimiser made {len(used)} updates.")


def check_growth() -> None:
    """The rate grows from the lowest to the highest by the same factor each time."""
    _, rates, _, _ = probe(1e-2)
    first, final = rates[0], rates[-1]
    need(final > first, f"The rate does not grow: it begins at {first:.3g} and ends at {final:.3g}.")
    need(math.isclose(first, 1e-4, rel_tol=1e-3), f"The first rate should be 0.0001; it is {first:.3g}.")
    factors = [b / a for a, b in itertools.pairwise(rates)]
    need(
        math.isclose(min(factors), max(factors), rel_tol=1e-3),
        f"From one rate to the next the factor goes from {min(factors):.4f} to {max(factors):.4f}; it should be"
        " the same. Equal differences instead of equal factors crowd all the points at the high end.",
    )
    one_more = final * factors[-1]  # whether the factor is the 50th or the 49th root, both are fine
    need(final <= 1.001e-2 <= one_more * 1.002, f"The last rate should be about 0.01; it is {final:.3g}.")


def check_used() -> None:
    """Each rate that comes back is the one its update was made with."""
    _, rates, _, used = probe(1e-2)
    for step, (said, real) in enumerate(zip(rates, used, strict=False)):
        need(
            math.isclose(said, real, rel_tol=1e-6),
            f"Update {step} was made with rate {real:.4g}, but {said:.4g} came back. Set the rate in"
            " optimizer.param_groups, before optimizer.step().",
        )


def check_first_loss() -> None:
    """The first loss is that of the untouched model."""
    _, _, losses, _ = probe(1e-2)
    _, _, again, _ = probe(1.0)
    same = math.isclose(losses[0], again[0])
    need(same, "The first loss depends on the rates: measure it before the update.")


def check_stop() -> None:
    """The test ends early when the loss explodes."""
    _, rates, losses, _ = probe(1e4)
    said = f"Up to a rate of 10,000 it went on through all 50 steps; the last loss was {losses[-1]:.3g}."
    need(len(rates) < 50, said)
    too_large = [n for n in range(1, len(losses)) if not losses[n] <= 4 * min(losses[:n])]
    need(bool(too_large), "It ended although no loss was more than four times the lowest.")
    need(
        too_large[0] == len(losses) - 1,
        f"The loss of step {too_large[0]} was already too large, yet the test went on.",
    )


def check_restored() -> None:
    """The model comes back exactly as it went in."""
    torch.manual_seed(0)
    fresh = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 1)).state_dict()
    for high, case in ((1e-2, "after a test that ran to its end"), (1e4, "after a test that ended early")):
        after = probe(high)[0].state_dict()
        moved = [name for name, value in after.items() if not torch.equal(value, fresh[name])]
        need(
            not moved,
            f"{', '.join(moved)} changed {case}. Note the whole state_dict() before, as a copy"
            " (its tensors are the model's own), and load it at the end.",
        )


def check_suggestion() -> None:
    """The suggested rate lies where the loss falls, short of its lowest point."""
    rates = [10 ** (-5 + 6 * n / 119) for n in range(120)]
    falls = [min(max((math.log10(rate) + 3) / 2.5, 0.0), 1.0) for rate in rates]
    rises = [max(math.log10(rate) + 0.5, 0.0) for rate in rates]
    losses = [2.3 - 2.0 * (3 * f**2 - 2 * f**3) + 3 * r**2 for f, r in zip(falls, rises, strict=True)]
    found = suggest(rates, losses)
    words = "On a clean curve that falls from a rate of 0.001, is lowest at 0.32 and then rises,"
    need(found < 0.25, f"{words} you suggest {found:.3g}. That is the edge: training there is about to fail.")
    need(found > 0.001, f"{words} you suggest {found:.3g}. There the loss does not fall yet.")


def check_training(images: Tensor, labels: Tensor) -> None:
    """A fresh network trained on MNIST at the suggested rate learns quickly."""
    torch.manual_seed(0)
    batches, loss_of = random_batches(images, labels, 64), nn.functional.cross_entropy
    rate = suggest(*range_test(small_cnn(), batches, loss_of, 1e-4, 10, 100))
    model, losses = small_cnn(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _, (inputs, targets) in zip(range(150), batches, strict=False):
        loss = loss_of(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    end = sum(losses[-20:]) / 20
    said = f"150 updates at your rate of {rate:.3g} end at a loss of {end:.2f}; below 0.8 is well possible."
    need(end < 0.8, said)


def report(*checks: Callable[[], None]) -> int:
    """Run checks, print what passes and what does not, and return 0 only if all pass."""
    missing = 0
    for check in checks:
        says = getattr(check, "func", check).__doc__  # of a check with its data, the check's own
        try:
            check()
        except Exception as error:
            missing += 1
            raised = f"Your part raised {type(error).__name__}: "
            print(f"not yet  {says}\n         {'' if isinstance(error, AssertionError) else raised}{error}")
        else:
            print(f"passes   {says}")
    print(
        f"{missing} of {len(checks)} are not there yet." if missing else f"All {len(checks)} pass. Well done."
    )
    return int(missing > 0)


def main(words: Sequence[str] | None = None) -> int:
    """Run the test on MNIST, or check it; return the exit status."""
    parser = argparse.ArgumentParser(description="The learning rate range test.")
    parser.add_argument("--check", action="store_true", help="say what works and what does not")
    parser.add_argument("--data", default="data", help="folder of MNIST (./data)")
    chosen = parser.parse_args(words)
    torch.set_num_threads(1)  # so small a network gains nothing from more
    images, labels = mnist(chosen.data)
    if chosen.check:
        curve = (check_counts, check_growth, check_used, check_first_loss, check_stop, check_restored)
        return report(*curve, check_suggestion, partial(check_training, images, labels))
    torch.manual_seed(0)
    batches = random_batches(images, labels, 64)
    rates, losses = range_test(small_cnn(), batches, nn.functional.cross_entropy, 1e-4, 10, 200)
    rate = suggest(rates, losses)
    print(f"{len(rates)} updates; the lowest loss was {min(losses):.3f}. Suggested rate: {rate:.3g}")
    draw(
        "lr_finder.svg",
        {"loss": (rates, losses)},
        "loss of the batch against the learning rate (logarithmic)",
        log=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
