"""Every endpoint of the sandbox answers as the API does, with exactly what the account has."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox import Sandbox
from sandbox.endpoints import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = "2026-11-01T00:00:00Z"
SHIFTS = {"since": "2026-09-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
WHOLE = {**SHIFTS, "overflow": "true"}
MONTH = {"since": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}
UTC = {"time_zone": "UTC"}
HANDOFF, UPDATES = "oncall_handoff_notification_rules", "status_update_notification_rules"
FILTERED = {"filters": {"created_at_start": "2026-01-01T00:00:00Z"}}

# path, key, kind of paging, parameters
ENDPOINTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("/users", "users", "classic", {}),
    ("/teams", "teams", "classic", {}),
    ("/services", "services", "classic", {}),
    ("/escalation_policies", "escalation_policies", "classic", {}),
    ("/schedules", "schedules", "classic", {}),
    ("/priorities", "priorities", "classic", {}),
    ("/vendors", "vendors", "classic", {}),
    ("/tags", "tags", "classic", {}),
    ("/business_services", "business_services", "classic", {}),
    ("/incidents", "incidents", "classic", {"date_range": "all"}),
    ("/log_entries", "log_entries", "classic", {}),
    ("/notifications", "notifications", "classic", MONTH),
    ("/oncalls", "oncalls", "classic", {**MONTH, "limit": 50}),
    ("/abilities", "abilities", "none", {}),
    ("/incidents/{id}/alerts", "alerts", "classic", {}),
    ("/incidents/{id}/notes", "notes", "none", {}),
    ("/incidents/{id}/custom_fields/values", "custom_fields", "none", {}),
    ("/incidents/{id}/related_change_events", "change_events", "limit", {}),
    ("/incidents/{id}/related_incidents", "related_incidents", "none", {}),
    ("/incidents/{id}/past_incidents", "past_incidents", "limit", {"limit": 999}),
    ("/incidents/{id}/status_updates/subscribers", "subscribers", "classic", {}),
    ("/incidents/{id}/business_services/impacts", "services", "cursor", {}),
    ("/incidents/{id}/outlier_incident", "outlier_incident", "one", {}),
    ("/incidents/types", "incident_types", "none", {"filter": "all"}),
    ("/incidents/types/{id}/custom_fields", "fields", "none", {}),
    ("/incident_workflows", "incident_workflows", "classic", {}),
    ("/incident_workflows/actions", "actions", "cursor", {}),
    ("/incident_workflows/triggers", "triggers", "cursor", {}),
    ("/teams/{id}/members", "members", "classic", {}),
    ("/teams/{id}/notification_subscriptions", "subscriptions", "classic", {}),
    ("/users/{id}/contact_methods", "contact_methods", "none", {}),
    ("/users/{id}/notification_rules", "notification_rules", "none", {}),
    ("/users/{id}/oncall_handoff_notification_rules", HANDOFF, "none", {}),
    ("/users/{id}/status_update_notification_rules", UPDATES, "none", {}),
    ("/users/{id}/notification_subscriptions", "subscriptions", "classic", {}),
    ("/users/{id}/oauth_delegations", "oauth_delegations", "cursor", {}),
    ("/schedules/{id}/overrides", "overrides", "none", WHOLE),
    ("/schedules/{id}/users", "users", "none", {}),
    ("/v3/schedules", "schedules", "classic", {}),
    ("/v3/schedules/{id}/rotations", "rotations", "classic", {}),
    ("/v3/schedules/{id}/rotations/{id}/events", "events", "classic", {}),
    ("/v3/schedules/{id}/custom_shifts", "custom_shifts", "classic", WHOLE),
    ("/v3/schedules/{id}/overrides", "overrides", "classic", WHOLE),
    ("/service_dependencies/technical_services/{id}", "relationships", "none", {}),
    ("/service_dependencies/business_services/{id}", "relationships", "none", {}),
    ("/business_services/{id}/subscribers", "subscribers", "classic", {}),
    ("/business_services/impacts", "services", "top", {}),
    ("/business_services/impactors", "impactors", "top", {}),
    ("/business_services/priority_thresholds", "global_threshold", "one", {}),
    ("/services/{id}/rules", "rules", "classic", {}),
    ("/services/custom_fields", "fields", "none", {}),
    ("/services/{id}/custom_fields/values", "custom_fields", "none", {}),
    ("/services/{id}/enablements", "enablements", "none", {}),
    ("/event_orchestrations/services/{id}/cache_variables", "cache_variables", "none", {}),
    ("/event_orchestrations/services/{id}", "orchestration_path", "one", {}),
    ("/users/{id}/tags", "tags", "classic", {}),
    ("/teams/{id}/tags", "tags", "classic", {}),
    ("/escalation_policies/{id}/tags", "tags", "classic", {}),
    ("/tags/{id}/users", "users", "classic", {}),
    ("/tags/{id}/teams", "teams", "classic", {}),
    ("/tags/{id}/escalation_policies", "escalation_policies", "classic", {}),
    ("/maintenance_windows", "maintenance_windows", "classic", {}),
    ("/change_events", "change_events", "classic", MONTH),
    ("/services/{id}/change_events", "change_events", "classic", MONTH),
    ("/audit/records", "records", "cursor", MONTH),
    ("/teams/{id}/audit/records", "records", "cursor", MONTH),
    ("/extensions", "extensions", "classic", {}),
    ("/extension_schemas", "extension_schemas", "classic", {}),
    ("/addons", "addons", "classic", {}),
    ("/webhook_subscriptions", "webhook_subscriptions", "classic", {}),
    ("/webhook_subscriptions/oauth_clients", "oauth_clients", "none", {}),
    ("/alert_grouping_settings", "alert_grouping_settings", "after", {}),
    ("/rulesets", "rulesets", "classic", {}),
    ("/rulesets/{id}/rules", "rules", "classic", {}),
    ("/event_orchestrations", "orchestrations", "classic", {}),
    ("/event_orchestrations/{id}/integrations", "integrations", "none", {}),
    ("/event_orchestrations/{id}/cache_variables", "cache_variables", "none", {}),
    ("/event_orchestrations/{id}/enablements", "enablements", "none", {}),
    ("/event_orchestrations/{id}/router", "orchestration_path", "one", {}),
    ("/event_orchestrations/{id}/global", "orchestration_path", "one", {}),
    ("/event_orchestrations/{id}/unrouted", "orchestration_path", "one", {}),
    ("/licenses", "licenses", "none", {}),
    ("/license_allocations", "license_allocations", "classic", {}),
    ("/session_configurations", "session_configurations", "none", {}),
    ("/templates", "templates", "classic", {}),
    ("/templates/fields", "fields", "none", {}),
    ("/standards", "standards", "none", {}),
    ("/standards/scores/technical_services", "resources", "none", {"ids": "all of them"}),
    ("/standards/scores/technical_services/{id}", "standards", "none", {}),
    ("/status_dashboards", "status_dashboards", "cursor", {}),
    ("/status_dashboards/{id}/service_impacts", "services", "top", {}),
    ("/status_dashboards/url_slugs/{id}/service_impacts", "services", "top", {}),
    ("/status_pages", "status_pages", "classic", {}),
    ("/status_pages/{id}/impacts", "impacts", "classic", {}),
    ("/status_pages/{id}/services", "services", "classic", {}),
    ("/status_pages/{id}/severities", "severities", "classic", {}),
    ("/status_pages/{id}/statuses", "statuses", "classic", {}),
    ("/status_pages/{id}/posts", "posts", "classic", {}),
    ("/status_pages/{id}/posts/{id}/post_updates", "post_updates", "classic", {}),
    ("/status_pages/{id}/posts/{id}/postmortem", "postmortem", "one", {}),
    ("/status_pages/{id}/subscriptions", "subscriptions", "classic", {}),
    ("/automation_actions/actions", "actions", "cursor", {}),
    ("/automation_actions/actions/{id}/services", "services", "none", {}),
    ("/automation_actions/actions/{id}/teams", "teams", "none", {}),
    ("/automation_actions/invocations", "invocations", "none", {}),
    ("/automation_actions/runners", "runners", "cursor", {}),
    ("/automation_actions/runners/{id}/teams", "teams", "none", {}),
    ("/workflows/integrations", "integrations", "cursor", {}),
    ("/workflows/integrations/connections", "connections", "cursor", {}),
    ("/workflows/integrations/{id}/connections", "connections", "cursor", {}),
    ("/recommendations/event_orchestrations/rules", "recommended_rules", "cursor", {}),
    ("/enrichment/event_enrichments", "event_enrichments", "classic", {}),
    ("/enrichment/event_enrichments/{id}/associations", "associations", "classic", {}),
    ("/enrichment/event_enrichments/{id}/rules", "orchestration_path", "one", {}),
    ("/enrichment/schemas", "schemas", "none", {}),
    ("/enrichment/schemas/{id}/records", "records", "cursor", {}),
    ("/enrichment/integrations/servicenow", "integrations", "none", {}),
    ("/sre_agent/memories", "memories", "limit", {"limit": 100}),
    ("/ip_allow_lists", "ip_allow_lists", "none", {}),
    ("/analytics/raw/incidents", "data", "analytics", FILTERED),
    ("/analytics/raw/incidents/{id}/responses", "responses", "none", {}),
    ("/analytics/raw/responders/{id}/incidents", "data", "analytics", FILTERED),
    ("/analytics/raw/users", "data", "analytics", {}),
    ("/analytics/metrics/incidents/all", "data", "post", {"aggregate_unit": "day"}),
    ("/analytics/metrics/incidents/services", "data", "post", {"aggregate_unit": "day"}),
    ("/analytics/metrics/incidents/teams", "data", "post", {"aggregate_unit": "week"}),
    ("/analytics/metrics/incidents/escalation_policies", "data", "post", {}),
    ("/analytics/metrics/responders/all", "data", "post", {}),
    ("/analytics/metrics/responders/teams", "data", "post", {}),
    ("/analytics/metrics/users/all", "data", "post", {}),
    ("/analytics/metrics/pd_advance_usage/features", "data", "post", {}),
    ("/paused_incident_reports/alerts", "paused_incident_reporting_alerts", "one", {}),
    ("/paused_incident_reports/counts", "paused_incident_reporting_counts", "one", {}),
]  # fmt: skip
PATHS = {path for path, *_ in ENDPOINTS}
PARENTS = 6


class Client:
    """A reader that knows every kind of paging."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Token token={box.api_key}"
        self.session.headers["X-EARLY-ACCESS"] = "ip-allow-lists"

    def get(self, path: str, **params: Any) -> requests.Response:
        params = {name.replace("__", "[]"): value for name, value in params.items()}
        return self.session.get(self.box.url + path, params=params, timeout=10)

    def post(self, path: str, body: Any = None) -> requests.Response:
        return self.session.post(self.box.url + path, json=body, timeout=10)

    def json(self, path: str, **params: Any) -> Any:
        response = self.get(path, **params)
        assert response.status_code in {200, 201}, response.text
        return response.json()

    def read(self, path: str, key: str, paging: str, params: dict[str, Any]) -> list[Any]:
        """Read all records, in pages of seven so that there are several."""
        if paging == "one":
            response = self.get(path, **params)
            return [response.json()[key]] if response.status_code == 200 else []
        if paging in {"none", "top", "limit"}:
            answer = self.json(path, **params)
            assert paging != "top" or answer["more"] is False
            return list(answer[key])
        if paging == "post":
            response = self.post(path, params)
            assert response.status_code == 200, response.text
            return list(response.json()[key])
        return [each for page in self._pages(path, paging, params) for each in page[key]]

    def _pages(self, path: str, paging: str, params: dict[str, Any]) -> Iterator[Any]:
        limit = params.get("limit", 7)
        more, offset, page = params, 0, None
        while True:
            if paging == "analytics":
                response = self.post(path, {**more, "limit": limit})
                assert response.status_code == 200, response.text
                page = response.json()
            else:
                page = self.json(path, **{**more, "limit": limit})
            yield page
            if paging == "classic":
                offset += limit
                more = {**params, "offset": offset}
                if not page["more"]:
                    return
            else:
                sent, got = {
                    "cursor": ("cursor", "next_cursor"),
                    "after": ("after", "after"),
                    "analytics": ("starting_after", "last"),
                }[paging]
                more = {**params, sent: page.get(got)}
                if not page.get(got) or page.get("more") is False:
                    return


