"""What the dbt package in `transform/` takes from the streams' data sheets.

That is its sources, its staging models with their documentation, and the columns that it expects
of each table. `python -m docs.generate` writes them.
"""

from __future__ import annotations

import inspect
import typing as t
from pathlib import Path

import yaml

from docs.references import references
from tap_pagerduty.streams import AREAS
from tap_pagerduty.streams.common import reference_fields
from tap_pagerduty.sync.record_counts import is_counted_list
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_pagerduty.sync.client import PagerDutyStream

    Schema = dict[str, t.Any]

PACKAGE = Path(__file__).parent.parent / "transform"
STAGING = PACKAGE / "models" / "staging"

# Streams with a staging model that are not selected by default.
USEFUL = (
    "team_members",
    "user_contact_methods",
    "oncall_shifts",
    "schedule_overrides",
    "entity_tags",
    "technical_service_dependencies",
    "business_service_dependencies",
    "service_custom_field_values",
    "alert_grouping_settings",
    "incident_alerts",
    "incident_notes",
    "incident_custom_field_values",
    "incident_related_change_events",
    "incident_types",
    "audit_records",
    "analytics_incidents",
    "analytics_incident_responses",
    "analytics_service_metrics",
    "analytics_team_metrics",
    "analytics_escalation_policy_metrics",
    "analytics_responder_metrics",
    "account_counts",
)

