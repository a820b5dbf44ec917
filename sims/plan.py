"""What to train: a plan of arms that share weights and batches and differ in what is compared.

A plan is plain data and imports nothing heavy, so the web process can make one and a worker can
carry it out. Steps are optimiser updates counted from 0, here and everywhere else in the project.
"""

from dataclasses import dataclass

from sims.errors import ParamError

NETWORKS = {
    "small": "Small CNN (9 k weights)",
    "batchnorm": "CNN with BatchNorm (26 k weights)",
}
"""Networks on offer, name -> label; `sims.model` builds each by its name."""

LAYERS: dict[str, tuple[str, ...]] = {
    "small": ("Convolution 1", "Convolution 2", "Linear"),
    "batchnorm": (
        "Convolution 1",
        "BatchNorm 1",
        "Convolution 2",
        "BatchNorm 2",
        "Convolution 3",
        "BatchNorm 3",
        "Linear",
    ),
}
"""Names of a network's layers in its order, that of the ratios in `sims.events.Layers`."""

OPTIMIZERS = {"sgd": "SGD with momentum", "adam": "Adam", "adamw": "AdamW"}
"""Optimisers on offer, name -> label; `sims.train` makes each with torch's own class."""


@dataclass(frozen=True)
class Plateau:
    """How an arm's rate listens to its loss: from update `begin` on, a look every `interval` updates.

    A look gives the mean training loss since the last one to torch's ReduceLROnPlateau, which
    `factor`, `patience`, `threshold`, `cooldown` and `min_lr` are for.
    """

    begin: int
    interval: int
    factor: float
    patience: int
    threshold: float
    cooldown: int
    min_lr: float


@dataclass(frozen=True)
class Arm:
    """One line of a comparison: a learning rate for every update, and how the updates are made.

    `lrs[t]` is the rate of update t; with `plateau` it is so only up to the first drop. `momentum`
    is SGD's momentum and the first beta of Adam and AdamW, unless `momenta` holds one for every
    update. `weight_decay` is torch's. `batch_size` is images per update. `evaluate_at` says after which
    of the plan's numbers of completed updates this arm is measured: all of them where it is empty.

    With `fork_of` the arm begins just before update `fork_at` as an exact copy of that arm of the plan
    (its weights, its optimiser's state, its place in the batches, what its plateau has heard). Nothing
    is trained or told of it before; `lrs[:fork_at]` are those that the other arm used. Where the other
    arm has a `plateau` and this one has none, `lrs` are what they would be had no drop come before
    update `fork_at`: they are lowered as far as the other arm's rate was. A copy of an arm that has
    diverged by then diverged with it.
    """

    name: str
    lrs: tuple[float, ...]
    optimizer: str = "sgd"
    momentum: float = 0.9
    weight_decay: float = 0.0
    batch_size: int = 64
    momenta: tuple[float, ...] = ()
    plateau: Plateau | None = None
    fork_of: int | None = None
    fork_at: int = 0
    evaluate_at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise ParamError(
                f"Optimiser must be one of {', '.join(OPTIMIZERS)}; {self.optimizer!r} was given."
            )
        if not self.lrs:
            raise ParamError(f"The arm {self.name!r} has no updates; give at least one learning rate.")
        if self.momenta and len(self.momenta) != len(self.lrs):
            raise ParamError(
                f"The arm {self.name!r} has {len(self.lrs)} learning rates and {len(self.momenta)} momenta; "
                "give one of each for every update."
            )
        if self.batch_size < 1:
            raise ParamError(f"Batch size must be at least 1; {self.batch_size} was given.")
        if not 0 <= self.fork_at < len(self.lrs) or (self.fork_at and self.fork_of is None):
            raise ParamError(
                f"The arm {self.name!r} is forked at update {self.fork_at}; name the arm that it copies and leave "
                "it at least one update of its own."
            )

    def used_momenta(self) -> tuple[float, ...]:
        """Return the momentum of every update."""
        return self.momenta or (self.momentum,) * len(self.lrs)


@dataclass(frozen=True)
class Plan:
    """K arms trained in lockstep for each seed.

    A seed fixes the initial weights and the order of the batches, so that arms of one seed differ
    in nothing but what their `Arm` says. `stop_factor` ends an arm once its smoothed loss is that
    many times its lowest so far (0 turns that off; a non-finite loss always ends it).
    `evaluate_at` lists numbers of completed updates after which every living arm is measured on
    the first `evaluate_on` test images, and on `finally_on` of them (where given) after its own last
    update and after the last of these numbers. With `layers` every update of every arm tells its Layers.
    `sharpness_every` has the Sharpness of every arm measured before update 0, `sharpness_every`, twice
    that and so on (0 turns that off). Both are of the first seed alone, as they cost time (one measurement
    of the sharpness as much as 10 to 20 updates), and neither changes what is trained.
    """

    arms: tuple[Arm, ...]
    seeds: tuple[int, ...] = (0,)
    network: str = "small"
    stop_factor: float = 0.0
    evaluate_at: tuple[int, ...] = ()
    evaluate_on: int = 2000
    finally_on: int | None = None
    layers: bool = False
    sharpness_every: int = 0

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise ParamError(f"Network must be one of {', '.join(NETWORKS)}; {self.network!r} was given.")
        if not self.arms or not self.seeds:
            raise ParamError("A plan needs at least one arm and one seed.")
        if self.sharpness_every < 0:
            raise ParamError(
                "Updates between two measurements of the sharpness must be at least 1, or 0 for none; "
                f"{self.sharpness_every} was given."
            )
        for number, arm in enumerate(self.arms):
            if arm.fork_of is not None:
                self._check_fork(number, arm, arm.fork_of)

    def _check_fork(self, number: int, arm: Arm, source: int) -> None:
        """ParamError unless the arm can go on from where the other one stands at the fork."""
        if not 0 <= source < number:
            raise ParamError(f"The arm {arm.name!r} copies arm {source}, which does not come before it.")
        other, at = self.arms[source], arm.fork_at
        if at < other.fork_at or at > len(other.lrs):
            raise ParamError(
                f"The arm {arm.name!r} is forked at update {at}; {other.name!r} can be copied before updates "
                f"{other.fork_at} to {len(other.lrs)}."
            )
        same = ("optimizer", "momentum", "weight_decay", "batch_size")
        before = arm.lrs[:at] == other.lrs[:at] and arm.used_momenta()[:at] == other.used_momenta()[:at]
        if any(getattr(arm, name) != getattr(other, name) for name in same) or not before:
            raise ParamError(
                f"The arm {arm.name!r} goes on from {other.name!r}, so optimiser, batch size and all rates and "
                "momenta before the fork must be the same."
            )
        if arm.plateau not in (None, other.plateau):
            raise ParamError(f"The arm {arm.name!r} can only listen to its loss as {other.name!r} does.")

    @property
    def steps(self) -> int:
        """Updates of the longest arm."""
        return max(len(arm.lrs) for arm in self.arms)
