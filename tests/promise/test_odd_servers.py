"""The promise, on servers that do what PagerDuty does not rule out, and with other selections.

Hypothesis draws the oddities, the settings, and per run which child streams are selected and
whether the events are forced to be a full table. What ever failed stands as an example.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tap_pagerduty.api.connection import Connection
from tests.promise.test_promise import Change, People, accounts, changes, unhurried, windows_of
from tests.support import harness
from tests.support.harness import DAY, EVENTS, Warehouse, differences, sandbox, sync

# Those that `People` change, and few enough for many examples.
STREAMS = ("users", "teams", "services", "tags", *EVENTS)
CHILDREN = ("incident_notes", "incident_alerts", "team_members")
FAULTS = (
    "status=404,body=html,path=/incidents/*,nth={}",
    "status=404,body=html,path=/teams/*,nth={}",
    "status=404,body=html,nth={}",
    "status=403,path=/incidents/*,nth={}",
    "status=403,path=/teams/*,nth={}",
    "status=403,body=html,nth={}",
    "status=403,path=/incidents/*,after={}",
    "status=403,nth={}",
    "status=503,dated=no,nth={}",
    "truncate,nth={}",
)
# Seconds: records listed late, incidents embedded as they were, the Date ahead. Together they
# stay below `overlap_minutes`.
CLOCKS = (
    {},
    {"lag": 60, "embed_lag": 60},
    {"lag": 850, "embed_lag": 850},
    {"embed_lag": 400},
    {"date_ahead": 600, "lag": 200},
    {"date_ahead": 365 * DAY},
    {"no_date": True},
)
oddities = st.fixed_dictionaries(
    {
        "unstable_order": st.booleans(),
        "total_off": st.sampled_from([0, 0, 0, 1]),
        "edits_while_paged": st.sampled_from([0, 0, 0, 2]),
        "heavy_records": st.sampled_from([0, 0, 30]),
        "largest_page": st.sampled_from([0, 7, 25]),
        "bare_lists": st.sampled_from([False, False, True]),
        "empty_lists": st.sampled_from(["list", "null", "204"]),
    }
)


@dataclass(frozen=True)
class Step:
    """A run, what happens before and during it, and how it is made."""

    changes: list
    later: int
    during: tuple | None
    fault: str | None
    killed: float | None
    children: tuple
    forced: bool


steps = st.builds(
    Step,
    st.lists(changes, min_size=1, max_size=6),
    st.one_of(st.integers(1, 400), st.integers(1, 40 * DAY)),
    st.none() | st.tuples(st.integers(1, 40), changes),
    st.none() | st.builds(str.format, st.sampled_from(FAULTS), st.integers(1, 20)),
    st.none() | st.none() | st.floats(0, 0.999),
    st.lists(st.sampled_from(CHILDREN), unique=True, max_size=3).map(tuple),
    st.sampled_from([False, False, False, True]),
)


@settings(unhurried, max_examples=4)
@given(
    options=accounts,
    odd=oddities,
    clocks=st.sampled_from(CLOCKS),
    longest=st.integers(3, 180),
    workers=st.integers(1, 4),
    account=st.sampled_from(["", "", "acme"]),
    story=st.lists(steps, min_size=1, max_size=4),
)
@example(  # borders of pages did not move where the server gave fewer records than were asked for
    options={
        "notifications_order": "asc",
        "incidents": 4,
        "time_zone": "America/New_York",
        "until_inclusive": False,
        "log_entries_order": "asc",
        "seed": 4,
        "days": 180,
        "incident_embed_short": 1.0,
    },
    odd={
        "unstable_order": True,
        "edits_while_paged": 0,
        "total_off": 0,
        "largest_page": 25,
        "empty_lists": "list",
        "bare_lists": False,
        "heavy_records": 30,
    },
    clocks={"lag": 850, "embed_lag": 850},
    longest=155,
    workers=1,
    account="",
    story=[
        Step(
            changes=[
                Change("reprioritise", 2, 3),
                Change("escalate", 21, 14),
                Change("note", 2, 29),
                Change("move", 27, 4),
                Change("create", 28, 7),
                Change("retitle", 23, 6),
            ],
            later=74,
            during=(5, Change("rename", 11, 20)),
            fault="status=403,path=/incidents/*,nth=6",
            killed=4.404882485778326e-52,
            children=("incident_alerts", "incident_notes", "team_members"),
            forced=False,
        ),
        Step(
            changes=[Change("remove", 6, 5), Change("retitle", 8, 21), Change("create", 24, 2)],
            later=210,
            during=(19, Change("reassign", 25, 22)),
            fault="truncate,nth=16",
            killed=0.013039659105517363,
            children=("incident_notes",),
            forced=True,
        ),
        Step(
            changes=[Change("note", 28, 30)],
            later=74039,
            during=(23, Change("note", 7, 29)),
            fault="status=404,body=html,path=/teams/*,nth=6",
            killed=None,
            children=("incident_alerts", "team_members", "incident_notes"),
            forced=False,
        ),
    ],
)
def test_so_it_is_on_odd_servers_and_with_other_selections(  # noqa: PLR0913, PLR0917
    options, odd, clocks, longest, workers, account, story
):
    with ExitStack() as stack:
        box = stack.enter_context(sandbox(**options, **odd, **clocks))
        clock = stack.enter_context(mock.patch.object(Connection, "machine_time"))
        clock.side_effect = lambda: time_of(box)
        stack.enter_context(windows_of(longest))
        how = {"max_concurrency": workers, "retry_timeout_seconds": 5}
        how |= {"account": account} if account else {}
        before = ids_of(box)
        people, warehouse = People(box), Warehouse()
        for step in story:
            play(box, people, warehouse, step, **how)
        box.advance(1000)
        box.faults.clear()
        for name in ("total_off", "edits_while_paged"):
            object.__setattr__(box.options, name, 0)
        done = sync(box, *STREAMS, *CHILDREN, state=warehouse.state, **how)
        assert warehouse.load(done).status == 0
        stale = (
            people.stale | (before ^ ids_of(box)) | (before if odd["edits_while_paged"] else set())
        )
        for table in warehouse.tables.values():
            for _, record in table.values():
                assert record.pop("account", "") == account
        # Rows of an account that shares its tables with others are not removed.
        streams = EVENTS if account else STREAMS
        found = differences(warehouse, box, *streams, stale=stale)
        assert not found, found
        for stream, path, name in DETAILS:
            held = {each[name]: each for own in box.children(path).values() for each in own}
            rows = warehouse.rows(stream)
            if not account:
                assert rows.keys() == held.keys(), stream
            assert {own: told(rows.get(own, {})) for own in held} == {
                own: told(each) for own, each in held.items()
            }, stream


DETAILS = (
    ("incident_notes", "/incidents/{id}/notes", "id"),
    ("incident_alerts", "/incidents/{id}/alerts", "id"),
)


def told(record):
    return record.get("content"), record.get("status")


def time_of(box):
    return datetime.fromtimestamp(box.now(), timezone.utc)


def ids_of(box):
    return {each["id"] for kind in harness.LISTS if kind != "oncalls" for each in box.truth(kind)}


def play(box, people, warehouse, step, **how):
    for change in step.changes:
        people.make(change)
    box.advance(step.later)
    box.faults.clear()
    if step.fault:
        box.faults.add_spec(step.fault)
    people.meanwhile(step.during)
    with mock.patch.object(harness, "catalog", forced if step.forced else harness.catalog):
        done = sync(box, *STREAMS, *step.children, state=warehouse.state, **how)
    people.meanwhile(None)
    # A run may end early, but says so.
    assert done.status == 0 or step.fault or box.options.total_off or box.options.edits_while_paged
    if step.killed is not None:
        done = done.cut(int(step.killed * len(done.out)))
    warehouse.load(done)


_catalog = harness.catalog


def forced(streams):
    """Return the catalog in which the events are to be read as full tables."""
    found = json.loads(json.dumps(_catalog(streams)))
    for stream in found["streams"]:
        if stream["tap_stream_id"] in EVENTS:
            root = next(m["metadata"] for m in stream["metadata"] if not m["breadcrumb"])
            root["forced-replication-method"] = "FULL_TABLE"
    return found
