"""Event rules: the older way to say what an event makes; event orchestrations replace it."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    array,
    boolean,
    integer,
    integers,
    key,
    obj,
    properties,
    text,
    url,
)
from tap_pagerduty.streams.services import Services
from tap_pagerduty.sync.child import ChildStream

# What a rule does. Those of rulesets can also choose the service: `route`.
ACTIONS = (
    obj(
        "annotate",
        "Writes a note on the incident; null when it does not.",
        text("value", "Text of the note."),
    ),
    obj(
        "event_action",
        "Sets what the event does to the alert; null when it does not.",
        text("value", "What the event does: `trigger` or `resolve`."),
    ),
    array(
        "extractions",
        "Fields of the alert that are filled from the event.",
        text("target", "Field of the alert that is set."),
        text("source", "Path of the event's field that is searched."),
        text("regex", "Regular expression that cuts the value out."),
        text("template", "Text that the field is set to, with variables in double braces."),
    ),
    obj(
        "priority",
        "Sets the priority of the incident; null when it does not.",
        text("value", "Id of the priority.", to="priorities"),
    ),
    obj(
        "severity",
        "Sets the severity of the alert; null when it does not.",
        text("value", "Severity that the alert gets: `info`, `warning`, `error` or `critical`."),
    ),
    obj(
        "suppress",
        "Keeps the alert from making an incident; null when it does not.",
        boolean("value", "Whether alerts are suppressed."),
        integer(
            "threshold_value",
            "Number of alerts, within the time span of `threshold_time_amount`, after which they "
            "are suppressed no longer.",
        ),
        text("threshold_time_unit", "Unit of the time span: `seconds`, `minutes` or `hours`."),
        integer("threshold_time_amount", "Length of the time span, in its unit."),
    ),
    obj(
        "suspend",
        "Lets the alert wait before it triggers; null when it does not.",
        integer("value", "Seconds that the alert waits."),
    ),
)

# All properties of a rule but its actions.
EVENT_RULE = (
    key("id", "Id that PagerDuty gave the rule; never reused."),
    url("self", "API address of the rule."),
    boolean("disabled", "Whether the rule is switched off."),
    integer("position", "Place in the order of evaluation: 0 is first, and the first match wins."),
    obj(
        "conditions",
        "Conditions that an event has to meet; empty for a rule that catches all.",
        text("operator", "How the conditions combine: `and` or `or`."),
        array(
            "subconditions",
            "Conditions that are combined.",
            text(
                "operator",
                "Comparison: `exists`, `equals`, `contains`, `matches`, or their opposites "
                "`nexists`, `nequals`, `ncontains`, `nmatches`.",
            ),
            obj(
                "parameters",
                "What is compared.",
                text("path", "Path of the event's field."),
                text("value", "Value that the field is compared with."),
                obj("options", "Options of the comparison."),
            ),
        ),
    ),
    obj(
        "time_frame",
        "When the rule is active; null when always.",
        obj(
            "active_between",
            "Single time span in which the rule is active.",
            integer("start_time", "Start, in milliseconds since 1970-01-01 00:00 UTC."),
            integer("end_time", "End, in milliseconds since 1970-01-01 00:00 UTC."),
        ),
        obj(
            "scheduled_weekly",
            "Weekly time span in which the rule is active.",
            integer("start_time", "Start, in milliseconds since midnight."),
            integer("duration", "Length of the time span in milliseconds."),
            text("timezone", "Time zone of the start."),
            integers("weekdays", "Days on which the span starts: 1 (Monday) to 7 (Sunday)."),
        ),
    ),
    array(
        "variables",
        "Values taken from the event for use in the actions (an early access feature).",
        text("type", "How the value is found: `regex`."),
        text("name", "Name of the variable."),
        obj(
            "parameters",
            "Where the value comes from.",
            text("value", "Regular expression that cuts the value out."),
            text("path", "Path of the event's field."),
        ),
    ),
)


class ServiceEventRules(ChildStream):
    """Event rules of services, which PagerDuty is phasing out (`GET /services/{id}/rules`)."""

    name = "service_event_rules"
    parent = Services
    path = "/services/{service_id}/rules"
    scope = "services.read"
    records_key = "rules"
    parent_columns = {"service_id": "id"}
    schema = properties(
        text("service_id", "Id of the service.", to="services"),
        *EVENT_RULE,
        obj("actions", "What the rule does with an event that matches.", *ACTIONS),
    )
