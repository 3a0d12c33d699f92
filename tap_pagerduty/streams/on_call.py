"""On-call: who is on call now, who was, and who will be."""

from __future__ import annotations

import typing as t
from collections import deque
from dataclasses import replace
from datetime import timedelta

from tap_pagerduty.api.windows import SECOND, Window
from tap_pagerduty.compat import override
from tap_pagerduty.records.paths import dig
from tap_pagerduty.records.timestamps import isoformat, utc, whole_second
from tap_pagerduty.streams.common import integer, key, properties, reference, text, time
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.shifts import Shifts, overlapping
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records import Record

COLUMNS = {
    "escalation_policy_id": "escalation_policy.id",
    "user_id": "user.id",
    "schedule_id": "schedule.id",
}

# "List all of the on-calls" (`GET /oncalls`, schema `Oncall`) gives no id.
ID_COLUMNS = ("escalation_policy_id", "escalation_level", "user_id", "schedule_id", "start")

ONCALL = (
    key(
        "id",
        "Made by the tap, as PagerDuty gives none: escalation policy id, level, user id, schedule "
        "id and start, joined by colons; what is null is left empty.",
    ),
    text("escalation_policy_id", "Id of the escalation policy.", to="escalation_policies"),
    text("user_id", "Id of the user on call.", to="users"),
    text(
        "schedule_id",
        "Id of the schedule; null when the policy names the user directly.",
        to=("schedules", "flexible_schedules"),
    ),
    integer("escalation_level", "Level of the escalation policy: 1 is notified first."),
    time("start", "Start of the shift; null when the user is always on call."),
    time("end", "End of the shift; null when the user is always on call."),
    reference(
        "escalation_policy", "escalation_policies", "Escalation policy that makes the user on call."
    ),
    reference("user", "users", "User on call."),
    reference(
        "schedule",
        ("schedules", "flexible_schedules"),
        "Schedule of the shift, layered or shift-based (v3); null when the policy names the "
        "user directly.",
    ),
)


class Oncalls(PagerDutyStream):
    """Who is on call now, for each escalation policy and level (`GET /oncalls`)."""

    name = "oncalls"
    path = "/oncalls"
    scope = "oncalls.read"
    params = {"time_zone": "UTC"}
    budget = "oncalls"
    columns = COLUMNS
    id_columns = ID_COLUMNS
    schema = properties(*ONCALL)


