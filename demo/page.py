"""The report: what comes of the recipes, as a page that needs nothing but a browser."""

from __future__ import annotations

import re
import typing as t
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from numbers import Number
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt

from demo.charts import Drawing, draw
from demo.printable import printable
from demo.processes import DemoError
from demo.recipes import Recipe, recipes
from demo.stores import QueryError
from demo.tables import cell_of

if t.TYPE_CHECKING:
    from demo.stores import Database, Query, Table

# Rows of a table that are shown: a year of weeks, and some.
ROWS = 60
TEMPLATE = "page.html.jinja"
# Tables whose records have an address in PagerDuty, which tells the account.
ADDRESSED = ("incidents", "services", "users", "teams")


@dataclass
class Section:
    """A recipe, and what came of it."""

    recipe: Recipe
    table: Table | None = None
    drawings: list[Drawing] = field(default_factory=list)
    # Why there is no table, in a sentence.
    lack: str = ""

    @property
    def anchor(self) -> str:
        """Name by which other sections link to it, as the document does."""
        return re.sub(r"[^\w-]", "", self.recipe.title.lower().replace(" ", "-"))

    @property
    def text(self) -> str:
        """What the recipe answers, as HTML."""
        html: str = MarkdownIt().render(self.recipe.text)
        return html

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
    """Return the page.

    Raises:
        DemoError: nothing is loaded.
    """
    tables = store.tables()
    if not tables:
        msg = "Nothing is loaded yet: run `make run` first."
        raise DemoError(msg)
    with store.query() as ask:
        sections = [_section(recipe, tables, ask) for recipe in recipes().values()]
        account, period = _account(tables, ask), _period(tables, ask)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    )
    environment.filters["cell"] = cell_of
    return environment.get_template(TEMPLATE).render(
        account=account,
        period=period,
        made=f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        target=target,
        sections=sections,
        most=ROWS,
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
        return Section(recipe, lack=f"The database does not answer: {error}")
    if not table.rows:
        return Section(recipe, lack="There is nothing to show: no row fits.")
    return Section(recipe, table, draw(recipe.title, table))


def _account(tables: set[str], ask: Query) -> str:
    """Return the account's address on the web."""
    for name in tables.intersection(ADDRESSED):
        with suppress(QueryError):  # its address may not be selected
            [(address,)] = ask(f"SELECT max(html_url) FROM {name}").rows  # noqa: S608
            if host := urlsplit(address or "").hostname:
                return printable(host)
    return "an account that no record names"


def _period(tables: set[str], ask: Query) -> str:
    """Say which incidents are counted."""
    if "incidents" not in tables:
        return "without incidents"
    found = ask("SELECT min(created_at), max(created_at), count(*) FROM incidents")
    [(first, last, count)] = found.rows
    if not count:
        return "without incidents"
    return f"{count:,} incidents, created from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
