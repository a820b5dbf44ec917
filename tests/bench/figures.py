"""How a figure is printed: median, spread and n, so that nobody takes a best case for a rule."""

import statistics
from collections.abc import Sequence


def show(what: str, values: Sequence[float], unit: str, goal: str = "") -> None:
    """Print one figure: median, smallest and largest, 95th percentile, n, and the goal it is held against."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    line = (
        f"{what:<58} median {statistics.median(ordered):8.3f} {unit}  [{ordered[0]:.3f} .. {ordered[-1]:.3f}]"
    )
    print(f"{line}  p95 {p95:.3f}  n={len(ordered)}" + (f"  goal {goal}" if goal else ""), flush=True)
