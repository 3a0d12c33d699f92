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
