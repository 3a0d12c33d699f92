"""Incident workflows, their actions and triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import declare, single
from sandbox.api.endpoint_records import one_of

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record


def _workflows(query: Query) -> list[Record]:
    """List the incident workflows; their steps and full teams only on request."""
    records = []
    for number in range(query.seeded.count("/incident_workflows")):
        made = query.records.make("/incident_workflows", (), number, query.zone)
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
    return one_of(_WORKFLOWS, (), query.ids[0], "id", query)


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
