"""Where a target puts the data: what it has to be told, and how the data is read back."""

from __future__ import annotations

import typing as t
from abc import ABC, abstractmethod
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from demo.postgres import EmbeddedPostgres
from demo.processes import DemoError

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from demo.processes import Processes


class Table(t.NamedTuple):
    """What came of a query: rows, with the names of their columns."""

    columns: tuple[str, ...]
    rows: list[tuple[t.Any, ...]]


Query = t.Callable[[str], Table]
Execute = t.Callable[[str], None]


class QueryError(DemoError):
    """The database does not answer; why, in its own words."""


class Store(ABC):
    """A place that a target loads into."""

    # Whether there are tables to ask in SQL; their schema.
    speaks_sql = True
    schema = "pagerduty"
    # Where it is, if that is not our directory but a place that the user names.
    elsewhere = ""
    # What a person is told of it before it is loaded into, if anything.
    greeting = ""

    @property
    @abstractmethod
    def is_empty(self) -> bool:
        """Whether no run has loaded into it yet; to be asked before `open`."""

    @abstractmethod
    def open(self, processes: Processes) -> dict[str, str]:
        """Make it ready; return the settings that lead the target there."""

    @abstractmethod
    def rows(self, streams: list[str]) -> dict[str, int]:
        """Count what there is of each stream."""

    @abstractmethod
    def how_to_look(self) -> list[str]:
        """Return lines that tell a person how to look at the data."""


class Database(Store):
    """A store with tables."""

    # Tells a row that the account still has.
    current = "true"
    # Name of the folder of transform/views that has its SQL.
    dialect = ""

    @property
    def models(self) -> str:
        """Schema of the models that `demo.models` builds; dbt builds into one of its own."""
        return f"{self.schema}_answers"

    @abstractmethod
    def change(self) -> t.ContextManager[Execute]:
        """Connect, and give a function that runs statements; all of them take effect, or none."""

    @abstractmethod
    def query(self) -> t.ContextManager[Query]:
        """Connect, and give a function that asks.

        Neither tables nor models need to be named with their schema.
        """

    def tables(self) -> set[str]:
        """Return the names of the tables."""
        return set(self.columns())

    def columns(self) -> dict[str, set[str]]:
        """Return the names of the columns by table."""
        with self.query() as ask:
            found = ask(
                f"SELECT table_name, column_name FROM information_schema.columns "  # noqa: S608
                f"WHERE table_schema = '{self.schema}'"
            )
        columns: dict[str, set[str]] = {}
        for table, column in found.rows:
            columns.setdefault(table, set()).add(column)
        return columns

    def rows(self, streams: list[str]) -> dict[str, int]:
        """Count the rows of each table."""
        with self.query() as ask:
            return {
                stream: ask(
                    f"SELECT count(*) FROM {stream} WHERE {self.current}"  # noqa: S608
                ).rows[0][0]
                for stream in streams
            }


class Postgres(Database):
    """The PostgreSQL of TARGET_POSTGRES_HOST, or one of our own."""

    # As target-postgres marks what an ACTIVATE_VERSION message takes away.
    current = "_sdc_deleted_at IS NULL"
    dialect = "postgres"

    def __init__(self, env: dict[str, str], home: Path) -> None:
        """Find out which server it is."""
        self.schema = env.get("TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA", self.schema)
        self.embedded = (
            None if env.get("TARGET_POSTGRES_HOST") else EmbeddedPostgres(home / "postgres")
        )
        names = ("host", "port", "user", "password", "database")
        given = {name: env.get(f"TARGET_POSTGRES_{name.upper()}", "") for name in names}
        self.address = {name: value for name, value in given.items() if value}
        if self.embedded:
            self.greeting = (
                "TARGET_POSTGRES_HOST is not set: loading into a PostgreSQL started for this run."
            )
        else:
            self.elsewhere = "/".join(
                [given["host"], given["port"], given["database"], self.schema]
            )
            self.greeting = f"Loading into the PostgreSQL at {given['host']}, schema {self.schema}."

    @property
    def is_empty(self) -> bool:
        """Whether our server is still to be made, or the user's has none of the tables."""
        if self.embedded:
            return not self.embedded.exists
        with self.query() as ask:
            return ask("SELECT to_regclass('incidents')").rows == [(None,)]

    def open(self, processes: Processes) -> dict[str, str]:
        """Start our own server, if there is no other."""
        if self.embedded:
            self.address = self.embedded.start(processes)
        return {f"TARGET_POSTGRES_{name.upper()}": value for name, value in self.address.items()}

    @contextmanager
    def query(self) -> Iterator[Query]:
        """Connect as the target does."""
        with self._connected() as connection:
            path = sql.SQL("SET search_path = {}, {}").format(
                sql.Identifier(self.schema), sql.Identifier(self.models)
            )
            connection.execute(path)
            yield lambda text: _ask(lambda: connection.execute(text.encode()), psycopg.Error)

    @contextmanager
    def change(self) -> Iterator[Execute]:
        """Connect as the target does, in a transaction."""
        with self._connected() as connection, connection.transaction():
            # To compile queries that take milliseconds takes longer than to run them.
            connection.execute("SET LOCAL jit = off")
            yield lambda text: _do(lambda: connection.execute(text.encode()), psycopg.Error)

    def _connected(self) -> psycopg.Connection:
        reach = {{"database": "dbname"}.get(name, name): v for name, v in self.address.items()}
        return psycopg.connect(**reach, autocommit=True)  # type: ignore[arg-type]

    def how_to_look(self) -> list[str]:
        """Name the command that starts our server again, or the one for another's."""
        if self.embedded:
            return ["make psql", f"  SELECT * FROM {self.schema}.incidents LIMIT 5;"]  # noqa: S608
        where = [
            f"--{name}={self.address[name]}" for name in ("host", "port") if name in self.address
        ]
        return [" ".join(["psql", *where, self.address.get("database", "")])]


