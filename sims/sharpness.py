"""Sharpness: how strongly the loss curves along the weights, which bounds the stable learning rate.

It is the largest eigenvalue of the Hessian of the loss, found from products of the Hessian with
vectors alone. Sources: https://arxiv.org/abs/2103.00065 (Cohen et al. 2021) for gradient descent
and https://arxiv.org/abs/2207.14484 (Cohen et al. 2022) for Adam.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional
from torch.optim import Optimizer

IMAGES = 64
"""Images in the fixed batch, as many as an update has by default; time grows with their number.

The fewer, the sharper: once trained on, the small network has 1.5 to 2.1 times the sharpness on 64
of them that it has on 1024, and some 1.1 to 1.7 times on 128.
"""
FIRST_PRODUCTS, PRODUCTS = 12, 5
"""Hessian-vector products of the first measurement and of every other, which starts from the last.

With a measurement every 20 updates the value is mostly within 1 % of what many more products give,
and up to 20 % too low just after another eigenvalue has become the largest.
"""
SQUARINGS = 12
"""Squarings of a small matrix: eigenvalues within 1 / 2^SQUARINGS of its norm are not told apart."""


class SharpnessMeter:
    """Measures the sharpness of `model` on the fixed batch of `images` and `labels`, time and again.

    It iterates as power iteration does, v -> Hv, and takes the best Rayleigh quotient among all
    combinations of the vectors on the way (Lanczos's method) where power iteration takes that of
    the last: with as few products it is far closer, and it finds the largest eigenvalue also where
    the one of largest magnitude is negative, as it is in a fresh network with BatchNorm.

    `weights` are those of the model that count, in the order of a preconditioner. Measuring leaves
    the model's buffers, such as BatchNorm's running statistics, its gradients and torch's random
    state as they were. Random layers draw the same numbers in every measurement, from `seed`, which
    also gives the vector to start from. A module that was in train mode is measured in train mode.
    """

    def __init__(
        self,
        model: nn.Module,
        weights: Sequence[nn.Parameter],
        images: Tensor,
        labels: Tensor,
        *,
        seed: int = 0,
        first_products: int = FIRST_PRODUCTS,
        products: int = PRODUCTS,
    ) -> None:
        self._model = model
        self._weights = list(weights)
        self._images = images
        self._labels = labels
        self._seed = seed
        self._sizes = [weight.numel() for weight in self._weights]
        # Drawn on the CPU, so that every device starts from the same vector.
        generator = torch.Generator().manual_seed(seed)
        start = torch.randn(sum(self._sizes), generator=generator)
        dtype = torch.cat([weight.detach().reshape(-1)[:1] for weight in self._weights]).dtype
        self._vector = (start / start.norm()).to(images.device, dtype)
        self._next_products = first_products
        self._products = products

    def go_on_from(self, other: "SharpnessMeter") -> None:
        """Start the next measurement from the last one of `other`, on the same fixed batch."""
        self._vector, self._next_products = other._vector, other._next_products

    def measure(self, preconditioner: Tensor | None = None) -> Tensor:
        """Return the largest eigenvalue of the Hessian H, a float64 scalar on the weights' device.

        With the diagonal `preconditioner` P, shape (number of weights,), it is that of
        P^(-1/2) H P^(-1/2), which P^(-1) H shares. It is a Rayleigh quotient, so it can be too low
        but for rounding never too high; NaN where the loss or the weights overflow. Nothing waits
        for the device.
        """
        scale = None if preconditioner is None else preconditioner.rsqrt()
        with torch.enable_grad():
            product = self._hessian(scale)
            value, vector = _largest(product, self._vector, min(self._next_products, len(self._vector)))
        length = vector.norm()
        # A vector that is lost would never come back.
        self._vector = torch.where(length.isfinite() & (length > 0), vector / length, self._vector)
        self._next_products = self._products
        return value

    def _hessian(self, scale: Tensor | None) -> Callable[[Tensor], Tensor]:
        """Return the function that multiplies a vector by the Hessian, scaled from both sides."""
        gradients = torch.autograd.grad(self._loss(), self._weights, create_graph=True, allow_unused=True)
        # A weight without a gradient, or with a constant one, has only zeros in the Hessian.
        curved = [n for n, slope in enumerate(gradients) if slope is not None and slope.requires_grad]
        outputs = [gradients[n] for n in curved]

        def product(vector: Tensor) -> Tensor:
            scaled = vector if scale is None else vector * scale
            pieces = torch.split(scaled, self._sizes)
            directions = [pieces[n].view_as(gradients[n]).to(gradients[n].dtype) for n in curved]
            rows: Sequence[Tensor] = [torch.zeros_like(weight) for weight in self._weights]
            if curved:
                rows = torch.autograd.grad(
                    outputs, self._weights, directions, retain_graph=True, materialize_grads=True
                )
            result = torch.cat([row.reshape(-1) for row in rows])
            return result if scale is None else result * scale

        return product

    def _loss(self) -> Tensor:
        """The mean cross-entropy on the fixed batch, of copies of what a forward pass may change."""
        buffers = {name: buffer.clone() for name, buffer in self._model.named_buffers()}
        device = self._images.device
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.default_generator.manual_seed(self._seed)
            if device.type == "cuda":
                torch.cuda.default_generators[device.index].manual_seed(self._seed)
            logits = functional_call(self._model, buffers, (self._images.clone(),))
        return functional.cross_entropy(logits, self._labels)


def preconditioner(optimizer: Optimizer) -> Tensor | None:
    """Return P = sqrt(v / (1 - beta2^t)) + eps of Adam or AdamW after t updates, all weights end to end.

    None before the first update. The bias of the first moment is left out: it divides the rate by
    1 - beta1^t, which is 0.88 after 20 updates and 0.99 after 40.
    """
    parts = []
    for group in optimizer.param_groups:
        for weight in group["params"]:
            state = optimizer.state[weight]
            if "exp_avg_sq" not in state:
                return None
            correction = 1 - group["betas"][1] ** float(state["step"])  # which torch keeps on the CPU
            parts.append((state["exp_avg_sq"] / correction).sqrt().add(group["eps"]).reshape(-1))
    return torch.cat(parts)


def _largest(product: Callable[[Tensor], Tensor], start: Tensor, products: int) -> tuple[Tensor, Tensor]:
    """Return the largest Rayleigh quotient in the Krylov space of `start`, and its vector."""
    basis = start.unsqueeze(0)
    images: list[Tensor] = []
    while True:
        images.append(product(basis[-1]))
        if len(images) == products:
            break
        rest = images[-1]
        for _ in range(2):  # once leaves too much of the others in it, by rounding
            rest = rest - (basis @ rest) @ basis
        basis = torch.cat([basis, (rest / _positive(rest.norm())).unsqueeze(0)])
    small = (basis @ torch.stack(images).T).double()
    small = (small + small.T) / 2
    combination = _top_eigenvector(small)
    return combination @ small @ combination, combination.to(basis.dtype) @ basis


def _top_eigenvector(matrix: Tensor) -> Tensor:
    """Return the eigenvector of the largest eigenvalue of a symmetric `matrix`, by squaring it.

    torch.linalg.eigh would make the host wait for the device, and raise an error for a NaN.
    """
    power = matrix + matrix.norm() * torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)
    for _ in range(SQUARINGS):
        power = power / _positive(power.norm())
        power = power @ power
    column = power.index_select(1, power.diagonal().argmax().view(1)).squeeze(1)
    unit: Tensor = column / _positive(column.norm())
    return unit


def _positive(length: Tensor) -> Tensor:
    """Keep a length from being divided by when it is 0."""
    return length.clamp_min(torch.finfo(length.dtype).tiny)
