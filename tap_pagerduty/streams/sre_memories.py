"""The SRE agent: what it has learned."""

from __future__ import annotations

from tap_pagerduty.api.pagination import PAGE_SIZE, SinglePage
from tap_pagerduty.streams.common import key, obj, properties, text, time
from tap_pagerduty.sync.client import PagerDutyStream


class SreMemories(PagerDutyStream):
    """What the SRE agent has learned about services and incidents (`GET /sre_agent/memories`).

    The API lists 100 at the most.
    """

    name = "sre_memories"
    path = "/sre_agent/memories"
    # As documented; those of incidents are called `incidents.read`.
    scope = "incident.read"
    plan = "the SRE agent"
    records_key = "memories"
    paginator = SinglePage(limit=PAGE_SIZE)
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the memory; never reused."),
        text("content", "What was learned, as text."),
        obj(
            "attributes",
            "What the memory is about.",
            text("account_id", "Id of the account."),
            text(
                "service_id",
                "Id of the service that it is about; null when it is about none.",
                to="services",
            ),
            text(
                "incident_id",
                "Id of the incident that it is about; null when it is about none.",
                to="incidents",
            ),
            text(
                "type",
                "Kind of memory: `runbook`, `service_profile`, `incident_playbook` or "
                "`incident_summary`.",
            ),
        ),
        time("created_at", "When the memory was created."),
        time("updated_at", "When the memory was last changed."),
    )