class DuckDB(Database):
    """A DuckDB file."""

    dialect = "duckdb"

    def __init__(self, env: dict[str, str], home: Path) -> None:
        """Find out which file it is."""
        self.schema = env.get("TARGET_DUCKDB_DEFAULT_TARGET_SCHEMA", self.schema)
        self.elsewhere = env.get("TARGET_DUCKDB_FILEPATH", "")
        # Not called as the schema is: DuckDB could not tell one from the other.
        self.file = Path(self.elsewhere or home / "warehouse.duckdb").resolve()

    @property
    def is_empty(self) -> bool:
        """Whether there is no file."""
        return not self.file.exists()

    def open(self, processes: Processes) -> dict[str, str]:  # noqa: ARG002
        """Name the file; the target makes it."""
        return {"TARGET_DUCKDB_FILEPATH": str(self.file)}

    @contextmanager
    def query(self) -> Iterator[Query]:
        """Open the file for reading."""
        import duckdb  # noqa: PLC0415, it is not there for Python 3.14

        with self._connected(read_only=True) as connection:
            schemas = connection.execute("SELECT schema_name FROM duckdb_schemas()").fetchall()
            names = [each for each in (self.schema, self.models) if (each,) in schemas]
            connection.execute(f"SET search_path = '{','.join(names)}'")
            yield lambda text: _ask(lambda: connection.execute(text), duckdb.Error)

    @contextmanager
    def change(self) -> Iterator[Execute]:
        """Open the file for writing, in a transaction."""
        import duckdb  # noqa: PLC0415, it is not there for Python 3.14

        with self._connected(read_only=False) as connection:
            connection.begin()
            yield lambda text: _do(lambda: connection.execute(text), duckdb.Error)
            connection.commit()

    def _connected(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        import duckdb  # noqa: PLC0415, it is not there for Python 3.14

        try:
            return duckdb.connect(str(self.file), read_only=read_only)
        except duckdb.IOException as error:
            msg = f"{self.file} cannot be opened: {str(error).splitlines()[0]}"
            raise QueryError(msg) from error

    def how_to_look(self) -> list[str]:
        """Name the file, for DuckDB's shell."""
        return [f"duckdb {self.file}", f"  SELECT * FROM {self.schema}.incidents LIMIT 5;"]  # noqa: S608


class JsonLines(Store):
    """A directory of JSON lines."""

    speaks_sql = False

    def __init__(self, env: dict[str, str], home: Path) -> None:
        """Find out which directory it is."""
        self.elsewhere = env.get("TARGET_JSONL_DESTINATION_PATH", "")
        self.directory = Path(self.elsewhere or home / "jsonl").resolve()

    @property
    def is_empty(self) -> bool:
        """Whether there is no file."""
        return not any(self.directory.glob("*.jsonl"))

    def open(self, processes: Processes) -> dict[str, str]:  # noqa: ARG002
        """Name the directory; the target makes it."""
        return {"TARGET_JSONL_DESTINATION_PATH": str(self.directory)}

    def rows(self, streams: list[str]) -> dict[str, int]:
        """Count the lines of each file; this target adds to them on each run."""
        counts = {}
        for stream in streams:
            file = self.directory / f"{stream}.jsonl"
            counts[stream] = file.read_bytes().count(b"\n") if file.exists() else 0
        return counts

    def how_to_look(self) -> list[str]:
        """Name a file."""
        return [f"head -n 1 {self.directory / 'incidents.jsonl'}"]


STORES: dict[str, t.Callable[[dict[str, str], Path], Store]] = {
    "target-postgres": Postgres,
    "target-duckdb": DuckDB,
    "target-jsonl": JsonLines,
}


def store(target: str, env: dict[str, str], home: Path) -> Store:
    """Return the store of a target.

    Raises:
        DemoError: it can't be read on this Python.
    """
    if target == "target-duckdb":
        try:
            import duckdb  # noqa: F401, PLC0415
        except ImportError:
            msg = (
                "target-duckdb loses records with any DuckDB newer than 1.1.3, which there is not "
                "for this Python: use 3.10 to 3.13, or another TARGET."
            )
            raise DemoError(msg) from None
    return STORES[target](env, home)


def _ask(execute: t.Callable[[], t.Any], failure: type[Exception]) -> Table:
    """Return what comes of a query.

    Raises:
        QueryError: the database fails in its own way.
    """
    try:
        answer = execute()
        return Table(tuple(column[0] for column in answer.description), answer.fetchall())
    except failure as error:
        raise QueryError(str(error).partition("\n")[0]) from error


def _do(execute: t.Callable[[], object], failure: type[Exception]) -> None:
    """Run a statement.

    Raises:
        QueryError: the database fails in its own way.
    """
    try:
        execute()
    except failure as error:
        raise QueryError(str(error).partition("\n")[0]) from error
