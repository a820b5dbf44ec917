"""What happened in a run, as small frozen dataclasses; charts and tables are made from these alone.

`arm` and `seed` are positions in the plan's `arms` and `seeds`. `to_wire` and `from_wire` turn an
event into a plain list and back without loss, for the way from worker to web process and store.
"""

from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """Training began: where, with what, and what it will train."""

    device: str
    torch: str
    worker: str
    at: float  # seconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class Step:
    """One optimiser update of one arm of one seed; `step` counts updates from 0.

    `loss` is the mean cross-entropy of the batch in nats, before the update; `lr` and `momentum`
    are read back from the optimiser as used for this update; `grad_norm` is the 2-norm of the
    whole gradient; `update_ratio` is |change of the weights| / |weights| of this update.
    """

    arm: int
    seed: int
    step: int
    loss: float
    lr: float
    momentum: float
    grad_norm: float
    update_ratio: float


@dataclass(frozen=True, slots=True)
class Layers:
    """|change of the weights| / |weights| of update `step` for each layer, in the network's order.

    A layer is a module with trainable weights of its own, BatchNorm among them; its bias counts
    with it. The networks on offer have theirs named in `sims.plan.LAYERS`. A ratio is infinite
    where a layer's weights were all zero before the update.
    """

    arm: int
    seed: int
    step: int
    ratios: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Largest eigenvalue of the Hessian of the mean cross-entropy on a fixed batch, before update `step`.

    `value` is in nats per squared unit of weight, and negative where the loss curves down in every
    direction. For Adam and AdamW it is that of the preconditioned Hessian, as `sims.sharpness` says.
    """

    arm: int
    seed: int
    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean loss (nats) and accuracy (0..1) on `images` test images after `step` completed updates."""

    arm: int
    seed: int
    step: int
    loss: float
    accuracy: float
    images: int


@dataclass(frozen=True, slots=True)
class Diverged:
    """An arm of a seed ended early, the others go on.

    `reason` is "non-finite" (the loss of update `step` was NaN or infinite; no Step event is given
    for it) or "stop factor" (the Step was given, and the smoothed loss passed the plan's limit).
    """

    arm: int
    seed: int
    step: int
    last_finite_loss: float
    reason: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits before update `step`."""

    step: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on with update `step`."""

    step: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Every arm ended by itself; `seconds` is time spent training, pauses left out."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run was ended before its last update; `reason` is a sentence."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The run could not be carried out; `message` is a sentence that a learner can act on."""

    message: str


Event = (
    Started
    | Step
    | Layers
    | Sharpness
    | Evaluation
    | Diverged
    | Paused
    | Resumed
    | Finished
    | Stopped
    | Failed
)
END = (Finished, Stopped, Failed)
"""Events after which nothing follows in a run."""

_BY_NAME: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        Started,
        Step,
        Layers,
        Sharpness,
        Evaluation,
        Diverged,
        Paused,
        Resumed,
        Finished,
        Stopped,
        Failed,
    )
}


def to_wire(event: Event) -> list[Any]:
    """Return `event` as a list: its name, then its fields in order."""
    return [type(event).__name__, *astuple(event)]


def from_wire(row: list[Any]) -> Event:
    """Return the event that `to_wire` made `row` from; KeyError for an unknown name."""
    # JSON knows no tuples, so those of an event arrive as lists.
    fields: list[Any] = [tuple(field) if isinstance(field, list) else field for field in row[1:]]
    return _BY_NAME[row[0]](*fields)
