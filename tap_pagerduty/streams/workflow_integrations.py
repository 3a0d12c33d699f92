"""Workflow integrations: what steps of workflows connect to, and as whom."""

from __future__ import annotations

from tap_pagerduty.api.pagination import CURSOR
from tap_pagerduty.streams.common import (
    RESOURCE,
    array,
    boolean,
    obj,
    properties,
    reference,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.sync.client import PagerDutyStream


class WorkflowIntegrations(PagerDutyStream):
    """Products that workflows can connect to (`GET /workflows/integrations`)."""

    name = "workflow_integrations"
    path = "/workflows/integrations"
    params = {"include_deprecated": "true"}
    scope = "workflow_integrations.read"
    records_key = "integrations"
    paginator = CURSOR
    selected_by_default = False
    schema = properties(
        *RESOURCE,
        text("domain_name", "Who made the integration: `pagerduty.com`."),
        text("package_name", "Package that the integration is part of."),
        text("name", "Name of the integration."),
        text("description", "What the integration does."),
        text("icon_svg", "Icon of the integration, as SVG."),
        texts("tags", "Tags of the integration."),
        texts("search_keywords", "Words by which the integration is found."),
        boolean("is_deprecated", "Whether the integration is deprecated."),
        boolean("entitled", "Whether the account may use the integration."),
        text(
            "application",
            "Product that the integration connects to; null when there is none in particular.",
        ),
        obj("configuration_schema", "JSON schema of the configuration of a connection."),
        obj("secrets_schema", "JSON schema of the secrets of a connection, without their values."),
        time("created_at", "When the integration was created."),
        reference(
            "created_by", "users", "User or account that created it; null for PagerDuty's own."
        ),
    )


class WorkflowIntegrationConnections(PagerDutyStream):
    """Connections of workflow integrations (`GET /workflows/integrations/connections`)."""

    name = "workflow_integration_connections"
    path = "/workflows/integrations/connections"
    scope = "workflow_integrations:connections.read"
    records_key = "connections"
    paginator = CURSOR
    secrets = ("configuration", "secrets")
    selected_by_default = False
    schema = properties(
        *RESOURCE,
        text("integration_id", "Id of the workflow integration.", to="workflow_integrations"),
        text("name", "Name of the connection."),
        url("service_url", "Address that the connection leads to."),
        text("external_id", "Id, in the other product, of what the connection leads to."),
        text(
            "external_id_label", "Name of the kind of `external_id`, for example `Connection Name`."
        ),
        texts("scopes", "Scopes that the other product has granted."),
        boolean("is_default", "Whether it is the connection that the integration uses by default."),
        obj(
            "health",
            "Whether the connection works.",
            boolean("is_healthy", "Whether the last check succeeded."),
            text("health_message", "What the last check said."),
            time("last_checked_at", "When the connection was last checked."),
        ),
        obj(
            "configuration",
            "Configuration, which depends on the integration and may hold keys; left out unless "
            "`include_secrets` is on.",
        ),
        obj(
            "secrets",
            "Secrets, which PagerDuty never sends; left out unless `include_secrets` is on.",
        ),
        array(
            "teams",
            "Teams whose managers may use the connection.",
            text("team_id", "Id of the team.", to="teams"),
            text("type", "Kind of resource: `team_reference`."),
        ),
        array(
            "apps",
            "Apps that use the connection.",
            text("app_id", "Id of the app."),
            text("type", "Kind of resource: `pd_app_reference`."),
        ),
        time("created_at", "When the connection was created."),
        reference("created_by", "users", "User or account that created it."),
    )
