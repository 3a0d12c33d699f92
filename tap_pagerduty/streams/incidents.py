"""Incidents: what went wrong, and how urgent it is."""

from __future__ import annotations

import typing as t

from tap_pagerduty.compat import override
from tap_pagerduty.streams.common import (
    BY_SERVICE,
    BY_TEAM,
    PENDING_ACTION,
    RESOURCE,
    any_value,
    anything,
    array,
    boolean,
    integer,
    obj,
    personal,
    properties,
    reference,
    references,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.sync.change_feed import ChangeFeed
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk.helpers.types import Context

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records import Record


ASSIGNMENT = (
    time("at", "When the assignment was made."),
    reference("assignee", "users", "User to whom the incident is assigned."),
)

ACKNOWLEDGEMENT = (
    time("at", "When the acknowledgement was made."),
    reference("acknowledger", ("users", "services"), "User or service that acknowledged."),
)

# Not documented by PagerDuty, neither of priorities nor of those in incidents.
PRIORITY = (
    integer(
        "order", "Not documented by PagerDuty; rank: the larger, the more severe the priority."
    ),
    text("color", "Not documented by PagerDuty; color of the priority as hex digits."),
    time("created_at", "Not documented by PagerDuty; when the priority was created."),
    time("updated_at", "Not documented by PagerDuty; when the priority last changed."),
    text("account_id", "Not documented by PagerDuty; id of the account."),
    integer("schema_version", "Not documented by PagerDuty; meaning unknown."),
)

# What the users of a responder request carry besides, also not documented.
RESPONDER_USER = (
    personal("avatar_url", "Not documented by PagerDuty; address of the user's picture."),
    text("color", "Not documented by PagerDuty; color of the user in schedules."),
    text("job_title", "Not documented by PagerDuty; job title of the user."),
)

RESPONDER = (
    text("state", "Response so far: `pending`, `joined`, `declined` or `user_cancelled`."),
    reference("user", "users", "User who was asked to help.", *RESPONDER_USER),
    reference("incident", "incidents", "Incident that needs help."),
    time("updated_at", "When the state last changed."),
    text("message", "Text sent along with the request."),
    reference("requester", "users", "User who asked for help.", *RESPONDER_USER),
    time("requested_at", "When help was asked for."),
    texts("escalation_policy_requests", "Names of escalation policies that brought the user in."),
    texts("errors", "Not documented by PagerDuty; why the user could not be asked."),
)

TARGET = (
    text("type", "Kind of target: a user or an escalation policy."),
    text("id", "Id of the user or escalation policy.", to=("users", "escalation_policies")),
    text("summary", "Name of the user or escalation policy."),
)

RESPONDER_REQUEST = (
    text("id", "Id of the request."),
    reference("incident", "incidents", "Incident that needs help."),
    reference("requester", "users", "User who asked for help."),
    time("requested_at", "When help was asked for."),
    text("message", "Text sent along with the request."),
    array(
        "responder_request_targets",
        "Users and escalation policies that were asked.",
        *TARGET,
        array("incident_responders", "Users that the target stands for.", *RESPONDER),
        obj(
            "responder_request_target",
            "Not documented by PagerDuty, but in its examples: the target's properties, one level "
            "further down.",
            *TARGET,
            array("incidents_responders", "Users that the target stands for.", *RESPONDER),
        ),
    ),
)

EXTERNAL_REFERENCE = (
    text("external_id", "Not documented by PagerDuty; id of the item in the other tool."),
    url("external_url", "Not documented by PagerDuty; address of the item in the other tool."),
    boolean("sync", "Not documented by PagerDuty; seems to say whether the two are kept in step."),
    reference(
        "webhook",
        "webhook_subscriptions",
        "Not documented by PagerDuty; webhook that links the two.",
    ),
)


# Properties of a listed incident, less those that only some accounts or requests have.
LISTED = frozenset(
    {
        "acknowledgements",
        "alert_counts",
        "assigned_via",
        "assignments",
        "created_at",
        "escalation_policy",
        "first_trigger_log_entry",
        "html_url",
        "id",
        "incident_key",
        "incident_number",
        "is_mergeable",
        "last_status_change_at",
        "last_status_change_by",
        "pending_actions",
        "priority",
        "resolve_reason",
        "resolved_at",
        "self",
        "service",
        "status",
        "summary",
        "teams",
        "title",
        "type",
        "updated_at",
        "urgency",
    },
)


class Incidents(WindowedStream):
    """Incidents with their state at the time of reading (`GET /incidents`).

    PagerDuty lists incidents by creation only; see `ChangeFeed` for how changes are found, and
    for the two positions in the state: `created_until` and the bookmark.
    """

    name = "incidents"
    path = "/incidents"
    filters = {**BY_TEAM, **BY_SERVICE, "urgencies": "urgencies[]"}
    scope = "incidents.read"
    params = {"time_zone": "UTC", "sort_by": "created_at:asc,incident_number:asc"}
    replication_key = "updated_at"
    max_window_days = 180
    peeked_fields = ("id", "status", "updated_at")
    cost = "1 per 100 that are new, 1 per 100 that are open, 1 per 100 new log entries"
    schema = properties(
        *RESOURCE,
        integer(
            "incident_number", "Number by which people call the incident; unique in the account."
        ),
        text("title", "What happened, in a line."),
        text("description", "Not documented by PagerDuty; the same text as the title where seen."),
        time("created_at", "When the incident was first triggered."),
        time(
            "updated_at",
            "When the incident last changed; if PagerDuty sends no such time, the tap fills in "
            "that of the last status change, or else of the creation.",
        ),
        text("status", "State now: `triggered`, `acknowledged` or `resolved`."),
        text(
            "incident_key",
            "Key by which events are recognised as the same incident; null when the incident has "
            "alerts.",
        ),
        reference("service", "services", "Service that the incident is on."),
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
        reference(
            "first_trigger_log_entry", "log_entries", "Log entry with which the incident started."
        ),
        obj(
            "alert_counts",
            "How many alerts belong to the incident.",
            integer("triggered", "Number of open alerts."),
            integer("resolved", "Number of resolved alerts."),
            integer("all", "Number of all alerts."),
        ),
        boolean(
            "is_mergeable",
            "Whether the incident can be merged: it has alerts, or a person opened it.",
        ),
        obj(
            "incident_type",
            "Type of the incident.",
            text("name", "Name of the incident type, such as `incident_default`."),
        ),
        reference("escalation_policy", "escalation_policies", "Escalation policy of the incident."),
        references("teams", "teams", "Teams involved in the incident."),
        array(
            "pending_actions",
            "What PagerDuty will do automatically if nobody acts.",
            *PENDING_ACTION,
        ),
        array(
            "acknowledgements",
            "Who has acknowledged the incident; empty, sometimes null, unless its status is "
            "`acknowledged`.",
            *ACKNOWLEDGEMENT,
        ),
        obj(
            "alert_grouping",
            "How alerts are grouped into the incident; null without alerts.",
            text("grouping_type", "Kind of grouping: `basic`, `advanced` or `rules`."),
            time("started_at", "When grouping started."),
            time("ended_at", "When grouping ended; null while it is active."),
            boolean("alert_grouping_active", "Whether new alerts still join."),
        ),
        anything(
            "basic_alert_grouping",
            "Not documented by PagerDuty; null in every response seen.",
        ),
        reference(
            "last_status_change_by",
            ("users", "services", "service_integrations"),
            "User, service or integration that last changed the status; may be null.",
        ),
        reference(
            "priority",
            "priorities",
            "Priority of the incident; null when none is set.",
            text("name", "Name of the priority, such as `P1`."),
            text("description", "What the priority means."),
            *PRIORITY,
        ),
        obj(
            "resolve_reason",
            "Why the incident was resolved, if by a merge; null otherwise.",
            text("type", "Kind of reason: `merge_resolve_reason`."),
            text("summary", "Reason as text, where PagerDuty sends only that."),
            reference("incident", "incidents", "Incident that this one was merged into."),
        ),
        obj(
            "conference_bridge",
            "Where responders meet; null when there is none, and mostly absent from lists.",
            text("conference_number", "Phone number, with `,` for pauses and `#` after codes."),
            url("conference_url", "Address of the web conference or chat."),
        ),
        array(
            "incidents_responders",
            "Users asked to help, with their responses; not on plans without responder requests.",
            *RESPONDER,
        ),
        array(
            "responder_requests",
            "Requests for help; absent on plans without responder requests.",
            *RESPONDER_REQUEST,
        ),
        text("urgency", "Urgency, which decides how users are notified: `high` or `low`."),
        obj(
            "body",
            "Details given at creation; mostly absent from lists.",
            any_value("details", "Free-form; documented as an object, also seen as text."),
        ),
        array(
            "subscriber_requests",
            "Not documented by PagerDuty; empty in every response seen.",
        ),
        text("alert_hash", "Not documented by PagerDuty; seen in one report, meaning unknown."),
        references(
            "external_references",
            None,
            "Not documented by PagerDuty; links to items in other tools, such as a chat.",
            *EXTERNAL_REFERENCE,
        ),
        anything("importance", "Not documented by PagerDuty; null in every response seen."),
        anything("occurrence", "Not documented by PagerDuty; meaning unknown."),
        obj("metadata", "Not documented by PagerDuty; meaning unknown."),
        anything("privilege", "Not documented by PagerDuty; null in every response seen."),
        references(
            "impacted_services",
            "services",
            "Not documented by PagerDuty; services that the incident impacts; absent from lists.",
        ),
        array(
            "linked_incidents",
            "Not documented by PagerDuty; seems to list related incidents.",
        ),
    )

    @override
    def request_records(self, context: Context | None) -> Iterable[Record]:
        """Yield what the change feed finds: no list of the API is by change."""
        return ChangeFeed(self, LISTED).records()

    @override
    def first_requests(self) -> list[PageRequest]:
        return ChangeFeed(self, LISTED).first_requests(self.copy_of_state())

    @override
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
        *PRIORITY,
    )
