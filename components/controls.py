"""The one place that turns a parameter into a control, and controls back into raw values.

A control never clamps: text goes to the server as it was typed and is refused there with the
parameter's own sentence. The slider beside a number is a convenience; `assets/lab.js` keeps the two
in step, on a log scale where the parameter has one.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, html

from sims.lists import Several, StepList
from sims.params import Choice, Flag, Float, Int, Param

SLIDER_STEPS = 200


SCALES = ("linear", "log", "linear-whole", "log-whole")
"""Scales of the controls that have a slider; the others have the scale "none"."""


def control_id(widget: str, param: str, part: str = "value", scale: str = "none") -> dict[str, str]:
    """Return the id of one part of a control: its "value", or the "slider" beside it."""
    return {"widget": widget, "param": param, "scale": scale, "part": part}


def shown(value: object) -> str:
    """Return a value as a learner would type it, without loss: 1e-05 as 1e-5, 3.0 as 3, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(shown(item) for item in value)
    if isinstance(value, float):
        mantissa, _, exponent = repr(value).partition("e")
        mantissa = mantissa.removesuffix(".0")
        return f"{mantissa}e{int(exponent)}" if exponent else mantissa
    return str(value)


def _scale(param: Float | Int) -> str:
    return ("log" if param.log and param.low > 0 else "linear") + ("-whole" if isinstance(param, Int) else "")


def _text(widget: str, param: Param, value: object, error: str | None, allowed: str, scale: str) -> Any:
    """Return the field of a parameter; one that follows other settings says so while it is empty."""
    return dmc.TextInput(
        id=control_id(widget, param.name, scale=scale),
        value=shown(value),
        label=param.label,
        description=f"{param.meaning} {allowed}",
        placeholder=param.rule or None,
        error=error,
        autoComplete="off",
        spellCheck=False,
        size="sm",
        inputProps={"inputMode": "decimal"},
    )


def _steps(widget: str, param: StepList, value: object, error: str | None) -> Any:
    return html.Div(
        _text(widget, param, value, error, "With commas between them.", "none"), className="control"
    )


def _number(widget: str, param: Float | Int, value: object, error: str | None) -> Any:
    scale = _scale(param)
    ends = param.reach or (param.low, param.high)
    low, high = (math.log10(edge) if scale.startswith("log") else edge for edge in ends)
    try:
        position = float(str(value))
        position = math.log10(position) if scale.startswith("log") else position
    except ValueError:
        position = low
    step = 1 if scale == "linear-whole" else (high - low) / SLIDER_STEPS
    unit = f" {param.unit}" if param.unit else ""
    most = f"{param.high:,}" if isinstance(param, Int) else shown(param.high)
    allowed = f"{shown(param.low)} to {most}{unit}."
    return html.Div(
        [
            _text(widget, param, value, error, allowed, scale),
            dmc.Slider(
                id=control_id(widget, param.name, "slider", scale),
                value=min(max(position, low), high),
                min=low,
                max=high,
                step=step,
                label=None,
                updatemode="drag",
                size="xs",
                attributes={"thumb": {"aria-label": f"{param.label}, slider"}},
            ),
        ],
        className="control",
    )


def _choice(widget: str, param: Choice | Flag, value: object, error: str | None) -> Any:
    options = {"true": "Yes", "false": "No"} if isinstance(param, Flag) else param.options
    return html.Div(
        dmc.Select(
            id=control_id(widget, param.name),
            value=shown(value),
            data=[{"value": key, "label": label} for key, label in options.items()],
            label=param.label,
            description=param.meaning,
            error=error,
            allowDeselect=False,
            size="sm",
            comboboxProps={"withinPortal": True},
        ),
        className="control",
    )


def control(widget: str, param: Param, value: object, error: str | None = None) -> Any:
    """Return the control for `param` of a widget, showing `value` and, if refused, the reason."""
    if isinstance(param, Choice | Flag):
        return _choice(widget, param, value, error)
    if isinstance(param, Float | Int):
        return _number(widget, param, value, error)
    if isinstance(param, StepList):
        return _steps(widget, param, value, error)
    if isinstance(param, Several):
        rows = {name: (label, None) for name, label in param.options.items()}
        return html.Div(toggles(widget, param, value, error, rows), className="control")
    raise TypeError(f"no control for {type(param).__name__}")


def toggles(
    widget: str, param: Several, value: object, error: str | None, rows: Mapping[str, tuple[Any, Any]]
) -> Any:
    """Return a box to tick for every option of `param`; `rows` has its label and what stands under it."""
    return dmc.CheckboxGroup(
        [
            html.Div([dmc.Checkbox(value=name, label=label, size="sm"), under], className="toggle")
            for name, (label, under) in rows.items()
        ],
        id=control_id(widget, param.name),
        value=list(value) if isinstance(value, list | tuple) else value,
        label=param.label,
        description=param.meaning,
        error=error,
        size="sm",
    )


def _slug(name: str) -> str:
    """Return a name as part of an id, which must have no spaces."""
    return name.replace(" ", "-").lower()


def panel(
    widget: str,
    params: Iterable[Param],
    values: Mapping[str, object],
    errors: Mapping[str, str],
    *,
    opened: int = 1,
) -> Any:
    """Return the controls in groups that fold; the first `opened` groups stand open."""
    groups = [(name, list(members)) for name, members in groupby(params, key=lambda param: param.group)]
    return dmc.Accordion(
        [
            dmc.AccordionItem(
                [
                    dmc.AccordionControl(name),
                    dmc.AccordionPanel(
                        [control(widget, p, values[p.name], errors.get(p.name)) for p in members]
                    ),
                ],
                value=_slug(name),
            )
            for name, members in groups
        ],
        multiple=True,
        value=[
            _slug(name)
            for index, (name, members) in enumerate(groups)
            if index < opened or any(m.name in errors for m in members)
        ],
        className="controls",
        chevronPosition="left",
    )


def read(states: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Return raw values by parameter name from a callback's pattern-matched inputs or states."""
    return {state["id"]["param"]: state.get("value") for state in states}


def register(app: Dash) -> None:
    """Keep every number and the slider beside it in step, in the browser."""

    for (
        scale
    ) in SCALES:  # not a wildcard: a choice has no slider, and Dash logs an error where one is missing

        def part(name: str, scale: str = scale) -> dict[str, Any]:
            return {"widget": MATCH, "param": MATCH, "scale": scale, "part": name}

        app.clientside_callback(
            ClientsideFunction("lab", "slider"),
            Output(part("value"), "value"),
            Output(part("slider"), "value"),
            Input(part("value"), "value"),
            Input(part("slider"), "value"),
            State(part("slider"), "min"),
            State(part("slider"), "max"),
            prevent_initial_call=True,
        )
