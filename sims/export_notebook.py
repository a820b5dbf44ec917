"""Pieces of code as a Jupyter notebook: nbformat 4.5, written as the JSON that it is."""

import json
from collections.abc import Sequence
from typing import Any

from sims.export_pieces import Piece, imports
from sims.export_recipe import Recipe
from sims.export_report import run_all

DATA = "data"
"""Folder for MNIST beside the notebook."""


def notebook_of(title: str, about: Sequence[str], recipe: Recipe, pieces: Sequence[Piece], stem: str) -> str:
    """Return the notebook with a cell for each piece, explained, and cells that run them; ids are the cells' positions."""
    cells = [_markdown(f"# {title}", *about), _code(imports(recipe, script=False))]
    for piece in pieces:
        cells += [_markdown(f"## {piece.heading}", piece.prose), _code(piece.code)]
    load = [f'train_set = load("{DATA}", train=True)']
    if recipe.tested:
        load.append(f'test_set = load("{DATA}", train=False)')
    cells += [
        _markdown("## Run", f"MNIST is read from the folder `{DATA}`; what is missing there is downloaded."),
        _code("\n".join([*load, "", run_all(recipe)])),
        _code(
            f'summary({"tests" if recipe.tested else "history"})\nif find_spec("matplotlib"):\n    plot(history, "{stem}.png")'
        ),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5},
        indent=1,
        ensure_ascii=False,
    ) + "\n"  # fmt: skip


def _markdown(*paragraphs: str) -> dict[str, Any]:
    text = "\n\n".join(part for part in paragraphs if part)
    return {"cell_type": "markdown", "id": "", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    return {
        "cell_type": "code", "id": "", "metadata": {}, "execution_count": None, "outputs": [], "source": lines,
    }  # fmt: skip
