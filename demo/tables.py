"""Tables as text, for the terminal and for docs/recipes.md."""

from __future__ import annotations

import typing as t
from datetime import datetime
from decimal import Decimal
from numbers import Number

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from demo.durations import duration, kind_of, label_of
from demo.printable import printable

if t.TYPE_CHECKING:
    from demo.stores import Table

# Characters of a cell, of which texts from monitoring may have very many.
LONGEST = 48
# Wider than any table, or rich would fold it.
WIDTH = 1000


def text_of(table: Table) -> str:
    """Return a table as lines: names of columns word by word, numbers to the right."""
    grid = Grid(box=None, pad_edge=False)
    for name, cells in zip(table.columns, _columns(table), strict=True):
        is_number = any(isinstance(cell, Number) for cell in cells)
        grid.add_column(
            Text(label_of(name).replace(" ", "\n")),
            justify="right" if is_number else "left",
            no_wrap=True,
        )
    for row in table.rows:
        shown = (cell_of(*each) for each in zip(row, table.columns, strict=True))
        grid.add_row(*map(Text, shown))
    console = Console(width=WIDTH, color_system=None)
    with console.capture() as captured:
        console.print(grid)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def cell_of(value: object, column: str = "") -> str:
    """Return a value of a COLUMN as a person reads it, in one line."""
    if value is None:
        return "-"
    if isinstance(value, (int, float, Decimal)):
        return _figure(value, column)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    words = " ".join(printable(str(value)).split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _figure(value: float | Decimal, column: str) -> str:
    kind = kind_of(column)
    if kind == "minutes":
        return duration(float(value))
    if kind == "hours":
        return f"{value:,.0f} h"
    if kind == "percent":
        return f"{value:.0f} %"
    if column == "number":
        return f"#{value}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _columns(table: Table) -> list[tuple[t.Any, ...]]:
    return list(zip(*table.rows, strict=True)) or [() for _ in table.columns]
