"""Business impact: which business services suffer from incidents, and who is told."""

from __future__ import annotations

from tap_pagerduty.api.pagination import CURSOR, UNCOUNTED, WHOLE
from tap_pagerduty.api.responses import WHOLE_BODY
from tap_pagerduty.streams.common import IMPACT, integer, key, properties, text
from tap_pagerduty.streams.services import BusinessServices
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

# The one additional field that belongs to each record.
WITH_PRIORITY = {"additional_fields[]": "services.highest_impacting_priority"}


class BusinessServiceSubscribers(ChildStream):
    """Users and teams that are notified of a business service's status (`…/{id}/subscribers`)."""

    name = "business_service_subscribers"
    parent = BusinessServices
    path = "/business_services/{business_service_id}/subscribers"
    scope = "subscribers.read"
    paginator = UNCOUNTED
    records_key = "subscribers"
    parent_columns = {"business_service_id": "id"}
    primary_keys = ("business_service_id", "subscriber_id", "subscriber_type")
    schema = properties(
        key("business_service_id", "Id of the business service.", to="business_services"),
        key("subscriber_id", "Id of the user or team.", to=("users", "teams")),
        key("subscriber_type", "Kind of subscriber: `user` or `team`."),
    )


class BusinessServiceImpacts(PagerDutyStream):
    """Top-level business services and whether incidents impact them now.

    The most impacted 200 (`GET /business_services/impacts`).
    """

    name = "business_service_impacts"
    path = "/business_services/impacts"
    scope = "services.read"
    params = WITH_PRIORITY
    records_key = "services"
    paginator = WHOLE
    selected_by_default = False
    schema = properties(*IMPACT)


class BusinessServiceImpactors(PagerDutyStream):
    """Incidents that impact top-level business services now.

    The 200 of the highest priority (`GET /business_services/impactors`).
    """

    name = "business_service_impactors"
    path = "/business_services/impactors"
    scope = "services.read"
    records_key = "impactors"
    paginator = WHOLE
    selected_by_default = False
    schema = properties(
        key("id", "Id of the incident.", to="incidents"),
        text("type", "Kind of thing that impacts: `incident`."),
    )


class BusinessServicePriorityThresholds(PagerDutyStream):
    """Lowest priority with which incidents impact business services.

    One for the account, or none (`GET /business_services/priority_thresholds`).
    """

    name = "business_service_priority_thresholds"
    path = "/business_services/priority_thresholds"
    scope = "services.read"
    records_key = WHOLE_BODY
    nested = "global_threshold"
    paginator = WHOLE
    selected_by_default = False
    schema = properties(
        key("id", "Id of the priority.", to="priorities"),
        integer("order", "Rank of the priority among the account's priorities."),
    )


class StatusDashboards(PagerDutyStream):
    """Dashboards that show users the status of business services (`GET /status_dashboards`)."""

    name = "status_dashboards"
    path = "/status_dashboards"
    scope = "status_dashboards.read"
    paginator = CURSOR
    schema = properties(
        key("id", "Id that PagerDuty gave the dashboard; never reused."),
        text("url_slug", "Last part of the dashboard's web address."),
        text("name", "Name of the dashboard."),
    )


class StatusDashboardServiceImpacts(ChildStream):
    """Business services on a dashboard, and whether incidents impact them now.

    The most impacted 200 of each (`GET /status_dashboards/{id}/service_impacts`).
    """

    name = "status_dashboard_service_impacts"
    parent = StatusDashboards
    path = "/status_dashboards/{status_dashboard_id}/service_impacts"
    scope = "status_dashboards.read"
    params = WITH_PRIORITY
    records_key = "services"
    paginator = WHOLE
    parent_columns = {"status_dashboard_id": "id"}
    primary_keys = ("status_dashboard_id", "id")
    schema = properties(
        key("status_dashboard_id", "Id of the dashboard.", to="status_dashboards"), *IMPACT
    )
