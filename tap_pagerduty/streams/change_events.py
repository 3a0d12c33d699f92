"""Change events: deployments and other changes to services, as tools report them."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    BY_TEAM,
    RESOURCE,
    array,
    obj,
    properties,
    reference,
    references,
    text,
    time,
    url,
)
from tap_pagerduty.sync.windowed import WindowedStream

CHANGE_EVENT = (
    time("timestamp", "When the change was made, or noticed by the tool that reported it."),
    references("services", "services", "Services that the change is about."),
    reference("integration", "service_integrations", "Integration by which the event came in."),
    text(
        "routing_key",
        "Integration key that the event was sent with; a secret, left out unless "
        "`include_secrets` is on.",
    ),
    text("source", "Where the change happened: the name of a host, pipeline or tool."),
    array(
        "links",
        "Links to more about the change.",
        url("href", "Address that the link leads to."),
        text("text", "Text shown in place of the address."),
    ),
    array(
        "images",
        "Pictures that came with the event.",
        url("src", "Address of the image."),
        url("href", "Address that a click on the image leads to."),
        text("alt", "Text shown where the image cannot be."),
    ),
    obj("custom_details", "What the tool attached to the event; free-form."),
)


class ChangeEvents(WindowedStream):
    """Changes to services, reported by tools (`GET /change_events`)."""

    name = "change_events"
    path = "/change_events"
    filters = BY_TEAM
    scope = "change_events.read"
    replication_key = "timestamp"
    # The API documents no longest range: this one keeps a window's response small.
    max_window_days = 180
    # The time is the reporting tool's: an event can come in after others that are newer.
    overlap_days = 1
    secrets = ("routing_key",)
    schema = properties(*RESOURCE, *CHANGE_EVENT)
