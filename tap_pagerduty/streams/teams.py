"""Teams: who belongs together, and what they follow."""

from __future__ import annotations

from tap_pagerduty.api.pagination import UNCOUNTED
from tap_pagerduty.streams.common import (
    RESOURCE,
    SUBSCRIPTION,
    SUBSCRIPTION_COLUMNS,
    SUBSCRIPTION_KEYS,
    key,
    properties,
    reference,
    text,
)
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream


class Teams(PagerDutyStream):
    """Teams of the account (`GET /teams`)."""

    name = "teams"
    path = "/teams"
    scope = "teams.read"
    schema = properties(
        *RESOURCE,
        text("name", "Name of the team."),
        text("description", "What the team is for; null when empty."),
        text(
            "default_role",
            "What non-members may do: `manager` (public: up to their base role) or "
            "`none` (private: nothing).",
        ),
        reference(
            "parent", "teams", "Not documented by PagerDuty; team above this one; null at the top."
        ),
    )


class TeamMembers(ChildStream):
    """Members of teams, and their roles (`GET /teams/{id}/members`)."""

    name = "team_members"
    parent = Teams
    path = "/teams/{team_id}/members"
    records_key = "members"
    parent_columns = {"team_id": "id"}
    columns = {"user_id": "user.id"}
    primary_keys = ("team_id", "user_id")
    scope = "teams.read"
    schema = properties(
        key("team_id", "Id of the team.", to="teams"),
        key("user_id", "Id of the member.", to="users"),
        reference("user", "users", "User who is the member."),
        text("role", "Role in the team: `observer`, `responder` or `manager`."),
    )


class TeamNotificationSubscriptions(ChildStream):
    """What a team gets status updates of (`GET /teams/{id}/notification_subscriptions`)."""

    name = "team_notification_subscriptions"
    parent = Teams
    path = "/teams/{team_id}/notification_subscriptions"
    records_key = "subscriptions"
    paginator = UNCOUNTED
    parent_columns = {"team_id": "id"}
    columns = SUBSCRIPTION_COLUMNS
    primary_keys = ("team_id", *SUBSCRIPTION_KEYS)
    scope = "subscribers.read"
    schema = properties(
        key("team_id", "Id of the team.", to="teams"),
        *SUBSCRIPTION,
    )
