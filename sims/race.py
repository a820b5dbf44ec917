"""The curves of a race of schedules, put together from its events."""

from dataclasses import dataclass, field

from sims.contest import Contest, Line
from sims.events import Diverged, Evaluation, Event, Step
from sims.seeds import SeedCurves


@dataclass
class Race:
    """Rates, losses and accuracies of every arm as they grow.

    `lrs[arm][seed]` are the applied rates; `losses[arm]` the losses over seeds, smoothed with
    `beta` or, where an arm has its own batch size, over as many images as the others;
    `accuracies[arm]` has (completed updates, mean test accuracy over the living seeds);
    `ended` holds by (arm, seed) what diverged. A line's curves begin at its `fork_at`.
    """

    contest: Contest
    beta: float
    lines: tuple[Line, ...] = field(init=False)
    ended: dict[tuple[int, int], Diverged] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = self.contest.lines()
        seeds = self.contest.seeds
        self.lrs: list[list[list[float]]] = [[[] for _ in range(seeds)] for _ in self.lines]
        batch = self.contest.batch_size
        self.losses = [
            SeedCurves(seeds, self.beta ** ((line.batch_size or batch) / batch)) for line in self.lines
        ]
        self.accuracies: list[list[tuple[int, float]]] = [[] for _ in self.lines]
        self._measured: dict[tuple[int, int], list[float]] = {}

    def take(self, event: Event) -> int:
        """Take in an event and return how many points the mean loss or mean accuracy of its arm gained."""
        if isinstance(event, Step):
            self._begin(event)
            self.lrs[event.arm][event.seed].append(event.lr)
            return self.losses[event.arm].add(event.seed, event.loss)
        if isinstance(event, Diverged):
            self.ended[event.arm, event.seed] = event
        if isinstance(event, Evaluation):
            here = self._measured.setdefault((event.arm, event.step), [])
            here.append(event.accuracy)
            if len(here) == self.contest.seeds - sum(arm == event.arm for arm, _ in self.ended):
                self.accuracies[event.arm].append((event.step, sum(here) / len(here)))
                return 1
        return 0

    def _begin(self, event: Step) -> None:
        """Have the smoothing of a forked line go on from that of the line that it copies."""
        line, curves = self.lines[event.arm], self.losses[event.arm]
        if line.fork_of is not None and event.step == line.fork_at:
            curves.warm(event.seed, self.losses[line.fork_of].raw[event.seed][: event.step])

    def shown(self, arm: int, seed: int) -> list[float]:
        """Return the faint curve of a seed: its raw losses, or smoothed ones where several seeds would hide each other."""
        curves = self.losses[arm]
        return curves.raw[seed] if self.contest.seeds == 1 else curves.smoothed[seed]

    def applied(self, arm: int) -> range:
        """Return the seeds whose applied rate is drawn: one, but all where the rate depends on the loss."""
        return range(self.contest.seeds if self.lines[arm].schedule.closed_loop else 1)
