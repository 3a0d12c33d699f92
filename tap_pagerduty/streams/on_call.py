"""On-call: who is on call now."""

from __future__ import annotations

import typing as t

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.streams.common import integer, key, properties, reference, text, time

if t.TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

IDENTITY = ("escalation_policy_id", "escalation_level", "user_id", "schedule_id", "start")


class Oncalls(PagerDutyStream):
    """Who is on call now, for each escalation policy and level (`GET /oncalls`)."""

    name = "oncalls"
    path = "/oncalls"
    scope = "oncalls.read"
    params = {"time_zone": "UTC"}
    budget = "oncalls"
    schema = properties(
        key(
            "id",
            "Made by the tap, as PagerDuty gives none: policy id, level, user id, schedule id "
            "and start, joined by colons; what is null is left empty.",
        ),
        text("escalation_policy_id", "Id of the escalation policy."),
        text("user_id", "Id of the user on call."),
        text("schedule_id", "Id of the schedule; null when the policy names the user directly."),
        integer("escalation_level", "Level of the escalation policy: 1 is notified first."),
        time("start", "Begin of the shift; null when the user is always on call."),
        time("end", "End of the shift; null when the user is always on call."),
        reference("escalation_policy", "Escalation policy that makes the user on call."),
        reference("user", "User on call."),
        reference(
            "schedule",
            "Schedule of the shift, layered or shift-based (v3); null when the policy names the "
            "user directly.",
        ),
    )

    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        """Add the ids of the three parties, and a key made of all that tells rows apart.

        The records have no id: see "List all of the on-calls" (`GET /oncalls`, schema
        `Oncall`) in the API reference, where `schedule` and `start` may be null as well.
        """
        record = super().post_process(row, context)
        if record is None:
            return None
        for party in ("escalation_policy", "user", "schedule"):
            record[f"{party}_id"] = (record.get(party) or {}).get("id")
        parts = (record.get(name) for name in IDENTITY)
        record["id"] = ":".join("" if part is None else str(part) for part in parts)
        return record
