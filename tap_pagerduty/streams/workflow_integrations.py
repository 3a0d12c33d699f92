"""Workflow integrations: what steps of workflows connect to, and as whom."""

from __future__ import annotations

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.pagination import CURSOR
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
        text("icon_svg", "Its icon, as SVG."),
        texts("tags", "Tags of the integration."),
        texts("search_keywords", "Words by which it is found."),
        boolean("is_deprecated", "Whether it should be used no more."),
        boolean("entitled", "Whether the account may use it."),
        text("application", "Product that it connects to; null when none in particular."),
        obj("configuration_schema", "JSON schema of the configuration of a connection."),
        obj("secrets_schema", "JSON schema of the secrets of a connection, without their values."),
        time("created_at", "When the integration was created."),
        reference(
            "created_by", "users", "User or account that created it; null for PagerDuty's own."
        ),
    )


class WorkflowIntegrationConnections(PagerDutyStream):
    """Connections that workflows use (`GET /workflows/integrations/connections`)."""

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
        url("service_url", "Address that it connects to."),
        text("external_id", "What the account is called over there."),
        text("external_id_label", "What that is, for example `Connection Name`."),
        texts("scopes", "Scopes that were granted over there."),
        boolean("is_default", "Whether it is the integration's connection unless one is chosen."),
        obj(
            "health",
            "Whether it works.",
            boolean("is_healthy", "Whether the last check succeeded."),
            text("health_message", "What the last check said."),
            time("last_checked_at", "When it was last checked."),
        ),
        obj(
            "configuration",
            "Configuration, which depends on the integration and may hold keys; left out unless "
            "`include_secrets` is on.",
        ),
        obj("secrets", "Secrets; null in every answer, and left out like the configuration."),
        array(
            "teams",
            "Teams whose managers may use it.",
            text("team_id", "Id of the team.", to="teams"),
            text("type", "`team_reference`."),
        ),
        array(
            "apps",
            "Apps that use it.",
            text("app_id", "Id of the app."),
            text("type", "`pd_app_reference`."),
        ),
        time("created_at", "When the connection was created."),
        reference("created_by", "users", "User or account that created it."),
    )
