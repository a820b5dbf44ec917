"""What the registry says of its schedules, as a table and as a card for each: nothing here names one.

Both are one Markdown component each. Every component on a page costs a little at each change of a
control (about 0.1 ms here), and cards made of components were half of all on the page.
"""

from collections.abc import Iterable
from typing import Any

from dash import dcc

from components.plan_chart import swatch_html
from sims.schedule import Schedule
from sims.schedules import SCHEDULES, code


def comparison(names: Iterable[str]) -> Any:
    """Return the table of pros, cons and uses."""
    rows = ["| Schedule | For it | Against it | Best for |", "|---|---|---|---|"]
    for name in names:
        schedule = SCHEDULES[name]
        head = f"{swatch_html(name)} **{schedule.label}**"
        rows.append(f"| {head} | {schedule.pros} | {schedule.cons} | {schedule.best_for} |")
    return _markdown("\n".join(rows), "prose comparison")


def cards(names: Iterable[str]) -> Any:
    """Return a card for each schedule that folds open: formula, parameters, code, source."""
    return _markdown("\n\n".join(_card(SCHEDULES[name]) for name in names), "prose cards")


def _card(schedule: Schedule) -> str:
    params = [
        f"- `{param.name}`: {param.meaning}" + (f" Left empty: {param.rule}." if param.rule else "")
        for param in schedule.params
    ]
    label, address = schedule.source
    return "\n".join(
        [
            f"<details><summary>{swatch_html(schedule.name)} <strong>{schedule.label}</strong> "
            f"<span>{schedule.does}</span></summary>",
            "",
            f"$$\n{schedule.formula}\n$$",
            "",
            *params,
            "",
            f"```python\n{code(schedule.name, base_lr=0.1, total_steps=400)}\n```",
            "",
            f"Follows: [{label}]({address})",
            "",
            "</details>",
        ]
    )


def _markdown(text: str, kind: str) -> Any:
    return dcc.Markdown(text, mathjax=True, dangerously_allow_html=True, className=kind, link_target="_self")
