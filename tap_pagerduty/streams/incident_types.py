"""Incident types: kinds of incidents, and the custom fields that each has."""

from __future__ import annotations

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.streams.common import (
    CUSTOM_FIELD,
    anything,
    boolean,
    key,
    obj,
    properties,
    text,
    time,
)
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

PLAN = "a plan with incident types"


class IncidentTypes(PagerDutyStream):
    """Types of incidents, those switched off as well (`GET /incidents/types`)."""

    name = "incident_types"
    path = "/incidents/types"
    params = {"filter": "all"}
    paginator = WHOLE
    scope = "incident_types.read"
    plan = PLAN
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the incident type; never reused."),
        text("type", "Kind of record: `incident_type`."),
        text("name", "Name of the type in the API, such as `incident_default`."),
        text("display_name", "Name of the type as people see it."),
        text("description", "Which incidents are of this type; null when empty."),
        boolean("enabled", "Whether incidents can be of this type."),
        obj(
            "parent",
            "Type whose custom fields this one has as well; null for the base type.",
            text("id", "Id of the incident type.", to="incident_types"),
            text("type", "Kind of resource: `incident_type_reference`."),
        ),
        time("created_at", "When the type was created."),
        time("updated_at", "When the type was last changed."),
    )


class IncidentTypeCustomFields(ChildStream):
    """Custom fields of incident types (`GET /incidents/types/{type_id_or_name}/custom_fields`)."""

    name = "incident_type_custom_fields"
    parent = IncidentTypes
    path = "/incidents/types/{incident_type_id}/custom_fields"
    records_key = "fields"
    params = {"include[]": ["field_options"]}
    paginator = WHOLE
    parent_columns = {"incident_type_id": "id"}
    scope = "custom_fields.read"
    plan = PLAN
    schema = properties(
        *CUSTOM_FIELD,
        text(
            "incident_type_id",
            "Id of the type that lists the field; of several types the least id.",
            to="incident_types",
        ),
        text("incident_type", "Type that the field belongs to, as PagerDuty names it."),
        anything(
            "default_value",
            "Value that a new incident gets, as text: a list of values for the `multi_value` "
            "types, or an object, is JSON text; null when none is set.",
        ),
    )
