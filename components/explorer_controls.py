"""The explorer's controls: what all schedules share, a switch and settings for each, and presets."""

from collections.abc import Mapping
from typing import Any

from dash import html

from components.controls import control, panel, toggles
from components.plan_chart import Display, swatch
from components.presets import Presets, buttons
from sims.explorer import Explorer, own_params
from sims.schedules import SCHEDULES

PRESETS: Presets = {
    "resnet": (
        "Classic ResNet",
        {
            "lr": 0.1,
            "schedules": ("constant", "step"),
            "optimizer": "sgd",
            "momentum": 0.9,
            "step-gamma": 0.1,
        },
    ),
    "transformer": (
        "Transformer recipe",
        {
            "lr": 0.003,
            "schedules": ("constant", "linear", "cosine", "inverse_sqrt"),
            "optimizer": "adamw",
            "momentum": 0.9,
            "warmup": "linear",
        },
    ),
    "fine-tuning": (
        "Fine-tuning",
        {
            "lr": 0.001,
            "schedules": ("constant", "linear"),
            "optimizer": "adamw",
            "momentum": 0.9,
            "warmup": "linear",
        },
    ),
    "short": (
        "Short budget",
        {
            "lr": 0.1,
            "steps": 150,
            "schedules": ("constant", "linear", "cosine", "one_cycle"),
            "optimizer": "sgd",
        },
    ),
}
"""Presets by name: a label, and the shared settings that differ from the defaults."""


def tuning(name: str, schedule: str, values: Mapping[str, Any], errors: Mapping[str, str]) -> Any:
    """Return the settings of one schedule, which fold open; there is nothing where it has none.

    They are on the page only while the schedule is on: every control makes each change a little slower.
    """
    params = own_params(SCHEDULES[schedule])
    if not params:
        return None
    controls = [control(name, p, values.get(p.name, p.default), errors.get(p.name)) for p in params]
    return html.Details([html.Summary("Tune"), *controls], className="tuning")


def settings(
    name: str,
    display_name: str,
    values: Mapping[str, Any],
    display: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Any:
    """Return all controls; those of a schedule are shown while it is on."""
    shared = [param for param in Explorer.shared() if param.name != "schedules"]
    first = [param for param in shared if param.group == "Rate and length"]
    rest = [param for param in shared if param.group != "Rate and length"]
    on = values["schedules"]
    rows = {
        schedule.name: (
            [swatch(schedule.name), schedule.label],
            html.Div(
                tuning(name, schedule.name, values, errors) if schedule.name in on else None,
                id={"tuning": schedule.name},
            ),
        )
        for schedule in SCHEDULES.values()
    }
    which = Explorer.which()
    return html.Div(
        [
            buttons(name, Explorer, PRESETS),
            panel(name, first, values, errors, opened=1),
            html.Div(id=f"{name}-carried", className="quiet settings-foot"),
            html.Div(
                toggles(name, which, values[which.name], errors.get(which.name), rows), className="toggles"
            ),
            panel(name, rest, values, errors, opened=0),
            panel(display_name, Display.PARAMS, display, errors, opened=0),
        ],
        className="settings",
    )
