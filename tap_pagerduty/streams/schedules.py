"""Schedules: who is on call when."""

from __future__ import annotations

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.streams.common import (
    RESOURCE,
    array,
    integer,
    number,
    obj,
    properties,
    reference,
    references,
    text,
    time,
)

RENDERED = (
    array(
        "rendered_schedule_entries",
        "Shifts computed for a time range; empty or absent here, as no range is asked for.",
        reference("user", "User on call."),
        time("start", "Begin of the shift."),
        time("end", "End of the shift; null if it does not end."),
    ),
    number(
        "rendered_coverage_percentage",
        "Percent of the time range with someone on call; null here, as no range is asked for.",
    ),
)


class Schedules(PagerDutyStream):
    """Schedules made of layers (`GET /schedules`); shift-based (v3) ones are not in this list."""

    name = "schedules"
    path = "/schedules"
    scope = "schedules.read"
    params = {"time_zone": "UTC", "include[]": ["schedule_layers"]}
    schema = properties(
        *RESOURCE,
        text("name", "Name of the schedule."),
        text("description", "What the schedule is for; null when empty."),
        text("time_zone", "Time zone of the schedule, such as `America/New_York`."),
        array(
            "schedule_layers",
            "Rotations that make up the schedule.",
            text("id", "Id of the layer."),
            text("name", "Name of the layer."),
            time("start", "Begin of the layer."),
            time("end", "End of the layer; null if it does not end."),
            array(
                "users",
                "Users of the layer, in the order in which they take turns.",
                reference("user", "User whose turn it is."),
            ),
            array(
                "restrictions",
                "Parts of the day or week to which the layer is limited; empty: none.",
                text("type", "`daily_restriction` or `weekly_restriction`."),
                integer("duration_seconds", "Length in seconds."),
                text("start_time_of_day", "Time of day at which it begins, as HH:mm:ss."),
                integer(
                    "start_day_of_week",
                    "Day on which it begins: 1 (Monday) to 7 (Sunday); null when daily.",
                ),
            ),
            time(
                "rotation_virtual_start",
                "Moment from which turns are counted; it may lie before the layer's begin.",
            ),
            integer("rotation_turn_length_seconds", "Length of a turn in seconds."),
            *RENDERED,
        ),
        obj(
            "final_schedule",
            "Outcome of layers and overrides; absent here, as it is not asked for.",
            text("name", "Name of this part: `Final Schedule`."),
            *RENDERED,
        ),
        obj(
            "overrides_subschedule",
            "Shifts that replace those of the layers; absent here, as not asked for.",
            text("name", "Name of this part: `Overrides`."),
            *RENDERED,
        ),
        references("escalation_policies", "Escalation policies that use the schedule."),
        references("users", "Users who take part in the schedule."),
        references("teams", "Teams that own the schedule."),
        obj(
            "next_oncall_for_user",
            "Next shift of one user; absent here, as no user is asked for.",
            time("start", "Begin of the shift."),
            time("end", "End of the shift."),
            reference("user", "User whose shift it is."),
        ),
    )
