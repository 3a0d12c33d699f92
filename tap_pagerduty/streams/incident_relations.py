"""What an incident has to do with others: like ones, rare ones, changes that came before."""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_pagerduty.api.pagination import WHOLE, SinglePage
from tap_pagerduty.streams.change_events import CHANGE_EVENT
from tap_pagerduty.streams.common import (
    AIOPS,
    array,
    integer,
    key,
    number,
    obj,
    properties,
    reference,
    resource,
    text,
    time,
    url,
)
from tap_pagerduty.streams.incident_details import INCIDENT_ID
from tap_pagerduty.streams.incidents import Incidents
from tap_pagerduty.sync.child import ChildStream

if t.TYPE_CHECKING:
    from tap_pagerduty.streams.common import Property

OTHER_INCIDENT = (
    time("created_at", "When that incident was triggered."),
    text("title", "What happened, in a line."),
)


def dependency(name: str, description: str) -> Property:
    """Return services: documented as an array, and shown there as a single object."""
    service = properties(
        text("id", "Id of the service.", to="services"),
        text(
            "type",
            "Kind of service: `business_service_reference` or `technical_service_reference`.",
        ),
        url("self", "API address of the service."),
    )["properties"]
    items = {"type": ["null", "object"], "properties": service}
    schema = {"type": ["null", "array", "object"], "items": items, "properties": service}
    return th.Property(name, th.CustomType(schema), description=description)


class IncidentRelatedChangeEvents(ChildStream):
    """Changes that may have led to an incident (`GET /incidents/{id}/related_change_events`)."""

    name = "incident_related_change_events"
    parent = Incidents
    path = "/incidents/{incident_id}/related_change_events"
    records_key = "change_events"
    paginator = SinglePage(limit=100)
    parent_columns = {"incident_id": "id"}
    primary_keys = ("incident_id", "id")
    scope = "incidents.read"
    secrets = ("routing_key",)
    schema = properties(
        INCIDENT_ID,
        *resource("change_events"),
        *CHANGE_EVENT,
        obj(
            "correlation_reason",
            "Why PagerDuty relates the change to the incident.",
            text("reason", "Kind of reason: `most_recent`, `related_service` or `intelligent`."),
        ),
    )


class IncidentRelatedIncidents(ChildStream):
    """Related incidents on other services (`GET /incidents/{id}/related_incidents`)."""

    name = "incident_related_incidents"
    parent = Incidents
    path = "/incidents/{incident_id}/related_incidents"
    records_key = "related_incidents"
    paginator = WHOLE
    parent_columns = {"incident_id": "id"}
    columns = {"related_incident_id": "incident.id"}
    primary_keys = ("incident_id", "related_incident_id")
    scope = "incidents.read"
    plan = AIOPS
    schema = properties(
        INCIDENT_ID,
        key("related_incident_id", "Id of the related incident.", to="incidents"),
        reference("incident", "incidents", "The related incident.", *OTHER_INCIDENT),
        array(
            "relationships",
            "Why PagerDuty takes the two incidents to be related.",
            text(
                "type", "Kind of relationship: `machine_learning_inferred` or `service_dependency`."
            ),
            obj(
                "metadata",
                "Details of the relationship; they depend on its type.",
                text(
                    "grouping_classification",
                    "For `machine_learning_inferred`: reason, `similar_contents` or "
                    "`prior_feedback`.",
                ),
                obj(
                    "user_feedback",
                    "For `machine_learning_inferred`: what users said of the relationship.",
                    integer("positive_feedback_count", "Number of times that users agreed."),
                    integer("negative_feedback_count", "Number of times that users disagreed."),
                ),
                dependency(
                    "dependent_services",
                    "For `service_dependency`: services that rely on the supporting ones.",
                ),
                dependency(
                    "supporting_services",
                    "For `service_dependency`: services that the dependent ones rely on.",
                ),
            ),
        ),
    )


class IncidentPastIncidents(ChildStream):
    """Similar incidents of the last six months (`GET /incidents/{id}/past_incidents`)."""

    name = "incident_past_incidents"
    parent = Incidents
    path = "/incidents/{incident_id}/past_incidents"
    records_key = "past_incidents"
    paginator = SinglePage(limit=999)
    parent_columns = {"incident_id": "id"}
    columns = {"past_incident_id": "incident.id"}
    primary_keys = ("incident_id", "past_incident_id")
    scope = "incidents.read"
    plan = AIOPS
    schema = properties(
        INCIDENT_ID,
        key("past_incident_id", "Id of the past incident.", to="incidents"),
        reference(
            "incident", "incidents", "The past incident, on the same service.", *OTHER_INCIDENT
        ),
        number("score", "How similar the two incidents are; a higher score is more similar."),
    )


class IncidentOutliers(ChildStream):
    """How rare such an incident is on its service (`GET /incidents/{id}/outlier_incident`)."""

    name = "incident_outliers"
    parent = Incidents
    path = "/incidents/{incident_id}/outlier_incident"
    records_key = "outlier_incident"
    paginator = WHOLE
    parent_columns = {"incident_id": "id"}
    primary_keys = ("incident_id",)
    scope = "incidents.read"
    plan = AIOPS
    schema = properties(
        INCIDENT_ID,
        reference(
            "incident",
            "incidents",
            "The incident itself.",
            *OTHER_INCIDENT,
            obj(
                "occurrence",
                "How often such incidents occur.",
                integer("count", "Number of such incidents on the service."),
                number("frequency", "Share of such incidents among those of the service."),
                text("category", "How PagerDuty rates that frequency, for example `rare`."),
                time("since", "Start of the time range that was counted."),
                time("until", "End of the time range that was counted."),
            ),
        ),
        obj(
            "incident_template",
            "Pattern of titles that such incidents share.",
            text("id", "Id of the pattern."),
            text("cluster_id", "Id of the group of patterns that it belongs to."),
            text("mined_text", "Title with placeholders for what differs."),
        ),
    )