# Never in a staging model: constant, long, or shown by another column.
EVERYWHERE = {"self", "summary", "type"}
# Properties that a staging model leaves out, by their path in the record.
LEFT_OUT = {
    "incidents": {
        *("description", "incident_key", "is_mergeable", "body", "alert_hash", "alert_grouping"),
        *("basic_alert_grouping", "first_trigger_log_entry.summary", "incident_type.id"),
        *("incident_type.summary", "priority.name", "resolve_reason.incident.summary"),
    },
    "log_entries": {
        *("event_details", "channel.user", "channel.team", "channel.channel", "channel.changeset"),
        *("channel.host", "channel.service", "channel.state", "channel.details", "channel.body"),
        *("channel.service_key", "channel.description", "channel.incident_key", "channel.to"),
        *("channel.from", "channel.subject", "channel.body_content_type", "channel.raw_url"),
        *("channel.html_url", "changeset", "incident.summary", "linked_incident.summary"),
        *("channel.notification.conferenceAddress", "notification", "message"),
        *("channel.notification.user", "channel.notification.address", "assigned_user"),
    },
    "notifications": {"conferenceAddress"},
    "users": {"http_cal_url", "web_cal_url", "color", "avatar_url", "description"},
    "services": {
        *("response_play", "alert_grouping", "alert_grouping_timeout", "incident_policy"),
        *("incident_urgency_rule.during_support_hours", "alert_creation", "support_hours"),
        *("incident_urgency_rule.outside_support_hours", "alert_grouping_parameters.summary"),
        "alert_grouping_parameters.config",
    },
    "schedules": {"final_schedule", "overrides_subschedule", "next_oncall_for_user"},
    "escalation_policies": {"privilege"},
    "oncalls": {"escalation_policy.id", "user.id", "schedule.id"},
    "oncall_shifts": {"escalation_policy.id", "user.id", "schedule.id"},
    "vendors": {"logo_url", "thumbnail_url"},
    "extension_schemas": {"icon_url", "logo_url"},
    "extensions": {"config"},
    "change_events": {"custom_details"},
    "incident_alerts": {"body", "privilege", "incident.id", "incident.summary"},
    "incident_related_change_events": {"custom_details"},
    "license_allocations": {"user.id", "license"},
    "team_members": {"user.id"},
    "service_integrations": {"service.id"},
    "technical_service_dependencies": {"supporting_service.id", "dependent_service.id"},
    "business_service_dependencies": {"supporting_service.id", "dependent_service.id"},
    "alert_grouping_settings": {"config"},
}
# Properties of that set that a staging model has all the same: `type` says something there.
KEPT = {
    "log_entries": {"type", "summary", "channel.type", "channel.notification.type"},
    "notifications": {"type"},
    "incident_alerts": {"summary"},
    "schedules": {"type"},
    "user_contact_methods": {"type"},
    "change_events": {"summary"},
    "incident_related_change_events": {"summary"},
    "resolve_reason": {"type"},
    "incidents": {"resolve_reason.type"},
    "services": {"incident_urgency_rule.type", "alert_grouping_parameters.type"},
    "audit_records": {"method.type"},
    "alert_grouping_settings": {"type"},
    "session_configurations": {"type"},
    "flexible_schedules": {"summary"},
    "schedule_overrides": {"type"},
    "business_service_dependencies": {"type"},
}
# Names that analysts would look for, where the rules below make another one, by path.
NAMES = {
    "abilities": {"name": "ability"},
    "analytics_incidents": {"major": "is_major"},
    "audit_records": {
        "execution_time": "executed_at",
        "execution_context.request_id": "request_id",
        "execution_context.remote_address": "remote_address",
        "details.resource.id": "resource_id",
        "details.resource.summary": "resource_name",
        "details.resource.type": "resource_type",
    },
    "change_events": {"timestamp": "changed_at", "summary": "summary"},
    "incident_alerts": {"summary": "summary"},
    "incident_custom_field_values": {"id": "custom_field_id", "name": "field_name"},
    "incident_related_change_events": {
        "timestamp": "changed_at",
        "id": "change_event_id",
        "summary": "summary",
        "correlation_reason.reason": "correlation_reason",
    },
    "incidents": {
        "resolve_reason.type": "resolve_reason",
        "resolve_reason.incident.id": "merged_into_incident_id",
        "alert_counts.all": "alert_count",
        "alert_counts.triggered": "open_alert_count",
        "alert_counts.resolved": "resolved_alert_count",
        "incident_type.name": "incident_type",
        "conference_bridge.conference_number": "conference_number",
        "conference_bridge.conference_url": "conference_url",
    },
    "entity_tags": {"id": "tag_id", "label": "tag_name"},
    "extension_schemas": {"url": "target_url"},
    "log_entries": {
        "type": "entry_type",
        "summary": "summary",
        "channel.duration": "snooze_seconds",
        "channel.notification.id": "notification_id",
        "channel.notification.type": "notification_type",
        "channel.notification.started_at": "notification_started_at",
        "channel.notification.status": "notification_status",
        "user.id": "notified_user_id",
        "user.summary": "notified_user_name",
    },
    "notifications": {"type": "notification_type"},
    "service_custom_field_values": {"id": "custom_field_id", "name": "field_name"},
    "services": {
        "last_incident_timestamp": "last_incident_at",
        "incident_urgency_rule.type": "urgency_rule_type",
        "incident_urgency_rule.urgency": "urgency_rule_urgency",
        "alert_grouping_parameters.type": "alert_grouping_type",
        "alert_grouping_parameters.id": "alert_grouping_setting_id",
        "auto_pause_notifications_parameters.enabled": "is_auto_pause_enabled",
        "auto_pause_notifications_parameters.timeout": "auto_pause_timeout",
        "auto_pause_notifications_parameters.recommended_timeout": "auto_pause_recommended_timeout",
    },
    "user_contact_methods": {"send_short_email": "is_short_email"},
}
# Words of SQL that PagerDuty uses, or may come to use, as names.
RESERVED = {"default", "desc", "end", "group", "order", "references", "start", "user"}
# Properties that most records have, whose columns are named after the record.
OF_RECORDS = {
    "id": "{}_id",
    "name": "{}_name",
    "label": "{}_name",
    "summary": "{}_name",
    "type": "{}_type",
    "html_url": "url",
}
TIMES = {"start": "starts_at", "end": "ends_at", "start_time": "starts_at", "end_time": "ends_at"}

REFERENCE = [each.name for each in reference_fields(None)]

SQL_HEADER = "-- Written by `python -m docs.generate` from the stream `{name}`.\n"
YAML_HEADER = "# Written by `python -m docs.generate` from the tap's streams.\n"


class Column(t.NamedTuple):
    """A column of a staging model: its name, what it is made of, and what it means."""

    name: str
    sql: str
    description: str


def documents(found: dict[str, list[PagerDutyStream]]) -> dict[Path, str]:
    """Return the files of the package that are written from the streams, and their text."""
    every = [stream for part in found.values() for stream in part]
    staged = [each for each in every if is_staged(each)]
    return {
        PACKAGE / "models" / "sources.yml": sources(every),
        PACKAGE / "macros" / "expected_columns.sql": expected_columns(staged),
        STAGING / "staging.yml": staging_documentation(staged),
        **{STAGING / f"{model(each.name)}.sql": staging(each) for each in staged},
    }


