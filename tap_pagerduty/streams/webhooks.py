"""Webhooks: who is told of events over HTTP."""

from __future__ import annotations

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.streams.common import (
    PUBLIC_PART,
    array,
    boolean,
    key,
    obj,
    properties,
    reference,
    text,
    texts,
    url,
)
from tap_pagerduty.sync.client import PagerDutyStream


class WebhookSubscriptions(PagerDutyStream):
    """Webhooks: subscriptions to events (`GET /webhook_subscriptions`)."""

    name = "webhook_subscriptions"
    path = "/webhook_subscriptions"
    scope = "webhook_subscriptions.read"
    addresses = ("delivery_method.url",)
    secrets = ("delivery_method.secret", "delivery_method.custom_headers.value")
    schema = properties(
        key("id", "Id that PagerDuty gave the subscription; never reused."),
        text("type", "Kind of record: `webhook_subscription`."),
        text("description", "What the subscription is for; null when empty."),
        boolean("active", "Whether events are sent."),
        texts("events", "Kinds of events that are sent, such as `incident.triggered`."),
        obj(
            "filter",
            "Account, service or team whose events are sent.",
            text(
                "id",
                "Id of the service or team; null when the whole account's are sent.",
                to=("services", "teams"),
            ),
            text(
                "type",
                "Kind of resource: `account_reference`, `service_reference` or `team_reference`.",
            ),
        ),
        obj(
            "delivery_method",
            "How events are sent.",
            text("id", "Id of the delivery method."),
            text("type", "Kind of delivery: `http_delivery_method`."),
            url("url", f"Address that events are sent to{PUBLIC_PART}."),
            boolean(
                "temporarily_disabled",
                "Whether PagerDuty has stopped sending for now, as the address kept refusing.",
            ),
            text(
                "secret",
                "Secret that events are signed with, shown only on creation; left out unless "
                "`include_secrets` is on.",
            ),
            array(
                "custom_headers",
                "HTTP headers that are sent along.",
                text("name", "Name of the header."),
                text(
                    "value",
                    "Value of the header, which PagerDuty redacts; left out unless "
                    "`include_secrets` is on.",
                ),
            ),
        ),
        reference(
            "oauth_client",
            "webhook_oauth_clients",
            "OAuth client with which PagerDuty signs in at the address; null when none is set.",
        ),
    )


class WebhookOauthClients(PagerDutyStream):
    """OAuth clients with which webhooks sign in (`GET /webhook_subscriptions/oauth_clients`)."""

    name = "webhook_oauth_clients"
    path = "/webhook_subscriptions/oauth_clients"
    # PagerDuty documents no scope of its own for it.
    scope = "webhook_subscriptions.read"
    plan = "the role of an admin or owner"
    records_key = "oauth_clients"
    paginator = WHOLE
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the client; never reused."),
        text("type", "Kind of record: `oauth_client`."),
        text("name", "Name of the client."),
        text("client_id", "Client id with which PagerDuty signs in; not a secret on its own."),
        text("scope", "OAuth scopes that are asked for; null when there are none."),
        url("token_url", "Address that access tokens are got from."),
        text("grant_type", "Kind of OAuth grant: `client_credentials`."),
        text("status", "State of the client: `active`, or `error` when signing in failed."),
    )
