"""Show me the code: a script and a notebook that reproduce an experiment with torch, torchvision and nothing of ours.

Both give the same learning rate at every update and the same losses as the run in the browser. Only checked numbers
and names out of our own lists get into the code, never a text that somebody has sent.
"""

import hashlib
import json
from functools import lru_cache
from importlib.metadata import version
from textwrap import fill

from sims.experiment import Experiment
from sims.export_notebook import notebook_of
from sims.export_pieces import groundwork, imports
from sims.export_recipe import TITLES, Recipe, recipe
from sims.export_report import main, report
from sims.export_training import training


def script(experiment: Experiment) -> str:
    """Return a Python script that reproduces the experiment's run; equal settings give equal text."""
    return script_of(recipe(experiment), filename(experiment))


def script_of(made: Recipe, stem: str) -> str:
    """Return the script of a recipe, whose file is to be called `stem`.py."""
    start = f'"""{_header(made, stem)}"""\n\n{imports(made, script=True)}'
    parts = [piece.code for piece in (*groundwork(made), training(made), report(made))]
    return (
        "\n\n\n".join([start, *parts, main(made, stem)])
        .replace("\n\n\nSEEDS", "\n\nSEEDS")
        .replace("\n\n\nExamples", "\n\nExamples")
        + "\n"
    )


def notebook(experiment: Experiment) -> str:
    """Return the same as a Jupyter notebook (nbformat 4.5): its cells are the script's pieces, explained."""
    made = recipe(experiment)
    cells = [*groundwork(made), training(made), report(made)]
    return notebook_of(_title(made), _about(made), made, cells, filename(experiment))


def filename(experiment: Experiment) -> str:
    """Return what the files are called, without suffix: the kind and a short hash of the settings."""
    settings = json.dumps(experiment.as_dict(), sort_keys=True, default=str)
    return f"{experiment.KIND}_{hashlib.sha256(settings.encode()).hexdigest()[:6]}"


def _title(made: Recipe) -> str:
    return TITLES.get(made.kind, made.kind.capitalize())


def _about(made: Recipe) -> list[str]:
    """Return what there is to know before reading: what this reproduces, with which settings and versions."""
    several = len(made.arms) * len(made.seeds)
    return [
        f"Reproduces a run of Learning Rate Lab: {several} networks trained on MNIST, {len(made.arms)} "
        f"{'arms' if len(made.arms) > 1 else 'arm'} with each of {len(made.seeds)} "
        f"{'seeds' if len(made.seeds) > 1 else 'seed'}. The learning rate of every update is the one in the browser; on the "
        "same kind of device the losses are too, to the last digits.",
        "Settings: " + "; ".join(made.settings) + ".",
        f"Written for torch {_version('torch')} and torchvision {_version('torchvision')}; matplotlib, where it is "
        "installed, draws a picture.",
    ]


def _header(made: Recipe, stem: str) -> str:
    paragraphs = [fill(text, 100) for text in _about(made)]
    command = f"    python {stem}.py --data data --out {stem}.csv"
    return "\n\n".join([f"{_title(made)}.", *paragraphs, command]) + "\n"


@lru_cache
def _version(package: str) -> str:
    return version(package).partition("+")[0]