def is_staged(stream: PagerDutyStream | type[PagerDutyStream]) -> bool:
    """Return whether the package has a staging model of the stream."""
    return stream.selected_by_default or stream.name in USEFUL  # type: ignore[misc]


def model(stream: str) -> str:
    """Return the name of a stream's staging model."""
    return f"stg_pagerduty__{stream}"


# -- Sources


def sources(every: Iterable[PagerDutyStream]) -> str:
    """Return `sources.yml`: each stream with its columns, tests, and how fresh it has to be."""
    source = {
        "name": "pagerduty",
        "description": "Tables that tap-pagerduty loads, one for each stream.",
        "database": "{{ var('pagerduty_database', target.database) }}",
        "schema": "{{ var('pagerduty_schema', 'pagerduty') }}",
        "loader": "tap-pagerduty",
        "config": {"loaded_at_field": "_sdc_extracted_at"},
        "tables": [_source_table(each) for each in every],
    }
    return YAML_HEADER + _yaml({"version": 2, "sources": [source]})


def _source_table(stream: PagerDutyStream) -> Schema:
    keys = list(stream.primary_keys)
    columns = []
    for name, each in stream.schema["properties"].items():
        column: Schema = {"name": name, "description": each["description"]}
        tests: list[t.Any] = []
        if name in keys:
            tests.append("not_null")
            if len(keys) == 1:
                tests.append("unique")
        if tests:
            column["data_tests"] = tests
        columns.append(column)
    table: Schema = {
        "name": stream.name,
        "description": purpose(stream),
        "config": {"freshness": _freshness(stream)},
        "columns": columns,
    }
    if not is_staged(stream):
        # No model reads it, so its tests run only when asked for.
        for column in columns:
            column["data_tests"] = [
                {each: {"config": {"enabled": "{{ var('pagerduty_test_every_stream', false) }}"}}}
                for each in column.get("data_tests", ())
            ]
            if not column["data_tests"]:
                del column["data_tests"]
    tests = [*_together(stream), *_relationships(stream)]
    if tests:
        table["data_tests"] = tests
    return table


def _together(stream: PagerDutyStream) -> Iterator[Schema]:
    """Yield the test of a key that several columns make."""
    if len(stream.primary_keys) > 1:
        enabled = {} if is_staged(stream) else {"config": {"enabled": _EVERY_STREAM}}
        yield {
            "unique_together": {"arguments": {"columns": list(stream.primary_keys)}, **enabled},
        }


_EVERY_STREAM = "{{ var('pagerduty_test_every_stream', false) }}"
_REFERENCES = "{{ var('pagerduty_test_references', false) }}"


def _relationships(stream: PagerDutyStream) -> Iterator[Schema]:
    """Yield a test for each id of a single other stream that a record has one of.

    Records of what happened, and of who made something, keep the ids of what was deleted since,
    and a filter or `start_date` leaves out what they refer to: those tests run only when asked for.
    """
    staged = {each.name for part in AREAS.values() for each in part if is_staged(each)}  # type: ignore[misc]
    if stream.name not in staged:
        return
    for each in references(stream):
        if each.several or len(each.targets) > 1 or each.targets[0] not in staged:
            continue
        outer, _, inner = each.path.partition(".")
        if inner not in {"", "id"}:
            continue
        config: Schema = {"severity": "warn"}
        if _is_history(stream) or outer.endswith("_by"):
            config["enabled"] = _REFERENCES
        expression = f"({_quoted(outer)}->>'id')" if inner else _quoted(outer)
        yield {
            "relationships": {
                "name": f"source_{stream.name}_{outer}_is_in_{each.targets[0]}",
                "arguments": {
                    "column_name": expression,
                    "to": f"source('pagerduty', '{each.targets[0]}')",
                    "field": _key_of(each.targets[0]),
                },
                "config": config,
            }
        }


def _is_history(stream: PagerDutyStream) -> bool:
    return isinstance(stream, WindowedStream) or stream.name.startswith(("incident_", "analytics_"))


def _key_of(stream: str) -> str:
    every = (each for part in AREAS.values() for each in part)
    [keys] = (each.primary_keys for each in every if each.name == stream)  # type: ignore[misc]
    [key] = keys
    return key


