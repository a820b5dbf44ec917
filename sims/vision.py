"""Makes torchvision importable beside a CPU build of torch, and hands out its MNIST reader.

Package indexes carry torchvision built for CUDA. Beside a CPU torch its compiled operators do not
load, and `import torchvision` ends in "operator torchvision::nms does not exist":
https://github.com/pytorch/vision/issues/8985, https://github.com/pytorch/pytorch/issues/157648.
Its datasets need none of them; declaring the two schemas that are looked up during the import is
enough. With a build that matches torch the first import succeeds and nothing is declared.
"""

import torch

try:
    import torchvision  # type: ignore[import-untyped]

    declared: torch.library.Library | None = None
except RuntimeError as error:
    if "operator torchvision::nms does not exist" not in str(error):
        raise
    declared = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for operator in ("nms", "qnms"):
        schema = f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        declared.define(schema)  # type: ignore[no-untyped-call]
    import torchvision

MNIST = torchvision.datasets.MNIST
"""torchvision's own dataset class: MNIST(root, train=..., download=False) reads root/MNIST/raw."""

# `declared` is the library that holds the two schemas, None where the compiled operators loaded;
# the schemas vanish with the object, so it lives as long as this module.
__all__ = ["MNIST", "declared", "torchvision"]
