"""The sharpness meter: the exact largest eigenvalue, and a training that does not notice it."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from sims.data import Batches, Data
from sims.errors import ParamError
from sims.events import Diverged, Event, Sharpness, Step
from sims.model import build
from sims.plan import Arm, Plan
from sims.sharpness import IMAGES, SharpnessMeter, preconditioner
from tests.sims.training import Script, constant, of, run, timeless

pytestmark = pytest.mark.usefixtures("one_thread")


class Small(nn.Module):
    """A network with few enough weights for an explicit Hessian, 7 x 7 -> 10 logits."""

    def __init__(self, *, norm: bool = False) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            middle = nn.BatchNorm1d(8) if norm else nn.Identity()
            self.body = nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Linear(49, 8), middle, nn.Tanh())
            self.head = nn.Linear(8, 10)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(self.body(images))
        return logits


def batch(mnist: Data, size: int = 64) -> tuple[Tensor, Tensor]:
    return Batches(mnist, 0, size).at(0)


def exact(model: nn.Module, images: Tensor, labels: Tensor, scale: Tensor | None = None) -> Tensor:
    """All eigenvalues of the explicit Hessian, P^(-1/2) H P^(-1/2) with `scale` = P; float64."""
    names = [name for name, _ in model.named_parameters()]
    shapes = [weight.shape for weight in model.parameters()]
    vector = nn.utils.parameters_to_vector(model.parameters()).detach().double()
    buffers = {name: b.double() if b.is_floating_point() else b for name, b in model.named_buffers()}

    def loss(weights: Tensor) -> Tensor:
        pieces = torch.split(weights, [shape.numel() for shape in shapes])
        named = {name: piece.view(shape) for name, piece, shape in zip(names, pieces, shapes, strict=True)}
        copies = {name: buffer.clone() for name, buffer in buffers.items()}
        return functional.cross_entropy(functional_call(model, (named, copies), (images.double(),)), labels)

    # Reverse over reverse: the running statistics are changed in place, which vmap does not bear.
    matrix: Tensor = torch.autograd.functional.hessian(loss, vector)  # type: ignore[no-untyped-call]
    if scale is not None:
        matrix = matrix * scale.double().rsqrt() * scale.double().rsqrt().unsqueeze(1)
    eigenvalues: Tensor = torch.linalg.eigvalsh((matrix + matrix.T) / 2)
    return eigenvalues


def descend(model: nn.Module, optimizer: torch.optim.Optimizer, mnist: Data, steps: int) -> None:
    """Make some updates, each on another batch."""
    batches = Batches(mnist, 5, 64)
    for step in range(steps):
        images, labels = batches.at(step)
        optimizer.zero_grad()
        functional.cross_entropy(model(images), labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def test_it_is_the_largest_eigenvalue_of_the_hessian(mnist: Data) -> None:
    model = Small()
    images, labels = batch(mnist)
    meter = SharpnessMeter(model, list(model.parameters()), images, labels)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(4):
        assert meter.measure().item() == pytest.approx(exact(model, images, labels)[-1].item(), rel=0.02)
        descend(model, optimizer, mnist, 10)


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
def test_it_is_that_of_the_preconditioned_hessian_for_adam(mnist: Data, kind: type[torch.optim.Adam]) -> None:
    model = Small()
    images, labels = batch(mnist)
    meter = SharpnessMeter(model, list(model.parameters()), images, labels)
    optimizer = kind(model.parameters(), lr=0.003)
    assert preconditioner(optimizer) is None
    for _ in range(3):
        descend(model, optimizer, mnist, 10)
        scale = preconditioner(optimizer)
        assert scale is not None
        expected = exact(model, images, labels, scale)[-1].item()
        assert meter.measure(scale).item() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("adam", [False, True])
def test_with_batchnorm_too_and_from_below_where_eigenvalues_come_close(mnist: Data, adam: bool) -> None:
    model = Small(norm=True)
    weights, (images, labels) = list(model.parameters()), batch(mnist)
    usual = SharpnessMeter(model, weights, images, labels)
    optimizer = torch.optim.Adam(weights, lr=0.003, eps=1e-4) if adam else torch.optim.SGD(weights, lr=0.1)
    for _ in range(3):
        descend(model, optimizer, mnist, 10)
        scale = preconditioner(optimizer) if adam else None
        expected = exact(model, images, labels, scale)[-1].item()
        patient = SharpnessMeter(model, weights, images, labels, first_products=40)
        assert patient.measure(scale).item() == pytest.approx(expected, rel=0.002)
        assert 0.88 * expected < usual.measure(scale).item() < 1.001 * expected


def test_the_preconditioner_is_what_adam_divides_by() -> None:
    weight = nn.Parameter(torch.tensor([1.0, 1.0, 1.0]))
    optimizer = torch.optim.Adam([weight], lr=0.1, betas=(0.0, 0.9), eps=0.5)
    for gradient in ([1.0, -2.0, 0.0], [3.0, 1.0, 0.0]):
        before = weight.detach().clone()
        weight.grad = torch.tensor(gradient)
        optimizer.step()
    scale = preconditioner(optimizer)
    assert scale is not None
    change = before - weight.detach()
    assert change.tolist() == pytest.approx((0.1 * torch.tensor(gradient) / scale).tolist(), rel=1e-5)


def test_the_largest_is_found_where_the_most_negative_is_larger_still(mnist: Data) -> None:
    class Saddle(nn.Module):
        """Two logits whose loss is nearly linear in each, so that the signs of the weights rule."""

        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.tensor([0.3, -0.2, 0.1, 0.2]))

        def forward(self, images: Tensor) -> Tensor:
            a = 2 * self.w[0] * self.w[1] + self.w[2] ** 2 - 3 * self.w[3] ** 2
            return torch.stack([-a, a]).expand(len(images), 2)

    model = Saddle()
    images, labels = batch(mnist)
    labels = torch.zeros_like(labels)
    eigenvalues = exact(model, images, labels)
    assert -eigenvalues[0] > 1.5 * eigenvalues[-1] > 0
    meter = SharpnessMeter(model, list(model.parameters()), images, labels)
    assert meter.measure().item() == pytest.approx(eigenvalues[-1].item(), rel=0.02)


def test_it_starts_from_where_the_last_measurement_ended(mnist: Data) -> None:
    model = Small()
    images, labels = batch(mnist)
    expected = exact(model, images, labels)[-1].item()
    meter = SharpnessMeter(model, list(model.parameters()), images, labels, first_products=2, products=2)
    values = [meter.measure().item() for _ in range(10)]
    assert values == sorted(values)  # every start is at least as good as the last
    assert values[0] < 0.9 * expected
    assert values[-1] == pytest.approx(expected, rel=1e-3)
    again = SharpnessMeter(model, list(model.parameters()), images, labels, first_products=2, products=2)
    assert [again.measure().item() for _ in range(10)] == values
    other = SharpnessMeter(model, list(model.parameters()), images, labels, seed=1, first_products=2)
    assert other.measure().item() != values[0]


def test_a_loss_without_curvature_has_sharpness_zero(mnist: Data) -> None:
    class Flat(nn.Linear):
        def forward(self, images: Tensor) -> Tensor:
            return images.new_zeros(len(images), 10) + 0 * self.weight.sum()

    model = Flat(2, 2)
    meter = SharpnessMeter(model, list(model.parameters()), *batch(mnist))
    assert [meter.measure().item() for _ in range(2)] == [0, 0]


def test_a_measurement_that_overflows_does_not_spoil_the_next(mnist: Data) -> None:
    model = Small()
    images, labels = batch(mnist)
    meter = SharpnessMeter(model, list(model.parameters()), images, labels)
    meter.measure()
    good = model.head.weight.detach().clone()
    model.head.weight.data.fill_(math.inf)
    assert not math.isfinite(meter.measure().item())
    model.head.weight.data.copy_(good)
    assert meter.measure().item() == pytest.approx(exact(model, images, labels)[-1].item(), rel=0.02)


class Dropping(nn.Module):
    """Dropout, BatchNorm, and an input that is changed in place."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(28, 28))
        self.unused = nn.Parameter(torch.ones(3))
        self.body = Small(norm=True)
        self.drop = nn.Dropout(0.3)

    def forward(self, images: Tensor) -> Tensor:
        images += self.shift
        logits: Tensor = self.drop(self.body(images))
        return logits


