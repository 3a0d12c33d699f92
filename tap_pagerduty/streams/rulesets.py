"""Rulesets: where events come in and are ruled upon; event orchestrations replace them."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    boolean,
    key,
    obj,
    properties,
    reference,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.streams.event_rules import ACTIONS, EVENT_RULE
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream


class Rulesets(PagerDutyStream):
    """Sets of event rules of the account, which PagerDuty is phasing out (`GET /rulesets`).

    Not selected by default: once the endpoint is gone, each run would end incomplete.
    """

    name = "rulesets"
    selected_by_default = False
    path = "/rulesets"
    scope = "event_rules.read"
    secrets = ("routing_keys",)
    schema = properties(
        key("id", "Id that PagerDuty gave the ruleset; never reused."),
        url("self", "API address of the ruleset."),
        text(
            "type",
            "Kind of ruleset: `global`, or `default_global` for the one that each account has.",
        ),
        text("name", "Name of the ruleset."),
        texts(
            "routing_keys",
            "Keys with which events are sent to the ruleset; left out unless `include_secrets` is "
            "on.",
        ),
        time("created_at", "When the ruleset was created."),
        reference("creator", "users", "User who created it."),
        time("updated_at", "When the ruleset was last changed."),
        reference("updater", "users", "User who changed it last."),
        reference("team", "teams", "Team that owns it; null when only admins may change it."),
    )


class RulesetRules(ChildStream):
    """Event rules of rulesets (`GET /rulesets/{id}/rules`)."""

    name = "ruleset_rules"
    parent = Rulesets
    path = "/rulesets/{ruleset_id}/rules"
    scope = "event_rules.read"
    records_key = "rules"
    parent_columns = {"ruleset_id": "id"}
    schema = properties(
        text("ruleset_id", "Id of the ruleset.", to="rulesets"),
        *EVENT_RULE,
        boolean("catch_all", "Whether it is the last rule, for events that no other matches."),
        obj(
            "actions",
            "What the rule does with an event that matches.",
            *ACTIONS,
            obj(
                "route",
                "Chooses the service that the alert belongs to; null when it does not.",
                text("value", "Id of the service.", to="services"),
            ),
        ),
    )
