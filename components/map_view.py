"""The cells of the warmup map: what each shows of its run, in which colour, and the legend of the colours."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from components import theme
from components.aria import aria
from components.follow import Props
from sims.engine import Run, Status
from sims.events import Diverged, Evaluation, Event
from sims.ranking import STUCK
from sims.warmup import MAP_LENGTHS
from sims.warmup_map import verdict

NAME = "warmup-map"
DEMO = "demo"
"""Id of the part of the page that shows the run of a cell."""
BEST, WORST = 0.15, 2.3
"""Final losses, in nats, between which a cell's colour goes from full to none."""
LEGEND = (0.15, 0.3, 0.6, 1.2, 2.0)
"""Final losses whose colours the legend shows."""
WAITING, GONE = "…", "gone"


def place(row: int, column: int) -> str:
    """Return what a cell is called, as a slot of the follower and as part of its id."""
    return f"{row}-{column}"


def colour(loss: float) -> dict[str, str]:
    """Return the style of a cell with this final test loss: the lower, the bluer."""
    if not loss < STUCK:
        return {"background": theme.tint(theme.VERMILLION, 0.25)}
    part = min(max((WORST - loss) / (WORST - BEST), 0.0), 1.0)
    return {"background": theme.tint(theme.BLUE, 0.04 + 0.5 * part**3)}


def legend() -> Any:
    """Return the colours of some losses, and that of a failed run."""
    failed = html.Span("✕", className="patch", style=colour(float("inf")), **aria(hidden="true"))
    patches = [
        html.Span(f"{loss:g}", className="patch", style=colour(loss), title=f"test loss {loss:g}")
        for loss in LEGEND
    ]
    return html.Div(
        [
            html.Span("Final test loss (nats)"),
            html.Span(patches, className="scale"),
            html.Span([failed, "failed: blew up, or ended with the loss of guessing, 2.30"]),
        ],
        className="map-legend",
    )


class MapView:
    """A view (see `components.follow`) of the map's runs, each of which fills one cell.

    `runs` has the run of each cell, `rates` the peak rate of each column, and `kept` the map as an address
    holds it.
    """

    def __init__(self, runs: Mapping[str, str], rates: Sequence[float], kept: str) -> None:
        self.rest = 0.0
        self._runs = runs
        self._rates = tuple(rates)
        self._kept = kept
        self._last: dict[str, Event] = {}
        self._phases: dict[str, str] = {}

    def begin(self, slot: str, run: Run) -> None:
        """Take note of a run; its cell is filled at its end."""

    def feed(self, slot: str, events: Sequence[Event]) -> None:
        """Keep the last measurement, or the divergence that took its place."""
        for event in events:
            if isinstance(event, Evaluation | Diverged):
                self._last[slot] = event

    def whole(self) -> Props:
        """Return nothing: cells are filled as their runs end."""
        return {}

    def news(self) -> Props:
        """Return nothing, likewise."""
        return {}

    def conclusion(self, slot: str, status: Status) -> Props:
        """Return the cell of a run that has ended, how many have, and after the last one what the map shows."""
        self._phases[slot] = status.phase
        cell, loss = f"{NAME}-{slot}", self._loss(slot)
        text = {"stopped": "stopped"}.get(status.phase, "no result")
        if loss is not None:
            cross = "" if loss < STUCK else "✕ "
            text = f"{cross}blew up" if loss == float("inf") else f"{cross}{loss:.2f}"
        props: Props = {
            (cell, "children"): self._link(slot, text),
            (cell, "style"): {} if loss is None else colour(loss),
            (f"{NAME}-count", "children"): f"{len(self._phases)} of {len(self._runs)} runs have ended.",
        }
        if len(self._phases) == len(self._runs):
            props |= {(f"{NAME}-said", "children"): self._said(), (f"{NAME}-stop", "disabled"): True}
        return props

    def _loss(self, slot: str) -> float | None:
        """Return the final test loss, infinite after a divergence, or None of a run that has not finished."""
        last = self._last.get(slot)
        if self._phases.get(slot) != "finished" or not isinstance(last, Evaluation | Diverged):
            return None
        return float("inf") if isinstance(last, Diverged) else last.loss

    def _link(self, slot: str, text: str) -> Any:
        row, column = (int(part) for part in slot.split("-"))
        length = f"{MAP_LENGTHS[row]} updates of warmup" if row else "no warmup"
        return dcc.Link(
            text,
            href=f"/warmup?run={self._runs[slot]}&map={self._kept}#{DEMO}",
            title=f"Peak rate {self._rates[column]:.2g}, {length}: show this run in the demo",
            refresh=False,
        )

    def _said(self) -> str:
        losses = {}
        for slot in self._runs:
            loss = self._loss(slot)
            if loss is not None:
                row, column = slot.split("-")
                losses[int(row), int(column)] = loss
        whole = len(MAP_LENGTHS) * len(self._rates)
        if len(losses) < whole:
            return f"The map is not complete: {len(losses)} of {whole} runs were trained to their end."
        return verdict(losses, self._rates)
