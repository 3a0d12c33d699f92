"""Services: what breaks, technically and for the business, and the tools that tell."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    BY_TEAM,
    RESOURCE,
    anything,
    array,
    boolean,
    integer,
    integers,
    obj,
    properties,
    reference,
    references,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.sync.client import PagerDutyStream

URGENCY = (
    text(
        "type",
        "Kind of rule: `constant` (one urgency) or `use_support_hours` (it depends on the support "
        "hours).",
    ),
    text("urgency", "For `constant`: urgency of new incidents, `high`, `low` or `severity_based`."),
)

ALERT_GROUPING_CONFIG = (
    integer("timeout", "For `time`: minutes during which alerts group; 0: until resolved."),
    text("aggregate", "For `content_based`: whether `all` or `any` of the fields must match."),
    texts("fields", "For `content_based`: names of the alert fields that are compared."),
    integer(
        "time_window",
        "For `intelligent` and `content_based`: longest gap in seconds between two alerts of "
        "a group; 0: the recommended one.",
    ),
    integer("recommended_time_window", "Gap in seconds that PagerDuty recommends here."),
)


class Services(PagerDutyStream):
    """Technical services (`GET /services`)."""

    name = "services"
    path = "/services"
    filters = BY_TEAM
    scope = "services.read"
    params = {"time_zone": "UTC", "sort_by": "name:asc"}
    schema = properties(
        *RESOURCE,
        text("name", "Name of the service."),
        text("description", "What the service is; null when empty."),
        integer(
            "auto_resolve_timeout",
            "Seconds after which an open incident is resolved automatically; null when off.",
        ),
        integer(
            "acknowledgement_timeout",
            "Seconds after which an acknowledged incident is triggered again; null when off.",
        ),
        time("created_at", "When the service was created."),
        text(
            "status",
            "State now: `active` (no open incident), `warning` (acknowledged ones), `critical` "
            "(triggered ones), `maintenance` or `disabled`.",
        ),
        time(
            "last_incident_timestamp",
            "When the latest incident of the service was created; null when there was none.",
        ),
        reference(
            "escalation_policy",
            "escalation_policies",
            "Escalation policy, by which users are notified of the service's incidents.",
        ),
        anything(
            "response_play",
            "Response play of the service; PagerDuty removed response plays in 2025.",
        ),
        references("teams", "teams", "Teams that the service belongs to."),
        references(
            "integrations",
            "service_integrations",
            "Integrations, by which the service's events come in.",
        ),
        obj(
            "incident_urgency_rule",
            "Rule for the urgency of new incidents.",
            *URGENCY,
            obj(
                "during_support_hours",
                "Rule within the support hours; null for `constant`.",
                *URGENCY,
            ),
            obj(
                "outside_support_hours",
                "Rule outside the support hours; null for `constant`.",
                *URGENCY,
            ),
        ),
        obj(
            "support_hours",
            "When the service is supported; null when not set.",
            text("type", "Kind of support hours: `fixed_time_per_day`."),
            text("time_zone", "Time zone of `start_time` and `end_time`."),
            integers("days_of_week", "Days supported: 1 (Monday) to 7 (Sunday)."),
            text("start_time", "Time of day at which support starts, such as `09:00:00`."),
            text("end_time", "Time of day at which support ends, such as `17:00:00`."),
        ),
        array(
            "scheduled_actions",
            "What happens to open incidents when the support hours start or end.",
            text("type", "Kind of action: `urgency_change`."),
            obj(
                "at",
                "Moment of the action.",
                text("type", "Kind of moment: `named_time`."),
                text("name", "Name of the moment: `support_hours_start` or `support_hours_end`."),
            ),
            text("to_urgency", "New urgency: `high`."),
        ),
        references(
            "addons",
            "addons",
            "Add-ons: web pages that are shown in PagerDuty for this service.",
            text("name", "Name of the add-on."),
            url("src", "Address of the page."),
        ),
        text(
            "alert_creation",
            "What an event makes: `create_incidents` or `create_alerts_and_incidents`; "
            "deprecated by PagerDuty.",
        ),
        reference(
            "alert_grouping_parameters",
            "alert_grouping_settings",
            "How alerts are grouped into one incident: `type` is `time`, `intelligent`, "
            "`content_based` or, when off, null; or a reference to the alert grouping setting "
            "that says so; deprecated by PagerDuty.",
            obj(
                "config",
                "Details of the grouping; they depend on its type.",
                *ALERT_GROUPING_CONFIG,
            ),
        ),
        text(
            "alert_grouping",
            "How alerts are grouped into one incident: `time` or `intelligent`; null when off; "
            "deprecated by PagerDuty.",
        ),
        integer(
            "alert_grouping_timeout",
            "Minutes during which alerts group by `time`; 0: until resolved; deprecated by "
            "PagerDuty.",
        ),
        obj(
            "auto_pause_notifications_parameters",
            "Whether alerts that are likely to pass by themselves wait before they notify users.",
            boolean("enabled", "Whether such alerts wait."),
            integer(
                "timeout",
                "Seconds to wait: 120, 180, 300, 600 or 900; 0: the recommended time.",
            ),
            integer("recommended_timeout", "Seconds that PagerDuty recommends to wait."),
        ),
        time("updated_at", "Not documented by PagerDuty; when the service last changed."),
        obj("metadata", "Not documented by PagerDuty; meaning unknown."),
        anything("privilege", "Not documented by PagerDuty; null in every response seen."),
        text(
            "service_key",
            "Not documented by PagerDuty; key with which events are sent to the service; a secret, "
            "left out unless `include_secrets` is on.",
        ),
        anything(
            "incident_policy",
            "Not documented by PagerDuty; its type and meaning are unknown.",
        ),
    )


class BusinessServices(PagerDutyStream):
    """Business services, which group technical ones (`GET /business_services`)."""

    name = "business_services"
    path = "/business_services"
    scope = "services.read"
    schema = properties(
        *RESOURCE,
        text("name", "Name of the business service."),
        text("description", "What the business service is; null when empty."),
        text(
            "point_of_contact",
            "Whom to ask about the business service, as free text; null when empty.",
        ),
        reference("team", "teams", "Team that owns it; null when none does."),
        anything("score", "Not documented by PagerDuty; meaning unknown."),
    )


class Vendors(PagerDutyStream):
    """Vendors: tools that PagerDuty can take events from (`GET /vendors`)."""

    name = "vendors"
    path = "/vendors"
    scope = "vendors.read"
    schema = properties(
        *RESOURCE,
        text("name", "Short name of the tool or its maker."),
        url("website_url", "Address of the vendor's web site; null when not known."),
        url("logo_url", "Address of a picture of the vendor's logo."),
        url("thumbnail_url", "Address of a small picture of the vendor's logo."),
        text("description", "What the tool does and is used for."),
        url(
            "integration_guide_url",
            "Address of a guide to connecting the tool; null when there is none.",
        ),
        text("long_name", "Not documented by PagerDuty; full name of the tool."),
        text("generic_service_type", "Not documented by PagerDuty; such as `api`."),
        text("developer_name", "Not documented by PagerDuty; who made the integration."),
        text("support_email", "Not documented by PagerDuty; e-mail address for support."),
        text("support_portal", "Not documented by PagerDuty; address of the support site."),
        url("documentation_url", "Not documented by PagerDuty; address of the documentation."),
        text(
            "alert_creation_default",
            "Not documented by PagerDuty; default of `alert_creation` for services of the vendor.",
        ),
        text("integration_type", "Not documented by PagerDuty; kind of integration."),
        boolean("connectable", "Not documented by PagerDuty; whether services can use the vendor."),
        boolean(
            "alert_creation_editable",
            "Not documented by PagerDuty; whether `alert_creation` can be changed.",
        ),
        boolean("is_pd_cef", "Not documented by PagerDuty; whether its events are in PD-CEF."),
        boolean(
            "is_pd_change_event",
            "Not documented by PagerDuty; whether its change events have PagerDuty's format.",
        ),
        boolean(
            "emits_change_events", "Not documented by PagerDuty; whether it has change events."
        ),
    )
