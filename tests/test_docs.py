"""What is public is documented: docstrings, environment variables, the README's commands."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    [ROOT / "app.py", *(p for room in ("sims", "components", "pages") for p in (ROOT / room).rglob("*.py"))]
)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def undocumented(tree: ast.Module) -> list[str]:
    """Return the public names of a module, and the module itself, that have no docstring."""
    missing = [] if ast.get_docstring(tree) or not tree.body else ["the module"]
    named = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return missing + [n.name for n in named if not n.name.startswith("_") and not ast.get_docstring(n)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_names_have_docstrings(path: Path) -> None:
    assert undocumented(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_every_environment_variable_is_in_the_readme() -> None:
    used = {
        name for path in SOURCES for name in re.findall(r"LRLAB_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    assert used - set(re.findall(r"LRLAB_[A-Z_]+", README)) == set()


def test_the_readme_gives_both_commands_and_they_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test"):
        assert re.search(rf"^make {target}\b", README, re.M)
        assert re.search(rf"^{target}:", makefile, re.M)


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("[tool.setuptools]")]
    lines = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert lines
    assert [line for line in lines if "#" not in line] == []


def test_the_links_of_the_readme_lead_to_files() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