def opened(**settings: Any) -> Sandbox:
    small = {"now": NOW, "frozen": True, "rate_limit": 10**6, "incidents": 60, "days": 90}
    return Sandbox(**{**small, "profile": "hostile", "time_zone": "UTC", **settings})


@pytest.fixture(scope="module")
def shared() -> Iterator[Client]:
    """A client of an account that no test changes."""
    with opened() as box:
        client = Client(box)
        yield client
        client.session.close()


def concrete(path: str, ids: Any) -> str:
    for own in [ids] if isinstance(ids, str) else ids:
        path = path.replace("{id}", own, 1)
    return path


def the_error(response: requests.Response) -> tuple[int, Any]:
    return response.status_code, response.json()["error"].get("code")


# -- everything ------------------------------------------------------------------------------------


def how_of(paging: str, params: dict[str, Any]) -> dict[str, Any]:
    """Give what the truth is asked with, for what a request asks for."""
    if paging in {"analytics", "post"}:
        return {"body": params}
    return {name: value for name, value in params.items() if name in {"since", "until"}}


@pytest.mark.parametrize(("path", "key", "paging", "params"), ENDPOINTS, ids=str)
def test_answers_with_the_truth(
    shared: Client, path: str, key: str, paging: str, params: dict[str, Any]
) -> None:
    box = shared.box
    if path.startswith("/paused_incident_reports"):
        params = {"since": "2026-06-01T00:00:00Z", "until": NOW}
    if "ids" in params:
        params = {"ids": [each["id"] for each in box.truth("services")]}
    how = how_of(paging, params)
    if "{id}" not in path:
        truth = {path: box.truth_of(path, **how)}
    elif "/incidents/{id}/" in path:
        own = [concrete(path, each["id"]) for each in box.truth("incidents")[-PARENTS:]]
        truth = {each: box.truth_of(each, **how) for each in own}
    else:
        every = {concrete(path, ids): found for ids, found in box.children(path, **how).items()}
        truth = dict(sorted(every.items(), key=lambda each: -len(each[1]))[:PARENTS])
    assert any(truth.values())
    for address, records in truth.items():
        assert shared.read(address, key, paging, params) == records
        keys = [each["id"] for each in records if isinstance(each, dict) and "id" in each]
        assert len(keys) == len(set(keys))


