"""The rules of the house: who may import whom, and that the web process stays free of torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for room in ("sims", "components", "pages") for path in (ROOT / room).rglob("*.py"))

BANNED = {
    "sims": {"dash", "plotly", "dash_mantine_components", "components", "pages", "app"},
    "components": {"torch", "torchvision", "pages", "app"},
    "pages": {"torch", "torchvision", "distributed", "sqlalchemy", "app"},
}
TORCH_ROOMS = {
    "sims/data.py",
    "sims/model.py",
    "sims/train.py",
    "sims/arms.py",
    "sims/device.py",
    "sims/exercises/batch_size_scaling.py",
    "sims/exercises/compare_schedules.py",
    "sims/exercises/lr_finder.py",
    "sims/exercises/warmup_scheduler.py",
    "sims/feedback.py",
    "sims/sharpness.py",
    "sims/vision.py",
    "sims/weights.py",
}
EXAMPLES = ROOT / "sims" / "examples"
"""Scripts that are shown and executed, and never imported."""
ENGINE_ONLY = {"distributed", "dask", "sqlalchemy"}


def imported(path: Path, *, top_level: bool = False) -> set[str]:
    """Names of the modules that a file imports; with `top_level` only what importing it imports too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        later = top_level and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if for_types or later:
            continue
        pending += list(ast.iter_child_nodes(node))
    return found


def roots(path: Path, *, top_level: bool = False) -> set[str]:
    return {name.partition(".")[0] for name in imported(path, top_level=top_level)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_from_sims_to_components_to_pages_to_app(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert not roots(path) & BANNED[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_torch_stays_in_its_rooms(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name not in TORCH_ROOMS and path.parent != EXAMPLES:
        assert not roots(path, top_level=True) & {"torch", "torchvision"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_dask_and_the_database_stay_in_the_engine(path: Path) -> None:
    if not str(path.relative_to(ROOT)).startswith("sims/engine/"):
        assert not roots(path) & ENGINE_ONLY


def test_pages_do_not_import_pages() -> None:
    for path in (ROOT / "pages").glob("*.py"):
        if path.name != "__init__.py":
            assert not any(name.startswith("pages") for name in imported(path)), path.name


def test_examples_are_no_package_and_nothing_imports_them() -> None:
    assert not (EXAMPLES / "__init__.py").exists()
    for path in MODULES:
        assert not any(name.startswith("sims.examples") for name in imported(path)), path.name


def test_building_the_app_imports_no_torch() -> None:
    code = (
        "import app, sys; app.build(); assert 'torch' not in sys.modules and 'torchvision' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_starting_a_worker_imports_no_dash() -> None:
    code = "import app, sys; assert not {'dash', 'plotly', 'torch', 'fastapi'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
