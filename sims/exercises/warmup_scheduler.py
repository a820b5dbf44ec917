"""Exercise 3: write a scheduler that warms up and then decays.

    python warmup_scheduler.py           draws the rate of every update
    python warmup_scheduler.py --check   says what works already and what does not

The part to write is marked TODO. It needs torch and no data.
"""

import argparse
import itertools
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

# ======== TODO: your part begins here ========


def warmup_then_decay(optimizer: Optimizer, total_steps: int) -> LambdaLR:
    """Warm up linearly for 10 % of the steps, then decay; stepped after every update.

    The warmup ends at the optimiser's own rate. The decay is your choice: it never rises,
    ends below half of that rate, and stays low if somebody trains on for longer than
    `total_steps`.
    """

    def factor(step: int) -> float:
        # TODO: what the optimiser's own rate is multiplied by in update `step`, from 0 on
        return 1.0

    return LambdaLR(optimizer, factor)


# ======== your part ends here; below are a picture and the check ========


def rates_of(total_steps: int, updates: int, base: Sequence[float] = (0.1,)) -> list[list[float]]:
    """Make `updates` updates; return for each parameter group, with rates `base`, the rate of every update."""
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": rate} for rate in base]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    scheduler = warmup_then_decay(optimizer, total_steps)
    rates: list[list[float]] = [[] for _ in base]
    for _ in range(updates):
        for group, row in zip(optimizer.param_groups, rates, strict=True):
            row.append(float(group["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


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


def check_kind() -> None:
    """It is a LambdaLR."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    made = warmup_then_decay(optimizer, 100)
    need(isinstance(made, LambdaLR), f"A {type(made).__name__} came back.")


def check_warmup() -> None:
    """The rate climbs in a straight line for a tenth of the steps, however many there are."""
    for total in (50, 200, 1000):
        rates = rates_of(total, total)[0]
        length = total // 10
        need(
            rates[0] <= 2 * 0.1 / length,
            f"Of {total} steps the first has rate {rates[0]:.4g}; a warmup of {length} steps to 0.1 begins at 0, or at"
            f" 0.1 / {length} = {0.1 / length:.4g}.",
        )
        rises = [b - a for a, b in itertools.pairwise(rates[:length])]
        need(
            all(math.isclose(rise, 0.1 / length, rel_tol=0.02) for rise in rises),
            f"Of {total} steps the first {length} should climb by 0.1 / {length} = {0.1 / length:.4g} each; they climb"
            f" by {min(rises):.4g} to {max(rises):.4g}.",
        )


def check_peak() -> None:
    """The warmup ends at the optimiser's own rate, and nothing lies above it."""
    for total in (50, 200, 1000):
        rates = rates_of(total, total)[0]
        need(
            max(rates) <= 0.1 * 1.0001,
            f"Of {total} steps one has rate {max(rates):.4g}, above the rate of 0.1.",
        )
        need(
            max(rates) >= 0.1 * 0.999,
            f"Of {total} steps none reaches the rate of 0.1; the highest is {max(rates):.4g}. LambdaLR wants a factor,"
            " not a rate.",
        )
        at = rates.index(max(rates))
        near = total // 10
        need(
            abs(at - near) <= 1,
            f"Of {total} steps update {at} is the first at the full rate; it should be {near}.",
        )


def check_groups() -> None:
    """Each parameter group is warmed up to its own rate."""
    low, high = rates_of(200, 200, (0.001, 3.0))
    need(
        math.isclose(max(low), 0.001, rel_tol=1e-3) and math.isclose(max(high), 3.0, rel_tol=1e-3),
        f"Groups with rates 0.001 and 3 reach {max(low):.3g} and {max(high):.3g}.",
    )


def check_decay() -> None:
    """After the warmup the rate never rises and ends below half."""
    for total in (50, 200, 1000):
        rates = rates_of(total, total)[0]
        falling = rates[total // 10 + 1 :]
        rise = next((n for n, (a, b) in enumerate(itertools.pairwise(falling)) if b > a + 1e-12), None)
        need(
            rise is None,
            f"Of {total} steps the rate rises again after update {total // 10 + 1 + (rise or 0)}.",
        )
        need(min(rates) >= 0, f"Of {total} steps one has the negative rate {min(rates):.3g}.")
        need(
            rates[-1] < 0.05, f"Of {total} steps the last has rate {rates[-1]:.3g}; it should be below 0.05."
        )


def check_beyond() -> None:
    """Who trains on for longer than planned keeps a low rate."""
    rates = rates_of(100, 200)[0]
    late = max(rates[100:])
    need(
        late <= rates[99] + 1e-12,
        f"Planned for 100 steps, trained for 200: the rate comes back up to {late:.3g}. Where you compute how much of"
        " the decay is over, let that part end at 1.",
    )
    need(
        min(rates) >= 0,
        f"Planned for 100 steps, trained for 200: the rate falls to {min(rates):.3g}, below 0.",
    )


def check_short() -> None:
    """A run too short for a warmup works too."""
    for total in (1, 5):
        rates = rates_of(total, total)[0]
        need(max(rates) > 0, f"A run of {total} steps has rate 0 throughout.")


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
    """Draw the scheduler's rates, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description="A warmup and then a decay.")
    parser.add_argument("--check", action="store_true", help="say what works and what does not")
    if parser.parse_args(words).check:
        return report(
            check_kind, check_warmup, check_peak, check_groups, check_decay, check_beyond, check_short
        )
    rates = rates_of(1000, 1200)[0]
    shown = ", ".join(f"{step}: {rates[step]:.4g}" for step in (0, 50, 100, 250, 500, 750, 999, 1199))
    print(f"Rates of a run planned for 1,000 updates, by update: {shown}")
    draw(
        "warmup_scheduler.svg",
        {"learning rate": ([float(n) for n in range(1200)], rates)},
        "learning rate of each update",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
