"""Tags: labels for users, teams and escalation policies."""

from __future__ import annotations

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.streams.common import RESOURCE, properties, text


class Tags(PagerDutyStream):
    """Tags of the account (`GET /tags`)."""

    name = "tags"
    path = "/tags"
    scope = "tags.read"
    schema = properties(
        *RESOURCE,
        text("label", "Text of the tag."),
    )
