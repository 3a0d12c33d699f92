"""Audit: who changed what in the account's configuration."""

from __future__ import annotations

from tap_pagerduty.api.pagination import CURSOR
from tap_pagerduty.streams.common import (
    array,
    key,
    obj,
    personal,
    properties,
    reference,
    references,
    text,
    time,
    url,
)
from tap_pagerduty.sync.windowed import WindowedStream


class AuditRecords(WindowedStream):
    """Changes to the configuration, and who made them (`GET /audit/records`)."""

    name = "audit_records"
    path = "/audit/records"
    records_key = "records"
    paginator = CURSOR
    scope = "audit_records.read"
    plan = "the Audit Trail feature, with a key of the account, its owner or an admin"
    replication_key = "execution_time"
    max_window_days = 31
    history_days = 365
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the record; never reused."),
        url("self", "API address of the record; mostly null."),
        time("execution_time", "When the change was made, to the millisecond."),
        obj(
            "execution_context",
            "Request by which the change was made; may be null.",
            text("request_id", "Id of the request; records of one request share it."),
            personal("remote_address", "IP address that the request came from."),
        ),
        references("actors", None, "Users, API keys or apps that made the change."),
        obj(
            "method",
            "How the actor was authenticated.",
            text(
                "type",
                "Kind of method: `browser`, `oauth`, `api_token`, `identity_provider` or `other`.",
            ),
            text("truncated_token", "Last four characters of the token; null in a browser."),
            text("description", "More about the method; mostly null."),
        ),
        reference(
            "root_resource", None, "Resource that was changed, or that contains what was changed."
        ),
        text("action", "What was done, for example `create`, `update` or `delete`."),
        obj(
            "details",
            "What exactly was changed; null when there is no more to say.",
            reference("resource", None, "Resource that was changed: the root, or one within it."),
            array(
                "fields",
                "Fields that were set; some of them may be unchanged.",
                text("name", "Name of the field."),
                text("description", "What the field is."),
                text("value", "Value after the change."),
                text("before_value", "Value before the change."),
            ),
            array(
                "references",
                "Links to other resources that were added or removed.",
                text("name", "Name of the link, such as `members`."),
                text("description", "What the link is."),
                references("added", None, "Resources that were linked."),
                references("removed", None, "Resources that were unlinked."),
            ),
        ),
    )
