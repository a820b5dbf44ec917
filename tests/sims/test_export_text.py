"""What generated code looks like: it compiles, imports nothing of ours, says only what its run needs, and is no place for
foreign text."""

import ast
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sims.contest import Contest, Line
from sims.cyclical import Cyclical
from sims.errors import ParamError
from sims.experiment import Experiment
from sims.experiments import EXPERIMENTS
from sims.explorer import Explorer
from sims.export import filename, notebook, script
from sims.export_recipe import recipe
from sims.plan import Arm, Plan
from sims.range_test import RangeTest
from sims.schedules import SCHEDULES, Planned
from sims.warmup import Warmup
from tests.sims.exported import cells

DEFAULTS = {kind: experiment() for kind, experiment in EXPERIMENTS.items()}
SEVERAL: dict[str, Experiment] = {
    **DEFAULTS,
    "super": Cyclical(compare="super", cycle_momentum=True),
    "listens": Explorer(schedules=("reduce_on_plateau", "wsd"), warmup="exponential", optimizer="adamw"),
    "batchnorm": RangeTest(network="batchnorm", optimizer="adam", stop_factor=0),
}


def imported(source: str) -> set[str]:
    """Return the packages that a source imports."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | named}


@pytest.mark.parametrize("name", SEVERAL)
def test_code_needs_torch_and_torchvision_alone(name: str) -> None:
    for source in (script(SEVERAL[name]), "\n\n".join(cells(notebook(SEVERAL[name])))):
        compile(source, name, "exec")
        beyond = imported(source) - set(sys.stdlib_module_names)
        assert beyond == {"torch", "torchvision", "matplotlib"}


def test_code_is_free_of_lint(tmp_path: Path) -> None:
    for name, experiment in SEVERAL.items():
        (tmp_path / f"{name}.py").write_text(script(experiment), encoding="utf-8")
        (tmp_path / f"{name}.ipynb").write_text(notebook(experiment), encoding="utf-8")
    rules = ["--select", "E,F,W,UP,B,C4,SIM,PERF", "--ignore", "B905", "--line-length", "120"]
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--target-version", "py311", *rules, "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("kind", DEFAULTS)
def test_the_code_of_the_default_settings_can_be_read_in_one_go(kind: str) -> None:
    assert len(script(DEFAULTS[kind]).splitlines()) < 230


def test_code_says_only_what_its_run_needs() -> None:
    sweep = script(RangeTest())
    assert "Adam" not in sweep
    assert "evaluate" not in sweep
    assert "STOP_FACTOR" not in script(Warmup())
    assert "CosineAnnealingLR" not in script(Explorer(schedules=("step",)))
    assert "isinstance" not in script(Explorer())
    assert script(Explorer(schedules=("constant",))).count("def constant_schedule") == 1


def test_equal_settings_give_equal_files_and_others_another_name() -> None:
    assert script(Warmup()) == script(Warmup(lr=0.08))
    assert notebook(Warmup()) == notebook(Warmup(lr=0.08))
    assert filename(Warmup()) == filename(Warmup(lr=0.08)) != filename(Warmup(lr=0.07))
    assert filename(Warmup()).startswith("warmup_")
    assert filename(Warmup()).isidentifier()
    assert f"python {filename(Warmup())}.py" in script(Warmup())


def test_a_notebook_has_the_form_that_jupyter_reads() -> None:
    book = json.loads(notebook(Explorer()))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert set(book) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in book["cells"]:
        more = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | more
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    kinds = [cell["cell_type"] for cell in book["cells"]]
    assert kinds[0] == "markdown"
    assert kinds.count("markdown") > 6


def test_the_pieces_of_a_notebook_are_those_of_the_script() -> None:
    text = script(Cyclical())
    inside = [cell for cell in cells(notebook(Cyclical())) if cell in text]
    assert len(inside) == len(cells(notebook(Cyclical()))) - 3  # but for imports, run and summary


@dataclass(frozen=True)
class Named(Contest):
    """A contest whose line has a name that would end a string."""

    KIND = "named"

    def lines(self) -> tuple[Line, ...]:
        return (Line(SCHEDULES["constant"], self.lr, 'a" + str(1/0) + "\\', "constant"),)

    def planned(self, line: Line) -> Planned:
        return Planned.of("constant", line.lr, self.steps, None, 0, 0.0, {})


def test_a_name_stays_a_name() -> None:
    arms = next(
        node.value
        for node in ast.parse(script(Named())).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ARMS"
    )
    assert isinstance(arms, ast.Tuple)
    assert isinstance(arms.elts[0], ast.Call)
    assert ast.literal_eval(arms.elts[0].args[0]) == 'a" + str(1/0) + "\\'


@dataclass(frozen=True)
class Mixed(Experiment):
    """An experiment whose arms have different optimisers."""

    KIND = "mixed"

    def plan(self) -> Plan:
        return Plan((Arm("a", (0.1,)), Arm("b", (0.1,), optimizer="adam")))


def test_arms_with_different_optimisers_are_refused() -> None:
    with pytest.raises(ParamError, match="differ in their optimiser"):
        recipe(Mixed())


def test_settings_are_told_in_words() -> None:
    assert "Base rate: 0.1; Steps: 400; Warmup: None; Schedules: Constant" in " ".join(
        script(Explorer()).splitlines()
    )
    tuned = replace(Explorer(), schedules=("cosine",), own=(("cosine-eta_min", 0.01),))
    assert "Cosine, lowest rate: 0.01" in " ".join(script(tuned).splitlines())
