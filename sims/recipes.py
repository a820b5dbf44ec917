"""The scripts in `sims/examples/`: what each shows, and the curve that it gives according to the registry.

A script is a file that a learner can run with torch alone. The page shows it as it is on disk, so that
the code shown is code that was executed; the tests execute it and compare every update with `rates`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sims.schedules import curve
from sims.smoothing import Curve

FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Example:
    """A script called `name`; `step_every` updates pass between two calls of its `scheduler.step()`.

    `schedule`, `base_lr` and `settings` are those of `sims.schedules.curve`, in calls of `step()`.
    """

    name: str
    label: str
    schedule: str
    base_lr: float
    updates: int
    step_every: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.py"

    def code(self) -> str:
        """Return the script as it is on disk."""
        return (FOLDER / self.file).read_text(encoding="utf-8")

    def rates(self) -> Curve:
        """Return the rate of every update of the script, float64, shape (updates,), from the registry."""
        calls = np.arange(self.updates) // self.step_every
        values = curve(self.schedule, base_lr=self.base_lr, total_steps=int(calls[-1]) + 1, **self.settings)
        return np.asarray(values[calls])


EXAMPLES: dict[str, Example] = {
    example.name: example
    for example in (
        Example("step_decay", "Step decay", "step", 0.1, 180, 20, {"step_size": 3}),
        Example("cosine", "Cosine annealing", "cosine", 0.1, 240, 20, {"T_max": 12, "eta_min": 1e-3}),
        Example(
            "warm_restarts",
            "Cosine with warm restarts",
            "cosine_restarts",
            0.1,
            210,
            settings={"T_0": 30, "T_mult": 2, "eta_min": 1e-3},
        ),
        Example(
            "transformer",
            "The transformer recipe",
            "cosine",
            3e-3,
            200,
            settings={"warmup": "linear", "warmup_steps": 20},
        ),
        Example("one_cycle", "One-cycle", "one_cycle", 0.2, 200),
        Example(
            "own_schedule",
            "A schedule of your own",
            "wsd",
            0.1,
            200,
            settings={"warmup": "linear", "warmup_steps": 20, "decay_steps": 50},
        ),
        Example("resume", "Stop and go on", "one_cycle", 0.2, 200),
    )
}
"""Scripts with one schedule each, in the order of the page."""

REFERENCE_CODE = FOLDER / "quick_reference.py"


class Reference(NamedTuple):
    """A scheduler of torch: how the reference makes it, what step() customarily follows, what comes after its length.

    `schedule` and `settings` are what the registry calls it, for a base rate of REFERENCE_BASE, in calls.
    """

    arguments: str
    after: str
    beyond: str
    schedule: str
    settings: Mapping[str, Any]
    base_lr: float = 0.1


REFERENCE_STEPS = 100
"""Calls of step() over which the reference's schedulers are made."""

_LAMBDA = {"timescale": 10}
REFERENCE: dict[str, Reference] = {
    "StepLR": Reference("step_size=30, gamma=0.1", "epoch", "falls on", "step", {"step_size": 30}),
    "MultiStepLR": Reference(
        "milestones=[50, 75], gamma=0.1", "epoch", "stays", "multistep", {"milestones": (50, 75)}
    ),
    "ExponentialLR": Reference("gamma=0.95", "epoch", "falls on", "exponential", {"gamma": 0.95}),
    "LinearLR": Reference(
        "start_factor=1.0, end_factor=0.01, total_iters=100",
        "update",
        "stays",
        "linear",
        {"end_factor": 0.01, "total_iters": 100},
    ),
    "PolynomialLR": Reference(
        "total_iters=100, power=0.9", "update", "stays", "polynomial", {"total_iters": 100, "power": 0.9}
    ),
    "CosineAnnealingLR": Reference(
        "T_max=100, eta_min=1e-4", "epoch", "climbs again", "cosine", {"T_max": 100, "eta_min": 1e-4}
    ),
    "CosineAnnealingWarmRestarts": Reference(
        "T_0=25, T_mult=1", "update", "begins again", "cosine_restarts", {"T_0": 25}
    ),
    "CyclicLR": Reference(
        "base_lr=0.025, max_lr=0.1, step_size_up=25",
        "update",
        "begins again",
        "triangular",
        {"max_lr": 0.1, "step_size_up": 25},
        0.025,
    ),
    "OneCycleLR": Reference("max_lr=0.1, total_steps=100", "update", "ValueError", "one_cycle", {}),
    "LambdaLR": Reference("your_function", "update", "as it says", "inverse_sqrt", _LAMBDA),
    "SequentialLR": Reference(
        "[climb, fall], milestones=[10]",
        "update",
        "climbs again",
        "cosine",
        {"warmup": "linear", "warmup_steps": 10, "warmup_start": 0.01},
    ),
}
"""Torch's schedulers by name, as `sims/examples/quick_reference.py` makes them."""


def reference_rates(name: str) -> Curve:
    """Return the rates of the reference's scheduler of that name, float64, shape (REFERENCE_STEPS,)."""
    entry = REFERENCE[name]
    return curve(entry.schedule, base_lr=entry.base_lr, total_steps=REFERENCE_STEPS, **entry.settings)
