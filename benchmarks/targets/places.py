"""Where targets put their data, and how it is read back: as rows by stream."""

# ruff: noqa: S603, S608 - the commands and names are our own

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Row = dict[str, Any]
Tables = dict[str, list[Row]]
SCHEMA = "pagerduty"


class Place(ABC):
    """What holds the data of a target."""

    @abstractmethod
    def settings(self, home: Path, address: Mapping[str, str]) -> Row:
        """Return the settings that lead a target to its place.

        HOME is an empty directory, ADDRESS reaches an empty PostgreSQL database.
        """

    @abstractmethod
    def tables(self, home: Path, address: Mapping[str, str], python: Path) -> Tables:
        """Return what a target has loaded, the oldest row first where it appends.

        PYTHON is the interpreter of the target's environment.
        """


class Postgres(Place):
    """A PostgreSQL database."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        """Take the target's own NAMES for parts of the address, where they differ."""
        self._names = {"schema": "default_target_schema", **(names or {})}

    def settings(self, home: Path, address: Mapping[str, str]) -> Row:  # noqa: ARG002
        """Return the address."""
        given = {**address, "schema": SCHEMA, "port": int(address["port"])}
        return {self._names.get(name, name): value for name, value in given.items()}

    def tables(self, home: Path, address: Mapping[str, str], python: Path) -> Tables:  # noqa: ARG002
        """Return all rows, deleted ones with their mark."""
        with psycopg.connect(reach(address), row_factory=dict_row) as connection:
            found = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = %s",
                [SCHEMA],
            )
            names = [row["table_name"] for row in found]
            return {
                name: connection.execute(f'SELECT * FROM {SCHEMA}."{name}"'.encode()).fetchall()
                for name in names
            }


class DuckDB(Place):
    """A DuckDB file, read by the DuckDB that wrote it."""

    _READ = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as database:
    names = database.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [sys.argv[2]]
    ).fetchall()
    for (name,) in names:
        found = database.execute(f'SELECT * FROM {sys.argv[2]}."{name}"')
        columns = [column[0] for column in found.description]
        rows = [dict(zip(columns, row)) for row in found.fetchall()]
        print(json.dumps([name, rows], default=str))
"""

    def settings(self, home: Path, address: Mapping[str, str]) -> Row:  # noqa: ARG002
        """Name the file, not as the schema is called."""
        return {"filepath": str(home / "warehouse.duckdb"), "default_target_schema": SCHEMA}

    def tables(self, home: Path, address: Mapping[str, str], python: Path) -> Tables:  # noqa: ARG002
        """Have the environment's DuckDB write the rows as JSON."""
        read = [str(python), "-c", self._READ, str(home / "warehouse.duckdb"), SCHEMA]
        found = subprocess.run(read, check=True, capture_output=True, text=True)
        return dict(map(json.loads, found.stdout.splitlines()))


class SQLite(Place):
    """A SQLite file."""

    def settings(self, home: Path, address: Mapping[str, str]) -> Row:  # noqa: ARG002
        """Name the file, without the ending that the target adds."""
        return {"database": str(home / "warehouse")}

    def tables(self, home: Path, address: Mapping[str, str], python: Path) -> Tables:  # noqa: ARG002
        """Return all rows."""
        [file] = home.glob("warehouse*")
        with closing(sqlite3.connect(file)) as database:
            database.row_factory = sqlite3.Row
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name: [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')]
                for (name,) in names.fetchall()
            }


class Files(Place):
    """Files in a directory, whose names begin with that of their stream."""

    suffixes: tuple[str, ...]

    def __init__(self, setting: str) -> None:
        """Take the dotted name of the SETTING that names the directory."""
        self._setting = setting

    def settings(self, home: Path, address: Mapping[str, str]) -> Row:  # noqa: ARG002
        """Name the directory."""
        value: Any = str(home)
        for name in reversed(self._setting.split(".")):
            value = {name: value}
        settings: Row = value
        return settings

    def tables(self, home: Path, address: Mapping[str, str], python: Path) -> Tables:  # noqa: ARG002
        """Return the rows of all files, the oldest file first."""
        files = [file for file in home.rglob("*") if file.name.endswith(self.suffixes)]
        tables: Tables = {}
        for file in sorted(files, key=lambda file: file.stat().st_mtime_ns):
            stream = file.name.partition(".")[0].partition("-")[0]
            tables.setdefault(stream, []).extend(self.rows(file))
        return tables

    @abstractmethod
    def rows(self, file: Path) -> Iterable[Row]:
        """Return the rows of a file."""


class JSONLines(Files):
    """Files of JSON lines: records, or Singer messages."""

    suffixes = (".jsonl", ".json", ".singer.gz")

    def rows(self, file: Path) -> Iterator[Row]:
        """Yield the records."""
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                found = json.loads(line)
                if found.get("type") == "RECORD" and "record" in found:
                    yield found["record"]
                elif not (found.get("type") == "SCHEMA" and "schema" in found):
                    yield found


class CSV(Files):
    """Files of comma-separated values; an empty field is null."""

    suffixes = (".csv",)

    def rows(self, file: Path) -> Iterator[Row]:
        """Yield the rows, all values texts or null."""
        csv.field_size_limit(sys.maxsize)
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield {name: value or None for name, value in row.items()}


class Parquet(Files):
    """Parquet files."""

    suffixes = (".parquet",)

    def rows(self, file: Path) -> Iterable[Row]:
        """Have DuckDB read the file."""
        import duckdb  # noqa: PLC0415, it is not there for Python 3.14

        found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)])
        columns = [column[0] for column in found.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def reach(address: Mapping[str, str]) -> str:
    """Return an address as libpq takes it."""
    return " ".join(
        f"{'dbname' if name == 'database' else name}={value}" for name, value in address.items()
    )
