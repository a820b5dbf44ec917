"""The scripts that a learner can copy: executed, and every update's rate compared with the curve beside them."""

import ast
import copy
import io
import runpy
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import SGD
from torch.optim import lr_scheduler as sched

from sims.recipes import EXAMPLES, FOLDER, REFERENCE, REFERENCE_CODE, REFERENCE_STEPS, reference_rates

SCRIPTS = sorted(FOLDER.glob("*.py"))


@pytest.fixture(autouse=True)
def _own_random_state(one_thread: None) -> Any:
    """Give torch's random state back, which the scripts seed."""
    with torch.random.fork_rng(devices=[]):
        yield


def executed(name: str, run_name: str = "script") -> dict[str, Any]:
    """Return the names that a script defines; a warning in it is an error, as everywhere in the tests."""
    return runpy.run_path(str(FOLDER / f"{name}.py"), run_name=run_name)


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return executed("quick_reference")


def rates_of(reference: dict[str, Any], name: str, steps: int = REFERENCE_STEPS) -> list[float]:
    found: Callable[[str, int], list[float]] = reference["rates"]
    return found(name, steps)


# The scripts


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_update_has_the_rate_of_the_curve(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    used = executed(name)["rates"]()
    assert len(used) == EXAMPLES[name].updates
    np.testing.assert_allclose(used, EXAMPLES[name].rates(), rtol=0, atol=1e-10)
    assert capsys.readouterr().out


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_trained_learns(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []
    loss = torch.nn.functional.cross_entropy

    def heard(*given: Any) -> torch.Tensor:
        told = loss(*given)
        seen.append(told.item())
        return told

    monkeypatch.setattr(torch.nn.functional, "cross_entropy", heard)
    executed(name, run_name="__main__")  # and as a learner runs it: it prints
    assert len(seen) == EXAMPLES[name].updates
    assert np.mean(seen[-20:]) < 0.3 * np.mean(seen[:5])
    assert "loss" in capsys.readouterr().out


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_needs_nothing_but_torch(path: Any) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= {"torch", *sys.stdlib_module_names}


def test_a_script_runs_in_a_folder_of_its_own(tmp_path: Any) -> None:
    (tmp_path / "one_cycle.py").write_text(EXAMPLES["one_cycle"].code(), encoding="utf-8")
    command = [sys.executable, "-I", "-W", "error", "one_cycle.py"]
    told = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120)
    assert told.stdout.count("epoch") == 10


def test_every_script_is_in_the_registry_of_scripts() -> None:
    assert {path.name for path in SCRIPTS} == {e.file for e in EXAMPLES.values()} | {REFERENCE_CODE.name}


# The quick reference


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_gives_the_rates_of_the_registry(reference: dict[str, Any], name: str) -> None:
    np.testing.assert_allclose(rates_of(reference, name), reference_rates(name), rtol=0, atol=1e-10)


def test_the_reference_tells_of_all_that_its_script_makes_with_the_same_arguments(
    reference: dict[str, Any],
) -> None:
    assert list(reference["SCHEDULERS"]) == list(REFERENCE)
    text = REFERENCE_CODE.read_text(encoding="utf-8").replace("STEPS - 10", "90")
    made = text.replace("=STEPS", "=100").replace("=BASE", "=0.1")
    for name, entry in REFERENCE.items():
        if name == "LambdaLR":
            continue
        assert (
            f"sched.{name}(opt, {entry.arguments})" in made or f"{name}(optimizer, {entry.arguments})" in made
        )


@pytest.mark.parametrize("name", [name for name in REFERENCE if name != "OneCycleLR"])
def test_what_comes_after_the_length_is_as_told(reference: dict[str, Any], name: str) -> None:
    used = rates_of(reference, name, 200)
    end, later = used[REFERENCE_STEPS], used[REFERENCE_STEPS:]
    match REFERENCE[name].beyond:
        case "stays":
            assert later == pytest.approx([end] * 100)
        case "falls on":
            assert later[-1] < end / 50
        case "climbs again":
            climb = later[:90]
            assert climb == sorted(climb)
            assert climb[-1] > 0.05
        case "begins again":
            assert later == pytest.approx(used[:REFERENCE_STEPS])
        case other:
            assert (name, other) == ("LambdaLR", "as it says")


def test_one_cycle_refuses_to_be_stepped_once_more_than_it_was_made_for(reference: dict[str, Any]) -> None:
    assert len(rates_of(reference, "OneCycleLR", 100)) == 100
    with pytest.raises(ValueError, match="Tried to step 101 times"):
        rates_of(reference, "OneCycleLR", 101)


# What the page says of schedulers in general


def made(lr: float = 0.1) -> SGD:
    return SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)


