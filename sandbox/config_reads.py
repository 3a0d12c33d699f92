"""Endpoints for what is configured: workflows, rules, extensions, pages, automation, enrichment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.dice import hash_of
from sandbox.making import hash_of_text
from sandbox.reads import declare, single

if TYPE_CHECKING:
    from sandbox.directory import Record
    from sandbox.query import Query
    from sandbox.reads import GeneratedEndpoint, Settings
    from sandbox.words import Json

# -- workflows -----------------------------------------------------------------------------------


def _workflows(query: Query) -> list[Record]:
    """List the incident workflows; their steps and full teams only on request."""
    records = []
    for number in range(query.library.count("/incident_workflows")):
        made = query.library.make("/incident_workflows", (), number, query.zone)
        steps, team = made["steps"], made["team"]
        made = {name: value for name, value in made.items() if name != "steps"}
        if "steps" in query.include:
            made["steps"] = steps
        if team and "team" in query.include:
            made["team"] = query.account.configuration.refer("teams", team["id"], full=True)
        records.append(made)
    return records


def _one_workflow(query: Query) -> Record:
    query.include = frozenset({"steps"})
    return query.library.one(_WORKFLOWS, (), query.ids[0], "id", query)


_WORKFLOWS = declare(
    "/incident_workflows",
    "incident_workflows",
    "classic",
    _workflows,
    scope="incident_workflows.read",
    ability="incident_workflows",
    includes="steps team",
    filters="query=~name",
    count=(30, 40),
)
_WORKFLOW_ACTIONS = declare(
    "/incident_workflows/actions",
    "actions",
    "cursor",
    scope="incident_workflows.read",
    ability="incident_workflows",
    filters="keyword=~name",
    count=(40, 60),
)
_WORKFLOW_TRIGGERS = declare(
    "/incident_workflows/triggers",
    "triggers",
    "cursor",
    scope="incident_workflows.read",
    ability="incident_workflows",
    choices="is_disabled=true,false trigger_type=manual,conditional,incident_type",
    filters="workflow_id=workflow.id service_id=services.id trigger_type=trigger_type "
    "workflow_name_contains=~workflow.summary is_disabled=is_disabled incident_id=incident_id",
    count=(101, 130),
)
WORKFLOWS = (
    _WORKFLOWS,
    declare(
        "/incident_workflows/{id}",
        "incident_workflow",
        "single",
        _one_workflow,
        scope="incident_workflows.read",
        ability="incident_workflows",
    ),
    _WORKFLOW_ACTIONS,
    single("/incident_workflows/actions/{id}", "action", _WORKFLOW_ACTIONS),
    _WORKFLOW_TRIGGERS,
    single("/incident_workflows/triggers/{id}", "trigger", _WORKFLOW_TRIGGERS),
)

# -- extensions, hooks, grouping, templates ------------------------------------------------------

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

# -- event rules ---------------------------------------------------------------------------------


def _only(path: str, key: str, **more: object) -> GeneratedEndpoint:
    """Make the data sheet of a record that there is one of for each parent."""
    return declare(path, key, "first", count=(1, 1), **more)  # type: ignore[arg-type]


def _recommended(query: Query) -> list[Record]:
    path, teams = "/recommendations/event_orchestrations/rules", query.many("team_ids[]")
    library, configuration = query.library, query.account.configuration
    records = [library.make(path, (), each, query.zone) for each in range(library.count(path))]
    owners = [configuration.get("services", each["parent"]["id"]) for each in records]
    return [
        record
        for record, owner in zip(records, owners, strict=True)
        if not teams or (owner and any(ref.id in teams for ref in owner["teams"]))
    ]


def _active(query: Query) -> bool:
    return hash_of(hash_of_text(query.ids[0])) % 2 == 0


_RULESETS = declare("/rulesets", "rulesets", "classic", scope="event_rules.read", count=(26, 30))
_RULES = declare("/rulesets/{id}/rules", "rules", "classic", scope="event_rules.read", count=(0, 4))
_SERVICE_RULES = declare(
    "/services/{id}/rules",
    "rules",
    "classic",
    scope="services.read",
    includes="migrated_metadata",
    count=(0, 3),
)
_ORCHESTRATIONS = declare(
    "/event_orchestrations",
    "orchestrations",
    "classic",
    scope="event_orchestrations.read",
    sorts="name routes created_at",
    no_total=True,
    count=(26, 30),
)
_EO: Settings = {"scope": "event_orchestrations.read"}
_EO_INTEGRATIONS = declare(
    "/event_orchestrations/{id}/integrations", "integrations", count=(0, 3), **_EO
)
_EO_CACHE = declare(
    "/event_orchestrations/{id}/cache_variables", "cache_variables", count=(0, 3), **_EO
)
_SERVICE_CACHE = declare(
    "/event_orchestrations/services/{id}/cache_variables",
    "cache_variables",
    scope="services.read",
    count=(0, 2),
)
RULES = (
    _RULESETS,
    single("/rulesets/{id}", "ruleset", _RULESETS),
    _RULES,
    single("/rulesets/{id}/rules/{id}", "rule", _RULES),
    _SERVICE_RULES,
    single("/services/{id}/rules/{id}", "rule", _SERVICE_RULES, includes=""),
    _ORCHESTRATIONS,
    single("/event_orchestrations/{id}", "orchestration", _ORCHESTRATIONS),
    _EO_INTEGRATIONS,
    single("/event_orchestrations/{id}/integrations/{id}", "integration", _EO_INTEGRATIONS),
    _EO_CACHE,
    single("/event_orchestrations/{id}/cache_variables/{id}", "cache_variable", _EO_CACHE),
    declare("/event_orchestrations/{id}/enablements", "enablements", count=(0, 2), **_EO),
    _only("/event_orchestrations/{id}/router", "orchestration_path", **_EO),
    _only("/event_orchestrations/{id}/global", "orchestration_path", **_EO),
    _only("/event_orchestrations/{id}/unrouted", "orchestration_path", **_EO),
    _only(
        "/event_orchestrations/services/{id}",
        "orchestration_path",
        scope="services.read",
        includes="migrated_metadata",
    ),
    declare(
        "/event_orchestrations/services/{id}/active",
        "active",
        "single",
        _active,
        scope="services.read",
    ),
    _SERVICE_CACHE,
    single(
        "/event_orchestrations/services/{id}/cache_variables/{id}",
        "cache_variable",
        _SERVICE_CACHE,
    ),
    declare("/services/{id}/enablements", "enablements", scope="services.read", count=(0, 2)),
    declare(
        "/recommendations/event_orchestrations/rules",
        "recommended_rules",
        "cursor",
        _recommended,
        params="team_ids[]",
        scope="recommendations.read",
        choices="actions[]=suppress,severity,priority",
        filters="service_id=parent.id service_ids[]=parent.id",
        max_limit=50,
        count=(51, 70),
    ),
)

# -- automation, workflow integrations -----------------------------------------------------------


def _runners(query: Query) -> list[Record]:
    library = query.library
    records = []
    for number in range(library.count("/automation_actions/runners")):
        made = library.make("/automation_actions/runners", (), number, query.zone)
        if "associated_actions" in query.include:
            actions = [
                {"id": each["id"], "type": "action_reference"}
                for each in library.rows(_ACTIONS, library.query()).all()
                if each["runner"] == made["id"]
            ]
            made = {**made, "associated_actions": {"actions": actions, "more": False}}
        records.append(made)
    return records


def _part_of(many: GeneratedEndpoint, name: str) -> GeneratedEndpoint:
    """Make the data sheet of references that a record carries."""

    def source(query: Query) -> Json:
        return query.library.one(many, (), query.ids[0], "id", query)[name]

    return declare(f"{many.path}/{{id}}/{name}", name, source=source, ability="automation_actions")


def _privileges(_query: Query) -> Record:
    return {"privileges": {"permissions": ["create", "update"]}}


_ACTIONS = declare(
    "/automation_actions/actions",
    "actions",
    "cursor",
    ability="automation_actions",
    choices="classification=diagnostic,remediation action_type=script,process_automation",
    filters="name=~name runner_id=runner classification=action_classification "
    "team_id=teams.id service_id=services.id action_type=action_type",
    extra=_privileges,
    count=(101, 110),
)
_RUNNERS = declare(
    "/automation_actions/runners",
    "runners",
    "cursor",
    _runners,
    ability="automation_actions",
    includes="associated_actions",
    filters="name=~name",
    extra=_privileges,
    count=(5, 12),
)
_STATES = "prepared,created,sent,queued,running,aborted,completed,error,unknown"
_INVOCATIONS = declare(
    "/automation_actions/invocations",
    "invocations",
    ability="automation_actions",
    choices=f"invocation_state={_STATES} not_invocation_state={_STATES}",
    filters="invocation_state=state incident_id=metadata.incident.id action_id=action_id",
    count=(30, 50),
)
_INTEGRATIONS = declare(
    "/workflows/integrations",
    "integrations",
    "cursor",
    scope="workflow_integrations.read",
    choices="include_deprecated=true,false",
    count=(26, 40),
)
_CONNECTIONS = declare(
    "/workflows/integrations/{id}/connections",
    "connections",
    "cursor",
    scope="workflow_integrations:connections.read",
    filters="name=~name",
    count=(0, 3),
)


def _all_connections(query: Query) -> list[Record]:
    library = query.library
    return [
        each
        for parent in library.own_ids("/workflows/integrations")
        for each in library.rows(_CONNECTIONS, library.query((parent,))).all()
    ]


AUTOMATION = (
    _ACTIONS,
    single("/automation_actions/actions/{id}", "action", _ACTIONS),
    _part_of(_ACTIONS, "services"),
    _part_of(_ACTIONS, "teams"),
    _RUNNERS,
    single("/automation_actions/runners/{id}", "runner", _RUNNERS, includes=""),
    _part_of(_RUNNERS, "teams"),
    _INVOCATIONS,
    single("/automation_actions/invocations/{id}", "invocation", _INVOCATIONS),
    _INTEGRATIONS,
    single("/workflows/integrations/{id}", "integration", _INTEGRATIONS),
    _CONNECTIONS,
    single("/workflows/integrations/{id}/connections/{id}", "connection", _CONNECTIONS),
    declare(
        "/workflows/integrations/connections",
        "connections",
        "cursor",
        _all_connections,
        scope="workflow_integrations:connections.read",
        filters="name=~name",
    ),
)

# -- enrichment, memories, allow lists -----------------------------------------------------------


def _schema_id(query: Query) -> Record:
    return {"schema_id": query.ids[0]}


def _enrichments(query: Query) -> list[Record]:
    library = query.library
    path = "/enrichment/event_enrichments"
    records = [library.make(path, (), each, query.zone) for each in range(library.count(path))]
    if "privileges" in query.include:
        privileges = {"permissions": ["read", "update"]}
        records = [{**each, "privileges": privileges} for each in records]
    return records


_EARLY: Settings = {"scope": "contextual_data.read", "enrolment": "enrichment"}
_ENRICHMENTS = declare(
    "/enrichment/event_enrichments",
    "event_enrichments",
    "classic",
    _enrichments,
    enrolment="enrichment",
    includes="privileges",
    no_total=True,
    count=(3, 6),
)
_SCHEMAS = declare("/enrichment/schemas", "schemas", count=(3, 5), **_EARLY)
_SERVICENOW = declare("/enrichment/integrations/servicenow", "integrations", count=(1, 3), **_EARLY)
_ALLOW_LISTS = declare(
    "/ip_allow_lists",
    "ip_allow_lists",
    scope="ip_allow_lists.read",
    enrolment="ip_allow_lists",
    early_access="ip-allow-lists",
    count=(1, 3),
)
ENRICHMENT = (
    _ENRICHMENTS,
    single("/enrichment/event_enrichments/{id}", "event_enrichment", _ENRICHMENTS),
    declare(
        "/enrichment/event_enrichments/default",
        "event_enrichment",
        "first",
        _enrichments,
        enrolment="enrichment",
        count=(1, 1),
    ),
    declare(
        "/enrichment/event_enrichments/{id}/associations",
        "associations",
        "classic",
        enrolment="enrichment",
        choices="association_type=service,event_orchestration",
        filters="association_type=~type",
        no_total=True,
        count=(0, 30),
    ),
    _only("/enrichment/event_enrichments/{id}/rules", "orchestration_path", enrolment="enrichment"),
    _SCHEMAS,
    single("/enrichment/schemas/{id}", "schema", _SCHEMAS),
    declare(
        "/enrichment/schemas/{id}/records",
        "records",
        "cursor",
        extra=_schema_id,
        count=(0, 130),
        **_EARLY,
    ),
    _SERVICENOW,
    single("/enrichment/integrations/servicenow/{id}", "integration", _SERVICENOW),
    declare(
        "/sre_agent/memories",
        "memories",
        "limit",
        scope="incident.read",
        choices="type=runbook,service_profile,incident_playbook",
        filters="type=attributes.type service_id=attributes.service_id "
        "incident_id=attributes.incident_id",
        count=(30, 60),
    ),
    _ALLOW_LISTS,
    single("/ip_allow_lists/{id}", "ip_allow_list", _ALLOW_LISTS),
)

CONFIG = (*WORKFLOWS, *EXTENSIONS, *RULES, *AUTOMATION, *ENRICHMENT)