def test_some_parents_have_no_children(shared: Client) -> None:
    for path in ("/rulesets/{id}/rules", "/users/{id}/oauth_delegations", "/teams/{id}/tags"):
        counts = [len(each) for each in shared.box.children(path).values()]
        assert 0 in counts, path
        assert max(counts) > 1, path


def test_the_same_every_time(shared: Client) -> None:
    with opened() as again, opened(seed=2) as other:
        for path in ("/addons", "/audit/records", "/v3/schedules", "/workflows/integrations"):
            assert again.truth_of(path) == shared.box.truth_of(path)
            assert other.truth_of(path) != shared.box.truth_of(path)


def test_one_record_by_its_id(shared: Client) -> None:
    singles = [
        each for each in registry.ENDPOINTS.values() if getattr(each, "paging", "") == "single"
    ]
    checked = 0
    for single in singles:
        many = single.path.removesuffix("/{id}")
        if many == single.path or many not in PATHS:
            continue
        found = shared.box.children(many) if "{id}" in many else {(): shared.box.truth_of(many)}
        ids, records = next((each for each in found.items() if each[1]), ((), []))
        for record in records[:2]:
            if "id" in record:
                path = concrete(many, ids) + f"/{record['id']}"
                answer = shared.json(path)
                got = answer.get(str(single.key), answer)
                assert got["id"] == record["id"]
                checked += 1
        assert shared.get(concrete(many, ids) + "/PNOTHING").status_code == 404, single.path
    assert checked > 60


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/teams/PNOBODY/members", {}, 404, 2100),
        ("/incidents/QNOTHING123456/notes", {}, 404, 2100),
        ("/status_pages/PNOBODY/posts", {}, 404, 2100),
        ("/event_orchestrations/PNOBODY/router", {}, 404, 2100),
        ("/event_orchestrations/services/PNOBODY", {}, 404, 2100),
        ("/service_dependencies/technical_services/PNOBODY", {}, 404, 2100),
        ("/standards/scores/technical_services/PNOBODY", {}, 404, 2100),
        ("/extensions", {"page": 2}, 400, 2001),
        ("/extensions", {"include__": "hats"}, 400, 2001),
        ("/event_orchestrations", {"total": "true"}, 400, 2001),
        ("/license_allocations", {"total": "true"}, 400, 2001),
        ("/licenses", {"limit": 10}, 400, 2001),
        ("/business_services/impacts", {"limit": 10}, 400, 2001),
        ("/audit/records", {"offset": 10}, 400, 2001),
        ("/audit/records", {"cursor": "no cursor"}, 400, 2001),
        ("/audit/records", {"since": "2026-09-01T00:00:00Z", "until": NOW}, 400, 2005),
        ("/audit/records", {"since": "2026-09-01T00:00:00Z"}, 400, 2005),
        ("/change_events", {"since": "2026-10-01T00:00:00-04:00"}, 400, 2004),
        ("/change_events", {"until": "2026-10-01"}, 400, 2004),
        ("/maintenance_windows", {"filter": "everything"}, 400, 2001),
        ("/alert_grouping_settings", {"offset": 10}, 400, 2001),
        ("/standards/scores/technical_services", {}, 400, 2003),
        ("/standards/scores/technical_services", {"ids": ["P"] * 101}, 400, 2001),
        ("/paused_incident_reports/alerts", {"since": "2026-01-01T00:00:00Z"}, 400, 2005),
        ("/analytics/raw/incidents", {}, 405, 2015),
        ("/analytics/metrics/incidents/all", {}, 405, 2015),
    ],
)  # fmt: skip
def test_misuse_is_refused(
    shared: Client, path: str, params: dict[str, Any], status: int, code: int
) -> None:
    assert the_error(shared.get(path, **params)) == (status, code)


