"""What the warmup demo draws: rate and loss, the first updates enlarged, the layers, the sharpness."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from components import picture, spoken, theme
from components import warmup_axes as axes
from components.figures import Figure, LiveFigure
from components.follow import Props
from components.plan_chart import legend, planned_rates, style
from components.warmup_result import conclusion
from sims.engine import Run, Status
from sims.events import Diverged, Event, Layers, Sharpness, Step
from sims.params import Param, Spec
from sims.plan import LAYERS
from sims.race import Race
from sims.stability import stability_limit
from sims.warmup import FIRST, Warmup

IN_FRONT = ("graph", "first")
"""Charts of the first tab, which are drawn at every send."""
BESIDE_EVERY = 1.5
"""Seconds between two updates of the charts behind the first tab: hidden or not, each costs a redraw."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
"""Dash of each layer, in the network's order."""


@dataclass(frozen=True)
class Display(Spec):
    """How the demo draws; none of it changes the run."""

    smoothing: float = 0.9

    PARAMS: ClassVar[tuple[Param, ...]] = (
        picture.smoothing(0.9, "Smoothing of the loss", " The enlarged first updates are never smoothed."),
    )


class WarmupView:
    """A view (see `components.follow`) of the demo: four charts that grow together."""

    def __init__(self, name: str, display: Display) -> None:
        self.name = name
        self.display = display
        self.rest = 4.0
        self.races: dict[str, Race] = {}
        self._steps: list[Event] = []
        self._charts: dict[str, LiveFigure] = {}
        self._shown: set[str] = set()
        self._due = 0.0
        self._place: dict[tuple[str, str, int, int], int] = {}
        self._concluded: Props = {}

    # What the follower calls

    def begin(self, slot: str, run: Run) -> None:
        """Take note of a run: the present one or an earlier one."""
        self.races[slot] = Race(Warmup.parse(run.settings), self.display.smoothing)
        self._charts = {}

    def feed(self, slot: str, events: Sequence[Event]) -> None:
        """Take in a run's events."""
        race = self.races[slot]
        if slot == "run":
            self._steps += events
        for event in events:
            gained = race.take(event)
            if slot == "run" and self._charts:
                self._draw(race, event, gained)

    def whole(self) -> Props:
        """Return the charts, and a result that is empty until there is one; without a run only that.

        A run that has just begun gets the charts in front alone, so that the first point waits for no other.
        """
        empty = {(f"{self.name}-result", "children"): None, (f"{self.name}-truth", "data"): None}
        race = self.races.get("run")
        if race is None:
            return self._concluded or empty
        before = [one.contest for slot, one in reversed(self.races.items()) if slot != "run"]
        drawn: Props = {(f"{self.name}-legend", "children"): legend(race.contest, before)}
        figures = self.figures(race)
        begun = any(isinstance(event, Step) and event.step for event in self._steps)
        self._shown = set(figures) if begun else set(IN_FRONT)
        self._due = time.monotonic() + BESIDE_EVERY
        for part in self._shown:
            drawn[(f"{self.name}-{part}", "figure")] = figures[part]
        return drawn | (self._concluded or empty)

    def news(self) -> Props:
        """Return the points that are new; those behind the first tab get theirs every BESIDE_EVERY seconds."""
        now = time.monotonic()
        parts = [part for part in self._charts if part in IN_FRONT or now >= self._due]
        if len(parts) > len(IN_FRONT):
            self._due = now + BESIDE_EVERY
        props: Props = {}
        for part in parts:
            chart = self._charts[part]
            news = chart.patch() if part in self._shown else chart.figure()
            if news is not None:
                props[(f"{self.name}-{part}", "figure")] = news
            self._shown.add(part)
        return props

    def conclusion(self, slot: str, status: Status) -> Props:
        """Return what the run says once it has ended."""
        race = self.races.get("run")
        if race is None or slot != "run" or not isinstance(race.contest, Warmup):
            return {}
        self._concluded = conclusion(self.name, race.contest, self._steps, status.phase == "finished")
        props = self.whole()
        for part, chart in self._charts.items():
            props[(f"{self.name}-{part}", "figure")] = chart.settled()
        return props

    def spoken(self, slot: str) -> str:
        """Return what the curves of the run show so far."""
        return spoken.of_race(self.races["run"]) if slot == "run" else ""

    # Drawing

    def previews(self, contest: Any) -> dict[str, Figure]:
        """Return the charts before any run: the planned rates alone."""
        figures = self.figures(Race(contest, self.display.smoothing))
        figures["graph"]["layout"]["meta"] = {"said": spoken.plan(contest.steps, planned_rates(contest))}
        return figures

    def figures(self, race: Race) -> dict[str, Figure]:
        """Return all charts as they stand, by part."""
        contest = race.contest
        assert isinstance(contest, Warmup)
        self._place = {}
        traces: dict[str, list[dict[str, Any]]] = {"graph": [], "first": [], "weights": [], "sharpness": []}
        for slot, earlier in self.races.items():
            if slot != "run":
                traces["graph"] += _earlier(slot, earlier)
        for arm in range(len(race.lines)):
            self._arm_traces(race, arm, traces)
        self._charts = {
            "graph": LiveFigure(traces["graph"], axes.loss(contest)),
            "first": LiveFigure(traces["first"], axes.first(contest)),
            "weights": LiveFigure(traces["weights"], axes.weights(contest)),
            "sharpness": LiveFigure(traces["sharpness"], axes.sharpness(contest)),
        }
        again = Race(contest, self.display.smoothing)
        for event in self._steps if race is self.races.get("run") else []:
            self._draw(again, event, again.take(event))
        return {part: chart.figure() for part, chart in self._charts.items()}

    def _arm_traces(self, race: Race, arm: int, traces: dict[str, list[dict[str, Any]]]) -> None:
        line, contest = race.lines[arm], race.contest
        colour, _ = theme.schedule_line(line.style)
        faint = {"color": theme.tint(colour, 0.35), "width": 1}

        def add(chart: str, kind: str, part: int, **trace: Any) -> None:
            self._place[chart, kind, arm, part] = len(traces[chart])
            extra = {"mode": "lines", "meta": f"{kind}-{arm}-{part}", "hoverinfo": "skip", "name": line.label}
            traces[chart].append({**extra, **trace})

        rates = contest.rates(line)
        planned = [] if rates is None else rates.tolist()
        add("graph", "planned", 0, x=list(range(len(planned))), y=planned, line=style(line, width=1.2))
        applied = {"color": theme.tint(colour, 0.36), "width": 5}
        seen = {"hoverinfo": "all"}
        add("graph", "applied", 0, line=applied, hovertemplate="rate %{y:.3g}", **seen)
        for seed in range(contest.seeds):
            add("graph", "thin", seed, yaxis="y2", line=faint)
            first = {"color": theme.tint(colour, 0.6), "width": 1}
            add("first", "first", seed, line=first)
        add("graph", "mean", 0, yaxis="y2", line=style(line), hovertemplate="loss %{y:.3f}", **seen)
        for n, layer in enumerate(LAYERS[contest.network]):
            stroke = {"color": colour, "width": 1.4, "dash": DASHES[n]}
            hover = layer + " %{y:.2g}"
            add("weights", "layer", n, line=stroke, hovertemplate=hover, **seen)
        add(
            "weights",
            "gradient",
            0,
            yaxis="y2",
            line=style(line, width=1.4),
            hovertemplate="%{y:.3g}",
            **seen,
        )
        marked = {"mode": "lines+markers", "marker": {"color": colour, "size": 5}}
        add("sharpness", "limit", 0, line=style(line), hovertemplate="limit %{y:.3g}", **marked, **seen)
        add("sharpness", "rate", 0, line=applied, hovertemplate="rate %{y:.3g}", **seen)

    def _draw(self, race: Race, event: Event, gained: int) -> None:
        if isinstance(event, Step):
            arm, seed, t = event.arm, event.seed, event.step
            self._add("graph", "thin", arm, seed, t, race.losses[arm].smoothed[seed][-1])
            if t < FIRST:
                self._add("first", "first", arm, seed, t, event.loss)
            if seed == 0:
                self._add("graph", "applied", arm, 0, t, event.lr)
                self._add("weights", "gradient", arm, 0, t, event.grad_norm)
                self._add("sharpness", "rate", arm, 0, t, event.lr)
            rows = race.losses[arm].rows
            for n in range(len(rows) - gained, len(rows)):
                self._add("graph", "mean", arm, 0, n, rows[n][1])
        elif isinstance(event, Layers) and event.seed == 0:
            for n, ratio in enumerate(event.ratios):
                self._add("weights", "layer", event.arm, n, event.step, ratio)
        elif isinstance(event, Sharpness):
            contest = race.contest
            limit = stability_limit(contest.optimizer, contest.momentum, event.value)
            self._add("sharpness", "limit", event.arm, 0, event.step, limit)
        elif isinstance(event, Diverged):
            self._add("graph", "thin", event.arm, event.seed, event.step, axes.LOSS[1] * 0.9)

    def _add(self, chart: str, kind: str, arm: int, part: int, x: float, y: float) -> None:
        place = self._place.get((chart, kind, arm, part))
        if place is not None and y < float("inf"):
            self._charts[chart].add(place, x, y)


def _earlier(slot: str, race: Race) -> list[dict[str, Any]]:
    """Return the mean losses of an earlier run, faint and dotted."""
    return [
        {
            "mode": "lines",
            "meta": f"{slot}-{arm}",
            "name": f"earlier: {line.label}",
            "yaxis": "y2",
            "x": list(range(len(race.losses[arm].rows))),
            "y": [mean for _, mean, _ in race.losses[arm].rows],
            "line": {**style(line, width=1.3, dash="dot"), "color": theme.tint(style(line)["color"], 0.6)},
            "hoverinfo": "skip",
        }
        for arm, line in enumerate(race.lines)
    ]
