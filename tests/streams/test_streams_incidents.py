"""Each stream around incidents, changes and analytics: what is asked, what comes of the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest

CLASSIC = {"limit": "100", "offset": "0", "total": "true"}
UNCOUNTED = {"limit": "100", "offset": "0"}
LAST_PAGE = {"more": False, "limit": 100, "offset": 0, "total": None}
UTC = {"time_zone": "Etc/UTC"}
# The account's time, see conftest.
NOW = "2024-06-01T12:00:00Z"
# The incident whose children are read, and the incident of the analytics.
I1 = "/incidents/I1"
RAW = "/analytics/raw/incidents"


def ref(own, kind):
    return {"id": own, "type": f"{kind}_reference"}


def get(**params):
    return ("GET", params, None)


def post(since="", until="", names="created_at", **body):
    """Return a POST, with the range of its filters and what else is in the body."""
    if since:
        body["filters"] = {f"{names}_start": f"{since}Z", f"{names}_end": f"{until}Z"}
    return ("POST", {}, {**UTC, **body})


@dataclass
class Sheet:
    """One stream: the requests for its path, an answer to each, and the records."""

    stream: str
    path: str
    requests: list
    answers: list
    records: list
    start: str = "2024-05-01T00:00:00Z"
    # What the lists hold whose children are read, and answers on the way there.
    parents: dict = field(default_factory=dict)
    between: dict = field(default_factory=dict)


def of_incident(stream, path, params, answer, *records):
    """Return the sheet of a child of incidents: each of its records has its `incident_id`."""
    found = [{**record, "incident_id": "I1"} for record in records]
    return Sheet(stream, f"{I1}/{path}", [get(**params)], [answer], found)


def daily(stream, path, *rows):
    """Return the sheet of metrics by day; ROWS as they come, and as they are emitted."""
    asked = post("2024-05-01T00:00:00", "2024-06-01T12:00:00", aggregate_unit="day")
    answer = {"data": [row for row, _ in rows], "aggregate_unit": "day", **UTC}
    return Sheet(stream, f"/analytics/metrics/{path}", [asked], [answer], [row for _, row in rows])


def monthly(stream, path, names, *rows):
    """Return the sheet of metrics by month; each month's answer has the same ROWS."""
    ends = ["2024-05-01T00:00:00", "2024-06-01T00:00:00", "2024-06-01T12:00:00"]
    ranges = list(pairwise(ends))
    records = [
        {**row, **made(since), "range_start": f"{since}Z", "range_end": f"{until}Z"}
        for since, until in ranges
        for row, made in rows
    ]
    requests = [post(since, until, names) for since, until in ranges]
    answers = [{"data": [row for row, _ in rows], **UTC} for _ in ranges]
    # It begins with the whole month.
    path = f"/analytics/metrics/{path}"
    return Sheet(stream, path, requests, answers, records, start="2024-05-17T08:30:00Z")


def paused_day(since, until, **numbers):
    return {"since": f"2024-{since}Z", "until": f"2024-{until}Z", **numbers}


