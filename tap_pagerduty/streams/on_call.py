"""On-call: who is on call now."""

from __future__ import annotations

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.streams.common import integer, key, properties, reference, text, time


class Oncalls(PagerDutyStream):
    """Who is on call now, for each escalation policy and level (`GET /oncalls`)."""

    name = "oncalls"
    path = "/oncalls"
    scope = "oncalls.read"
    params = {"time_zone": "UTC"}
    budget = "oncalls"
    columns = {
        "escalation_policy_id": "escalation_policy.id",
        "user_id": "user.id",
        "schedule_id": "schedule.id",
    }
    # "List all of the on-calls" (`GET /oncalls`, schema `Oncall`) gives no id.
    id_columns = ("escalation_policy_id", "escalation_level", "user_id", "schedule_id", "start")
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
