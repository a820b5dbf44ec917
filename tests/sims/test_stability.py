"""The stability limit is where torch's optimisers begin to diverge on a quadratic."""

import math

import pytest
import torch

from sims.errors import ParamError
from sims.stability import stability_limit

CURVATURE = 3.0


def distance(optimizer: torch.optim.Optimizer, weight: torch.Tensor, steps: int = 1500) -> float:
    """Minimise CURVATURE / 2 * weight^2 and return how far from the minimum it ends."""
    for _ in range(steps):
        weight.grad = CURVATURE * weight.detach()
        optimizer.step()
    return abs(weight.item())


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("part", "converges"), [(0.98, True), (1.02, False)])
def test_sgd_converges_below_and_diverges_above(momentum: float, part: float, converges: bool) -> None:
    weight = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    limit = stability_limit("sgd", momentum, CURVATURE)
    reached = distance(torch.optim.SGD([weight], lr=part * limit, momentum=momentum), weight)
    assert reached < 0.1 if converges else not reached < 10  # it may have overflowed


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("part", "converges"), [(0.98, True), (1.02, False)])
def test_adam_does_so_where_its_preconditioner_stands_still(
    kind: type[torch.optim.Adam], momentum: float, part: float, converges: bool
) -> None:
    eps = 1e200  # beside which the second moment does not count
    weight = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    limit = stability_limit(kind.__name__.lower(), momentum, CURVATURE / eps)
    optimizer = kind([weight], lr=part * limit, betas=(momentum, 0.999), eps=eps, weight_decay=0)
    reached = distance(optimizer, weight)
    assert reached < 0.1 if converges else not reached < 10  # it may have overflowed


def test_the_formulas() -> None:
    assert stability_limit("sgd", 0.0, 4.0) == 0.5
    assert stability_limit("sgd", 0.9, 4.0) == pytest.approx(0.95)
    assert stability_limit("adam", 0.9, 38.0) == pytest.approx(1.0)
    assert stability_limit("adamw", 0.9, 38.0) == stability_limit("adam", 0.9, 38.0)


@pytest.mark.parametrize("sharpness", [0.0, -2.0, -math.inf])
def test_without_upward_curvature_no_rate_is_too_high(sharpness: float) -> None:
    assert stability_limit("sgd", 0.9, sharpness) == math.inf


def test_what_is_not_finite() -> None:
    assert math.isnan(stability_limit("sgd", 0.9, math.nan))
    assert stability_limit("adam", 0.9, math.inf) == 0


@pytest.mark.parametrize(
    ("optimizer", "momentum", "sentence"),
    [("rmsprop", 0.9, "Optimiser must be one of sgd"), ("sgd", 1.0, "below 1"), ("adam", -0.1, "at least 0")],
)
def test_what_is_out_of_range_is_refused(optimizer: str, momentum: float, sentence: str) -> None:
    with pytest.raises(ParamError, match=sentence):
        stability_limit(optimizer, momentum, 1.0)