@pytest.mark.parametrize(
    "path",
    [
        "/schedules/{id}/overrides",
        "/v3/schedules/{id}/custom_shifts",
        "/v3/schedules/{id}/overrides",
    ],
)
def test_overrides_need_a_window(shared: Client, path: str) -> None:
    own = concrete(path, next(iter(shared.box.children(path))))
    assert the_error(shared.get(own)) == (400, 2003)
    assert the_error(shared.get(own, since=NOW)) == (400, 2003)
    assert shared.get(own, **SHIFTS).status_code == (201 if path.startswith("/s") else 200)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/analytics/raw/incidents", {"limit": 1001}, 400),
        ("/analytics/raw/incidents", {"limit": 0}, 400),
        ("/analytics/raw/incidents", {"offset": 10}, 400),
        ("/analytics/raw/incidents", {"filters": {"since": NOW}}, 400),
        ("/analytics/raw/incidents", {"order_by": "updated_at"}, 400),
        ("/analytics/raw/incidents", {"filters": {"updated_after": "lately"}}, 400),
        ("/analytics/raw/incidents", {"starting_after": "!"}, 400),
        ("/analytics/raw/incidents", [], 400),
        ("/analytics/raw/incidents", None, 200),
        ("/analytics/raw/responders/PNOBODY/incidents", {}, 404),
        ("/analytics/metrics/incidents/all", {"aggregate_unit": "year"}, 400),
        ("/addons", {}, 405),
    ],
)
def test_misuse_of_posts_is_refused(shared: Client, path: str, body: Any, status: int) -> None:
    assert shared.post(path, body).status_code == status


