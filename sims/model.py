"""The small CNNs that every experiment trains, each built by its name in `sims.plan.NETWORKS`.

Both shrink the image by strides: on one CPU thread that is 3 to 4 times faster than max-pooling.
"""

from collections.abc import Callable

import torch
from torch import nn

from sims.errors import ParamError


def _small() -> nn.Module:
    """28 x 28 -> 14 x 14 -> 7 x 7 -> 10 logits; 9,226 weights."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * 7 * 7, 10),
    )


def _batchnorm() -> nn.Module:
    """28 x 28 -> 13 x 13 -> 6 x 6 -> 2 x 2 -> 10 logits; 25,978 weights."""
    layers: list[nn.Module] = []
    for inputs, outputs in ((1, 16), (16, 32), (32, 64)):
        # BatchNorm subtracts the mean, and with it any bias of the convolution before it.
        layers += [nn.Conv2d(inputs, outputs, 3, stride=2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 2 * 2, 10))


_BUILDERS: dict[str, Callable[[], nn.Module]] = {"small": _small, "batchnorm": _batchnorm}


def build(name: str, seed: int) -> nn.Module:
    """Return the network called `name`, on the CPU, with torch's default initial weights for `seed`.

    It maps normalised images, float32 (n, 1, 28, 28), to logits, float32 (n, 10). The weights
    depend on `name` and `seed` alone and torch's random state is left as it was. ParamError for
    a name that is not in `sims.plan.NETWORKS`.
    """
    if name not in _BUILDERS:
        raise ParamError(f"Network must be one of {', '.join(_BUILDERS)}; {name!r} was given.")
    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed: that would reseed CUDA too, which is the caller's.
        torch.default_generator.manual_seed(seed)
        return _BUILDERS[name]()
