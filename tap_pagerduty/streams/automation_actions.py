"""Automation: actions that responders or events start, where they run, and each run."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from tap_pagerduty.api.pagination import CURSOR, WHOLE, SinglePage
from tap_pagerduty.compat import override
from tap_pagerduty.streams.common import (
    RESOURCE,
    array,
    boolean,
    integer,
    key,
    obj,
    properties,
    reference,
    references,
    resource,
    text,
    texts,
    time,
)
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records import Record

PLAN = "the Automation Actions add-on"

ACTION_TYPE = text("action_type", "Kind of action: `script` or `process_automation`.")
RUNNER_TYPE = text(
    "runner_type",
    "Kind of runner: `sidecar` asks PagerDuty for work, `runbook` is a Runbook server.",
)
# What is run may hold passwords and tokens.
LEFT_OUT = "; left out unless `include_secrets` is on"
DATA_SECRETS = tuple(
    f"action_data_reference.{name}"
    for name in ("script", "invocation_command", "process_automation_job_arguments")
)
ACTION_DATA = obj(
    "action_data_reference",
    "What is run; which properties there are depends on the action's type.",
    text("script", f"Text of the script{LEFT_OUT}."),
    text(
        "invocation_command",
        f"Command that the script is run with; null: it is run itself{LEFT_OUT}.",
    ),
    text("process_automation_job_id", "Id of the job in Process Automation."),
    text("process_automation_job_arguments", f"Arguments of the job; null when none{LEFT_OUT}."),
    text(
        "process_automation_node_filter",
        "Filter for the nodes that the job runs on; null: those that the job names.",
    ),
)
PRIVILEGES = obj(
    "privileges",
    "What the owner of the API key may do with it.",
    texts("permissions", "Permissions: `read`, `update`, `delete` or `invoke`."),
)
METADATA = obj("metadata", "More about the record; PagerDuty does not document its properties.")


class AutomationActions(PagerDutyStream):
    """Automation actions: scripts and jobs that can be run (`GET /automation_actions/actions`)."""

    name = "automation_actions"
    path = "/automation_actions/actions"
    secrets = DATA_SECRETS
    plan = PLAN
    records_key = "actions"
    paginator = CURSOR
    selected_by_default = False
    schema = properties(
        *RESOURCE,
        text("name", "Name of the action."),
        text("description", "What the action does."),
        ACTION_TYPE,
        text(
            "action_classification",
            "What the action is for: `diagnostic` or `remediation`; null when neither.",
        ),
        text(
            "runner",
            "Id of the runner that runs it; null when none does yet.",
            to="automation_action_runners",
        ),
        RUNNER_TYPE,
        references("services", "services", "Services in whose incidents it can be run."),
        references("teams", "teams", "Teams whose members may run it."),
        PRIVILEGES,
        METADATA,
        time("creation_time", "When the action was created."),
        time("modify_time", "When the action was last changed."),
        time("last_run", "When the action was last run; null when never."),
        reference("last_run_by", "users", "User, account or event rule that ran it last."),
        boolean(
            "only_invocable_on_unresolved_incidents",
            "Whether it can be run only while the incident is open.",
        ),
        boolean("allow_invocation_manually", "Whether a responder can run it."),
        boolean("allow_invocation_from_event_orchestration", "Whether event rules can run it."),
        boolean("map_to_all_services", "Whether it can be run in incidents of all services."),
        ACTION_DATA,
    )


class AutomationActionServices(ChildStream):
    """Services in whose incidents an action can be run (`…/{id}/services`)."""

    name = "automation_action_services"
    parent = AutomationActions
    path = "/automation_actions/actions/{action_id}/services"
    plan = PLAN
    records_key = "services"
    paginator = WHOLE
    parent_columns = {"action_id": "id"}
    primary_keys = ("action_id", "id")
    schema = properties(
        key("action_id", "Id of the action.", to="automation_actions"), *resource("services")
    )


class AutomationActionTeams(ChildStream):
    """Teams whose members may run an action (`GET /automation_actions/actions/{id}/teams`)."""

    name = "automation_action_teams"
    parent = AutomationActions
    path = "/automation_actions/actions/{action_id}/teams"
    plan = PLAN
    records_key = "teams"
    paginator = WHOLE
    parent_columns = {"action_id": "id"}
    primary_keys = ("action_id", "id")
    schema = properties(
        key("action_id", "Id of the action.", to="automation_actions"), *resource("teams")
    )


class AutomationActionInvocations(ChildStream):
    """Runs of actions, the last 25 of each action (`GET /automation_actions/invocations`)."""

    name = "automation_action_invocations"
    parent = AutomationActions
    path = "/automation_actions/invocations"
    secrets = tuple(f"action_snapshot.{path}" for path in DATA_SECRETS)
    plan = PLAN
    records_key = "invocations"
    paginator = SinglePage(most=25)
    parent_columns = {"action_id": "id"}
    schema = properties(
        *RESOURCE,
        text("action_id", "Id of the action.", to="automation_actions"),
        obj(
            "action_snapshot",
            "The action as it was when it was run.",
            text("name", "Name of the action."),
            ACTION_TYPE,
            ACTION_DATA,
        ),
        text("runner_id", "Id of the runner that it ran on.", to="automation_action_runners"),
        array(
            "timing",
            "States that the run went through.",
            time("timestamp", "When the run entered the state."),
            time(
                "creation_timestamp",
                "The same as `timestamp`, under the name in PagerDuty's examples.",
            ),
            text("state", "State that the run entered: one of those of the column `state`."),
        ),
        integer("duration", "How long it ran, as PagerDuty counts it; no unit is documented."),
        text(
            "state",
            "State of the run: `prepared`, `created`, `sent`, `queued`, `running`, `aborted`, "
            "`completed`, `error` or `unknown`.",
        ),
        obj(
            "metadata",
            "Who started the run, and for which incident.",
            reference("agent", "users", "User, account or event rule that started it."),
            reference("incident", "incidents", "Incident that it was run for; null when none."),
        ),
    )

    @override
    def child_requests(self, parents: Iterable[Record]) -> Iterator[PageRequest]:
        """Yield a request per action, as the endpoint lists the 25 newest runs at most.

        "At most 25 invocations are returned", and there are no pages (OpenAPI document,
        `listAutomationActionInvocations`).
        """
        for request in super().child_requests(parents):
            yield replace(request, params={**request.params, **(request.parent or {})})

    @property
    @override
    def is_versioned(self) -> bool:
        """False: an older run that is listed no more is not gone."""
        return False


class AutomationActionRunners(PagerDutyStream):
    """Runners, which run the actions (`GET /automation_actions/runners`)."""

    name = "automation_action_runners"
    path = "/automation_actions/runners"
    params = {"include[]": "associated_actions"}
    plan = PLAN
    records_key = "runners"
    paginator = CURSOR
    selected_by_default = False
    schema = properties(
        *RESOURCE,
        RUNNER_TYPE,
        text("name", "Name of the runner."),
        text("description", "What the runner is for."),
        time("last_seen", "When the runner last asked for work; null when never."),
        text(
            "status",
            "State of the runner: `Configured` once it has connected to PagerDuty, "
            "`NotConfigured` before.",
        ),
        time("creation_time", "When the runner was created."),
        text(
            "runbook_base_uri",
            "Subdomain of the Runbook server; only where `runner_type` is `runbook`.",
        ),
        references("teams", "teams", "Teams whose members may use it."),
        PRIVILEGES,
        obj(
            "associated_actions",
            "Actions that run on the runner.",
            references(
                "actions",
                "automation_actions",
                "Up to three of the actions; the stream `automation_actions` has all.",
            ),
            boolean("more", "Whether the runner has more actions than these."),
        ),
        METADATA,
    )


class AutomationActionRunnerTeams(ChildStream):
    """Teams whose members may use a runner (`GET /automation_actions/runners/{id}/teams`)."""

    name = "automation_action_runner_teams"
    parent = AutomationActionRunners
    path = "/automation_actions/runners/{runner_id}/teams"
    plan = PLAN
    records_key = "teams"
    paginator = WHOLE
    parent_columns = {"runner_id": "id"}
    primary_keys = ("runner_id", "id")
    schema = properties(
        key("runner_id", "Id of the runner.", to="automation_action_runners"), *resource("teams")
    )
