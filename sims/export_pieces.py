"""The pieces of a script, in their order: what each is for, in a few words, and its code.

Script and notebook are made of the same pieces. Only what a run needs is written: no branch for
another optimiser, no setting that all arms share where each could have its own.
"""

from itertools import pairwise
from textwrap import fill, indent
from typing import NamedTuple

from sims.export_makers import OPTIMIZERS
from sims.export_network import NETWORK
from sims.export_recipe import Recipe


class Piece(NamedTuple):
    """A part of the script: its heading, what there is to know about it (Markdown), and its code."""

    heading: str
    prose: str
    code: str


def groundwork(recipe: Recipe) -> list[Piece]:
    """Return the pieces from the settings to the arms, which come before training."""
    return [_settings(recipe), _data(recipe), _model(recipe), _schedules(recipe), _arms(recipe)]


def imports(recipe: Recipe, *, script: bool) -> str:
    """Return the import statements that the pieces need, in order."""
    plain = {"import math"} if recipe.stop_factor else set()
    plain |= {line for maker in recipe.definitions for line in maker.imports}
    if script:
        plain |= {"import argparse", "import csv", "from pathlib import Path"}
    kinds = "Callable, Iterator" if recipe.looks is not None else "Callable, Iterator, Sequence"
    plain |= {
        f"from collections.abc import {kinds}",
        "from importlib.util import find_spec",
        "from itertools import islice",
        "from typing import NamedTuple",
    }
    plain |= {"from copy import deepcopy"} if recipe.forks else set()
    plain |= {"from statistics import mean"} if recipe.tested else set()
    made = {name for maker in recipe.definitions for name in maker.torch}
    made |= {"LRScheduler"} if any("-> LRScheduler" in maker.code for maker in recipe.definitions) else set()
    return "\n".join(
        [
            *sorted(plain, key=lambda line: (line.startswith("from"), line)),
            "",
            "import torch",
            "from torch import Tensor, nn",
            "from torch.nn.functional import cross_entropy",
            f"from torch.optim import {', '.join(sorted({OPTIMIZERS[recipe.optimizer], 'Optimizer'}, key=_order))}",
            *_wrapped("from torch.optim.lr_scheduler import", sorted(made, key=_order)),
            "",
            _TORCHVISION,
        ]
    )


_TORCHVISION = """\
try:
    from torchvision.datasets import MNIST
except RuntimeError:  # a torchvision made for CUDA beside a torch made for the CPU misses two operators
    library = torch.library.Library("torchvision", "DEF")  # so declare them: reading MNIST needs neither
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from torchvision.datasets import MNIST"""


def _wrapped(start: str, names: list[str]) -> list[str]:
    """Return an import on one line, or on several where it is too long for one."""
    line = f"{start} {', '.join(names)}"
    if len(line) <= 100:
        return [line]
    return [
        f"{start} (",
        fill(", ".join(names) + ",", 96, initial_indent="    ", subsequent_indent="    "),
        ")",
    ]


def _order(name: str) -> tuple[bool, str]:
    """Names in capitals come first, as import sorters have it."""
    return not name.isupper(), name.lower()


def _settings(recipe: Recipe) -> Piece:
    first = recipe.arms[0]
    lines = [f"SEEDS = {recipe.seeds!r}  # each with its own initial weights and order of images"]
    if recipe.same("steps"):
        lines.append(f"STEPS = {first.steps}  # optimiser updates of every run, counted from 0")
    if recipe.same("batch_size"):
        lines.append(f"BATCH_SIZE = {first.batch_size}  # images per update")
    if recipe.looks:
        lines.append(f"TEST_AFTER = {_looks(recipe.looks)}  # this many updates: on test images")
    if recipe.stop_factor:
        lines.append(
            f"STOP_FACTOR = {recipe.stop_factor:g}  # a sweep ends once its smoothed loss is this many times its lowest"
        )
    lines += [
        "",
        'DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")',
        "torch.set_num_threads(1)  # sums split among threads differ in their last digits",
        "torch.backends.cudnn.deterministic = True",
    ]
    prose = (
        "What all runs share. With these settings the numbers come out as in the browser, to the last digits."
    )
    return Piece("Settings", prose, "\n".join(lines))


