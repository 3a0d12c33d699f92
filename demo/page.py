"""The report: what comes of the recipes, as a page that needs nothing but a browser."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from numbers import Number
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt

from demo import models
from demo.charts import Drawing, draw
from demo.durations import label_of
from demo.processes import DemoError
from demo.recipes import Recipe, recipes
from demo.scope import account_of, period_of
from demo.stores import QueryError
from demo.tables import cell_of
from demo.tiles import tiles_of

if t.TYPE_CHECKING:
    from demo.stores import Database, Query, Table

# Rows of a table that are shown, and the recipes whose last rows are those that matter.
ROWS = 12
LATEST = {"Incidents by week"}
# A row of these is one thing: all of them are shown.
COMPLETE = {"On call now", "Open incidents", "Interruptions by hour"}
TEMPLATE = "page.html.jinja"


@dataclass
class Section:
    """A recipe, and what came of it."""

    recipe: Recipe
    table: Table | None = None
    drawings: list[Drawing] = field(default_factory=list)
    # Why there is no table, in a sentence.
    lack: str = ""

    @property
    def question(self) -> str:
        """What the recipe answers: the sentences up to the first question mark, or the first."""
        words = " ".join(self.recipe.text.split("\n\n")[0].split())
        end = words.rfind("?") + 1 or words.find(".") + 1
        return re.sub(r"\[([^]]+)]\([^)]+\)|`", r"\1", words[:end])

    @property
    def definitions(self) -> str:
        """What the recipe says of its figures, as HTML."""
        html: str = MarkdownIt().render(self.recipe.text)
        return html

    @property
    def rows(self) -> list[tuple[t.Any, ...]]:
        """The rows that are shown."""
        rows = self.table.rows if self.table else []
        if self.recipe.title in COMPLETE:
            return rows
        return rows[-ROWS:] if self.recipe.title in LATEST else rows[:ROWS]

    @property
    def columns(self) -> list[tuple[int, str]]:
        """Place and name of the columns that are shown."""
        names = self.table.columns if self.table else ()
        return [(place, name) for place, name in enumerate(names) if name != "url"]

    def link(self, row: tuple[t.Any, ...], column: str) -> str:
        """Return the web address of what a row is about, for its title."""
        if column != "title" or not self.table or "url" not in self.table.columns:
            return ""
        url = str(row[self.table.columns.index("url")])
        return url if url.startswith("https://") else ""

    @property
    def kinds(self) -> list[str]:
        """How the columns are set: as `number`, `time` or `words`."""
        columns = zip(*self.table.rows, strict=True) if self.table else ()
        return [
            "number"
            if any(isinstance(cell, Number) for cell in column)
            else "time"
            if any(isinstance(cell, date) for cell in column)
            else "words"
            for column in columns
        ]


def page_of(store: Database, target: str) -> str:
    """Return the page. The models of the store are built anew first.

    Raises:
        DemoError: nothing is loaded.
    """
    tables = store.tables()
    if not tables:
        msg = "Nothing is loaded yet: run `make run` first."
        raise DemoError(msg)
    models.build(store)
    with store.query() as ask:
        sections = [_section(recipe, tables, ask) for recipe in recipes().values()]
        account, period = account_of(tables, ask), period_of(tables, ask)
        tiles = tiles_of({each.recipe.title: each.table for each in sections}, ask)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    )
    environment.filters["cell"] = cell_of
    environment.filters["label"] = label_of
    environment.filters["anchor"] = anchor_of
    return environment.get_template(TEMPLATE).render(
        account=account,
        period=period,
        made=f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        target=target,
        tiles=tiles,
        sections=sorted(sections, key=lambda each: not each.table),
    )


def _section(recipe: Recipe, tables: set[str], ask: Query) -> Section:
    if missing := [stream for stream in recipe.streams if stream not in tables]:
        selection = " and ".join(f"{stream}.*" for stream in missing)
        return Section(
            recipe,
            lack=f"Not loaded: {', '.join(missing)}. Add {selection} to `select` of tap-pagerduty "
            "in meltano.yml, and run `make run` again.",
        )
    try:
        table = ask(recipe.sql)
    except QueryError as error:
        return Section(recipe, lack=f"The database refuses the query: {error}")
    if not table.rows:
        return Section(recipe, lack="There is nothing to show: no row fits.")
    return Section(recipe, table, draw(recipe.title, table))


def anchor_of(title: str) -> str:
    """Return the name by which a section is linked to, as the document does."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))
