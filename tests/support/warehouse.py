"""An account in PostgreSQL and in DuckDB, as two runs of the tap have loaded it.

It has what is easily counted wrongly. What the tables should answer is worked out from
`Seen`, which is the account as those runs met it.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from contextlib import ExitStack

from demo import stores
from sandbox.values.timestamps import iso
from tests.support import harness
from tests.support.harness import DAY, ago
from tests.support.targets import SCHEMA, Postgres, ended, started, words

START = "2024-05-01T00:00:00Z"
BETWEEN = 3 * DAY
STREAMS = (
    *("users", "teams", "services", "escalation_policies"),
    *("incidents", "log_entries", "notifications", "oncalls", "oncall_shifts", "audit_records"),
)
# The DuckDB that target-duckdb works with is not there for Python 3.14.
DATABASES = ["target-postgres", *(["target-duckdb"] if sys.version_info < (3, 14) else [])]


class Seen:
    """An account as two runs of the tap met it, three days apart, and what these wrote."""

    def __init__(self):
        with harness.sandbox(days=40, incidents=120) as box:
            # It has as many shifts as all others together.
            delete_schedule(box, "Daily Engineering Rotation")
            odd_incidents(box)
            self.out, self._events = b"", {}
            first = self._run(box)
            # The name in a record that is not read again stays the old one.
            box.account.update("services", box.truth("services")[0]["id"], name="Renamed service")
            box.account.update("teams", box.truth("teams")[0]["id"], name="Renamed team")
            box.account.update("users", self.interrupted(), name="Renamed user")
            # What was planned by it does not take place.
            delete_schedule(box, "Platform primary")
            box.advance(BETWEEN)
            box.account.create_incident(at=ago(box, hours=30))
            self._run(box, first.state)
            self.now = box.now()
            self.lists = {
                stream: harness.truth(box, stream)
                for stream in ("users", "teams", "services", "escalation_policies", "incidents")
            }
            self.oncalls = box.truth("oncalls")

    def events(self, stream):
        """Return the records of an event stream, as they were when they were read."""
        return self._events[stream].values()

    # What tests/support/figures.py takes.
    changes = ()
    custom_fields = defaultdict(list)

    @property
    def entries(self):
        return self.events("log_entries")

    @property
    def notifications(self):
        return self.events("notifications")

    @property
    def shifts(self):
        return self.events("oncall_shifts")

    def interrupted(self):
        """Return the user who was notified most recently."""
        [*_, last] = self.events("notifications")
        return last["user"]["id"]

    def name(self, stream, reference):
        """Return how something is called now, or was when it was there."""
        return self.lists[stream].get(reference["id"], {}).get("name", reference["summary"])

    def _run(self, box, state=None):
        run = harness.sync(box, *STREAMS, state=state, start_date=START)
        assert run.status == 0
        now = iso(box.now())
        # Extracted by the account's clock, as it would be.
        stamp = f'"time_extracted":"{now}"'.encode()
        self.out += re.sub(rb'"time_extracted":"[^"]+"', stamp, run.out)
        for stream, path in {
            "log_entries": "/log_entries",
            "notifications": "/notifications",
            "audit_records": "/audit/records",
            "oncall_shifts": "/oncalls",
        }.items():
            how = {"since": ago(box, days=50), "until": ago(box, days=-90)}
            include = harness.INCLUDES.get(stream, ())
            kept = self._events.setdefault(stream, {})
            for record in harness.in_utc(box.truth_of(path, include, **how)):
                at = record.get(TIMES[stream])
                if stream == "oncall_shifts":
                    parts = (record["escalation_policy"], record["user"], record["schedule"])
                    ids = (part and part["id"] for part in parts)
                    kept[(*ids, record["escalation_level"], at)] = {**record, "read": box.now()}
                elif START <= at < now and record["id"] not in kept:
                    kept[record["id"]] = record
        return run


TIMES = {
    "log_entries": "created_at",
    "notifications": "started_at",
    "audit_records": "execution_time",
    "oncall_shifts": "start",
}


def delete_schedule(box, name):
    [own] = [each["id"] for each in box.truth("schedules") if each["name"] == name]
    box.account.delete("schedules", own)


def odd_incidents(box):
    """Let happen what is easily counted wrongly."""
    account = box.account
    service = box.truth("services")[0]["id"]
    on = {"service_id": service, "priority_id": None}

    # Without a team, resolved by a person whom nobody saw acknowledge it.
    own = account.create_incident(at=ago(box, days=20), team_ids=[], **on)
    account.resolve(own, at=ago(box, days=19.9))
    # Never acknowledged, and open.
    account.create_incident(at=ago(box, days=18), **on)
    # Reopened: neither resolved now, nor by when it once was.
    own = account.create_incident(at=ago(box, days=15), **on)
    account.acknowledge(own, at=ago(box, days=14.9))
    account.resolve(own, at=ago(box, days=14.8))
    account.reopen(own, at=ago(box, days=14.7))
    # Acknowledged only after it was over once.
    own = account.create_incident(at=ago(box, days=16), **on)
    account.resolve(own, at=ago(box, days=15.9))
    account.reopen(own, at=ago(box, days=9))
    account.acknowledge(own, at=ago(box, days=8.9))
    account.resolve(own, at=ago(box, days=8.8))
    # Acknowledged twice.
    own = account.create_incident(at=ago(box, days=12), **on)
    account.acknowledge(own, at=ago(box, days=11.9))
    account.acknowledge(own, at=ago(box, days=11.5))
    # Merged: by the service, if that can be, and nobody acknowledged it.
    into = account.create_incident(at=ago(box, days=10), **on)
    own = account.create_incident(at=ago(box, days=9.9), **on)
    account.merge(own, into, at=ago(box, days=9.8))
    account.override(own, last_status_change_by={"id": service, "type": "service_reference"})
    # Acknowledged, and then over by itself.
    own = account.create_incident(at=ago(box, days=8), **on)
    account.acknowledge(own, at=ago(box, days=7.9))
    account.resolve(own, at=ago(box, days=7.8))
    account.override(own, last_status_change_by={"id": service, "type": "service_reference"})
    # Over by itself, for alerts of one kind, and once acknowledged.
    for days, title in ((6, "Disk 81 % full"), (5, "Disk 92 % full"), (4, "Disk 93 % full")):
        own = account.create_incident(at=ago(box, days=days), title=title, **on)
        if days == 4:
            account.acknowledge(own, at=ago(box, days=days - 0.05))
        account.resolve(own, at=ago(box, days=days - 0.1))
        account.override(own, last_status_change_by={"id": service, "type": "service_reference"})
    # Somebody is interrupted all through a night, and several times in a minute.
    for days in (3, 5, 7):
        for hours in range(0, 24, 3):
            account.create_incident(at=ago(box, days=days, hours=hours), **on)
    for seconds in range(5, 55, 10):
        at = ago(box, days=2, minutes=1, seconds=seconds)
        account.create_incident(at=at, **on)


class Warehouse:
    """The databases that hold the account."""

    def __init__(self, place):
        self.seen = seen = Seen()
        self._server = Postgres(place / "postgres")
        address = self._server.database().settings
        self.env = {
            **{f"TARGET_POSTGRES_{name.upper()}": str(value) for name, value in address.items()},
            "TARGET_DUCKDB_FILEPATH": str(place / "warehouse.duckdb"),
        }
        # As meltano.yml has them.
        settings = {
            "target-postgres": {**address, "hard_delete": False},
            "target-duckdb": {
                "filepath": self.env["TARGET_DUCKDB_FILEPATH"],
                "default_target_schema": SCHEMA,
                "add_metadata_columns": True,
            },
        }
        with ExitStack() as stack:
            loaders = [
                stack.enter_context(started(target, place, **settings[target]))
                for target in DATABASES
            ]
            for loader in loaders:
                loader.stdin.write(seen.out)
            for loader in loaders:
                ended(loader)
                assert loader.returncode == 0, words(loader)[-3000:]
        self.stores = {name: stores.STORES[name](self.env, place) for name in DATABASES}

    def stop(self):
        self._server.stop()
