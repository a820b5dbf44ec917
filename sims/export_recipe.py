"""What a script has to reproduce, read off an experiment: its arms with their schedulers, and all they share."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sims.errors import ParamError
from sims.experiment import Experiment
from sims.explorer import Explorer
from sims.export_drivers import driven
from sims.export_makers import Maker
from sims.fork import Fork
from sims.fork_settings import Origin
from sims.params import Choice
from sims.plan import Plan


@dataclass(frozen=True)
class Trained:
    """One arm: an optimiser that begins at `lr`, and the scheduler that `maker` makes for it.

    The scheduler is stepped after every `step_every` updates. `looks` are the numbers of completed
    updates after which the arm is measured on test images. One with `fork_of`, the position of another arm,
    begins as an exact copy of that one just before update `fork_at`; its scheduler counts from there.
    """

    name: str
    lr: float
    maker: Maker
    steps: int
    batch_size: int
    looks: tuple[int, ...]
    step_every: int = 1
    fork_of: int | None = None
    fork_at: int = 0


@dataclass(frozen=True)
class Recipe:
    """All that a script says: the widget it comes from, its settings in words, arms, and what they share.

    A look uses `on_the_way` test images, the one after an arm's last update `at_the_end`.
    """

    kind: str
    settings: tuple[str, ...]
    arms: tuple[Trained, ...]
    seeds: tuple[int, ...]
    network: str
    optimizer: str
    momentum: float
    weight_decay: float
    stop_factor: float
    on_the_way: int
    at_the_end: int

    @property
    def tested(self) -> bool:
        """Whether any arm is measured on test images."""
        return any(arm.looks for arm in self.arms)

    @property
    def looks(self) -> tuple[int, ...] | None:
        """Looks that all arms share, up to each one's own end; None where an arm has some of its own."""
        every = tuple(sorted({look for arm in self.arms for look in arm.looks}))
        shared = all(
            arm.looks == tuple(look for look in every if arm.fork_at < look <= arm.steps) for arm in self.arms
        )
        return every if shared else None

    @property
    def last_look(self) -> int:
        """The last of all looks, which counts as one at the end even for an arm that goes on."""
        return max(look for arm in self.arms for look in arm.looks)

    @property
    def makers(self) -> tuple[Maker, ...]:
        """Every maker once, in the order of the arms."""
        return tuple({arm.maker.name: arm.maker for arm in self.arms}.values())

    @property
    def definitions(self) -> tuple[Maker, ...]:
        """Every maker once, behind those that it needs."""
        return tuple({maker.name: maker for arm in self.arms for maker in _with_needs(arm.maker)}.values())

    @property
    def forks(self) -> bool:
        """Whether any arm begins as a copy of another."""
        return any(arm.fork_of is not None for arm in self.arms)

    def same(self, field: str) -> bool:
        """Return whether all arms have the same value of a field."""
        return len({getattr(arm, field) for arm in self.arms}) == 1


def recipe(experiment: Experiment) -> Recipe:
    """Return what reproduces an experiment; ParamError where its arms differ in what a script has only once."""
    plan = experiment.plan()
    first = plan.arms[0]
    shared = {(arm.optimizer, arm.momentum, arm.weight_decay) for arm in plan.arms}
    if len(shared) > 1:
        raise ParamError(
            "There is no code for arms that differ in their optimiser, momentum or weight decay."
        )
    return Recipe(
        experiment.KIND,
        tuple(_settings(experiment)),
        _told_apart(tuple(_arms(experiment, plan))),
        plan.seeds,
        plan.network,
        first.optimizer,
        first.momentum,
        first.weight_decay,
        plan.stop_factor,
        plan.evaluate_on,
        plan.finally_on or plan.evaluate_on,
    )


def _arms(experiment: Experiment, plan: Plan) -> Iterator[Trained]:
    """Yield the arms of the plan, each with what sets its rates.

    A fork is not measured at the fork itself, where it is what its original is.
    """
    for number, arm in enumerate(plan.arms):
        lr, maker, every = driven(experiment, number)
        looks = tuple(
            done
            for done in plan.evaluate_at
            if arm.fork_at < done <= len(arm.lrs) and (not arm.evaluate_at or done in arm.evaluate_at)
        )
        yield Trained(
            arm.name, lr, maker, len(arm.lrs), arm.batch_size, looks, every, arm.fork_of, arm.fork_at
        )


def _with_needs(maker: Maker) -> Iterator[Maker]:
    for needed in maker.needs:
        yield from _with_needs(needed)
    yield maker


def _told_apart(arms: tuple[Trained, ...]) -> tuple[Trained, ...]:
    """Give makers of one name that differ in their code a number each, and those that do not the same name."""
    names: dict[str, str] = {}  # code as it came -> name
    out = []
    for arm in arms:
        maker = arm.maker
        if maker.code not in names:
            name, number = maker.name, 2
            while name in names.values():
                name, number = f"{maker.name}_{number}", number + 1
            names[maker.code] = name
        name = names[maker.code]
        out.append(
            replace(arm, maker=replace(maker, name=name, code=maker.code.replace(maker.name, name, 1)))
        )
    return tuple(out)


TITLES = {
    "goldilocks": "Three learning rates: too low, just right, too high",
    "fork": "A run forked: the same weights go on at two learning rates",
    "range_test": "LR range test",
    "audit": "Audit of a learning rate",
    "explorer": "Schedules trained against each other",
    "cyclical": "Cyclical learning rates",
    "warmup": "Warmup",
    "mixup": "Schedulers stepped per update and per epoch",
    "scaling": "Linear scaling rule",
}
"""What each kind of experiment is called in its code."""


def _settings(experiment: Experiment) -> Iterator[str]:
    """Yield the settings in words; of a schedule's own only those that were set."""
    if isinstance(experiment, Fork):
        # Its settings hold another run's as text that somebody may have sent: told as that run's own.
        yield f'Forked: the line "{experiment.forked().name}" of "{TITLES[experiment.kind]}"'
        yield from _settings(experiment.origin())
    own = dict(experiment.own) if isinstance(experiment, Explorer) else {}
    general = {param.name for param in experiment.shared()} if isinstance(experiment, Explorer) else None
    for param in experiment.params():
        if general is not None and param.name not in general | own.keys():
            continue
        if isinstance(param, Origin) or (isinstance(experiment, Fork) and param.name == "line"):
            continue
        if param.name.startswith("warmup_") and getattr(experiment, "warmup", "") == "none":
            continue
        value = own.get(param.name, getattr(experiment, param.name, None))
        if value is None:
            said = param.rule
        elif isinstance(value, tuple):
            options = getattr(param, "options", {})
            said = " + ".join(str(options.get(one, one)) for one in value)
        elif isinstance(param, Choice):
            said = param.options[value]
        else:
            said = f"{value:g}" if isinstance(value, float) else str(value).lower()
        group = f"{param.group}, " if param.name in own else ""
        yield f"{group}{param.label.lower() if group else param.label}: {said}"
