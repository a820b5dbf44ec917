"""Generated scripts and notebooks run by themselves: the rates, losses, looks and ends of our own training loop."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sims.contest import Contest, Line
from sims.cyclical import Cyclical
from sims.data import Data
from sims.data_files import locate
from sims.events import Diverged, Event
from sims.experiment import Experiment
from sims.experiments import EXPERIMENTS
from sims.explorer import Explorer
from sims.export import filename, notebook, script, script_of
from sims.export_makers import of_rates
from sims.export_recipe import recipe
from sims.plan import Arm, Plan
from sims.range_test import Audit, RangeTest
from sims.schedules import SCHEDULES, Planned
from sims.warmup import Warmup
from sims.warmup import cells as map_cells
from tests.sims.exported import Told, compare, execute, rows, run_notebooks, run_scripts
from tests.sims.training import run

pytestmark = pytest.mark.usefixtures("one_thread")


@dataclass(frozen=True)
class Lines(Contest):
    """A contest whose lines differ in batch size, length, and in how often their scheduler is stepped."""

    steps: int = 30
    seeds: int = 2

    KIND = "lines"

    def lines(self) -> tuple[Line, ...]:
        cosine = SCHEDULES["cosine"]
        return (
            Line(cosine, 0.05, "Right", "cosine"),
            Line(cosine, 0.05, "Stepped too seldom", "step", step_every=7),
            Line(cosine, 0.1, 'Large "batch"', "linear", batch_size=96),
        )

    def planned(self, line: Line) -> Planned:
        steps = 20 if line.batch_size else self.steps
        return Planned.of("cosine", line.lr, steps, None, 0, 0.0, {})


@dataclass(frozen=True)
class Drawn(Experiment):
    """An experiment that is no contest: rates out of nowhere, looks that end before the arms do."""

    KIND = "drawn"

    def plan(self) -> Plan:
        arms = (Arm("drawn", (0.0, *(0.01 * (n % 4) for n in range(19)))), Arm("flat", (0.05,) * 12))
        return Plan(arms, (3, 5), evaluate_at=(6, 9), evaluate_on=500, finally_on=700)


PLATEAU = (
    ("reduce_on_plateau-interval", 5),
    ("reduce_on_plateau-patience", 0),
    ("reduce_on_plateau-threshold", 0.5),
)
RUNS: dict[str, Experiment] = {
    "sweep": RangeTest(steps=60, seeds=2),
    "audit": Audit(steps=20, seeds=1, count=5, optimizer="adam"),
    "warmup": Warmup(steps=60, warmup_steps=20, seeds=1),
    "map_cell": map_cells(Warmup())[2][1],
    "cycles": Cyclical(steps=40, seeds=1, policies=("triangular", "exp_range", "cosine_restarts")),
    "momentum": Cyclical(steps=40, seeds=1, policies=("triangular2", "one_cycle"), cycle_momentum=True),
    "super": Cyclical(compare="super", steps=60, seeds=1),
    "explorer": Explorer(steps=40, seeds=2),
    "decays": Explorer(steps=40, seeds=1, schedules=("multistep", "exponential", "polynomial")),
    "newer": Explorer(
        steps=40, seeds=1, schedules=("inverse_sqrt", "wsd", "flat_cosine"), warmup="exponential"
    ),
    "listens": Explorer(
        steps=40, seeds=1, schedules=("reduce_on_plateau", "step"), own=PLATEAU, network="batchnorm"
    ),
    "listens_late": Explorer(
        steps=60, seeds=1, schedules=("reduce_on_plateau",), own=PLATEAU, warmup="linear", warmup_steps=11
    ),
    "diverges": Explorer(
        lr=10.0,
        steps=30,
        seeds=1,
        schedules=("one_cycle",),
        own=(("one_cycle-max_lr", 100.0),),
        batch_size=8,
    ),
    "adamw": Explorer(
        lr=0.003,
        steps=30,
        seeds=1,
        schedules=("one_cycle",),
        optimizer="adamw",
        warmup="constant",
        warmup_start=0.3,
        own=(("one_cycle-cycle_momentum", True),),
    ),
    "lines": Lines(),
    "drawn": Drawn(),
}
BOOKS = ("sweep", "audit", "warmup", "cycles", "explorer")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    return run_scripts({name: script(run) for name, run in RUNS.items()}, tmp_path_factory.mktemp("scripts"))


@pytest.fixture(scope="module")
def booked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    return run_notebooks({name: notebook(RUNS[name]) for name in BOOKS}, tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def ours(mnist: Data) -> Callable[[str], list[Event]]:
    """Train a run with our own loop, each once."""
    done: dict[str, list[Event]] = {}

    def train(name: str) -> list[Event]:
        if name not in done:
            done[name] = run(RUNS[name].plan(), mnist)
        return done[name]

    return train


Ours = Callable[[str], list[Event]]


def test_every_experiment_and_every_schedule_is_run_here() -> None:
    assert {type(run) for run in RUNS.values()} >= set(EXPERIMENTS.values())
    assert {RUNS[name].KIND for name in BOOKS} == set(EXPERIMENTS)
    contests = [run for run in RUNS.values() if isinstance(run, Contest)]
    assert {line.schedule.name for contest in contests for line in contest.lines()} == set(SCHEDULES)


@pytest.mark.parametrize("name", RUNS)
def test_a_script_gives_the_rates_and_losses_of_its_run(name: str, told: dict[str, Told], ours: Ours) -> None:
    compare(told[name], RUNS[name].plan(), ours(name))


@pytest.mark.parametrize("name", BOOKS)
def test_a_notebook_does_as_well(name: str, booked: dict[str, Told], ours: Ours) -> None:
    compare(booked[name], RUNS[name].plan(), ours(name))


def test_the_runs_above_end_in_every_way(told: dict[str, Told], ours: Ours) -> None:
    """Or the comparisons would say nothing of a stop factor, a divergence, or a rate that listens."""
    reasons = {
        (name, event.reason)
        for name in ("sweep", "diverges")
        for event in ours(name)
        if isinstance(event, Diverged)
    }
    assert reasons == {("sweep", "stop factor"), ("diverges", "non-finite")}
    for name in ("listens", "listens_late"):
        rates = [float(row[3]) for row in told[name].history if row[0] == "Reduce on plateau"]
        assert min(rates[12:]) < max(rates) / 5


def test_a_script_run_by_hand_finds_the_data_and_leaves_files(tmp_path: Path) -> None:
    experiment = RangeTest(steps=20, seeds=1, stop_factor=0)
    (tmp_path / "data").symlink_to(locate(), target_is_directory=True)
    (tmp_path / "sweep.py").write_text(script(experiment), encoding="utf-8")
    printed = execute(["sweep.py"], tmp_path)
    assert "sweep, seed 0: 20 updates" in printed
    assert "seed 0: 20 updates; the lowest loss" in printed
    assert len(rows(tmp_path / f"{filename(experiment)}.csv")) == 20


def test_an_arm_can_go_on_as_a_copy_of_another(tmp_path: Path) -> None:
    """The code for forks, of which one keeps the rate of its original and so has to repeat it."""
    whole = recipe(Explorer(lr=0.05, steps=24, seeds=2, schedules=("linear",), optimizer="adam"))
    constant, flat = of_rates((0.05,) * 24)
    low, _ = of_rates((0.005,) * 10)
    first = replace(whole.arms[0], name="First", lr=constant, maker=flat)
    same = replace(first, name="Same", fork_of=0, fork_at=9, looks=first.looks[3:])
    lower = replace(same, name="Lower", lr=low)
    text = script_of(replace(whole, arms=(first, same, lower)), "fork")
    history = run_scripts({"fork": text}, tmp_path)["fork"].history
    for seed in "01":
        curves = {
            name: [row[2:] for row in history if row[:2] == [name, seed]]
            for name in ("First", "Same", "Lower")
        }
        assert curves["Same"] == curves["First"][9:]
        assert [row[0] for row in curves["Lower"]] == [str(step) for step in range(9, 24)]
        assert curves["Lower"][0][2] == curves["First"][9][2]  # the loss before its first own update
        assert {float(row[1]) for row in curves["Lower"]} == {0.005}
        assert curves["Lower"][5][2] != curves["First"][14][2]
