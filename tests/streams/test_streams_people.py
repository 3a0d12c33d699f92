"""Streams around people and schedules: what each asks for, and what comes of the answers."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_pagerduty.api.windows import cut
from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.sync.shifts import Shifts, overlapping

CLASSIC = {"limit": "100", "offset": "0", "total": "true"}
# Where the API does not take `total`.
UNCOUNTED = {"limit": "100", "offset": "0"}
# From `start_date` to 90 days ahead of the run, in windows of at most 88 days.
WINDOWS = [
    {"since": "2024-05-01T00:00:00Z", "until": "2024-07-28T00:00:00Z"},
    {"since": "2024-07-28T00:00:00Z", "until": "2024-08-30T12:00:00Z"},
]
# The same, overlapping by a second.
SEAMED = [WINDOWS[0], {**WINDOWS[1], "since": "2024-07-27T23:59:59Z"}]
MONTHS = [
    {"since": f"2024-0{month}-01T00:00:00Z", "until": until}
    for month, until in [
        (5, "2024-06-01T00:00:00Z"),
        (6, "2024-07-01T00:00:00Z"),
        (7, "2024-08-01T00:00:00Z"),
        (8, "2024-08-30T12:00:00Z"),
    ]
]

USERS = {"/users": {"users": [{"id": "U1", "name": "Ann"}, {"id": "U2", "name": "Ben"}]}}
TEAMS = {"/teams": {"teams": [{"id": "T1", "name": "Core"}]}}
SCHEDULES = {"/schedules": {"schedules": [{"id": "S1", "name": "Nights"}]}}
FLEXIBLE = {
    "/v3/schedules": {
        "schedules": [{"id": "F1", "type": "schedule_v3_reference", "summary": "Shifts"}],
        "limit": 100,
        "offset": 0,
        "more": False,
    },
}
ROTATIONS = {
    "/v3/schedules/F1/rotations": {
        "rotations": [{"id": "R1", "type": "schedule_rotation"}],
        "more": False,
    },
}


def reference(own, kind):
    return {"id": own, "type": f"{kind}_reference", "summary": own}


def subscription(kind, own):
    return {
        "subscription": {
            "subscriber_id": "X1",
            "subscriber_type": "user",
            "subscribable_id": own,
            "subscribable_type": kind,
            "account_id": "A1",
        },
        "subscribable_name": None,
    }


@dataclass
class Sheet:
    """What a stream asks for besides its parents, and what it makes of the answers."""

    stream: str
    asked: list
    answers: dict
    records: list


def windowed(path, windows, **params):
    return [(path, {**params, **window}) for window in windows]


WHOLE_SHIFTS = {"overflow": "true"}
MEMBER = {"type": "user_member", "user_id": "U1"}
CONTACT = {"id": "C1", "type": "email_contact_method", "address": "ann@example.com"}
RULE = {"id": "N1", "type": "assignment_notification_rule", "urgency": "low"}
HANDOFF = {"id": "H1", "handoff_type": "both", "contact_method": reference("C1", "contact_method")}
UPDATE = {"id": "P1", "contact_method": reference("C1", "contact_method")}
TAG = {"id": "G1", "type": "tag", "summary": "Paris", "label": "Paris", "self": None}
TAG["html_url"] = None
LICENSE = {"id": "L1", "type": "license", "name": "Business", "valid_roles": ["admin"]}

SHEETS = [
    Sheet(
        "team_members",
        [("/teams/T1/members", CLASSIC)],
        {
            **TEAMS,
            "/teams/T1/members": {"members": [{"user": reference("U1", "user"), "role": "admin"}]},
        },
        [{"team_id": "T1", "user_id": "U1", "user": reference("U1", "user"), "role": "admin"}],
    ),
    Sheet(
        "team_notification_subscriptions",
        [("/teams/T1/notification_subscriptions", UNCOUNTED)],
        {
            **TEAMS,
            "/teams/T1/notification_subscriptions": {
                "subscriptions": [
                    subscription("incident", "X2"),
                    subscription("business_service", "X2"),
                ],
            },
        },
        [
            {
                **subscription(kind, "X2"),
                "team_id": "T1",
                "subscribable_id": "X2",
                "subscribable_type": kind,
            }
            for kind in ("incident", "business_service")
        ],
    ),
    Sheet(
        "user_contact_methods",
        [("/users", {**CLASSIC, "include[]": ["contact_methods"]})],
        {
            "/users": {
                "users": [
                    {"id": "U1", "contact_methods": [CONTACT, {"id": "C2"}]},
                    {"id": "U2", "contact_methods": []},
                    {"id": "U3", "contact_methods": [{"id": "C3"}]},
                ],
            },
        },
        [
            {**CONTACT, "user_id": "U1"},
            {"id": "C2", "user_id": "U1"},
            {"id": "C3", "user_id": "U3"},
        ],
    ),
    Sheet(
        "user_notification_rules",
        [("/users", {**CLASSIC, "include[]": ["notification_rules"]})],
        {"/users": {"users": [{"id": "U1", "notification_rules": [RULE]}, {"id": "U2"}]}},
        [{**RULE, "user_id": "U1"}],
    ),
    Sheet(
        "user_oncall_handoff_notification_rules",
        [(f"/users/U{n}/oncall_handoff_notification_rules", {}) for n in (1, 2)],
        {
            **USERS,
            "/users/U1/oncall_handoff_notification_rules": {
                "oncall_handoff_notification_rules": [HANDOFF],
            },
            "/users/U2/oncall_handoff_notification_rules": {
                "oncall_handoff_notification_rules": [],
            },
        },
        [{**HANDOFF, "user_id": "U1"}],
    ),
    Sheet(
        "user_status_update_notification_rules",
        [(f"/users/U{n}/status_update_notification_rules", {}) for n in (1, 2)],
        {
            **USERS,
            "/users/U1/status_update_notification_rules": {
                "status_update_notification_rules": [],
            },
            "/users/U2/status_update_notification_rules": {
                "status_update_notification_rules": [UPDATE],
            },
        },
        [{**UPDATE, "user_id": "U2"}],
    ),
    Sheet(
        "user_notification_subscriptions",
        [(f"/users/U{n}/notification_subscriptions", UNCOUNTED) for n in (1, 2)],
        {
            **USERS,
            # Two users may have subscribed to the same incident.
            "/users/U1/notification_subscriptions": {
                "subscriptions": [subscription("incident", "Q1")],
            },
            "/users/U2/notification_subscriptions": {
                "subscriptions": [subscription("incident", "Q1")],
            },
        },
        [
            {
                **subscription("incident", "Q1"),
                "user_id": user,
                "subscribable_id": "Q1",
                "subscribable_type": "incident",
            }
            for user in ("U1", "U2")
        ],
    ),
    Sheet(
        "user_oauth_delegations",
        [(f"/users/U{n}/oauth_delegations", {"limit": "100"}) for n in (1, 2)],
        {
            **USERS,
            "/users/U1/oauth_delegations": {
                "oauth_delegations": [{"id": "D1", "created_at": "2024-01-01T01:00:00+01:00"}],
                "next_cursor": None,
            },
            "/users/U2/oauth_delegations": {"oauth_delegations": [], "next_cursor": None},
        },
        [{"id": "D1", "created_at": "2024-01-01T00:00:00Z", "user_id": "U1"}],
    ),
    Sheet(
        "schedule_overrides",
        windowed("/schedules/S1/overrides", WINDOWS, **WHOLE_SHIFTS),
        {
            **SCHEDULES,
            # In both windows, as it reaches from one into the other.
            "/schedules/S1/overrides": {
                "overrides": [
                    {
                        "id": "O1",
                        "start": "2024-07-27T20:00:00-04:00",
                        "end": "2024-07-29T00:00:00Z",
                        "user": reference("U1", "user"),
                    },
                ],
            },
        },
        [
            {
                "id": "O1",
                "schedule_id": "S1",
                "start": "2024-07-28T00:00:00Z",
                "end": "2024-07-29T00:00:00Z",
                "user": reference("U1", "user"),
            },
        ],
    ),
    Sheet(
        "schedule_users",
        windowed("/schedules/S1/users", MONTHS),
        {**SCHEDULES, "/schedules/S1/users": {"users": [{"id": "U1", "name": "Ann"}]}},
        [{"id": "U1", "name": "Ann", "schedule_id": "S1", **month} for month in MONTHS],
    ),
    Sheet(
        "schedule_entries",
        windowed("/schedules/S1", SEAMED, time_zone="UTC", **WHOLE_SHIFTS),
        {
            **SCHEDULES,
            "/schedules/S1": {
                "schedule": {
                    "id": "S1",
                    "schedule_layers": [{"rendered_schedule_entries": [{"start": "layer"}]}],
                    "final_schedule": {
                        "rendered_schedule_entries": [
                            {
                                "start": "2024-07-27T22:00:00Z",
                                "end": "2024-07-28T02:00:00Z",
                                "user": reference("U1", "user"),
                            },
                        ],
                    },
                },
            },
        },
        [
            {
                "schedule_id": "S1",
                "user_id": "U1",
                "start": "2024-07-27T22:00:00Z",
                "end": "2024-07-28T02:00:00Z",
                "user": reference("U1", "user"),
            },
        ],
    ),
    Sheet(
        "flexible_schedules",
        [("/v3/schedules", CLASSIC)],
        FLEXIBLE,
        FLEXIBLE["/v3/schedules"]["schedules"],
    ),
    Sheet(
        "flexible_schedule_rotations",
        [("/v3/schedules/F1/rotations", UNCOUNTED)],
        {**FLEXIBLE, **ROTATIONS},
        [{"id": "R1", "type": "schedule_rotation", "schedule_id": "F1"}],
    ),
    Sheet(
        "flexible_schedule_rotation_events",
        [
            ("/v3/schedules/F1/rotations", UNCOUNTED),
            ("/v3/schedules/F1/rotations/R1/events", UNCOUNTED),
        ],
        {
            **FLEXIBLE,
            **ROTATIONS,
            "/v3/schedules/F1/rotations/R1/events": {
                "events": [
                    {"id": "E1", "start_time": {"date_time": "2024-01-01T09:00:00+01:00"}},
                ],
            },
        },
        [
            {
                "id": "E1",
                "start_time": {"date_time": "2024-01-01T08:00:00Z"},
                "schedule_id": "F1",
                "rotation_id": "R1",
            },
        ],
    ),
    Sheet(
        "flexible_schedule_custom_shifts",
        windowed(
            "/v3/schedules/F1/custom_shifts", WINDOWS, time_zone="UTC", **UNCOUNTED, **WHOLE_SHIFTS
        ),
        {
            **FLEXIBLE,
            "/v3/schedules/F1/custom_shifts": {
                "custom_shifts": [{"id": "K1", "assignments": [{"id": "A1", "member": MEMBER}]}],
            },
        },
        [{"id": "K1", "assignments": [{"id": "A1", "member": MEMBER}], "schedule_id": "F1"}],
    ),
    Sheet(
        "flexible_schedule_overrides",
        windowed(
            "/v3/schedules/F1/overrides", WINDOWS, time_zone="UTC", **UNCOUNTED, **WHOLE_SHIFTS
        ),
        {
            **FLEXIBLE,
            "/v3/schedules/F1/overrides": {
                "overrides": [{"id": "V1", "rotation_id": "R1", "overriding_member": MEMBER}],
            },
        },
        [{"id": "V1", "rotation_id": "R1", "overriding_member": MEMBER, "schedule_id": "F1"}],
    ),
    Sheet(
        "entity_tags",
        [(f"/tags/G1/{kind}", CLASSIC) for kind in ("users", "teams", "escalation_policies")],
        {
            "/tags": {"tags": [TAG]},
            "/tags/G1/users": {"users": [reference("U1", "user"), reference("U2", "user")]},
            "/tags/G1/teams": {"teams": []},
            "/tags/G1/escalation_policies": {
                "escalation_policies": [reference("E1", "escalation_policy")],
            },
        },
        [
            {**TAG, "entity_type": kind, "entity_id": own}
            for kind, own in [("users", "U1"), ("users", "U2"), ("escalation_policies", "E1")]
        ],
    ),
    Sheet(
        "abilities",
        [("/abilities", {})],
        {"/abilities": {"abilities": ["teams", "urgencies"]}},
        [{"name": "teams"}, {"name": "urgencies"}],
    ),
    Sheet("licenses", [("/licenses", {})], {"/licenses": {"licenses": [LICENSE]}}, [LICENSE]),
    Sheet(
        "license_allocations",
        [("/license_allocations", UNCOUNTED)],
        {
            "/license_allocations": {
                "license_allocations": [
                    {
                        "user": reference("U1", "user"),
                        "license": LICENSE,
                        "allocated_at": "2021-06-01T00:00:00-05:00",
                    },
                ],
            },
        },
        [
            {
                "user_id": "U1",
                "license_id": "L1",
                "user": reference("U1", "user"),
                "license": LICENSE,
                "allocated_at": "2021-06-01T05:00:00Z",
            },
        ],
    ),
    Sheet(
        "session_configurations",
        [("/session_configurations", {})],
        {"/session_configurations": {"session_configurations": [{"type": "web"}]}},
        [{"type": "web"}],
    ),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stream)
def test_a_stream(sheet, account, sync):
    for path, answer in sheet.answers.items():
        account.plan(path, itertools.repeat({"json": answer}))

    run = sync(sheet.stream, max_concurrency=1, retry_timeout_seconds=1)

    assert run.exit_code == 0, run.log
    own = [path for path, _ in sheet.asked]
    asked = [(request.path, request.params) for request in account.requests]
    assert [(path, params) for path, params in asked if path in own] == sheet.asked
    # Besides, each parent list once.
    assert [path for path, _ in asked if path not in own] == [
        path for path in sheet.answers if path not in own
    ]
    assert run.records(sheet.stream) == sheet.records
    schema = next(message for message in run.messages if message["type"] == "SCHEMA")
    keys = [tuple(record[name] for name in schema["key_properties"]) for record in sheet.records]
    assert len(set(keys)) == len(keys)
    assert all(part is not None for key in keys for part in key)


DEFAULT = {"flexible_schedules", "abilities", "licenses", "license_allocations"}


def test_what_costs_more_than_lists_or_is_personal_is_not_selected_by_default(discovered):
    selected = {
        entry["tap_stream_id"]
        for entry in json.loads(discovered)["streams"]
        for each in entry["metadata"]
        if not each["breadcrumb"] and each["metadata"]["selected-by-default"]
    }
    assert selected & {*(sheet.stream for sheet in SHEETS), "oncall_shifts"} == DEFAULT


def test_an_account_without_session_configurations_has_none(account, sync):
    account.plan("/session_configurations", {"status": 404})
    run = sync("session_configurations")
    assert run.exit_code == 0
    assert run.records("session_configurations") == []


def test_session_configurations_that_a_key_may_not_read_are_skipped(account, sync):
    account.plan("/session_configurations", {"status": 403})
    run = sync("session_configurations")
    [line] = run.lines("WARNING")
    assert "`session_configurations.read`" in line


def test_subscriptions_of_an_endpoint_that_ignores_the_offset_come_once(account, sync):
    account.plan("/users", {"json": {"users": [{"id": "U1"}]}})
    path = "/users/U1/notification_subscriptions"
    found = [subscription("incident", f"Q{n}") for n in range(3)]
    account.plan(
        path, itertools.repeat({"json": {"subscriptions": found, "more": True, "total": 3}})
    )

    run = sync("user_notification_subscriptions", max_concurrency=1, retry_timeout_seconds=1)

    assert run.exit_code == 0, run.log
    assert len(account.asked(path)) < 5
    assert [r["subscribable_id"] for r in run.records("user_notification_subscriptions")] == [
        "Q0",
        "Q1",
        "Q2",
    ]


# -- Shifts in windows

START = datetime(2024, 5, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def shown(shifts, since, until, edge):
    """Return what an API lists for a range: shifts whole, or cut at so much beyond its ends."""
    since, until = instant(since), instant(until)
    for shift in shifts:
        if shift["start"] is None:
            yield shift
            continue
        start, end = instant(shift["start"]), instant(shift["end"])
        if start <= until and end >= since:
            if edge is not None:
                start, end = max(start, since - edge), min(end, until + edge)
            yield {**shift, "start": isoformat(start), "end": isoformat(end)}


def shift(user, start, end):
    """Return a shift from and to so many hours after the start date."""
    return {
        "user": reference(user, "user"),
        "start": isoformat(START + start * HOUR),
        "end": isoformat(START + end * HOUR),
    }


@st.composite
def rotas(draw):
    """Shifts of a few users, of which each has one at a time; turns may follow at once."""
    shifts = []
    for user in ("U1", "U2", "U3"):
        hour = draw(st.integers(0, 30))
        for length, pause in draw(
            st.lists(st.tuples(st.integers(1, 60), st.integers(0, 3)), max_size=6)
        ):
            shifts.append(shift(user, hour, hour + length))
            hour += length + pause
    return shifts


@settings(max_examples=60)
@given(rotas(), st.integers(2, 48), st.sampled_from([None, timedelta(0), 15 * HOUR]))
def test_shifts_that_windows_show_whole_or_cut_come_out_whole_and_once(rota, width, edge):
    end = START + 450 * HOUR
    windows = list(overlapping(cut(START, end, width * HOUR)))
    shifts = Shifts(lambda each: each["user"]["id"])
    out = []
    for window in windows:
        out += shifts.ended(window, shown(rota, *window.params.values(), edge))
    out += shifts.rest()
    assert sorted(map(json.dumps, out)) == sorted(map(json.dumps, rota))


def test_a_shift_that_only_touches_the_first_window_leaves_no_stump():
    window = next(cut(START, START + 48 * HOUR, 48 * HOUR))
    shifts = Shifts(lambda each: each["user"]["id"])
    before = [shift("U1", -5, 0), shift("U2", -5, 1)]
    stumps = list(shown(before, *window.params.values(), edge=timedelta(0)))
    assert len(stumps) == 2
    assert [*shifts.ended(window, stumps), *shifts.rest()] == [shift("U2", 0, 1)]


class Rota:
    """What `GET /oncalls` shows of a list of on-calls."""

    def __init__(self, account, edge):
        self.account, self.edge = account, edge
        self.shifts = []
        # Days above which a window is said to hold more than can be paged.
        self.crowded = 10_000

    def add(self, user, since, until, schedule="S1", level=1):
        start, end = (
            None if days is None else isoformat(self.account.now + timedelta(days=days))
            for days in (since, until)
        )
        self.shifts.append(
            {
                "escalation_policy": reference("E1", "escalation_policy"),
                "escalation_level": level,
                "user": reference(user, "user"),
                "schedule": schedule and reference(schedule, "schedule"),
                "start": start,
                "end": end,
            },
        )

    def answer(self, request):
        if request.path == "/abilities":
            return 200, {"abilities": []}
        assert request.path == "/oncalls"
        since, until = request.params["since"], request.params["until"]
        span = instant(until) - instant(since)
        assert span < timedelta(days=89)
        assert instant(until) <= self.account.now + timedelta(days=90)
        found = list(shown(self.shifts, since, until, self.edge))
        total = 12_000 if span > timedelta(days=self.crowded) else len(found)
        return 200, {"oncalls": found, "more": total > len(found), "total": total}

    @property
    def rows(self):
        """What the stream is to make of it, by id."""
        rows = {}
        for each in self.shifts:
            parts = ["E1", each["escalation_level"], each["user"]["id"]]
            parts += [each["schedule"] and each["schedule"]["id"], each["start"]]
            own = ":".join("" if part is None else str(part) for part in parts)
            rows[own] = {
                **each,
                "id": own,
                "escalation_policy_id": "E1",
                "user_id": each["user"]["id"],
                "schedule_id": each["schedule"] and each["schedule"]["id"],
            }
        return rows


@pytest.fixture(params=[None, timedelta(0)], ids=["whole", "cut"])
def rota(request, account, monkeypatch):
    """The on-calls, which come whole or cut at the ends of what is asked for."""
    rota = Rota(account, request.param)
    monkeypatch.setattr(account, "_truth", rota.answer)
    for week in range(-4, 12):
        rota.add("U1" if week % 2 else "U2", 7 * week + 1, 7 * week + 8)
    # Two turns in a row of one user, and someone who has been on call all the time.
    rota.add("U3", -20, -10, "S2")
    rota.add("U3", -10, 80, "S2")
    rota.add("U4", -31, 85, "S3", level=2)
    rota.add("U5", None, None, schedule=None, level=3)
    return rota


def upserted(run, rows=()):
    return {**dict(rows), **{record["id"]: record for record in run.records("oncall_shifts")}}


def test_oncall_shifts_come_once_with_their_own_ends(rota, account, sync):
    run = sync("oncall_shifts")
    assert run.exit_code == 0, run.log
    assert len(run.records("oncall_shifts")) == len(rota.shifts)
    assert upserted(run) == rota.rows
    # Those that are asked for side by side arrive in any order.
    assert sorted(request.params["since"] for request in account.asked("/oncalls")) == [
        window["since"] for window in SEAMED
    ]
    # What is planned is read again by the next run.
    bookmark = run.state["bookmarks"]["oncall_shifts"]
    assert bookmark["replication_key_value"] == isoformat(account.now)


def test_a_later_run_reads_what_is_new_and_keeps_the_ids(rota, account, sync):
    first = sync("oncall_shifts")
    rows = upserted(first)
    account.now += timedelta(days=30)
    rota.add("U6", 20, 90, "S4")  # reaches further than the first run could see
    account.requests.clear()

    run = sync("oncall_shifts", state=first.state)

    assert run.exit_code == 0, run.log
    assert upserted(run, rows) == rota.rows
    since = min(request.params["since"] for request in account.asked("/oncalls"))
    # A week before the bookmark; further only if the API cuts what had begun before.
    week_before = isoformat(account.now - timedelta(days=37))
    assert since == (week_before if rota.edge is None else isoformat(START))


def test_a_run_that_broke_off_loses_no_shift(rota, sync):
    whole = sync("oncall_shifts", start_date="2023-10-01T00:00:00Z")
    first_state = whole.states[0]
    # Only what stood before the first STATE got through.
    out = list(itertools.takewhile(lambda message: message["type"] != "STATE", whole.messages))
    rows = {m["record"]["id"]: m["record"] for m in out if m["type"] == "RECORD"}
    assert rows.keys() < rota.rows.keys()

    run = sync("oncall_shifts", state=first_state, start_date="2023-10-01T00:00:00Z")

    assert upserted(run, rows) == rota.rows


def test_a_window_with_too_many_shifts_is_cut_and_they_come_whole(rota, account, sync):
    rota.crowded = 20
    run = sync("oncall_shifts")
    assert run.exit_code == 0, run.log
    assert len(account.asked("/oncalls")) > 4
    assert len(run.records("oncall_shifts")) == len(rota.shifts)
    assert upserted(run) == rota.rows


def test_more_on_calls_at_once_than_can_be_paged_end_the_stream_with_an_error(rota, sync):
    rota.crowded = 0
    run = sync("oncall_shifts", max_concurrency=1)
    assert run.exit_code == 1
    assert "more than can be paged in one second" in run.lines("ERROR")[0]


def test_oncall_shifts_have_the_ids_and_columns_of_oncalls(discovered):
    found = {entry["tap_stream_id"]: entry for entry in json.loads(discovered)["streams"]}
    shifts, now = found["oncall_shifts"], found["oncalls"]
    assert shifts["schema"] == now["schema"]
    assert shifts["key_properties"] == now["key_properties"] == ["id"]


@pytest.mark.parametrize("edge", [None, timedelta(0)], ids=["whole", "cut"])
def test_schedule_entries_across_windows_are_whole(edge, account, sync, monkeypatch):
    rota = [shift("U1", 0, 2000), shift("U2", 2000, 2112), shift("U2", 2112, 2900)]
    schedules = [{"id": "S1"}, {"id": "S2"}]

    def answer(request):
        if request.path == "/schedules":
            return 200, {"schedules": schedules, "more": False, "total": 2}
        since, until = request.params["since"], request.params["until"]
        entries = list(shown(rota, since, until, edge))
        own = request.path.rpartition("/")[2]
        return 200, {
            "schedule": {"id": own, "final_schedule": {"rendered_schedule_entries": entries}},
        }

    monkeypatch.setattr(account, "_truth", answer)
    run = sync("schedule_entries")

    assert run.exit_code == 0, run.log
    # The second window begins 2112 hours after the first, where one turn of U2's ends; 2916
    # hours after it lies the end of the last.
    assert sorted(run.records("schedule_entries"), key=lambda each: each["schedule_id"]) == [
        {**each, "schedule_id": schedule["id"], "user_id": each["user"]["id"]}
        for schedule in schedules
        for each in rota
    ]
