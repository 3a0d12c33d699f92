"""What a string, a number or a free-form object may be, by the name of its property."""

# ruff: noqa: E501, RUF001 - a table, and dashes and such are what is wanted here

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.dice import hash_of
from sandbox.directory import API
from sandbox.ids import DIGITS, short_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.making import Making

    Maker = Callable[[Making], Any]

Json: TypeAlias = Any

THINGS = (
    "Checkout",
    "Zahlungsverkehr",
    "Search",
    "Données client",
    "Mail relay",
    "Kubernetes",
    "Größenprüfung",
    "Feature flags",
    "データ連携",
    "Billing",
    "Login",
    "CDN “edge”",
    "Резервные копии",
    "Queue 🐇",
    "Metrics",
    "Mobile push",
    "Data lake",
)
KINDS = ("", " – EU", " (staging)", " v2", " & friends", " / nightly", "'s helper")
TEXTS = (
    "Looks after what nobody else looks after.",
    "First line\nSecond line\twith a tab",
    "Überwacht die Größe – täglich",
    'He said "it works here" \\o/',
    "監視対象の一覧",
    "",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor. " * 4,
    "🔥 <b>not html</b> & not an entity: &amp;",
)
TAGS = ("prod", "eu", "tier-1", "größe", "team:core", "beta")
_ACCOUNT = "PACCT01"
_HOSTS = ("web-01", "db-eu-2", "edge-lhr", "batch.int")