ALERT = {
    "id": "A1",
    "type": "alert",
    "status": "resolved",
    "body": {"type": "alert_body", "details": "disk full", "contexts": [{"type": "link"}]},
}
NOTE = {"id": "N1", "content": "On it.", "user": ref("U1", "bot_user")}
FIELD = {"id": "F1", "name": "env", "field_type": "multi_value", "data_type": "string"}
VALUE = {**FIELD, "type": "field_value", "value": ["prod", "staging"]}
CHANGE = {"id": "01C", "type": "change_event", "services": [ref("S1", "service")]}
CAUSE = {**CHANGE, "correlation_reason": {"reason": "most_recent"}}
RELATED = {
    "incident": {"id": "I7", "title": "Slow"},
    "relationships": [{"type": "service_dependency", "metadata": {"dependent_services": {}}}],
}
PAST = {"incident": {"id": "I8", "title": "Slow"}, "score": 46.8}
SUBSCRIBER = {"subscriber_id": "X1", "has_indirect_subscription": True}
IMPACT = {"id": "B1", "name": "Sales", "type": "business_service", "status": "impacted"}
OUTLIER = {
    "incident": {"id": "I1", "occurrence": {"count": 2, "category": "rare"}},
    "incident_template": {"id": "T1", "mined_text": "Disk of <*> full"},
}
TYPE = {"id": "Y1", "type": "incident_type", "name": "security", "enabled": False}
OPTION = {"id": "O1", "data": {"data_type": "string", "value": "prod"}}
TYPE_FIELD = {**FIELD, "type": "field", "default_value": "prod", "field_options": [OPTION]}
WORKFLOW = {"id": "W1", "steps": [{"id": "P1", "action_configuration": {"action_id": "act"}}]}
ACTION = {"id": "acme:chat:send:1", "version": 1, "inputs": [{"name": "Text", "type": "text"}]}
TRIGGER = {"id": "4ad6", "trigger_type": "manual", "workflow": {"id": "W1", "name": "Major"}}
TIMES = [("05-30T00:00:00", "05-31T00:00:00"), ("05-31T00:00:00", "06-01T00:00:00")]
TIMES += [("06-01T00:00:00", "06-01T12:00:00")]
RESPONSE = {"responder_id": "U1", "responder_type": "assigned", "response_status": "joined"}
PART = {"incident_id": "I1", "responder_id": "U1", "total_off_hour_interruptions": 0}
BY_CREATION = {"order": "asc", "order_by": "created_at", "limit": 1000}
FIRST_OF_MAY = {"range_start": "2024-05-01T00:00:00", "total_incident_count": 3}
FROM_MAY = {"range_start": "2024-05-01T00:00:00Z", "total_incident_count": 3}
USER_COUNT = {"total_user_count": 9, "total_signed_up_percentage": 66.7}

