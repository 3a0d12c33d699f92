"""Maintenance windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import declare, single
from sandbox.endpoints.recurring import time_of
from sandbox.values.timestamps import DAY, iso

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record


def _maintenance(query: Query) -> list[Record]:
    """List the maintenance windows: one every 45 days, some of them still to come."""
    path, records = "/maintenance_windows", []
    for number in range(query.seeded.count(path)):
        made = query.records.make(path, (), number, query.zone, query.include)
        start = time_of(query, path, number, 45 * DAY)
        times = {"start_time": iso(start, query.zone), "end_time": iso(start + DAY, query.zone)}
        records.append({**made, **times})
    which = query.one("filter")
    return [each for number, each in enumerate(records) if _when(query, number, which)]


def _when(query: Query, number: int, which: str | None) -> bool:
    start = time_of(query, "/maintenance_windows", number, 45 * DAY)
    end = start + DAY
    return {
        "past": end < query.now,
        "future": start > query.now,
        "ongoing": start <= query.now <= end,
        "open": end >= query.now,
    }.get(which or "all", True)


_WINDOWS = declare(
    "/maintenance_windows",
    "maintenance_windows",
    "classic",
    _maintenance,
    scope="services.read",
    includes="teams services users",
    choices="filter=past,future,ongoing,open,all",
    filters="query=~description service_ids[]=services.id team_ids[]=teams.id",
    count=(101, 130),
)
MAINTENANCE_WINDOWS = (
    _WINDOWS,
    single("/maintenance_windows/{id}", "maintenance_window", _WINDOWS),
)
