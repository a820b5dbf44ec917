"""Synthetic range tests of known shape, made from a formula and a fixed seed; nothing is recorded."""

import numpy as np

from sims.smoothing import Curve

UNTRAINED = 2.3


def sweep(steps: int = 100, low: float = 1e-5, high: float = 10.0) -> Curve:
    """Rates of an exponential sweep."""
    return np.geomspace(low, high, steps)


def u_curve(
    lrs: Curve,
    *,
    falls: float = 1e-2,
    rises: float = 0.3,
    depth: float = 1.5,
    noise: float = 0.0,
    seed: int = 0,
) -> Curve:
    """Flat at UNTRAINED, falling by `depth` with its steepest point at `falls`, rising beyond `rises`."""
    place = np.log10(lrs)
    fallen = depth / (1 + np.exp(-6 * (place - np.log10(falls))))
    risen = 20 * np.maximum(place - np.log10(rises), 0) ** 2
    rough = noise * np.random.default_rng(seed).standard_normal(len(lrs))
    return np.asarray(UNTRAINED - fallen + risen + rough, dtype=np.float64)


def flat(lrs: Curve, noise: float, seed: int = 0) -> Curve:
    """UNTRAINED everywhere, but for noise."""
    rough = noise * np.random.default_rng(seed).standard_normal(len(lrs))
    return np.asarray(UNTRAINED + rough, dtype=np.float64)