def title(number: int, salt: int) -> str:
    """Name the number-th record of a list: no two of a list have the same name."""
    thing = THINGS[(number + salt) % len(THINGS)]
    kind = KINDS[(number // len(THINGS) + salt) % len(KINDS)]
    round_number = number // (len(THINGS) * len(KINDS))
    return f"{thing}{kind}" + (f" {round_number + 1}" if round_number else "")


def slug(text: str) -> str:
    """Write a name so that it can stand in an address."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in text.lower())


def _hex(making: Making, length: int) -> str:
    return f"{making.dice.bits():012x}{making.dice.bits():012x}{making.dice.bits():012x}"[:length]


def _url(path: str) -> Maker:
    return lambda making: f"https://example.com/{path}/{making.own}"


def _of(kind: str) -> Maker:
    return lambda making: making.library.some_id(kind, making.dice)


def _text(making: Making) -> str:
    return making.dice.pick(TEXTS)


def _title(making: Making) -> str:
    return making.title


def _part_id(making: Making) -> str:
    return short_id(making.dice.bits())


def _action_id(making: Making) -> str:
    """Return the id of an action of the kind that the record is about."""
    workflows = making.path.startswith("/incident_workflows")
    kind = "/incident_workflows/actions" if workflows else "/automation_actions/actions"
    return making.library.some_id(kind, making.dice)


def _token(making: Making) -> str:
    return _hex(making, 32)


STRINGS: dict[str, Maker] = {
    **dict.fromkeys(("name", "title", "label", "summary", "display_name", "subscribable_name"), _title),
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
    "integration_id": lambda making: making.ids[0] if making.ids else "",
    "runner": _of("/automation_actions/runners"),
    "runner_id": _of("/automation_actions/runners"),
    "action_id": _action_id,
    "incident_type": lambda making: making.ids[0] if making.ids else "",
    "incident_types": _of("/incidents/types"),
    "recommendation_id": lambda making: making.own,
    "id": _part_id,
    "self": lambda making: f"{API}{making.address}/{making.own}",
    "html_url": lambda making: making.library.web(f"x{making.address}/{making.own}"),
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
    "web_cal_url": lambda making: f"webcal://example.com/{making.own}",
    "instance_endpoint": lambda making: f"https://{making.own.lower()}.service-now.example.com",
    "runbook_base_uri": lambda making: f"runbook-{making.own.lower()}",
    "src": _url("frame"),
    "href": _url("link"),
    "alt": lambda _: "A picture: ☕",
    "email": lambda making: f"{making.own.lower()}@example.com",
    "contact": lambda making: f"{making.own.lower()}@example.com",
    "user": lambda making: f"svc-{making.own.lower()}",
    "url_slug": lambda making: f"{slug(making.title)}-{making.number}",
    "key": lambda making: f"{slug(making.title)}_{making.number}",
    "keyword": lambda making: f"incident.field_{making.number}",
    "time_zone": lambda making: making.dice.pick(("Etc/UTC", "Europe/Berlin", "America/Lima")),
    "timezone": lambda making: making.dice.pick(("Etc/UTC", "Europe/Berlin")),
    "cidr": lambda making: f"10.{making.dice.below(256)}.{making.dice.below(256)}.0/24",
    "remote_address": lambda making: f"198.51.100.{making.dice.below(256)}",
    "source": lambda making: making.dice.pick(_HOSTS),
    "path": lambda making: f"event.custom_details.{making.dice.pick(('host', 'Größe', 'code'))}",
    "target": lambda _: "event.summary",
    "template": lambda making: f"{{{{{making.dice.pick(_HOSTS)}}}}} is down",
    "regex": lambda making: making.dice.pick((".*", "^(web|db)-\\d+$", "(?i)größe|taille")),
    "expression": lambda making: f"event.source matches '{making.dice.pick(_HOSTS)}'",
    "pcl_expr": lambda making: f"event.source matches '{making.dice.pick(_HOSTS)}'",
    "condition": lambda making: f"incident.priority matches 'P{making.dice.below(5) + 1}'",
    "scope": lambda _: "openid incidents.read users.read",
    "scopes": lambda making: making.dice.pick(("chat:write", "read", "channels:manage")),
    "tags": lambda making: making.dice.pick(TAGS),
    "search_keywords": lambda making: making.dice.pick(TAGS),
    "fields": lambda making: making.dice.pick(("source", "summary", "custom_details.host")),
    "iag_fields": lambda _: "summary",
    "recurrence": lambda making: making.dice.pick(
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,TU", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;INTERVAL=2")
    ),
    "domain_name": lambda _: "pagerduty.com",
    "package_name": lambda making: making.dice.pick(("logic", "chat", "größe")),
    "function_name": lambda making: slug(making.title),
    "parameter_type": lambda making: making.dice.pick(("text", "integer", "json")),
    "default_value": lambda making: making.dice.pick(("", "0", "EU – north")),
    "feature": lambda making: ("aiops", "enhanced_triage", "größe", "auto_pause")[making.number % 4],
    "version": _token,
    "query_filter": lambda _: "active=true^operational_status=1",
    "ci_table_name": lambda making: making.dice.pick(("cmdb_ci", "cmdb_ci_service")),
    "script": lambda _: "#!/bin/sh\nprintf '%s\\n' \"$1\" | grep -v '^$'",
    "invocation_command": lambda _: "/usr/local/bin/restart",
    "process_automation_job_arguments": lambda _: '-service "Größe" -force',
    "trigger_type_name": lambda making: making.dice.pick(("Manual", "Conditional")),
}  # fmt: skip

_HOUR = 3600
NUMBERS: dict[str, Maker] = {
    "position": lambda making: making.number,
    "sequence_number": lambda making: making.number + 1,
    "order": lambda making: making.dice.pick((0, 1_000_000, 2_000_000)),
    "account_id": lambda _: 4711,
    "version": lambda making: making.dice.pick((1, 2.5, 10)),
    "recall": lambda making: making.dice.below(1001) / 1000,
    "precision_metric": lambda making: making.dice.below(1001) / 1000,
    "weekdays": lambda making: making.dice.below(7) + 1,
    "value": lambda making: making.dice.below(3) * 60,
    "update_frequency_ms": lambda making: making.dice.pick((300_000, 1_800_000)),
    "absolute_session_ttl": lambda making: making.dice.pick((24, 720)) * _HOUR,
    "idle_session_ttl": lambda making: making.dice.pick((1, 8)) * _HOUR,
    "notify_advance_in_minutes": lambda making: making.dice.pick((0, 60, 1440)),
    "start_time": lambda making: 1_700_000_000_000 + making.dice.bits() % 10**9,
    "end_time": lambda making: 1_800_000_000_000 + making.dice.bits() % 10**9,
    "time_window": lambda making: making.dice.pick((300, 3600)),
}


def _config(making: Making) -> Json:
    return {
        "access_token": _hex(making, 24),
        "notify_types": {"resolve": True, "acknowledge": False, "assignments": None},
        "restrict": making.dice.pick(("any", "pd-users")),
        "channel": "#größe",
    }


def _details(making: Making) -> Json:
    return making.dice.pick(
        (
            {"host": making.dice.pick(_HOSTS), "load": [0.5, 1, 2e-7], "ok": None},
            {},
            {"Größe": {"α": {"β": [{"γ": True}, [], "x"]}}, "": "empty name"},
            {"build": 4711, "url": "https://example.com/b/4711", "tags": ["a", "ü"]},
            {"text": 'quote " backslash \\ newline \n', "big": 9_007_199_254_740_993},
        )
    )


def _schema(making: Making) -> Json:
    del making
    properties = {"url": {"type": "string"}, "retries": {"type": "integer", "default": 3}}
    return {"$schema": "https://json-schema.org/draft-07/schema#", "properties": properties}


OBJECTS: dict[str, Maker] = {
    "config": _config,
    "configuration": lambda making: {"url": f"https://{making.dice.pick(_HOSTS)}.example.com"},
    "secrets": lambda making: {"api_token": _hex(making, 24), "password": _hex(making, 12)},
    "configuration_schema": _schema,
    "secrets_schema": _schema,
    "actions": lambda making: making.dice.pick(
        (
            {"route_to": making.library.some_id("services", making.dice)},
            {"severity": "warning", "annotate": "Größe", "variables": [{"name": "host", "path": "x"}]},
            {},
        )
    ),
    "value": lambda making: making.dice.pick(("text", 4711, True, None, ["a", "ü"])),
}  # fmt: skip


def string(making: Making, name: str) -> str:
    """Make a string."""
    maker = STRINGS.get(name)
    return str(maker(making)) if maker else f"{name} {making.dice.pick(THINGS)}"


def number(making: Making, name: str) -> Json:
    """Make a whole number, or whatever number the name asks for."""
    maker = NUMBERS.get(name)
    return maker(making) if maker else making.dice.below(1000)


def free(making: Making, name: str) -> Json:
    """Make a free-form value."""
    return OBJECTS.get(name, _details)(making)


def own_id(kind: str, *key: int) -> str:
    """Make the id of a record: short, as most are, or a UUID, a ULID, a word."""
    if kind == "uuid":
        text = ("".join(f"{short_number(*key, part):012x}" for part in range(3)))[:32]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
    if kind == "ulid":
        rest, text = short_number(*key, 1) << 48 | short_number(*key, 2), ""
        for _ in range(18):
            rest, digit = divmod(rest, 32)
            text += DIGITS[digit]
        return "01HZ" + text.ljust(22, "0")
    if kind == "slug":
        return f"tool-{short_id(*key).lower()}"
    return short_id(*key)


def short_number(*key: int) -> int:
    """Make 48 bits of a key."""
    return hash_of(*key) >> 16