def test_measuring_leaves_everything_as_it_was(mnist: Data) -> None:
    model = Dropping().train()
    images, labels = batch(mnist)
    kept = [value.clone() for value in (*model.state_dict().values(), images, torch.get_rng_state())]
    next(model.parameters()).grad = torch.full((28, 28), 7.0)
    meter = SharpnessMeter(model, list(model.parameters()), images, labels)
    with torch.no_grad():
        first = meter.measure()
    assert first.dtype == torch.float64
    assert not first.requires_grad
    after = [*model.state_dict().values(), images, torch.get_rng_state()]
    assert all(map(torch.equal, after, kept))
    assert [weight.grad is None for weight in model.parameters()][1:] == [True] * 7
    assert model.shift.grad is not None
    assert (model.shift.grad == 7).all()
    torch.rand(3)
    again = SharpnessMeter(model, list(model.parameters()), images, labels)
    assert again.measure() == first  # the same mask, wherever torch's random state was


# In the training loop


def without_sharpness(events: list[Event]) -> list[Event]:
    return [event for event in timeless(events) if not isinstance(event, Sharpness)]


ARMS = (constant(0.05, 30), constant(0.01, 20, optimizer="adam"), constant(0.01, 9, optimizer="adamw"))


@pytest.mark.parametrize("network", ["small", "batchnorm"])
def test_the_training_does_not_notice_it(mnist: Data, network: str) -> None:
    plan = Plan(ARMS, (0, 1), network, evaluate_at=(10, 30), evaluate_on=500)
    plain = run(plan, mnist, flush_seconds=1e9)
    measured = run(replace(plan, sharpness_every=7), mnist, flush_seconds=1e9)
    assert without_sharpness(measured) == timeless(plain)
    assert of(Sharpness, measured)


