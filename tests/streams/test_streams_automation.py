"""Each stream around events and automation: what is asked, and what comes of the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

CURSOR = {"limit": "100"}
OFFSET = {"limit": "100", "offset": "0"}
CLASSIC = {**OFFSET, "total": "true"}
LAST_PAGE = {"more": False, "limit": 100, "offset": 0, "total": None}
LAST_CURSOR = {"limit": 100, "next_cursor": None}


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
    # What is asked for the parents, and the answer.
    parents: dict = field(default_factory=dict)


RULESETS = {"/rulesets": {"rulesets": [{"id": "R1", "name": "Ops"}], **LAST_PAGE}}
ORCHESTRATIONS = {
    "/event_orchestrations": {
        "orchestrations": [{"id": "O1", "name": "Shop", "routes": 2}],
        **LAST_PAGE,
    },
}
SERVICES = {"/services": {"services": [{"id": "S1", "name": "Shop"}], **LAST_PAGE}}
ACTIONS = {
    "/automation_actions/actions": {
        "actions": [{"id": "A1", "type": "action", "action_type": "script"}],
        "privileges": {"permissions": ["create"]},
        **LAST_CURSOR,
    },
}
RUNNERS = {
    "/automation_actions/runners": {
        "runners": [{"id": "N1", "type": "runner", "runner_type": "sidecar"}],
        **LAST_CURSOR,
    },
}
ENRICHMENTS = {
    "/enrichment/event_enrichments": {
        "event_enrichments": [{"id": "E1", "is_default": True}],
        **LAST_PAGE,
    },
}
SCHEMAS = {"/enrichment/schemas": {"schemas": [{"id": "T1", "name": "Owners"}]}}

RULE = {"id": "L1", "position": 0, "catch_all": True, "actions": {"route": {"value": "S1"}}}
CACHED = {"id": "V1", "name": "last", "configuration": {"type": "recent_value", "regex": "(.*)"}}


def orchestration_path(kind, own, actions):
    rule = {"id": "f00", "conditions": [{"expression": "now in Mon"}], "actions": actions}
    return {
        "type": kind,
        "parent": ref(own, "service" if kind == "service" else "event_orchestration"),
        "sets": [{"id": "start", "rules": [rule]}],
        "catch_all": {"actions": {}},
        "version": "v7",
    }


ROUTER = orchestration_path("router", "O1", {"route_to": "S1"})
GLOBAL = orchestration_path("global", "O1", {"drop_event": True})
UNROUTED = orchestration_path("unrouted", "O1", {"severity": "info"})
OF_SERVICE = {
    **orchestration_path("service", "S1", {"annotate": "See the runbook."}),
    "migrated_from": {"id": "S1", "type": "service_event_rules"},
}
ENRICHING = {
    "type": "event_enrichment",
    "parent": ref("E1", "event_enrichment"),
    "sets": [{"id": "start", "rules": [{"actions": {"enrichments": [{"target": "event.class"}]}}]}],
}
RUN = {
    "id": "X1",
    "type": "invocation",
    "action_id": "A1",
    "state": "completed",
    "timing": [{"creation_timestamp": "2024-05-30T08:00:05.018949Z", "state": "created"}],
}
SUGGESTION = {
    "recommendation_id": "5ca1ab1e",
    "actions": {"suppress": True},
    "metrics": {"recall": 0.5},
    "parent": ref("S1", "service"),
}

SHEETS = [
    Sheet(
        "rulesets",
        "/rulesets",
        CLASSIC,
        RULESETS["/rulesets"],
        [{"id": "R1", "name": "Ops"}],
    ),
    Sheet(
        "ruleset_rules",
        "/rulesets/R1/rules",
        CLASSIC,
        {"rules": [RULE], **LAST_PAGE},
        [{**RULE, "ruleset_id": "R1"}],
        RULESETS,
    ),
    Sheet(
        "event_orchestrations",
        "/event_orchestrations",
        {**OFFSET, "sort_by": "created_at:asc"},
        ORCHESTRATIONS["/event_orchestrations"],
        [{"id": "O1", "name": "Shop", "routes": 2}],
    ),
    Sheet(
        "event_orchestration_integrations",
        "/event_orchestrations/O1/integrations",
        {},
        {"integrations": [{"id": "I1", "label": "Mail"}, {"id": "I2"}], "total": 2},
        [
            {"id": "I1", "label": "Mail", "orchestration_id": "O1"},
            {"id": "I2", "orchestration_id": "O1"},
        ],
        ORCHESTRATIONS,
    ),
    Sheet(
        "event_orchestration_cache_variables",
        "/event_orchestrations/O1/cache_variables",
        {},
        {"cache_variables": [CACHED], "total": 1},
        [{**CACHED, "orchestration_id": "O1"}],
        ORCHESTRATIONS,
    ),
    Sheet(
        "event_orchestration_enablements",
        "/event_orchestrations/O1/enablements",
        {},
        {"enablements": [{"feature": "aiops", "enabled": True}]},
        [{"orchestration_id": "O1", "feature": "aiops", "enabled": True}],
        ORCHESTRATIONS,
    ),
    Sheet(
        "event_orchestration_routers",
        "/event_orchestrations/O1/router",
        {},
        {"orchestration_path": ROUTER},
        [{**ROUTER, "orchestration_id": "O1"}],
        ORCHESTRATIONS,
    ),
    Sheet(
        "event_orchestration_global_paths",
        "/event_orchestrations/O1/global",
        {},
        {"orchestration_path": GLOBAL},
        [{**GLOBAL, "orchestration_id": "O1"}],
        ORCHESTRATIONS,
    ),
    Sheet(
        "event_orchestration_unrouted_paths",
        "/event_orchestrations/O1/unrouted",
        {},
        {"orchestration_path": UNROUTED},
        [{**UNROUTED, "orchestration_id": "O1"}],
        ORCHESTRATIONS,
    ),
    Sheet(
        "service_event_orchestrations",
        "/event_orchestrations/services/S1",
        {"include[]": ["migrated_metadata"]},
        {"orchestration_path": OF_SERVICE},
        [{**OF_SERVICE, "service_id": "S1"}],
        SERVICES,
    ),
    Sheet(
        "service_event_orchestration_statuses",
        "/event_orchestrations/services/S1/active",
        {},
        {"active": True},
        [{"service_id": "S1", "active": True}],
        SERVICES,
    ),
    Sheet(
        "recommended_orchestration_rules",
        "/recommendations/event_orchestrations/rules",
        {"limit": "50"},
        {"recommended_rules": [SUGGESTION], "next_cursor": None},
        [SUGGESTION],
    ),
    Sheet(
        "event_enrichments",
        "/enrichment/event_enrichments",
        {**OFFSET, "include[]": ["privileges"]},
        ENRICHMENTS["/enrichment/event_enrichments"],
        [{"id": "E1", "is_default": True}],
    ),
    Sheet(
        "event_enrichment_associations",
        "/enrichment/event_enrichments/E1/associations",
        OFFSET,
        {
            "associations": [ref("S1", "service"), ref("O1", "event_orchestration")],
            **LAST_PAGE,
        },
        [
            {**ref("S1", "service"), "event_enrichment_id": "E1"},
            {**ref("O1", "event_orchestration"), "event_enrichment_id": "E1"},
        ],
        ENRICHMENTS,
    ),
    Sheet(
        "event_enrichment_rules",
        "/enrichment/event_enrichments/E1/rules",
        {},
        {"orchestration_path": ENRICHING},
        [{**ENRICHING, "event_enrichment_id": "E1"}],
        ENRICHMENTS,
    ),
    Sheet(
        "enrichment_schemas",
        "/enrichment/schemas",
        {},
        SCHEMAS["/enrichment/schemas"],
        [{"id": "T1", "name": "Owners"}],
    ),
    Sheet(
        "enrichment_records",
        "/enrichment/schemas/T1/records",
        CURSOR,
        {
            "schema_id": "T1",
            "records": [{"record_id": "c0ffee", "enrichment_data": {"App": "Shop"}}],
            "next_cursor": None,
        },
        [{"schema_id": "T1", "record_id": "c0ffee", "enrichment_data": {"App": "Shop"}}],
        SCHEMAS,
    ),
    Sheet(
        "servicenow_enrichment_integrations",
        "/enrichment/integrations/servicenow",
        {},
        {"integrations": [{"id": "W1", "cmdb_tables": [{"id": "C1", "status": "active"}]}]},
        [{"id": "W1", "cmdb_tables": [{"id": "C1", "status": "active"}]}],
    ),
    Sheet(
        "automation_actions",
        "/automation_actions/actions",
        CURSOR,
        ACTIONS["/automation_actions/actions"],
        [{"id": "A1", "type": "action", "action_type": "script"}],
    ),
    Sheet(
        "automation_action_services",
        "/automation_actions/actions/A1/services",
        {},
        {"services": [ref("S1", "service"), ref("S2", "service")]},
        [{**ref(own, "service"), "action_id": "A1"} for own in ("S1", "S2")],
        ACTIONS,
    ),
    Sheet(
        "automation_action_teams",
        "/automation_actions/actions/A1/teams",
        {},
        {"teams": [ref("T1", "team")]},
        [{**ref("T1", "team"), "action_id": "A1"}],
        ACTIONS,
    ),
    Sheet(
        "automation_action_invocations",
        "/automation_actions/invocations",
        {"action_id": "A1"},
        {"invocations": [RUN]},
        [RUN],
        ACTIONS,
    ),
    Sheet(
        "automation_action_runners",
        "/automation_actions/runners",
        {**CURSOR, "include[]": ["associated_actions"]},
        RUNNERS["/automation_actions/runners"],
        [{"id": "N1", "type": "runner", "runner_type": "sidecar"}],
    ),
    Sheet(
        "automation_action_runner_teams",
        "/automation_actions/runners/N1/teams",
        {},
        {"teams": [ref("T1", "team")]},
        [{**ref("T1", "team"), "runner_id": "N1"}],
        RUNNERS,
    ),
    Sheet(
        "workflow_integrations",
        "/workflows/integrations",
        {**CURSOR, "include_deprecated": "true"},
        {"integrations": [{"id": "http-api", "is_deprecated": False}], **LAST_CURSOR},
        [{"id": "http-api", "is_deprecated": False}],
    ),
    Sheet(
        "workflow_integration_connections",
        "/workflows/integrations/connections",
        CURSOR,
        {
            "connections": [{"id": "K1", "created_at": "2024-05-30T10:00:00.1+00:00"}],
            **LAST_CURSOR,
        },
        [{"id": "K1", "created_at": "2024-05-30T10:00:00.100000Z"}],
    ),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stream)
def test_a_stream_asks_for_its_records_and_emits_them(sheet, account, catalog, sync):
    for path, answer in {**sheet.parents, sheet.path: sheet.answer}.items():
        account.plan(path, {"json": answer})

    run = sync(sheet.stream)

    assert run.exit_code == 0
    assert run.records(sheet.stream) == sheet.records
    assert {m["stream"] for m in run.messages if m["type"] == "RECORD"} == {sheet.stream}
    [request] = account.asked(sheet.path)
    assert request.params == sheet.params
    assert not [name for name in request.headers if name.startswith("X-")]
    assert [len(account.asked(path)) for path in sheet.parents] == [1] * len(sheet.parents)
    key = _entry(catalog(sheet.stream), sheet.stream)["key_properties"]
    keys = [tuple(record[name] for name in key) for record in sheet.records]
    assert len(set(keys)) == len(keys)
    assert not any(None in parts for parts in keys)


def _entry(catalog, stream):
    return next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == stream)


WEBHOOK = {
    "name": "Tell the chat",
    "headers": [{"key": "X-Token", "value": "hush-1"}],
    "parameters": [{"key": "channel", "value": "hush-2"}],
}
TOLD = {"name": "Tell the chat", "headers": [{"key": "X-Token"}]}
TOLD["parameters"] = [{"key": "channel"}]


def calling(webhook):
    actions = {"suppress": True, "automation_actions": [webhook]}
    return {
        "sets": [{"id": "start", "rules": [{"id": "f00", "actions": actions}]}],
        "catch_all": {"actions": {"automation_actions": [webhook]}},
    }


# Stream, its path, the answer around the record, the record as it comes and as it is.
SECRETS = [
    (
        "rulesets",
        "/rulesets",
        lambda record: {"rulesets": [record]},
        {"id": "R1"},
        {"id": "R1", "routing_keys": ["hush"]},
    ),
    (
        "event_orchestration_integrations",
        "/event_orchestrations/O1/integrations",
        lambda record: {"integrations": [record]},
        {"id": "I1", "parameters": {"type": "global"}, "orchestration_id": "O1"},
        {
            "id": "I1",
            "parameters": {"type": "global", "routing_key": "hush"},
            "orchestration_id": "O1",
        },
    ),
    (
        "event_orchestration_global_paths",
        "/event_orchestrations/O1/global",
        lambda record: {"orchestration_path": record},
        {**calling(TOLD), "orchestration_id": "O1"},
        {**calling(WEBHOOK), "orchestration_id": "O1"},
    ),
    (
        "service_event_orchestrations",
        "/event_orchestrations/services/S1",
        lambda record: {"orchestration_path": record},
        {**calling(TOLD), "service_id": "S1"},
        {**calling(WEBHOOK), "service_id": "S1"},
    ),
    (
        "workflow_integration_connections",
        "/workflows/integrations/connections",
        lambda record: {"connections": [record]},
        {"id": "K1", "name": "Chat"},
        {"id": "K1", "name": "Chat", "configuration": {"Key": "hush"}, "secrets": {"a": "hush"}},
    ),
    (
        "servicenow_enrichment_integrations",
        "/enrichment/integrations/servicenow",
        lambda record: {"integrations": [record]},
        {"id": "W1", "credentials": {"id": "C1"}},
        {"id": "W1", "credentials": {"id": "C1", "user": "hush-me", "password": "hush"}},
    ),
]


@pytest.fixture(params=SECRETS, ids=lambda case: case[0])
def secret(request, account):
    stream, path, answer, plain, whole = request.param
    for parent, parents in {**ORCHESTRATIONS, **SERVICES}.items():
        account.plan(parent, {"json": parents})
    account.plan(path, {"json": answer(whole)})
    return stream, plain, whole


def test_secrets_are_left_out(secret, sync):
    stream, plain, _ = secret

    run = sync(stream)

    assert run.records(stream) == [plain]
    assert "hush" not in run.stdout + run.log


def test_secrets_come_where_the_user_wants_them(secret, sync):
    stream, _, whole = secret

    assert sync(stream, include_secrets=True).records(stream) == [whole]


def test_lists_that_are_not_counted_are_read_page_after_page(account, sync):
    pages = [[f"O{n}" for n in range(start, stop)] for start, stop in ((0, 100), (99, 120))]
    path = "/event_orchestrations"
    account.plan(
        path,
        {"json": {"orchestrations": [{"id": own} for own in pages[0]], "more": True}},
        {"json": {"orchestrations": [{"id": own} for own in pages[1]], "more": False}},
    )

    run = sync("event_orchestrations")

    assert run.ids("event_orchestrations") == [f"O{n}" for n in range(120)]
    assert [request.params["offset"] for request in account.asked(path)] == ["0", "99"]
    assert not any("total" in request.params for request in account.asked(path))


def test_suggestions_go_on_behind_a_page(account, sync):
    path = "/recommendations/event_orchestrations/rules"
    account.plan(
        path,
        {"json": {"recommended_rules": [{"recommendation_id": "a"}], "next_cursor": "c2"}},
        {"json": {"recommended_rules": [{"recommendation_id": "b"}], "next_cursor": None}},
    )

    run = sync("recommended_orchestration_rules")

    found = run.records("recommended_orchestration_rules")
    assert [record["recommendation_id"] for record in found] == ["a", "b"]
    assert [request.params for request in account.asked(path)] == [
        {"limit": "50"},
        {"limit": "50", "cursor": "c2"},
    ]


def test_runs_are_asked_for_by_action_and_older_ones_stay_in_the_target(account, sync):
    own = ("A1", "A2")
    actions = {"actions": [{"id": each} for each in own], **LAST_CURSOR}
    account.plan("/automation_actions/actions", {"json": actions})
    path = "/automation_actions/invocations"
    runs = {"A1": 25, "A2": 24}
    found = {
        each: [{"id": f"{each}-{n}", "action_id": each} for n in range(runs[each])] for each in own
    }
    account.plan(path, *({"json": {"invocations": found[each]}} for each in own))

    run = sync("automation_actions", "automation_action_invocations", max_concurrency=1)

    assert [request.params for request in account.asked(path)] == [
        {"action_id": "A1"},
        {"action_id": "A2"},
    ]
    assert run.records("automation_action_invocations") == found["A1"] + found["A2"]
    versioned = [m["stream"] for m in run.messages if m["type"] == "ACTIVATE_VERSION"]
    assert versioned == ["automation_actions"]
    [line] = run.lines("WARNING")
    assert "ends after 25 records" in line


def test_a_service_without_an_orchestration_has_none(account, sync):
    account.lists["services"] = [{"id": "S1"}, {"id": "S2"}]
    missing = {"status": 404, "json": {"error": {"message": "Not Found", "code": 2100}}}
    account.plan("/event_orchestrations/services/S1", missing)
    account.plan(
        "/event_orchestrations/services/S2", {"json": {"orchestration_path": {"version": "v1"}}}
    )

    run = sync("service_event_orchestrations")

    assert run.exit_code == 0
    assert run.records("service_event_orchestrations") == [{"service_id": "S2", "version": "v1"}]


def test_what_needs_an_add_on_names_it_where_no_scope_is_documented(account, sync):
    refusal = {"status": 402, "json": {"error": {"message": "Account lacks it", "code": 2014}}}
    account.plan("/automation_actions/actions", refusal)

    run = sync("automation_actions")

    assert run.exit_code == 0
    [line] = [line for line in run.log.splitlines() if "Skipped" in line]
    assert line.endswith("it requires the Automation Actions add-on")


def test_only_what_costs_list_requests_is_selected_by_default(discovered):
    chosen = {
        stream["tap_stream_id"]
        for stream in json.loads(discovered)["streams"]
        for found in stream["metadata"]
        if not found["breadcrumb"] and found["metadata"].get("selected-by-default")
    }
    assert chosen & {sheet.stream for sheet in SHEETS} == {"event_orchestrations"}
