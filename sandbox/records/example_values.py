"""What a string, a number or a free-form object may be, by the name of its property."""

# ruff: noqa: E501, RUF001 - a table, and dashes and such are what is wanted here

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.configuration import API
from sandbox.values.example_text import slug
from sandbox.values.ids import short_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.records.record_context import RecordContext
    from sandbox.values.json_types import Json

    Maker = Callable[[RecordContext], Any]

_ACCOUNT = "PACCT01"
_HOSTS = ("web-01", "db-eu-2", "edge-lhr", "batch.int")


def _hex(context: RecordContext, length: int) -> str:
    return f"{context.random.bits():012x}{context.random.bits():012x}{context.random.bits():012x}"[
        :length
    ]


def _url(path: str) -> Maker:
    return lambda context: f"https://example.com/{path}/{context.own}"


def _of(kind: str) -> Maker:
    return lambda context: context.seeded.some_id(kind, context.random)


def _text(context: RecordContext) -> str:
    return context.random.pick(context.seeded.texts.texts)


def _title(context: RecordContext) -> str:
    return context.title


def _part_id(context: RecordContext) -> str:
    return short_id(context.random.bits())


def _action_id(context: RecordContext) -> str:
    """Return the id of an action of the kind that the record is about."""
    workflows = context.path.startswith("/incident_workflows")
    kind = "/incident_workflows/actions" if workflows else "/automation_actions/actions"
    return context.seeded.some_id(kind, context.random)


def _token(context: RecordContext) -> str:
    return _hex(context, 32)


STRINGS: dict[str, Maker] = {
    **dict.fromkeys(("name", "title", "label", "summary", "display_name"), _title),
    **dict.fromkeys(
        ("description", "message", "content", "text", "email_body", "health_message", "icon_svg"),
        _text,
    ),
    **dict.fromkeys(
        ("routing_key", "routing_keys", "secret", "password", "truncated_token", "client_id"), _token
    ),
    **dict.fromkeys(("app_id", "connection_type_id", "external_id", "feature_id"), _part_id),
    **dict.fromkeys(("process_automation_job_id", "request_id"), _token),
    "account_id": lambda _: _ACCOUNT,
    "user_id": _of("users"),
    "created_by_user_id": _of("users"),
    "team_id": _of("teams"),
    "service_id": _of("services"),
    "incident_id": _of("incidents"),
    "priority": _of("priorities"),
    "integration_id": lambda context: context.ids[0] if context.ids else "",
    "runner": _of("/automation_actions/runners"),
    "runner_id": _of("/automation_actions/runners"),
    "action_id": _action_id,
    "incident_type": lambda context: context.ids[0] if context.ids else "",
    "incident_types": _of("/incidents/types"),
    "recommendation_id": lambda context: context.own,
    "id": _part_id,
    "self": lambda context: f"{API}{context.address}/{context.own}",
    "html_url": lambda context: context.seeded.account.configuration.web(f"x{context.address}/{context.own}"),
    "url": _url("hook"),
    "endpoint_url": _url("endpoint"),
    "service_url": _url("service"),
    "token_url": _url("oauth/token"),
    "data_endpoint": _url("cache"),
    "trigger_url": _url("trigger"),
    "icon_url": _url("icon.png"),
    "logo_url": _url("logo.png"),
    "guide_url": _url("guide"),
    "http_cal_url": _url("cal"),
    "web_cal_url": lambda context: f"webcal://example.com/{context.own}",
    "instance_endpoint": lambda context: f"https://{context.own.lower()}.service-now.example.com",
    "runbook_base_uri": lambda context: f"runbook-{context.own.lower()}",
    "src": _url("frame"),
    "href": _url("link"),
    "alt": lambda _: "A picture: ☕",
    "email": lambda context: f"{context.own.lower()}@example.com",
    "contact": lambda context: f"{context.own.lower()}@example.com",
    "user": lambda context: f"svc-{context.own.lower()}",
    "url_slug": lambda context: f"{slug(context.title)}-{context.number}",
    "key": lambda context: f"{slug(context.title)}_{context.number}",
    "keyword": lambda context: f"incident.field_{context.number}",
    "time_zone": lambda context: context.random.pick(("Etc/UTC", "Europe/Berlin", "America/Lima")),
    "timezone": lambda context: context.random.pick(("Etc/UTC", "Europe/Berlin")),
    "cidr": lambda context: f"10.{context.random.below(256)}.{context.random.below(256)}.0/24",
    "remote_address": lambda context: f"198.51.100.{context.random.below(256)}",
    "source": lambda context: context.random.pick(_HOSTS),
    "path": lambda context: f"event.custom_details.{context.random.pick(('host', 'Größe', 'code'))}",
    "target": lambda _: "event.summary",
    "template": lambda context: f"{{{{{context.random.pick(_HOSTS)}}}}} is down",
    "regex": lambda context: context.random.pick((".*", "^(web|db)-\\d+$", "(?i)größe|taille")),
    "expression": lambda context: f"event.source matches '{context.random.pick(_HOSTS)}'",
    "pcl_expr": lambda context: f"event.source matches '{context.random.pick(_HOSTS)}'",
    "condition": lambda context: f"incident.priority matches 'P{context.random.below(5) + 1}'",
    "scope": lambda _: "openid incidents.read users.read",
    "scopes": lambda context: context.random.pick(("chat:write", "read", "channels:manage")),
    "tags": lambda context: context.random.pick(context.seeded.texts.tags),
    "search_keywords": lambda context: context.random.pick(context.seeded.texts.tags),
    "fields": lambda context: context.random.pick(("source", "summary", "custom_details.host")),
    "iag_fields": lambda _: "summary",
    "recurrence": lambda context: context.random.pick(
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,TU", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;INTERVAL=2")
    ),
    "domain_name": lambda _: "pagerduty.com",
    "package_name": lambda context: context.random.pick(("logic", "chat", "größe")),
    "function_name": lambda context: slug(context.title),
    "parameter_type": lambda context: context.random.pick(("text", "integer", "json")),
    "default_value": lambda context: context.random.pick(("", "0", "EU – north")),
    "feature": lambda context: ("aiops", "enhanced_triage", "größe", "auto_pause")[context.number % 4],
    "version": _token,
    "query_filter": lambda _: "active=true^operational_status=1",
    "ci_table_name": lambda context: context.random.pick(("cmdb_ci", "cmdb_ci_service")),
    "script": lambda _: "#!/bin/sh\nprintf '%s\\n' \"$1\" | grep -v '^$'",
    "invocation_command": lambda _: "/usr/local/bin/restart",
    "process_automation_job_arguments": lambda _: '-service "Größe" -force',
    "trigger_type_name": lambda context: context.random.pick(("Manual", "Conditional")),
}  # fmt: skip

