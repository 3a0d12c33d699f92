"""The sandbox is as strict and as odd as the API that it stands for, and the same every time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pagerduty import RestApiV2Client

from sandbox import Sandbox
from sandbox.account.configuration import KINDS
from sandbox.endpoints.core import LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = "2026-11-01T00:00:00Z"
ACCEPT = "application/vnd.pagerduty+json;version=2"
UTC = {"time_zone": "UTC"}
EVERYTHING = {"date_range": "all", **UTC}
TOO_DEEP = (
    "Offset+limit exceeds maximum allowed value of 10000. Please try to refine your search to "
    "reduce the returned set of records below this number, like adding a date range."
)


class Client:
    """The few lines that a reader needs."""

    def __init__(self, box: Sandbox, **headers: str) -> None:
        self.box = box
        self.session = requests.Session()
        self.session.headers.update(
            {"Authorization": f"Token token={box.api_key}", "Accept": ACCEPT, **headers}
        )

    def get(self, path: str, **params: Any) -> requests.Response:
        params = {name.replace("__", "[]"): value for name, value in params.items()}
        return self.session.get(self.box.url + path, params=params, timeout=10)

    def json(self, path: str, **params: Any) -> Any:
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        return response.json()

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        while True:
            page = self.json(path, limit=100, offset=len(records), **params)
            records += page[path.rsplit("/", 1)[-1]]
            if not page["more"]:
                return records


def opened(**settings: Any) -> Sandbox:
    usual = {"profile": "hostile", "now": NOW, "frozen": True, "rate_limit": 10**6}
    return Sandbox(**{**usual, **settings})


@pytest.fixture(scope="module")
def shared() -> Iterator[Client]:
    """A client of an account that no test changes."""
    with opened() as box:
        client = Client(box)
        yield client
        client.session.close()


@pytest.fixture
def fresh() -> Iterator[Client]:
    """A client of a small account of one's own."""
    with opened(incidents=80, days=100) as box:
        client = Client(box)
        yield client
        client.session.close()


@contextmanager
def vendors_client(box: Sandbox) -> Iterator[RestApiV2Client]:
    with closing(RestApiV2Client(box.api_key)) as client:
        client._url = box.url  # its setter wants https
        yield client


def the_error(response: requests.Response) -> tuple[int, Any]:
    error = response.json()["error"]
    return response.status_code, error["code"] if isinstance(error, dict) else error


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/nonsense", {}, 404, 2100),
        ("/users/PNOBODY", {}, 404, 2100),
        ("/incidents/QNOTHING123456", {}, 404, 2100),
        ("/users", {"page": 2}, 400, 2001),
        ("/users", {"include__": "hats"}, 400, 2001),
        ("/users", {"time_zone": "UTC"}, 400, 2001),
        ("/users", {"limit": "many"}, 400, 2001),
        ("/users", {"offset": -1}, 400, 2001),
        ("/users", {"total": "maybe"}, 400, 2001),
        ("/services", {"sort_by": "created_at"}, 400, 2001),
        ("/services", {"time_zone": "Mars/Olympus"}, 400, 2001),
        ("/incidents", {"sort_by": "updated_at"}, 400, 2001),
        ("/incidents", {"sort_by": "created_at,urgency,resolved_at"}, 400, 2001),
        ("/incidents", {"statuses__": "closed"}, 400, 2001),
        ("/incidents", {"date_range": "some"}, 400, 2001),
        ("/incidents", {"since": "last_status_change_at>=2026-01-01"}, 400, 2004),
        ("/incidents", {"since": "2026-02-30"}, 400, 2004),
        ("/incidents", {"since": "2026-10-01", "until": "2026-09-01"}, 400, 2005),
        ("/log_entries", {"until": "yesterday"}, 400, 2004),
        ("/notifications", {}, 400, 2003),
        ("/notifications", {"since": "2026-10-01"}, 400, 2003),
        ("/notifications", {"since": "2026-02-01", "until": "2026-05-01"}, 400, 2005),
        ("/notifications", {"since": "2026-10-01", "until": NOW, "filter": "fax"}, 400, 2001),
        ("/oncalls", {"since": "2026-08-01", "until": "2026-11-02"}, 400, 2005),
        ("/oncalls", {"until": "2027-03-01"}, 400, 2005),
    ],
)  # fmt: skip
def test_misuse_is_refused(
    shared: Client, path: str, params: dict[str, Any], status: int, code: int
) -> None:
    assert the_error(shared.get(path, **params)) == (status, code)


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [
        ("2026-02-01", "2026-04-30T22:59:59Z", 200),  # New York is an hour nearer to UTC then
        ("2026-01-31", "2026-04-29T23:59:59Z", 200),
        ("2026-01-31", "2026-05-01", 400),
    ],
)
def test_notifications_span_less_than_three_calendar_months(
    shared: Client, since: str, until: str, status: int
) -> None:
    zoned = {
        "since": f"{since}T00:00:00Z",
        "until": until if "T" in until else f"{until}T00:00:00Z",
    }
    assert shared.get("/notifications", **zoned).status_code == status