SHEETS = [
    of_incident(
        "incident_alerts",
        "alerts",
        {**CLASSIC, "sort_by": "created_at:asc"},
        {"alerts": [{**ALERT, "created_at": "2024-05-30T10:00:00+02:00"}], **LAST_PAGE},
        {**ALERT, "created_at": "2024-05-30T08:00:00Z"},
    ),
    of_incident(
        "incident_notes",
        "notes",
        {},
        {"notes": [{**NOTE, "updated_at": "2024-05-30T10:00:00-05:00"}]},
        {**NOTE, "updated_at": "2024-05-30T15:00:00Z"},
    ),
    of_incident(
        "incident_custom_field_values",
        "custom_fields/values",
        {},
        {"custom_fields": [VALUE]},
        {**VALUE, "value": '["prod","staging"]'},
    ),
    of_incident(
        "incident_subscribers",
        "status_updates/subscribers",
        UNCOUNTED,
        {
            "subscribers": [
                {**SUBSCRIBER, "subscriber_type": "user"},
                {**SUBSCRIBER, "subscriber_type": "team"},
            ],
            **LAST_PAGE,
        },
        {**SUBSCRIBER, "subscriber_type": "user"},
        {**SUBSCRIBER, "subscriber_type": "team"},
    ),
    of_incident(
        "incident_business_service_impacts",
        "business_services/impacts",
        {"limit": "100"},
        {"services": [IMPACT], "limit": 100, "next_cursor": None},
        IMPACT,
    ),
    of_incident(
        "incident_related_change_events",
        "related_change_events",
        {"limit": "100"},
        {"change_events": [{**CAUSE, "routing_key": "hush"}], "more": False},
        CAUSE,
    ),
    of_incident(
        "incident_related_incidents",
        "related_incidents",
        {},
        {"related_incidents": [RELATED]},
        {**RELATED, "related_incident_id": "I7"},
    ),
    of_incident(
        "incident_past_incidents",
        "past_incidents",
        {"limit": "999"},
        {"past_incidents": [PAST], "total": None, "limit": 999},
        {**PAST, "past_incident_id": "I8"},
    ),
    of_incident(
        "incident_outliers",
        "outlier_incident",
        {},
        {"outlier_incident": OUTLIER},
        OUTLIER,
    ),
    Sheet(
        "incident_types",
        "/incidents/types",
        [get(filter="all")],
        [{"incident_types": [TYPE]}],
        [TYPE],
    ),
    Sheet(
        "incident_type_custom_fields",
        "/incidents/types/Y1/custom_fields",
        [get(**{"include[]": ["field_options"]})],
        [{"fields": [TYPE_FIELD]}],
        [{**TYPE_FIELD, "incident_type_id": "Y1"}],
        between={"/incidents/types": {"incident_types": [TYPE]}},
    ),
    Sheet(
        "incident_workflows",
        "/incident_workflows",
        [get(**CLASSIC, **{"include[]": ["steps"]})],
        [{"incident_workflows": [WORKFLOW], **LAST_PAGE}],
        [WORKFLOW],
    ),
    Sheet(
        "incident_workflow_actions",
        "/incident_workflows/actions",
        [get(limit="100"), get(limit="100", cursor="n2")],
        [
            {"actions": [ACTION], "next_cursor": "n2", "more": True},
            {"actions": [{**ACTION, "id": "acme:chat:send:2"}], "next_cursor": "", "more": False},
        ],
        [ACTION, {**ACTION, "id": "acme:chat:send:2"}],
    ),
    Sheet(
        "incident_workflow_triggers",
        "/incident_workflows/triggers",
        [get(limit="100")],
        [{"triggers": [TRIGGER], "next_cursor": None, "more": False}],
        [{**TRIGGER, "workflow_id": "W1"}],
    ),
    Sheet(
        "paused_incident_alerts",
        "/paused_incident_reports/alerts",
        [get(since=f"2024-{since}Z", until=f"2024-{until}Z") for since, until in TIMES],
        # Under either name: the API's documentation has both.
        [
            {"paused_incident_reporting_alerts": {"since": "?", "resolved_after_pause_alerts": []}},
            {"paused_incident_reporting_counts": {"triggered_after_pause_alerts": [{"id": "A1"}]}},
            {"paused_incident_reporting_alerts": {}},
        ],
        [
            paused_day(*TIMES[0], resolved_after_pause_alerts=[]),
            paused_day(*TIMES[1], triggered_after_pause_alerts=[{"id": "A1"}]),
            paused_day(*TIMES[2]),
        ],
        start="2024-05-30T15:00:00Z",
    ),
    Sheet(
        "paused_incident_counts",
        "/paused_incident_reports/counts",
        [get(since=f"2024-{since}Z", until=f"2024-{until}Z") for since, until in TIMES],
        [{"paused_incident_reporting_counts": {"paused_count": 5}} for _ in TIMES],
        [paused_day(*times, paused_count=5) for times in TIMES],
        start="2024-05-30T15:00:00Z",
    ),
    Sheet(
        "change_events",
        "/change_events",
        [get(since="2024-05-01T00:00:00Z", until=NOW, **CLASSIC)],
        [{"change_events": [{**CHANGE, "routing_key": "hush"}], "more": False}],
        [CHANGE],
    ),
    Sheet(
        "audit_records",
        "/audit/records",
        [
            get(since="2024-05-01T00:00:00Z", until="2024-06-01T00:00:00Z", limit="100"),
            get(
                since="2024-05-01T00:00:00Z",
                until="2024-06-01T00:00:00Z",
                limit="100",
                cursor="c2",
            ),
            get(since="2024-06-01T00:00:00Z", until=NOW, limit="100"),
        ],
        [
            {"records": [{"id": "D2", "action": "update"}], "next_cursor": "c2"},
            {"records": [{"id": "D1", "action": "create"}], "next_cursor": None},
            {"records": [{"id": "D3", "action": "delete"}], "next_cursor": None},
        ],
        [
            {"id": "D2", "action": "update"},
            {"id": "D1", "action": "create"},
            {"id": "D3", "action": "delete"},
        ],
    ),
    Sheet(
        "analytics_incidents",
        RAW,
        [
            post("2024-05-01T00:00:00", "2024-06-01T12:00:00", **BY_CREATION),
            post("2024-05-01T00:00:00", "2024-06-01T12:00:00", **BY_CREATION, starting_after="x"),
        ],
        [
            {
                "data": [{"id": "I1", "created_at": "2024-05-02T10:00:00"}],
                "last": "x",
                "more": True,
            },
            {
                "data": [{"id": "I2", "created_at": "2024-05-03T10:00:00"}],
                "last": "y",
                "more": False,
            },
        ],
        [
            {"id": "I1", "created_at": "2024-05-02T10:00:00Z"},
            {"id": "I2", "created_at": "2024-05-03T10:00:00Z"},
        ],
    ),
    Sheet(
        "analytics_incident_responses",
        f"{RAW}/I1/responses",
        [("GET", {}, {**UTC, "order": "asc", "order_by": "requested_at", "limit": 1000})],
        [{"incident_id": "I1", "responses": [{**RESPONSE, "requested_at": "2024-05-02T10:00:00"}]}],
        [{**RESPONSE, "incident_id": "I1", "requested_at": "2024-05-02T10:00:00Z"}],
        between={RAW: {"data": [{"id": "I1", "created_at": "2024-05-02T10:00:00"}]}},
    ),
    Sheet(
        "analytics_responder_incidents",
        "/analytics/raw/responders/U1/incidents",
        # No more than a year at a time, and no further page behind a short one.
        [
            post(since, until, **{**BY_CREATION, "order_by": "incident_created_at"})
            for since, until in [
                ("2023-02-01T00:00:00", "2024-02-01T00:00:00"),
                ("2024-02-01T00:00:00", "2024-06-01T12:00:00"),
            ]
        ],
        [
            {"data": [PART], "last": "x"},
            {"data": [{**PART, "incident_id": "I2"}], "last": "y"},
        ],
        [PART, {**PART, "incident_id": "I2"}],
        start="2023-02-01T00:00:00Z",
        parents={"users": [{"id": "U1"}]},
    ),
    Sheet(
        "analytics_users",
        "/analytics/raw/users",
        [post(order="asc", order_by="user_id", limit=1000)],
        [{"data": [{"id": "U1", "created_at": "2024-05-01T10:00:00"}], "last": "x", "more": False}],
        [{"id": "U1", "created_at": "2024-05-01T10:00:00Z"}],
    ),
    daily("analytics_incident_metrics", "incidents/all", (FIRST_OF_MAY, FROM_MAY)),
    daily(
        "analytics_service_metrics",
        "incidents/services",
        ({**FIRST_OF_MAY, "service_id": "S1"}, {**FROM_MAY, "service_id": "S1"}),
        ({**FIRST_OF_MAY, "service_id": "S2"}, {**FROM_MAY, "service_id": "S2"}),
    ),
    daily(
        "analytics_team_metrics",
        "incidents/teams",
        (
            {**FIRST_OF_MAY, "team_id": "M1"},
            {**FROM_MAY, "team_id": "M1", "id": "M1:2024-05-01T00:00:00Z"},
        ),
        (
            {**FIRST_OF_MAY, "team_id": None},
            {**FROM_MAY, "team_id": None, "id": ":2024-05-01T00:00:00Z"},
        ),
    ),
    daily(
        "analytics_escalation_policy_metrics",
        "incidents/escalation_policies",
        (
            {**FIRST_OF_MAY, "escalation_policy_id": "E1"},
            {**FROM_MAY, "escalation_policy_id": "E1"},
        ),
    ),
    monthly(
        "analytics_responder_metrics",
        "responders/all",
        "date_range",
        ({"total_seconds_on_call": 60}, lambda since: {"id": f"::{since}Z"}),
    ),
    monthly(
        "analytics_responder_team_metrics",
        "responders/teams",
        "date_range",
        ({"responder_id": "U1", "team_id": "M1"}, lambda since: {"id": f"U1:M1:{since}Z"}),
        ({"responder_id": "U1", "team_id": None}, lambda since: {"id": f"U1::{since}Z"}),
    ),
    monthly(
        "analytics_pd_advance_usage",
        "pd_advance_usage/features",
        "created_at",
        ({"feature_id": "genai_assist_bot", "total_use_count": 4}, lambda _: {}),
        ({"feature_id": "genai_status_updates", "total_use_count": 4}, lambda _: {}),
    ),
    Sheet(
        "analytics_user_metrics",
        "/analytics/metrics/users/all",
        [post()],
        [{"data": [USER_COUNT], **UTC}],
        [{**USER_COUNT, "range_start": "2024-06-01T00:00:00Z", "range_end": NOW}],
    ),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stream)
