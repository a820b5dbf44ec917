"""The audit of a suggestion: short fresh runs at constant rates around it, and whether it held.

A range test forecasts from a curve on which every rate had one update. The audit trains at the
suggested rate, and at others a fixed factor apart, from the same weights on the same batches, and
asks what the forecast is for: does any of them reach a clearly lower loss? A difference counts
when it is larger than what another seed changes at rates that train well.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np

from sims.errors import ParamError
from sims.events import Evaluation, Event
from sims.experiment import Experiment
from sims.params import Float, Int, Param
from sims.plan import Arm, Plan
from sims.smoothing import Curve
from sims.training import TRAINING

if TYPE_CHECKING:
    from sims.range_test import RangeTest  # which offers this module's names, so it comes first

UNTRAINED = math.log(10)
"""Loss in nats of guessing among ten digits."""
WELL = 0.9
"""Share of the best rate's progress from UNTRAINED that a rate must make to be called nearly as good."""


@dataclass(frozen=True)
class Audit(Experiment):
    """Fresh runs at `count` constant rates around `centre`, neighbours a factor of `spacing` apart.

    Every rate is trained for `steps` updates from each seed's initial weights on the same batches,
    then measured on 2,000 test images.
    """

    centre: float = 0.03
    spacing: float = 3.0
    count: int = 7
    steps: int = 100
    network: str = "small"
    optimizer: str = "sgd"
    momentum: float = 0.9
    batch_size: int = 64
    seeds: int = 3

    KIND: ClassVar[str] = "audit"
    PARAMS: ClassVar[tuple[Param, ...]] = (
        Float(
            name="centre",
            label="Audited rate",
            meaning="The suggestion that is put to the test.",
            group="Audit",
            default=0.03,
            low=1e-8,
            high=100,
            log=True,
        ),
        Float(
            name="spacing",
            label="Spacing",
            meaning="The factor between one audited rate and the next.",
            group="Audit",
            default=3.0,
            low=1.5,
            high=10,
        ),
        Int(
            name="count",
            label="Rates",
            meaning="How many constant rates are trained.",
            group="Audit",
            default=7,
            low=5,
            high=7,
        ),
        Int(
            name="steps",
            label="Steps",
            meaning="Updates at each constant rate.",
            group="Audit",
            default=100,
            low=20,
            high=1000,
            unit="updates",
            log=True,
        ),
        *TRAINING,
    )

    @classmethod
    def around(cls, sweep: "RangeTest", lr: float) -> Self:
        """Return the audit of `lr`, as suggested by `sweep`: everything but the rate stays the same.

        ParamError unless `lr` is between 1e-8 and 100.
        """
        return cls(
            centre=lr,
            network=sweep.network,
            optimizer=sweep.optimizer,
            momentum=sweep.momentum,
            batch_size=sweep.batch_size,
            seeds=sweep.seeds,
        )

    @property
    def suggested(self) -> int:
        """Position of the audited rate among `rates`."""
        return self.count // 2

    def rates(self) -> Curve:
        """Return the constant rates, float64, shape (count,), increasing, `centre` among them exactly."""
        places = np.arange(self.count, dtype=np.float64) - self.suggested
        return np.asarray(self.centre * self.spacing**places, dtype=np.float64)

    def plan(self) -> Plan:
        """Return one arm for every rate, evaluated after its last update."""
        arms = [
            Arm(f"{lr:.2g}", (lr,) * self.steps, self.optimizer, self.momentum, 0.0, self.batch_size)
            for lr in self.rates().tolist()
        ]
        return Plan(tuple(arms), tuple(range(self.seeds)), self.network, 0.0, (self.steps,))


@dataclass(frozen=True)
class Verdict:
    """Whether a suggestion held against the other audited rates.

    `lr`, `loss` and `best_lr`, `best_loss` are the rate and mean final test loss (nats, over
    seeds) of the suggestion and of the best rate that trained every seed; `spread` is the standard
    deviation over seeds. All but `lr` are NaN where they do not exist. `sentence` says it in words.
    """

    outcome: Literal["held", "nearly", "not held"]
    lr: float
    loss: float
    best_lr: float
    best_loss: float
    spread: float
    sentence: str


