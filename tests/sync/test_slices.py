"""Slices of history, read side by side, hold together what one run would."""

from itertools import pairwise

import pytest

from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.child import WindowedChildStream
from tap_pagerduty.sync.windowed import WindowedStream
from tests.support.harness import Warehouse, ago, differences, sandbox, sync

START = "2024-05-03T10:00:00Z"
# Neither at midnight, nor on the first of a month: periods must not be cut by them.
BORDERS = ["2024-05-20T15:30:00Z", "2024-06-04T03:00:00Z"]
# What is read by time, and something of each incident.
BY_TIME = [each for each in STREAMS if issubclass(each, (WindowedStream, WindowedChildStream))]
NAMES = [*(each.name for each in BY_TIME), "incident_notes", "analytics_incident_responses"]


@pytest.fixture
def box():
    with sandbox(days=60, now="2024-06-12T12:34:56Z") as box:
        yield box


def slices(*borders):
    """Return the settings of the slices between START and the last border."""
    return [
        {"start_date": since, "end_date": until}
        for since, until in zip((START, *borders), borders, strict=False)
    ]


def rows_of(*runs):
    """Return the rows by stream and key."""
    warehouse = Warehouse()
    for run in runs:
        assert run.status == 0
        warehouse.load(run)
    return {name: {key: row for key, (_, row) in warehouse.tables[name].items()} for name in NAMES}


def test_slices_and_the_rest_are_what_one_run_reads(box):
    whole = rows_of(sync(box, *NAMES, start_date=START))
    parts = [sync(box, *NAMES, **each) for each in slices(*BORDERS)]
    # Rows of other slices are not gone.
    assert [part.activated for part in parts] == [[], []]
    found = rows_of(sync(box, *NAMES, start_date=BORDERS[-1]), *parts)
    for name in NAMES:
        expected = whole[name]
        if name == "oncall_shifts":  # a slice has those that begin in it
            expected = {k: row for k, row in expected.items() if (row["start"] or "~") >= START}
        assert expected, name
        assert found[name] == expected, name


def test_a_shift_belongs_to_the_slice_in_which_it_begins():
    found = {}
    for clipped in (False, True):
        with sandbox(days=60, now="2024-06-12T12:34:56Z", clip_oncalls=clipped) as box:
            parts = [sync(box, "oncall_shifts", **each) for each in slices(*BORDERS)]
        for part, each in zip(parts, slices(*BORDERS), strict=True):
            begins = [row["start"] for row in part.records("oncall_shifts") if row["start"]]
            assert begins
            assert all(each["start_date"] <= start < each["end_date"] for start in begins)
        # One that is cut at each border has its own begin and end all the same.
        found[clipped] = rows_of(*parts)["oncall_shifts"]
    assert found[True] == found[False]


def test_the_daily_run_and_slices_of_the_past_leave_the_account_as_it_is_now():
    streams = ("incidents", "log_entries", "notifications")
    with sandbox(days=200, incidents=60) as box:
        old = [box.account.create_incident(at=ago(box, days=days)) for days in (150, 100, 50)]
        month = f"{ago(box)[:7]}-01T00:00:00Z"
        borders = [ago(box, days=days) for days in (180, 120, 60)] + [month]
        warehouse = Warehouse()
        warehouse.load(sync(box, *streams, start_date=month))
        state = warehouse.state
        parts = []
        for number, (since, until) in enumerate(pairwise(borders)):
            box.advance(3600)
            box.account.acknowledge(old[number])  # before its slice is read
            parts.append(sync(box, *streams, start_date=since, end_date=until))
            box.advance(3600)
            box.account.resolve(old[number])  # after
            box.account.create_incident()
        for part in reversed(parts):  # whichever is loaded first
            warehouse.load(part)
            assert part.status == 0
        box.advance(60)
        warehouse.load(sync(box, *streams, state=state, start_date=month))
        assert differences(warehouse, box, *streams, since=borders[0]) == []


def test_a_slice_that_loses_its_end_goes_on_from_where_it_was(box):
    warehouse = Warehouse()
    warehouse.load(sync(box, "incidents", start_date=START, end_date=BORDERS[0]))
    kept = warehouse.rows("incidents")
    assert kept
    assert all(START <= row["created_at"] <= BORDERS[0] for row in kept.values())
    positions = warehouse.state["bookmarks"]["incidents"]
    assert positions["created_until"] == BORDERS[0]
    assert positions["replication_key_value"] == ago(box)
    box.advance(3600)
    box.account.add_note(next(iter(kept)), "long after")
    box.advance(60)
    warehouse.load(sync(box, "incidents", state=warehouse.state, start_date=START))
    assert differences(warehouse, box, "incidents", since=START) == []


def test_an_end_in_the_future_is_now(box):
    future = sync(box, "incidents", start_date=START, end_date=ago(box, days=-3))
    assert (
        future.out.splitlines()[-1:]
        == sync(box, "incidents", start_date=START).out.splitlines()[-1:]
    )
