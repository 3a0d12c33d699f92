"""The real targets: where they are, a PostgreSQL for them, and how rows are read back."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import psycopg
import pytest
import yaml

from demo.postgres import EmbeddedPostgres
from demo.processes import Processes
from tests.support.harness import PATIENCE, arguments, discovered
from tests.support.project import ROOT

# Where Meltano installs them; `make test` sees to it.
LOADERS = Path(os.environ.get("TEST_LOADERS") or ROOT / ".meltano" / "loaders")
SCHEMA = "pagerduty"


def executable(target):
    """Return the path of a target's command."""
    path = LOADERS / target / "venv" / "bin" / target
    if not path.exists():
        pytest.fail(f"{target} is not at {path}: run `make test`, or name another place for it")
    return str(path)


def shipped(target):
    """Return the settings that meltano.yml gives a target."""
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    [loader] = [each for each in project["plugins"]["loaders"] if each["name"] == target]
    return {each["name"]: each["value"] for each in loader["settings"] if "value" in each}


class Postgres:
    """A PostgreSQL of the tests' own; each test gets a database."""

    def __init__(self, place):
        self._processes = Processes()
        self._address = EmbeddedPostgres(place).start(self._processes)
        # It need not outlive a power failure.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "jit"):
            Database(self._address).ask(f"ALTER SYSTEM SET {setting} = off")
        Database(self._address).ask("SELECT pg_reload_conf()")
        self._databases = 0

    def stop(self):
        self._processes.__exit__()

    def database(self):
        """Make an empty database."""
        self._databases += 1
        address = {**self._address, "database": f"test{self._databases}"}
        Database(self._address).ask(f"CREATE DATABASE {address['database']}")
        return Database(address)


class Database:
    """A database, as target-postgres fills it."""

    def __init__(self, address):
        port = int(address["port"])
        self.settings = {
            **shipped("target-postgres"),
            **address,
            "port": port,
            "default_target_schema": SCHEMA,
            "hard_delete": True,
        }
        self._reach = {{"database": "dbname"}.get(name, name): v for name, v in address.items()}

    def ask(self, query):
        with psycopg.connect(**self._reach, autocommit=True) as connection:
            found = connection.execute(query)
            return found.fetchall() if found.description else []

    def count(self, stream):
        return self.ask(f"SELECT count(*) FROM {SCHEMA}.{stream}")[0][0]

    def rows(self, stream):
        """Return the rows of a table by id: the columns of the stream, as JSON has them."""
        columns = schemas()[stream]["properties"]
        query = f"SELECT * FROM {SCHEMA}.{stream}"
        with psycopg.connect(**self._reach, row_factory=psycopg.rows.dict_row) as connection:
            found = connection.execute(query).fetchall()
        return {row["id"]: {name: plain(row.get(name)) for name in columns} for row in found}


def plain(value):
    """Return a value of PostgreSQL as JSON has it: times are UTC, without saying so."""
    if isinstance(value, datetime):
        assert value.tzinfo is None
        return f"{value.isoformat()}Z"
    return value


@cache
def schemas():
    return {each["tap_stream_id"]: each["schema"] for each in json.loads(discovered())["streams"]}


def row_of(stream, record):
    """Return the row that a record should become: its columns, null where it has none."""
    return {name: record.get(name) for name in schemas()[stream]["properties"]}


# -- tap | target


@contextmanager
def started(target, place, **settings):
    """Start a target with its standard input open; it may take its time while others work."""
    path = place / f"{target}.json"
    path.write_text(json.dumps(settings))
    with (
        (place / f"{target}.log").open("w+") as log,
        subprocess.Popen(
            [executable(target), "--config", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        process.log = log
        try:
            yield process
        finally:
            process.kill()


def ended(process):
    """Let a target come to its end; return the last state that it let through, if any."""
    out, _ = process.communicate(timeout=PATIENCE)
    lines = out.splitlines()
    return json.loads(lines[-1]) if lines else None


def words(process):
    process.log.seek(0)
    return process.log.read()


def pipe(box, place, target, settings, *streams, state=None, **how):
    """Run `tap-pagerduty | target`; return the tap's status, and the state that came through."""
    with started(target, place, **settings) as loader, (place / "tap.log").open("w") as log:
        line = arguments(box, place, *streams, state=state, **how)
        tap = subprocess.run(line, stdout=loader.stdin, stderr=log, timeout=PATIENCE, check=False)
        reached = ended(loader)
        assert loader.returncode == 0, words(loader)[-3000:]
        return tap.returncode, reached
