"""A filter lets through what PagerDuty does, and what has left it does not stay as it was."""

import re

import pytest

from sandbox.endpoints.registry import find
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.analytics import Analytics
from tap_pagerduty.sync.child import ChildStream
from tests.support.account import READ
from tests.support.harness import (
    DAY,
    Warehouse,
    ago,
    filtered_differences,
    passes,
    sandbox,
    sync,
    truth,
)

FILTERED = [stream for stream in STREAMS if stream.filters]


@pytest.fixture
def box():
    with sandbox(incidents=60) as box:
        yield box


@pytest.mark.parametrize("stream", READ, ids=lambda stream: stream.name)
def test_a_stream_declares_the_filters_that_its_endpoint_takes(stream):
    path = stream.path.replace("{entity_type}", "users")
    endpoint, _ = find(re.sub(r"{\w+}", "x", path))
    prefix, urgency = (
        ("filters.", "urgency") if issubclass(stream, Analytics) else ("", "urgencies[]")
    )
    ids = "" if prefix else "[]"
    known = {"team_ids": f"team_ids{ids}", "service_ids": f"service_ids{ids}", "urgencies": urgency}
    takes = endpoint.accepted | getattr(endpoint, "body_keys", frozenset())
    assert stream.filters == {s: name for s, name in known.items() if f"{prefix}{name}" in takes}


def test_each_stream_asks_for_what_it_declares_and_gets_less(box):
    services = [each["id"] for each in box.truth("services")[:9]]
    teams = [each["id"] for each in box.truth("teams")[:3]]
    filters = {"service_ids": services, "team_ids": teams, "urgencies": ["high"]}
    names = [stream.name for stream in FILTERED]
    whole = sync(box, *names, start_date=ago(box, days=90))
    box.requests.clear()
    part = sync(box, *names, start_date=ago(box, days=90), **filters)
    assert whole.status == part.status == 0
    for stream in FILTERED:
        assert len(part.records(stream.name)) <= len(whole.records(stream.name))
        if issubclass(stream, (Analytics, ChildStream)):
            continue
        wanted = {name: filters[setting] for setting, name in stream.filters.items()}
        asked = [r.query for r in box.requests if r.path == stream.path]
        assert any(wanted.items() <= query.items() for query in asked), stream.name
    for name in ("users", "services", "incidents", "log_entries", "change_events"):
        assert 0 < len(part.records(name)) < len(whole.records(name)), name
    rows = part.records("analytics_incidents")
    assert rows
    for row in rows:
        assert (row["service_id"] in services, row["team_id"] in teams, row["urgency"]) == (
            *(True, True),
            "high",
        )


def test_both_urgencies_are_no_filter(box):
    sync(box, "incidents", urgencies=["low", "high"])
    assert not any("urgencies[]" in request.query for request in box.requests)


def test_rows_outside_a_narrower_filter_leave_a_full_table(box):
    warehouse = Warehouse()
    warehouse.load(sync(box, "users"))
    team = box.truth("teams")[0]["id"]
    box.advance(60)
    warehouse.load(sync(box, "users", state=warehouse.state, team_ids=[team]))
    rows = warehouse.rows("users").values()
    assert rows
    assert all(team in [each["id"] for each in row["teams"]] for row in rows)


# -- Incidents that leave a filter, or come under it


class Places:
    """Two of everything that incidents are filtered by: inside, and outside."""

    def __init__(self, box):
        services = [each["id"] for each in box.truth("services")]
        policies = [each for each in box.truth("escalation_policies") if each["teams"]]
        self.policies = policies[0]["id"], policies[1]["id"]
        self.teams = policies[0]["teams"][0]["id"], policies[1]["teams"][0]["id"]
        self.services = services[0], services[-1]
        # What lets through what is inside, one setting by itself.
        self.filters = {
            "urgencies": ["high"],
            "service_ids": [self.services[0]],
            "team_ids": [self.teams[0]],
        }

    def incident(self, box, side, **how):
        """Create an incident that all filters let through (side 0), or none (1)."""
        return box.account.create_incident(
            service_id=self.services[side],
            team_ids=[self.teams[side]],
            urgency=("high", "low")[side],
            **how,
        )

    def move(self, box, setting, own, side):
        """Bring an incident to a side of a filter."""
        if setting == "urgencies":
            box.account.change_urgency(own, ("high", "low")[side])
        elif setting == "service_ids":
            box.account.change_service(own, self.services[side])
        else:
            box.account.hand_over(own, self.policies[side])


