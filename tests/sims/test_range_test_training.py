"""What the range test's page claims, on real training: a sweep recommends a rate, and the audit holds."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sims.data import Data
from sims.events import Event
from sims.model import build
from sims.range_test import (
    RULES,
    Audit,
    RangeTest,
    Recommendation,
    Verdict,
    band,
    finals,
    recommend,
    regions,
    suggest_all,
    verdict,
)
from tests.sims.training import losses, run

SWEEP = RangeTest(seeds=5)


@pytest.fixture(scope="module")
def curves(mnist: Data) -> list[list[float]]:
    """The losses of the default sweep, seed by seed."""
    events = alone(SWEEP, mnist)
    return [losses(events, seed=seed) for seed in range(SWEEP.seeds)]


@pytest.fixture(scope="module")
def recommended(curves: list[list[float]]) -> Recommendation:
    rates = SWEEP.rates()
    said = [suggest_all(rates[: len(curve)], curve) for curve in curves]
    return recommend({rule: band(one[rule] for one in said) for rule in RULES})


def alone(experiment: RangeTest | Audit, data: Data) -> list[Event]:
    """Carry out an experiment on one thread, as a worker does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return run(experiment.plan(), data)
    finally:
        torch.set_num_threads(before)


def test_the_default_sweep_shows_all_three_regions(curves: list[list[float]]) -> None:
    found = regions(SWEEP.rates(), curves)
    assert found is not None
    assert found.flat is not None
    assert found.falling is not None
    assert found.rising is not None
    assert found.falling[0] < 0.01 < found.falling[1] < 0.3


def test_every_seed_has_every_suggestion(curves: list[list[float]]) -> None:
    rates = SWEEP.rates()
    for curve in curves:
        for suggestion in suggest_all(rates[: len(curve)], curve).values():
            assert suggestion.lr is not None, suggestion.reason


def test_the_audit_of_the_recommendation_holds(mnist: Data, recommended: Recommendation) -> None:
    assert recommended.lr is not None, recommended.reason
    # Five of the seven rates: the outermost, 27 times off, are never the best, and take a third of the time.
    audit = replace(Audit.around(SWEEP, recommended.lr), count=5)
    found: Verdict = verdict(audit, finals(audit, alone(audit, mnist)))
    assert found.outcome == "held", found.sentence


def test_a_sweep_leaves_model_optimiser_and_random_states_as_they_were(mnist: Data) -> None:
    model = build("small", 7)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.zeros(1, 1, 28, 28)).sum().backward()
    optimiser.step()
    model.eval()
    weights = [weight.detach().clone() for weight in model.parameters()]
    gradients = [weight.grad.clone() for weight in model.parameters() if weight.grad is not None]
    momentum = [optimiser.state[weight]["momentum_buffer"].clone() for weight in model.parameters()]
    torch_state = torch.random.get_rng_state()
    numpy_state = np.random.get_state()[1].tolist()  # type: ignore[index]

    run(RangeTest(steps=20, seeds=1).plan(), mnist, model=model)

    assert all(map(torch.equal, weights, model.parameters()))
    assert all(
        torch.equal(g, w.grad)
        for g, w in zip(gradients, model.parameters(), strict=True)
        if w.grad is not None
    )
    assert all(
        torch.equal(m, optimiser.state[w]["momentum_buffer"])
        for m, w in zip(momentum, model.parameters(), strict=True)
    )
    assert optimiser.param_groups[0]["lr"] == 0.1
    assert not model.training
    assert torch.equal(torch_state, torch.random.get_rng_state())
    assert numpy_state == np.random.get_state()[1].tolist()  # type: ignore[index]
