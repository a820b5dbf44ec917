"""The address holds the state: settings that differ from their default, and the runs that are shown."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from components.controls import shown
from sims.errors import ParamError
from sims.params import Param

RUN_ID = re.compile(r"[0-9a-z]{8,32}")


@dataclass(frozen=True)
class Reading:
    """What an address asks for: valid values by name, and a sentence for each that was refused."""

    values: dict[str, object]
    problems: dict[str, str] = field(default_factory=dict)


def query(search: str | None) -> dict[str, str]:
    """Return the query of an address by name; the last one counts where a name comes twice."""
    return dict(parse_qsl((search or "").removeprefix("?"), keep_blank_values=True))


def read(params: Iterable[Param], asked: Mapping[str, str]) -> Reading:
    """Check every parameter that `asked` names; a refused one is shown at its default, with the reason."""
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    for param in params:
        values[param.name] = param.default
        if param.name in asked:
            try:
                values[param.name] = param.parse(asked[param.name])
            except ParamError as error:
                problems[param.name] = str(error)
    return Reading(values, problems)


def run_id(raw: str | None) -> str | None:
    """Return `raw` where it has the shape of a run id; ParamError where it has not, None where empty."""
    if not raw:
        return None
    if not RUN_ID.fullmatch(raw):
        raise ParamError("The address names a run in a form that no run has; press Run to train a new one.")
    return raw


def search(params: Iterable[Param], values: Mapping[str, object], **more: str | None) -> str:
    """Return the query string for these values, defaults left out, and for `more` where not empty."""
    pairs = [
        (param.name, shown(values[param.name])) for param in params if values[param.name] != param.default
    ]
    pairs += [(name, value) for name, value in more.items() if value]
    return "?" + urlencode(pairs) if pairs else ""