_HOUR = 3600
NUMBERS: dict[str, Maker] = {
    "position": lambda context: context.number,
    "sequence_number": lambda context: context.number + 1,
    "order": lambda context: context.random.pick((0, 1_000_000, 2_000_000)),
    "account_id": lambda _: 4711,
    "version": lambda context: context.random.pick((1, 2.5, 10)),
    "recall": lambda context: context.random.below(1001) / 1000,
    "precision_metric": lambda context: context.random.below(1001) / 1000,
    "weekdays": lambda context: context.random.below(7) + 1,
    "value": lambda context: context.random.below(3) * 60,
    "update_frequency_ms": lambda context: context.random.pick((300_000, 1_800_000)),
    "absolute_session_ttl": lambda context: context.random.pick((24, 720)) * _HOUR,
    "idle_session_ttl": lambda context: context.random.pick((1, 8)) * _HOUR,
    "notify_advance_in_minutes": lambda context: context.random.pick((0, 60, 1440)),
    "start_time": lambda context: 1_700_000_000_000 + context.random.bits() % 10**9,
    "end_time": lambda context: 1_800_000_000_000 + context.random.bits() % 10**9,
    "time_window": lambda context: context.random.pick((300, 3600)),
}


def _config(context: RecordContext) -> Json:
    return {
        "access_token": _hex(context, 24),
        "notify_types": {"resolve": True, "acknowledge": False, "assignments": None},
        "restrict": context.random.pick(("any", "pd-users")),
        "channel": "#größe",
    }


def _details(context: RecordContext) -> Json:
    return context.random.pick(
        (
            {"host": context.random.pick(_HOSTS), "load": [0.5, 1, 2e-7], "ok": None},
            {},
            {"Größe": {"α": {"β": [{"γ": True}, [], "x"]}}, "": "empty name"},
            {"build": 4711, "url": "https://example.com/b/4711", "tags": ["a", "ü"]},
            {"text": 'quote " backslash \\ newline \n', "big": 9_007_199_254_740_993},
        )
    )


def _schema(context: RecordContext) -> Json:
    del context
    properties = {"url": {"type": "string"}, "retries": {"type": "integer", "default": 3}}
    return {"$schema": "https://json-schema.org/draft-07/schema#", "properties": properties}


OBJECTS: dict[str, Maker] = {
    "config": _config,
    "configuration": lambda context: {"url": f"https://{context.random.pick(_HOSTS)}.example.com"},
    "secrets": lambda context: {"api_token": _hex(context, 24), "password": _hex(context, 12)},
    "configuration_schema": _schema,
    "secrets_schema": _schema,
    "actions": lambda context: context.random.pick(
        (
            {"route_to": context.seeded.some_id("services", context.random)},
            {"severity": "warning", "annotate": "Größe", "variables": [{"name": "host", "path": "x"}]},
            {},
        )
    ),
    "value": lambda context: context.random.pick(("text", 4711, True, None, ["a", "ü"])),
}  # fmt: skip


def example_string(context: RecordContext, name: str) -> str:
    """Make a string."""
    maker = STRINGS.get(name)
    return (
        str(maker(context))
        if maker
        else f"{name} {context.random.pick(context.seeded.texts.things)}"
    )


def example_number(context: RecordContext, name: str) -> Json:
    """Make a whole number, or whatever number the name asks for."""
    maker = NUMBERS.get(name)
    return maker(context) if maker else context.random.below(1000)


def example_object(context: RecordContext, name: str) -> Json:
    """Make a free-form value."""
    return OBJECTS.get(name, _details)(context)
