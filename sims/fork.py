"""A fork: one line of a finished experiment, trained again, of which a copy goes on at another rate.

Training is deterministic, so nothing of the first run has to be kept: the line is trained again up
to the fork, copied exactly (weights, optimiser, place in the batches) and both go on side by side
on the same batches. What then differs between them is due to the rate alone.

Why a lower rate helps late and not early: SGD at a constant rate does not come to rest but keeps a
noise that grows with the rate (Robbins and Monro 1951, https://doi.org/10.1214/aoms/1177729586;
Mandt et al. 2017, https://arxiv.org/abs/1704.04289).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl

import numpy as np

from sims.contest import Contest, Line
from sims.errors import ParamError
from sims.events import Evaluation, Event
from sims.experiment import Experiment
from sims.fork_settings import DEFAULT, FORK
from sims.params import Param, as_given
from sims.plan import Arm, Plan
from sims.ranking import Finish, larger_than_spread
from sims.schedule import Schedule
from sims.schedules import Planned
from sims.smoothing import Curve

LOOKS = 6
"""How often both are measured after the fork, the fork itself not counted."""
SOON = (10, 30)
"""Updates after the fork at which both are measured besides."""


@dataclass(frozen=True)
class Fork(Contest):
    """Which line of which experiment to fork, at which update, and what becomes of the rate.

    `settings` are those of the experiment called `kind`, written as in an address: `lr=0.2&steps=400`.
    What a contest has besides (`steps`, `network` and so on) is the experiment's own.
    """

    kind: str = "explorer"
    settings: str = DEFAULT
    line: int = 1
    at: int = 250
    factor: float = 0.1
    then: str = "hold"
    lr: float = field(init=False, default=0.1)
    steps: int = field(init=False, default=400)
    network: str = field(init=False, default="small")
    optimizer: str = field(init=False, default="sgd")
    momentum: float = field(init=False, default=0.9)
    batch_size: int = field(init=False, default=64)
    seeds: int = field(init=False, default=5)

    KIND: ClassVar[str] = "fork"
    PARAMS: ClassVar[tuple[Param, ...]] = FORK

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> Self:
        """Build the settings from raw values by name; ParamError for anything unknown or out of range."""
        known = [param.name for param in cls.PARAMS]
        unknown = sorted(set(raw) - set(known))
        if unknown:
            raise ParamError(
                f"There is no setting called {as_given(unknown[0])}; there are {', '.join(sorted(known))}."
            )
        return cls(**raw)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, Any]:
        """Return the settings by name, as `parse` takes them."""
        return {param.name: getattr(self, param.name) for param in self.PARAMS}

    def check(self) -> None:
        """ParamError where the run, its line or the step does not exist, or the rate has no shape to keep."""
        plan, forked = _plan(self.kind, self.settings), self.forked()
        if not self.at < len(forked.lrs):
            raise ParamError(
                f"Fork at step must be a whole number from 1 to {len(forked.lrs) - 1}, before the last update of "
                f"{forked.name}; {self.at} was given."
            )
        if self.then == "shape" and forked.plateau is not None:
            raise ParamError(
                f"{forked.name} has no planned rates to multiply: its rate depends on the loss. Let the rate stay or fall."
            )
        derived = {
            "lr": max(max(forked.lrs), 1e-10),
            "steps": len(forked.lrs),
            "network": plan.network,
            "optimizer": forked.optimizer,
            "momentum": forked.momentum,
            "batch_size": forked.batch_size,
            "seeds": len(plan.seeds),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def origin(self) -> Experiment:
        """Return the experiment that is forked; ParamError where there is none with these settings."""
        return _origin(self.kind, self.settings)

    def forked(self) -> Arm:
        """Return the line that is forked, as its own experiment trains it; ParamError where there is none."""
        arms = _plan(self.kind, self.settings).arms
        if self.line >= len(arms):
            raise ParamError(
                f"Line must be a whole number from 0 to {len(arms) - 1}, as the run has {len(arms)}; "
                f"{self.line} was given."
            )
        arm = arms[self.line]
        if arm.fork_of is not None and arms[arm.fork_of].plateau is not None and arm.plateau is None:
            raise ParamError(
                f"{arm.name} cannot be forked again, since its rates follow from what its parent heard."
            )
        # It has trained as if alone, and is measured where the fork says.
        return replace(arm, fork_of=None, fork_at=0, evaluate_at=())

    # As a contest of two lines

    def lines(self) -> tuple[Line, ...]:
        """Return the line as it was and its branch."""
        planned = [self._planned(branch) for branch in (False, True)]
        first = float(self.branch_rates()[0])
        return (
            Line(planned[0].entry, self.lr, "As it was", "as_was"),
            Line(planned[1].entry, first, f"Forked at step {self.at}", "forked", fork_of=0, fork_at=self.at),
        )

    def planned(self, line: Line) -> Planned:
        """Return a line's rates as a schedule of its own."""
        return self._planned(line.fork_of is not None)

    def _planned(self, branch: bool) -> Planned:
        forked = self.forked()
        rates = np.asarray(forked.lrs)
        if branch:
            rates = np.concatenate([rates[: self.at], self.branch_rates()])
        values = {"base_lr": float(rates.max()), "steps": len(rates)}
        return Planned(_schedule(rates, closed=forked.plateau is not None), values, "none", 0, 0.0)

    def branch_rates(self) -> Curve:
        """Return the branch's rates from the fork on, float64; a closed loop's as if nothing had lowered it before."""
        rates = np.asarray(self.forked().lrs)[self.at :] * self.factor
        if self.then == "shape":
            return rates
        falling = 1 - np.arange(len(rates)) / len(rates) if self.then == "decay" else np.ones_like(rates)
        return np.asarray(rates[0] * falling, dtype=np.float64)

    def arm(self, line: Line) -> Arm:
        """Return the line as it was, or the arm that begins as its copy."""
        arm = replace(self.forked(), name=line.label)
        if line.fork_of is None:
            return arm
        lrs = (*arm.lrs[: self.at], *self.branch_rates().tolist())
        return replace(arm, lrs=lrs, plateau=None, fork_of=line.fork_of, fork_at=line.fork_at)

    def evaluate_at(self) -> tuple[int, ...]:
        """Return where both are measured: twice before the fork, at it, soon after it, and on to the end."""
        at, rest = self.at, self.steps - self.at
        after = {at + round(rest * n / LOOKS) for n in range(LOOKS + 1)} | {at + n for n in SOON if n < rest}
        return tuple(sorted({at // 3, 2 * at // 3, *after} - {0}))

    def plan(self) -> Plan:
        """Return two arms, the second a copy of the first from the fork on; a run that stops its arms still does."""
        plan = _plan(self.kind, self.settings)
        return replace(super().plan(), seeds=plan.seeds, stop_factor=plan.stop_factor)


@lru_cache(maxsize=64)
def _origin(kind: str, settings: str) -> Experiment:
    from sims.experiments import rebuild  # which lists this module's experiment, so it comes first

    asked = dict(parse_qsl(settings, keep_blank_values=True))
    try:
        return rebuild(kind, asked)
    except ParamError as error:
        raise ParamError(f"The run to fork cannot be trained. {error}") from None


@lru_cache(maxsize=64)
def _plan(kind: str, settings: str) -> Plan:
    return _origin(kind, settings).plan()


def _schedule(rates: Curve, *, closed: bool) -> Schedule:
    """Return given rates as an entry like those of the registry; a closed loop's cannot be planned."""
    return Schedule(
        name="forked",
        label="The run's own rates",
        does="Repeats the rates of a run.",
        formula=r"\eta_t",
        pros="",
        cons="",
        best_for="",
        source=("", ""),
        rate=None if closed else lambda _t, _values: rates,
        code=_no_code,
    )


def _no_code(_values: object) -> str:
    raise ParamError("A fork has no scheduler for its whole run; its script has one for each part of it.")


def lead(fork: Fork, events: Iterable[Event]) -> int | None:
    """Return the first measured step from which on the branch is below the other by more than the seeds differ.

    It is so at every later measurement as well; None where it is not at the last one. Test images are
    the first 1,000 on the way, all at the end; what counts as more is as in `sims.ranking`.
    """
    losses: dict[int, list[list[float]]] = {}
    for event in events:
        if isinstance(event, Evaluation) and event.step > fork.at:
            at_step = losses.setdefault(event.step, [[math.nan] * fork.seeds for _ in range(2)])
            at_step[event.arm][event.seed] = event.loss
    since = None
    for step in sorted(losses, reverse=True):
        was, branch = (Finish("", "", arm, tuple(row), ()) for arm, row in enumerate(losses[step]))
        if not larger_than_spread(branch, was):
            break
        since = step
    return since
