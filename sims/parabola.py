"""Gradient descent on a parabola, the one loss for which every update can be written down beforehand.

The loss is f(w) = curvature * w^2 / 2, with its minimum at 0. Its gradient is curvature * w, so an
update multiplies w by 1 - rate * curvature, and w shrinks as long as the rate is below
2 / curvature. In a network the curvature is the largest eigenvalue of the Hessian, and the same limit
holds near a minimum (Cohen et al. 2021, https://arxiv.org/abs/2103.00065). This is arithmetic and
trains nothing.
"""

from typing import Literal

Kind = Literal["creeps", "direct", "lands", "overshoots", "bounces", "diverges"]


def loss(w: float, curvature: float) -> float:
    """Return the loss at w."""
    return curvature * w * w / 2


def factor(rate: float, curvature: float) -> float:
    """Return what an update multiplies w by; rounded, so that 2 / curvature gives exactly -1."""
    return round(1 - rate * curvature, 9)


def limit(curvature: float) -> float:
    """Return the rate from which on w no longer shrinks."""
    return 2 / curvature


def path(rate: float, curvature: float, start: float, updates: int) -> list[float]:
    """Return w before update 0, 1, ... and after the last one: `updates` + 1 numbers."""
    ratio = factor(rate, curvature)
    return [start * ratio**t for t in range(updates + 1)]


def kind(rate: float, curvature: float) -> Kind:
    """Return what the updates do: creep (less than half the way each), go straight, land, overshoot, bounce or diverge."""
    ratio = factor(rate, curvature)
    if ratio > 0.5:
        return "creeps"
    if ratio > 0:
        return "direct"
    if ratio == 0:
        return "lands"
    if ratio > -1:
        return "overshoots"
    return "bounces" if ratio == -1 else "diverges"
