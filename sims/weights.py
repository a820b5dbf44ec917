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
    which change with every update and every backward pass.
    """

    def __init__(self, model: nn.Module) -> None:
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        self.vectors: list[nn.Parameter] = []
        self.values: list[Tensor] = []
        self.gradients: list[Tensor] = []
        for dtype in dict.fromkeys(weight.dtype for weight in weights):
            group = [weight for weight in weights if weight.dtype == dtype]
            values = torch.cat([weight.detach().reshape(-1) for weight in group])
            gradients = torch.zeros_like(values)
            start = 0
            for weight in group:
                end = start + weight.numel()
                weight.data = values[start:end].view_as(weight)
                weight.grad = gradients[start:end].view_as(weight)  # backward adds to it in place
                start = end
            vector = nn.Parameter(values)
            vector.grad = gradients
            self.vectors.append(vector)
            self.values.append(values)
            self.gradients.append(gradients)


def norm(vectors: list[Tensor]) -> Tensor:
    """Return the 2-norm over all elements of `vectors`, a float64 scalar on their device.

    In float32 the squares of an arm that is about to diverge would overflow.
    """
    norms: list[Tensor] = [torch.linalg.vector_norm(vector, dtype=torch.float64) for vector in vectors]
    if len(norms) == 1:
        return norms[0]
    total: Tensor = torch.linalg.vector_norm(torch.stack(norms))
    return total