def test_a_stream_asks_for_its_records_and_emits_them(sheet, account, catalog, sync):
    account.lists.update(sheet.parents)
    account.add_incident(1, "2024-05-30T08:00:00Z")
    for path, answer in sheet.between.items():
        account.plan(path, {"json": answer})
    account.plan(sheet.path, *({"json": answer} for answer in sheet.answers))

    # One request at a time, so that their order is known.
    run = sync(sheet.stream, start_date=sheet.start, max_concurrency=1)

    assert run.exit_code == 0
    assert run.records(sheet.stream) == sheet.records
    assert {m["stream"] for m in run.messages if m["type"] == "RECORD"} == {sheet.stream}
    assert requests_of(account, sheet.path) == sheet.requests
    key = entry(catalog(sheet.stream), sheet.stream)["key_properties"]
    keys = [tuple(record[name] for name in key) for record in sheet.records]
    assert len(set(keys)) == len(keys)
    assert not any(None in parts for parts in keys)


def requests_of(account, path):
    return [(r.method, r.params, r.body) for r in account.asked(path)]


def entry(catalog, stream):
    return next(found for found in catalog["streams"] if found["tap_stream_id"] == stream)


def test_only_what_costs_list_requests_is_selected_by_default(discovered):
    chosen = {
        stream["tap_stream_id"]
        for stream in json.loads(discovered)["streams"]
        for found in stream["metadata"]
        if not found["breadcrumb"] and found["metadata"].get("selected-by-default")
    }
    assert chosen & {sheet.stream for sheet in SHEETS} == {"change_events"}


