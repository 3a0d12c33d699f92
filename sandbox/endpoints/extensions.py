"""Add-ons, extensions, webhooks, alert grouping, status update templates."""

from __future__ import annotations

from sandbox.api.declarations import declare, single

_ADDONS = declare(
    "/addons",
    "addons",
    "classic",
    scope="addons.read",
    includes="services",
    choices="filter=full_page_addon,incident_show_addon",
    filters="filter=type service_ids[]=services.id",
)
_EXTENSIONS = declare(
    "/extensions",
    "extensions",
    "classic",
    scope="extensions.read",
    includes="extension_objects extension_schemas",
    filters="query=~name extension_object_id=extension_objects.id "
    "extension_schema_id=extension_schema.id",
    count=(101, 120),
)
_EXTENSION_SCHEMAS = declare(
    "/extension_schemas", "extension_schemas", "classic", scope="extension_schemas.read",
    count=(26, 40),
)  # fmt: skip
_OAUTH_CLIENTS = declare("/webhook_subscriptions/oauth_clients", "oauth_clients", admin=True)
_SUBSCRIPTIONS = declare(
    "/webhook_subscriptions",
    "webhook_subscriptions",
    "classic",
    scope="webhook_subscriptions.read",
    choices="filter_type=account,service,team",
    filters="filter_type=~filter.type filter_id=filter.id",
    count=(26, 40),
)
_GROUPING = declare(
    "/alert_grouping_settings",
    "alert_grouping_settings",
    "after",
    scope="services.read",
    filters="service_ids[]=services.id",
    count=(26, 130),
)
_TEMPLATES = declare(
    "/templates",
    "templates",
    "classic",
    scope="templates.read",
    ability="status_update_templates",
    sorts="name created_at",
    filters="query=~name template_type=template_type",
)
EXTENSIONS = (
    _ADDONS,
    single("/addons/{id}", "addon", _ADDONS, includes=""),
    _EXTENSIONS,
    single(
        "/extensions/{id}",
        "extension",
        _EXTENSIONS,
        includes="extension_objects extension_schemas temporarily_disabled",
    ),
    _EXTENSION_SCHEMAS,
    single("/extension_schemas/{id}", "extension_schema", _EXTENSION_SCHEMAS),
    _OAUTH_CLIENTS,
    single("/webhook_subscriptions/oauth_clients/{id}", "oauth_client", _OAUTH_CLIENTS),
    _SUBSCRIPTIONS,
    single("/webhook_subscriptions/{id}", "webhook_subscription", _SUBSCRIPTIONS),
    _GROUPING,
    single("/alert_grouping_settings/{id}", "alert_grouping_setting", _GROUPING),
    _TEMPLATES,
    single("/templates/{id}", "template", _TEMPLATES),
    declare(
        "/templates/fields",
        "fields",
        scope="templates.read",
        ability="status_update_templates",
    ),
)
