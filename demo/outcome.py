"""What a person sees in the terminal at the end of a run."""

from __future__ import annotations

import typing as t

from demo import models
from demo.durations import duration
from demo.processes import say
from demo.recipes import DOCUMENT, recipes
from demo.scope import account_of, period_of
from demo.stores import Database, QueryError, Table
from demo.tables import text_of

if t.TYPE_CHECKING:
    from demo.pipeline import Run
    from demo.stores import Store

# Recipes that a run shows, and how many rows of each.
SHOWN = ("Response times by service", "Interruptions by person")
ROWS = 5


def show_streams(run: Run, store: Store, before: dict[str, int]) -> None:
    """Show what was received, and what there is now; BEFORE are the rows of an earlier run.

    Streams that brought nothing new are named in a line.
    """
    rows = store.rows(sorted(run.streams))
    table, same = [], []
    for name, stream in sorted(run.streams.items()):
        is_same = rows[name] == before.get(name) if not stream.bookmark else not stream.records
        if run.resumed and is_same:
            same.append(f"{name} {rows[name]:,}")
            continue
        bookmark = stream.bookmark or "(full table)"
        table.append((name, rows[name], stream.records, stream.requests, bookmark))
    held = "rows" if store.speaks_sql else "lines"
    say()
    if table:
        grid = text_of(Table(("stream", held, "received", "requests", "bookmark"), table))
        say(*grid.split("\n"))
    if same:
        say(f"Nothing new, with {held}: {', '.join(same)}.")


def show_totals(run: Run, store: Store, region: str) -> None:
    """Say how much was received, how fast, of which account and time."""
    records = sum(stream.records for stream in run.streams.values())
    requests = sum(stream.requests for stream in run.streams.values())
    pace = f"{records / run.seconds:,.0f} records/s" if run.seconds else ""
    say()
    say(
        f"{records:,} records of {len(run.streams)} streams with {requests:,} requests in "
        f"{duration(run.seconds / 60)}, {pace}."
    )
    if isinstance(store, Database):
        tables = store.tables()
        with store.query() as ask:
            account, period = account_of(tables, ask), period_of(tables, ask)
        say(f"Account {account}, service region {region.upper()}: {period}.")
    else:
        say(f"Service region {region.upper()}.")


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
    """Build the models, and show some answers from them, if their streams are loaded."""
    try:
        models.build(store)
    except QueryError as error:
        say()
        say(f"The models cannot be built in schema {store.models}: {error}")
        return
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
