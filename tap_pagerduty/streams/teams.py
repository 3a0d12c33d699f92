"""Teams: who belongs together."""

from __future__ import annotations

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.streams.common import RESOURCE, properties, text


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
    )