def _data(recipe: Recipe) -> Piece:
    size = "BATCH_SIZE" if recipe.same("batch_size") else "size"
    argument = "" if recipe.same("batch_size") else ", size: int"
    code = f'''\
Examples = tuple[Tensor, Tensor]  # images, float32 (n, 1, 28, 28), and their labels, int64 (n,)


def load(folder: str, train: bool) -> Examples:
    """Return MNIST's training or test set; only what is not in `folder` is downloaded."""
    mnist = MNIST(folder, train=train, download=True)
    images = (mnist.data.to(torch.float32) / 255 - 0.1307) / 0.3081  # mean 0, standard deviation 1
    return images.unsqueeze(1).to(DEVICE), mnist.targets.to(DEVICE)


def batches(seed: int, images: int{argument}) -> Iterator[Tensor]:
    """Yield which of the images are in batch 0, 1, ...: the seed's random orders of all, one after another."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.empty(0, dtype=torch.int64)
    while True:
        while len(order) < {size}:
            order = torch.cat([order, torch.randperm(images, generator=generator)])
        yield order[:{size}].to(DEVICE)
        order = order[{size}:]'''
    prose = (
        "MNIST as two tensors. The order of the images depends on the seed alone, so runs of one seed see the very same "
        "batches and differ in nothing but their learning rate."
    )
    return Piece("Data", prose, code)


def _model(recipe: Recipe) -> Piece:
    code = f'''\
def make_model(seed: int) -> nn.Module:
    """Return the network with the initial weights that torch draws for the seed."""
    torch.manual_seed(seed)
{indent(NETWORK[recipe.network], "    ")}'''
    return Piece("Network", "A small CNN that shrinks the image by strides.", code)


def _schedules(recipe: Recipe) -> Piece:
    code = "\n\n\n".join(maker.code for maker in recipe.definitions)
    prose = (
        "Torch's own schedulers. Each counts the calls of its `step()`, which here comes after every update, so all lengths "
        "are in updates."
    )
    if not recipe.same("step_every"):
        prose = (
            "Torch's own schedulers. Each counts the calls of its `step()`; `step_every` says after how many updates "
            "it comes."
        )
    if recipe.forks:
        prose += " That of a fork counts from the fork on, and begins at the rate that the copy brings along."
    return Piece("Learning rate schedules", prose, code)


def _arms(recipe: Recipe) -> Piece:
    scheduler = " | ".join(dict.fromkeys(maker.makes for maker in recipe.makers))
    needed = {
        "steps": not recipe.same("steps"),
        "batch_size": not recipe.same("batch_size"),
        "test_after": recipe.looks is None,
        "step_every": any(arm.step_every != 1 for arm in recipe.arms),
        "fork_of": recipe.forks,
        "fork_at": recipe.forks,
    }
    lines = [
        "class Arm(NamedTuple):",
        "    name: str",
        "    lr: float  # given to the optimiser",
        f"    make_scheduler: Callable[[Optimizer], {scheduler}]",
        *(f"    {field}: {kind}" for field, kind in _FIELDS.items() if needed[field]),
        "",
        "",
        "ARMS = (",
    ]
    for arm in recipe.arms:
        first = [_text(arm.name), repr(arm.lr), arm.maker.name]
        own = {
            "steps": str(arm.steps),
            "batch_size": str(arm.batch_size),
            "test_after": _looks(arm.looks),
            "step_every": str(arm.step_every),
        }
        if arm.fork_of is not None:
            own |= {"fork_of": _text(recipe.arms[arm.fork_of].name), "fork_at": str(arm.fork_at)}
        more = [f"{field}={value}" for field, value in own.items() if needed[field]]
        line = f"    Arm({', '.join([*first, *more])}),"
        if len(line) > 110:
            line = f"    Arm(\n        {', '.join(first)},\n        {', '.join(more)},\n    ),"
        lines.append(line)
    lines.append(")")
    return Piece("What is compared", "", "\n".join(lines))


_FIELDS = {
    "steps": "int",
    "batch_size": "int  # images per update",
    "test_after": "Sequence[int]  # this many updates: on test images",
    "step_every": "int  # updates for one step() of its scheduler",
    "fork_of": "str | None = None  # the arm that it begins as a copy of",
    "fork_at": "int = 0  # its first update then",
}
"""Fields that an arm has only where arms differ in them, with their types and what they are."""


def _looks(looks: tuple[int, ...]) -> str:
    """Return numbers of updates as code: a range where they are evenly spaced."""
    gaps = {after - before for before, after in pairwise(looks)}
    if len(gaps) == 1 and len(looks) > 3:
        gap = gaps.pop()
        return f"range({looks[0]}, {looks[-1] + 1}, {gap})"
    return repr(looks)


def _text(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
