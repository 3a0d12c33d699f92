"""What a person sees in the terminal at the end of a run."""

from __future__ import annotations

import typing as t

from demo.processes import say
from demo.recipes import DOCUMENT, recipes
from demo.stores import Table
from demo.tables import text_of

if t.TYPE_CHECKING:
    from demo.pipeline import Run
    from demo.stores import Database, Store

# Recipes that a run shows, and how many rows of each.
SHOWN = ("Response times by service", "Interruptions by person")
ROWS = 5


def show_streams(run: Run, store: Store) -> None:
    """Show what came in, and what there is now."""
    rows = store.rows(sorted(run.streams))
    table = [
        (name, rows[name], stream.records, stream.requests, stream.bookmark or "(read whole)")
        for name, stream in sorted(run.streams.items())
    ]
    held = "rows" if store.speaks_sql else "lines"
    say()
    grid = text_of(Table(("stream", held, "came in", "requests", "bookmark"), table))
    say(*grid.split("\n"))


def show_skipped(run: Run) -> None:
    """Say what an incremental run did not read again."""
    if not run.resumed:
        return
    say()
    say("Not read again, as an earlier run has loaded it:")
    for name, stream in sorted(run.streams.items()):
        if stream.since:
            say(f"  {name} before {stream.since}")


def show_recipes(store: Database) -> None:
    """Show what may be asked of the loaded tables, if those that it takes are there."""
    tables = store.tables()
    with store.query() as ask:
        for title in SHOWN:
            recipe = recipes()[title]
            if not tables.issuperset(recipe.streams):
                continue
            found = ask(recipe.sql)
            shown = found.rows[:ROWS]
            say()
            rows = f"{len(shown)} of {len(found.rows)} rows"
            say(f"{title} ({rows}; docs/{DOCUMENT.name} has the SQL):")
            say(*text_of(Table(found.columns, shown)).split("\n"))
