"""Alerts of which the notifications were paused: the paused incident reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import Settings, declare
from sandbox.api.windows import half_year_window
from sandbox.endpoints.recurring import numbers_between, time_of
from sandbox.values.timestamps import DAY, UTC, add_months, iso

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

_PAUSED = "/paused_incident_reports/alerts"
_PAUSED_STEP = 2 * DAY


def _paused(query: Query) -> Record:
    since = add_months(query.now, -6) if query.since is None else query.since
    query.since = since
    until = query.now if query.until is None else query.until
    groups: dict[bool, list[Record]] = {False: [], True: []}
    for number in numbers_between(query, _PAUSED, _PAUSED_STEP, since):
        made = dict(query.records.make(_PAUSED, (), number, UTC))
        made["created_at"] = iso(time_of(query, _PAUSED, number, _PAUSED_STEP))
        wanted = query.many("service_id")
        if not wanted or made["service_id"] in wanted:
            groups[number % 3 == 0].append(made)
    return {
        "since": iso(since),
        "until": iso(until),
        "triggered_after_pause_alerts": groups[False],
        "resolved_after_pause_alerts": groups[True],
    }


def _paused_counts(query: Query) -> Record:
    lists = _paused(query)
    triggered = len(lists.pop("triggered_after_pause_alerts"))
    resolved = len(lists.pop("resolved_after_pause_alerts"))
    counts = {
        "triggered_after_pause_count": triggered,
        "resolved_after_pause_count": resolved,
    }
    return {**lists, "paused_count": triggered + resolved, **counts}


_PAUSED_SETTINGS: Settings = {
    "scope": "incidents.read",
    "ability": "event_intelligence",
    "window": half_year_window,
    "choices": "suspended_by=auto_pause,rules",
    "params": "service_id",
}
PAUSED_ALERTS = (
    declare(_PAUSED, "paused_incident_reporting_alerts", "single", _paused, **_PAUSED_SETTINGS),
    declare(
        "/paused_incident_reports/counts",
        "paused_incident_reporting_counts",
        "single",
        _paused_counts,
        **_PAUSED_SETTINGS,
    ),
)
