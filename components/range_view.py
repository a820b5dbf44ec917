"""What the range test's page draws: loss against rate as it is measured, then what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from components import picture, spoken, theme
from components.figures import Figure, LiveFigure, axis, layout, legend
from components.follow import Props
from components.range_result import conclusion
from sims.engine import Run, Status
from sims.events import Diverged, Event, Step
from sims.params import Param, Spec
from sims.range_test import Audit, RangeTest
from sims.sweep import Sweep

DASHES = ("dot", "dash", "dashdot")
LINEAR, LOG = (0.0, 3.2), (0.03, 30.0)
"""What the loss axis spans, in nats: fixed, so that nothing jumps while points arrive."""


@dataclass(frozen=True)
class Display(Spec):
    """How a sweep is drawn; none of it changes the run."""

    smoothing: float = 0.8
    loss_axis: str = "linear"

    PARAMS: ClassVar[tuple[Param, ...]] = (
        picture.smoothing(0.8),
        picture.scale("loss_axis", "Loss axis", "A log axis shows a blow-up whole.", "linear"),
    )


class RangeView:
    """A view (see `components.follow`) of a sweep, its audit, and earlier sweeps under it."""

    def __init__(self, name: str, display: Display) -> None:
        self.name = name
        self.display = display
        self.rest = 0.0
        self.sweeps: dict[str, Sweep] = {}
        self.audit: Audit | None = None
        self.audited: list[Event] = []
        self._live: LiveFigure | None = None
        self._concluded: Props = {}
        self._extra: tuple[list[dict[str, Any]], dict[str, Any]] = ([], {})

    # What the follower calls

    def begin(self, slot: str, run: Run) -> None:
        """Take note of a run: a sweep (the present one or an earlier one) or an audit."""
        if slot == "audit":
            self.audit = Audit.parse(run.settings)
        else:
            self.sweeps[slot] = Sweep(RangeTest.parse(run.settings), self.display.smoothing)
        self._live = None

    def feed(self, slot: str, events: Sequence[Event]) -> None:
        """Take in a run's events."""
        if slot == "audit":
            self.audited += events
            return
        sweep = self.sweeps[slot]
        for event in events:
            if isinstance(event, Step):
                gained = sweep.step(event)
                if slot == "run" and self._live is not None:
                    self._draw_step(sweep, event, gained)
            elif isinstance(event, Diverged):
                sweep.ended[event.seed] = event
                if slot == "run" and self._live is not None:
                    self._draw_end(sweep, event)

    def whole(self) -> Props:
        """Return the figure, and a result that is empty until there is one."""
        empty = {
            (f"{self.name}-result", "children"): None,
            (f"{self.name}-audit", "disabled"): True,
            (f"{self.name}-carry", "disabled"): True,
            (f"{self.name}-truth", "data"): None,
        }
        drawn = {
            (f"{self.name}-graph", "figure"): self.figure(),
            (f"{self.name}-legend", "children"): self.legend(),
        }
        return drawn | (self._concluded or empty)

    def news(self) -> Props:
        """Return the points that are new."""
        patch = self._live.patch() if self._live is not None else None
        return {} if patch is None else {(f"{self.name}-graph", "figure"): patch}

    def conclusion(self, slot: str, status: Status) -> Props:
        """Return what follows from a sweep that ended, or from its audit."""
        sweep = self.sweeps.get("run")
        if sweep is None or slot.startswith("earlier"):
            return {}
        result = conclusion(self.name, sweep, self.audit, self.audited)
        self._extra, self._concluded = (result.traces, result.layout), result.props
        props = self.whole()
        if self._live is not None:  # which `whole` has just drawn
            props[(f"{self.name}-graph", "figure")] = self._live.settled()
        return props

    def spoken(self, slot: str) -> str:
        """Return what the curve of the sweep shows so far; of an audit the result says it."""
        return spoken.of_sweep(self.sweeps["run"]) if slot == "run" else ""

    # Drawing

    def figure(self) -> Figure:
        """Return the chart as it stands."""
        self._live = LiveFigure(self._traces(), self._layout())
        sweep = self.sweeps.get("run")
        if sweep is not None:
            for seed in range(sweep.spec.seeds):
                for lr, loss in zip(sweep.lrs[seed], sweep.losses[seed], strict=True):
                    self._live.add(3 + seed, lr, loss)
            self._add_mean(sweep, len(sweep.mean))
            for end in sweep.ended.values():
                self._draw_end(sweep, end)
        return self._live.figure()

    def legend(self) -> list[Any]:
        """Return the names of what the chart shows."""
        return legend(self._traces())

    def _traces(self) -> list[dict[str, Any]]:
        """Band (two edges), mean, then raw points of each seed, blow-ups, earlier sweeps, results."""
        blue = theme.BLUE
        edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        sweep = self.sweeps.get("run")
        seeds = sweep.spec.seeds if sweep else 1
        over = f" of {seeds} seeds" if seeds > 1 else ""
        smooth = "Smoothed mean" if self.display.smoothing else "Mean"
        traces: list[dict[str, Any]] = [
            {**edge, "name": "lowest seed", "meta": "low"},
            {
                **edge,
                "name": "Band over seeds",
                "meta": "high",
                "fill": "tonexty",
                "fillcolor": theme.tint(blue, 0.16),
                "key": ("area", theme.tint(blue, 0.16)) if seeds > 1 else None,
            },
            {
                "name": smooth + over,
                "meta": "mean",
                "key": ("line", blue),
                "mode": "lines",
                "line": {"color": blue, "width": 2.4},
                "hovertemplate": "%{y:.3f}",
            },
        ]
        traces += [
            {
                "name": "Every batch",
                "meta": f"raw-{seed}",
                "key": ("thin", blue) if seed == 0 else None,
                "mode": "lines",  # a marker is a node of its own: 300 of them double the time of a redraw
                "line": {"color": theme.tint(blue, 0.34), "width": 1},
                "hovertemplate": f"seed {seed}: %{{y:.3f}}<extra></extra>",
            }
            for seed in range(seeds)
        ]
        traces.append(
            {
                "name": "Blew up",
                "meta": "blew-up",
                "key": ("cross", theme.VERMILLION),
                "mode": "markers",
                "marker": {"color": theme.VERMILLION, "size": 10, "symbol": "x"},
                "hovertemplate": "a seed blew up at %{x:.3g}<extra></extra>",
            }
        )
        for n, (slot, earlier) in enumerate((s, e) for s, e in self.sweeps.items() if s != "run"):
            traces.append(
                {
                    "name": "Earlier: " + describe(earlier.spec),
                    "meta": slot,
                    "key": ("dashed", theme.GREY),
                    "mode": "lines",
                    "line": {"color": theme.GREY, "width": 1.5, "dash": DASHES[n % len(DASHES)]},
                    "x": [row[0] for row in earlier.mean],
                    "y": [row[2] for row in earlier.mean],
                    "hovertemplate": "%{y:.3f}",
                }
            )
        return traces + self._extra[0]

    def _layout(self) -> dict[str, Any]:
        sweep = self.sweeps.get("run")
        spec = sweep.spec if sweep else RangeTest()
        log = self.display.loss_axis == "log"
        return layout(
            axis("Learning rate (log scale)", log=True, span=(spec.lr_min, spec.lr_max), hoverformat=".3g"),
            axis("Training loss (nats)", log=log, span=LOG if log else LINEAR),
            keep_zoom=f"{spec.lr_min}-{spec.lr_max}-{log}",
            meta=None if sweep else {"said": spoken.plan_of_sweep(spec.lr_min, spec.lr_max)},
            **self._extra[1],
        )

    def _draw_step(self, sweep: Sweep, event: Step, gained: int) -> None:
        assert self._live is not None
        self._live.add(3 + event.seed, event.lr, event.loss)
        self._add_mean(sweep, gained)

    def _add_mean(self, sweep: Sweep, gained: int) -> None:
        assert self._live is not None
        for lr, low, mean, high in sweep.mean[len(sweep.mean) - gained :]:
            self._live.add(0, lr, low)
            self._live.add(1, lr, high)
            self._live.add(2, lr, mean)

    def _draw_end(self, sweep: Sweep, end: Diverged) -> None:
        assert self._live is not None
        top = LOG[1] * 0.8 if self.display.loss_axis == "log" else LINEAR[1] * 0.97
        self._live.add(3 + sweep.spec.seeds, float(sweep.spec.rates()[end.step]), top)


def describe(spec: RangeTest) -> str:
    """Return what tells one sweep from another in a few words."""
    return f"{spec.optimizer}, batch {spec.batch_size}, {spec.network}, {spec.steps} steps"
