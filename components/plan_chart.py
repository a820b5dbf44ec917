"""The schedule explorer before it trains: planned rates of the schedules that are switched on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from dash import html

from components import picture, spoken, theme
from components.aria import aria
from components.controls import shown
from components.figures import Figure, axis, layout
from sims.contest import Contest, Line
from sims.params import Choice, Param, Spec
from sims.smoothing import Curve

EPOCH = 60_000
"""Training images of MNIST, which make an epoch."""
X_AXES = {"steps": ("Steps", "Step"), "epochs": ("Epochs", "Epoch"), "images": ("Images seen", "Images seen")}
"""What lies along the axis, by name: its label in the settings, and the title of the axis."""
MOST = 3
"""How many settings of an earlier run the legend names."""
LONGEST = 24
"""Characters of a value that the legend still writes out; a list of schedules may be longer."""
DECADES = 4
"""What a log axis of the rate spans below the highest rate, in decades."""


@dataclass(frozen=True)
class Display(Spec):
    """How the explorer draws; none of it changes the run."""

    x_axis: str = "steps"
    rate_axis: str = "linear"
    smoothing: float = 0.9
    loss_axis: str = "log"
    accuracy_from: str = "80"

    PARAMS: ClassVar[tuple[Param, ...]] = (
        Choice(
            name="x_axis",
            label="Along the axis",
            meaning="Steps are updates; an epoch is 60,000 images.",
            default="steps",
            options={name: title for name, (title, _) in X_AXES.items()},
            group="Picture",
        ),
        picture.scale("rate_axis", "Rate axis", "A log axis shows how schedules end.", "linear"),
        picture.smoothing(0.9, "Smoothing of the loss"),
        picture.scale("loss_axis", "Loss axis", "A log axis tells small losses apart.", "log"),
        Choice(
            name="accuracy_from",
            label="Accuracy axis",
            meaning="From 80 % up, or all of it.",
            default="80",
            options={"80": "80 to 100 %", "0": "0 to 100 %"},
            group="Picture",
        ),
    )

    def unit(self, contest: Contest, line: Line | None = None) -> float:
        """Return what one step is on the x axis: of `line`, whose batch size may be its own, or of the contest."""
        if self.x_axis == "steps":
            return 1.0
        images = (line.batch_size if line else None) or contest.batch_size
        return images / EPOCH if self.x_axis == "epochs" else float(images)

    def x(self, contest: Contest, **more: Any) -> dict[str, Any]:
        """Return the x axis that all charts of the explorer share."""
        form = ",.0f" if self.x_axis == "images" else ".4~g"
        span = (0, contest.steps * self.unit(contest))
        return axis(X_AXES[self.x_axis][1], span=span, hoverformat=form, **more)

    def rate(self, contest: Contest, **more: Any) -> dict[str, Any]:
        """Return the rate axis: it ends at a round number, so that it stands still while a slider moves."""
        top = highest(contest)
        if self.rate_axis == "log":
            span = (top / 10**DECADES, top * 1.3)
            return axis("Learning rate", log=True, span=span, hoverformat=".3g", **more)
        return axis("Learning rate", span=(0, top * 1.04), hoverformat=".3g", **more)


def highest(contest: Contest) -> float:
    """Return a round number (1, 1.5, 2, 3, 5 or 7 times a power of ten) that no planned rate exceeds."""
    planned = [rates for line in main_lines(contest) if (rates := contest.rates(line)) is not None]
    top = max([contest.lr, *(float(rates.max()) for rates in planned)])
    power = 10.0 ** math.floor(math.log10(top))
    return next(part * power for part in (1, 1.5, 2, 3, 5, 7, 10) if part * power >= top * (1 - 1e-9))


def main_lines(contest: Contest) -> list[Line]:
    """Return one line for every schedule: of the constant rates the one at the base rate."""
    return [line for line in contest.lines() if line.main]


def planned_rates(contest: Contest) -> list[tuple[str, Curve]]:
    """Return label and planned rates of every schedule that has any."""
    lines = ((line.label, contest.rates(line)) for line in main_lines(contest))
    return [(label, rates) for label, rates in lines if rates is not None]


def style(line: Line, **more: Any) -> dict[str, Any]:
    """Return how the line of a schedule is drawn."""
    colour, dash = theme.schedule_line(line.style)
    return {"color": colour, "dash": dash, "width": 2.2, **more}


def figure(contest: Contest, display: Display) -> Figure:
    """Return the planned rates against steps or epochs; a closed loop has none and is left out."""
    traces, said = [], []
    for line in main_lines(contest):
        rates = contest.rates(line)
        if rates is not None:
            said.append((line.label, rates))
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": line.schedule.label,
                    "meta": line.schedule.name,
                    "x0": 0,
                    "dx": display.unit(contest, line),
                    "y": [float(f"{rate:.6g}") for rate in rates.tolist()],
                    "line": style(line),
                    "hovertemplate": "%{y:.3g}",
                }
            )
    return {
        "data": traces,
        "layout": layout(
            display.x(contest),
            display.rate(contest),
            keep_zoom=f"{display.x_axis}-{display.rate_axis}",
            hovermode="x unified",
            meta={"said": spoken.plan(contest.steps, said)},
        ),
    }


def swatch(name: str) -> Any:
    """Return a short piece of a schedule's line."""
    colour, dash = theme.schedule_line(name)
    return html.Span(className=f"swatch {dash}", style={"color": colour}, **aria(hidden="true"))


