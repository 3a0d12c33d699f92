"""Tables as text, for the terminal and for docs/recipes.md."""

from __future__ import annotations

import typing as t
from datetime import datetime
from numbers import Number

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

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
            Text(name.replace("_", "\n")), justify="right" if is_number else "left", no_wrap=True
        )
    for row in table.rows:
        grid.add_row(*(Text(cell_of(value)) for value in row))
    console = Console(width=WIDTH, color_system=None)
    with console.capture() as captured:
        console.print(grid)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def cell_of(value: object) -> str:
    """Return a value as a person reads it, in one line."""
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Number):
        return f"{value:,.1f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    words = " ".join(printable(str(value)).split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _columns(table: Table) -> list[tuple[t.Any, ...]]:
    return list(zip(*table.rows, strict=True)) or [() for _ in table.columns]
