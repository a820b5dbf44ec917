"""Starters run as they are, their checks fail in sentences, model solutions pass, plausible wrong ones are named."""

import itertools
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sims.data_files import locate
from sims.exercises.tasks import TASKS, Task

BEGIN = re.compile(r"^# =+ TODO: your part begins here =+$", re.M)
END = re.compile(r"^# =+ your part ends here.*=+$", re.M)
SOLUTIONS = Path(__file__).with_name("exercise_solutions")
BY_NAME = {task.name: task for task in TASKS}
TASK = pytest.mark.parametrize("task", TASKS, ids=lambda task: str(task.name))


def filled(task: Task, *changes: tuple[str, str]) -> str:
    """Return the starter with the model solution as its part, after each of `changes` (old, new) to the latter."""
    part = (SOLUTIONS / task.file).read_text(encoding="utf-8")
    part = re.sub(r"^from sims\..*$", "", part, flags=re.M)
    for old, new in changes:
        assert part.count(old) == 1, f"{old!r} is {part.count(old)} times in the solution"
        part = part.replace(old, new)
    text = task.starter()
    begin, end = BEGIN.search(text), END.search(text)
    assert begin
    assert end
    return text[: begin.end()] + "\n\n" + part + "\n\n" + text[end.start() :]


def arguments(task: Task) -> list[str]:
    return ["--check", *(["--data", str(locate())] if task.data else [])]


_READ: dict[str, Any] = {}


