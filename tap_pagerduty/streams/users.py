"""Users: the people who can be notified, and how."""

from __future__ import annotations

from tap_pagerduty.api.pagination import CURSOR, UNCOUNTED, WHOLE
from tap_pagerduty.streams.common import (
    BY_TEAM,
    RESOURCE,
    SUBSCRIPTION,
    SUBSCRIPTION_COLUMNS,
    SUBSCRIPTION_KEYS,
    array,
    boolean,
    integer,
    key,
    personal,
    properties,
    reference,
    references,
    text,
    time,
    url,
)
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

USER = (
    personal("name", "Full name of the user."),
    personal("email", "E-mail address of the user."),
    text("time_zone", "Time zone of the user, such as `Europe/Paris`; null: the account's."),
    text("color", "Colour of the user in schedules, such as `green`."),
    text(
        "role",
        "Base role: `owner`, `admin`, `user`, `limited_user`, `observer`, "
        "`restricted_access`, `read_only_user` or `read_only_limited_user`.",
    ),
    personal("avatar_url", "Address of the user's picture."),
    personal("description", "What the user wrote about themselves; null when empty."),
    boolean("invitation_sent", "Whether an invitation awaits the user's response."),
    text("job_title", "Job title; null when empty."),
    boolean("created_via_sso", "Whether single sign-on created the user."),
    references("teams", "teams", "Teams that the user belongs to."),
    references(
        "contact_methods",
        "user_contact_methods",
        "Ways to reach the user: phone, SMS, e-mail, push, WhatsApp.",
    ),
    references(
        "notification_rules",
        "user_notification_rules",
        "Rules that say when and how the user is notified.",
    ),
    url(
        "http_cal_url",
        "Secret address of the on-call calendar over HTTP: it opens without a login. "
        "PagerDuty leaves it out of lists; left out unless `include_secrets` is on.",
    ),
    url(
        "web_cal_url",
        "Secret address of the on-call calendar as webcal: it opens without a login. "
        "PagerDuty leaves it out of lists; left out unless `include_secrets` is on.",
    ),
    boolean(
        "billed", "Not documented by PagerDuty; seems to say whether the user takes up a licence."
    ),
    text("locale", "Not documented by PagerDuty; language of the user, such as `en-US`."),
    array(
        "coordinated_incidents",
        "Not documented by PagerDuty; incidents whose responders the user coordinates.",
        reference("incident", "incidents", "Incident."),
        reference("requester", "users", "User who asked for help."),
        text("message", "Text sent along with the request."),
        text("state", "State of the request."),
        time("requested_at", "When help was asked for."),
    ),
)


class Users(PagerDutyStream):
    """Users of the account (`GET /users`); deleted users are not listed."""

    name = "users"
    path = "/users"
    filters = BY_TEAM
    scope = "users.read"
    schema = properties(*RESOURCE, *USER)


class UserContactMethods(PagerDutyStream):
    """Ways to reach a user (`GET /users` with `include[]=contact_methods`).

    The same records as `GET /users/{id}/contact_methods`, at no request per user.
    """

    name = "user_contact_methods"
    path = "/users"
    filters = BY_TEAM
    records_key = "users"
    params = {"include[]": ["contact_methods"]}
    nested = "contact_methods"
    parent_columns = {"user_id": "id"}
    scope = "users.read users:contact_methods.read"
    selected_by_default = False  # personal data
    schema = properties(
        *RESOURCE,
        text("user_id", "Id of the user.", to="users"),
        text("label", "What the user calls it, such as `Work` or `Mobile`."),
        personal("address", "E-mail address, phone number or device, by `type`."),
        integer("country_code", "Country calling code; only for phone and SMS."),
        boolean("enabled", "Whether the address can receive notifications; not for push."),
        boolean(
            "blacklisted",
            "Whether PagerDuty has blocked the phone and sends nothing to it; only for phone and "
            "SMS.",
        ),
        text("device_type", "Operating system of the device: `android` or `ios`; only for push."),
        array(
            "sounds",
            "Sounds of notifications; only for push.",
            text("type", "What the sound is for: `alert_high_urgency` or `alert_low_urgency`."),
            text("file", "Name of the sound's file."),
        ),
        time("created_at", "When the contact method was created; only for push."),
        boolean("send_short_email", "Whether messages are kept short; only for e-mail."),
        boolean(
            "send_html_email",
            "Not documented by PagerDuty; whether messages are in HTML; only for e-mail.",
        ),
    )