@pytest.mark.parametrize(("days", "status"), [("2025-11-01", 200), ("2025-10-31", 400)])
def test_metrics_span_a_year(shared: Client, days: str, status: int) -> None:
    for path, word in (("incidents/services", "created_at"), ("responders/all", "date_range")):
        filters = {f"{word}_start": f"{days}T00:00:00Z", f"{word}_end": NOW}
        answer = shared.post(f"/analytics/metrics/{path}", {"filters": filters})
        assert answer.status_code == status


def test_schedules_of_the_other_family(shared: Client) -> None:
    legacy = shared.box.truth("schedules")[0]["id"]
    flexible = shared.box.truth_of("/v3/schedules")[0]["id"]
    assert shared.get(f"/v3/schedules/{legacy}").status_code == 400
    assert shared.get(f"/v3/schedules/{legacy}/rotations").status_code == 400
    assert shared.get(f"/schedules/{flexible}").status_code == 400
    assert shared.get(f"/schedules/{flexible}/overrides", **SHIFTS).status_code == 400
    assert shared.get(f"/v3/schedules/{flexible}").json()["schedule"]["type"] == "schedule_v3"
    assert shared.json("/v3/schedules", limit=5000)["limit"] == 1000


def test_scopes_plan_and_programmes() -> None:
    lacking = {"audit_trail", "event_intelligence", "/addons", "enrichment"}
    with opened(plan_without=lacking, plain_key=True) as box, Client(box).session as session:
        get = session.get
        codes = {
            path: get(box.url + path, timeout=10).status_code
            for path in (
                "/audit/records",
                "/paused_incident_reports/counts",
                "/addons",
                "/enrichment/schemas",
                "/webhook_subscriptions/oauth_clients",
                "/extensions",
            )
        }
        del session.headers["X-EARLY-ACCESS"]
        assert get(f"{box.url}/ip_allow_lists", timeout=10).status_code == 403
    assert list(codes.values()) == [403, 402, 402, 403, 403, 200]
    with opened(scopes={"addons.read", "analytics.write"}) as box:
        client = Client(box)
        assert client.get("/addons").status_code == 200
        assert client.post("/analytics/raw/users").status_code == 200
        refused = client.get("/audit/records").json()["error"]
        assert refused["required_scopes"] == "audit_records.read"
        assert client.get("/automation_actions/actions").status_code == 200  # none is documented
        client.session.close()


