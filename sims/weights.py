"""All weights of a network as one vector, so that updating and measuring them takes few calls."""

import torch
from torch import Tensor, nn


class Weights:
    """The trainable weights of `model`, laid end to end in one vector (one for each dtype).

    The model's weights and their gradients become views of it. torch's optimisers work element by
    element, so one long vector gets the same bits from them as many tensors do, in a fraction of
    the calls; and the norm of everything takes one call. A weight that the loss does not depend
    on has gradient zero.

    `vectors` are for an optimiser; `values` and `gradients` are the same numbers as plain tensors,
    which change with every update and every backward pass. `weights` are the model's own, in the
    order of the vectors. `layers` are the modules with trainable weights of their own, in the
    network's order; a weight that several share counts with the first.
    """

    def __init__(self, model: nn.Module) -> None:
        owners = _owners(model)
        self.layers: list[nn.Module] = list(dict.fromkeys(owners.values()))
        self.weights: list[nn.Parameter] = []
        self.vectors: list[nn.Parameter] = []
        self.values: list[Tensor] = []
        self.gradients: list[Tensor] = []
        self._parts: list[dict[nn.Module, int]] = []  # for each vector: elements of each layer, in order
        for dtype in dict.fromkeys(weight.dtype for weight in owners):
            group = [weight for weight in owners if weight.dtype == dtype]
            parts: dict[nn.Module, int] = {}
            values = torch.cat([weight.detach().reshape(-1) for weight in group])
            gradients = torch.zeros_like(values)
            start = 0
            for weight in group:
                end = start + weight.numel()
                weight.data = values[start:end].view_as(weight)
                weight.grad = gradients[start:end].view_as(weight)  # backward adds to it in place
                parts[owners[weight]] = parts.get(owners[weight], 0) + weight.numel()
                start = end
            vector = nn.Parameter(values)
            vector.grad = gradients
            self.vectors.append(vector)
            self.values.append(values)
            self.gradients.append(gradients)
            self.weights += group
            self._parts.append(parts)

    def layer_norms(self, vectors: list[Tensor]) -> list[Tensor]:
        """Return the 2-norm of each layer's part of `vectors`, which are laid out as `values` are.

        Float64 scalars on their device, one for each of `layers`; one call for each vector.
        """
        norms: dict[nn.Module, list[Tensor]] = {layer: [] for layer in self.layers}
        for vector, parts in zip(vectors, self._parts, strict=True):
            pieces = torch.split(vector, list(parts.values()))
            # What torch.nn.utils.get_total_norm is made of: on CUDA one kernel for all layers.
            for layer, length in zip(parts, torch._foreach_norm(pieces, 2, torch.float64), strict=True):
                norms[layer].append(length)
        return [_joined(of_layer) for of_layer in norms.values()]


def _owners(model: nn.Module) -> dict[nn.Parameter, nn.Module]:
    """Return the trainable weights in the order of `model.parameters()`, each with its module."""
    owners: dict[nn.Parameter, nn.Module] = {}
    for module in model.modules():
        for weight in module.parameters(recurse=False):
            if weight.requires_grad:
                owners.setdefault(weight, module)
    return owners


def norm(vectors: list[Tensor]) -> Tensor:
    """Return the 2-norm over all elements of `vectors`, a float64 scalar on their device.

    In float32 the squares of an arm that is about to diverge would overflow.
    """
    return _joined([torch.linalg.vector_norm(vector, dtype=torch.float64) for vector in vectors])


def _joined(norms: list[Tensor]) -> Tensor:
    """The norm of a whole, given those of its parts."""
    if len(norms) == 1:
        return norms[0]
    total: Tensor = torch.linalg.vector_norm(torch.stack(norms))
    return total
