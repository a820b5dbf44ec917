"""What the explorer draws while schedules train: rate, loss and test accuracy over one step axis."""

from collections.abc import Sequence
from typing import Any

from components import spoken, theme
from components.figures import Figure, LiveFigure, axis, corners, layout
from components.follow import Props
from components.plan_chart import Display, legend, planned_rates, style
from components.race_result import Conclude, conclusion
from sims.contest import Contest
from sims.engine import Run, Status
from sims.events import Diverged, Evaluation, Event, Step
from sims.explorer import Explorer
from sims.race import Race

RATE, LOSS, ACCURACY = (0.73, 1.0), (0.27, 0.68), (0.0, 0.22)
"""Which part of the chart's height each of the three has."""
LINEAR, LOG = (0.0, 2.6), (0.03, 6.0)
"""What the loss axis spans, in nats: fixed, so that nothing jumps while points arrive."""

TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5)
"""Where a log axis of the loss is labelled."""


class RaceView:
    """A view (see `components.follow`) of a race, with earlier ones under it."""

    linear, log = LINEAR, LOG

    def __init__(
        self,
        name: str,
        display: Display,
        experiment: type[Contest] = Explorer,
        conclude: Conclude = conclusion,
    ) -> None:
        self.name = name
        self.experiment = experiment
        self.conclude = conclude
        self.display = display
        self.rest = 4.0
        self.races: dict[str, Race] = {}
        self._events: list[Event] = []
        self._live: LiveFigure | None = None
        self._place: dict[tuple[str, int, int], int] = {}
        self._best_constant: int | None = None
        self._concluded: Props = {}

    # What the follower calls

    def begin(self, slot: str, run: Run) -> None:
        """Take note of a run: the present race or an earlier one."""
        self.races[slot] = Race(self.experiment.parse(run.settings), self.display.smoothing)
        self._live = None

    def feed(self, slot: str, events: Sequence[Event]) -> None:
        """Take in a run's events."""
        race, drawing = self.races[slot], slot == "run" and self._live is not None
        if slot == "run":
            self._events += [event for event in events if not isinstance(event, Step)]
        for event in events:
            gained = race.take(event)
            if drawing and isinstance(event, Step):
                self._draw_step(race, event, gained)
            elif drawing and isinstance(event, Evaluation):
                self._draw_accuracy(race, event.arm, gained)
            elif drawing and isinstance(event, Diverged):
                self._draw_end(race, event)

    def whole(self) -> Props:
        """Return the figure, and a result that is empty until there is one."""
        empty = {(f"{self.name}-result", "children"): None, (f"{self.name}-truth", "data"): None}
        race = self.races.get("run")
        drawn: Props = {
            (f"{self.name}-graph", "figure"): self.figure(),
            (f"{self.name}-legend", "children"): legend(race.contest, self._before()) if race else None,
        }
        return drawn | (self._concluded or empty)

    def news(self) -> Props:
        """Return the points that are new."""
        patch = self._live.patch() if self._live is not None else None
        return {} if patch is None else {(f"{self.name}-graph", "figure"): patch}

    def conclusion(self, slot: str, status: Status) -> Props:
        """Return the ranking once the race has ended."""
        race = self.races.get("run")
        if race is None or slot != "run":
            return {}
        result = self.conclude(self.name, race.contest, self._events, status.phase == "finished")
        self._best_constant, self._concluded = result.best_constant, result.props
        props = self.whole()
        if self._live is not None:  # which `whole` has just drawn
            props[(f"{self.name}-graph", "figure")] = self._live.settled()
        return props

    def spoken(self, slot: str) -> str:
        """Return what the curves of the race show so far."""
        return spoken.of_race(self.races["run"]) if slot == "run" else ""

    # Drawing

    def _before(self) -> list[Contest]:
        """Return the settings of the earlier races, the latest first."""
        return [race.contest for slot, race in reversed(self.races.items()) if slot != "run"]

    def figure(self) -> Figure:
        """Return the chart as it stands."""
        race = self.races.get("run")
        contest = race.contest if race is not None else self.experiment()
        self._live = LiveFigure(self._traces(race), self._layout(contest))
        if race is not None:
            for arm in range(len(race.lines)):
                for seed in range(contest.seeds):
                    begin = race.lines[arm].fork_at
                    for t, lr in enumerate(race.lrs[arm][seed], begin):
                        self._add("applied", arm, seed, t, lr)
                    for t, loss in enumerate(race.shown(arm, seed), begin):
                        self._add("thin", arm, seed, t, loss)
                self._add_mean(race, arm, len(race.losses[arm].rows))
                self._draw_accuracy(race, arm, len(race.accuracies[arm]))
            for end in race.ended.values():
                self._draw_end(race, end)
        return self._live.figure()

    def preview(self, contest: Contest) -> Figure:
        """Return the chart before any run: the planned rates alone."""
        race = Race(contest, self.display.smoothing)
        said = {"meta": {"said": spoken.plan(contest.steps, planned_rates(contest))}}
        return LiveFigure(self._traces(race), self._layout(contest) | said).figure()

    def _traces(self, race: Race | None) -> list[dict[str, Any]]:
        """Planned, applied, faint curves, means, accuracies and ends of every arm; then earlier races."""
        self._place = {}
        traces: list[dict[str, Any]] = []

        def add(kind: str, arm: int, seed: int, **trace: Any) -> None:
            self._place[kind, arm, seed] = len(traces)
            traces.append({"mode": "lines", "meta": f"{kind}-{arm}-{seed}", "hoverinfo": "skip", **trace})

        if race is None:
            return traces
        for slot, earlier in self.races.items():
            if slot != "run":
                traces += self._earlier(slot, earlier)
        for arm, line in enumerate(race.lines):
            rates = race.contest.rates(line)
            if rates is not None:
                x, y = corners(rates[line.fork_at :].tolist(), race.contest.lr * 1e-4)
                unit = self.display.unit(race.contest, line)
                add(
                    "planned",
                    arm,
                    0,
                    name="planned",
                    x=[(line.fork_at + t) * unit for t in x],
                    y=y,
                    line=style(line, width=1.2),
                )
        for arm, line in enumerate(race.lines):
            colour, _ = theme.schedule_line(line.style)
            several = line.style == "constant"
            best = arm == self._best_constant
            faint = {"color": theme.tint(colour, 0.3), "width": 1}
            for seed in race.applied(arm):
                rate = {"color": theme.tint(colour, 0.36), "width": 5}
                hover = {"hoverinfo": "all", "hovertemplate": "rate %{y:.3g}"} if seed == 0 else {}
                add("applied", arm, seed, name=line.label, line=rate, **hover)
            for seed in range(race.contest.seeds):
                if not several:
                    add("thin", arm, seed, name="each seed", yaxis="y2", line=faint)
            width = 1.0 if several and not best else 2.2
            add(
                "mean", arm, 0, name=line.label, yaxis="y2", line=style(line, width=width),
                hoverinfo="all", hovertemplate="loss %{y:.3f}",
            )  # fmt: skip
            add(
                "accuracy", arm, 0, name=line.label, yaxis="y3", line=style(line, width=width),
                hoverinfo="all", hovertemplate="accuracy %{y:.1%}",
            )  # fmt: skip
            add(
                "measured", arm, 0, name="measured", yaxis="y3", mode="markers",
                marker={"color": colour, "size": 6},
            )  # fmt: skip
            add(
                "end", arm, 0, name=f"{line.label} blew up", yaxis="y2", mode="markers",
                marker={"color": colour, "size": 10, "symbol": "x"},
                hoverinfo="all", hovertemplate="a seed blew up here<extra></extra>",
            )  # fmt: skip
        return traces

    def _earlier(self, slot: str, race: Race) -> list[dict[str, Any]]:
        """Return the mean losses of an earlier race, faint and dotted."""
        return [
            {
                "mode": "lines",
                "meta": f"{slot}-{arm}",
                "name": f"earlier: {line.label}",
                "yaxis": "y2",
                "x": [
                    (line.fork_at + t) * self.display.unit(race.contest, line)
                    for t in range(len(race.losses[arm].rows))
                ],
                "y": [mean for _, mean, _ in race.losses[arm].rows],
                "line": {
                    **style(line, width=1.3, dash="dot"),
                    "color": theme.tint(style(line)["color"], 0.6),
                },
                "hoverinfo": "skip",
            }
            for arm, line in enumerate(race.lines)
            if line.main
        ]

    def _layout(self, contest: Contest) -> dict[str, Any]:
        log = self.display.loss_axis == "log"
        low = int(self.display.accuracy_from) / 100
        ticks = {"tickvals": list(TICKS), "ticktext": [f"{tick:g}" for tick in TICKS]} if log else {}
        return layout(
            self.display.x(contest, anchor="y3"),
            self.display.rate(contest, domain=RATE, showspikes=False),
            keep_zoom=f"{contest.steps}-{self.display.x_axis}-{self.display.rate_axis}-{log}-{low}",
            yaxis2=axis(
                "Training loss",
                log=log,
                span=self.log if log else self.linear,
                domain=LOSS,
                showspikes=False,
                **ticks,
            ),
            yaxis3=axis(
                "Test accuracy",
                span=(low, 1.0),
                domain=ACCURACY,
                tickformat=".0%",
                nticks=5,
                showspikes=False,
            ),
            hovermode="x unified",
            hoversubplots="axis",
        )

    def _add(self, kind: str, arm: int, seed: int, step: int, value: float) -> None:
        place = self._place.get((kind, arm, seed))
        if place is not None and self._live is not None:
            race = self.races["run"]
            self._live.add(place, step * self.display.unit(race.contest, race.lines[arm]), value)

    def _draw_step(self, race: Race, event: Step, gained: int) -> None:
        self._add("applied", event.arm, event.seed, event.step, event.lr)
        self._add("thin", event.arm, event.seed, event.step, race.shown(event.arm, event.seed)[-1])
        self._add_mean(race, event.arm, gained)

    def _add_mean(self, race: Race, arm: int, gained: int) -> None:
        rows = race.losses[arm].rows
        for t in range(len(rows) - gained, len(rows)):
            self._add("mean", arm, 0, race.lines[arm].fork_at + t, rows[t][1])

    def _draw_accuracy(self, race: Race, arm: int, gained: int) -> None:
        points = race.accuracies[arm]
        for step, accuracy in points[len(points) - gained :]:
            self._add("accuracy", arm, 0, step, accuracy)
            if step in race.contest.marked():
                self._add("measured", arm, 0, step, accuracy)

    def _draw_end(self, race: Race, end: Diverged) -> None:
        top = self.log[1] * 0.8 if self.display.loss_axis == "log" else self.linear[1] * 0.97
        self._add("end", end.arm, 0, end.step, top)
