"""Flexible schedules: those made of shifts (v3), not of layers."""

from __future__ import annotations

from tap_pagerduty.api.pagination import UNCOUNTED
from tap_pagerduty.streams.common import (
    BY_TEAM,
    RESOURCE,
    array,
    integer,
    key,
    obj,
    properties,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.sync.child import ChildStream, WindowedChildStream
from tap_pagerduty.sync.client import PagerDutyStream

ADDRESSES = (
    url("self", "API address of the record."),
    url("html_url", "Web address of the record in PagerDuty; may be null."),
)

# Of what belongs to a schedule; unlike other records it has no summary.
PART = (
    key("id", "Id that PagerDuty gave the record; never reused."),
    text("type", "Kind of record, as PagerDuty names it."),
    *ADDRESSES,
)

MEMBER = (
    text(
        "type",
        "Kind of member: `user_member`, or `empty_member` where nobody is meant to be on call.",
    ),
    text("user_id", "Id of the user; null for an `empty_member`.", to="users"),
)

CLOCK_TIME = (
    time("date_time", "Time of the first occurrence; the later ones are at the same time of day."),
    text("time_zone", "Time zone in which the time of day is kept, such as `Europe/Paris`."),
)

EVENT = (
    text("name", "Name of the event."),
    obj("start_time", "When a shift starts.", *CLOCK_TIME),
    obj("end_time", "When a shift ends.", *CLOCK_TIME),
    time("effective_since", "When the event starts to make shifts."),
    time("effective_until", "When the event stops making shifts; null if it does not end."),
    texts("recurrence", "How the shifts repeat, as rules of RFC 5545 (`RRULE:…`)."),
    obj(
        "assignment_strategy",
        "How the shifts are given to the members.",
        text(
            "type",
            "Kind of strategy: `rotating_member_assignment_strategy` (in turns) or "
            "`every_member_assignment_strategy` (all at once).",
        ),
        integer("shifts_per_member", "Shifts in a row that a member has; null if not in turns."),
        array("members", "Users who take the shifts, in their order.", *MEMBER),
    ),
)


class FlexibleSchedules(PagerDutyStream):
    """Shift-based schedules, which `schedules` does not hold (`GET /v3/schedules`)."""

    name = "flexible_schedules"
    path = "/v3/schedules"
    filters = BY_TEAM
    records_key = "schedules"
    scope = "schedules.read"
    schema = properties(*RESOURCE)


class FlexibleScheduleRotations(ChildStream):
    """Rotations of a shift-based schedule (`GET /v3/schedules/{id}/rotations`)."""

    name = "flexible_schedule_rotations"
    parent = FlexibleSchedules
    path = "/v3/schedules/{schedule_id}/rotations"
    records_key = "rotations"
    paginator = UNCOUNTED
    parent_columns = {"schedule_id": "id"}
    scope = "schedules.read"
    schema = properties(
        *PART,
        text("schedule_id", "Id of the schedule.", to="flexible_schedules"),
        array(
            "events",
            "Events of the rotation; PagerDuty's example of the list lacks them.",
            text("id", "Id of the event."),
            text("type", "Kind of record: `schedule_event`."),
            *ADDRESSES,
            *EVENT,
        ),
    )


class FlexibleScheduleRotationEvents(ChildStream):
    """Events of a rotation, which make its shifts.

    (`GET /v3/schedules/{id}/rotations/{rotation_id}/events`; a request for each rotation)
    """

    name = "flexible_schedule_rotation_events"
    parent = FlexibleScheduleRotations
    path = "/v3/schedules/{schedule_id}/rotations/{rotation_id}/events"
    records_key = "events"
    paginator = UNCOUNTED
    parent_columns = {"schedule_id": "schedule_id", "rotation_id": "id"}
    scope = "schedules.read"
    schema = properties(
        *PART,
        text("schedule_id", "Id of the schedule.", to="flexible_schedules"),
        text("rotation_id", "Id of the rotation.", to="flexible_schedule_rotations"),
        *EVENT,
    )


class FlexibleScheduleCustomShifts(WindowedChildStream):
    """Single shifts outside of rotations (`GET /v3/schedules/{id}/custom_shifts`).

    A request for each schedule and 88 days, from `start_date` to 90 days ahead.
    """

    name = "flexible_schedule_custom_shifts"
    parent = FlexibleSchedules
    path = "/v3/schedules/{schedule_id}/custom_shifts"
    records_key = "custom_shifts"
    paginator = UNCOUNTED
    # With `overflow`, shifts that reach out of the range are shown as well.
    params = {"time_zone": "UTC", "overflow": "true"}
    parent_columns = {"schedule_id": "id"}
    scope = "schedules.read"
    schema = properties(
        *PART,
        text("schedule_id", "Id of the schedule.", to="flexible_schedules"),
        time("start_time", "Start of the shift."),
        time("end_time", "End of the shift."),
        array(
            "assignments",
            "Who has the shift; always one assignment.",
            text("id", "Id of the assignment."),
            text("type", "Kind of record: `shift_assignment`."),
            obj("member", "Who is on call.", *MEMBER),
        ),
    )


class FlexibleScheduleOverrides(WindowedChildStream):
    """Shifts whose user is replaced by another (`GET /v3/schedules/{id}/overrides`).

    A request for each schedule and 88 days, from `start_date` to 90 days ahead.
    """

    name = "flexible_schedule_overrides"
    parent = FlexibleSchedules
    path = "/v3/schedules/{schedule_id}/overrides"
    records_key = "overrides"
    paginator = UNCOUNTED
    # With `overflow`, overrides that reach out of the range are shown as well.
    params = {"time_zone": "UTC", "overflow": "true"}
    parent_columns = {"schedule_id": "id"}
    scope = "schedules.read"
    schema = properties(
        *PART,
        text("schedule_id", "Id of the schedule.", to="flexible_schedules"),
        text(
            "rotation_id",
            "Id of the rotation with the overridden shift; null for a custom shift.",
            to="flexible_schedule_rotations",
        ),
        text(
            "custom_shift_id",
            "Id of the overridden custom shift; null for a shift of a rotation.",
            to="flexible_schedule_custom_shifts",
        ),
        time("start_time", "Start of the override."),
        time("end_time", "End of the override."),
        obj("overridden_member", "Who would be on call.", *MEMBER),
        obj("overriding_member", "Who is on call instead.", *MEMBER),
    )
