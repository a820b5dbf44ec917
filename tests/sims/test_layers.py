"""Update-to-weight ratios layer by layer: right, in order, and without effect on the training."""

import math
from collections import Counter
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional

from sims.data import Data
from sims.events import Diverged, Event, Layers, Step
from sims.model import build
from sims.plan import LAYERS, NETWORKS, Arm, Plan
from sims.weights import Weights
from tests.sims.training import constant, of, run, timeless

pytestmark = pytest.mark.usefixtures("one_thread")

KINDS = {nn.Conv2d: "Convolution", nn.BatchNorm2d: "BatchNorm", nn.Linear: "Linear"}


def without_layers(events: list[Event]) -> list[Event]:
    return [event for event in timeless(events) if not isinstance(event, Layers)]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_names_are_those_of_the_network(network: str) -> None:
    kinds = [KINDS[type(layer)] for layer in Weights(build(network, 0)).layers]
    many, seen = Counter(kinds), Counter[str]()
    names = []
    for kind in kinds:
        seen[kind] += 1
        names.append(f"{kind} {seen[kind]}" if many[kind] > 1 else kind)
    assert LAYERS[network] == tuple(names)
    assert LAYERS.keys() == NETWORKS.keys()


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_ratios_are_those_of_a_plain_loop(mnist: Data, network: str, optimizer: str) -> None:
    plan = Plan((constant(0.01, 5, optimizer=optimizer),), seeds=(3,), network=network, layers=True)
    told = of(Layers, run(plan, mnist))

    model = build(network, 3)
    kind = torch.optim.SGD if optimizer == "sgd" else torch.optim.Adam
    momentum = {"momentum": 0.9} if optimizer == "sgd" else {}
    torchs = kind(model.parameters(), lr=0.01, **momentum)  # type: ignore[arg-type]
    order = torch.randperm(60000, generator=torch.Generator().manual_seed(3))
    layers = [module for module in model.children() if any(True for _ in module.parameters())]
    for step in range(5):
        images, labels = mnist.batch(order[step * 64 : (step + 1) * 64])
        torchs.zero_grad()
        functional.cross_entropy(model(images), labels).backward()  # type: ignore[no-untyped-call]
        before = [nn.utils.parameters_to_vector(layer.parameters()).detach() for layer in layers]
        torchs.step()
        after = [nn.utils.parameters_to_vector(layer.parameters()).detach() for layer in layers]
        ratios = [((b - a).norm() / a.norm()).item() for a, b in zip(before, after, strict=True)]
        assert told[step].step == step
        assert told[step].ratios == pytest.approx(ratios, rel=1e-4)
        assert len(ratios) == len(LAYERS[network])


def test_every_update_of_every_arm_of_the_first_seed_tells_them_right_after_its_step(mnist: Data) -> None:
    plan = Plan((constant(0.05, 12), constant(0.01, 7, optimizer="adamw")), seeds=(0, 1), layers=True)
    told = timeless(run(plan, mnist))
    assert of(Layers, told, 0, 1) == of(Layers, told, 1, 1) == []
    events = [event for event in told if isinstance(event, Step | Layers) and event.seed == 0]
    assert len(events) == 2 * (12 + 7)
    for step, layers in zip(events[::2], events[1::2], strict=True):
        assert isinstance(step, Step)
        assert isinstance(layers, Layers)
        assert (step.arm, step.seed, step.step) == (layers.arm, layers.seed, layers.step)


def test_asking_changes_nothing_else(mnist: Data) -> None:
    arms = (constant(0.05, 30), constant(0.01, 20, optimizer="adam"), constant(1e30, 20))
    plan = Plan(arms, network="batchnorm", stop_factor=4, evaluate_at=(10,), evaluate_on=100)
    plain = run(plan, mnist, flush_seconds=1e9)
    measured = run(replace(plan, layers=True), mnist, flush_seconds=1e9)
    assert without_layers(measured) == timeless(plain)


def test_nothing_is_told_after_an_arm_has_ended(mnist: Data) -> None:
    bad = Arm("bad", (0.05,) * 5 + (1e38,) * 25)
    events = run(Plan((bad,), layers=True), mnist)
    assert [type(event) for event in events[-3:-1]] == [Layers, Diverged]
    assert len(of(Layers, events)) == len(of(Step, events))
    plan = Plan((Arm("held", tuple(10 ** (step / 10 - 3) for step in range(60))),), stop_factor=2)
    held, told = run(plan, mnist), run(replace(plan, layers=True), mnist)
    assert of(Diverged, held) == of(Diverged, told)
    assert [type(event) for event in told[-4:-1]] == [Step, Layers, Diverged]


class Odd(nn.Module):
    """Weights of its own, frozen and shared ones, two dtypes in one layer, and a layer of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(28, 28))
        self.flat = nn.Flatten()
        self.first = nn.Linear(784, 10)
        self.first.bias = nn.Parameter(self.first.bias.detach().double())
        self.again = self.first
        self.frozen = nn.Linear(2, 2).requires_grad_(False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        flat = self.flat(images + self.shift)
        logits: torch.Tensor = (flat @ self.first.weight.T).double() + self.first.bias
        return logits.float()


def test_any_module_has_layers(mnist: Data) -> None:
    model = Odd()
    weights = Weights(Odd())
    assert [type(layer) for layer in weights.layers] == [Odd, nn.Linear]
    told = of(Layers, run(Plan((constant(0.01, 3),), layers=True), mnist, model=model))
    assert all(len(layers.ratios) == 2 for layers in told)
    assert told[0].ratios[0] == math.inf  # all its weights were zero
    assert 0 < told[1].ratios[1] < 1


def test_layer_norms_are_over_a_layer_and_nothing_else() -> None:
    weights = Weights(build("batchnorm", 0))
    norms = weights.layer_norms(weights.values)
    for layer, norm in zip(weights.layers, norms, strict=True):
        vector = nn.utils.parameters_to_vector(layer.parameters())
        assert norm.item() == pytest.approx(vector.norm().item(), rel=1e-5)
        assert norm.dtype == torch.float64
    odd = Weights(Odd())
    first = odd.layers[1]
    whole = math.sqrt(sum(float(weight.detach().double().square().sum()) for weight in first.parameters()))
    assert odd.layer_norms(odd.values)[1].item() == pytest.approx(whole, rel=1e-6)
