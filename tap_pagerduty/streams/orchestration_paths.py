"""The rules of event orchestrations, in the order in which an event passes them.

Each of these is one record, with all its rules in it: a rule's id is unique only there, and
their order and the ways between the sets are part of what they do.
"""

from __future__ import annotations

import typing as t

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.api.responses import WHOLE_BODY
from tap_pagerduty.streams.common import (
    PUBLIC_PART,
    array,
    boolean,
    integer,
    key,
    obj,
    properties,
    reference,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.streams.event_orchestrations import OrchestrationChild
from tap_pagerduty.streams.services import Services
from tap_pagerduty.sync.child import ChildStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_pagerduty.streams.common import Property

# Headers and parameters of webhooks, which may be keys or tokens, wherever they stand.
WEBHOOK_VALUES = tuple(
    f"{rule}.actions.automation_actions.{part}.value"
    for rule in ("sets.rules", "catch_all")
    for part in ("headers", "parameters")
)
# Addresses of the webhooks.
WEBHOOK_ADDRESSES = tuple(
    f"{rule}.actions.automation_actions.url" for rule in ("sets.rules", "catch_all")
)

NEXT_SET = text("route_to", "Id of the set whose rules the event passes next; null when none.")

# What a rule does with the event itself.
EVENT_ACTIONS = (
    text("severity", "Severity the alert gets: `info`, `warning`, `error` or `critical`."),
    text("event_action", "What the event does to the alert: `trigger` or `resolve`."),
    array(
        "variables",
        "Values taken from the event for use in the other actions.",
        text("name", "Name of the variable."),
        text("path", "Path of the event's field."),
        text("type", "How the value is found: `regex`."),
        text("value", "Regular expression that cuts the value out."),
    ),
    array(
        "extractions",
        "Fields of the event that are set.",
        text("target", "Field of the event that is set."),
        text("template", "Text that the field is set to, with variables in double braces."),
        text("source", "Path of the event's field that is searched, where there is no template."),
        text("regex", "Regular expression that cuts the value out."),
    ),
)

_TRIGGER_TYPES = texts(
    "trigger_types",
    "States of the alert at which it runs: `alert_triggered`, `alert_suppressed` or "
    "`alert_suspended`.",
)
_NAME_AND_VALUE = (
    text("key", "Name of the header or parameter."),
    text("value", "Value of the header or parameter; left out unless `include_secrets` is on."),
)

# What a rule does with the alert and the incident that come of the event.
INCIDENT_ACTIONS = (
    boolean("suppress", "Whether the alert is kept from making an incident."),
    integer("suspend", "Seconds that the alert waits before it triggers."),
    text("priority", "Id of the priority that the incident gets.", to="priorities"),
    text(
        "escalation_policy",
        "Id of the escalation policy that the incident is assigned to.",
        to="escalation_policies",
    ),
    text("annotate", "Text of a note that is added to the incident."),
    array(
        "automation_actions",
        "Webhooks that are called for the incident.",
        text("name", "Name of the webhook."),
        url("url", f"Address that is called{PUBLIC_PART}."),
        boolean("auto_send", "Whether it is called at once; a responder starts it otherwise."),
        array("headers", "HTTP headers that are sent along.", *_NAME_AND_VALUE),
        _TRIGGER_TYPES,
        array("parameters", "Names and values in the JSON that is sent.", *_NAME_AND_VALUE),
    ),
    array(
        "incident_custom_field_updates",
        "Custom fields of the incident that are set.",
        text("id", "Id of the custom field.", to="incident_type_custom_fields"),
        text("value", "Value that the field gets, with variables in double braces."),
    ),
)


def path_of(*, rules: Iterable[Property], catch_all: Iterable[Property]) -> tuple[Property, ...]:
    """Return the properties of a set of sets of rules, given the actions there are in it."""
    return (
        text("type", "Kind of path: `router`, `global`, `unrouted` or `service`."),
        reference(
            "parent",
            ("event_orchestrations", "services"),
            "Orchestration or service that the rules belong to.",
        ),
        url("self", "API address of the path."),
        array(
            "sets",
            "Sets of rules; an event starts in the one with the id `start`.",
            text("id", "Id of the set, by which rules lead to it."),
            array(
                "rules",
                "Rules, in their order; the first that matches is applied.",
                text("id", "Id of the rule."),
                text("label", "What the rule is for."),
                array(
                    "conditions",
                    "Conditions of which one has to match; empty: every event matches.",
                    text("expression", "Condition in PagerDuty's condition language."),
                ),
                obj("actions", "What is done to an event that matches.", *rules),
                boolean("disabled", "Whether the rule is switched off."),
            ),
        ),
        obj(
            "catch_all",
            "What happens to an event that no rule matches.",
            obj("actions", "What is done to such an event.", *catch_all),
        ),
        time("created_at", "When the rules were created."),
        reference("created_by", "users", "User who created them."),
        time("updated_at", "When the rules were last changed."),
        reference("updated_by", "users", "User who changed them last."),
        text("version", "Version of the rules; changes when they do."),
    )


class EventOrchestrationRouters(OrchestrationChild):
    """Rules that choose the service of an event (`GET /event_orchestrations/{id}/router`)."""

    name = "event_orchestration_routers"
    path = "/event_orchestrations/{orchestration_id}/router"
    records_key = "orchestration_path"
    primary_keys = ("orchestration_id",)
    schema = properties(
        key("orchestration_id", "Id of the orchestration.", to="event_orchestrations"),
        *path_of(
            rules=(
                text("route_to", "Id of the service that the event goes to.", to="services"),
                obj(
                    "dynamic_route_to",
                    "Has the event itself name the service; null when it does not.",
                    text("source", "Path of the event's field."),
                    text(
                        "regex",
                        "Regular expression that cuts the service's name or id out of the field.",
                    ),
                    text(
                        "lookup_by",
                        "What the regular expression finds: `service_name` or `service_id`.",
                    ),
                ),
            ),
            catch_all=(text("route_to", "Where the event goes: `unrouted`, or a service's id."),),
        ),
    )


class EventOrchestrationGlobalPaths(OrchestrationChild):
    """Rules that every event passes first (`GET /event_orchestrations/{id}/global`)."""

    name = "event_orchestration_global_paths"
    path = "/event_orchestrations/{orchestration_id}/global"
    records_key = "orchestration_path"
    primary_keys = ("orchestration_id",)
    secrets = WEBHOOK_VALUES
    addresses = WEBHOOK_ADDRESSES
    _actions = (
        boolean("drop_event", "Whether the event is dropped, with no alert made of it."),
        *EVENT_ACTIONS,
        *INCIDENT_ACTIONS,
    )
    schema = properties(
        key("orchestration_id", "Id of the orchestration.", to="event_orchestrations"),
        *path_of(rules=(NEXT_SET, *_actions), catch_all=_actions),
    )


class EventOrchestrationUnroutedPaths(OrchestrationChild):
    """Rules for events routed to no service (`GET /event_orchestrations/{id}/unrouted`)."""

    name = "event_orchestration_unrouted_paths"
    path = "/event_orchestrations/{orchestration_id}/unrouted"
    records_key = "orchestration_path"
    primary_keys = ("orchestration_id",)
    _actions = (
        boolean("suppress", "Whether the alert is kept from making an incident."),
        *EVENT_ACTIONS,
    )
    schema = properties(
        key("orchestration_id", "Id of the orchestration.", to="event_orchestrations"),
        *path_of(rules=(NEXT_SET, *_actions), catch_all=_actions),
    )


class ServiceEventOrchestrations(ChildStream):
    """Rules for events of a service (`GET /event_orchestrations/services/{service_id}`)."""

    name = "service_event_orchestrations"
    parent = Services
    path = "/event_orchestrations/services/{service_id}"
    params = {"include[]": "migrated_metadata"}
    scope = "services.read"
    records_key = "orchestration_path"
    paginator = WHOLE
    parent_columns = {"service_id": "id"}
    primary_keys = ("service_id",)
    secrets = WEBHOOK_VALUES
    addresses = WEBHOOK_ADDRESSES
    _actions = (
        *EVENT_ACTIONS,
        *INCIDENT_ACTIONS,
        array(
            "pagerduty_automation_actions",
            "Automation actions that run for the incident.",
            text("action_id", "Id of the automation action.", to="automation_actions"),
            _TRIGGER_TYPES,
        ),
    )
    schema = properties(
        key("service_id", "Id of the service.", to="services"),
        *path_of(rules=(NEXT_SET, *_actions), catch_all=_actions),
        time(
            "migrated_at",
            "When these rules were made from the service's event rules; null when they were not.",
        ),
        reference("migrated_by", "users", "User who converted the event rules."),
        reference("migrated_from", None, "Event rules that were converted."),
        text("migrated_status", "State of the conversion: `completed`."),
        text("migrated_via", "Where the event rules were converted: `API` or `UI`."),
    )


class ServiceEventOrchestrationStatuses(ChildStream):
    """Whether a service uses its orchestration (`GET /event_orchestrations/services/{id}/active`).

    Source: the API reference, "Get the Service Orchestration active status for a Service".
    """

    name = "service_event_orchestration_statuses"
    parent = Services
    path = "/event_orchestrations/services/{service_id}/active"
    scope = "services.read"
    records_key = WHOLE_BODY
    paginator = WHOLE
    parent_columns = {"service_id": "id"}
    primary_keys = ("service_id",)
    schema = properties(
        key("service_id", "Id of the service.", to="services"),
        boolean(
            "active",
            "Whether the service uses its orchestration rules; its event rules are used otherwise.",
        ),
    )