def test_every_endpoint_can_be_gated() -> None:
    with opened(scopes=set()) as box:
        client = Client(box)
        for path, _, paging, _ in ENDPOINTS:
            scope = registry.ENDPOINTS[path].scope
            ask = client.post if paging in {"analytics", "post"} else client.get
            if scope is not None:
                answer = ask(path.replace("{id}", "PSOMEID"))
                assert answer.status_code == 403, path
                assert answer.json()["error"]["required_scopes"] == scope
        client.session.close()


def test_daily_quota() -> None:
    with opened(analytics_daily_quota=2, rate_limit=960) as box:
        client = Client(box)
        answers = [client.post("/analytics/raw/users") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        headers = answers[2].headers
        assert headers["daily-ratelimit-limit"] == "2"
        assert int(headers["daily-ratelimit-remaining"]) < 0 < int(headers["ratelimit-remaining"])
        assert int(headers["daily-ratelimit-reset"]) == 86_400
        assert client.get("/users").status_code == 200
        box.advance(86_400)
        assert client.post("/analytics/raw/users").status_code == 200
        client.session.close()


@pytest.mark.parametrize(("how", "status"), [("works", 200), ("ignored", 200), ("refused", 400)])
def test_undocumented_paging(how: str, status: int) -> None:
    with opened(undocumented_paging=how) as box:
        client = Client(box)
        pages = box.children("/status_pages/{id}/posts")
        page = max(pages, key=lambda each: len(pages[each]))
        first = client.json(f"/status_pages/{page}/posts")
        assert len(pages[page]) > 25
        assert (first["more"], first["limit"], len(first["posts"])) == (True, 25, 25)
        second = client.get(f"/status_pages/{page}/posts", offset=25)
        assert second.status_code == status
        if how == "ignored":
            assert second.json() == first
        client.session.close()


# -- windows, order, time --------------------------------------------------------------------------


def test_audit_records(shared: Client) -> None:
    every = shared.box.truth_of("/audit/records")
    times = [each["execution_time"] for each in every]
    assert times == sorted(times, reverse=True)
    assert times[-1][:10] == "2025-11-01"
    assert all(each.endswith("Z") and len(each) == 24 for each in times)
    day = shared.json("/audit/records")["records"]
    assert day == [each for each in every if each["execution_time"] >= "2026-10-31T00:00:00"]


def test_records_that_come_while_a_cursor_is_in_use() -> None:
    with opened() as box:
        client = Client(box)
        first = client.json("/audit/records", limit=3, until="2026-11-10T00:00:00Z",
                            since="2026-10-20T00:00:00Z")  # fmt: skip
        box.advance(5 * 86_400)
        rest = client.json("/audit/records", limit=100, cursor=first["next_cursor"],
                           since="2026-10-20T00:00:00Z", until="2026-11-10T00:00:00Z")  # fmt: skip
        seen = [each["id"] for each in first["records"] + rest["records"]]
        assert len(seen) == len(set(seen)) > 20
        assert len(box.truth_of("/audit/records")) > 1000
        client.session.close()


def test_shifts_are_cut_to_the_window(shared: Client) -> None:
    path = "/schedules/{id}/overrides"
    own, (first, *_) = next(each for each in shared.box.children(path, **SHIFTS).items() if each[1])
    middle = f"{first['start'][:10]}T20:00:00Z"
    cut = shared.json(concrete(path, own), since=middle, until=first["end"])["overrides"]
    whole = shared.json(concrete(path, own), since=middle, until=first["end"], overflow="true")
    assert cut[0]["start"] == middle > first["start"]
    assert whole["overrides"] == [first]
    only = shared.json(concrete(path, own), since=middle, until=first["end"], editable="true")
    assert only["overrides"] == [{"id": first["id"]}]


def test_on_calls_may_be_clipped() -> None:
    window = {"since": "2026-10-10T00:00:00Z", "until": "2026-10-12T00:00:00Z", **UTC, "limit": 100}
    for clip in (False, True):
        with opened(clip_oncalls=clip) as box:
            client = Client(box)
            rows = client.json("/oncalls", **window)["oncalls"]
            starts = [each["start"] for each in rows if each["start"]]
            assert (min(starts) == window["since"]) is clip
            client.session.close()


def test_rendered_schedule(shared: Client) -> None:
    own = shared.box.truth("schedules")[0]["id"]
    final = shared.json(f"/schedules/{own}", **MONTH, **UTC)["schedule"]["final_schedule"]
    assert final["rendered_schedule_entries"]
    users = {each["id"] for each in shared.json(f"/schedules/{own}/users", **MONTH)["users"]}
    assert users == {each["user"]["id"] for each in final["rendered_schedule_entries"]}


def test_zone_of_times_without_a_choice() -> None:
    with opened(time_zone="America/New_York") as box:
        client = Client(box)
        window = client.json("/maintenance_windows")["maintenance_windows"][0]
        assert window["start_time"][-6:] in {"-05:00", "-04:00"}
        assert box.truth_of("/maintenance_windows")[0]["start_time"].endswith("Z")
        client.session.close()


def test_the_default_filter_hides_incident_types(shared: Client) -> None:
    every = shared.json("/incidents/types", filter="all")["incident_types"]
    shown = shared.json("/incidents/types")["incident_types"]
    assert shown == [each for each in every if each["enabled"]]
    assert len(shown) < len(every) == len(shared.box.truth_of("/incidents/types"))
    by_name = shared.json(f"/incidents/types/{every[0]['name']}/custom_fields")["fields"]
    assert by_name == shared.json(f"/incidents/types/{every[0]['id']}/custom_fields")["fields"]


# -- one account -----------------------------------------------------------------------------------


def test_users_embed_what_the_children_are(shared: Client) -> None:
    include = ["contact_methods", "notification_rules"]
    for user in shared.json("/users", limit=100, include__=include)["users"]:
        for name in include:
            assert user[name] == shared.json(f"/users/{user['id']}/{name}")[name]
    (method, *_), *_ = shared.box.children("/users/{id}/contact_methods").values()
    assert {"type", "label", "address"} <= method.keys()


def test_services_embed_integrations(shared: Client) -> None:
    services = shared.json("/services", limit=100, include__="integrations")["services"]
    integrations = [(each["id"], part) for each in services for part in each["integrations"]]
    assert integrations
    for own, part in integrations:
        assert part["integration_key"]
        single = shared.json(f"/services/{own}/integrations/{part['id']}")["integration"]
        assert single == part


def test_incident_children_agree_with_the_incident(shared: Client) -> None:
    box = shared.box
    alerts = box.children("/incidents/{id}/alerts")
    notes = box.children("/incidents/{id}/notes")
    entries = box.truth("log_entries")
    for incident in box.truth("incidents"):
        own = incident["id"]
        mine = alerts[own]
        assert len(mine) == incident["alert_counts"]["all"]
        resolved = sum(each["status"] == "resolved" for each in mine)
        assert resolved == incident["alert_counts"]["resolved"]
        annotated = [
            each["created_at"]
            for each in entries
            if each["type"] == "annotate_log_entry" and f"incident_id={own}" in each["self"]
        ]
        assert sorted(each["created_at"] for each in notes[own]) == sorted(annotated)


def test_analytics_agree_with_the_incidents() -> None:
    with opened() as box:
        client = Client(box)

        def compare() -> None:
            rows = {each["id"]: each for each in box.truth_of("/analytics/raw/incidents")}
            for incident in box.truth("incidents"):
                row = rows.pop(incident["id"])
                for name in ("created_at", "updated_at", "resolved_at"):
                    assert (row[name] and f"{row[name]}Z") == incident[name]
                assert row["status"] == incident["status"]
                assert row["service_id"] == incident["service"]["id"]
            assert not rows

        compare()
        box.advance(600)
        own = box.truth("incidents")[3]["id"]
        box.account.add_note(own, "late")
        compare()
        changed = client.post(
            "/analytics/raw/incidents", {"filters": {"updated_after": NOW}}
        ).json()
        assert own in {each["id"] for each in changed["data"]}
        assert all(f"{each['updated_at']}Z" > NOW for each in changed["data"])
        exactly = {"filters": {"updated_after": "2026-11-01T00:10:00Z"}}
        assert not client.post("/analytics/raw/incidents", exactly).json()["data"]
        metrics = box.truth_of(
            "/analytics/metrics/incidents/all",
            body={"filters": {"created_at_start": "2026-01-01T00:00:00Z"}},
        )
        assert metrics[0]["total_incident_count"] == len(box.truth("incidents"))
        client.session.close()


def test_analytics_lag_behind() -> None:
    with opened(analytics_delay=3600) as box:
        own = box.account.create_incident()
        known = {each["id"] for each in box.truth_of("/analytics/raw/incidents")}
        assert own not in known
        box.advance(3601)
        assert own in {each["id"] for each in box.truth_of("/analytics/raw/incidents")}


def test_tags_work_both_ways(shared: Client) -> None:
    forth = {
        (tag["id"], own)
        for own, tags in shared.box.children("/users/{id}/tags").items()
        for tag in tags
    }
    back = {
        (own, user["id"])
        for own, users in shared.box.children("/tags/{id}/users").items()
        for user in users
    }
    assert forth == back


def test_standards_scores(shared: Client) -> None:
    ids = [each["id"] for each in shared.box.truth("services")]
    for given in (ids, ",".join(ids)):
        found = shared.json("/standards/scores/technical_services", ids=given)["resources"]
        assert [each["resource_id"] for each in found] == ids
    assert found == shared.box.truth_of("/standards/scores/technical_services")
    assert found[0]["score"]["total"] == len(found[0]["standards"])


def test_a_team_of_many() -> None:
    with opened(users=120) as box:
        client = Client(box)
        members = box.children("/teams/{id}/members")
        team = max(members, key=lambda each: len(members[each]))
        assert len(members[team]) > 100
        assert client.read(f"/teams/{team}/members", "members", "classic", {}) == members[team]
        full = client.json(f"/teams/{team}/members", include__="users")["members"][0]["user"]
        assert full["type"] == "user"
        client.session.close()


def test_what_tests_can_change() -> None:
    with opened() as box:
        client = Client(box)
        team = box.account.create("teams")
        assert box.children("/teams/{id}/members")[team] == []
        assert client.json(f"/teams/{team}/members")["members"] == []
        box.account.delete("teams", team)
        assert client.get(f"/teams/{team}/members").status_code == 404
        records = [{"id": f"PADD{number:03d}", "größe": None} for number in range(30)]
        box.replace("/addons", records)
        assert client.read("/addons", "addons", "classic", {}) == records
        own = box.account.create_incident()
        box.account.add_note(own, "größe")
        assert [each["content"] for each in client.json(f"/incidents/{own}/notes")["notes"]] == [
            "größe"
        ]
        client.session.close()


def test_a_request_that_brings_a_body_is_remembered() -> None:
    with opened() as box:
        Client(box).post("/analytics/raw/users", {"limit": 3})
        assert json.loads(box.requests[-1].body) == {"limit": 3}


def test_nothing_is_made_before_it_is_asked_for() -> None:
    started = time.perf_counter()
    with opened(incidents=1000, days=400) as box:
        assert time.perf_counter() - started < 1
        assert not box.app.api.records._made
        client = Client(box)
        started = time.perf_counter()
        for incident in box.truth("incidents")[:200]:
            client.json(f"/incidents/{incident['id']}/alerts")
        assert time.perf_counter() - started < 4
        client.session.close()
