"""Builds the models of the dbt package without dbt: from the plain views in transform/views.

What reads a table of the tap stays a view. All else becomes a table, since many of them read each
other: so a report takes seconds, where views would compute everything again for each question.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from demo.stores import Database, Execute

VIEWS = Path(__file__).parent.parent / "transform" / "views"
# The schemas that the files name: of the tap's tables, and of the models.
_TABLES, _MODELS = "pagerduty", "pagerduty_models"

_STATEMENT = re.compile(
    r"^create or replace view (\w+)\.(\w+) as\n(.+?);$", re.MULTILINE | re.DOTALL
)
_COLUMN = re.compile(r'cast\(null as ([^)]+)\) as "([^"]+)"')


def build(store: Database) -> None:
    """Build all models anew in the store's schema of models, which is emptied first.

    Raises:
        QueryError: the database refuses.
    """
    columns = store.columns()
    with store.change() as execute:
        execute(f'DROP SCHEMA IF EXISTS "{store.models}" CASCADE')
        execute(f'CREATE SCHEMA "{store.models}"')
        folder = VIEWS / store.dialect
        for path in sorted((folder / "streams").glob("*.sql")):
            _read_stream(execute, store, path, columns.get(path.stem))
        for name, sql in _statements(folder / "models.sql", store):
            execute(f'CREATE TABLE "{store.models}"."{name}" AS {sql}')
            # Without statistics, PostgreSQL joins new tables row by row.
            execute(f'ANALYZE "{store.models}"."{name}"')


def _read_stream(execute: Execute, store: Database, path: Path, loaded: set[str] | None) -> None:
    """Make the views that read a stream; LOADED are its columns, None if it is not loaded."""
    empty = path.parent.parent / "empty" / path.name
    file, source = (empty, "") if loaded is None else (path, f'"{store.schema}"."{path.stem}"')
    missing = []
    if loaded is not None:
        known = {name: kind for kind, name in _COLUMN.findall(empty.read_text(encoding="utf-8"))}
        missing = [f'cast(null as {known[n]}) as "{n}"' for n in known if n not in loaded]
    # A column that was not selected has no values.
    columns = ", ".join(["*", *missing])
    reading = f"(SELECT {columns} FROM {source}) AS loaded" if missing else source  # noqa: S608
    for name, sql in _statements(file, store):
        text = sql.replace(source, reading) if source else sql
        execute(f'CREATE VIEW "{store.models}"."{name}" AS {text}')


def _statements(path: Path, store: Database) -> list[tuple[str, str]]:
    """Return the name and the query of each view of a file, with the schemas of the store."""
    text = path.read_text(encoding="utf-8").replace(f'"{_MODELS}"', f'"{store.models}"')
    text = text.replace(f'"{_TABLES}"."', f'"{store.schema}"."')
    return [(name, sql) for _, name, sql in _STATEMENT.findall(text)]
