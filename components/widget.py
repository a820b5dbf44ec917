"""A widget as its page describes it, and its state: which runs are shown, and how the address says so."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import ALL, Output, dcc, no_update

from components import address
from components.controls import shown
from components.follow import View
from sims.experiment import Experiment
from sims.params import Spec

EARLIER = 3
"""How many earlier runs stay under the present one as overlays."""


@dataclass(frozen=True)
class Widget:
    """What a page says of its widget; `view` makes a fresh view from display settings.

    `name` starts every id on the page; `experiment` is trained by Run; `display` holds settings that
    change the drawing and not the run. `beside` names entries of the address that belong to something
    else on the page; they are kept in the *shown* store, so that what the widget does leaves them there.
    """

    name: str
    path: str
    experiment: type[Experiment]
    display: type[Spec]
    view: Callable[[Spec], View]
    beside: tuple[str, ...] = ()

    def id(self, part: str) -> str:
        """Return the id of a part of this widget, such as its "shown" store."""
        return f"{self.name}-{part}"

    @property
    def display_name(self) -> str:
        """The widget name under which the display controls are found."""
        return self.id("display")


def shown_data(
    asked: Mapping[str, str], display: Mapping[str, object], beside: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the *shown* store for what an address asks; ParamError for ids in a form that no run has."""
    earlier = [run for part in asked.get("with", "").split(",") if (run := address.run_id(part))]
    return {
        "earlier": earlier[-EARLIER:],
        "run": address.run_id(asked.get("run")),
        "audit": address.run_id(asked.get("audit")),
        "display": dict(display),
        "turn": 0,
        **{name: asked.get(name, "") for name in beside},
    }


def slots(shown: Mapping[str, Any]) -> dict[str, str]:
    """Return slot -> run id in the order of drawing: earlier runs, the run, its audit."""
    named = {f"earlier-{n}": run for n, run in enumerate(shown.get("earlier") or [])}
    named |= {"run": shown.get("run"), "audit": shown.get("audit")}
    return {
        slot: run for slot, run in named.items() if isinstance(run, str) and address.RUN_ID.fullmatch(run)
    }


def search_of(widget: Widget, shown: Mapping[str, Any], settings: Mapping[str, object]) -> str:
    """Return the query string that brings back these settings and these runs."""
    return address.search(
        (*widget.experiment.params(), *widget.display.params()),
        {**settings, **shown["display"]},
        run=shown.get("run"),
        audit=shown.get("audit"),
        **{"with": ",".join(shown.get("earlier") or [])},
        **{name: shown.get(name) for name in widget.beside},
    )


def stores(widget: Widget, shown: Mapping[str, Any]) -> list[Any]:
    """Return the invisible parts of a widget."""
    return [
        dcc.Store(id=widget.id("shown"), data=dict(shown)),
        dcc.Store(id=widget.id("state"), data={"phase": "idle"}),
        dcc.Store(id=widget.id("beat")),
        dcc.Store(id=widget.id("followed")),
        dcc.Store(id=widget.id("defaults"), data=texts(widget.experiment().as_dict())),
    ]


def values_of(widget: str) -> dict[str, Any]:
    """Return the pattern that matches the values of all controls of a widget."""
    return {"widget": widget, "param": ALL, "scale": ALL, "part": "value"}


def moved(widget: Widget) -> list[Output]:
    """Return the outputs of a callback that shows other runs; `move` returns what belongs into them."""
    places = (
        (widget.id("shown"), "data"),
        ("address", "search"),
        ("pushed", "data"),
        (widget.id("notice"), "children"),
    )
    return [Output(component, prop, allow_duplicate=True) for component, prop in places]


def move(widget: Widget, shown: dict[str, Any], settings: Mapping[str, object]) -> tuple[Any, ...]:
    """Return the new *shown* store, the address that goes with it, and no notice."""
    search = search_of(widget, shown, settings)
    return shown, search, widget.path + search, ""


def stay(notice: str) -> tuple[Any, ...]:
    """Return what leaves the runs on the page as they are and says why."""
    return no_update, no_update, no_update, notice


def texts(raw: Mapping[str, object]) -> dict[str, str]:
    """Return raw control values as an address would carry them."""
    return {name: shown(value) for name, value in raw.items()}
