"""What belongs to a single incident: its alerts, notes, custom fields, subscribers, impact."""

from __future__ import annotations

from tap_pagerduty.api.pagination import CURSOR, UNCOUNTED, WHOLE
from tap_pagerduty.streams.common import (
    CEF_DETAILS,
    CONTEXT,
    CUSTOM_FIELD_VALUE,
    IMPACT,
    RESOURCE,
    any_value,
    anything,
    array,
    boolean,
    key,
    obj,
    properties,
    reference,
    text,
    time,
)
from tap_pagerduty.streams.incidents import Incidents
from tap_pagerduty.sync.child import ChildStream

INCIDENT_ID = key("incident_id", "Id of the incident.", to="incidents")


class IncidentAlerts(ChildStream):
    """Alerts that an incident is made of (`GET /incidents/{id}/alerts`)."""

    name = "incident_alerts"
    parent = Incidents
    path = "/incidents/{incident_id}/alerts"
    records_key = "alerts"
    params = {"sort_by": "created_at:asc"}
    parent_columns = {"incident_id": "id"}
    scope = "incidents.read"
    schema = properties(
        *RESOURCE,
        text(
            "incident_id",
            "Id of the incident that the alert belongs to now; a merge changes it.",
            to="incidents",
        ),
        time("created_at", "When the alert was triggered."),
        time("resolved_at", "Not documented by PagerDuty; when the alert was resolved."),
        text("status", "State now: `triggered` or `resolved`."),
        text("alert_key", "Key by which events are recognised as the same alert."),
        text(
            "severity",
            "Severity, as the sender of the event sees it: `info`, `warning`, `error` or "
            "`critical`; null when not given.",
        ),
        boolean("suppressed", "Whether the alert was kept from making an incident."),
        reference("service", "services", "Service that the alert is on."),
        reference(
            "first_trigger_log_entry", "log_entries", "Log entry with which the alert started."
        ),
        reference("incident", "incidents", "Incident of the alert; null if it was suppressed."),
        reference("integration", "service_integrations", "Integration by which the event came in."),
        obj(
            "body",
            "Content of the event.",
            text("type", "Kind of body: `alert_body`."),
            array("contexts", "Links and images that came with the event.", *CONTEXT),
            any_value("details", "Free-form; documented as an object or text."),
            CEF_DETAILS,
        ),
        anything("privilege", "Not documented by PagerDuty; meaning unknown."),
    )


class IncidentNotes(ChildStream):
    """Notes that were written on an incident (`GET /incidents/{id}/notes`)."""

    name = "incident_notes"
    parent = Incidents
    path = "/incidents/{incident_id}/notes"
    records_key = "notes"
    paginator = WHOLE
    parent_columns = {"incident_id": "id"}
    scope = "incidents.read"
    schema = properties(
        key("id", "Id that PagerDuty gave the note; never reused."),
        text("incident_id", "Id of the incident.", to="incidents"),
        reference(
            "user",
            "users",
            "Who wrote the note; a `bot_user_reference` if a service or rule did.",
        ),
        reference(
            "channel",
            None,
            "Channel by which the note was written; often only its summary is given.",
        ),
        text("content", "Text of the note."),
        time("created_at", "When the note was written."),
        time("updated_at", "When the note was last changed."),
    )


class IncidentCustomFieldValues(ChildStream):
    """Values of an incident's custom fields (`GET /incidents/{id}/custom_fields/values`)."""

    name = "incident_custom_field_values"
    parent = Incidents
    path = "/incidents/{incident_id}/custom_fields/values"
    records_key = "custom_fields"
    paginator = WHOLE
    parent_columns = {"incident_id": "id"}
    primary_keys = ("incident_id", "id")
    scope = "incidents.read"
    schema = properties(
        INCIDENT_ID,
        key("id", "Id of the field.", to="incident_type_custom_fields"),
        *CUSTOM_FIELD_VALUE,
    )


class IncidentSubscribers(ChildStream):
    """Who gets status updates of an incident (`GET /incidents/{id}/status_updates/subscribers`)."""

    name = "incident_subscribers"
    parent = Incidents
    path = "/incidents/{incident_id}/status_updates/subscribers"
    records_key = "subscribers"
    parent_columns = {"incident_id": "id"}
    primary_keys = ("incident_id", "subscriber_id", "subscriber_type")
    scope = "subscribers.read"
    paginator = UNCOUNTED
    schema = properties(
        INCIDENT_ID,
        key("subscriber_id", "Id of the user or team.", to=("users", "teams")),
        key("subscriber_type", "Kind of subscriber: `user` or `team`."),
        boolean(
            "has_indirect_subscription",
            "Whether the subscriber is also subscribed by way of something else, such as a "
            "business service.",
        ),
        array(
            "subscribed_via",
            "Where an indirect subscription comes from; null when there is none.",
            text("id", "Id of the team or business service.", to=("teams", "business_services")),
            text("name", "Kind of object, under the name that PagerDuty documents."),
            text(
                "type",
                "Kind of object, under the name in PagerDuty's examples: `business_service`.",
            ),
        ),
    )


class IncidentBusinessServiceImpacts(ChildStream):
    """Business services that an incident impacts (`…/{id}/business_services/impacts`)."""

    name = "incident_business_service_impacts"
    parent = Incidents
    path = "/incidents/{incident_id}/business_services/impacts"
    records_key = "services"
    paginator = CURSOR
    parent_columns = {"incident_id": "id"}
    primary_keys = ("incident_id", "id")
    scope = "incidents.read"
    schema = properties(INCIDENT_ID, *IMPACT)
