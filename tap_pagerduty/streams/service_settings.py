"""What is set for services: custom fields, features, cache variables, maintenance, grouping."""

from __future__ import annotations

from tap_pagerduty.api.pagination import AFTER, WHOLE
from tap_pagerduty.streams.common import (
    BY_SERVICE,
    BY_TEAM,
    CACHE_VARIABLE,
    CUSTOM_FIELD,
    CUSTOM_FIELD_VALUE,
    ENABLEMENT,
    RESOURCE,
    integer,
    key,
    obj,
    properties,
    reference,
    references,
    text,
    texts,
    time,
)
from tap_pagerduty.streams.services import Services
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream


class ServiceCustomFields(PagerDutyStream):
    """Custom fields that services have (`GET /services/custom_fields`)."""

    name = "service_custom_fields"
    path = "/services/custom_fields"
    scope = "custom_fields.read"
    params = {"include[]": "field_options"}
    records_key = "fields"
    paginator = WHOLE
    schema = properties(*CUSTOM_FIELD)


class ServiceCustomFieldValues(ChildStream):
    """Values of the custom fields, per service (`GET /services/{id}/custom_fields/values`)."""

    name = "service_custom_field_values"
    parent = Services
    path = "/services/{service_id}/custom_fields/values"
    scope = "services.read"
    records_key = "custom_fields"
    paginator = WHOLE
    parent_columns = {"service_id": "id"}
    primary_keys = ("service_id", "id")
    schema = properties(
        key("service_id", "Id of the service.", to="services"),
        key("id", "Id of the field.", to="service_custom_fields"),
        *CUSTOM_FIELD_VALUE,
    )


class ServiceEnablements(ChildStream):
    """Add-ons that are on or off for a service (`GET /services/{id}/enablements`)."""

    name = "service_enablements"
    parent = Services
    path = "/services/{service_id}/enablements"
    scope = "services.read"
    records_key = "enablements"
    paginator = WHOLE
    parent_columns = {"service_id": "id"}
    primary_keys = ("service_id", "feature")
    schema = properties(key("service_id", "Id of the service.", to="services"), *ENABLEMENT)


class ServiceCacheVariables(ChildStream):
    """Event data that a service's orchestration keeps.

    `GET /event_orchestrations/services/{service_id}/cache_variables`.
    """

    name = "service_cache_variables"
    parent = Services
    path = "/event_orchestrations/services/{service_id}/cache_variables"
    scope = "services.read"
    records_key = "cache_variables"
    paginator = WHOLE
    parent_columns = {"service_id": "id"}
    schema = properties(text("service_id", "Id of the service.", to="services"), *CACHE_VARIABLE)


class MaintenanceWindows(PagerDutyStream):
    """Times in which services make no incidents, past ones as well (`GET /maintenance_windows`)."""

    name = "maintenance_windows"
    path = "/maintenance_windows"
    filters = {**BY_TEAM, **BY_SERVICE}
    scope = "services.read"
    params = {"filter": "all"}
    schema = properties(
        *RESOURCE,
        integer(
            "sequence_number", "Place of the window in the order in which the windows were created."
        ),
        time("start_time", "When the services stop making incidents."),
        time("end_time", "When the services make incidents again."),
        text("description", "What the maintenance is for; null when empty."),
        reference("created_by", "users", "User who set it up."),
        references("services", "services", "Services in maintenance."),
        references("teams", "teams", "Teams that these services belong to."),
    )


class AlertGroupingSettings(PagerDutyStream):
    """How alerts of services are grouped into incidents (`GET /alert_grouping_settings`)."""

    name = "alert_grouping_settings"
    path = "/alert_grouping_settings"
    filters = BY_SERVICE
    scope = "services.read"
    plan = "a plan with alert grouping"
    paginator = AFTER
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the setting; never reused."),
        text("name", "Name of the setting; null when it has none."),
        text("description", "What the setting is for; null when empty."),
        text(
            "type",
            "Kind of grouping: `content_based`, `content_based_intelligent`, `intelligent` or "
            "`time`.",
        ),
        obj(
            "config",
            "Details of the grouping; they depend on its type.",
            text(
                "aggregate",
                "For the `content_based` types: whether `all` or `any` of the fields must match.",
            ),
            texts("fields", "For the `content_based` types: alert fields that are compared."),
            integer(
                "time_window",
                "For all types but `time`: longest gap in seconds between two alerts of a group; "
                "0: the recommended one.",
            ),
            integer("recommended_time_window", "Gap in seconds that PagerDuty recommends here."),
            integer("timeout", "For `time`: seconds during which alerts group; 0: until resolved."),
            texts("iag_fields", "For `intelligent`: alert fields that are compared."),
        ),
        references(
            "services",
            "services",
            "Services that the setting is for.",
            text("name", "Name of the service."),
        ),
        time("created_at", "When the setting was created."),
        time("updated_at", "When the setting was last changed."),
    )
