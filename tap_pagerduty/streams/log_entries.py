"""Log entries: everything that happened to an incident."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    BY_TEAM,
    CEF_DETAILS,
    CONTEXT,
    NOTIFICATION,
    PENDING_ACTION,
    RESOURCE,
    any_value,
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
from tap_pagerduty.sync.windowed import WindowedStream

FIELD_CHANGE = (
    text("id", "Id of the field, or of what it refers to."),
    text("name", "Name of the field."),
    any_value("value", "New value: text, number or list."),
    text("namespace", "Where the field belongs, such as `incidents`."),
    any_value("old_value", "Value before; null if there was none. Documented as text."),
)

CHANNEL = (
    text(
        "type",
        "Kind of channel, such as `auto`, `email`, `api`, `nagios`, `timeout`, `sms`, `website`, "
        "`web_trigger` or `note`; it decides which other properties are there.",
    ),
    text("summary", "Short text: host, event description or e-mail subject, by `type`."),
    obj("user", "User concerned; PagerDuty does not document its properties."),
    obj("team", "Team concerned; PagerDuty does not document its properties."),
    obj(
        "notification",
        "Notification that was sent.",
        text("id", "Id of the notification.", to="notifications"),
        *NOTIFICATION,
    ),
    obj("channel", "Channel within the channel; PagerDuty does not document its properties."),
    obj(
        "changeset",
        "Changed fields; on entries about field values.",
        array("customer_fields", "Custom fields that changed.", *FIELD_CHANGE),
        array("application_fields", "PagerDuty's own fields that changed.", *FIELD_CHANGE),
        obj("custom_attributes", "More attributes of the change: names with texts."),
        obj(
            "customer_schema",
            "Change of the set of custom fields.",
            text("old_value", "Set before; null if there was none."),
        ),
    ),
    text("host", "For `nagios`: host that reported."),
    text("service", "For `nagios`: service on the host; null if the host itself."),
    text("state", "For `nagios`: state that caused the event."),
    any_value("details", "What the sender attached to the event: an object, or plain text."),
    text(
        "service_key",
        "For `api`: key by which the event named its service; a secret, left out unless "
        "`include_secrets` is on.",
    ),
    text("description", "For `api`: description of the event."),
    text("incident_key", "For `api`: key by which events are recognised as the same incident."),
    text("to", "For `email`: recipient."),
    text("from", "For `email`: sender."),
    text("subject", "For `email` and `web_trigger`: subject."),
    text("body", "For `email`: text of the message."),
    text("body_content_type", "For `email`: `text/plain` or `text/html`."),
    url("raw_url", "For `email`: address of the raw message."),
    url("html_url", "For `email`: address of the message as a page; absent for plain text."),
    CEF_DETAILS,
    text("old_title", "Not documented by PagerDuty; title before, where it changed."),
    text("new_title", "Not documented by PagerDuty; title after, where it changed."),
    text("urgency", "Not documented by PagerDuty; urgency of the incident, `high` or `low`."),
    text("source_type", "Not documented by PagerDuty; kind of what caused the entry."),
    text("source_id", "Not documented by PagerDuty; id of what caused the entry."),
    text("source_node_id", "Not documented by PagerDuty; meaning unknown."),
    boolean("details_omitted", "Not documented by PagerDuty; whether `details` were too large."),
    boolean("body_omitted", "Not documented by PagerDuty; whether `body` was too large."),
    integer("duration", "On snooze entries: seconds for which the incident is snoozed."),
)


class LogEntries(WindowedStream):
    """Log entries of all incidents, with the full event (`GET /log_entries`)."""

    name = "log_entries"
    path = "/log_entries"
    filters = BY_TEAM
    scope = "incidents.read"
    params = {"time_zone": "UTC", "include[]": ["channels"]}
    replication_key = "created_at"
    # The API documents no longest range: this one keeps a window's response small.
    max_window_days = 180
    peeked_fields = ("id",)
    schema = properties(
        *RESOURCE,
        # Takes the place of the general `type` above.
        text(
            "type",
            "What happened: `trigger_log_entry`, `acknowledge_log_entry`, "
            "`unacknowledge_log_entry`, `resolve_log_entry`, `assign_log_entry`, "
            "`delegate_log_entry`, `escalate_log_entry`, `exhaust_escalation_path_log_entry`, "
            "`repeat_escalation_path_log_entry`, `reach_ack_limit_log_entry`, "
            "`reach_trigger_limit_log_entry`, `notify_log_entry`, `annotate_log_entry`, "
            "`snooze_log_entry`, `urgency_change_log_entry`, `field_value_change_log_entry`, "
            "`custom_field_value_change_log_entry`, or another that PagerDuty does not document.",
        ),
        time("created_at", "When it happened."),
        obj(
            "channel",
            "Channel by which it happened; its properties depend on its `type`.",
            *CHANNEL,
        ),
        reference(
            "agent",
            ("users", "services", "service_integrations"),
            "User, service or integration that caused the entry; may be null.",
        ),
        text("note", "Note that came with the entry; null when there is none."),
        array(
            "contexts",
            "Links and images that came with the event.",
            *CONTEXT,
        ),
        reference("service", "services", "Service of the incident."),
        reference("incident", "incidents", "Incident that the entry is about; may be null."),
        references("teams", "teams", "Teams involved in the incident."),
        obj(
            "event_details",
            "Details of the event; free-form, on trigger entries.",
            text("description", "Description of the event."),
        ),
        texts("changeset", "Changes of custom fields, each described in a sentence."),
        integer(
            "acknowledgement_timeout",
            "On acknowledge entries: seconds that the acknowledgement lasts; null when there is "
            "no limit.",
        ),
        references(
            "assignees", "users", "On assign entries: users to whom the incident was assigned."
        ),
        reference("user", "users", "On notify entries: user who was notified."),
        array(
            "changed_actions",
            "On urgency change entries: what PagerDuty will now do automatically.",
            *PENDING_ACTION,
        ),
        obj(
            "notification",
            "Not documented by PagerDuty; on notify entries, what was sent.",
            *NOTIFICATION,
        ),
        reference(
            "assigned_user",
            "users",
            "Not documented by PagerDuty; user to whom the incident was assigned.",
        ),
        reference("responder", "users", "Not documented by PagerDuty; user who was asked to help."),
        anything("channels", "Not documented by PagerDuty; how it was sent, such as `email`."),
        obj(
            "event_rule_action",
            "Not documented by PagerDuty; on entries of event rules, what the rule did.",
            text("source_type", "Not documented by PagerDuty; kind of what caused it."),
        ),
        text("message", "Not documented by PagerDuty; text that came with the entry."),
        reference(
            "linked_incident",
            "incidents",
            "Not documented by PagerDuty; other incident, for example of a merge.",
        ),
    )
