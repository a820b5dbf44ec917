"""Exercise 2: train the same network with three schedules and compare them.

    python compare_schedules.py           trains on MNIST and draws rates and losses
    python compare_schedules.py --check   says what works already and what does not

The parts to write are marked TODO. It needs torch and torchvision, and MNIST in the folder that --data names
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
from torch.optim.lr_scheduler import LambdaLR, LRScheduler
from torch.optim.optimizer import register_optimizer_step_pre_hook

PEAK = 0.05
"""The highest rate of every schedule."""

Batches = Iterable[tuple[Tensor, Tensor]]
Schedule = Callable[[Optimizer, int], LRScheduler]
Curves = tuple[list[float], list[float]]

# ======== TODO: your part begins here ========


def step_decay(optimizer: Optimizer, steps: int) -> LRScheduler:
    """From PEAK on, cut the rate by one and the same factor every so many steps."""
    return LambdaLR(optimizer, lambda step: 1.0)  # TODO


def cosine(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Fall from PEAK to about 0 along half a cosine over all the steps."""
    return LambdaLR(optimizer, lambda step: 1.0)  # TODO


def one_cycle(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Climb to PEAK once, then fall far below where the climb began."""
    return LambdaLR(optimizer, lambda step: 1.0)  # TODO


def train(model: nn.Module, batches: Batches, schedule: Schedule, steps: int) -> Curves:
    """Make `steps` updates; return the rate and the loss of each."""
    optimizer = torch.optim.SGD(model.parameters(), lr=PEAK, momentum=0.9)
    scheduler = schedule(optimizer, steps)
    rates: list[float] = []
    losses: list[float] = []
    for _, (inputs, targets) in zip(range(steps), batches, strict=False):
        loss = nn.functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        # TODO: let the schedule go on; mind of which update it then speaks
        rates.append(float(scheduler.get_last_lr()[0]))
    return rates, losses


def compare(images: Tensor, labels: Tensor, steps: int, seed: int) -> dict[str, Curves]:
    """Train with each schedule, from the same weights and on the same batches."""
    torch.manual_seed(seed)
    curves = {}
    for name, schedule in (("step", step_decay), ("cosine", cosine), ("one-cycle", one_cycle)):
        # TODO: so far each network gets weights and batches of its own
        curves[name] = train(small_cnn(), random_batches(images, labels, 64), schedule, steps)
    return curves


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


def rates_with(schedule: Schedule, steps: int = 100) -> tuple[list[float], list[float]]:
    """Train a tiny model on random numbers; return the rates that come back and those really used."""
    torch.manual_seed(0)
    batches = itertools.repeat((torch.randn(8, 4), torch.randint(2, (8,))))
    with rates_used() as used:
        rates, losses = train(nn.Linear(4, 2), batches, schedule, steps)
    counts = {len(rates), len(losses), len(used), steps}
    need(len(counts) == 1, f"{steps} steps gave {len(used)} updates, {len(rates)} rates.")
    changes = max(used) - min(used) > 1e-9
    need(changes, "The rate never changes. Is scheduler.step() called after every update?")
    return rates, used


def check_step() -> None:
    """Step decay holds its rate and is cut by the same factor each time."""
    _, rates = rates_with(step_decay)
    first = rates[0]
    need(math.isclose(first, PEAK, rel_tol=1e-6), f"It begins at {first:.3g}; it should begin at {PEAK}.")
    factors = [b / a for a, b in itertools.pairwise(rates) if b != a]
    low, high = min(factors), max(factors)
    need(
        len(factors) <= 10,
        f"The rate changes {len(factors)} times in 100 steps: that is a decay without steps.",
    )
    need(high < 0.9, f"At a cut the rate is multiplied by {high:.3g}; it should fall clearly.")
    need(high - low < 1e-3, f"The factors differ: from {low:.3g} to {high:.3g}.")


def check_cosine() -> None:
    """Cosine follows half a cosine from the peak to about 0, over all the steps."""
    _, rates = rates_with(cosine)
    up = next((n for n, (a, b) in enumerate(itertools.pairwise(rates), 1) if b > a + 1e-9), None)
    need(
        up is None,
        f"At update {up} the rate climbs again. T_max is counted in calls of scheduler.step(): here in updates.",
    )
    end = rates[-1]
    said = f"It ends at {end:.3g}; below {PEAK / 50:g} was expected. Does T_max cover all the steps?"
    need(end < PEAK / 50, said)
    for last in (99, 100):
        half = [end + (PEAK - end) * 0.5 * (1 + math.cos(math.pi * n / last)) for n in range(100)]
        if max(abs(a - b) for a, b in zip(rates, half, strict=True)) < 0.01 * PEAK:
            return
    need(False, f"Half-way, at update 50, the rate is {rates[50]:.3g}; half a cosine has {PEAK / 2:g} there.")


def check_one_cycle() -> None:
    """One-cycle climbs to the peak once, then falls far below its beginning."""
    _, rates = rates_with(one_cycle)
    first, peak, end = rates[0], max(rates), rates[-1]
    top = rates.index(peak)
    need(math.isclose(peak, PEAK, rel_tol=0.01), f"Its highest rate is {peak:.3g}; it should be {PEAK}.")
    need(first <= PEAK / 2, f"It begins at {first:.3g}, not clearly below the peak.")
    need(10 <= top <= 60, f"The peak is at update {top} of 100; about 30 is usual.")
    climbs = all(b > a for a, b in itertools.pairwise(rates[: top + 1]))
    falls = all(b < a for a, b in itertools.pairwise(rates[top:]))
    need(climbs and falls, "It should climb until the peak and fall from there, and do nothing else.")
    need(end < first / 10, f"It ends at {end:.3g}; far below its beginning {first:.3g} was expected.")


def check_used() -> None:
    """The rates that come back are those that the updates were made with."""
    for schedule in (step_decay, cosine, one_cycle):
        rates, used = rates_with(schedule)
        for step, (said, real) in enumerate(zip(rates, used, strict=True)):
            need(
                math.isclose(said, real, rel_tol=1e-6, abs_tol=1e-12),
                f"With {schedule.__name__} update {step} was made with rate {real:.4g}, but {said:.4g} came"
                " back. After scheduler.step(), get_last_lr() speaks of the next update.",
            )


def check_fair(images: Tensor, labels: Tensor) -> None:
    """All schedules begin with the same weights and see the same batches."""
    curves = compare(images, labels, 2, seed=3)
    firsts = {name: losses[0] for name, (_, losses) in curves.items()}
    said = ", ".join(f"{name} {loss:.4f}" for name, loss in firsts.items())
    need(
        max(firsts.values()) - min(firsts.values()) < 1e-6,
        f"The first losses differ: {said}. Seed torch anew before each network is made.",
    )
    torch.manual_seed(0)
    other = compare(images, labels, 2, seed=4)["cosine"][1][0]
    need(other != firsts["cosine"], "Seeds 3 and 4 give the same loss: use the seed that is given.")


def check_learning(images: Tensor, labels: Tensor) -> None:
    """With every schedule the network learns."""
    for name, (_, losses) in compare(images, labels, 150, seed=0).items():
        end = sum(losses[-20:]) / 20
        need(end < 0.8, f"With {name} 150 updates end at a loss of {end:.2f}; below 0.8 is well possible.")


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
    """Compare the schedules on MNIST, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description="Three schedules on the same network.")
    parser.add_argument("--check", action="store_true", help="say what works and what does not")
    parser.add_argument("--data", default="data", help="folder of MNIST (./data)")
    parser.add_argument("--steps", type=int, default=300, help="updates of each run (300)")
    parser.add_argument("--seeds", type=int, default=3, help="how often to repeat it (3)")
    chosen = parser.parse_args(words)
    torch.set_num_threads(1)  # so small a network gains nothing from more
    images, labels = mnist(chosen.data)
    if chosen.check:
        on_mnist = (partial(check, images, labels) for check in (check_fair, check_learning))
        return report(check_step, check_cosine, check_one_cycle, check_used, *on_mnist)
    ends: dict[str, list[float]] = {}
    for seed in range(chosen.seeds):
        curves = compare(images, labels, chosen.steps, seed)
        for name, (_, losses) in curves.items():
            ends.setdefault(name, []).append(sum(losses[-20:]) / len(losses[-20:]))
    for name, values in ends.items():
        seeds = ", ".join(f"{value:.3f}" for value in values)
        print(f"{name:10s} mean loss of the last 20 updates, seed by seed: {seeds}")
    steps = [float(step) for step in range(chosen.steps)]
    draw(
        "schedules_rates.svg",
        {name: (steps, rates) for name, (rates, _) in curves.items()},
        "learning rate of each update",
    )
    draw(
        "schedules_losses.svg",
        {name: (steps, losses) for name, (_, losses) in curves.items()},
        "loss of each update",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
