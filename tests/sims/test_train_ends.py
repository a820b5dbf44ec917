"""How arms and runs end: by themselves, by diverging, or by somebody's hand at the gate."""

import math
import time
from typing import Literal

import pytest
import torch

from sims.arms import SMOOTHING, STOP_AFTER, Watch
from sims.data import Data
from sims.events import Diverged, Evaluation, Finished, Paused, Resumed, Step, Stopped
from sims.model import build
from sims.plan import Arm, Plan
from sims.train import train
from tests.sims.training import Script, constant, losses, of, run

pytestmark = pytest.mark.usefixtures("one_thread")


def test_an_arm_that_goes_non_finite_ends_and_the_others_do_not_notice(mnist: Data) -> None:
    good, bad = constant(0.05, 30), Arm("bad", (0.05,) * 5 + (1e38,) * 25)
    events = run(Plan((good, bad, good), evaluate_at=(30,)), mnist)
    alone = losses(run(Plan((good,)), mnist))
    assert losses(events, 0) == losses(events, 2) == alone
    (end,) = of(Diverged, events, 1)
    steps = of(Step, events, 1)
    assert (end.reason, end.step) == ("non-finite", len(steps))
    assert 5 < end.step < 10
    assert end.last_finite_loss == steps[-1].loss
    assert all(math.isfinite(step.loss) for step in steps)
    assert not of(Evaluation, events, 1)
    assert isinstance(events[-1], Finished)


def test_norms_stay_finite_where_their_squares_would_not(mnist: Data) -> None:
    first = of(Step, run(Plan((constant(1e30, 2),)), mnist))[0]
    assert 1e27 < first.update_ratio < math.inf


def test_a_run_finishes_when_its_last_arm_has_diverged(mnist: Data) -> None:
    events = run(Plan((constant(1e38, 10_000),), evaluate_at=(9_000,)), mnist)
    assert [type(event) for event in events[-2:]] == [Diverged, Finished]
    assert len(events) < 10


def test_a_loss_that_was_never_finite_has_no_last_one(mnist: Data) -> None:
    model = build("small", 0)
    with torch.no_grad():
        next(model.parameters()).fill_(math.nan)
    (end,) = of(Diverged, run(Plan((constant(0.1, 5),)), mnist, model=model))
    assert (end.step, end.reason) == (0, "non-finite")
    assert math.isnan(end.last_finite_loss)


def test_the_stop_factor_ends_an_arm_at_the_first_step_past_it(mnist: Data) -> None:
    rates = tuple(10 ** (-3 + step / 10) for step in range(60))
    free = losses(run(Plan((Arm("free", rates),)), mnist))
    events = run(Plan((Arm("held", rates), constant(0.05, 60)), stop_factor=2), mnist)
    (end,) = of(Diverged, events)
    average, smoothed = 0.0, []
    for step, loss in enumerate(free):
        average = SMOOTHING * average + (1 - SMOOTHING) * loss
        smoothed.append(average / (1 - SMOOTHING ** (step + 1)))
    past = [t for t, s in enumerate(smoothed) if t + 1 >= STOP_AFTER and s > 2 * min(smoothed[: t + 1])]
    assert (end.reason, end.step, end.last_finite_loss) == ("stop factor", past[0], free[past[0]])
    assert losses(events) == free[: past[0] + 1]  # the step that passed the limit is told
    assert len(losses(events, 1)) == 60


@pytest.mark.parametrize(("rise", "expected"), [(STOP_AFTER - 1, None), (STOP_AFTER, "stop factor")])
def test_the_stop_factor_waits_for_enough_updates(rise: int, expected: str | None) -> None:
    watch = Watch(1.5)
    assert [watch.see(1.0) for _ in range(rise - 1)] == [None] * (rise - 1)
    assert watch.see(100.0) == expected


def test_without_a_stop_factor_only_non_finite_losses_count() -> None:
    watch = Watch(0)
    assert [watch.see(10.0**power) for power in range(20)] == [None] * 20
    assert watch.see(math.inf) == "non-finite"
    assert watch.last_finite_loss == 1e19


def test_pause_and_resume_change_nothing_but_the_time(mnist: Data) -> None:
    plan = Plan((constant(0.05, 12), constant(0.02, 12)))
    gate = Script(polls="go go wait go wait", waits="go go")
    events = run(plan, mnist, gate=gate)
    marks = [event for event in events if isinstance(event, Paused | Resumed)]
    assert marks == [Paused(2), Resumed(2), Paused(4), Resumed(4)]
    told = [event.step for event in events[: events.index(Paused(2))] if isinstance(event, Step)]
    assert told == [0, 0, 1, 1]  # everything so far is told before the pause
    plain = run(plan, mnist)
    assert [e for e in events[:-1] if e not in marks] == plain[:-1]
    assert isinstance(events[-1], Finished)


def test_a_step_makes_one_update_of_every_arm_and_waits_again(mnist: Data) -> None:
    gate = Script(polls="wait", waits="step step go")
    events = run(Plan((constant(0.05, 4), constant(0.02, 4))), mnist, gate=gate)
    told = [(type(event).__name__, getattr(event, "step", None)) for event in events]
    two = ["Step", "Step"]
    assert [name for name, _ in told] == (
        ["Paused", *two, "Paused", *two, "Paused", "Resumed", *two, *two, "Finished"]
    )
    assert [step for name, step in told if name in ("Paused", "Resumed")] == [0, 1, 2, 2]


def test_stepping_over_the_last_update_finishes(mnist: Data) -> None:
    plan = Plan((constant(0.05, 2),), evaluate_at=(2,), evaluate_on=100)
    events = run(plan, mnist, gate=Script(polls="wait", waits="step step step"))
    names = [type(event).__name__ for event in events]
    assert names == ["Paused", "Step", "Paused", "Step", "Evaluation", "Finished"]


@pytest.mark.parametrize(
    ("polls", "waits", "steps"),
    [("stop", "", 0), ("go go go stop", "", 3), ("go wait", "stop", 1), ("wait", "step stop", 1)],
)
def test_a_stop_tells_what_was_done_and_why_it_ended(mnist: Data, polls: str, waits: str, steps: int) -> None:
    events = run(Plan((constant(0.05, 10),)), mnist, gate=Script(polls, waits))
    assert len(losses(events)) == steps
    assert isinstance(events[-1], Stopped)
    assert events[-1].reason == "The script said so."


def test_a_pause_of_a_run_whose_arms_have_all_diverged_finishes_it(mnist: Data) -> None:
    gate = Script(polls="go go go go go go wait")
    events = run(Plan((constant(1e38, 100),)), mnist, gate=gate, flush_seconds=1e9)
    assert [type(event) for event in events[-2:]] == [Diverged, Finished]
    assert gate.waited == 0


def test_seconds_are_those_of_training_alone(mnist: Data) -> None:
    class Slow(Script):
        def wait(self) -> Literal["go"]:
            time.sleep(0.5)
            return "go"

    began = time.perf_counter()
    for batch in train(Plan((constant(0.05, 5),)), mnist, gate=Slow(polls="go wait")):
        time.sleep(0.1)  # a slow reader is not training either
        last = batch[-1]
    took = time.perf_counter() - began
    assert isinstance(last, Finished)
    assert 0 < last.seconds < took - 0.7
