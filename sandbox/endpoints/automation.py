"""Automation actions and runners, workflow integrations and their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import declare, single
from sandbox.api.endpoint_records import ids_of, one_of, records_of

if TYPE_CHECKING:
    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.values.json_types import Json, Record


def _runners(query: Query) -> list[Record]:
    records = []
    for number in range(query.seeded.count("/automation_actions/runners")):
        made = query.records.make("/automation_actions/runners", (), number, query.zone)
        if "associated_actions" in query.include:
            actions = [
                {"id": each["id"], "type": "action_reference"}
                for each in records_of(_ACTIONS, query.api.query()).all()
                if each["runner"] == made["id"]
            ]
            made = {**made, "associated_actions": {"actions": actions, "more": False}}
        records.append(made)
    return records


def _part_of(many: GeneratedEndpoint, name: str) -> GeneratedEndpoint:
    """Declare the endpoint of references that a record carries."""

    def source(query: Query) -> Json:
        return one_of(many, (), query.ids[0], "id", query)[name]

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
    return [
        each
        for parent in ids_of(query, "/workflows/integrations")
        for each in records_of(_CONNECTIONS, query.api.query((parent,))).all()
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