def read_once(mnist: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a starter's `mnist` that hands out what an earlier test has read; the subprocesses read for themselves."""

    def read(folder: str) -> Any:
        if folder not in _READ:
            _READ[folder] = mnist(folder)
        return _READ[folder]

    return read


@pytest.fixture(autouse=True)
def threads_as_before(one_thread: None) -> None:
    """A starter sets the number of threads of its process; give them back after each test."""


def checked(source: str, task: Task, capsys: Any) -> tuple[int, str]:
    """Run a file's check in this process; return its exit status and what it printed."""
    module: dict[str, Any] = {"__name__": "learner"}
    exec(compile(source, task.file, "exec"), module)
    if task.data:
        module["mnist"] = read_once(module["mnist"])
    main: Callable[[Sequence[str]], int] = module["main"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of some of the mistakes made here on purpose
        status = main(arguments(task))
    return status, capsys.readouterr().out


def faults(said: str) -> list[str]:
    """Return the sentences under the checks that do not pass."""
    lines = said.splitlines()
    return [after.strip() for line, after in itertools.pairwise(lines) if line.startswith("not yet")]


@TASK
def test_the_unchanged_starter_runs_alone_and_draws(task: Task, tmp_path: Path) -> None:
    (tmp_path / task.file).write_text(task.starter(), encoding="utf-8")
    short = {"compare-schedules": ["--steps", "20", "--seeds", "1"], "batch-size-scaling": ["--seeds", "1"]}
    words = [*arguments(task)[1:], *short.get(task.name, [])]
    ran = subprocess.run(
        [sys.executable, "-I", task.file, *words], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    pictures = list(tmp_path.glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert ElementTree.parse(picture).findall(".//{http://www.w3.org/2000/svg}polyline")


@TASK
def test_the_learners_part_is_short_and_says_what_to_do(task: Task) -> None:
    assert "TODO" in task.part()
    assert task.part() in task.starter()
    assert "your part" not in task.part()  # neither of the two lines around it
    assert len(task.part().splitlines()) < 60


@TASK
def test_the_check_of_the_unchanged_starter_fails_in_sentences(task: Task, capsys: Any) -> None:
    status, said = checked(task.starter(), task, capsys)
    assert status == 1
    assert len(faults(said)) >= 3
    assert all(re.match(r"[A-Z0-9].*[.?]$", fault) for fault in faults(said)), said
    assert "raised" not in said


@TASK
def test_the_check_passes_with_the_model_solution(task: Task, capsys: Any) -> None:
    status, said = checked(filled(task), task, capsys)
    assert (status, faults(said)) == (0, [])
    assert "Well done" in said


WRONG = (
    ("lr-finder", "the scores of BatchNorm stay changed", "running_mean",
     ("copy.deepcopy(model.state_dict())", "{k: v.clone() for k, v in model.named_parameters()}"),
     ("model.load_state_dict(before)", "model.load_state_dict(before, strict=False)")),
    ("lr-finder", "no copy is made", "as a copy", ("copy.deepcopy(model.state_dict())", "model.state_dict()")),
    ("lr-finder", "equal differences", "Equal differences instead of equal factors",
     ("low * (high / low) ** (step / (steps - 1))", "low + (high - low) * step / (steps - 1)")),
    ("lr-finder", "goes on through NaN", "through all 50 steps", ("            break", "            pass")),
    ("lr-finder", "the lowest point is suggested", "That is the edge",
     ("rates[smooth.index(min(smooth))] / 10", "rates[losses.index(min(losses))]")),
    ("lr-finder", "the rate is set too late", "was made with rate",
     ('        optimizer.param_groups[0]["lr"] = rate\n', ""),
     ("        rates.append(rate)\n", '        rates.append(rate)\n        optimizer.param_groups[0]["lr"] = rate\n')),
    ("compare-schedules", "a length in epochs", "climbs again", ("T_max=steps", "T_max=10")),
    ("compare-schedules", "one-cycle in epochs", "raised ValueError", ("total_steps=steps", "total_steps=10")),
    ("compare-schedules", "never stepped", "never changes", ("        scheduler.step()\n", "")),
    ("compare-schedules", "noted after the step", "speaks of the next update",
     ("        rates.append(float(scheduler.get_last_lr()[0]))\n        scheduler.step()\n",
      "        scheduler.step()\n        rates.append(float(scheduler.get_last_lr()[0]))\n")),
    ("compare-schedules", "seeded once", "Seed torch anew",
     ("    curves = {}\n", "    curves = {}\n    torch.manual_seed(seed)\n"),
     ("        torch.manual_seed(seed)\n        curves[", "        curves[")),
    ("compare-schedules", "always the same seed", "use the seed that is given",
     ("torch.manual_seed(seed)", "torch.manual_seed(0)")),
    ("warmup-scheduler", "a rate for a factor", "a factor, not a rate",
     ("return step / warmup", "return 0.1 * step / warmup"), ("return 0.5 *", "return 0.1 * 0.5 *")),
    ("warmup-scheduler", "a fixed length", "should climb by", ("total_steps // 10", "min(10, total_steps - 1)")),
    ("warmup-scheduler", "climbs again beyond the end", "comes back up",
     ("min(1.0, (step - warmup) / (total_steps - warmup))", "(step - warmup) / (total_steps - warmup)")),
    ("warmup-scheduler", "linear below zero", "below 0",
     ("min(1.0, (step - warmup) / (total_steps - warmup))", "(step - warmup) / (total_steps - warmup)"),
     ("0.5 * (1 + math.cos(math.pi * done))", "1 - done")),
    ("warmup-scheduler", "no decay", "should be below 0.05", ("return 0.5 * (1 + math.cos(math.pi * done))", "return 1.0")),
    ("warmup-scheduler", "division by zero", "ZeroDivisionError", ("if step < warmup", "if step / warmup < 1")),
    ("batch-size-scaling", "the square root", "the linear rule says 0.04", ("other / batch", "(other / batch) ** 0.5")),
    ("batch-size-scaling", "equal updates", "show it 51,200 images", ("images // batch", "400")),
    ("batch-size-scaling", "compared by update", "not at the same update",
     ("int((seen - 1) // window)", "len(found)")),
    ("batch-size-scaling", "not averaged", "Take the mean of each window", ("sum(losses) / len(losses)", "losses[-1]")),
)  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]}: {case[1]}")
def test_a_wrong_solution_is_told_what_is_wrong(case: Any, capsys: Any) -> None:
    name, _, sentence, *changes = case
    status, said = checked(filled(BY_NAME[name], *changes), BY_NAME[name], capsys)
    assert status == 1
    assert any(sentence in fault for fault in faults(said)), said


def test_every_task_has_two_wrong_solutions() -> None:
    for task in TASKS:
        assert sum(case[0] == task.name for case in WRONG) >= 2


def test_what_starters_share_is_the_same_text() -> None:
    shared: dict[str, set[str]] = {}
    for task in TASKS:
        for piece in re.split(r"\n\n\n(?=def |@)", END.split(task.starter())[1]):
            found = re.match(
                r"(?:@\w+\n)?def (mnist|small_cnn|random_batches|draw|need|rates_used|report)\(", piece
            )
            if found:
                shared.setdefault(found[1], set()).add(piece.strip())
    assert len(shared) == 7
    assert [name for name, texts in shared.items() if len(texts) > 1] == []


def test_data_that_cannot_be_had_ends_in_a_sentence(tmp_path: Path, monkeypatch: Any) -> None:
    import sims.vision

    def offline(*_: object, **__: object) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(sims.vision.torchvision.datasets, "MNIST", offline)
    module: dict[str, Any] = {"__name__": "learner"}
    exec(BY_NAME["lr-finder"].starter(), module)
    with pytest.raises(SystemExit, match=r"could not be downloaded .*--data FOLDER"):
        module["main"](["--check", "--data", str(tmp_path / "nowhere")])


def test_over_five_seeds_the_scaled_rate_stays_far_closer_to_the_small_batches() -> None:
    module: dict[str, Any] = {"__name__": "learner"}
    exec(filled(BY_NAME["batch-size-scaling"]), module)
    images, labels = read_once(module["mnist"])(str(locate()))
    for seed in range(5):
        small, scaled, still = module["compare"](images, labels, 12_800, seed).values()
        assert 4 * module["gap"](small, scaled) < module["gap"](small, still)
