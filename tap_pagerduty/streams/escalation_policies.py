"""Escalation policies: who is notified, and who is next."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    BY_TEAM,
    RESOURCE,
    any_value,
    anything,
    array,
    integer,
    properties,
    references,
    text,
    time,
)
from tap_pagerduty.sync.client import PagerDutyStream


class EscalationPolicies(PagerDutyStream):
    """Escalation policies of the account (`GET /escalation_policies`)."""

    name = "escalation_policies"
    path = "/escalation_policies"
    filters = BY_TEAM
    scope = "escalation_policies.read"
    params = {"sort_by": "name:asc"}
    schema = properties(
        *RESOURCE,
        text("name", "Name of the escalation policy."),
        text("description", "What the policy is for; null when empty."),
        integer("num_loops", "How often the rules repeat after the last one; 0: never."),
        text(
            "on_call_handoff_notifications",
            "When users are notified that their shift starts or ends: `if_has_services` (only if "
            "a service uses the policy) or `always`.",
        ),
        array(
            "escalation_rules",
            "Levels of the policy, first to last.",
            text("id", "Id of the rule."),
            integer(
                "escalation_delay_in_minutes",
                "Minutes without acknowledgement after which the next rule takes over.",
            ),
            references(
                "targets",
                ("users", "schedules", "flexible_schedules"),
                "Users and schedules that the rule assigns incidents to.",
                time(
                    "deleted_at",
                    "Not documented by PagerDuty; when a user who is gone was deleted.",
                ),
            ),
            any_value(
                "escalation_rule_assignment_strategy",
                "How the targets share the work: `round_robin` or `assign_to_everyone`. The API "
                "describes a text, but its examples show objects with a `type`. Often absent.",
            ),
        ),
        references("services", "services", "Services that use the policy."),
        references("teams", "teams", "Team that owns the policy: at most one."),
        time("created_at", "Not documented by PagerDuty; when the policy was created."),
        time("updated_at", "Not documented by PagerDuty; when the policy last changed."),
        anything(
            "send_ochons_through_level",
            "Not documented by PagerDuty; null in every response seen.",
        ),
        anything("privilege", "Not documented by PagerDuty; null in every response seen."),
    )
