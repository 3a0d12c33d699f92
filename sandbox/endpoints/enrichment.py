"""Event enrichment, agent memories, lists of allowed IP addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import Settings, declare, one_for_each_parent, single

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record


def _schema_id(query: Query) -> Record:
    return {"schema_id": query.ids[0]}


def _enrichments(query: Query) -> list[Record]:
    path = "/enrichment/event_enrichments"
    records = [
        query.records.make(path, (), each, query.zone) for each in range(query.seeded.count(path))
    ]
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
    one_for_each_parent(
        "/enrichment/event_enrichments/{id}/rules", "orchestration_path", enrolment="enrichment"
    ),
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
