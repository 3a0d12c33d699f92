"""An account in a database, loaded twice with dbt's models built after each load.

`Seen` is the account as those loads met it. What the models should say is worked out from it,
event by event and minute by minute, in `tests/support/figures.py`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess

import psycopg
import pytest

from sandbox.values.timestamps import iso
from tests.support import harness
from tests.support.harness import DAY, ago
from tests.support.project import ROOT
from tests.support.targets import SCHEMA, Postgres, ended, started, words
from tests.support.warehouse import DATABASES, START, delete_schedule, odd_incidents

__all__ = ["DATABASES", "PACKAGE", "START", "Database", "Seen", "dbt"]

PACKAGE = ROOT / "transform"
DBT = ROOT / ".venv-dbt" / "bin" / "dbt"
# Longer than it takes on a machine that others use as well.
PATIENCE = 900
# Schema of the models; the plain views have another.
BUILT = "built"

FIRST = (
    *("users", "teams", "services", "escalation_policies", "schedules", "oncalls", "priorities"),
    *("incidents", "log_entries", "notifications", "change_events", "oncall_shifts"),
    "incident_custom_field_values",
)
# Selected only for the second load.
LATER = ("audit_records",)


class Seen:
    """An account as two runs of the tap met it, and what these wrote: `first`, `second`."""

    def __init__(self):
        with harness.sandbox(days=40, incidents=90) as box:
            # It has as many shifts as all others together.
            delete_schedule(box, "Daily Engineering Rotation")
            odd_incidents(box)
            odder_incidents(box)
            self._shifts = {}
            run = self._run(box, FIRST)
            self.first = run.out
            waiting = next(i["id"] for i in box.truth("incidents") if i["status"] == "triggered")
            service = box.truth("services")[0]["id"]
            box.account.update("services", service, name="Renamed service")
            # What was planned by it does not take place.
            delete_schedule(box, "Platform primary")
            box.advance(3 * DAY)
            box.account.create_incident(at=ago(box, hours=30))
            box.account.acknowledge(waiting, at=ago(box, hours=3))
            box.account.resolve(waiting, at=ago(box, hours=1))
            self.second = self._run(box, (*FIRST, *LATER), run.state).out
            self.now = box.now()
            self.lists = {
                stream: harness.truth(box, stream)
                for stream in ("users", "teams", "services", "incidents")
            }
            how = {"since": START, "until": iso(self.now)}
            self.entries = self._events(box, "/log_entries", "created_at", **how)
            self.notifications = self._events(box, "/notifications", "started_at", **how)
            self.changes = self._events(box, "/change_events", "timestamp", **how)
            values = "/incidents/{id}/custom_fields/values"
            self.custom_fields = box.children(values)

    @property
    def shifts(self):
        """The shifts, each as it was when it was last read, at `read`."""
        return self._shifts.values()

    def _run(self, box, streams, state=None):
        run = harness.sync(box, *streams, state=state, start_date=START)
        assert run.status == 0
        run.out = as_loaded(run.out, iso(box.now()))
        how = {"since": START, "until": ago(box, days=-90)}
        for shift in harness.in_utc(box.truth_of("/oncalls", **how)):
            parts = (shift["escalation_policy"], shift["user"], shift["schedule"])
            ids = (part and part["id"] for part in parts)
            key = (*ids, shift["escalation_level"], shift["start"])
            self._shifts[key] = {**shift, "read": box.now()}
        return run

    @staticmethod
    def _events(box, path, time, **how):
        include = {"channels"} if path == "/log_entries" else ()
        records = harness.in_utc(box.truth_of(path, include, **how))
        return [each for each in records if START <= each[time] < iso(box.now())]


def odder_incidents(box):
    """Let happen what only the models look at: chains of merges, snoozes."""
    account = box.account
    service = box.truth("services")[1]["id"]
    on = {"service_id": service, "priority_id": None}
    # A chain of merges.
    chain = [account.create_incident(at=ago(box, days=6, hours=hours), **on) for hours in (3, 2, 1)]
    account.merge(chain[0], chain[1], at=ago(box, days=5.9))
    account.merge(chain[1], chain[2], at=ago(box, days=5.8))
    # Acknowledged by several people.
    own = account.create_incident(at=ago(box, days=5), **on)
    for minutes, user in ((10, 0), (25, 1), (40, 0)):
        user_id = box.truth("users")[user]["id"]
        account.acknowledge(own, by=user_id, at=ago(box, days=5, minutes=-minutes))
    account.resolve(own, at=ago(box, days=4.9))
    # Snoozed, and resolved before it would be triggered again.
    own = account.create_incident(at=ago(box, days=4), **on)
    account.acknowledge(own, at=ago(box, days=3.95))
    account.snooze(own, 3 * 3600, at=ago(box, days=3.9))
    account.resolve(own, at=ago(box, days=3.85))


def as_loaded(out, now):
    """Return what a run wrote as if extracted by the account's clock.

    Nobody loads the e-mail addresses of the users.
    """
    lines = []
    for line in out.splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            message["time_extracted"] = now
        part = message.get("record") or message.get("schema", {}).get("properties", {})
        if message.get("stream") == "users":
            part.pop("email", None)
        lines.append(json.dumps(message).encode() + b"\n")
    return b"".join(lines)


class Database:
    """A database of one of the TARGETs, and dbt's models in it."""

    def __init__(self, target, place):
        self.target, self.place = target, place
        self.name = target.removeprefix("target-")
        self._server = None
        if target == "target-postgres":
            self._server = Postgres(place / "server")
            address = self._server.database().settings
            # As meltano.yml has them.
            self._settings = {**address, "hard_delete": False}
            names = ("host", "port", "user", "password", "database")
            self.env = {f"TARGET_POSTGRES_{name.upper()}": str(address[name]) for name in names}
        else:
            file = str(place / "warehouse.duckdb")
            self._settings = {
                "filepath": file,
                "default_target_schema": SCHEMA,
                "add_metadata_columns": True,
            }
            self.env = {"TARGET_DUCKDB_FILEPATH": file}

    def load(self, out):
        """Load what a run wrote."""
        with started(self.target, self.place, **self._settings) as loader:
            loader.stdin.write(out)
            ended(loader)
            assert loader.returncode == 0, words(loader)[-3000:]

    def dbt(self, *arguments):
        """Run dbt on the package; return what it printed."""
        line = ["--project-dir", PACKAGE, "--profiles-dir", PACKAGE]
        env = {"DBT_TARGET": self.name, "DBT_SCHEMA": BUILT}
        return dbt(self.place / "dbt", *arguments, *line, **self.env, **env)

    def artifact(self, name):
        """Return a file that dbt wrote, of JSON."""
        return json.loads((self.place / "dbt" / name).read_text(encoding="utf-8"))

    def rows(self, query):
        """Return the rows of a query as dicts; tables of the models need no schema."""
        with self._connect() as connection:
            connection.execute(f"SET search_path = '{BUILT}'")
            found = connection.execute(query)
            columns = [column[0] for column in found.description]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def run(self, sql):
        """Run statements that change the database."""
        with self._connect() as connection:
            connection.execute(sql)

    def _connect(self):
        if self.name == "postgres":
            prefix = "TARGET_POSTGRES_"
            reach = {name.removeprefix(prefix).lower(): each for name, each in self.env.items()}
            return psycopg.connect(dbname=reach.pop("database"), autocommit=True, **reach)
        import duckdb  # noqa: PLC0415, it is not there for Python 3.14

        return duckdb.connect(self.env["TARGET_DUCKDB_FILEPATH"])

    def stop(self):
        if self._server:
            self._server.stop()


def dbt(place, *arguments, **env):
    """Run dbt with variables of its environment; return what it printed."""
    if not DBT.exists():
        pytest.fail(f"dbt is not at {DBT}: run `make test`")
    place.mkdir(exist_ok=True)
    run = subprocess.run(
        [DBT, *arguments],
        env={
            **os.environ,
            "DBT_TARGET_PATH": str(place),
            "DBT_LOG_PATH": str(place),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_USE_COLORS": "false",
            "DBT_VERSION_CHECK": "false",
            **env,
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.returncode == 0, _failures(run.stdout + run.stderr)
    return run.stdout


def _failures(printed):
    """Return the lines that matter of what dbt printed."""
    lines = [line for line in printed.splitlines() if not re.search(r"START|OK|PASS |SKIP", line)]
    return "\n".join(lines)[-6000:]