def test_nor_does_that_of_a_module_from_outside(mnist: Data) -> None:
    plan, model = Plan(ARMS[:2]), Dropping()
    measured = run(replace(plan, sharpness_every=5), mnist, model=model, flush_seconds=1e9)
    assert without_sharpness(measured) == timeless(run(plan, mnist, model=model, flush_seconds=1e9))
    assert len(of(Sharpness, measured)) == 6


def test_it_is_told_before_its_update_for_the_first_seed(mnist: Data) -> None:
    events = run(Plan(ARMS, (4, 1), sharpness_every=6), mnist)
    steps = [[e.step for e in of(Sharpness, events, arm)] for arm in range(3)]
    assert steps == [[0, 6, 12, 18, 24], [6, 12, 18], [6]]  # Adam has no preconditioner before update 0
    assert not any(of(Sharpness, events, arm, 1) for arm in range(3))
    for look in (e for e in events if isinstance(e, Sharpness)):
        follows = events[events.index(look) + 1]
        assert isinstance(follows, Step)
        assert (follows.arm, follows.seed, follows.step) == (look.arm, look.seed, look.step)


def test_it_is_that_of_the_weights_before_the_update_on_the_seeds_first_images(mnist: Data) -> None:
    told = of(Sharpness, run(Plan((constant(0.1, 2),), (3,), sharpness_every=1), mnist))
    model = build("small", 3)
    images, labels = Batches(mnist, 3, IMAGES).at(0)
    meter = SharpnessMeter(model, list(model.parameters()), images, labels, seed=3)
    assert told[0] == Sharpness(0, 0, 0, meter.measure().item())
    many = SharpnessMeter(model, list(model.parameters()), images, labels, seed=3, first_products=50)
    # A fresh network's largest eigenvalues are close together, so twelve products leave 3 %.
    assert told[0].value == pytest.approx(many.measure().item(), rel=0.1)


def test_a_run_tells_the_same_however_it_is_flushed_and_held(mnist: Data) -> None:
    plan = Plan(ARMS, layers=True, sharpness_every=4)
    first = timeless(run(plan, mnist))
    assert timeless(run(plan, mnist, flush_seconds=0)) == first
    held = run(plan, mnist, gate=Script(polls="wait go go wait", waits="step step go go"))
    assert [e for e in timeless(held) if hasattr(e, "arm")] == first


def test_a_diverging_arm_tells_no_value_that_is_not_finite_and_none_after_its_end(mnist: Data) -> None:
    bad = Arm("bad", (0.05,) * 5 + (1e15,) * 25)
    events = run(Plan((bad, constant(0.05, 30)), sharpness_every=1), mnist, flush_seconds=1e9)
    (end,) = of(Diverged, events)
    told = of(Sharpness, events)
    assert all(math.isfinite(look.value) for look in told)
    assert max(look.step for look in told) <= end.step
    assert len(of(Sharpness, events, 1)) == 30


def test_a_negative_interval_is_refused() -> None:
    with pytest.raises(ParamError, match="-1 was given"):
        Plan(ARMS, sharpness_every=-1)