def test_more_than_180_days_of_incidents_are_refused(shared: Client) -> None:
    just = {"since": "2026-01-01T00:00:00Z", "until": "2026-06-30T00:00:00Z"}
    assert shared.get("/incidents", **just).status_code == 200
    response = shared.get("/incidents", **{**just, "until": "2026-06-30T00:00:01Z"})
    error = {"message": "Invalid Input Provided", "code": 2001, "errors": [" is invalid."]}
    assert (response.status_code, response.json()) == (400, {"error": error})


def test_nobody_pages_beyond_10000(shared: Client) -> None:
    assert shared.get("/log_entries", limit=100, offset=9900).status_code == 200
    response = shared.get("/log_entries", limit=100, offset=9901)
    error = {"message": "Arguments Caused Error", "code": 2002, "errors": [TOO_DEEP]}
    assert (response.status_code, response.json()) == (400, {"error": error})


@pytest.mark.parametrize("value", ["", "Token token=wrong", "Token sandbox-key", "Bearer wrong"])
def test_wrong_key(shared: Client, value: str) -> None:
    response = requests.get(f"{shared.box.url}/users", headers={"Authorization": value}, timeout=10)
    assert the_error(response) == (401, 2006)
    assert "ratelimit-limit" not in response.headers


def test_users_me_needs_a_users_key(shared: Client) -> None:
    response = shared.get("/users/me")
    assert response.status_code == 400
    assert "account-level access token" in response.json()["error"]


def test_only_get(shared: Client) -> None:
    response = shared.session.post(f"{shared.box.url}/incidents", json={}, timeout=10)
    assert response.status_code == 405
    assert shared.get("/abilities").status_code == 200


def test_scopes_plan_and_headers() -> None:
    settings = {"scopes": {"users.read"}, "plan_without": {"priorities"}, "bearer_token": "oauth"}
    with opened(**settings, strict_accept=True) as box:
        bearer = {"Authorization": "Bearer oauth", "Accept": ACCEPT}
        answers = {
            path: requests.get(box.url + path, headers=bearer, timeout=10)
            for path in ("/users", "/teams", "/priorities")
        }
        odd = {**bearer, "Accept": "text/html"}
        assert requests.get(f"{box.url}/users", headers=odd, timeout=10).status_code == 406
    assert answers["/users"].status_code == 200
    lacking = {"message": "Token missing required scopes", "required_scopes": "teams.read"}
    assert (answers["/teams"].status_code, answers["/teams"].json()) == (403, {"error": lacking})
    with opened(plan_without=["priorities"]) as box, Client(box).session as session:
        assert the_error(session.get(f"{box.url}/priorities", timeout=10)) == (402, 2014)
        assert (
            "priorities" not in session.get(f"{box.url}/abilities", timeout=10).json()["abilities"]
        )
        assert session.get(f"{box.url}/abilities/priorities", timeout=10).status_code == 402
        assert session.get(f"{box.url}/abilities/teams", timeout=10).status_code == 204
        assert session.get(f"{box.url}/abilities/magic", timeout=10).status_code == 404


