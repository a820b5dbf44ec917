"""The one training loop: every arm of a plan in lockstep, told as events.

Update t of all arms is made before update t+1 of any. Losses and norms stay on the device until a
flush reads them all at once, so that measuring every update costs next to nothing; what a run
tells does not depend on when it flushes. The loop knows no page, no engine and no experiment.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from itertools import count, islice
from time import perf_counter
from typing import Literal, Protocol, Self, TypeVar

import torch
from torch import nn

from sims.arms import Look, Member, Update
from sims.data import Batches, Data
from sims.events import Diverged, Evaluation, Event, Finished, Paused, Resumed, Stopped
from sims.model import build
from sims.plan import Plan
from sims.sharpness import IMAGES

T = TypeVar("T")


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
    at_once: int = 1,
) -> Iterator[Sequence[Event]]:
    """Carry out `plan` and yield its events in batches, each at most about `flush_seconds` old.

    The last event is Finished or Stopped. `device` is the data's own unless given. `model` takes
    the place of the plan's network for every seed: any module from float32 (n, 1, 28, 28) to
    logits (n, 10); it is copied, put in train mode and never touched. Random layers draw the same
    numbers in all arms of a seed. Up to `at_once` members, arms of seeds, make an update at the same
    time, each in a thread of its own; the numbers are the same, and a `model` from outside is trained
    one member at a time. Whenever control is with the caller, torch's random state is the caller's;
    the state is the process's, so one process carries out one run at a time. On a CPU equal plans,
    data and thread counts give equal events, bit for bit, but for the seconds.

    Within an arm events come in order: the Sharpness before an update, its Step, its Layers.
    Numbers are as they were measured: `grad_norm` and ratios may be infinite or NaN just before an
    arm diverges, and so may the loss of an evaluation; `last_finite_loss` is NaN where there was
    none. Only a sharpness that is not finite is left out, as is that of Adam and AdamW before
    update 0, when they have no preconditioner yet.
    """
    data = data if device is None else data.to(device)
    clock = _Clock()
    run = _Run(plan, data, model)
    # What a module from outside draws at random comes from a state that all threads share.
    crew = _Crew(min(at_once, len(run.members)) if model is None else 1)
    batches = _batches(run, crew, gate or _Open(), clock, flush_seconds)
    while True:
        # What torch knows only as a setting of the whole thread must not stay set across a yield.
        with _own_random_state(data.device), torch.enable_grad(), clock:
            batch = next(batches, None)
        if batch is None:
            return
        if batch:
            yield batch


def _batches(
    run: "_Run", crew: "_Crew", gate: Gate, clock: "_Clock", flush_seconds: float
) -> Iterator[Sequence[Event]]:
    """Tell the run; a batch may be empty, and after each one nothing is left unread."""
    stepping = False
    for step in count():
        if run.forks_at(step):
            yield run.read()  # a copy is of what is known, and of no arm that has diverged
            yield run.fork(step)
        if step in run.plan.evaluate_at:
            yield run.read()
            yield from crew.work(run.measured(step), partial(run.evaluate, step))
        order: Literal["go", "wait", "step", "stop"] = "wait" if stepping else gate.poll()
        if order == "wait" or not run.living(step):
            yield run.read()  # which may find that the last living arms diverged
        if not run.living(step):
            yield run.fork(None)
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
        living = run.living(step)
        for member in living:  # members share batches, and whoever asks first makes them
            member.fetch(step)
        for made in crew.work(living, partial(_turn, step, bool(looking)), hurry=step == 0):
            for one in made:
                run.unread += one
            if step == 0 or clock.lap() >= flush_seconds:  # the first point is waited for
                yield run.read()


def _turn(step: int, looking: bool, member: Member) -> list[Update | Look]:
    """Make a member's update, and measure its sharpness before it where that is due."""
    seen: list[Update | Look] = [*member.look(step)] if looking else []
    return [*seen, member.update(step)]


class _Run:
    """The members of a plan, one for each seed and arm, and what of theirs was not yet read."""

    def __init__(self, plan: Plan, data: Data, model: nn.Module | None) -> None:
        self.plan = plan
        self.members: list[Member] = []
        self.unread: list[Update | Look] = []
        self._own_batches = model is not None
        self._ends: dict[tuple[int, int], Diverged] = {}
        self._pending: list[tuple[int, int]] = []  # (arm, seed) of copies to be made
        for place, seed in enumerate(plan.seeds):
            initial = build(plan.network, seed) if model is None else model
            # Not the data set's first images: those of the seed's own order are trained on at once, so
            # that Adam knows how they slope, and they are of all classes in a set sorted by class too.
            looking = plan.sharpness_every and place == 0
            fixed = Batches(data, seed, IMAGES).at(0) if looking else None
            streams: dict[int, Batches] = {}
            for number, arm in enumerate(plan.arms):
                if arm.fork_of is not None:
                    self._pending.append((number, place))
                    continue
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
                    layers=plan.layers and place == 0,
                    fixed=fixed,
                )
                self.members.append(member)

    def measured(self, step: int) -> list[Member]:
        """Return the members that are evaluated after `step` updates."""
        return [member for member in self.members if not member.ended and member.is_measured(step)]

    def evaluate(self, step: int, member: Member) -> Evaluation:
        """Measure a member on the test images: on more of them after its last update, and all members' last."""
        final = step == max(self.plan.evaluate_at) or step == member.updates
        images = (self.plan.finally_on if final else None) or self.plan.evaluate_on
        return member.evaluate(step, images)

    def forks_at(self, step: int) -> bool:
        """Whether an arm begins before update `step` as a copy of another."""
        return any(self.plan.arms[arm].fork_at == step for arm, _ in self._pending)

    def fork(self, step: int | None) -> list[Event]:
        """Make the copies that begin before update `step`; return the ends of those that cannot, as they are copied too.

        None stands for the end of the run, before which all arms that were to be copied have ended.
        """
        told: list[Event] = []
        for place in [p for p in self._pending if step is None or self.plan.arms[p[0]].fork_at == step]:
            self._pending.remove(place)
            arm = self.plan.arms[place[0]]
            source = (arm.fork_of or 0, place[1])
            if end := self._ends.get(source):
                self._ends[place] = replace(end, arm=place[0])
                told.append(self._ends[place])
            elif step is not None:
                (parent,) = (member for member in self.members if member.place == source)
                batches = parent.batches.copy() if self._own_batches else parent.batches
                self.members.append(parent.fork(arm, place, batches, step))
        self.members.sort(key=lambda member: member.place[::-1])
        return told

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
        events = [event for events in told for event in events]
        self._ends |= {(event.arm, event.seed): event for event in events if isinstance(event, Diverged)}
        return events


class _Crew:
    """Threads that work on several members at once, as most of an update is done outside Python."""

    def __init__(self, size: int) -> None:
        self._size = max(1, size)
        threads = torch.get_num_threads()  # a setting of each thread, and the caller has chosen
        self._pool = ThreadPoolExecutor(self._size, "member", partial(torch.set_num_threads, threads))

    def work(
        self, members: Sequence[Member], job: Callable[[Member], T], *, hurry: bool = False
    ) -> Iterator[list[T]]:
        """Yield what `job` makes of the members, in their order, and with nothing going on meanwhile.

        That is of all of them, so that no thread waits for another; in a `hurry`, or with one thread, of as
        many at a time as there are threads.
        """
        many = self._size if hurry or self._size == 1 else max(1, len(members))
        for first in range(0, len(members), many):
            together = members[first : first + many]
            yield [job(together[0])] if len(together) == 1 else list(self._pool.map(job, together))


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