def _freshness(stream: PagerDutyStream) -> Schema | None:
    """Return how old the newest row may be.

    A full table is extracted anew on each run. An event stream gets a row only when something
    happens, and other streams may not be loaded at all.
    """
    if not stream.selected_by_default:
        return None
    if isinstance(stream, WindowedStream):
        return {"warn_after": {"count": 3, "period": "day"}, "error_after": None}
    return {
        "warn_after": {"count": 26, "period": "hour"},
        "error_after": {"count": 50, "period": "hour"},
    }


# -- Expected columns


def expected_columns(staged: list[PagerDutyStream]) -> str:
    """Return the macro that knows the columns of the tables that models read, by kind."""
    lines = [
        "{# Written by `python -m docs.generate` from the tap's streams. #}",
        "{% macro expected_columns(stream) %}",
        "  {{ return(pagerduty.staged_streams()[stream]) }}",
        "{% endmacro %}",
        "",
        "{% macro staged_streams() %}",
        "  {{ return({",
    ]
    for stream in staged:
        kinds = {name: _kind(each) for name, each in stream.schema["properties"].items()}
        kinds |= {"_sdc_extracted_at": "time", "_sdc_deleted_at": "time"}
        inner = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
        lines.append(f"    '{stream.name}': {{{inner}}},")
    lines += ["  }) }}", "{% endmacro %}", ""]
    lists = ", ".join(f"'{each.name}'" for each in staged if is_counted_list(each))
    lines += ["{# Full tables that `account_counts` counts. #}", "{% macro counted_lists() %}"]
    lines += [f"  {{{{ return([{lists}]) }}}}", "{% endmacro %}", ""]
    return "\n".join(lines)


def _kind(schema: Schema) -> str:
    """Return what a table has for a property: one of the types of `macros/types.sql`."""
    types = _types(schema)
    if schema.get("format") == "date-time":
        return "time"
    if types == ["array"]:
        return "objects" if "object" in _types(schema["items"]) else "texts"
    if len(types) > 1:
        return "text"
    return {"string": "text", "object": "object"}.get(types[0], types[0])


def _types(schema: Schema) -> list[str]:
    types = schema["type"]
    return [name for name in ([types] if isinstance(types, str) else types) if name != "null"]


# -- Staging


def staging(stream: PagerDutyStream) -> str:
    """Return the SQL of a stream's staging model."""
    lines = [SQL_HEADER.format(name=stream.name), "select"]
    lines += [f"    {each.sql} as {each.name}," for each in columns(stream)]
    lines[-1] = lines[-1][:-1]
    lines.append(f"from {{{{ pagerduty.stream('{stream.name}') }}}}\n")
    return "\n".join(lines)


def staging_documentation(staged: Iterable[PagerDutyStream]) -> str:
    """Return what the staging models and their columns are."""
    models = [
        {
            "name": model(stream.name),
            "description": f"{purpose(stream)} One row for each record of `{stream.name}`.",
            "columns": [
                {"name": each.name, "description": each.description} for each in columns(stream)
            ],
        }
        for stream in staged
    ]
    return YAML_HEADER + _yaml({"version": 2, "models": models})


