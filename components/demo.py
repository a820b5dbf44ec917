"""The demo of a page: a contest's card with everything in it, and the page around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import Dash, html

from components import contest_page, own, predict, quiz, runner
from components.contest_page import Charts, stage
from components.controls import panel
from components.follow import Followers
from components.instrument import Opening, instrument, opening
from components.own import Ask
from components.predict import Prediction
from components.presets import Presets, buttons
from components.quiz import Quiz
from components.router import Page
from components.widget import Widget, stores
from sims.engine import Engine
from sims.params import Param


@dataclass(frozen=True)
class Demo:
    """A contest that a page lets the learner run; `checks` are the page's quick checks.

    `question` makes a question about the learner's own run, None where the page asks none.
    """

    widget: Widget
    label: str
    prediction: Prediction
    presets: Presets
    checks: Sequence[Quiz]
    charts: Charts = field(default_factory=lambda: {"graph": ("Chart", "")})
    question: Ask | None = None

    def card(
        self,
        opened: Opening,
        above: Sequence[Any] = (),
        below: Sequence[Any] = (),
        params: Sequence[Param] | None = None,
    ) -> Any:
        """Return the card for what an address asks for.

        `above` and `below` stand around the presets; `params` take the place of the experiment's own.
        """
        widget, display = self.widget, opened.shown["display"]
        shown_params = widget.experiment.params() if params is None else params
        settings = html.Div(
            [
                *above,
                buttons(widget.name, widget.experiment, self.presets),
                *below,
                panel(widget.name, shown_params, opened.values, opened.problems, opened=1),
                panel(widget.display_name, widget.display.params(), display, opened.problems, opened=0),
            ],
            className="settings",
        )
        view: Any = widget.view(widget.display.parse(display))
        charts = stage(widget, view, opened, self.charts, question=self.question is not None)
        card = instrument(widget, self.label, opened.notice, self.prediction, settings, charts)
        return html.Div([*stores(widget, opened.shown), card])

    def page(
        self,
        app: Dash,
        engine: Engine,
        followers: Followers,
        title: str,
        body: Callable[[Opening], Any],
    ) -> Page:
        """Wire the card and return the page whose `body` holds it."""
        runner.register(app, engine, followers, self.widget)
        predict.register(app, self.prediction)
        quiz.register(app, *self.checks)
        contest_page.register(app, engine, self.widget, self.presets, self.charts)
        if self.question is not None:
            own.register(app, engine, self.widget, self.question)

        async def layout(query: Mapping[str, str]) -> Any:
            return body(await opening(self.widget, engine, query))

        return Page(self.widget.path, title, lambda: body(Opening.default(self.widget)), layout)