@pytest.mark.parametrize("embedded", ["whole", "short"])
@pytest.mark.parametrize("resolved", [True, False], ids=["resolved", "open"])
@pytest.mark.parametrize("setting", ["urgencies", "service_ids", "team_ids"])
def test_an_incident_that_crosses_a_filter_is_in_the_warehouse_as_it_is(
    setting, resolved, embedded
):
    with sandbox(incidents=20, incident_embed_short=float(embedded == "short")) as box:
        places, warehouse = Places(box), Warehouse()
        filters = {setting: places.filters[setting]}
        leaves = places.incident(box, 0, at=ago(box, days=200))
        comes = places.incident(box, 1, at=ago(box, days=200))
        stays = places.incident(box, 1, at=ago(box, days=200))
        for own in (leaves, comes, stays) if resolved else ():
            box.account.resolve(own, at=ago(box, days=199))
        warehouse.load(sync(box, "incidents", **filters))
        assert leaves in warehouse.rows("incidents")
        assert comes not in warehouse.rows("incidents")
        box.advance(DAY)
        places.move(box, setting, leaves, 1)
        places.move(box, setting, comes, 0)
        if setting == "service_ids" and resolved:  # of which PagerDuty logs nothing
            box.account.reopen(leaves)
            box.account.reopen(comes)
        if setting == "urgencies":
            box.account.add_note(stays, "nothing to do with its urgency")
        fresh = places.incident(box, 1)
        box.advance(60)
        done = warehouse.load(sync(box, "incidents", state=warehouse.state, **filters))
        rows = warehouse.rows("incidents")
        assert done.status == 0
        assert not passes(rows[leaves], filters)
        assert passes(rows[comes], filters)
        assert rows[leaves] == truth(box, "incidents")[leaves]
        # What was never loaded does not come, though the feed tells of it.
        assert not {stays, fresh} & rows.keys()
        assert filtered_differences(warehouse, box, filters) == []


@pytest.mark.parametrize("first", ["the first run", "a later run"])
@pytest.mark.parametrize("filtered", [True, False], ids=["filtered", "whole"])
def test_what_a_killed_run_has_loaded_is_not_forgotten(box, first, filtered):
    places, warehouse = Places(box), Warehouse()
    filters = {"service_ids": [places.services[0]]}
    before = filters if filtered else {}
    if first == "a later run":
        warehouse.load(sync(box, "incidents", **before))
        box.advance(DAY)
    own = places.incident(box, 0)
    box.advance(60)
    done = sync(box, "incidents", state=warehouse.state, **before)
    lines = done.out.splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if own.encode() in line)
    warehouse.load(done.cut(len(b"".join(lines[: last + 1]))))
    assert own in warehouse.rows("incidents")
    box.advance(60)
    box.account.change_service(own, places.services[1])
    box.advance(60)
    warehouse.load(sync(box, "incidents", state=warehouse.state, **filters))
    assert filtered_differences(warehouse, box, filters) == []
    assert not passes(warehouse.rows("incidents")[own], filters)


def test_a_move_of_a_resolved_incident_arrives_within_the_look_back(box):
    places, warehouse = Places(box), Warehouse()
    filters = {"service_ids": [places.services[0]]}
    own = places.incident(box, 0, at=ago(box, days=20))
    box.account.resolve(own, at=ago(box, days=19))
    warehouse.load(sync(box, "incidents", **filters))
    box.advance(DAY)
    box.account.change_service(own, places.services[1])
    box.advance(60)
    how = {"incident_lookback_days": 30, **filters}
    warehouse.load(sync(box, "incidents", state=warehouse.state, **how))
    assert warehouse.rows("incidents")[own] == truth(box, "incidents")[own]


def test_no_incident_is_passed_over_when_others_leave_while_it_is_paged(box):
    crowd = box.account.burst(250, at=ago(box, days=10), seconds=3600, urgency="high")
    left = iter(crowd)

    def leave(box, request):
        if request.path == "/incidents" and request.query.get("offset", ["0"]) != ["0"]:
            for own in (next(left, None), next(left, None)):
                if own and len(box.requests) < 12:
                    box.account.change_urgency(own, "low")

    box.on_request(leave)
    warehouse = Warehouse()
    done = warehouse.load(sync(box, "incidents", urgencies=["high"], max_concurrency=1))
    assert done.status == 0
    assert truth(box, "incidents").keys() & set(crowd) <= warehouse.rows("incidents").keys()


def test_a_filter_that_never_holds_still_is_told(box):
    crowd = iter(box.account.burst(400, at=ago(box, days=10), seconds=3600, urgency="high"))

    def leave(box, request):
        if request.path == "/incidents" and request.query.get("offset", ["0"]) != ["0"]:
            box.account.change_urgency(next(crowd), "low")

    box.on_request(leave)
    done = sync(box, "incidents", urgencies=["high"], max_concurrency=1)
    assert done.status == 1
    positions = done.state["bookmarks"]["incidents"]
    assert positions.get("created_until", "") < ago(box, days=9)
