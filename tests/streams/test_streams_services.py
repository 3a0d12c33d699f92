"""Each stream around services and status pages: what is asked, and what comes of the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

CLASSIC = {"limit": "100", "offset": "0", "total": "true"}
UNCOUNTED = {"limit": "100", "offset": "0"}
LAST_PAGE = {"more": False, "limit": 100, "offset": 0, "total": None}


def ref(own, kind):
    return {"id": own, "type": f"{kind}_reference"}


@dataclass
class Sheet:
    """One stream: the request for its only page, the answer, and the records."""

    stream: str
    path: str
    params: dict
    answer: dict
    records: list
    # What the lists hold whose children are read, and answers on the way there.
    parents: dict = field(default_factory=dict)
    between: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)


S1 = {"services": [{"id": "S1", "name": "Shop"}]}
B1 = {"business_services": [{"id": "B1", "name": "Sales"}]}
P1 = {"status_pages": [{"id": "P1", "type": "status_page"}]}
POSTS = {"/status_pages/P1/posts": {"posts": [{"id": "O1", "title": "Slow"}], **LAST_PAGE}}
OF_P1 = {"id": "P1", "type": "status_page"}
WORD = {"id": "W1", "description": "partial outage", "post_type": "incident"}
FIELD = {
    "id": "F1",
    "name": "tier",
    "type": "field",
    "data_type": "string",
    "field_type": "single_value_fixed",
    "field_options": [{"id": "O1", "data": {"data_type": "string", "value": "gold"}}],
}
IMPACT = {
    "id": "B1",
    "name": "Sales",
    "type": "business_service",
    "status": "impacted",
    "additional_fields": {"highest_impacting_priority": {"id": "PR1", "order": 2}},
}
CACHED = {"id": "V1", "name": "last", "configuration": {"type": "recent_value", "regex": "(.*)"}}
RULE = {"id": "R1", "position": 0, "actions": {"severity": {"value": "info"}}, "time_frame": None}
EDGE = {
    "id": "D1",
    "type": "service_dependency",
    "supporting_service": ref("S1", "technical_service"),
    "dependent_service": ref("B1", "business_service"),
}
EDGE_COLUMNS = {"supporting_service_id": "S1", "dependent_service_id": "B1"}
POST = {"id": "O1", "status_page": OF_P1, "title": "Slow", "updates": [{"id": "U1"}]}
SCORE = {"resource_type": "technical_service", "resource_id": "S1", "score": {"passing": 1}}

SHEETS = [
    Sheet(
        "service_integrations",
        "/services",
        {**CLASSIC, "include[]": ["integrations"], "sort_by": "name:asc", "time_zone": "UTC"},
        {
            "services": [
                {"id": "S1", "integrations": [{"id": "I1", "name": "Mail"}, {"id": "I2"}]},
                {"id": "S2", "integrations": []},
                {"id": "S3", "integrations": [{"id": "I3"}]},
            ],
            **LAST_PAGE,
        },
        [
            {"id": "I1", "name": "Mail", "service_id": "S1"},
            {"id": "I2", "service_id": "S1"},
            {"id": "I3", "service_id": "S3"},
        ],
    ),
    Sheet(
        "technical_service_dependencies",
        "/service_dependencies/technical_services/S1",
        {},
        {"relationships": [EDGE]},
        [{**EDGE, **EDGE_COLUMNS, "service_id": "S1"}],
        S1,
    ),
    Sheet(
        "business_service_dependencies",
        "/service_dependencies/business_services/B1",
        {},
        {"relationships": [EDGE]},
        [{**EDGE, **EDGE_COLUMNS, "business_service_id": "B1"}],
        B1,
    ),
    Sheet(
        "business_service_subscribers",
        "/business_services/B1/subscribers",
        UNCOUNTED,
        {
            "subscribers": [
                {"subscriber_id": "X1", "subscriber_type": "user"},
                {"subscriber_id": "X1", "subscriber_type": "team"},
            ],
            "account_id": "A1",
            **LAST_PAGE,
        },
        [
            {"business_service_id": "B1", "subscriber_id": "X1", "subscriber_type": "user"},
            {"business_service_id": "B1", "subscriber_id": "X1", "subscriber_type": "team"},
        ],
        B1,
    ),
    Sheet(
        "business_service_impacts",
        "/business_services/impacts",
        {"additional_fields[]": ["services.highest_impacting_priority"]},
        {"services": [IMPACT], "limit": 100, "more": False},
        [IMPACT],
    ),
    Sheet(
        "business_service_impactors",
        "/business_services/impactors",
        {},
        {"impactors": [{"id": "Q1", "type": "incident"}], "limit": 100, "more": False},
        [{"id": "Q1", "type": "incident"}],
    ),
    Sheet(
        "business_service_priority_thresholds",
        "/business_services/priority_thresholds",
        {},
        {"global_threshold": {"id": "PR1", "order": 2}},
        [{"id": "PR1", "order": 2}],
    ),
    Sheet(
        "service_event_rules",
        "/services/S1/rules",
        CLASSIC,
        {"rules": [RULE], **LAST_PAGE},
        [{**RULE, "service_id": "S1"}],
        S1,
    ),
    Sheet(
        "service_custom_fields",
        "/services/custom_fields",
        {"include[]": ["field_options"]},
        {"fields": [{**FIELD, "created_at": "2024-01-01T02:00:00+02:00"}]},
        [{**FIELD, "created_at": "2024-01-01T00:00:00Z"}],
    ),
    Sheet(
        "service_custom_field_values",
        "/services/S1/custom_fields/values",
        {},
        {"custom_fields": [{"id": "F1", "value": "gold"}, {"id": "F2", "value": ["eu", "us"]}]},
        [
            {"service_id": "S1", "id": "F1", "value": "gold"},
            {"service_id": "S1", "id": "F2", "value": '["eu","us"]'},
        ],
        S1,
    ),
    Sheet(
        "service_enablements",
        "/services/S1/enablements",
        {},
        {"enablements": [{"feature": "aiops", "enabled": True}]},
        [{"service_id": "S1", "feature": "aiops", "enabled": True}],
        S1,
    ),
    Sheet(
        "service_cache_variables",
        "/event_orchestrations/services/S1/cache_variables",
        {},
        {"cache_variables": [CACHED]},
        [{**CACHED, "service_id": "S1"}],
        S1,
    ),
    Sheet(
        "maintenance_windows",
        "/maintenance_windows",
        {**CLASSIC, "filter": "all"},
        {
            "maintenance_windows": [{"id": "M1", "start_time": "2015-11-09T20:00:00-05:00"}],
            **LAST_PAGE,
        },
        [{"id": "M1", "start_time": "2015-11-10T01:00:00Z"}],
    ),
    Sheet(
        "alert_grouping_settings",
        "/alert_grouping_settings",
        {"limit": "100"},
        {
            "alert_grouping_settings": [
                {"id": "G1", "type": "time", "config": {"timeout": 300}, "services": [{"id": "S1"}]}
            ],
            "limit": 100,
            "total": None,
        },
        [{"id": "G1", "type": "time", "config": {"timeout": 300}, "services": [{"id": "S1"}]}],
    ),
    Sheet(
        "standards",
        "/standards",
        {},
        {"standards": [{"id": "N1", "active": True}, {"id": "N2", "active": False}]},
        [{"id": "N1", "active": True}, {"id": "N2", "active": False}],
    ),
    Sheet(
        "standard_scores",
        "/standards/scores/technical_services",
        {"ids": "S1"},
        {"resources": [SCORE]},
        [SCORE],
        S1,
    ),
    Sheet(
        "extensions",
        "/extensions",
        CLASSIC,
        {"extensions": [{"id": "E1", "extension_objects": [{"id": "S1"}]}], **LAST_PAGE},
        [{"id": "E1", "extension_objects": [{"id": "S1"}]}],
    ),
    Sheet(
        "extension_schemas",
        "/extension_schemas",
        CLASSIC,
        {"extension_schemas": [{"id": "K1", "send_types": ["resolve"]}], **LAST_PAGE},
        [{"id": "K1", "send_types": ["resolve"]}],
    ),
    Sheet(
        "addons",
        "/addons",
        CLASSIC,
        {"addons": [{"id": "A1", "src": "https://pages.example/"}], **LAST_PAGE},
        [{"id": "A1", "src": "https://pages.example/"}],
    ),
    Sheet(
        "webhook_subscriptions",
        "/webhook_subscriptions",
        CLASSIC,
        {
            "webhook_subscriptions": [{"id": "H1", "events": ["incident.resolved"]}],
            **LAST_PAGE,
        },
        [{"id": "H1", "events": ["incident.resolved"]}],
    ),
    Sheet(
        "webhook_oauth_clients",
        "/webhook_subscriptions/oauth_clients",
        {},
        {"oauth_clients": [{"id": "C1", "status": "active"}]},
        [{"id": "C1", "status": "active"}],
    ),
    Sheet(
        "templates",
        "/templates",
        {**CLASSIC, "sort_by": "created_at:asc"},
        {"templates": [{"id": "T1", "template_type": "status_update"}], **LAST_PAGE},
        [{"id": "T1", "template_type": "status_update"}],
    ),
    Sheet(
        "template_fields",
        "/templates/fields",
        {},
        {
            "fields": [
                {"type": "standard_field", "summary": "incident.urgency", "keyword": None},
                {"type": "standard_field", "summary": "incident.service.name", "keyword": "name"},
                {"type": "custom_field", "summary": "incident.urgency", "keyword": None},
            ]
        },
        [
            {
                "id": "standard_field:incident.urgency:",
                "type": "standard_field",
                "summary": "incident.urgency",
                "keyword": None,
            },
            {
                "id": "standard_field:incident.service.name:name",
                "type": "standard_field",
                "summary": "incident.service.name",
                "keyword": "name",
            },
            {
                "id": "custom_field:incident.urgency:",
                "type": "custom_field",
                "summary": "incident.urgency",
                "keyword": None,
            },
        ],
    ),
    Sheet(
        "status_dashboards",
        "/status_dashboards",
        {"limit": "100"},
        {"status_dashboards": [{"id": "L1", "url_slug": "sales"}], "next_cursor": None},
        [{"id": "L1", "url_slug": "sales"}],
    ),
    Sheet(
        "status_dashboard_service_impacts",
        "/status_dashboards/L1/service_impacts",
        {"additional_fields[]": ["services.highest_impacting_priority"]},
        {"services": [IMPACT], "limit": 100, "more": False},
        [{**IMPACT, "status_dashboard_id": "L1"}],
        {"status_dashboards": [{"id": "L1"}]},
    ),
    Sheet(
        "status_pages",
        "/status_pages",
        UNCOUNTED,
        {"status_pages": [{"id": "P1", "status_page_type": "public"}], **LAST_PAGE},
        [{"id": "P1", "status_page_type": "public"}],
    ),
    *(
        Sheet(
            f"status_page_{name}",
            f"/status_pages/P1/{name}",
            UNCOUNTED,
            {name: [{**WORD, "status_page": OF_P1}], **LAST_PAGE},
            [{**WORD, "status_page": OF_P1, "status_page_id": "P1"}],
            P1,
        )
        for name in ("impacts", "severities", "statuses")
    ),
    Sheet(
        "status_page_services",
        "/status_pages/P1/services",
        UNCOUNTED,
        {"services": [{"id": "V1", "name": "Shop"}], **LAST_PAGE},
        [{"id": "V1", "name": "Shop", "status_page_id": "P1"}],
        P1,
    ),
    Sheet(
        "status_page_subscriptions",
        "/status_pages/P1/subscriptions",
        UNCOUNTED,
        {"subscriptions": [{"id": "J1", "contact": "reader@example.com"}], **LAST_PAGE},
        [{"id": "J1", "contact": "reader@example.com", "status_page_id": "P1"}],
        P1,
    ),
    Sheet(
        "status_page_posts",
        "/status_pages/P1/posts",
        UNCOUNTED,
        {"posts": [POST], **LAST_PAGE},
        [{**POST, "status_page_id": "P1"}],
        P1,
    ),
    Sheet(
        "status_page_post_updates",
        "/status_pages/P1/posts/O1/post_updates",
        UNCOUNTED,
        {"post_updates": [{"id": "U1", "message": "On it."}], **LAST_PAGE},
        [{"id": "U1", "message": "On it.", "status_page_id": "P1", "post_id": "O1"}],
        P1,
        POSTS,
    ),
    Sheet(
        "status_page_postmortems",
        "/status_pages/P1/posts/O1/postmortem",
        {},
        {"postmortem": {"id": "Z1", "message": "A full disk."}},
        [{"id": "Z1", "message": "A full disk.", "status_page_id": "P1", "post_id": "O1"}],
        P1,
        POSTS,
    ),
    Sheet(
        "sre_memories",
        "/sre_agent/memories",
        {"limit": "100"},
        {"memories": [{"id": "Y1", "attributes": {"type": "runbook", "service_id": "S1"}}]},
        [{"id": "Y1", "attributes": {"type": "runbook", "service_id": "S1"}}],
    ),
    Sheet(
        "ip_allow_lists",
        "/ip_allow_lists",
        {},
        {"ip_allow_lists": [{"id": "X1", "cidr_entries": [{"cidr": "192.0.2.0/24"}]}]},
        [{"id": "X1", "cidr_entries": [{"cidr": "192.0.2.0/24"}]}],
        headers={"X-EARLY-ACCESS": "ip-allow-lists"},
    ),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stream)
def test_a_stream_asks_for_its_records_and_emits_them(sheet, account, catalog, sync):
    account.lists.update(sheet.parents)
    for path, answer in {**sheet.between, sheet.path: sheet.answer}.items():
        account.plan(path, {"json": answer})

    run = sync(sheet.stream)

    assert run.exit_code == 0
    assert run.records(sheet.stream) == sheet.records
    assert {m["stream"] for m in run.messages if m["type"] == "RECORD"} == {sheet.stream}
    [request] = account.asked(sheet.path)
    assert request.params == sheet.params
    assert {n: v for n, v in request.headers.items() if n.startswith("X-")} == sheet.headers
    key = _entry(catalog(sheet.stream), sheet.stream)["key_properties"]
    keys = [tuple(record[name] for name in key) for record in sheet.records]
    assert len(set(keys)) == len(keys)
    assert not any(None in parts for parts in keys)


def _entry(catalog, stream):
    return next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == stream)


INTEGRATION = {
    "id": "I1",
    "integration_key": "hush-key",
    "integration_email": "hush-shop@acme.pagerduty.example",
}
DELIVERY = {
    "url": "https://hooks.example/",
    "secret": "hush-signature",
    "custom_headers": [
        {"name": "X-One", "value": "hush-1"},
        {"name": "X-Two", "value": "hush-2"},
    ],
}
SECRETS = [
    (
        "service_integrations",
        {"services": [{"id": "S1", "integrations": [INTEGRATION]}]},
        {"id": "I1", "service_id": "S1"},
        {**INTEGRATION, "service_id": "S1"},
    ),
    (
        "extensions",
        {"extensions": [{"id": "E1", "config": {"token": "hush"}}]},
        {"id": "E1"},
        {"id": "E1", "config": {"token": "hush"}},
    ),
    (
        "webhook_subscriptions",
        {"webhook_subscriptions": [{"id": "H1", "delivery_method": DELIVERY}]},
        {
            "id": "H1",
            "delivery_method": {
                "url": "https://hooks.example/",
                "custom_headers": [{"name": "X-One"}, {"name": "X-Two"}],
            },
        },
        {"id": "H1", "delivery_method": DELIVERY},
    ),
]


@pytest.mark.parametrize(("stream", "answer", "plain", "_"), SECRETS)
def test_secrets_are_left_out(stream, answer, plain, _, account, sync):
    account.plan(f"/{next(iter(answer))}", {"json": answer})

    run = sync(stream)

    assert run.records(stream) == [plain]
    assert "hush" not in run.stdout + run.log


@pytest.mark.parametrize(("stream", "answer", "_", "whole"), SECRETS)
def test_secrets_come_where_the_user_wants_them(stream, answer, _, whole, account, sync):
    account.plan(f"/{next(iter(answer))}", {"json": answer})

    assert sync(stream, include_secrets=True).records(stream) == [whole]


def test_a_dependency_that_both_its_services_show_comes_once(account, sync):
    account.lists["services"] = [{"id": "S1"}, {"id": "S2"}]
    both = {
        "id": "D1",
        "supporting_service": ref("S1", "technical_service"),
        "dependent_service": ref("S2", "technical_service"),
    }
    other = {**both, "id": "D2", "dependent_service": ref("B1", "business_service")}
    path = "/service_dependencies/technical_services"
    account.plan(f"{path}/S1", {"json": {"relationships": [both, other]}})
    account.plan(f"{path}/S2", {"json": {"relationships": [both]}})

    run = sync("technical_service_dependencies")

    assert run.ids("technical_service_dependencies") == ["D1", "D2"]
    assert account.asked(f"{path}/S2")


def _score(service):
    return {"resource_type": "technical_service", "resource_id": service}


def test_scores_are_asked_for_a_hundred_services_at_a_time(account, sync):
    ids = [f"S{number}" for number in range(101)]
    account.lists["services"] = [{"id": own} for own in ids]
    path = "/standards/scores/technical_services"
    account.plan(
        path,
        {"json": {"resources": [_score(own) for own in ids[:100]]}},
        {"json": {"resources": [_score(ids[100])]}},
    )

    run = sync("standard_scores")

    assert [request.params["ids"] for request in account.asked(path)] == [ids[:100], ids[100]]
    assert [record["resource_id"] for record in run.records("standard_scores")] == ids


def test_a_score_that_is_missing_from_the_answer_is_asked_for_by_itself(account, sync):
    account.lists["services"] = [{"id": "S1"}, {"id": "S2"}, {"id": "S3"}]
    path = "/standards/scores/technical_services"
    account.plan(path, {"json": {"resources": [_score("S3")]}})
    account.plan(f"{path}/S1", {"json": _score("S1")})
    account.plan(f"{path}/S2", {"status": 404})

    run = sync("standard_scores")

    assert run.exit_code == 0
    assert run.records("standard_scores") == [_score("S3"), _score("S1")]
    assert [len(account.asked(f"{path}/{own}")) for own in ("S1", "S2", "S3")] == [1, 1, 0]


def test_a_post_without_a_postmortem_has_none(account, sync):
    account.lists.update(P1)
    posts = [{"id": "O1"}, {"id": "O2"}]
    account.plan("/status_pages/P1/posts", {"json": {"posts": posts, **LAST_PAGE}})
    missing = {"status": 404, "json": {"error": {"message": "Not Found", "code": 2100}}}
    account.plan("/status_pages/P1/posts/O1/postmortem", missing)
    account.plan("/status_pages/P1/posts/O2/postmortem", {"json": {"postmortem": {"id": "Z2"}}})

    run = sync("status_page_postmortems")

    assert run.exit_code == 0
    assert run.records("status_page_postmortems") == [
        {"id": "Z2", "status_page_id": "P1", "post_id": "O2"}
    ]
    assert not run.lines("WARNING")


def test_an_account_without_a_priority_threshold_has_none(account, sync):
    path = "/business_services/priority_thresholds"
    account.plan(path, {"json": {"global_threshold": None}})

    run = sync("business_service_priority_thresholds")

    assert run.exit_code == 0
    assert run.records("business_service_priority_thresholds") == []
    assert len(account.asked(path)) == 1


def test_settings_are_paged_by_what_comes_after(account, sync):
    path = "/alert_grouping_settings"
    account.plan(
        path,
        {"json": {"alert_grouping_settings": [{"id": "G1"}], "after": "g3Q"}},
        {"json": {"alert_grouping_settings": [{"id": "G2"}], "before": "g3A"}},
    )

    run = sync("alert_grouping_settings")

    assert run.ids("alert_grouping_settings") == ["G1", "G2"]
    assert [request.params for request in account.asked(path)] == [
        {"limit": "100"},
        {"limit": "100", "after": "g3Q"},
    ]


@pytest.mark.parametrize(
    ("stream", "path", "answer"),
    [
        (
            "business_service_impactors",
            "/business_services/impactors",
            {"impactors": [{"id": f"Q{n}"} for n in range(200)], "more": True},
        ),
        (
            "sre_memories",
            "/sre_agent/memories",
            {"memories": [{"id": f"Y{n}"} for n in range(100)]},
        ),
    ],
)
def test_a_list_that_the_api_cuts_is_told_of(stream, path, answer, account, sync):
    account.plan(path, {"json": answer})

    run = sync(stream)

    records = next(iter(answer.values()))
    assert run.records(stream) == records
    [line] = run.lines("WARNING")
    assert f"ends after {len(records)} records" in line


def test_what_costs_a_request_per_service_is_not_selected_by_default(discovered):
    chosen = {
        stream["tap_stream_id"]
        for stream in json.loads(discovered)["streams"]
        for found in stream["metadata"]
        if not found["breadcrumb"] and found["metadata"].get("selected-by-default")
    }
    assert chosen & {sheet.stream for sheet in SHEETS} == {
        "service_integrations",
        "service_custom_fields",
        "maintenance_windows",
        "standards",
        "extensions",
        "extension_schemas",
        "addons",
        "webhook_subscriptions",
        "status_dashboards",
        "status_pages",
    }
