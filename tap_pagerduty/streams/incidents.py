"""Incidents: what went wrong, and how urgent it is."""

from __future__ import annotations

import typing as t

from tap_pagerduty.client import EventStream, PagerDutyStream
from tap_pagerduty.streams.common import (
    PENDING_ACTION,
    REFERENCE,
    RESOURCE,
    anything,
    array,
    boolean,
    integer,
    obj,
    properties,
    reference,
    references,
    text,
    texts,
    time,
    url,
)

if t.TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

ASSIGNMENT = (
    time("at", "When the assignment was made."),
    reference("assignee", "User to whom the incident is assigned."),
)

ACKNOWLEDGEMENT = (
    time("at", "When the acknowledgement was made."),
    reference("acknowledger", "User or service that acknowledged."),
)

RESPONDER = (
    text("state", "Answer so far: `pending`, `joined`, `declined` or `user_cancelled`."),
    reference("user", "User who was asked to help."),
    reference("incident", "Incident that needs help."),
    time("updated_at", "When the state last changed."),
    text("message", "Text sent along with the request."),
    reference("requester", "User who asked for help."),
    time("requested_at", "When help was asked for."),
    texts("escalation_policy_requests", "Names of escalation policies that brought the user in."),
)

RESPONDER_REQUEST = (
    text("id", "Id of the request."),
    reference("incident", "Incident that needs help."),
    reference("requester", "User who asked for help."),
    time("requested_at", "When help was asked for."),
    text("message", "Text sent along with the request."),
    array(
        "responder_request_targets",
        "Users and escalation policies that were asked.",
        text("type", "Kind of target: a user or an escalation policy."),
        text("id", "Id of the user or escalation policy."),
        text("summary", "Name of the user or escalation policy."),
        array("incident_responders", "Users that the target stands for.", *RESPONDER),
    ),
)

EXTERNAL_REFERENCE = (
    *REFERENCE,
    text("external_id", "Not documented by PagerDuty; id of the item in the other tool."),
    url("external_url", "Not documented by PagerDuty; address of the item in the other tool."),
    boolean("sync", "Not documented by PagerDuty; seems to say if both are kept in step."),
    reference("webhook", "Not documented by PagerDuty; webhook that links the two."),
)


class Incidents(EventStream):
    """Incidents with their state at the time of reading (`GET /incidents`)."""

    name = "incidents"
    path = "/incidents"
    scope = "incidents.read"
    params = {"time_zone": "UTC", "sort_by": "created_at:asc,incident_number:asc"}
    replication_key = "updated_at"
    max_window_days = 180
    schema = properties(
        *RESOURCE,
        integer("incident_number", "Number that people call the incident by; one per account."),
        text("title", "What happened, in a line."),
        text("description", "Not documented by PagerDuty; the same text as the title where seen."),
        time("created_at", "When the incident was first triggered."),
        time(
            "updated_at",
            "When the incident last changed; if PagerDuty sends none, the tap fills in the last "
            "status change, else the creation.",
        ),
        text("status", "State now: `triggered`, `acknowledged` or `resolved`."),
        text("incident_key", "Key under which events are taken for the same; null with alerts."),
        reference("service", "Service that the incident is on."),
        array("assignments", "Who has to act now; empty once resolved.", *ASSIGNMENT),
        text(
            "assigned_via",
            "How the assignees were found: `escalation_policy` or `direct_assignment` (which "
            "does not escalate).",
        ),
        time(
            "last_status_change_at",
            "When the status last changed; while triggered, the same as `updated_at`.",
        ),
        time("resolved_at", "When the incident was resolved; null while it is open."),
        reference("first_trigger_log_entry", "Log entry that began the incident."),
        obj(
            "alert_counts",
            "How many alerts belong to the incident.",
            integer("triggered", "Open alerts."),
            integer("resolved", "Resolved alerts."),
            integer("all", "All alerts."),
        ),
        boolean(
            "is_mergeable",
            "Whether it can be merged: it has alerts, or a person opened it.",
        ),
        obj(
            "incident_type",
            "Type of the incident.",
            text("name", "Name of the incident type, such as `incident_default`."),
        ),
        reference("escalation_policy", "Escalation policy of the incident."),
        references("teams", "Teams involved in the incident."),
        array(
            "pending_actions",
            "What PagerDuty will do by itself if nobody acts.",
            *PENDING_ACTION,
        ),
        array(
            "acknowledgements",
            "Who is working on it; empty, sometimes null, unless acknowledged.",
            *ACKNOWLEDGEMENT,
        ),
        obj(
            "alert_grouping",
            "How alerts are grouped into the incident; null without alerts.",
            text("grouping_type", "`basic`, `advanced` or `rules`."),
            time("started_at", "When grouping began."),
            time("ended_at", "When grouping ended; null while it goes on."),
            boolean("alert_grouping_active", "Whether new alerts still join."),
        ),
        anything(
            "basic_alert_grouping",
            "Not documented by PagerDuty; null in every answer seen.",
        ),
        reference(
            "last_status_change_by",
            "User, service or integration that last changed the status; may be null.",
        ),
        reference(
            "priority",
            "Priority of the incident; null when none is set.",
            text("name", "Name of the priority, such as `P1`."),
            text("description", "What the priority means."),
        ),
        obj(
            "resolve_reason",
            "Why it was resolved, if by a merge; null otherwise.",
            text("type", "Kind of reason: `merge_resolve_reason`."),
            reference("incident", "Incident that this one was merged into."),
        ),
        obj(
            "conference_bridge",
            "Where responders meet; null when there is none, and mostly absent from lists.",
            text("conference_number", "Phone number, with `,` for pauses and `#` after codes."),
            url("conference_url", "Address of the web conference or chat."),
        ),
        array(
            "incidents_responders",
            "Users asked to help, with their answers; absent on plans without responder requests.",
            *RESPONDER,
        ),
        array(
            "responder_requests",
            "Requests for help; absent on plans without responder requests.",
            *RESPONDER_REQUEST,
        ),
        text("urgency", "How it notifies: `high` or `low`."),
        obj(
            "body",
            "Details given at creation; mostly absent from lists.",
            anything("details", "Free-form; documented as an object, also seen as text."),
        ),
        array(
            "subscriber_requests",
            "Not documented by PagerDuty; empty in every answer seen.",
        ),
        text("alert_hash", "Not documented by PagerDuty; seen in one report, meaning unknown."),
        array(
            "external_references",
            "Not documented by PagerDuty; links to items in other tools, such as a chat.",
            *EXTERNAL_REFERENCE,
        ),
        array(
            "linked_incidents",
            "Not documented by PagerDuty; seems to list related incidents.",
        ),
    )

    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        """Fill in `updated_at` where it is missing or null, so that the bookmark can use it.

        PagerDuty added the field in 2023 (API changelog, 8 May 2023) and does not promise it:
        see "List incidents" (`GET /incidents`, schema `Incident`) in the API reference.
        """
        record = super().post_process(row, context)
        if record is not None and not record.get("updated_at"):
            record["updated_at"] = record.get("last_status_change_at") or record.get("created_at")
        return record


class Priorities(PagerDutyStream):
    """Priorities of the account, from most to least severe (`GET /priorities`)."""

    name = "priorities"
    path = "/priorities"
    scope = "priorities.read"
    schema = properties(
        *RESOURCE,
        text("name", "Name of the priority, such as `P1`."),
        text("description", "What the priority means."),
    )
