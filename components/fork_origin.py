"""In words, which run a fork is of, with a link back to its page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from components.shell import link
from sims.errors import ParamError
from sims.experiment import Experiment
from sims.fork import Fork

PAGES: dict[str, str] = {}
"""Where each kind of experiment has its page; `components.fork_form` fills it in as pages are wired."""


SAID = ("steps", "seeds", "schedules", "policies", "arms", "kind", "settings", "line")
"""Settings that are not listed: they are in the sentence already, or are what the line's name stands for."""


def described(values: Mapping[str, Any]) -> list[Any]:
    """Return in words which run is forked, with a link back to it; what was wrong where there is none."""
    try:
        fork = Fork.parse(
            {name: values[name] for name in ("kind", "settings", "line")} | {"at": 1, "then": "hold"}
        )
    except ParamError as error:
        return [str(error)]
    origin, forked = fork.origin(), fork.forked()
    given = dict(parse_qsl(fork.settings, keep_blank_values=True))
    said = [
        f"{_label(origin, name).lower()} {value.replace(',', ', ')}"
        for name, value in given.items()
        if name not in SAID
    ]
    kind = fork.kind.replace("_", " ").capitalize()
    path = PAGES.get(fork.kind)
    run = link(kind, f"{path}?{fork.settings}") if path else kind
    more = [f"{fork.steps} updates", f"{fork.seeds} seed{'s' * (fork.seeds > 1)}", *said]
    return ["Forked: ", run, f", {forked.name}; {', '.join(more)}."]


def _label(origin: Experiment, name: str) -> str:
    try:
        return str(origin.param(name).label)
    except KeyError:
        return name