def finals(audit: Audit, events: Iterable[Event]) -> Curve:
    """Return the final test losses (nats) of an audit's run, shape (rates, seeds), NaN where none is."""
    losses = np.full((audit.count, audit.seeds), np.nan)
    for event in events:
        if isinstance(event, Evaluation) and event.step == audit.steps:
            losses[event.arm, event.seed] = event.loss
    return losses


def verdict(audit: Audit, finals: Sequence[Sequence[float | None]] | Curve) -> Verdict:
    """Return whether the audited rate held, from all final losses (nats) of an audit that finished.

    `finals` has shape (rates, seeds); NaN, infinity or None mark a run that diverged. The rate
    held where its mean over seeds is at most `spread` above the best one's; nearly, where it is
    at most twice that above, or next to the best rate with WELL of its progress. `spread` is the
    best rate's, pooled with the audited one's if that made WELL of its progress; one seed has
    none. ParamError where the shape does not fit the audit.
    """
    losses = np.asarray(finals, dtype=np.float64)
    if losses.shape != (audit.count, audit.seeds):
        raise ParamError(
            f"The audit has {audit.count} rates with {audit.seeds} seeds each; "
            f"losses of shape {losses.shape} were given."
        )
    rates, mine = audit.rates(), audit.suggested
    lr = audit.centre
    losses = np.where(np.isfinite(losses), losses, np.nan)
    means = losses.mean(axis=1)
    died = int(np.isnan(losses[mine]).sum())
    if np.isnan(means).all() or np.nanmin(means) >= UNTRAINED:
        sentence = f"Not held: neither {lr:.2g} nor another audited rate beat guessing with every seed."
        return Verdict("not held", lr, float(means[mine]), math.nan, math.nan, math.nan, sentence)
    best = int(np.nanargmin(means))
    progress = (UNTRAINED - means) / (UNTRAINED - means[best])
    spread = _spread(losses[[mine, best] if progress[mine] >= WELL else [best]])
    gap = float(means[mine] - means[best])
    result = (lr, float(means[mine]), float(rates[best]), float(means[best]), spread)
    if died:
        sentence = f"Not held: {died} of {audit.seeds} runs at {lr:.2g} diverged; "
        sentence += f"the lowest test loss is {means[best]:.3f}, at {rates[best]:.2g}."
        return Verdict("not held", *result, sentence)
    if mine == best or gap <= spread:
        return Verdict("held", *result, _sentence("Held", audit, result))
    if gap <= 2 * spread or (abs(mine - best) == 1 and progress[mine] >= WELL):
        return Verdict("nearly", *result, _sentence("Nearly", audit, result))
    return Verdict("not held", *result, _sentence("Not held", audit, result))


def _spread(losses: Curve) -> float:
    """Standard deviation over seeds, pooled over rates, shape (rates, seeds); NaN for one seed."""
    if losses.shape[1] < 2:
        return math.nan
    return float(np.sqrt(losses.var(axis=1, ddof=1).mean()))


def _sentence(outcome: str, audit: Audit, result: tuple[float, float, float, float, float]) -> str:
    lr, loss, best_lr, best_loss, spread = result
    seeds = f"{audit.seeds} seeds" if audit.seeds > 1 else "one seed"
    sentence = f"{outcome}: after {audit.steps} updates at {lr:.2g} the test loss is {loss:.3f} over {seeds}"
    other = f"against {best_loss:.3f} at {best_lr:.2g}"
    sentence += ", the lowest of all audited rates" if lr == best_lr else f", {other}"
    if math.isnan(spread):
        return sentence + "; one seed cannot tell luck from rate."
    return sentence + f"; another seed changes it by about {spread:.3f}."
