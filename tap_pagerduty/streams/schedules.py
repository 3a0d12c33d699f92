"""Schedules: who is on call when."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.api.windows import months, start_of
from tap_pagerduty.compat import override
from tap_pagerduty.records.paths import dig
from tap_pagerduty.streams.common import (
    BY_TEAM,
    RESOURCE,
    array,
    integer,
    key,
    key_time,
    number,
    obj,
    properties,
    reference,
    references,
    resource,
    text,
    time,
    url,
)
from tap_pagerduty.streams.users import USER
from tap_pagerduty.sync.child import WindowedChildStream
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.shifts import Shifts, overlapping

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.windows import Window
    from tap_pagerduty.records import Record

RENDERED = (
    array(
        "rendered_schedule_entries",
        "Shifts computed for a time range; empty or absent here, as no range is asked for.",
        reference("user", "users", "User on call."),
        time("start", "Start of the shift."),
        time("end", "End of the shift; null if it does not end."),
    ),
    number(
        "rendered_coverage_percentage",
        "Percentage of the time range with someone on call; null here, as no range is asked for.",
    ),
)


CALENDAR_FEEDS = tuple(
    url(
        f"{whose}{how}_cal_url",
        f"Not documented by PagerDuty; secret address of {what} {way}: it opens without a login; "
        "left out unless `include_secrets` is on.",
    )
    for whose, what in (("", "the schedule's calendar"), ("personal_", "the key's user's shifts"))
    for how, way in (("http", "over HTTP"), ("web", "as webcal"))
)


class Schedules(PagerDutyStream):
    """Schedules made of layers (`GET /schedules`); shift-based (v3) ones are not in this list."""

    name = "schedules"
    path = "/schedules"
    filters = BY_TEAM
    scope = "schedules.read"
    params = {"time_zone": "UTC", "include[]": ["schedule_layers"]}
    schema = properties(
        *RESOURCE,
        text("name", "Name of the schedule."),
        text("description", "What the schedule is for; null when empty."),
        text("time_zone", "Time zone of the schedule, such as `America/New_York`."),
        *CALENDAR_FEEDS,
        array(
            "schedule_layers",
            "Rotations that make up the schedule.",
            text("id", "Id of the layer."),
            text("name", "Name of the layer."),
            time("start", "Start of the layer."),
            time("end", "End of the layer; null if it does not end."),
            array(
                "users",
                "Users of the layer, in the order in which they take turns.",
                reference(
                    "user",
                    "users",
                    "User whose turn it is.",
                    time(
                        "deleted_at",
                        "Not documented by PagerDuty; when a user who is gone was deleted.",
                    ),
                ),
            ),
            array(
                "restrictions",
                "Parts of the day or week to which the layer is limited; empty: none.",
                text("type", "Kind of restriction: `daily_restriction` or `weekly_restriction`."),
                integer("duration_seconds", "Length of the restriction in seconds."),
                text(
                    "start_time_of_day",
                    "Time of day at which the restriction starts, such as `09:00:00`.",
                ),
                integer(
                    "start_day_of_week",
                    "Day on which the restriction starts: 1 (Monday) to 7 (Sunday); null when "
                    "daily.",
                ),
            ),
            time(
                "rotation_virtual_start",
                "Time from which turns are counted; it may lie before the layer's start.",
            ),
            integer("rotation_turn_length_seconds", "Length of a turn in seconds."),
            *RENDERED,
        ),
        obj(
            "final_schedule",
            "Shifts that result from layers and overrides; absent here, as they are not asked for.",
            text("name", "Name of this part: `Final Schedule`."),
            *RENDERED,
        ),
        obj(
            "overrides_subschedule",
            "Shifts that replace those of the layers; absent here, as they are not asked for.",
            text("name", "Name of this part: `Overrides`."),
            *RENDERED,
        ),
        references(
            "escalation_policies",
            "escalation_policies",
            "Escalation policies that use the schedule.",
        ),
        references(
            "users",
            "users",
            "Users who take part in the schedule.",
            time("deleted_at", "Not documented by PagerDuty; when a user who is gone was deleted."),
        ),
        references("teams", "teams", "Teams that own the schedule."),
        obj(
            "next_oncall_for_user",
            "Next shift of one user; absent here, as no user is asked for.",
            time("start", "Start of the shift."),
            time("end", "End of the shift."),
            reference("user", "users", "User whose shift it is."),
        ),
    )


class ScheduleEntries(WindowedChildStream):
    """Who was and will be on call by each schedule, its overrides included.

    (`final_schedule` of `GET /schedules/{id}`, from `start_date` to 90 days ahead; a request
    for each schedule and 88 days)
    """

    name = "schedule_entries"
    parent = Schedules
    path = "/schedules/{schedule_id}"
    records_key = "schedule"
    params = {"time_zone": "UTC", "overflow": "true"}
    nested = "final_schedule.rendered_schedule_entries"
    parent_columns = {"schedule_id": "id"}
    columns = {"user_id": "user.id"}
    paginator = WHOLE
    primary_keys = ("schedule_id", "user_id", "start")
    scope = "schedules.read"
    schema = properties(
        key("schedule_id", "Id of the schedule.", to="schedules"),
        key("user_id", "Id of the user on call.", to="users"),
        key_time("start", "Start of the shift."),
        time("end", "End of the shift; null if it does not end."),
        reference("user", "users", "User on call."),
    )

    @override
    def windows(self) -> Iterable[Window]:
        """Return windows that overlap by a second, by which `Shifts` joins cut shifts."""
        return overlapping(super().windows())

    @override
    def merge_lists(
        self, lists: Iterable[tuple[PageRequest, Iterable[Record]]]
    ) -> Iterable[Record]:
        """Yield the shifts of one schedule, those that lie in several windows once.

        `overflow=true` is to show them whole; "otherwise they will be truncated at the
        bounds" (`GET /schedules/{id}`, `overflow`).
        """
        shifts = Shifts(lambda entry: dig(entry, "user.id"))
        for request, records in lists:
            yield from shifts.ended(t.cast("Window", request.window), records)
        yield from shifts.rest()


class ScheduleOverrides(WindowedChildStream):
    """Shifts that replace those of a schedule's layers (`GET /schedules/{id}/overrides`).

    A request for each schedule and 88 days, from `start_date` to 90 days ahead.
    """

    name = "schedule_overrides"
    parent = Schedules
    path = "/schedules/{schedule_id}/overrides"
    records_key = "overrides"
    # Overrides that reach out of the range are shown whole.
    params = {"overflow": "true"}
    parent_columns = {"schedule_id": "id"}
    paginator = WHOLE
    primary_keys = ("schedule_id", "id")
    scope = "schedules.read"
    schema = properties(
        key("schedule_id", "Id of the schedule.", to="schedules"),
        *RESOURCE,
        time("start", "Start of the override."),
        time("end", "End of the override."),
        reference("user", "users", "User who is on call during the override."),
    )


class ScheduleUsers(WindowedChildStream):
    """Users who are on call in a schedule in each month (`GET /schedules/{id}/users`).

    A request for each schedule and month, from that of `start_date` to 90 days ahead.
    """

    name = "schedule_users"
    parent = Schedules
    path = "/schedules/{schedule_id}/users"
    records_key = "users"
    parent_columns = {"schedule_id": "id"}
    paginator = WHOLE
    primary_keys = ("schedule_id", "since", "id")
    scope = "users.read"
    cost = "1 per record of `schedules` and month"
    schema = properties(
        key("schedule_id", "Id of the schedule.", to="schedules"),
        key_time("since", "Start of the month (UTC)."),
        time(
            "until",
            "End of the month (UTC); for the last month, the end of the 90 days ahead that are "
            "read.",
        ),
        *resource("users"),
        *USER,
    )

    @override
    def windows(self) -> Iterable[Window]:
        """Return calendar months: whatever `start_date` is, a month has the same key.

        One that a slice's end would cut is left to the next slice.
        """
        end = self.sync_range.end(self.days_ahead)
        return months(
            self.sync_range.start, start_of("month", end) if self.sync_range.is_slice else end
        )

    @override
    def child_requests(self, parents: Iterable[Record]) -> Iterator[PageRequest]:
        """Yield the requests, with the month as columns: the records do not have it."""
        for request in super().child_requests(parents):
            ends = request.window.params if request.window else {}
            yield replace(request, parent={**(request.parent or {}), **ends})
