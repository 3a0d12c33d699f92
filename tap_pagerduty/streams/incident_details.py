"""What belongs to a single incident: its alerts, notes, custom fields, subscribers, impact."""

from __future__ import annotations

from tap_pagerduty.children import ChildStream
from tap_pagerduty.pagination import CURSOR, UNCOUNTED, WHOLE
from tap_pagerduty.streams.common import (
    CONTEXT,
    CUSTOM_FIELD_VALUE,
    IMPACT,
    RESOURCE,
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
            "incident_id", "Id of the incident; that of another one after a merge.", to="incidents"
        ),
        time("created_at", "When the alert was triggered."),
        time("resolved_at", "Not documented by PagerDuty; when the alert was resolved."),
        text("status", "State now: `triggered` or `resolved`."),
        text("alert_key", "Key under which events are taken for the same alert."),
        text("severity", "`info`, `warning`, `error` or `critical`; null when not told."),
        boolean("suppressed", "Whether it was kept from making an incident."),
        reference("service", "services", "Service that the alert is on."),
        reference("first_trigger_log_entry", "log_entries", "Log entry that began the alert."),
        reference("incident", "incidents", "Incident of the alert; null if it was suppressed."),
        reference("integration", "service_integrations", "Integration by which its event came in."),
        obj(
            "body",
            "What the event said.",
            text("type", "Kind of body: `alert_body`."),
            array("contexts", "Links and images that came with the event.", *CONTEXT),
            anything("details", "Free-form; documented as an object or text."),
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
        reference("channel", None, "By which way it was written; often only the summary is given."),
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
        key("subscriber_type", "`user` or `team`."),
        boolean(
            "has_indirect_subscription",
            "Whether it also comes by way of something else, such as a business service.",
        ),
        array(
            "subscribed_via",
            "By way of what it comes; null when direct.",
            text("id", "Id of what is subscribed to.", to=("teams", "business_services")),
            text("name", "Kind of what is subscribed to."),
            text("type", "The same, as it stands in answers: `business_service`."),
        ),
    )


class IncidentBusinessServiceImpacts(ChildStream):
    """Business services that it impacts (`GET /incidents/{id}/business_services/impacts`)."""

    name = "incident_business_service_impacts"
    parent = Incidents
    path = "/incidents/{incident_id}/business_services/impacts"
    records_key = "services"
    paginator = CURSOR
    parent_columns = {"incident_id": "id"}
    primary_keys = ("incident_id", "id")
    scope = "incidents.read"
    schema = properties(INCIDENT_ID, *IMPACT)