STEP = {"name": "Post", "action_configuration": {"inputs": [{"name": "url", "value": "hush"}]}}
PLAIN_STEP = {"name": "Post", "action_configuration": {"inputs": [{"name": "url"}]}}


def around(*steps):
    """Return a step of which these STEPS are a part."""
    inline = {"name": "then", "value": {"steps": [*steps]}}
    return {"name": "If", "action_configuration": {"inline_steps_inputs": [inline]}}


SECRETS = [
    (
        "incident_workflows",
        {"incident_workflows": [{"id": "W1", "steps": [STEP, around(STEP)]}]},
        {"id": "W1", "steps": [PLAIN_STEP, around(PLAIN_STEP)]},
    ),
    (
        "change_events",
        {"change_events": [{**CHANGE, "routing_key": "hush"}]},
        CHANGE,
    ),
]


@pytest.mark.parametrize(("stream", "answer", "plain"), SECRETS)
def test_secrets_come_only_where_the_user_wants_them(stream, answer, plain, account, sync):
    account.plan(f"/{stream}", {"json": answer}, {"json": answer})

    run = sync(stream)

    assert run.records(stream) == [plain]
    assert "hush" not in run.stdout + run.log
    assert sync(stream, include_secrets=True).records(stream) == answer[stream]


def test_steps_within_steps_within_steps_are_left_out(account, sync):
    answer = {"incident_workflows": [{"id": "W1", "steps": [around(around(STEP))]}]}
    account.plan("/incident_workflows", {"json": answer})

    run = sync("incident_workflows")

    inner = {"name": "If", "action_configuration": {"inline_steps_inputs": [{"name": "then"}]}}
    assert run.records("incident_workflows") == [{"id": "W1", "steps": [around(inner)]}]


def raw(number, created_at):
    return {"id": f"I{number}", "created_at": created_at, "updated_at": "2024-05-20T00:00:00"}


def test_a_first_load_of_analytics_goes_on_behind_its_last_page(account, sync):
    pages = {"data": [raw(1, "2024-05-02T10:00:00"), raw(2, "2024-05-03T10:00:00")]}
    account.plan(RAW, {"json": {**pages, "last": "x", "more": True}}, {"status": 400})
    first = sync("analytics_incidents", max_concurrency=1)
    assert first.exit_code == 1
    account.requests.clear()
    account.now += timedelta(days=1)
    answers = [{"data": [raw(number, "2024-05-03T10:00:00")]} for number in (3, 1)]
    account.plan(RAW, *({"json": answer} for answer in answers))

    second = sync("analytics_incidents", state=first.state, max_concurrency=1)

    # What changed in the meantime is read as well, though the load began before that.
    assert requests_of(account, RAW) == [
        post("2024-05-03T10:00:00", "2024-06-01T12:00:00", **BY_CREATION),
        post(**BY_CREATION, filters={"updated_after": "2024-05-30T12:00:00Z"}),
    ]
    assert first.ids("analytics_incidents") + second.ids("analytics_incidents") == [
        *("I1", "I2"),
        *("I3", "I1"),
    ]
    assert second.state["bookmarks"]["analytics_incidents"] == {
        "loaded_since": "2024-05-01T00:00:00Z",
        "replication_key": "updated_at",
        "replication_key_value": "2024-06-02T12:00:00Z",
        "created_until": "2024-06-02T12:00:00Z",
    }


