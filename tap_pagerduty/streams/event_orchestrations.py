"""Event orchestrations: where events come in, what is kept of them, what is suggested."""

from __future__ import annotations

from tap_pagerduty.api.pagination import UNCOUNTED, WHOLE, TokenPaginator
from tap_pagerduty.streams.common import (
    BY_SERVICE,
    BY_TEAM,
    CACHE_VARIABLE,
    ENABLEMENT,
    boolean,
    integer,
    key,
    number,
    obj,
    properties,
    reference,
    text,
    time,
    url,
)
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream


class EventOrchestrations(PagerDutyStream):
    """Global event orchestrations, without their rules (`GET /event_orchestrations`)."""

    name = "event_orchestrations"
    path = "/event_orchestrations"
    params = {"sort_by": "created_at:asc"}
    scope = "event_orchestrations.read"
    records_key = "orchestrations"
    paginator = UNCOUNTED
    schema = properties(
        key("id", "Id that PagerDuty gave the orchestration; never reused."),
        url("self", "API address of the orchestration."),
        text("name", "Name of the orchestration."),
        text("description", "What the orchestration is for; null when empty."),
        reference("team", "teams", "Team that owns it; null when only admins may change it."),
        integer("routes", "Number of services that it routes events to."),
        time("created_at", "When the orchestration was created."),
        reference("created_by", "users", "User who created it."),
        time("updated_at", "When the orchestration was last changed."),
        reference("updated_by", "users", "User who changed it last."),
        text("version", "Version of the orchestration; changes when it does."),
    )


class OrchestrationChild(ChildStream):
    """Something that each event orchestration has."""

    parent = EventOrchestrations
    scope = "event_orchestrations.read"
    paginator = WHOLE
    parent_columns = {"orchestration_id": "id"}


class EventOrchestrationIntegrations(OrchestrationChild):
    """Integrations of an orchestration, which send events to it (`…/{id}/integrations`)."""

    name = "event_orchestration_integrations"
    path = "/event_orchestrations/{orchestration_id}/integrations"
    records_key = "integrations"
    secrets = ("parameters.routing_key",)
    schema = properties(
        text("orchestration_id", "Id of the orchestration.", to="event_orchestrations"),
        key("id", "Id that PagerDuty gave the integration; never reused."),
        text("label", "Name of the integration."),
        obj(
            "parameters",
            "How events are sent.",
            text(
                "routing_key",
                "Key with which events are sent; left out unless `include_secrets` is on.",
            ),
            text("type", "Kind of routing key: `global`."),
        ),
    )


class EventOrchestrationCacheVariables(OrchestrationChild):
    """Event data that is kept for rules (`GET /event_orchestrations/{id}/cache_variables`)."""

    name = "event_orchestration_cache_variables"
    path = "/event_orchestrations/{orchestration_id}/cache_variables"
    records_key = "cache_variables"
    schema = properties(
        text("orchestration_id", "Id of the orchestration.", to="event_orchestrations"),
        *CACHE_VARIABLE,
    )


class EventOrchestrationEnablements(OrchestrationChild):
    """Add-ons that are on or off for an orchestration (`…/{id}/enablements`)."""

    name = "event_orchestration_enablements"
    path = "/event_orchestrations/{orchestration_id}/enablements"
    records_key = "enablements"
    primary_keys = ("orchestration_id", "feature")
    schema = properties(
        key("orchestration_id", "Id of the orchestration.", to="event_orchestrations"), *ENABLEMENT
    )


class RecommendedOrchestrationRules(PagerDutyStream):
    """Rules that PagerDuty suggests (`GET /recommendations/event_orchestrations/rules`)."""

    name = "recommended_orchestration_rules"
    path = "/recommendations/event_orchestrations/rules"
    filters = {**BY_TEAM, **BY_SERVICE}
    scope = "recommendations.read"
    records_key = "recommended_rules"
    paginator = TokenPaginator("cursor", "next_cursor", page_size=50)
    primary_keys = ("recommendation_id",)
    selected_by_default = False
    schema = properties(
        key("recommendation_id", "Id of the suggestion, made from its content."),
        text("type", "Kind of resource that the suggestion is for: `service`."),
        text("status", "Whether the suggestion can be adopted: `available`."),
        text("description", "What the rule would do, in words."),
        text("pcl_expr", "Condition of the rule, in PagerDuty's condition language."),
        time("created_at", "When the rule was suggested."),
        time("updated_at", "When the suggestion was last changed."),
        obj(
            "metrics",
            "How well the rule would have done on past events.",
            integer("num_events_matching_rule", "Number of events that match the condition."),
            integer("num_events_with_action", "Number of events to which the action was applied."),
            integer(
                "num_events_with_action_matching_rule",
                "Number of events that match and to which the action was applied.",
            ),
            number(
                "precision_metric",
                "Share (0 to 1) of the matching events to which the action was applied.",
            ),
            number(
                "recall", "Share (0 to 1) of the events with the action that match the condition."
            ),
        ),
        obj(
            "actions",
            "What the rule would do: one of `suppress`, `severity` and `priority`.",
            boolean("suppress", "Whether it suppresses the event."),
            text(
                "severity",
                "Severity that it sets: `critical`, `high`, `warning`, `info` or `low`.",
            ),
            text("priority", "Id of the priority that it gives the incident.", to="priorities"),
        ),
        obj(
            "parent",
            "Service that the suggestion is for.",
            text("id", "Id of the service.", to="services"),
            text("type", "Kind of resource: `service_reference`."),
        ),
    )
