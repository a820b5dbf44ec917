"""The demo of cyclical rates: cycles against one decay and a tuned constant rate, on the same budget.

Cycles run between a lowest and a highest rate (Smith 2017, https://arxiv.org/abs/1506.01186;
Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983). What a cycle has learned shows at its
trough, so that is where everything is measured, and again in between for comparison. A trough is
an annealed state: to set it beside a rate that was never lowered would credit cycling with what the
lowering did, which is why one single decay runs along.

Super-convergence (Smith and Topin 2018, https://arxiv.org/abs/1708.07120) is the other comparison:
one-cycle on a quarter of the steps against step decay on all of them.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from sims.contest import Contest, Line, tuned_constant
from sims.cycles import FLOOR
from sims.errors import ParamError
from sims.lists import Several
from sims.params import Choice, Flag, Float, Int, Param
from sims.schedules import BASE_LR, SCHEDULES, Planned
from sims.training import TRAINING

POLICIES = ("triangular", "triangular2", "exp_range", "cosine_restarts", "one_cycle")
QUARTER = 4
"""Into how many parts the budget is divided, of which super-convergence's one-cycle gets one."""
FADED = 0.1
"""Part of a cycle's height that exp_range leaves at the end of the run."""


@dataclass(frozen=True)
class Cyclical(Contest):
    """Which policies cycle between which rates, how often, and what they are compared with."""

    compare: str = "cycles"
    policies: tuple[str, ...] = ("triangular2",)
    lr: float = 0.1
    lr_low: float | None = None
    cycles: int = 4
    cycle_momentum: bool = False
    decay_lr: float = 0.05

    KIND: ClassVar[str] = "cyclical"
    PARAMS: ClassVar[tuple[Param, ...]] = (
        Choice(
            name="compare",
            label="Comparison",
            meaning="What is trained side by side.",
            group="Cycles",
            default="cycles",
            options={"cycles": "Cycles and one decay", "super": "One-cycle on a quarter of the steps"},
        ),
        Several(
            name="policies",
            label="Policies",
            meaning="Up to three at once.",
            group="Cycles",
            default=("triangular2",),
            options={name: SCHEDULES[name].label for name in POLICIES},
            most=3,
        ),
        Float(
            name="lr",
            label="Highest rate",
            meaning="The top of the first cycle; the range test says where training still works.",
            group="Cycles",
            default=0.1,
            low=1e-6,
            high=10.0,
            log=True,
            reach=(1e-3, 1.0),
        ),
        Float(
            name="lr_low",
            label="Lowest rate",
            meaning="The bottom of the triangular cycles.",
            group="Cycles",
            low=0.0,
            high=10.0,
            reach=(0.0, 0.1),
            follows=lambda highest: highest * FLOOR,
            rule="a quarter of the highest",
        ),
        Int(
            name="cycles",
            label="Cycles",
            meaning="How many fit into the run; half of one is what Smith calls the step size.",
            group="Cycles",
            default=4,
            low=1,
            high=20,
            unit="cycles",
        ),
        Int(
            name="steps",
            label="Steps",
            meaning="Updates of every run.",
            group="Cycles",
            default=400,
            low=20,
            high=2000,
            unit="updates",
            log=True,
        ),
        Flag(
            name="cycle_momentum",
            label="Cycle momentum",
            meaning="Lower the momentum while the rate is high, as torch does unless told otherwise.",
            group="Cycles",
        ),
        Float(
            name="decay_lr",
            label="Rate of step decay",
            meaning="Where step decay begins, in the comparison with one-cycle on a quarter of the steps.",
            group="Cycles",
            default=0.05,
            low=1e-6,
            high=10.0,
            log=True,
            reach=(1e-3, 1.0),
        ),
        *TRAINING,
    )

    def check(self) -> None:
        """ParamError where the lowest rate is above the highest, or a line cannot be planned."""
        if self.low > self.lr:
            raise ParamError(f"Lowest rate must be at most the highest, {self.lr:g}; {self.low:g} was given.")
        super().check()

    def marked(self) -> tuple[int, ...]:
        """Return the troughs: what a cycle has learned shows where its rate is lowest."""
        return super().marked() if self.compare == "super" else self.troughs()

    @property
    def half(self) -> int:
        """Smith's step size: updates from the bottom of a cycle to its top, at least 1."""
        return max(1, round(self.steps / (2 * self.cycles)))

    @property
    def low(self) -> float:
        """The lowest rate of the triangular cycles."""
        return self.lr * FLOOR if self.lr_low is None else self.lr_low

    def troughs(self) -> tuple[int, ...]:
        """Return the numbers of completed updates at which a cycle ends, the end of the run among them."""
        ends = range(2 * self.half, self.steps + 1, 2 * self.half)
        return tuple(sorted({*ends, self.steps}))

    def evaluate_at(self) -> tuple[int, ...]:
        """Return troughs and tops of the cycles; with super-convergence eight times, ends included."""
        if self.compare == "super":
            return tuple(sorted({*super().evaluate_at(), self.short}))
        tops = range(self.half, self.steps, 2 * self.half)
        return tuple(sorted({*tops, *self.troughs()}))

    @property
    def short(self) -> int:
        """Updates of the short budget of super-convergence."""
        return max(1, self.steps // QUARTER)

    def lines(self) -> tuple[Line, ...]:
        """Return the policies, then what they are compared with."""
        if self.compare == "super":
            step = SCHEDULES["step"]
            return (
                Line(SCHEDULES["one_cycle"], self.lr, "One-cycle, a quarter", "one_cycle"),
                Line(step, self.decay_lr, "Step decay, all steps", "step"),
                Line(step, self.decay_lr, "Step decay, a quarter", "multistep"),
            )
        policies = [Line(SCHEDULES[name], self.lr, SCHEDULES[name].label, name) for name in self.policies]
        decay = Line(SCHEDULES["linear"], self.lr, "Linear decay", "linear")
        return (*policies, decay, *tuned_constant(SCHEDULES["constant"], self.lr))

    def planned(self, line: Line) -> Planned:
        """Return a line's schedule with all its settings worked out."""
        name, base, steps = line.schedule.name, line.lr, self.steps
        given: dict[str, Any] = {}
        if line.schedule.momentum is not None:
            given["cycle_momentum"] = self.cycle_momentum
        if name in ("triangular", "triangular2", "exp_range"):
            base = max(self.low, BASE_LR.low)
            given |= {"max_lr": self.lr, "step_size_up": self.half}
        if name == "exp_range":
            given["gamma"] = FADED ** (1 / self.steps)
        if name == "cosine_restarts":
            given["T_0"] = 2 * self.half
        if self.compare == "super" and line.label.endswith("quarter"):
            steps = self.short
        return Planned.of(name, base, steps, None, 0, 0.0, given)
