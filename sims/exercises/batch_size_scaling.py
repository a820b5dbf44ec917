"""Exercise 4: does the rate have to grow with the batch?

    python batch_size_scaling.py           trains on MNIST and draws the losses
    python batch_size_scaling.py --check   says what works already and what does not

The part to write is marked TODO. It needs torch and torchvision, and MNIST in the folder that --data names
(./data otherwise); torchvision downloads the data the first time.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

Curve = tuple[list[float], list[float]]
"""Images seen after each update, and the loss of its batch."""

# ======== TODO: your part begins here ========


def scaled_rate(rate: float, batch: int, other: int) -> float:
    """Return the rate for batches of `other`, if `rate` is good for batches of `batch`."""
    return rate  # TODO: the linear scaling rule


def updates_for(images: int, batch: int) -> int:
    """Return how many updates with batches of `batch` show `images` images."""
    return 100  # TODO


def gap(one: Curve, other: Curve, window: int = 1280) -> float:
    """Return how far two loss curves lie apart on average.

    Compare them where both have seen as many images. The losses of single batches are
    noisy: take the mean loss of each `window` images first.
    """
    # TODO: this compares update by update, but one of the two has seen more images by then
    differences = [abs(a - b) for a, b in zip(one[1], other[1], strict=False)]
    return sum(differences) / len(differences)


# ======== your part ends here; below are the data, the runs, a picture and the check ========


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


def train(images: Tensor, labels: Tensor, batch: int, rate: float, updates: int, seed: int) -> Curve:
    """Make `updates` updates of plain SGD from the weights of `seed`; return images seen and losses."""
    torch.manual_seed(seed)
    model = small_cnn()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    losses = []
    for _, (inputs, targets) in zip(range(updates), random_batches(images, labels, batch), strict=False):
        loss = nn.functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return [float(batch * (n + 1)) for n in range(updates)], losses


def compare(images: Tensor, labels: Tensor, budget: int, seed: int) -> dict[str, Curve]:
    """Return the curves of three runs that see `budget` images: small batches, large ones scaled, large ones not."""
    large = updates_for(budget, 128)
    scaled = scaled_rate(0.01, 32, 128)
    return {
        "batch 32, rate 0.01": train(images, labels, 32, 0.01, updates_for(budget, 32), seed),
        f"batch 128, rate {scaled:g}": train(images, labels, 128, scaled, large, seed),
        "batch 128, rate 0.01 still": train(images, labels, 128, 0.01, large, seed),
    }


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


def made_up(batch: int, images: int = 12_800, above: float = 0.0, noise: float = 0.0) -> Curve:
    """Return a curve whose loss depends on the images seen alone, but for noise that turns with every update."""
    seen = [float(batch * (n + 1)) for n in range(images // batch)]
    losses = [0.3 + above + 2.0 * math.exp(-count / 5000) + noise * (-1) ** n for n, count in enumerate(seen)]
    return seen, losses


def check_rate() -> None:
    """The rate grows in proportion to the batch."""
    for rate, batch, other, right in ((0.01, 32, 128, 0.04), (0.1, 256, 8192, 3.2), (0.04, 128, 32, 0.01)):
        got = scaled_rate(rate, batch, other)
        need(
            math.isclose(got, right, rel_tol=1e-6),
            f"From batch {batch} to {other} a rate of {rate} becomes {got:.4g}; the linear rule says {right}.",
        )


def check_updates() -> None:
    """Both runs see the same number of images."""
    for images, batch, right in ((12_800, 32, 400), (12_800, 128, 100), (6_400, 64, 100)):
        got = updates_for(images, batch)
        shown = f"{got} updates with batches of {batch} show it {got * batch:,} images"
        need(got == right, f"{shown}; it should see {images:,}.")
        need(isinstance(got, int), f"{got} is not a whole number of updates.")


def check_gap_of_equal() -> None:
    """Two curves that fall alike with the images seen have no gap."""
    found = gap(made_up(32), made_up(128))
    need(
        found < 0.05,
        f"Two such curves, one a point every 32 images and one every 128, get a gap of {found:.2f}. Compare them"
        " where both have seen the same number of images, not at the same update.",
    )


def check_gap_of_shifted() -> None:
    """A curve that lies 0.5 above another has a gap of 0.5."""
    found = gap(made_up(32), made_up(128, above=0.5))
    need(abs(found - 0.5) < 0.05, f"The gap found is {found:.2f}.")
    found = gap(made_up(32), made_up(32, images=6_400, above=-0.5))
    need(abs(found - 0.5) < 0.05, f"Where one curve ends half-way, below the other, it is {found:.2f}.")


def check_gap_of_noisy() -> None:
    """The noise of single batches adds no gap."""
    found = gap(made_up(32, noise=0.4), made_up(128))
    need(
        found < 0.08,
        f"A curve whose losses jump by 0.4 up and down about another gets a gap of {found:.2f}. Take the mean of each"
        " window before you compare.",
    )


def check_rule(images: Tensor, labels: Tensor) -> None:
    """On MNIST the scaled run stays closer to the small batches than the unscaled one."""
    small, scaled, still = compare(images, labels, 12_800, seed=0).values()
    for curve in (scaled, still):
        seen = (small[0][-1], curve[0][-1])
        need(seen[0] == seen[1], f"One run saw {seen[0]:,.0f} images, another {seen[1]:,.0f}.")
    near, far = gap(small, scaled), gap(small, still)
    need(near < far, f"The gap of the scaled run is {near:.3f}, that of the unscaled one {far:.3f}.")


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
    """Compare batch sizes on MNIST, or check the parts; return the exit status."""
    parser = argparse.ArgumentParser(description="The linear scaling rule.")
    parser.add_argument("--check", action="store_true", help="say what works and what does not")
    parser.add_argument("--data", default="data", help="folder of MNIST (./data)")
    parser.add_argument("--images", type=int, default=12_800, help="images that each run sees (12,800)")
    parser.add_argument("--seeds", type=int, default=3, help="how often to repeat it (3)")
    chosen = parser.parse_args(words)
    torch.set_num_threads(1)  # so small a network gains nothing from more
    images, labels = mnist(chosen.data)
    if chosen.check:
        gaps = (check_gap_of_equal, check_gap_of_shifted, check_gap_of_noisy)
        return report(check_rate, check_updates, *gaps, partial(check_rule, images, labels))
    for seed in range(chosen.seeds):
        curves = compare(images, labels, chosen.images, seed)
        small, *others = curves
        said = "; ".join(f"{name}: {gap(curves[small], curves[name]):.3f}" for name in others)
        print(f"seed {seed}, gap to {small} = {said}")
    draw("batch_size_scaling.svg", curves, "loss of the batch against images seen")
    return 0


if __name__ == "__main__":
    sys.exit(main())
