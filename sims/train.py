"""The one training loop: every arm of a plan in lockstep, told as events.

Update t of all arms is made before update t+1 of any. Losses and norms stay on the device until a
flush reads them all at once, so that measuring every update costs next to nothing; what a run
tells does not depend on when it flushes. The loop knows no page, no engine and no experiment.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import count, islice
from time import perf_counter
from typing import Literal, Protocol, Self

import torch
from torch import nn

from sims.arms import Look, Member, Update
from sims.data import Batches, Data
from sims.events import Event, Finished, Paused, Resumed, Stopped
from sims.model import build
from sims.plan import Plan
from sims.sharpness import IMAGES


class Gate(Protocol):
    """How a run is held and ended from outside; `poll` is called before every update."""

    @property
    def reason(self) -> str:
        """Why the run was stopped, as the sentence that `Stopped` carries."""

    def poll(self) -> Literal["go", "wait", "stop"]:
        """Return at once what to do before the next update."""

    def wait(self) -> Literal["go", "step", "stop"]:
        """Block while the run is paused; "step" makes one update of every arm and pauses again."""


class _Open:
    """The gate of a run that nobody holds."""

    reason = ""

    def poll(self) -> Literal["go"]:
        return "go"

    def wait(self) -> Literal["go"]:
        return "go"


def train(
    plan: Plan,
    data: Data,
    *,
    device: torch.device | None = None,
    gate: Gate | None = None,
    model: nn.Module | None = None,
    flush_seconds: float = 0.05,
) -> Iterator[Sequence[Event]]:
    """Carry out `plan` and yield its events in batches, each at most about `flush_seconds` old.

    The last event is Finished or Stopped. `device` is the data's own unless given. `model` takes
    the place of the plan's network for every seed: any module from float32 (n, 1, 28, 28) to
    logits (n, 10); it is copied, put in train mode and never touched. Random layers draw the same
    numbers in all arms of a seed. Whenever control is with the caller, torch's random state is
    the caller's; the state is the process's, so one process carries out one run at a time. On a
    CPU equal plans, data and thread counts give equal events, bit for bit, but for the seconds.

    Within an arm events come in order: the Sharpness before an update, its Step, its Layers.
    Numbers are as they were measured: `grad_norm` and ratios may be infinite or NaN just before an
    arm diverges, and so may the loss of an evaluation; `last_finite_loss` is NaN where there was
    none. Only a sharpness that is not finite is left out, as is that of Adam and AdamW before
    update 0, when they have no preconditioner yet.
    """
    data = data if device is None else data.to(device)
    clock = _Clock()
    batches = _batches(_Run(plan, data, model), gate or _Open(), clock, flush_seconds)
    while True:
        # What torch knows only as a setting of the whole thread must not stay set across a yield.
        with _own_random_state(data.device), torch.enable_grad(), clock:
            batch = next(batches, None)
        if batch is None:
            return
        if batch:
            yield batch


def _batches(run: "_Run", gate: Gate, clock: "_Clock", flush_seconds: float) -> Iterator[list[Event]]:
    """Tell the run; a batch may be empty, and after each one nothing is left unread."""
    stepping = False
    for step in count():
        if step in run.plan.evaluate_at:
            yield run.read()
            last = step == max(run.plan.evaluate_at)
            for member in run.members:
                if not member.ended and member.is_measured(step):
                    final = last or step == member.updates
                    images = (run.plan.finally_on if final else None) or run.plan.evaluate_on
                    yield [member.evaluate(step, images)]
        order: Literal["go", "wait", "step", "stop"] = "wait" if stepping else gate.poll()
        if order == "wait" or not run.living(step):
            yield run.read()  # which may find that the last living arms diverged
        if not run.living(step):
            yield [Finished(clock.seconds())]
            return
        if order == "wait":
            yield [Paused(step)]
            clock.halt()
            order = gate.wait()
            clock.go()
            stepping = order == "step"
            if order == "go":
                yield [Resumed(step)]
        if order == "stop":
            yield [*run.read(), Stopped(clock.seconds(), gate.reason)]
            return
        looking = run.plan.sharpness_every and step % run.plan.sharpness_every == 0
        for member in run.living(step):
            if looking:
                run.unread += member.look(step)
            run.unread.append(member.update(step))
            if step == 0 or clock.lap() >= flush_seconds:  # the first point is waited for
                yield run.read()


class _Run:
    """The members of a plan, one for each seed and arm, and what of theirs was not yet read."""

    def __init__(self, plan: Plan, data: Data, model: nn.Module | None) -> None:
        self.plan = plan
        self.members: list[Member] = []
        self.unread: list[Update | Look] = []
        for place, seed in enumerate(plan.seeds):
            initial = build(plan.network, seed) if model is None else model
            # Not the data set's first images: those of the seed's own order are trained on at once, so
            # that Adam knows how they slope, and they are of all classes in a set sorted by class too.
            looking = plan.sharpness_every and place == 0
            fixed = Batches(data, seed, IMAGES).at(0) if looking else None
            streams: dict[int, Batches] = {}
            for number, arm in enumerate(plan.arms):
                # A module from outside may change its input in place, so its arms share no tensors.
                if model is not None or arm.batch_size not in streams:
                    streams[arm.batch_size] = Batches(data, seed, arm.batch_size)
                batches = streams[arm.batch_size]
                member = Member(
                    arm,
                    (number, place),
                    initial,
                    batches,
                    plan.stop_factor,
                    layers=plan.layers,
                    fixed=fixed,
                )
                self.members.append(member)

    def living(self, step: int) -> list[Member]:
        """Return the members that have an update `step` to make, as far as was read."""
        return [member for member in self.members if not member.ended and step < member.updates]

    def read(self) -> list[Event]:
        """Fetch from the device what was measured since the last time: one transfer for all of it.

        An arm that diverged made updates until this was seen; they are dropped here.
        """
        if not self.unread:
            return []
        measured = torch.stack([scalar for made in self.unread for scalar in made.measured])
        numbers = iter(measured.tolist())
        told = [made.tell(*islice(numbers, len(made.measured))) for made in self.unread]
        self.unread = []
        return [event for events in told for event in events]


class _Clock:
    """Counts the seconds spent training: it runs between `go` and `halt`."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since = perf_counter()

    def go(self) -> None:
        self._since = perf_counter()

    def halt(self) -> None:
        self._before += self.lap()

    def lap(self) -> float:
        """Return the seconds since the last `go`, which is never older than the last flush."""
        return perf_counter() - self._since

    def seconds(self) -> float:
        return self._before + self.lap()

    def __enter__(self) -> Self:
        self.go()
        return self

    def __exit__(self, *_: object) -> None:
        self.halt()


def _own_random_state(device: torch.device) -> AbstractContextManager[None]:
    """Give torch's random state back as it was, on the CPU and on `device`."""
    return torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])