# -- pages, order, windows -------------------------------------------------------------------------


def test_pages(shared: Client) -> None:
    first = shared.json("/vendors")
    assert {name: first[name] for name in ("limit", "offset", "more", "total")} == {
        "limit": 25,
        "offset": 0,
        "more": True,
        "total": None,
    }
    clamped = shared.json("/vendors", limit=500, total="true")
    assert (clamped["limit"], len(clamped["vendors"]), clamped["more"]) == (100, 100, True)
    rest = shared.json("/vendors", limit=100, offset=100)
    assert rest["more"] is False
    assert clamped["total"] == 100 + len(rest["vendors"])
    assert shared.json("/vendors", offset=5000)["vendors"] == []


@pytest.mark.parametrize("path", ["/services", "/escalation_policies"])
def test_sorted_by_name(shared: Client, path: str) -> None:
    names = [each["name"] for each in shared.all(path)]
    assert names == sorted(names, key=str.casefold)
    assert [each["name"] for each in shared.all(path, sort_by="name:desc")] == names[::-1]


def test_incidents_are_oldest_first(shared: Client) -> None:
    times = [each["created_at"] for each in shared.all("/incidents", **EVERYTHING)]
    assert len(times) == 300
    assert times == sorted(times)
    down = shared.all("/incidents", **EVERYTHING, sort_by="created_at:desc,incident_number:asc")
    assert [each["created_at"] for each in down] == times[::-1]


def test_a_window_without_bounds_is_a_month(shared: Client) -> None:
    every = [each["created_at"] for each in shared.box.truth("incidents")]

    def between(since: str, until: str) -> list[str]:
        return [each for each in every if since <= each < until]

    def listed(**params: str) -> list[str]:
        return [each["created_at"] for each in shared.all("/incidents", **params, **UTC)]

    assert listed() == between("2026-10-01", "2026-11-02") != []
    since = "2026-02-10T12:00:00Z"
    assert listed(since=since) == between(since, "2026-03-10T12:00:00Z") != []
    assert listed(until=since) == between("2026-01-10T12:00:00Z", since) != []


@pytest.mark.parametrize("inclusive", [False, True])
def test_boundary_seconds(inclusive: bool) -> None:
    with opened(until_inclusive=inclusive) as box:
        a, b = (box.account.create_incident(at=f"2026-10-20T10:00:0{n}Z") for n in (1, 2))
        window = {"since": "2026-10-20T10:00:01Z", "until": "2026-10-20T10:00:02Z"}
        client = Client(box)
        found = [each["id"] for each in client.json("/incidents", **window)["incidents"]]
        assert found == ([a, b] if inclusive else [a])
        entries = client.json("/log_entries", **window)["log_entries"]
        assert {each["incident"]["id"] for each in entries if each.get("incident")} >= set(found)
        client.session.close()


def test_time_zone_of_the_account(fresh: Client) -> None:
    made = fresh.box.account.create_incident(at="2026-07-01T03:00:00Z")
    window = {"since": "2026-06-30T22:59:00", "until": "2026-06-30T23:01:00"}  # New York: UTC-4
    (record,) = fresh.json("/incidents", **window)["incidents"]
    assert (record["id"], record["created_at"]) == (made, "2026-06-30T23:00:00-04:00")
    (record,) = fresh.json("/incidents", **window, **UTC)["incidents"]
    assert record["created_at"] == "2026-07-01T03:00:00Z"


