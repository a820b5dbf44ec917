"""Generated scripts and notebooks run by themselves: the rates, losses, looks and ends of our own training loop."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sims.contest import Contest, Line
from sims.cyclical import Cyclical
from sims.data import Data
from sims.data_files import locate
from sims.events import Diverged, Event
from sims.experiment import Experiment
from sims.experiments import EXPERIMENTS
from sims.explorer import Explorer
from sims.export import filename, notebook, script
from sims.fork import Fork
from sims.goldilocks import Goldilocks
from sims.mixup import Mixup
from sims.plan import Arm, Plan
from sims.range_test import Audit, RangeTest
from sims.scaling import Scaling
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


def fork(kind: str, settings: str, line: int, at: int, then: str = "hold", factor: float = 0.1) -> Fork:
    """Return a fork of a run with one seed and, unless it says otherwise, as few steps as there may be."""
    if kind != "fork":
        settings += "&seeds=1" if "&steps=" in settings or kind == "scaling" else "&seeds=1&steps=24"
    return Fork(kind=kind, settings=settings, line=line, at=at, then=then, factor=factor)


CYCLED = "one_cycle-cycle_momentum=true"
HEARD = "reduce_on_plateau-interval=2&reduce_on_plateau-patience=0&steps=40"
PLATEAU = (
    ("reduce_on_plateau-interval", 5),
    ("reduce_on_plateau-patience", 0),
    ("reduce_on_plateau-threshold", 0.5),
)
OFTEN = (("reduce_on_plateau-interval", 2), ("reduce_on_plateau-patience", 0))
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
        steps=60, seeds=1, schedules=("reduce_on_plateau",), own=OFTEN, warmup="linear", warmup_steps=11
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
    "three_rates": Goldilocks(steps=20, seeds=1, high=100.0),
    "mixups": Mixup(
        steps=40,
        epoch_steps=7,
        seeds=1,
        setups=("cosine_stairs", "cosine_slow", "one_cycle_slow", "step_dies"),
    ),
    "batches": Scaling(images=1280, seeds=1, warmup_steps=4),
    "lines": Lines(),
    "drawn": Drawn(),
}
FORKS: dict[str, Fork] = {
    "hold": fork("explorer", "schedules=constant&optimizer=adam&lr=0.005", 1, 9),
    "raise": fork("goldilocks", "high=0.3", 1, 9, factor=10.0),
    "decay": fork("explorer", f"schedules=one_cycle&{CYCLED}", 0, 9, "decay"),
    "decay_high": fork("cyclical", "policies=triangular2&cycle_momentum=true&lr_low=0", 0, 7, "decay", 2.0),
    "shape": fork("explorer", f"schedules=one_cycle&optimizer=adam&lr=0.01&{CYCLED}", 0, 9, "shape"),
    "shape_of_zero": fork("explorer", "schedules=cosine&cosine-T_max=10", 0, 10, "shape", 0.5),
    "warming": fork("explorer", "schedules=step&warmup=exponential&warmup_steps=9", 0, 6, "shape", 3.0),
    "sweep": fork("range_test", "stop_factor=2&steps=60", 0, 44, "shape", 2.0),
    "sweep_ended": fork("range_test", "stop_factor=2&steps=60", 0, 59),
    "listens": fork("explorer", f"schedules=reduce_on_plateau&network=batchnorm&{HEARD}", 0, 20, factor=0.5),
    "stepped": fork("mixup", "epoch_steps=7", 1, 9, "shape", 0.5),
    "large": fork("scaling", "images=1280", 1, 4, "decay"),
    "again": fork(
        "fork", urlencode(fork("mixup", "epoch_steps=7", 3, 9, "shape").as_dict()), 1, 16, factor=5.0
    ),
}
RUNS |= {f"fork_{name}": run for name, run in FORKS.items()}
BOOKS = (
    "sweep", "audit", "warmup", "cycles", "explorer", "three_rates", "mixups", "batches", "fork_decay", "fork_again",
)  # fmt: skip


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
    contests = [run for run in RUNS.values() if isinstance(run, Contest) and not isinstance(run, Fork)]
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


def test_the_forks_above_are_what_they_are_named_after(told: dict[str, Told], ours: Ours) -> None:
    """Or the comparisons would say nothing of an original that had ended, had lowered its rate, or stood at 0."""
    assert FORKS["shape_of_zero"].forked().lrs[10] == 0
    assert {row[0] for row in told["fork_sweep_ended"].history} == {"As it was"}
    assert "Forked at step 59, seed 0: no updates, As it was ended before" in told["fork_sweep_ended"].printed
    for name, at in (("sweep", 44), ("listens", 20)):
        rows = told[f"fork_{name}"].history
        before = [float(row[3]) for row in rows if row[0] == "As it was" and int(row[2]) < at]
        after = [row for row in rows if row[0] != "As it was"]
        assert len(before) == at
        assert int(after[0][2]) == at
        if name == "listens":
            assert min(before) < max(before) / 5
    ends = {event.arm for event in ours("fork_sweep") if isinstance(event, Diverged)}
    assert ends == {0, 1}
