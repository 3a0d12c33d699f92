"""Incident workflows: what is done automatically about incidents, and when."""

from __future__ import annotations

from tap_pagerduty.api.pagination import CURSOR
from tap_pagerduty.streams.common import (
    RESOURCE,
    array,
    boolean,
    number,
    obj,
    properties,
    reference,
    references,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.sync.client import PagerDutyStream

SCOPE = "incident_workflows.read"
PLAN = "a plan with incident workflows"

# A value may be a key or a password, of which PagerDuty says nothing but its name.
INPUT_VALUES = "steps.action_configuration.inputs.value"
NESTED_STEPS = "steps.action_configuration.inline_steps_inputs.value"

STEP_SECRETS = (
    INPUT_VALUES,
    f"{NESTED_STEPS}.{INPUT_VALUES}",
    # Steps deeper still.
    f"{NESTED_STEPS}.{NESTED_STEPS}",
)

STEP_INPUT = (
    text("name", "Name of the input, unique within the action."),
    text("parameter_type", "Type of the value, such as `text`."),
    text("value", "Value of the input; left out unless `include_secrets` is on."),
)

STEP_OUTPUT = (
    text("name", "Name of the output, unique within the action."),
    text("reference_name", "Name by which later steps use the output."),
    text("parameter_type", "Type of the value, such as `text`."),
)

ACTION = (
    text("action_id", "Id of the action.", to="incident_workflow_actions"),
    text("description", "What the action does."),
    array("inputs", "What the action is given.", *STEP_INPUT),
    array("outputs", "What the action gives to later steps.", *STEP_OUTPUT),
)

STEP = (
    text("name", "Name of the step."),
    text("description", "What the step does."),
)


class IncidentWorkflows(PagerDutyStream):
    """Incident workflows with their steps (`GET /incident_workflows`)."""

    name = "incident_workflows"
    path = "/incident_workflows"
    params = {"include[]": ["steps"]}
    scope = SCOPE
    plan = PLAN
    selected_by_default = False
    secrets = STEP_SECRETS
    schema = properties(
        *RESOURCE,
        text("name", "Name of the workflow."),
        text("description", "What the workflow does."),
        time("created_at", "When the workflow was created."),
        boolean("is_enabled", "Whether the workflow can be started."),
        time("last_started_at", "Not documented by PagerDuty; when the workflow last started."),
        reference("team", "teams", "Team whose members may edit it; null when not restricted."),
        references(
            "steps",
            None,
            "Steps, in the order in which they are done.",
            *STEP,
            obj(
                "action_configuration",
                "Action of the step.",
                *ACTION,
                array(
                    "inline_steps_inputs",
                    "Steps that the action is given: a workflow within the workflow.",
                    text("name", "Name of the input, unique within the action."),
                    obj(
                        "value",
                        "What the input holds.",
                        references(
                            "steps",
                            None,
                            "Steps within the step.",
                            *STEP,
                            obj("action_configuration", "Action of the step.", *ACTION),
                        ),
                    ),
                ),
            ),
        ),
    )


class IncidentWorkflowActions(PagerDutyStream):
    """Actions that steps of workflows can take (`GET /incident_workflows/actions`)."""

    name = "incident_workflow_actions"
    path = "/incident_workflows/actions"
    records_key = "actions"
    paginator = CURSOR
    scope = SCOPE
    plan = PLAN
    selected_by_default = False
    schema = properties(
        *RESOURCE,
        text("name", "Name of the action."),
        text("description", "What the action does."),
        text("domain_name", "Domain of the account that made the action."),
        text("package_name", "Group that the action is in."),
        text("function_name", "What the action does, in a word."),
        number("version", "Version of the action."),
        text("action_type", "Kind of action: `action`, or `trigger` for what starts a workflow."),
        text(
            "action_tier",
            "Tier of the action: `basic-action`, `standard-action` or `premium-action`.",
        ),
        text("trigger_type", "For `trigger`: kind of trigger, `polling`, `subscription` or `web`."),
        texts("tags", "Tags of the action."),
        texts("search_keywords", "Words by which the action is found."),
        text("metadata", "More about the action, as JSON text."),
        time("created_at", "When the action was created."),
        text("created_by_user_id", "Id of the user who created it.", to="users"),
        array(
            "inputs",
            "What the action is to be given.",
            text("name", "Name of the input."),
            text("description", "What the input is for."),
            text(
                "type",
                "Type of the value: `text`, `password`, `integer`, `decimal`, `date`, `dateTime`, "
                "`boolean`, `singleChoice`, `multipleChoice`, `json`, `connection` or `trigger`.",
            ),
            text("default_value", "Value when none is given."),
            boolean("is_required", "Whether a value has to be given."),
            boolean("is_hidden", "Whether the input is kept from users who set the action up."),
            boolean("advanced", "Whether the input is among the advanced ones."),
            text("metadata", "More about the input, as JSON text."),
            text("connection_type_id", "For `connection`: id of the type of connection."),
        ),
        array(
            "outputs",
            "What the action gives to later steps.",
            text("name", "Name of the output."),
            text("description", "What the output holds."),
            text("type", "Type of the value, as for inputs."),
        ),
    )


class IncidentWorkflowTriggers(PagerDutyStream):
    """Triggers, which start incident workflows (`GET /incident_workflows/triggers`)."""

    name = "incident_workflow_triggers"
    path = "/incident_workflows/triggers"
    records_key = "triggers"
    paginator = CURSOR
    columns = {"workflow_id": "workflow.id"}
    # A trigger may embed its workflow with the steps.
    secrets = tuple(f"workflow.{path}" for path in STEP_SECRETS)
    scope = SCOPE
    plan = PLAN
    selected_by_default = False
    schema = properties(
        *RESOURCE,
        text(
            "trigger_type", "What starts the workflow: `conditional`, `manual` or `incident_type`."
        ),
        text("trigger_type_name", "Name of the trigger type as people see it."),
        text(
            "condition",
            "For `conditional`: condition, in PagerDuty's condition language, on which an "
            "incident starts the workflow; null: every new incident does.",
        ),
        url("trigger_url", "For `manual`: API address at which the workflow is started."),
        texts(
            "incident_types",
            "For `incident_type`: ids of the incident types that start the workflow.",
        ),
        text("workflow_name", "Not documented by PagerDuty; name of the workflow."),
        text("workflow_id", "Id of the workflow that the trigger starts.", to="incident_workflows"),
        reference(
            "workflow",
            "incident_workflows",
            "Workflow that the trigger starts.",
            text("name", "Name of the workflow."),
        ),
        references("services", "services", "Services whose incidents can start the workflow."),
        boolean(
            "is_subscribed_to_all_services",
            "Whether incidents of all services can start the workflow.",
        ),
        obj(
            "permissions",
            "For `manual`: who may start the workflow.",
            boolean("restricted", "Whether only members of a team may start it."),
            text(
                "team_id",
                "Id of the team whose members may start it; null when not restricted.",
                to="teams",
            ),
        ),
        boolean("is_disabled", "Whether the trigger is off, as its workflow is not enabled."),
    )
