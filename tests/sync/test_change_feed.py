"""The change feed of incidents: what it requests, emits and bookmarks, on a stream of lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL

from tap_pagerduty.api.pagination import LIST, WINDOW, CeilingError
from tap_pagerduty.api.requests import PageRequest
from tap_pagerduty.api.responses import PageResponse
from tap_pagerduty.api.windows import cut
from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.sync.change_feed import (
    FIRST_DAY,
    ChangeFeed,
    Completeness,
    EmittedIncidents,
)

NOW = datetime(2024, 6, 1, 12, tzinfo=timezone.utc)
START = NOW - timedelta(days=100)
LISTED = {"id", "status", "created_at", "updated_at", "title"}
HOUR = timedelta(hours=1)
OVERLAP = timedelta(minutes=15)


def ago(**units):
    return isoformat(NOW - timedelta(**units))


def incident(own="I1", *, created, updated=None, status="resolved", **fields):
    found = {"id": own, "status": status, "created_at": created, "title": own, **fields}
    return {**found, "updated_at": updated or created}


def entry(about, *, at, kind="annotate_log_entry"):
    return {"type": kind, "created_at": at, "incident": about}


@dataclass
class Stream:
    """The stream of incidents as the feed sees it; a test fills its lists."""

    created: list = field(default_factory=list)
    still_open: list = field(default_factory=list)
    entries: list = field(default_factory=list)
    alone: dict = field(default_factory=dict)
    stream_state: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    end: datetime = NOW
    replication_method: str = REPLICATION_INCREMENTAL
    too_many_open: bool = False

    paginator = WINDOW
    overlap = OVERLAP
    has_gap = False
    outcome = SimpleNamespace(is_complete=True)
    bookmarks = SimpleNamespace(loaded_since=START)
    unread_parents = SimpleNamespace(start=lambda *_: None, read=lambda *_: None)

    def __post_init__(self):
        self.config = {"incident_lookback_days": 0, **self.settings}
        self.params = {"sort_by": "created_at:asc"}
        self.filter_params = {
            f"{setting}[]": self.config[setting]
            for setting in ("urgencies", "team_ids")
            if setting in self.config
        }
        self.sync_range = SimpleNamespace(
            run_started_at=NOW, start=START, end=lambda: self.end, is_slice=self.end < NOW
        )
        self.child_readers = SimpleNamespace(read_with=iter)
        self.requests, self.moves, self.lines = [], [], []

    def log(self, message, *args, **_):
        self.lines.append(message % args)

    def bookmark(self, **positions):
        self.moves.append({name: isoformat(at) for name, at in positions.items()})

    def resume_at(self, position):
        reached = self.stream_state.get(position)
        return instant(reached) - self.overlap if reached else START

    def read_gap(self):
        return ()

    def windows(self, start, end):
        return cut(start, end, timedelta(days=180))

    def list_request(self, window=None):
        params = {**self.params, **self.filter_params}
        return PageRequest("/incidents", "incidents", params, WINDOW, WINDOW.first_page(), window)

    def read_windows(self, requests):
        for request in requests:
            self.requests.append(request)
            records = self.entries if request.path == "/log_entries" else self.created
            if "statuses[]" in request.params:
                records = self.still_open
            window = request.window
            yield (
                window,
                (r for r in records if window.since <= instant(r["created_at"]) <= window.until),
            )

    def read_list(self, request):
        self.requests.append(request)
        if self.too_many_open:
            raise CeilingError(12_000)
        return self.still_open

    def read_pages(self, requests):
        for request in requests:
            self.requests.append(request)
            found = self.alone[request.path.rpartition("/")[2]]
            if isinstance(found, str):
                yield PageResponse(request, {}, refusal_message=found)
            else:
                yield PageResponse(request, {"incident": found})

    @property
    def asked(self):
        """The paths of the requests, each with the start of its window in hours before now."""
        return [
            (each.path, (NOW - each.window.since).total_seconds() / 3600 if each.window else None)
            for each in self.requests
        ]


def loaded(**more):
    """The state that a run of two hours ago has left."""
    return {"replication_key_value": ago(hours=2), "created_until": ago(hours=2), **more}


def read(stream):
    return list(ChangeFeed(stream, LISTED).records())


# -- Which lists are read, from where


def test_a_first_load_lists_all_and_reads_no_log_entries():
    old = incident(created=ago(days=50))
    stream = Stream([old], entries=[entry(old, at=ago(hours=1))])
    assert read(stream) == [old]
    assert stream.asked == [("/incidents", 100 * 24), ("/incidents", None)]
    assert stream.stream_state["replication_key_value"] == isoformat(NOW)
    assert stream.moves == [
        {"seen_until": isoformat(NOW)},
        {"created_until": isoformat(NOW)},
    ]
    assert stream.lines == [f"Reading incidents created since {isoformat(START)}, or open."]


def test_a_later_run_reads_what_was_created_what_is_open_and_the_entries_since():
    stream = Stream(stream_state=loaded())
    assert read(stream) == []
    overlap = OVERLAP.total_seconds() / 3600
    assert stream.asked == [
        ("/incidents", 2 + overlap),
        ("/incidents", None),
        ("/log_entries", pytest.approx(2 + overlap)),
    ]
    assert stream.requests[1].params["date_range"] == "all"
    assert stream.requests[2].params["include[]"] == ["incidents"]
    assert stream.moves[1:] == [
        {"created_until": isoformat(NOW)},
        {"replication_key_value": isoformat(NOW)},
    ]
    since = f"created since {ago(hours=2, minutes=15)}, changed since {ago(hours=2)}"
    line = f"Reading incidents {since}, or open"
    assert stream.lines == [f"{line}; others are loaded already."]


def test_the_look_back_lists_some_days_again():
    stream = Stream(stream_state=loaded(), settings={"incident_lookback_days": 3})
    read(stream)
    assert stream.asked[0] == ("/incidents", 72)


def test_a_first_load_that_is_resumed_reads_the_changes_since_its_start():
    state = loaded(created_until=ago(days=90), replication_key_value=ago(days=2))
    late = incident(created=ago(days=95), updated=ago(days=1))
    stream = Stream(stream_state=state, entries=[entry(late, at=ago(days=1))])
    assert read(stream) == [late]
    assert stream.asked[0] == ("/incidents", 90 * 24 + 0.25)


def test_a_slice_reads_what_was_created_in_it_and_nothing_else():
    inside, later = incident(created=ago(days=20)), incident("I2", created=ago(days=5))
    stream = Stream(
        [inside, later], still_open=[later], stream_state=loaded(), end=NOW - timedelta(days=10)
    )
    stream.stream_state["created_until"] = ago(days=30)
    assert read(stream) == [inside]
    assert stream.asked == [("/incidents", 30 * 24 + 0.25)]


def test_a_full_table_leaves_the_state_alone():
    old = incident(created=ago(days=50))
    stream = Stream([old], replication_method=REPLICATION_FULL_TABLE)
    assert read(stream) == [old]
    assert stream.stream_state == {}
    assert len(stream.requests) == 1


def test_more_open_incidents_than_can_be_paged_are_read_in_windows():
    old = incident(created=ago(days=50), status="triggered")
    stream = Stream(still_open=[old], stream_state=loaded(), too_many_open=True)
    assert read(stream) == [old]
    whole, *parts = stream.requests[1:-1]
    assert whole.window is None
    # Those created before `start_date` as well.
    assert (parts[0].window.since, parts[-1].window.until) == (FIRST_DAY, NOW)
    assert {part.paginator for part in parts} == {LIST}
    assert not any("date_range" in part.params for part in parts)


# -- What is emitted of the log entries


def test_an_embedded_incident_is_emitted_as_it_is():
    changed = incident(created=ago(days=50), updated=ago(hours=1))
    stream = Stream(stream_state=loaded(), entries=[entry(changed, at=ago(hours=1))])
    assert read(stream) == [changed]
    assert len(stream.requests) == 3


def test_one_with_fewer_properties_is_read_alone_and_once():
    short = {"id": "I1", "updated_at": ago(hours=1)}
    full = incident(created=ago(days=50), updated=ago(hours=1))
    entries = [entry(short, at=ago(hours=1)), entry(short, at=ago(minutes=30))]
    stream = Stream(stream_state=loaded(), entries=entries, alone={"I1": full})
    assert read(stream) == [full]
    assert stream.asked[3:] == [("/incidents/I1", None)]


def test_one_that_the_key_may_not_read_alone_is_told_and_remembered():
    entries = [entry({"id": "I1"}, at=ago(hours=1))]
    stream = Stream(stream_state=loaded(), entries=entries, alone={"I1": "403 Forbidden"})
    assert read(stream) == []
    assert stream.lines[-1] == (
        "1 incident that changed cannot be read (403 Forbidden); the next run tries again."
    )
    assert stream.stream_state["refused"] == [{"id": "I1"}]


def test_a_property_that_listed_incidents_lack_is_not_expected_of_embedded_ones():
    listed = incident("I2", created=ago(days=1), status="triggered")
    changed = incident(created=ago(days=50), updated=ago(hours=1))
    for each in (listed, changed):
        del each["title"]
    stream = Stream(
        still_open=[listed], stream_state=loaded(), entries=[entry(changed, at=ago(hours=1))]
    )
    assert read(stream) == [listed, changed]


def test_an_incident_that_is_new_open_and_changed_is_emitted_once():
    new = incident(created=ago(hours=1), status="triggered")
    stream = Stream([new], [new], [entry(new, at=ago(hours=1))], stream_state=loaded())
    assert read(stream) == [new]


def test_an_entry_without_its_incident_is_passed_over():
    stream = Stream(stream_state=loaded(), entries=[entry(None, at=ago(hours=1))])
    assert read(stream) == []


# -- With filters


def test_what_the_api_has_not_filtered_is_emitted_only_if_it_passes_or_passed_before():
    passes = incident(created=ago(hours=1), urgency="high")
    never_passed = incident("I2", created=ago(hours=1), urgency="low")
    passed_before = incident("I3", created=ago(days=50), updated=ago(hours=1), urgency="low")
    stream = Stream(
        stream_state=loaded(),
        settings={"urgencies": ["high"]},
        entries=[
            entry(each, at=ago(hours=1), kind="urgency_change_log_entry")
            for each in (passes, never_passed, passed_before)
        ],
    )
    assert read(stream) == [passes, passed_before]


def test_the_look_back_is_not_filtered_by_the_api():
    gone = incident(created=ago(days=2), updated=ago(hours=1), teams=[{"id": "T2"}])
    settings = {"team_ids": ["T1"], "incident_lookback_days": 3}
    stream = Stream([gone], stream_state=loaded(), settings=settings)
    assert read(stream) == [gone]
    again, new = stream.requests[:2]
    assert (again.params, again.window.until) == (stream.params, NOW - 2 * HOUR - OVERLAP)
    assert new.params == {**stream.params, **stream.filter_params}


# -- What the feed remembers


@pytest.mark.parametrize(
    ("known", "met", "is_emitted"),
    [
        ("2024-06-01T10:00:00Z", "2024-06-01T10:00:00Z", True),
        ("2024-06-01T10:00:00Z", "2024-06-01T09:00:00Z", True),
        ("2024-06-01T10:00:00Z", "2024-06-01T11:00:00+01:00", True),
        ("2024-06-01T10:00:00Z", "2024-06-01T10:00:01Z", False),
        ("2024-06-01T10:00:00Z", None, False),
        (None, "2024-06-01T10:00:00Z", False),
    ],
)
def test_an_incident_counts_as_emitted_up_to_its_updated_at(known, met, is_emitted):
    emitted = EmittedIncidents()
    emitted.add({"id": "I1", "updated_at": known})
    assert emitted.has({"id": "I1", "updated_at": met}) is is_emitted
    assert emitted.has_id("I1") is bool(known)
    assert not emitted.has({"id": "I2", "updated_at": met})


def test_the_state_remembers_what_changed_in_the_overlap_and_no_older_version_follows():
    before = incident(created=ago(days=50), updated=ago(minutes=5))
    stream = Stream(stream_state=loaded(), entries=[entry(before, at=ago(minutes=5))])
    assert read(stream) == [before]
    assert stream.stream_state["recent"] == {"I1": ago(minutes=5)}
    # The next run finds an older version, the same one once more, and then a newer one.
    stale = incident(created=ago(days=50), updated=ago(minutes=9))
    newer = incident(created=ago(days=50), updated=ago(minutes=4), title="New")
    state = {**stream.stream_state, **loaded(**dict.fromkeys(loaded(), ago(minutes=1)))}
    entries = [entry(each, at=ago(minutes=5)) for each in (stale, before, newer)]
    assert read(Stream(stream_state=state, entries=entries)) == [newer]


def test_positions_that_were_set_back_are_read_again_whatever_was_emitted():
    before = incident(created=ago(days=50), updated=ago(minutes=5))
    state = loaded(recent={"I1": ago(minutes=5)})
    assert read(Stream(stream_state=state, entries=[entry(before, at=ago(minutes=5))])) == [before]


def test_an_open_incident_without_updated_at_is_emitted_once():
    old = {**incident(created=ago(hours=1), status="triggered"), "updated_at": None}
    stream = Stream([old], [old], [entry(old, at=ago(hours=1))], stream_state=loaded())
    assert read(stream) == [old]


def test_listed_incidents_never_make_more_properties_expected():
    completeness = Completeness(LISTED)
    completeness.learn({"id": "I1", "title": "", "status": "", "priority": None})
    assert completeness.has({"id": "I1", "title": "", "status": ""})
    assert not completeness.has({"id": "I1", "title": ""})


@pytest.mark.parametrize("field", ["updated_at", "created_at", "status", "id"])
@pytest.mark.parametrize("value", [7, ["x"], {"x": 1}, True])
def test_a_value_of_a_wrong_type_in_an_incident_ends_no_run(account, sync, field, value):
    account.lists["users"] = [{"id": "U1"}]
    account.add_incident(1, account.at(hours=3), status="triggered")[field] = value
    body = {"incidents": account.lists["incidents"], "more": False, "total": 1}
    account.lists["incidents"] = []
    account.plan("/incidents", *[{"json": body}] * 40)
    account.add_entry(1, account.at(hours=2), "I1")
    account.lists["log_entries"][0]["incident"] = body["incidents"][0]
    run = sync("incidents", "log_entries", "users", state=account.loaded(days=1))
    assert run.ids("users") == ["U1"]