def test_stepping_the_scheduler_first_warns_and_skips_the_first_rate() -> None:
    optimizer = made()
    scheduler = sched.StepLR(optimizer, step_size=1, gamma=0.5)
    with pytest.warns(UserWarning, match=r"`lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] == 0.05  # before any update was made


def test_get_last_lr_is_the_rate_of_the_next_update_once_the_scheduler_was_stepped() -> None:
    optimizer = made()
    scheduler = sched.StepLR(optimizer, step_size=1, gamma=0.5)
    assert scheduler.get_last_lr() == [0.1]
    optimizer.step()  # update 0, with 0.1
    scheduler.step()
    assert scheduler.get_last_lr() == [0.05]


def resumed(make: Callable[[SGD], sched.LRScheduler], *, scheduler_first: bool) -> list[float]:
    """Return the rates of ten updates of which the last five were made by an optimiser and a scheduler that were loaded."""
    optimizer = made()
    scheduler = make(optimizer)
    used = []
    for step in range(10):
        if step == 5:
            saved = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
            optimizer = made()
            if not scheduler_first:
                optimizer.load_state_dict(saved[0])
            scheduler = make(optimizer)
            if scheduler_first:
                optimizer.load_state_dict(saved[0])
            scheduler.load_state_dict(saved[1])
        used.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return used


def test_a_scheduler_that_is_made_after_loading_the_optimiser_sets_its_rate_back() -> None:
    def one_cycle(optimizer: SGD) -> sched.LRScheduler:
        return sched.OneCycleLR(optimizer, max_lr=0.1, total_steps=10, cycle_momentum=False)

    def linear(optimizer: SGD) -> sched.LRScheduler:
        return sched.LinearLR(optimizer, start_factor=0.1, total_iters=10)

    late, early = resumed(one_cycle, scheduler_first=False), resumed(one_cycle, scheduler_first=True)
    assert early[0] == pytest.approx(0.004)
    assert late[5] == pytest.approx(0.004)  # for one update
    assert early[5] > 0.05
    assert late[6:] == pytest.approx(early[6:])
    late, early = resumed(linear, scheduler_first=False), resumed(linear, scheduler_first=True)
    assert early == pytest.approx([0.01 + 0.009 * step for step in range(10)])
    assert late[5:] == pytest.approx([0.1 * rate for rate in early[5:]])  # for the rest of the run


def test_the_state_of_a_lambda_scheduler_holds_its_count_and_not_its_function() -> None:
    scheduler = sched.LambdaLR(made(), lambda step: 1 / (1 + step))
    stored = io.BytesIO()
    torch.save(scheduler.state_dict(), stored)
    stored.seek(0)
    state = torch.load(stored)
    assert (state["last_epoch"], state["lr_lambdas"]) == (0, [None])


def test_one_cycle_moves_the_momentum_unless_told_otherwise() -> None:
    moved, kept = made(), made()
    sched.OneCycleLR(moved, max_lr=0.1, total_steps=10)
    sched.OneCycleLR(kept, max_lr=0.1, total_steps=10, cycle_momentum=False)
    assert (moved.param_groups[0]["momentum"], kept.param_groups[0]["momentum"]) == (0.95, 0.9)
