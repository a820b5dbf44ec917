"""The LR range test (Smith 2017): one short training whose learning rate grows from too small to too large.

1. Begin with a rate so small that an update hardly moves the weights.
2. Multiply it by one factor after every update, so that it grows exponentially: update t of T uses
   lr_min * (lr_max / lr_min)^(t / (T - 1)).
3. Note the loss of every batch together with the rate used for it.
4. End the sweep once the loss has blown up: it is `stop_factor` times its lowest, or not finite.
5. Draw the loss against the rate on a log axis. It is flat while the rate is too low to matter,
   falls while the rate works, and rises where the steps overshoot (`regions`).

Where to set the rate, by rules that disagree, is in `suggest`, `band` and `recommend`. Since the
sweep gives each rate one update only, what it says is a forecast, and `Audit` puts it to the test:
fresh short runs at constant rates around the suggestion, judged by `verdict`. The weights of a
sweep are thrown away; each seed begins anew from its own.

Source: Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3,
https://arxiv.org/abs/1506.01186. Smith raised the rate linearly; the exponential sweep is fastai's.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sims.agreement import Band, Recommendation, band, recommend
from sims.audit import Audit, Verdict, finals, verdict
from sims.errors import ParamError
from sims.experiment import Experiment
from sims.params import Float, Int, Param
from sims.plan import Arm, Plan
from sims.regions import Regions, regions, summary
from sims.smoothing import Curve
from sims.suggest import RULES, Suggestion, suggest, suggest_all
from sims.training import TRAINING

__all__ = [
    "RULES",
    "Audit",
    "Band",
    "RangeTest",
    "Recommendation",
    "Regions",
    "Suggestion",
    "Verdict",
    "band",
    "finals",
    "recommend",
    "regions",
    "suggest",
    "suggest_all",
    "summary",
    "verdict",
]


@dataclass(frozen=True)
class RangeTest(Experiment):
    """One exponential sweep of the rate from `lr_min` to `lr_max`, for each of seeds 0 .. seeds - 1."""

    lr_min: float = 1e-5
    lr_max: float = 10.0
    steps: int = 100
    stop_factor: float = 4.0
    network: str = "small"
    optimizer: str = "sgd"
    momentum: float = 0.9
    batch_size: int = 64
    seeds: int = 3

    KIND: ClassVar[str] = "range_test"
    PARAMS: ClassVar[tuple[Param, ...]] = (
        Float(
            name="lr_min",
            label="Lowest rate",
            meaning="The rate of the first update; low enough that the loss stays flat at first.",
            group="Sweep",
            default=1e-5,
            low=1e-8,
            high=1,
            log=True,
        ),
        Float(
            name="lr_max",
            label="Highest rate",
            meaning="The rate of the last update; high enough that the loss blows up before it.",
            group="Sweep",
            default=10.0,
            low=1e-7,
            high=100,
            log=True,
        ),
        Int(
            name="steps",
            label="Steps",
            meaning="Updates in the sweep; with more of them each rate has more time to act.",
            group="Sweep",
            default=100,
            low=20,
            high=1000,
            unit="updates",
            log=True,
        ),
        Float(
            name="stop_factor",
            label="Stop factor",
            meaning="A sweep ends once its smoothed loss is this many times its lowest; 0 never ends one.",
            group="Sweep",
            default=4.0,
            low=0,
            high=100,
        ),
        *TRAINING,
    )

    def check(self) -> None:
        """ParamError unless the sweep spans a decade and the stop factor, where on, is at least 1.5."""
        if self.lr_max < 10 * self.lr_min:
            raise ParamError(
                f"Highest rate must be at least 10 times the lowest rate; "
                f"{self.lr_max:g} and {self.lr_min:g} were given."
            )
        if 0 < self.stop_factor < 1.5:
            raise ParamError(
                f"Stop factor must be 0 (off) or between 1.5 and 100; {self.stop_factor:g} was given."
            )

    def rates(self) -> Curve:
        """Return the rate of every update, float64, shape (steps,), from lr_min to lr_max exactly."""
        place = np.arange(self.steps) / (self.steps - 1)
        rates = self.lr_min * (self.lr_max / self.lr_min) ** place
        rates[-1] = self.lr_max
        return rates

    def plan(self) -> Plan:
        """Return the sweep as one arm for every seed."""
        arm = Arm("sweep", tuple(self.rates().tolist()), self.optimizer, self.momentum, 0.0, self.batch_size)
        return Plan((arm,), tuple(range(self.seeds)), self.network, self.stop_factor)