class UserNotificationRules(PagerDutyStream):
    """When and how a user is notified (`GET /users` with `include[]=notification_rules`).

    The same records as `GET /users/{id}/notification_rules`, of high and low urgency, at no
    request per user.
    """

    name = "user_notification_rules"
    path = "/users"
    filters = BY_TEAM
    records_key = "users"
    params = {"include[]": ["notification_rules"]}
    nested = "notification_rules"
    parent_columns = {"user_id": "id"}
    scope = "users.read users:contact_methods.read"
    selected_by_default = False  # personal data
    schema = properties(
        *RESOURCE,
        text("user_id", "Id of the user.", to="users"),
        integer(
            "start_delay_in_minutes", "Minutes after the assignment at which the rule notifies."
        ),
        reference(
            "contact_method",
            "user_contact_methods",
            "Contact method by which the rule notifies.",
            personal("address", "Not documented by PagerDuty; address of the contact method."),
            text("label", "Not documented by PagerDuty; what the user calls it."),
            boolean("enabled", "Not documented by PagerDuty; whether it can be used."),
            boolean(
                "send_short_email", "Not documented by PagerDuty; whether messages are kept short."
            ),
            boolean("send_html_email", "Not documented by PagerDuty; whether they are in HTML."),
        ),
        text("urgency", "Urgency of the incidents that the rule is for: `high` or `low`."),
        time("created_at", "When the rule was created; only in PagerDuty's examples."),
    )


class UserOncallHandoffNotificationRules(ChildStream):
    """When a user is notified of shifts that start or end.

    (`GET /users/{id}/oncall_handoff_notification_rules`)
    """

    name = "user_oncall_handoff_notification_rules"
    parent = Users
    path = "/users/{user_id}/oncall_handoff_notification_rules"
    records_key = "oncall_handoff_notification_rules"
    parent_columns = {"user_id": "id"}
    paginator = WHOLE
    scope = "users.read"
    schema = properties(
        key("id", "Id that PagerDuty gave the rule."),
        text("user_id", "Id of the user.", to="users"),
        integer(
            "notify_advance_in_minutes", "Minutes before the handoff at which the rule notifies."
        ),
        text(
            "handoff_type",
            "Handoffs that the rule is for: `oncall` (shifts start), `offcall` (shifts end) or "
            "`both`.",
        ),
        reference(
            "contact_method", "user_contact_methods", "Contact method by which the rule notifies."
        ),
    )


class UserStatusUpdateNotificationRules(ChildStream):
    """How a user is notified of status updates of incidents.

    (`GET /users/{id}/status_update_notification_rules`)
    """

    name = "user_status_update_notification_rules"
    parent = Users
    path = "/users/{user_id}/status_update_notification_rules"
    records_key = "status_update_notification_rules"
    parent_columns = {"user_id": "id"}
    paginator = WHOLE
    scope = "users.read"
    schema = properties(
        *RESOURCE,
        text("user_id", "Id of the user.", to="users"),
        reference(
            "contact_method", "user_contact_methods", "Contact method by which the rule notifies."
        ),
        time("created_at", "When the rule was created; only in PagerDuty's examples."),
    )


class UserNotificationSubscriptions(ChildStream):
    """What a user gets status updates of (`GET /users/{id}/notification_subscriptions`)."""

    name = "user_notification_subscriptions"
    parent = Users
    path = "/users/{user_id}/notification_subscriptions"
    records_key = "subscriptions"
    paginator = UNCOUNTED
    parent_columns = {"user_id": "id"}
    columns = SUBSCRIPTION_COLUMNS
    primary_keys = ("user_id", *SUBSCRIPTION_KEYS)
    scope = "subscribers.read"
    schema = properties(
        key("user_id", "Id of the user.", to="users"),
        *SUBSCRIPTION,
    )


class UserOauthDelegations(ChildStream):
    """Apps and devices that act for a user (`GET /users/{id}/oauth_delegations`)."""

    name = "user_oauth_delegations"
    parent = Users
    path = "/users/{user_id}/oauth_delegations"
    records_key = "oauth_delegations"
    parent_columns = {"user_id": "id"}
    paginator = CURSOR
    scope = "oauth_delegations.read"
    schema = properties(
        key("id", "Id that PagerDuty gave the delegation."),
        text("user_id", "Id of the user.", to="users"),
        text(
            "status", "State of the delegation: `issued`, or `revoked` when it is no longer valid."
        ),
        text("client_id", "Id of the app."),
        text("delegation_type", "Where the delegation is used: `web`, `mobile` or `integration`."),
        text("type", "The same as `delegation_type`, as PagerDuty's example names it."),
        text("scope", "What the app may do: OAuth scopes, separated by spaces."),
        time("created_at", "When the delegation was created."),
        time("expires_at", "When the delegation expires."),
        url("self", "API address of the delegation."),
    )