def test_filters(shared: Client) -> None:
    every = shared.box.truth("incidents")

    def ids(records: list[dict[str, Any]]) -> list[str]:
        return [each["id"] for each in records]

    is_open = [each for each in every if each["status"] != "resolved"]
    found = shared.all("/incidents", **EVERYTHING, statuses__=["triggered", "acknowledged"])
    assert ids(found) == ids(is_open) != []
    service = every[0]["service"]["id"]
    found = shared.all("/incidents", **EVERYTHING, service_ids__=service, urgencies__="high")
    assert ids(found) == ids(
        [each for each in every if each["service"]["id"] == service and each["urgency"] == "high"]
    )
    user = is_open[0]["assignments"][0]["assignee"]["id"]
    assert is_open[0]["id"] in ids(shared.all("/incidents", **EVERYTHING, user_ids__=user))
    key = next(each["incident_key"] for each in every if each["incident_key"])
    assert all(
        each["incident_key"] == key
        for each in shared.all("/incidents", **EVERYTHING, incident_key=key)
    )
    overview = shared.all("/log_entries", is_overview="true")
    assert "notify_log_entry" not in {each["type"] for each in overview}


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_order_of_log_entries_and_notifications(order: str) -> None:
    with opened(log_entries_order=order, notifications_order=order) as box:
        for resource, name in (("log_entries", "created_at"), ("notifications", "started_at")):
            times = [each[name] for each in box.truth(resource)]
            assert times == sorted(times, reverse=order == "desc")


# -- the account -----------------------------------------------------------------------------------


def test_same_seed_same_account(shared: Client) -> None:
    with opened() as again, opened(seed=2) as other:
        for resource in LISTS:
            truth = shared.box.truth(resource)
            assert truth == again.truth(resource), resource
            assert truth != other.truth(resource), resource


def test_what_the_vendors_client_reads_is_the_truth(shared: Client) -> None:
    since = "2026-08-10T00:00:00Z"
    special = {"incidents": EVERYTHING, "notifications": {**UTC, "since": since, "until": NOW}}
    with vendors_client(shared.box) as client:
        for name, endpoint in LISTS.items():
            params = special.get(name, UTC if "time_zone" in endpoint.accepted else {})
            found = list(client.iter_all(f"/{name}", params=params))
            truth = shared.box.truth(name)
            if name == "notifications":
                truth = [each for each in truth if each["started_at"] >= since]
            assert found == truth != [], name


def test_the_vendors_client_bisects_what_is_too_much(fresh: Client) -> None:
    fresh.box.account.burst(10_050, at="2026-10-05T00:00:00Z", seconds=3600)
    since, until = (datetime(2026, month, 2, tzinfo=timezone.utc) for month in (10, 11))
    with vendors_client(fresh.box) as client:
        found = {each["id"] for each in client.iter_history("/incidents", since, until)}
    truth = {
        each["id"] for each in fresh.box.truth("incidents") if each["created_at"] >= "2026-10-02"
    }
    assert found == truth
    assert len(truth) > 10_050


def test_nulls_and_oddities_occur(shared: Client) -> None:
    incidents, entries = shared.box.truth("incidents"), shared.box.truth("log_entries")
    users = {each["id"] for each in shared.box.truth("users")}
    for name in ("incident_key", "priority", "alert_grouping", "resolved_at", "acknowledgements"):
        assert any(each[name] is None for each in incidents), name
    assert any(each.get("incident") is None for each in entries)
    assert any(each["agent"] is None for each in entries)
    assert any(each["html_url"] is None for each in entries)
    agents = [each["agent"] for each in entries if each["agent"]]
    assert any(each["self"] is None and each["id"] not in users for each in agents)
    assert {"priority_change_log_entry", "status_update_log_entry"} <= {
        each["type"] for each in entries
    }
    kinds = {each["type"]: each for each in shared.box.truth("notifications")}
    assert kinds["push_notification"]["address"] is None
    assert "whatsapp_notification" in kinds
    assert any("description" in each for each in incidents)
    titles = "".join(each["title"] for each in incidents)
    for text in ("\\u0000", "\n", '"', "🔥", "決済", "\u2028"):
        assert text in titles
    assert any(
        each["start"] is None and each["end"] is None for each in shared.box.truth("oncalls")
    )
    assert len(incidents) == len({each["id"] for each in incidents})
    assert len(entries) == len({each["id"] for each in entries})


