"""The report: what comes of the recipes, as a page that needs nothing but a browser."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from numbers import Number
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from demo.charts import Drawing, draw
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
    def text(self) -> Markup:
        """What the recipe answers."""
        return Markup(MarkdownIt().render(self.recipe.text))  # noqa: S704, it is our document


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
    environment.filters["kind"] = _kind
    return environment.get_template(TEMPLATE).render(
        account=account,
        period=period,
        made=f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        target=target,
        sections=sections,
        most=ROWS,
    )


def _kind(value: object) -> str:
    """Return how a cell is set."""
    if isinstance(value, Number):
        return "number"
    return "time" if isinstance(value, date) else "words"


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
    for name in ADDRESSED:
        if name in tables:
            for (address,) in ask(f"SELECT max(html_url) FROM {name}").rows:  # noqa: S608
                if host := urlsplit(address or "").hostname:
                    return host
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