def test_later_runs_read_the_analytics_that_changed_and_those_that_came_late(account, sync):
    state = {"replication_key": "updated_at", "replication_key_value": "2024-05-31T12:00:00Z"}
    state["created_until"] = state["replication_key_value"]
    account.plan(RAW, {"json": {"data": [raw(1, "2022-01-01T00:00:00")], "more": False}})

    run = sync("analytics_incidents", state={"bookmarks": {"analytics_incidents": state}})

    assert requests_of(account, RAW) == [
        post(**BY_CREATION, filters={"updated_after": "2024-05-29T12:00:00Z"})
    ]
    assert run.ids("analytics_incidents") == ["I1"]
    assert run.state["bookmarks"]["analytics_incidents"]["replication_key_value"] == NOW


@pytest.mark.parametrize("bodies", [[{"more": True}, {"more": False}], [{}, {}]])
def test_analytics_are_paged_as_long_as_pages_are_full_or_more_is_promised(bodies, account, sync):
    account.lists["users"] = [{"id": "U1"}]
    full = [{**PART, "incident_id": f"I{number}"} for number in range(1000)]
    path = "/analytics/raw/responders/U1/incidents"
    pages = [(full, "x"), (full[:1], "y")]
    account.plan(
        path,
        *(
            {"json": {"data": data, "last": last, **body}}
            for (data, last), body in zip(pages, bodies, strict=True)
        ),
    )

    sync("analytics_responder_incidents")

    pages = [r.body.get("starting_after") for r in account.asked(path)]
    assert pages == [None, "x"]


@pytest.mark.parametrize(
    ("stream", "path", "since"),
    [
        ("analytics_service_metrics", "incidents/services", "2024-05-17T00:00:00Z"),
        ("analytics_pd_advance_usage", "pd_advance_usage/features", "2024-05-01T00:00:00Z"),
    ],
)
def test_metrics_of_whole_days_and_months_are_read_again(stream, path, since, account, sync):
    path = f"/analytics/metrics/{path}"
    account.plan(path, {"json": {"data": []}}, {"json": {"data": []}})
    state = {"replication_key": "range_start", "replication_key_value": "2024-05-31T17:45:00Z"}

    run = sync(
        stream,
        state={"bookmarks": {stream: state}},
        start_date="2024-01-01T00:00:00Z",
        max_concurrency=1,
    )

    assert account.asked(path)[0].body["filters"]["created_at_start"] == since
    assert run.state["bookmarks"][stream]["replication_key_value"] == NOW


def test_users_are_counted_once_a_day(account, sync):
    path = "/analytics/metrics/users/all"
    account.plan(path, *({"json": {"data": [{"total_user_count": n}]}} for n in (9, 10, 11)))

    first = sync("analytics_user_metrics")
    account.now += timedelta(hours=3)
    second = sync("analytics_user_metrics", state=first.state)
    account.now += timedelta(days=1)
    third = sync("analytics_user_metrics", state=second.state)

    records = [run.records("analytics_user_metrics")[0] for run in (first, second, third)]
    assert [(r["range_start"], r["total_user_count"]) for r in records] == [
        ("2024-06-01T00:00:00Z", 9),
        ("2024-06-01T00:00:00Z", 10),
        ("2024-06-02T00:00:00Z", 11),
    ]
    # No run tells the target to drop the rows of the earlier ones.
    assert not any(m["type"] == "ACTIVATE_VERSION" for m in third.messages)


@pytest.mark.parametrize(
    ("stream", "path", "earliest"),
    [
        ("audit_records", "/audit/records", "2023-06-02T12:00:00Z"),
        ("paused_incident_counts", "/paused_incident_reports/counts", "2023-12-04T00:00:00Z"),
    ],
)
def test_what_the_api_no_longer_has_is_not_asked_for(stream, path, earliest, account, sync):
    answer = {"records": [], "paused_incident_reporting_counts": {}}
    account.plan(path, *({"json": answer} for _ in range(200)))

    run = sync(stream, start_date="2019-01-01T00:00:00Z")

    assert run.exit_code == 0
    assert min(request.params["since"] for request in account.asked(path)) == earliest
