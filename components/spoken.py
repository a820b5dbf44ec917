"""One sentence about a chart that goes along with its run, for who does not see it.

The sentence stands in a quiet live region, which screen readers read out whenever it changes. It
changes at most every EVERY seconds and once more at the end, so that it neither interrupts itself
all the time nor slows the curves down.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from dash import html

from components.aria import aria
from sims.race import Race
from sims.smoothing import Curve
from sims.sweep import Sweep

EVERY = 5.0
"""Seconds between two announcements."""
NOTHING_FAILED = "no run has failed"


@runtime_checkable
class Speaking(Protocol):
    """A view (see `components.follow`) that can say what its chart shows."""

    def spoken(self, slot: str) -> str:
        """Return what the curves of `slot` show so far, without a full stop; "" for what needs no words."""


class Announcer:
    """Says when the sentence about a run changes; `clock` gives seconds."""

    def __init__(self, view: object, component: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._view = view if isinstance(view, Speaking) else None
        self._component = component
        self._clock = clock
        self._said_at = clock()

    def idle(self) -> dict[tuple[str, str], Any]:
        """Return what clears the sentence; `assets/spoken.js` describes the planned chart then."""
        return {} if self._view is None else {(self._component, "children"): ""}

    def news(self, slot: str, state: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
        """Return the sentence where it is time for one; `state` is that of the run bar."""
        if self._clock() - self._said_at < EVERY:
            return {}
        return self.end(slot, state)

    def end(
        self, slot: str, state: Mapping[str, Any], concluded: Mapping[tuple[str, str], Any] | None = None
    ) -> dict[tuple[str, str], Any]:
        """Return the sentence now, as at the end of a run, with the headline of what was `concluded`."""
        if self._view is None or slot.startswith("earlier"):
            return {}
        self._said_at = self._clock()
        said = (sentence(state, self._view.spoken(slot)), headline((concluded or {}).values()))
        return {(self._component, "children"): " ".join(part for part in said if part)}


def sentence(state: Mapping[str, Any], curves: str) -> str:
    """Return how a run stands and what its curves show, as one sentence."""
    step, steps = state["step"], state["steps"]
    heads = {
        "queued": f"Waiting at place {state['position']} of the queue",
        "starting": "The run is starting",
        "running": f"Step {step} of {steps}",
        "paused": f"Paused before step {step} of {steps}",
        "finished": f"Finished after {step} steps",
        "stopped": f"Stopped before step {step} of {steps}",
        "failed": (state["message"] or "This run failed").rstrip("."),
    }
    head = heads[state["phase"]]
    if state["slot"] == "audit":
        head = f"Audit: {head[0].lower()}{head[1:]}"
    return f"{head}: {curves}." if curves and step else f"{head}."


def headline(values: Iterable[Any]) -> str:
    """Return the text of the first component called "headline" among lists of components; "" without one."""
    for children in values:
        for one in children if isinstance(children, list) else []:
            if getattr(one, "className", None) == "headline":
                return str(one.children) if isinstance(one.children, str) else ""
    return ""


def region(name: str) -> Any:
    """Return the place for the sentence of the widget called `name`."""
    return html.P(id=f"{name}-spoken", className="spoken", **aria(live="polite", atomic="true"))


def of_race(race: Race) -> str:
    """Return the mean loss of every main line as it stands, and what has failed."""
    losses = [
        f"{line.label} {curves.rows[-1][1]:.2f}"
        for line, curves in zip(race.lines, race.losses, strict=True)
        if line.main and curves.rows
    ]
    if not losses:
        return ""
    failed = [f"{race.lines[arm].label} (seed {seed})" for arm, seed in sorted(race.ended)]
    what = "smoothed loss" if race.beta else "loss"
    return f"{', '.join(losses)} ({what}); {_failed(failed)}"


def of_sweep(sweep: Sweep) -> str:
    """Return the rate that was reached, the mean loss there, and the lowest so far."""
    if not sweep.mean:
        return ""
    rate, _, loss, _ = sweep.mean[-1]
    best = min(sweep.mean, key=lambda row: row[2])
    failed = [f"seed {seed}" for seed in sorted(sweep.ended)]
    said = f"loss {loss:.2f} at a rate of {rate:.2g}, lowest {best[2]:.2f} at {best[0]:.2g}"
    return f"{said}; {_failed(failed, 'blown up')}"


def _failed(names: list[str], how: str = "failed") -> str:
    if not names:
        return NOTHING_FAILED if how == "failed" else f"no seed has {how}"
    return f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} {how}"


def plan(steps: int, planned: Iterable[tuple[str, Curve]]) -> str:
    """Return what a chart of planned rates shows before any run; `planned` has label and rates of each curve."""
    said = []
    for label, rates in planned:
        first, last, highest = float(rates[0]), float(rates[-1]), float(rates.max())
        flat = highest - float(rates.min()) <= 1e-9 * highest
        through = f"{first:.2g} throughout" if flat else f"from {first:.2g} to {last:.2g}"
        top = f" by way of {highest:.2g}" if highest > 1.01 * max(first, last) else ""
        said.append(f"{label} ({through}{top})")
    return f"Planned learning rates over {steps} steps: {'; '.join(said)}."


def plan_of_sweep(low: float, high: float) -> str:
    """Return what the empty chart of a range test is for."""
    return f"An empty chart for the training loss against a learning rate that grows from {low:.2g} to {high:.2g}."
