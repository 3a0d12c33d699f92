"""Extensions and add-ons: what PagerDuty sends to other tools, and what it shows of them."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    BY_SERVICE,
    PUBLIC_PART,
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
from tap_pagerduty.sync.client import PagerDutyStream


class Extensions(PagerDutyStream):
    """Extensions of services: tools that their incidents are sent to (`GET /extensions`)."""

    name = "extensions"
    path = "/extensions"
    scope = "extensions.read"
    # Its properties are each tool's own, tokens and passwords among them.
    secrets = ("config",)
    schema = properties(
        *RESOURCE,
        text("name", "Name of the extension."),
        url(
            "endpoint_url",
            "Address that incidents are sent to; null when the tool needs none. Its path is often "
            "a secret: only scheme and host, unless `include_secrets` is on.",
        ),
        references("extension_objects", "services", "Services whose incidents are sent."),
        reference("extension_schema", "extension_schemas", "Kind of extension."),
        boolean(
            "temporarily_disabled",
            "Whether PagerDuty has stopped sending for now, as the tool kept refusing.",
        ),
        obj(
            "config",
            "Settings of the tool, which may hold its tokens and passwords; left out unless "
            "`include_secrets` is on.",
        ),
        boolean("authorized", "Not documented by PagerDuty; whether the tool has given access."),
        url("authorization_url", "Not documented by PagerDuty; address at which it gives access."),
    )


class ExtensionSchemas(PagerDutyStream):
    """Kinds of extensions: tools that incidents can be sent to (`GET /extension_schemas`)."""

    name = "extension_schemas"
    path = "/extension_schemas"
    scope = "extension_schemas.read"
    schema = properties(
        *RESOURCE,
        text("key", "Name of the kind of extension in the API, such as `generic_webhook`."),
        text("label", "Name of the kind of extension as people see it."),
        text("description", "What the tool does with the incidents that are sent to it."),
        url("icon_url", "Address of a small picture of the tool's logo."),
        url("logo_url", "Address of a large picture of the tool's logo."),
        url("guide_url", "Address of a guide to setting up the extension."),
        texts(
            "send_types", "Kinds of incident events that are sent, such as `trigger` or `resolve`."
        ),
        url("url", "Address that incidents are sent to; empty when each extension has its own."),
    )


class Addons(PagerDutyStream):
    """Add-ons: web pages that are shown inside PagerDuty (`GET /addons`)."""

    name = "addons"
    path = "/addons"
    filters = BY_SERVICE
    scope = "addons.read"
    addresses = ("src",)
    schema = properties(
        *RESOURCE,
        text("name", "Name of the add-on."),
        url("src", f"Address of the page{PUBLIC_PART}."),
    )
