"""Extensions and add-ons: what PagerDuty sends to other tools, and what it shows of them."""

from __future__ import annotations

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.streams.common import (
    BY_SERVICE,
    RESOURCE,
    boolean,
    obj,
    properties,
    reference,
    references,
    text,
    texts,
    url,
)


class Extensions(PagerDutyStream):
    """Tools that are told of the incidents of services (`GET /extensions`)."""

    name = "extensions"
    path = "/extensions"
    scope = "extensions.read"
    # Its properties are each tool's own, tokens and passwords among them.
    secrets = ("config",)
    schema = properties(
        *RESOURCE,
        text("name", "Name of the extension."),
        url("endpoint_url", "Address that is told; null when the tool needs none."),
        references("extension_objects", "services", "Services whose incidents are told."),
        reference("extension_schema", "extension_schemas", "Kind of tool."),
        boolean(
            "temporarily_disabled",
            "Whether PagerDuty stopped telling for now, as the tool kept refusing.",
        ),
        obj(
            "config",
            "Settings of the tool, which may hold its tokens and passwords; left out unless "
            "`include_secrets` is on.",
        ),
    )


class ExtensionSchemas(PagerDutyStream):
    """Kinds of tools that extensions can tell (`GET /extension_schemas`)."""

    name = "extension_schemas"
    path = "/extension_schemas"
    scope = "extension_schemas.read"
    schema = properties(
        *RESOURCE,
        text("key", "Name of the kind of tool for machines, such as `generic_webhook`."),
        text("label", "Name of the kind of tool for people."),
        text("description", "What the tool does with what it is told."),
        url("icon_url", "Small picture of the tool's logo."),
        url("logo_url", "Large picture of the tool's logo."),
        url("guide_url", "Guide to set it up."),
        texts("send_types", "What of incidents it is told, such as `trigger` or `resolve`."),
        url("url", "Address that is told; empty when each extension has its own."),
    )


class Addons(PagerDutyStream):
    """Web pages that are shown inside PagerDuty (`GET /addons`)."""

    name = "addons"
    path = "/addons"
    filters = BY_SERVICE
    scope = "addons.read"
    schema = properties(
        *RESOURCE,
        text("name", "Name of the add-on."),
        url("src", "Address of the page."),
    )
