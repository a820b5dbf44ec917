"""The frame of every widget, and how an address becomes its settings and the runs that it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html

from components import address, predict
from components.aria import aria
from components.predict import Prediction
from components.runbar import run_bar
from components.widget import Widget, shown_data
from sims.engine import Engine
from sims.errors import LabError


@dataclass(frozen=True)
class Opening:
    """What a widget opens with: values by name, problems by name, the *shown* store, and a notice."""

    values: Mapping[str, Any]
    problems: Mapping[str, str]
    shown: Mapping[str, Any]
    notice: str = ""

    @classmethod
    def default(cls, widget: Widget) -> "Opening":
        """Return the widget at its defaults, with no run."""
        return cls(
            widget.experiment().as_dict(), {}, shown_data({}, widget.display().as_dict(), widget.beside)
        )


async def opening(widget: Widget, engine: Engine, query: Mapping[str, str]) -> Opening:
    """Return what an address asks for: settings, and a run, whose own settings then count.

    What is refused is shown at its default, with the reason in the notice.
    """
    reading = address.read(widget.experiment.params(), query)
    display = address.read(widget.display.params(), query)
    problems = reading.problems | display.problems
    values, notices = dict(reading.values), [*problems.values()]
    try:
        shown = shown_data(query, display.values, widget.beside)
        if shown["run"]:
            run = await engine.lookup(shown["run"])
            if run.kind != widget.experiment.KIND:
                raise LabError("The run in the address belongs to another page; press Run to train one here.")
            values = widget.experiment.parse(run.settings).as_dict()
        widget.experiment.parse(values)
    except LabError as error:
        notices.append(str(error))
        beside = {name: query[name] for name in widget.beside if name in query}
        shown = shown_data(beside, display.values, widget.beside)
    return Opening(values, problems, shown, " ".join(notices))


def instrument(
    widget: Widget, label: str, notice: str, prediction: Prediction, settings: Any, stage: list[Any]
) -> Any:
    """Return the card: run bar on top, controls at the left, `stage` (charts and result) at the right."""
    return html.Section(
        [
            run_bar(widget.name),
            html.Div(notice, id=widget.id("notice"), className="notice", role="alert"),
            predict.question(prediction),
            html.Div([settings, html.Div(stage, className="stage")], className="instrument"),
        ],
        id=widget.id("instrument"),
        className="widget",
        **aria(label=label),
    )


def tabs(widget: Widget, panels: Mapping[str, Any], chosen: str) -> Any:
    """Return panels (name -> content) of which one is seen; all stay on the page, so charts keep their size."""
    return dmc.Tabs(
        [
            dmc.TabsList([dmc.TabsTab(name, value=name.lower()) for name in panels]),
            *(dmc.TabsPanel(content, value=name.lower()) for name, content in panels.items()),
        ],
        id=widget.id("tabs"),
        value=chosen,
        className="panel-tabs",
        keepMounted=True,
    )