def legend(contest: Contest, earlier: Sequence[Contest] = ()) -> list[Any]:
    """Return every schedule that is on with the mean of its planned rate, and how `earlier` runs differ."""
    entries = []
    for line in main_lines(contest):
        rates = contest.rates(line)
        mean = "no planned curve" if rates is None else f"mean {float(rates.mean()):.3g}"
        if line.label.endswith(f" {mean.removeprefix('mean ')}"):  # a constant rate that is named by its rate
            mean = ""
        name = [swatch(line.style), f"{line.label} ", html.Span(mean, className="mean")]
        entries.append(html.Span(name, className="legend-entry"))
    for before in earlier:
        dotted = html.Span(className="swatch dot", **aria(hidden="true"))
        name = [dotted, f"Earlier: {differences(before, contest)}"]
        entries.append(html.Span(name, className="legend-entry earlier"))
    said = notes(contest)
    return [*entries, html.Span(said, className="note")] if said else entries


def differences(before: Contest, now: Contest) -> str:
    """Return the settings of an earlier run that are others now, at most MOST of them."""
    values, others = before.as_dict(), now.as_dict()
    found = []
    for param in before.params():
        if values[param.name] != others.get(param.name):
            value = values[param.name]
            text = param.options.get(value, "") if isinstance(param, Choice) else shown(value)
            label = f"{param.label[0].lower()}{param.label[1:]}"
            found.append(f"other {label}" if len(text) > LONGEST else f"{label} {text or 'by rule'}")
    if not found:
        return "the same settings"
    more = len(found) - MOST
    return ", ".join(found[:MOST]) + (f" and {more} more" if more > 0 else "")


def code_text(contest: Contest) -> str:
    """Return, as Markdown, the PyTorch code of every schedule that is on, as it is set."""
    intro = (
        "Each piece makes a scheduler for an optimiser whose rate is the base rate. Call `scheduler.step()` after every "
        "update, not after every epoch."
    )
    parts = [
        f"### {line.schedule.label}\n\n```python\n{contest.planned(line).code()}\n```"
        for line in main_lines(contest)
    ]
    return "\n\n".join([intro, *parts])


def notes(contest: Contest) -> str:
    """Return what a learner has to know about curves that are not drawn, in a sentence or two."""
    lines = contest.lines()
    said: Sequence[str] = [
        "The constant rate is trained at a third of that, at it and at three times it; the best counts."
        if any(not line.main for line in lines)
        else "",
        "Reduce on plateau has no planned curve: its rate depends on the loss, so only the applied rate can be shown."
        if any(line.schedule.closed_loop for line in lines)
        else "",
    ]
    return " ".join(part for part in said if part)