class OncallShifts(WindowedStream):
    """Who has been on call since `start_date`, and will be for 90 days (`GET /oncalls` by time).

    Each shift is a row, with the id that it has in `oncalls` while it lasts. A run reads
    again the last days and all that is planned. A planned shift that is then dropped from
    its schedule stays in the target, as no run can name it: it is told from those that
    took place by having been extracted for the last time before its end.
    """

    name = "oncall_shifts"
    path = "/oncalls"
    records_key = "oncalls"
    scope = "oncalls.read"
    params = {"time_zone": "UTC"}
    budget = "oncalls"
    replication_key = "start"
    # Less than any three months: 1 February to 1 May is 89 days.
    max_window_days = 88
    overlap_days = 7
    # "On-call shifts are limited to 90 days in the future" (`GET /oncalls`, `until`).
    days_ahead = 90
    selected_by_default = False
    columns = COLUMNS
    id_columns = ID_COLUMNS
    schema = properties(*ONCALL)

    @override
    def windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Yield windows that overlap by a second, by which `Shifts` joins cut shifts.

        Those of a slice start a second early: so a shift that was cut there differs from one
        that started there.
        """
        return overlapping(
            super().windows(start - SECOND if self.sync_range.is_slice else start, end)
        )

    @override
    def gap_windows(self, since: datetime, until: datetime) -> Iterable[list[Window]]:
        """Return all windows of a gap together: a shift may reach through several."""
        return [list(self.windows(since, until))]

    @override
    def parts_of(self, request: PageRequest, window: Window, total: int) -> list[PageRequest]:
        """Return the requests for the parts of a window, which overlap as well."""
        if window.until - window.since <= 2 * SECOND:  # its parts would be no smaller
            window = Window(window.until - SECOND, window.until)
        requests = super().parts_of(request, window, total)
        windows = overlapping(t.cast("Window", each.window) for each in requests)
        return [replace(each, window=part) for each, part in zip(requests, windows, strict=True)]

    @override
    def read_windows(
        self, requests: Iterable[PageRequest]
    ) -> Iterator[tuple[Window, Iterator[Record]]]:
        """Yield each window with the shifts that end in it, and at last those still open.

        "If an on-call period overlaps with the range, it will be included in the result"
        (`GET /oncalls`, `since`): so a shift is in each window that it touches. Whether it is
        then cut at the window's ends is not documented, and its begin is part of its id.
        Of slices that adjoin, one has it: that in which it begins.
        """
        shifts = Shifts(_owner)
        window = None
        for next_requests, records in super().read_windows(requests):
            found: Iterable[Record] = records
            if window is None:
                found = list(records)
                for earlier, pieces in self._before(next_requests, found):
                    deque(shifts.ended(earlier, pieces), maxlen=0)  # out since an earlier run
            window = next_requests
            yield window, self._of_slice(shifts.ended(window, found))
        if window:
            yield window, self._of_slice(self._rest(shifts, window))

    def _of_slice(self, shifts: Iterable[Record]) -> Iterator[Record]:
        """Yield the shifts that begin in the slice, if it is one; permanent ones are in each."""
        begin, end = (
            isoformat(whole_second(self.sync_range.start)),
            isoformat(self.sync_range.end()),
        )
        for shift in shifts:
            if (
                not self.sync_range.is_slice
                or not shift.get("start")
                or begin <= shift["start"] < end
            ):
                yield shift

    def _rest(self, shifts: Shifts, window: Window) -> Iterator[Record]:
        """Yield the shifts that reach the end of WINDOW, the last; of a slice, with their own end.

        One that ends just there may have been cut, and is looked for in what comes after.
        """
        horizon = self.sync_range.run_started_at + timedelta(days=self.days_ahead)
        length = timedelta(days=self.max_window_days)
        while (
            self.sync_range.is_slice
            and window.until < horizon
            and any(self._of_slice(shifts.ending_at(window.until)))
        ):
            next_requests = Window(window.until - SECOND, min(window.until + length, horizon))
            for part, records in super().read_windows([self.list_request(next_requests)]):
                yield from shifts.ended(part, records)
                window = part
        yield from shifts.rest()

    def _before(self, window: Window, records: list[Record]) -> list[tuple[Window, list[Record]]]:
        """Return what is to be read before WINDOW, the first, for the begin of its shifts.

        That is nothing, unless they seem to begin just where the window does.
        """
        found: list[tuple[Window, list[Record]]] = []
        since, first = window.since, whole_second(self.sync_range.start)
        owners = _cut_at(since, records)
        while owners and since > first:
            begin = max(first, since - timedelta(days=self.max_window_days))
            requests = [self.list_request(Window(begin, since + SECOND))]
            parts = [(part, list(pieces)) for part, pieces in super().read_windows(requests)]
            owners &= _cut_at(begin, (piece for _, pieces in parts for piece in pieces))
            found, since = parts + found, begin
        return found


def _owner(record: Record) -> tuple[t.Any, ...]:
    """Return whose on-call it is, and for what: all of its id but the begin."""
    return (*(dig(record, path) for path in COLUMNS.values()), record.get("escalation_level"))


def _cut_at(since: datetime, records: Iterable[Record]) -> set[tuple[t.Any, ...]]:
    """Return whose on-calls begin at SINCE, where they may have been cut."""
    return {_owner(record) for record in records if utc(record.get("start")) == isoformat(since)}
