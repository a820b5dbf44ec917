"""The table under a result: rows of runs, which on a phone become blocks whose lines carry their column's name."""

from collections.abc import Iterable, Sequence
from typing import Any

from dash import html


def result_table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], *, names: int = 0, wrap: Iterable[int] = ()
) -> Any:
    """Return a table with this head; column `names` says what a row is about, those in `wrap` may have several lines.

    `assets/lab.css` writes `data-label` before each value where the screen is too narrow for columns.
    """
    wrapping = set(wrap)

    def cell(column: int, content: Any) -> Any:
        label: dict[str, Any] = {} if column == names or not head[column] else {"data-label": head[column]}
        return html.Td(content, className="" if column in wrapping else "number", **label)

    body = [html.Tr([cell(column, content) for column, content in enumerate(row)]) for row in rows]
    top = html.Tr([html.Th(text, scope="col") for text in head])
    return html.Table([html.Thead(top), html.Tbody(body)])
