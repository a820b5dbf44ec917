"""The linear scaling rule, and curves compared where as many images have been seen."""

from sims.exercises.batch_size_scaling import Curve


def scaled_rate(rate: float, batch: int, other: int) -> float:
    """Return the rate in proportion to the batch."""
    return rate * other / batch


def updates_for(images: int, batch: int) -> int:
    """Return how many updates show the network `images` images."""
    return images // batch


def gap(one: Curve, other: Curve, window: int = 1280) -> float:
    """Return the mean distance between the means of windows of `window` images that both curves have."""

    def windows(curve: Curve) -> dict[int, float]:
        found: dict[int, list[float]] = {}
        for seen, loss in zip(*curve, strict=True):
            found.setdefault(int((seen - 1) // window), []).append(loss)
        return {number: sum(losses) / len(losses) for number, losses in found.items()}

    first, second = windows(one), windows(other)
    both = first.keys() & second.keys()
    return sum(abs(first[number] - second[number]) for number in both) / len(both)