def test_single_records_are_those_of_the_list(shared: Client) -> None:
    for resource in ("users", "teams", "services", "escalation_policies", "vendors", "tags"):
        record = shared.box.truth(resource)[0]
        single = shared.json(f"/{resource}/{record['id']}")
        (shown,) = single.values()
        moments = {name: 0 for name in ("created_at", "last_incident_timestamp") if name in shown}
        assert {**shown, **moments} == {**record, **moments}, resource
    entry = shared.box.truth("log_entries")[5]
    assert shared.json(f"/log_entries/{entry['id']}", **UTC)["log_entry"] == entry
    incident = shared.box.truth("incidents")[7]
    by_number = shared.json(f"/incidents/{incident['incident_number']}")
    assert by_number == shared.json(f"/incidents/{incident['id']}")
    assert by_number["incident"]["id"] == incident["id"]
    entries = shared.all(f"/incidents/{incident['id']}/log_entries", **UTC)
    assert entries == [
        each
        for each in shared.box.truth("log_entries")
        if f"incident_id={incident['id']}" in each["self"]
    ]


def test_includes(shared: Client) -> None:
    plain = shared.json("/log_entries", limit=100)["log_entries"]
    assert all(each["channel"].keys() == {"type"} for each in plain)
    full = shared.json("/log_entries", limit=100, include__=["incidents", "channels"], **UTC)
    now = {each["id"]: each for each in shared.box.truth("incidents")}
    for entry in full["log_entries"]:
        if entry.get("incident"):
            assert entry["incident"] == now[entry["incident"]["id"]]
    assert any(len(each["channel"]) > 3 for each in full["log_entries"])
    (user, *_) = shared.json("/users", include__=["contact_methods", "teams"])["users"]
    assert "address" in user["contact_methods"][0]
    assert "integration_key" in str(shared.json("/services", include__="integrations"))
    incident = shared.json("/incidents", include__="services")["incidents"][0]
    assert incident["service"]["type"] == "service"


def test_embedded_incidents_may_be_short() -> None:
    with opened(incident_embed_short=0.5) as box:
        records = box.truth("log_entries", include=["incidents"])
    embedded = [each["incident"] for each in records if each.get("incident")]
    short = [each for each in embedded if "assignments" not in each]
    assert 0.4 < len(short) / len(embedded) < 0.6


def test_schedules_render_entries_for_a_range_only(shared: Client) -> None:
    (first, *_) = shared.json("/schedules")["schedules"]
    assert "schedule_layers" not in first
    parts = ["schedule_layers", "final_schedule", "overrides_subschedule"]
    (first, *_) = shared.json("/schedules", include__=parts)["schedules"]
    assert first["schedule_layers"][0]["rendered_schedule_entries"] == []
    week = {"since": "2026-10-01T00:00:00Z", "until": "2026-10-08T00:00:00Z"}
    (first, *_) = shared.json("/schedules", include__=parts, **week)["schedules"]
    final = first["final_schedule"]
    assert final["rendered_coverage_percentage"] == 100
    assert len(final["rendered_schedule_entries"]) > 5
    single = shared.json(f"/schedules/{first['id']}", **week)["schedule"]
    assert single["final_schedule"] == final


