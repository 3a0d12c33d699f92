"""Records that PagerDuty lists some time after they happened: none is lost, none goes backwards."""

from __future__ import annotations

import pytest

from sandbox.values.timestamps import moment_of
from tests.support.harness import Warehouse, ago, differences, sandbox, sync

# The path, and the time of a record, of what the account does by itself.
RECURRING = {
    "audit_records": ("/audit/records", "execution_time"),
    "change_events": ("/change_events", "timestamp"),
}
STREAMS = ("incidents", "log_entries", "notifications", *RECURRING)
DELAYS = [0, 60, 400, 850]


def upcoming(hours):
    """Return the seconds, from the sandbox's start, at which recurring records happen."""
    with sandbox() as box:
        start = box.now()
        box.advance(hours * 3600)
        found = []
        for path, name in RECURRING.values():
            times = [moment_of(record[name]) for record in box.truth_of(path)]
            found += [at - start for at in times if at > start]
        return sorted(found)


@pytest.mark.parametrize("delay", DELAYS)
def test_what_is_listed_late_arrives_with_a_later_run(delay):
    warehouse = Warehouse()
    with sandbox(lag=delay, embed_lag=delay) as box:
        start = box.now()
        for at in [0, *upcoming(12)]:
            # Half a minute after something has happened.
            box.advance(max(0, start + at + 30 - box.now()))
            own = box.account.create_incident(at=ago(box, seconds=20))
            box.account.acknowledge(own, at=ago(box, seconds=10))
            done = warehouse.load(sync(box, *STREAMS, state=warehouse.state))
            assert done.status == 0
        box.advance(900)
        assert warehouse.load(sync(box, *STREAMS, state=warehouse.state)).status == 0
        assert differences(warehouse, box, *STREAMS[:3]) == []
        for name, (path, time) in RECURRING.items():
            happened = {r["id"] for r in box.truth_of(path) if start <= moment_of(r[time])}
            assert happened
            assert happened <= warehouse.rows(name).keys()


def test_no_older_version_of_an_incident_follows_a_newer_one():
    warehouse, newest = Warehouse(), {}
    # Lists show incidents as they are, log entries as they were a quarter of an hour ago.
    with sandbox(embed_lag=850) as box:
        own = box.account.create_incident(at=ago(box, days=3))
        for change in (box.account.acknowledge, box.account.resolve, box.account.reopen) * 2:
            box.advance(60)
            change(own, at=ago(box, seconds=20))
            done = warehouse.load(sync(box, "incidents", state=warehouse.state))
            for record in done.records("incidents"):
                assert record["updated_at"] >= newest.get(record["id"], "")
                newest[record["id"]] = record["updated_at"]
        box.advance(900)
        warehouse.load(sync(box, "incidents", state=warehouse.state))
        assert differences(warehouse, box, "incidents") == []


def test_the_overlap_of_incidents_is_emitted_again_only_if_it_has_changed():
    with sandbox() as box:
        own = box.account.create_incident(at=ago(box, minutes=9))
        box.account.resolve(own, at=ago(box, minutes=8))
        first = sync(box, "incidents")
        box.advance(60)
        second = sync(box, "incidents", state=first.state)
        assert own not in {record["id"] for record in second.records("incidents")}
        box.advance(60)
        box.account.add_note(own, "late", at=ago(box, seconds=30))
        third = sync(box, "incidents", state=second.state)
        assert own in {record["id"] for record in third.records("incidents")}
