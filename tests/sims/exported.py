"""Runs generated scripts and notebooks where nothing of ours can be imported, and compares them with the training loop."""

import csv
import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sims.data_files import locate
from sims.events import Diverged, Evaluation, Event, Step
from sims.plan import Plan
from tests.sims.training import of

ALONE = """
import csv, functools, runpy, sys
for ours in ("sims", "components", "pages", "app"):
    sys.modules[ours] = None  # importing it fails
def read_once():
    datasets = sys.modules["torchvision.datasets"]
    if not hasattr(datasets.MNIST, "cache_info"):
        datasets.MNIST = functools.cache(datasets.MNIST)
"""
"""After the first script or notebook, the files of MNIST are not read again: that takes longer than most of them do."""

DRIVER = """
data, *scripts = sys.argv[1:]
for script in scripts:
    sys.argv = [script, "--data", data, "--out", script[:-3] + ".csv"]
    print(script, flush=True)
    runpy.run_path(script, run_name="__main__")
    read_once()
"""
"""Runs scripts one after another in one process, because importing torch takes longer than they do."""

READER = """
for book in sys.argv[1:]:
    names = {"__name__": "__main__"}
    with open(book + ".txt", encoding="utf-8") as cells:
        exec(compile(cells.read(), book, "exec"), names)
    read_once()
    for measured in ("history", "tests"):
        with open(book + "." + measured, "w", newline="") as out:
            csv.writer(out).writerows([["head"], *names.get(measured, [])])
"""
"""Executes the code cells of notebooks, each as one text, in the folder in which they look for their data."""


@dataclass(frozen=True)
class Told:
    """What a script or notebook measured: rows of history and tests as texts, and what it printed."""

    history: list[list[str]]
    tests: list[list[str]]
    printed: str = ""


def environment() -> dict[str, str]:
    """Return the environment of a computer without a GPU and without this project."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "CUDA_VISIBLE_DEVICES": "", "PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}


def execute(arguments: Sequence[str], folder: Path) -> str:
    """Run Python in `folder` and return what it printed; its errors are in the failure."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def run_scripts(sources: Mapping[str, str], folder: Path) -> dict[str, Told]:
    """Run scripts, by name, in one process; return by name what each wrote into its CSV files."""
    paths = []
    for name, source in sources.items():
        path = folder / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        paths.append(str(path))
    printed = execute(["-c", ALONE + DRIVER, str(locate()), *paths], folder)
    return {
        name: Told(rows(folder / f"{name}.csv"), rows(folder / f"{name}_tests.csv"), printed)
        for name in sources
    }


def run_notebooks(sources: Mapping[str, str], folder: Path) -> dict[str, Told]:
    """Execute the code cells of notebooks, by name, in one process; return by name what each measured."""
    (folder / "data").symlink_to(locate(), target_is_directory=True)
    for name, source in sources.items():
        (folder / f"{name}.txt").write_text("\n\n".join(cells(source)), encoding="utf-8")
    printed = execute(["-c", ALONE + READER, *sources], folder)
    return {
        name: Told(rows(folder / f"{name}.history"), rows(folder / f"{name}.tests"), printed)
        for name in sources
    }


def rows(path: Path) -> list[list[str]]:
    """Return the rows of a CSV file below its head, none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.reader(file))[1:]


def cells(notebook: str) -> list[str]:
    """Return the code cells of a notebook."""
    found = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in found]


def compare(told: Told, plan: Plan, events: Sequence[Event]) -> None:
    """Assert that rates, losses, looks at the test images and ends are those of our own loop.

    A script does not measure a fork at the fork itself, where it is still its original.
    """
    arms = [arm.name for arm in plan.arms]
    for number, arm in enumerate(arms):
        for place, seed in enumerate(plan.seeds):
            steps = of(Step, events, number, place)
            theirs = [row[2:] for row in told.history if row[:2] == [arm, str(seed)]]
            assert [int(row[0]) for row in theirs] == [step.step for step in steps], (arm, seed)
            close([row[1] for row in theirs], [step.lr for step in steps], rel=1e-9, abs_=1e-15)
            close([row[2] for row in theirs], [step.loss for step in steps], rel=1e-6, abs_=1e-6)
            fork_at = plan.arms[number].fork_at
            looks = [look for look in of(Evaluation, events, number, place) if look.step > fork_at]
            looked = [row[2:] for row in told.tests if row[:2] == [arm, str(seed)]]
            assert [int(row[0]) for row in looked] == [look.step for look in looks]
            close([row[1] for row in looked], [look.loss for look in looks], rel=1e-6, abs_=1e-6)
            close([row[2] for row in looked], [look.accuracy for look in looks], rel=0, abs_=1e-6)
            for end in of(Diverged, events, number, place):
                if end.reason == "non-finite":
                    assert f"{arm}, seed {seed}: diverged, the loss at step {end.step} is" in told.printed
    assert len(told.history) == len([event for event in events if isinstance(event, Step)])


def close(texts: Sequence[str], numbers: Sequence[float], *, rel: float, abs_: float) -> None:
    """Assert that texts are these numbers."""
    theirs = [float(text) for text in texts]
    assert theirs == pytest.approx(list(numbers), rel=rel, abs=abs_, nan_ok=True)
    assert all(math.isfinite(a) == math.isfinite(b) for a, b in zip(theirs, numbers, strict=True))
