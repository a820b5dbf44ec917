"""Short ways to say what a test of training trains, and to read what came of it."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeVar

from sims.data import Data
from sims.events import Event, Finished, Step, Stopped
from sims.plan import Arm, Plan
from sims.train import train

Kind = TypeVar("Kind", bound=Event)


def run(plan: Plan, data: Data, **options: object) -> list[Event]:
    """Train `plan` to its end and return all events."""
    return [event for batch in train(plan, data, **options) for event in batch]  # type: ignore[arg-type]


def of(kind: type[Kind], events: Iterable[Event], arm: int = 0, seed: int = 0) -> list[Kind]:
    """Return the events of one kind, arm and seed."""
    return [e for e in events if isinstance(e, kind) and (e.arm, e.seed) == (arm, seed)]  # type: ignore[union-attr]


def losses(events: Iterable[Event], arm: int = 0, seed: int = 0) -> list[float]:
    """Return the loss at each step of one arm and seed."""
    return [step.loss for step in of(Step, events, arm, seed)]


def timeless(events: Sequence[Event]) -> list[Event]:
    """Return the events without how long the run took, which no two runs share."""
    return [event for event in events if not isinstance(event, Finished | Stopped)]


def constant(lr: float, steps: int, name: str = "a", **settings: object) -> Arm:
    """Return an arm with the same rate at every step."""
    return Arm(name, (lr,) * steps, **settings)  # type: ignore[arg-type]


class Script:
    """A gate that gives its answers in the order of a script, and "go" after the last."""

    reason = "The script said so."

    def __init__(self, polls: str = "", waits: str = "") -> None:
        self.waited = 0
        self._polls = polls.split()
        self._waits = waits.split()

    def poll(self) -> Literal["go", "wait", "stop"]:
        return self._polls.pop(0) if self._polls else "go"  # type: ignore[return-value]

    def wait(self) -> Literal["go", "step", "stop"]:
        self.waited += 1
        return self._waits.pop(0) if self._waits else "go"  # type: ignore[return-value]
