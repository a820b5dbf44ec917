"""A run's events as rows: the table under a chart and its CSV file are made from the same ones."""

from collections.abc import Iterable, Iterator
from typing import Any

import dash_mantine_components as dmc
from dash import html

from sims.engine import Run
from sims.events import Diverged, Evaluation, Event, Step
from sims.experiments import rebuild

COLUMNS = (
    "kind", "arm", "seed", "step", "learning_rate", "loss", "momentum", "gradient_norm", "update_ratio", "accuracy", "note",
)  # fmt: skip
"""Columns of the CSV: losses in nats, accuracy from 0 to 1, steps counted from 0."""

SHOWN = 200
"""Rows on the page at the most; the CSV has all."""


def rows(run: Run, events: Iterable[Event]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of COLUMNS for every step, evaluation and divergence of a run, in their order."""
    plan = rebuild(run.kind, run.settings).plan()
    for event in events:
        match event:
            case Step():
                yield (
                    "step", plan.arms[event.arm].name, plan.seeds[event.seed], event.step, event.lr, event.loss,
                    event.momentum, event.grad_norm, event.update_ratio, "", "",
                )  # fmt: skip
            case Evaluation():
                yield (
                    "evaluation", plan.arms[event.arm].name, plan.seeds[event.seed], event.step, "", event.loss,
                    "", "", "", event.accuracy, f"on {event.images} test images",
                )  # fmt: skip
            case Diverged():
                arm = plan.arms[event.arm]
                planned = "" if arm.plateau else arm.lrs[event.step]
                yield (
                    "diverged", arm.name, plan.seeds[event.seed], event.step, planned, event.last_finite_loss,
                    "", "", "", "", event.reason,
                )  # fmt: skip


def table(run: Run, events: Iterable[Event]) -> Any:
    """Return a run's steps as a table, thinned evenly to SHOWN rows, with a link to all of them."""
    steps = [row for row in rows(run, events) if row[0] == "step"]
    several = len({row[1] for row in steps}) > 1
    if not steps:
        return html.P("There are no points yet.", className="quiet")
    every = -(-len(steps) // SHOWN)
    head = (
        *(["Curve"] if several else []),
        "Seed",
        "Step",
        "Learning rate",
        "Loss",
        "Gradient norm",
        "Update / weights",
    )
    body = [
        [*(row[1:3] if several else row[2:3]), row[3], *(f"{row[i]:.4g}" for i in (4, 5, 7, 8))]
        for row in steps[::every]
    ]
    some = f"One row in {every} of {len(steps)}. " if every > 1 else f"{len(steps)} rows. "
    return html.Div(
        [
            html.P(
                [some, html.A("Download all as CSV", href=f"/runs/{run.id}.csv", download="")],
                className="quiet",
            ),
            dmc.Table(
                data={
                    "head": list(head),
                    "body": body,
                    "caption": "Each row is one optimiser update of one seed.",
                },
                striped=True,
                stickyHeader=True,
                className="rows",
            ),
        ]
    )