def test_on_calls_overlap(shared: Client) -> None:
    week = shared.all("/oncalls", since="2026-10-01T00:00:00Z", until="2026-10-08T00:00:00Z", **UTC)
    next_week = shared.all(
        "/oncalls", since="2026-10-08T00:00:00Z", until="2026-10-15T00:00:00Z", **UTC
    )
    shifts = [json.dumps(each, sort_keys=True) for each in week if each["start"]]
    assert len(shifts) == len(set(shifts)) > 10
    assert any(json.dumps(each, sort_keys=True) in shifts for each in next_week)
    assert len(shared.all("/oncalls", earliest="true")) <= len(shared.box.truth("oncalls"))


# -- time passes -----------------------------------------------------------------------------------


def test_time_is_told(fresh: Client) -> None:
    assert "01 Nov 2026 00:00:00" in fresh.get("/users").headers["Date"]
    fresh.box.advance(20 * 86_400)
    assert "21 Nov 2026 00:00:00" in fresh.get("/users").headers["Date"]


def test_time_brings_new_incidents_and_late_changes() -> None:
    box = opened()
    before = {each["id"]: each for each in box.truth("incidents")}
    box.advance(20 * 86_400)
    after = {each["id"]: each for each in box.truth("incidents")}
    assert list(after)[: len(before)] == list(before)
    assert 5 < len(after) - len(before) < 40
    changed = {own for own, each in before.items() if after[own] != each}
    old = {own for own in changed if before[own]["created_at"] < "2026-10-25"}
    assert len(old) > 5
    assert any(before[own]["created_at"] < "2026-06-01" for own in old)
    entries = box.truth("log_entries")
    new = [each for each in entries if each["created_at"] > NOW and each.get("incident")]
    told = {each["incident"]["id"] for each in new}
    assert changed <= told


def test_the_same_account_a_day_later() -> None:
    with opened(now="2026-11-01T08:00:00Z") as today, opened(now="2026-11-02T08:00:00Z") as later:
        first = {each["id"]: each for each in today.truth("incidents")}
        second = {each["id"]: each for each in later.truth("incidents")}
        today.advance(86_400)
        moved = {each["id"]: each for each in today.truth("incidents")}
    assert len(first.keys() & second.keys()) >= 295
    assert all(moved[own] == second[own] for own in second)


