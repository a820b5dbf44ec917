"""What the registry says of its schedules, as a table and as a card to look up: nothing here names one.

Both are made of few components: every component on a page slows each change of a control a little.
"""

from collections.abc import Iterable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html
from dash.exceptions import PreventUpdate

from sims.schedules import SCHEDULES, code


def comparison(names: Iterable[str]) -> Any:
    """Return the table of pros, cons and uses."""
    rows = ["| Schedule | For it | Against it | Best for |", "|---|---|---|---|"]
    for name in names:
        schedule = SCHEDULES[name]
        rows.append(f"| **{schedule.label}** | {schedule.pros} | {schedule.cons} | {schedule.best_for} |")
    return dcc.Markdown("\n".join(rows), mathjax=True, className="prose comparison")


def reference(name: str, opened: str) -> Any:
    """Return a place to look schedules up, one at a time: formula, parameters, code, source."""
    options = [{"value": key, "label": schedule.label} for key, schedule in SCHEDULES.items()]
    return html.Div(
        [
            dmc.Select(
                id=f"{name}-looked-up",
                data=options,
                value=opened,
                label="Schedule",
                allowDeselect=False,
                w="16rem",
            ),
            dcc.Markdown(
                card(opened), id=f"{name}-card", mathjax=True, className="schedule-card", link_target="_self"
            ),
        ],
        className="prose",
    )


def register(app: Dash, name: str) -> None:
    """Show the schedule that is looked up."""

    @app.callback(
        Output(f"{name}-card", "children"), Input(f"{name}-looked-up", "value"), prevent_initial_call=True
    )
    async def look_up(schedule: str | None) -> str:
        if schedule not in SCHEDULES:
            raise PreventUpdate
        return card(schedule)


def card(name: str) -> str:
    """Return all that the registry says of a schedule, as Markdown."""
    schedule = SCHEDULES[name]
    label, address = schedule.source
    params = [
        f"- `{param.name}`: {param.meaning}" + (f" Left empty: {param.rule}." if param.rule else "")
        for param in schedule.params
    ]
    example = code(name, base_lr=0.1, total_steps=400)
    return "\n".join(
        [
            f"**{schedule.label}.** {schedule.does}",
            "",
            f"$$\n{schedule.formula}\n$$",
            "",
            *params,
            "",
            "A base rate of 0.1 and a run of 400 steps:",
            "",
            f"```python\n{example}\n```",
            "",
            f"**For it:** {schedule.pros}. **Against it:** {schedule.cons}. **Best for:** {schedule.best_for}. "
            f"**Follows:** [{label}]({address})",
        ]
    )