def purpose(stream: PagerDutyStream) -> str:
    """Return what the records of a stream are, in a sentence."""
    return inspect.cleandoc(type(stream).__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def columns(stream: PagerDutyStream) -> list[Column]:
    """Return the columns of a stream's staging model."""
    found = list(_columns(stream, stream.schema["properties"]))
    found.append(
        Column("extracted_at", '"_sdc_extracted_at"', "When the tap read the record, in UTC.")
    )
    found.append(
        Column(
            "is_deleted",
            "(_sdc_deleted_at is not null)",
            "Whether PagerDuty no longer lists the record. Known only from targets that honor "
            "`ACTIVATE_VERSION` and keep such rows, as target-postgres does.",
        )
    )
    names = [each.name for each in found]
    doubles = {name for name in names if names.count(name) > 1}
    if doubles:
        msg = f"{stream.name} has several columns {', '.join(sorted(doubles))}"
        raise ValueError(msg)
    return found


def _columns(
    stream: PagerDutyStream, properties: Schema, outer: tuple[str, ...] = ()
) -> Iterator[Column]:
    secrets = set(getattr(stream, "secrets", ()))
    left_out = LEFT_OUT.get(stream.name, set()) | secrets
    kept = KEPT.get(stream.name, set())
    names = set(properties)
    for name, schema in properties.items():
        path = ".".join((*outer, name))
        if path in left_out:
            continue
        if path not in kept and name in EVERYWHERE:
            has_name = names & {"name", "title", "label", "content"}
            if name != "summary" or outer or has_name or "id" not in names:
                continue
        inner = schema.get("properties", {})
        if list(inner)[: len(REFERENCE)] == REFERENCE:
            yield from _reference(stream, schema, (*outer, name), left_out)
            inner = {each: inner[each] for each in inner if each not in REFERENCE}
            if inner:
                yield from _columns(stream, inner, (*outer, name))
        elif inner and _types(schema) == ["object"]:
            yield from _columns(stream, inner, (*outer, name))
        elif _kind(schema) != "objects":
            yield Column(
                _name(stream, schema, (*outer, name)),
                _sql(_kind(schema), (*outer, name)),
                schema["description"],
            )


def _reference(
    stream: PagerDutyStream, schema: Schema, path: tuple[str, ...], left_out: set[str]
) -> Iterator[Column]:
    """Yield the id of what is referred to, its name, and its kind if that is not plain."""
    stem = "_".join(path)
    what = schema["description"].rstrip(".")
    names = NAMES.get(stream.name, {})
    targets = schema["properties"]["id"].get("x-refers-to", ())
    if ".".join((*path, "id")) not in left_out:
        name = names.get(".".join((*path, "id")), f"{stem}_id")
        yield Column(name, _sql("text", (*path, "id")), f"{what}: its id.")
    if ".".join((*path, "summary")) not in left_out:
        yield Column(
            names.get(".".join((*path, "summary")), f"{stem}_name"),
            _sql("text", (*path, "summary")),
            f"{what}: its name when the record was read.",
        )
    if len(targets) != 1:
        yield Column(
            names.get(".".join((*path, "type")), f"{stem}_type"),
            "replace(" + _sql("text", (*path, "type")) + ", '_reference', '')",
            f"{what}: what kind of resource it is, such as `user` or `service`.",
        )


def _name(stream: PagerDutyStream, schema: Schema, path: tuple[str, ...]) -> str:
    """Return what an analyst calls a property."""
    known = NAMES.get(stream.name, {}).get(".".join(path))
    if known:
        return known
    entity = singular(stream.name)
    *outer, last = path
    if not outer and last in OF_RECORDS:
        return OF_RECORDS[last].format(entity)
    kind = _kind(schema)
    if kind == "boolean" and not last.startswith(("is_", "has_")):
        last = f"is_{last}"
    if kind == "time":
        last = TIMES.get(last, last)
    name = "_".join((*outer, last))
    return f"{entity}_{name}" if name in RESERVED else name


def singular(stream: str) -> str:
    """Return what a single record of a stream is called."""
    if stream.endswith("ies"):
        return f"{stream[:-3]}y"
    return stream[:-2] if stream.endswith("sses") else stream.removesuffix("s")


def _sql(kind: str, path: tuple[str, ...]) -> str:
    """Return the expression that takes a value out of a row, in both databases."""
    top, *inner = path
    if inner:
        keys = ", ".join(f"'{each}'" for each in inner)
        text = f"{{{{ pagerduty.json_text('{_quoted(top)}', [{keys}]) }}}}"
        if kind == "texts":
            return f"{{{{ pagerduty.json_texts('{_quoted(top)}', [{keys}]) }}}}"
        return text if kind in {"text", "object"} else f"cast({text} as {SQL_TYPES[kind]})"
    column = _quoted(top)
    if kind == "texts":
        return f"{{{{ pagerduty.texts('{column}') }}}}"
    if kind == "text":
        # target-duckdb makes null of an empty text, which means the same.
        return f"nullif(cast({column} as text), '')"
    if kind == "object":
        return f"cast({column} as text)"
    return f"cast({column} as {SQL_TYPES[kind]})" if kind in {"integer", "number"} else column


SQL_TYPES = {
    "boolean": "boolean",
    "integer": "bigint",
    "number": "double precision",
    "time": "timestamp",
}


def _quoted(name: str) -> str:
    """Return the name of a column as SQL needs it: some are reserved, some have capitals."""
    return f'"{name}"'


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _yaml(content: object) -> str:
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=98)
    return text
