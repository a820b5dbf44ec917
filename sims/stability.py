"""The highest learning rate that a given sharpness allows."""

import math

from sims.errors import ParamError
from sims.plan import OPTIMIZERS


def stability_limit(optimizer: str, momentum: float, sharpness: float) -> float:
    """Return the learning rate above which training diverges along the sharpest direction of a quadratic.

    `optimizer` is a name in `sims.plan.OPTIMIZERS`, `momentum` SGD's or the first beta of Adam and
    AdamW, 0 <= momentum < 1; `sharpness` is as in `sims.events.Sharpness`, preconditioned for Adam
    and AdamW. SGD, v = beta v + g: 2 (1 + beta) / sharpness. Adam and AdamW, whose first moment
    is an average, m = beta m + (1 - beta) g: 2 (1 + beta) / ((1 - beta) sharpness). Infinite where
    `sharpness` <= 0, NaN where it is NaN. Weight decay is left out. ParamError for anything else.
    Sources: Cohen et al. 2021, https://arxiv.org/abs/2103.00065 (SGD with momentum); Cohen et al. 2022,
    https://arxiv.org/abs/2207.14484 (Adam).
    """
    if optimizer not in OPTIMIZERS:
        raise ParamError(f"Optimiser must be one of {', '.join(OPTIMIZERS)}; {optimizer!r} was given.")
    if not 0 <= momentum < 1:
        raise ParamError(f"Momentum must be at least 0 and below 1; {momentum!r} was given.")
    if sharpness <= 0:
        return math.inf
    limit = 2 * (1 + momentum) / sharpness
    return limit if optimizer == "sgd" else limit / (1 - momentum)
