"""What is said of a chart: one sentence, at most every five seconds, and once more at the end."""

from typing import Any

import numpy as np
import pytest
from dash import html

from components import spoken
from components.spoken import Announcer, sentence
from sims.events import Diverged, Event, Step
from sims.explorer import Explorer
from sims.race import Race
from sims.range_test import RangeTest
from sims.sweep import Sweep

STATE = {"phase": "running", "slot": "run", "step": 240, "steps": 400, "position": 0, "message": ""}


class View:
    def spoken(self, slot: str) -> str:
        return "cosine 0.12; no run has failed"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_speaks_every_five_seconds_and_at_the_end() -> None:
    clock = Clock()
    announcer = Announcer(View(), "w-spoken", clock)
    said: list[str] = []
    for _ in range(800):
        clock.now += 0.0625
        said += announcer.news("run", STATE).values()
    assert len(said) == 10  # in 50 s
    assert said[0] == "Step 240 of 400: cosine 0.12; no run has failed."
    end = {**STATE, "phase": "finished", "step": 400}
    assert announcer.end("run", end) == {
        ("w-spoken", "children"): "Finished after 400 steps: cosine 0.12; no run has failed."
    }
    clock.now += 4.9
    assert announcer.news("run", STATE) == {}
    concluded = {("w-result", "children"): [html.P("Cosine is ahead.", className="headline"), html.Table()]}
    (said_last,) = announcer.end("run", end, concluded).values()
    assert said_last == "Finished after 400 steps: cosine 0.12; no run has failed. Cosine is ahead."


def test_earlier_runs_and_views_without_words_say_nothing() -> None:
    clock = Clock()
    assert Announcer(View(), "w-spoken", clock).end("earlier-0", STATE) == {}
    mute = Announcer(object(), "w-spoken", clock)
    assert (mute.idle(), mute.end("run", STATE)) == ({}, {})
    assert Announcer(View(), "w-spoken", clock).idle() == {("w-spoken", "children"): ""}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"phase": "queued", "position": 3, "step": 0}, "Waiting at place 3 of the queue."),
        ({"phase": "paused"}, "Paused before step 240 of 400: x."),
        ({"phase": "stopped"}, "Stopped before step 240 of 400: x."),
        ({"phase": "failed", "message": "The worker ended.", "step": 0}, "The worker ended."),
        ({"slot": "audit"}, "Audit: step 240 of 400: x."),
    ],
)
def test_a_sentence_says_how_the_run_stands(change: dict[str, Any], said: str) -> None:
    assert sentence({**STATE, **change}, "x") == said


def step(arm: int, seed: int, t: int, loss: float, lr: float = 0.1) -> Event:
    return Step(arm, seed, t, loss, lr, 0.9, 1.0, 0.01)


def test_a_race_names_every_main_line_and_what_failed() -> None:
    race = Race(Explorer(steps=40, schedules=("constant", "cosine"), seeds=1), 0.0)
    assert spoken.of_race(race) == ""
    for arm in range(4):
        race.take(step(arm, 0, 0, 0.5 + arm))
    assert spoken.of_race(race) == "Constant 0.1 1.50, Cosine 3.50 (loss); no run has failed"
    race.take(Diverged(2, 0, 1, 5.0, "non-finite"))
    assert spoken.of_race(race).endswith("; Constant 0.3 (seed 0) has failed")


def test_a_sweep_says_where_it_is_and_its_lowest() -> None:
    sweep = Sweep(RangeTest(seeds=1), 0.0)
    assert spoken.of_sweep(sweep) == ""
    sweep.feed([step(0, 0, 0, 2.3, 1e-3), step(0, 0, 1, 1.1, 1e-2), step(0, 0, 2, 1.4, 0.2)])
    assert spoken.of_sweep(sweep) == "loss 1.40 at a rate of 0.2, lowest 1.10 at 0.01; no seed has blown up"
    sweep.feed([Diverged(0, 0, 3, 1.4, "non-finite")])
    assert spoken.of_sweep(sweep).endswith("; seed 0 has blown up")


def test_a_plan_says_where_each_schedule_goes() -> None:
    planned = [("A", np.full(3, 0.1)), ("B", np.array([0.1, 0.05, 0.0])), ("C", np.array([0.0, 0.2, 0.1]))]
    assert spoken.plan(3, planned) == (
        "Planned learning rates over 3 steps: A (0.1 throughout); B (from 0.1 to 0); C (from 0 to 0.1 by way of 0.2)."
    )