MUTATIONS = {
    "acknowledge": ((), "acknowledge_log_entry"),
    "resolve": ((), "resolve_log_entry"),
    "reopen": ((), "reopen_log_entry"),
    "reassign": (("PUSER01",), "assign_log_entry"),
    "reprioritise": (("PPRIO01",), "priority_change_log_entry"),
    "snooze": ((3600,), "snooze_log_entry"),
    "escalate": ((), "escalate_log_entry"),
    "change_urgency": (("low",), "urgency_change_log_entry"),
    "add_note": (("note",), "annotate_log_entry"),
    "set_custom_field": (("region", "eu"), "custom_field_value_change_log_entry"),
    "retitle": (("new",), None),
    "change_service": (("PSERV01",), None),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("place", [10, -1])
def test_changes_leave_log_entries(fresh: Client, mutation: str, place: int) -> None:
    box = fresh.box
    own = box.truth("incidents")[place]["id"]
    known = {each["id"] for each in box.truth("log_entries")}
    box.advance(100)
    arguments, kind = MUTATIONS[mutation]
    getattr(box.account, mutation)(own, *arguments)
    incident = fresh.json(f"/incidents/{own}")["incident"]
    assert incident["updated_at"] == "2026-10-31T20:01:40-04:00"
    mine = [each for each in box.truth("log_entries") if f"incident_id={own}" in each["self"]]
    new = [each["type"] for each in mine if each["id"] not in known]
    assert new == ([kind] if kind else [])
    assert known <= {each["id"] for each in box.truth("log_entries")}


def test_merge(fresh: Client) -> None:
    account = fresh.box.account
    source, into = account.create_incident(), account.create_incident(title="target")
    account.merge(source, into)
    merged = fresh.json(f"/incidents/{source}")["incident"]
    assert merged["status"] == "resolved"
    assert merged["resolve_reason"]["incident"]["id"] == into
    (link, *_) = fresh.json(f"/incidents/{into}/log_entries")["log_entries"][::-1][-1:]
    assert link["type"] == "link_log_entry"


def test_lists_can_be_changed(fresh: Client) -> None:
    account = fresh.box.account
    added = {kind: account.create(kind) for kind in KINDS}
    for kind, own in added.items():
        assert own in {each["id"] for each in fresh.all(f"/{kind}")}, kind
        account.update(kind, own, **{"label" if kind == "tags" else "name": "Renamed"})
        (record,) = [each for each in fresh.all(f"/{kind}") if each["id"] == own]
        assert record["summary"] == "Renamed"
        account.delete(kind, own)
        assert own not in {each["id"] for each in fresh.all(f"/{kind}")}
    user = added["users"]
    incident = account.create_incident(user_id=user)
    reference = fresh.json(f"/incidents/{incident}")["incident"]["assignments"][0]["assignee"]
    assert (reference["self"], reference["summary"]) == (None, "Renamed")


def test_bursts(fresh: Client) -> None:
    account = fresh.box.account
    second = {"since": "2026-10-10T10:00:00Z", "until": "2026-10-10T10:00:01Z"}
    own = account.burst_log_entries(12_000, at=second["since"], seconds=1)
    assert fresh.json("/log_entries", limit=1, total="true", **second)["total"] >= 12_000
    ids = [
        each["id"]
        for offset in range(0, 10_000, 100)
        for each in fresh.json("/log_entries", limit=100, offset=offset, **second)["log_entries"]
    ]
    assert len(set(ids)) == 10_000
    assert fresh.json(f"/incidents/{own}/log_entries", total="true")["total"] == 12_001
    account.burst(300, at="2026-10-11T00:00:00Z", seconds=10)
    window = {"since": "2026-10-10T00:00:00Z", "until": "2026-10-12T00:00:00Z"}
    found = fresh.all("/incidents", **window, **UTC)
    assert len({each["id"] for each in found}) == len(found) >= 301
    times = [each["created_at"] for each in found]
    assert times == sorted(times)
    down = fresh.all("/incidents", **window, **UTC, sort_by="created_at:desc")
    assert [each["id"] for each in down] == [each["id"] for each in found][::-1]


def test_a_hook_changes_the_account_while_it_is_read(fresh: Client) -> None:
    def delete_a_service(box: Sandbox, request: Any) -> None:
        if request.query.get("offset") == ["5"]:
            box.account.delete("services", box.truth("services")[0]["id"])

    before = [each["id"] for each in fresh.box.truth("services")]
    fresh.box.on_request(delete_a_service)
    first = fresh.json("/services", limit=5)["services"]
    second = fresh.json("/services", limit=5, offset=5)["services"]
    assert [each["id"] for each in first + second] == before[:5] + before[6:11]


def test_a_hundred_thousand_incidents_open_at_once() -> None:
    started = time.perf_counter()
    with opened(scale=100_000) as box:
        client = Client(box)
        month = {"since": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}
        assert client.json("/incidents", total="true", **month)["total"] > 5000
        assert client.json("/incidents", limit=1, total="true", date_range="all")["total"] == 10**5
        assert time.perf_counter() - started < 2
        client.json("/log_entries", limit=100, offset=9000, **month)
        found = client.all("/incidents", **EVERYTHING, statuses__=["triggered", "acknowledged"])
        assert 100 < len(found) < 5000
        assert time.perf_counter() - started < 8
        client.session.close()


# -- limits and faults -----------------------------------------------------------------------------


def test_rate_limit() -> None:
    with opened(rate_limit=5, rate_window=1, oncalls_rate_limit=2) as box:
        client = Client(box)
        answers = [client.get("/oncalls") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert [each.headers["ratelimit-remaining"] for each in answers] == ["1", "0", "0"]
        assert answers[0].headers["ratelimit-limit"] == "2"
        answers = [client.get("/users") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit-limit"] == "5"
        assert answers[2].json() == {"error": {"message": "Rate Limit Exceeded", "code": 2020}}
        time.sleep(int(answers[2].headers["ratelimit-reset"]))
        assert client.get("/users").status_code == 200
        client.session.close()
    with opened(rate_limit=100, rate_window=0.2, other_client=0.9, bare_429=True) as box:
        client = Client(box)
        answers = [client.get("/users") for _ in range(101)]
        refused = [each for each in answers if each.status_code == 429]
        assert refused
        assert not refused[0].content
        assert "ratelimit-reset" not in refused[0].headers
        client.session.close()


@pytest.mark.parametrize("body", ["list", "text", "error_list", "error_text", "map", "scope"])
def test_shapes_of_errors(fresh: Client, body: str) -> None:
    fresh.box.faults.add("status", status=400, body=body, path="/users")
    response = fresh.get("/users")
    assert response.status_code == 400
    assert "error" in response.json()
    assert fresh.get("/teams").status_code == 200


def test_faults(fresh: Client) -> None:
    faults = fresh.box.faults
    faults.add("status", status=503, every=3, body="html")
    assert [fresh.get("/tags").status_code for _ in range(6)] == [200, 200, 503] * 2
    faults.clear()
    faults.add("status", status=429, reset=7, nth=2)
    faults.add("status", status=429, body="empty", nth=2)
    answers = [fresh.get("/tags") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 429, 429, 200]
    assert answers[1].headers["ratelimit-reset"] == "7"
    assert not answers[2].content
    faults.clear()
    faults.add("reset", times=1)
    with pytest.raises(requests.ConnectionError):
        fresh.get("/tags")
    faults.add("reset_body", times=1, path="/vendors")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        fresh.get("/vendors")
    faults.add_spec("truncate,times=1,path=/vendors")
    response = fresh.get("/vendors")
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()
    faults.add("html", times=1)
    assert fresh.get("/tags").text.startswith("<html>")
    faults.add("hang", seconds=0.2, times=1)
    faults.add("slow", seconds=0.2, times=1)
    for _ in range(2):
        started = time.perf_counter()
        assert fresh.get("/vendors").status_code == 200
        assert time.perf_counter() - started > 0.19


def test_requests_are_remembered_without_the_key(fresh: Client) -> None:
    fresh.get("/users", limit=3, include__=["teams", "subdomains"])
    (request,) = fresh.box.requests
    assert (request.method, request.path, request.status) == ("GET", "/users", 200)
    assert request.query == {"limit": ["3"], "include[]": ["teams", "subdomains"]}
    assert request.headers["accept"] == ACCEPT
    assert fresh.box.api_key not in str(request)


# -- the command line ------------------------------------------------------------------------------


def command(*arguments: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "sandbox", "--quiet", *arguments]
    return subprocess.Popen(line, stdout=subprocess.PIPE, text=True)


def test_command_line_lives_on(tmp_path: Any) -> None:
    state, found = str(tmp_path / "state.json"), []
    for arguments in (["--latency-ms", "1"], ["--advance", "2d", "--fault", "status=500,nth=2"]):
        with command("--state-file", state, "--api-key", "k", *arguments) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            headers = {"Authorization": "Token token=k"}
            answers = [
                requests.get(f"{url}/incidents", {"date_range": "all", "total": "true", **page},
                             headers=headers, timeout=10)
                for page in ({"limit": "100"}, {})
            ]  # fmt: skip
            started = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
            assert time.perf_counter() - started < 1
        found.append(answers)
    assert [each.status_code for each in found[0]] == [200, 200]
    assert [each.status_code for each in found[1]] == [200, 500]
    first, second = (each[0].json() for each in found)
    assert [each["id"] for each in first["incidents"]] == [
        each["id"] for each in second["incidents"]
    ]
    assert first["total"] == 300
    assert second["total"] >= 300
