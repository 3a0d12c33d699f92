"""On-call calculation: the shifts of schedules in a range of time."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.account.configuration import At, Configuration, Extra, Ref
from sandbox.values.timestamps import DAY, UTC, iso, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from sandbox.values.json_types import Record

_MARGIN = 15 * DAY
_WEDNESDAY_EVENING = (6 * 24 + 18) * 3600  # 1970 began on a Thursday
_WEEK = 7 * DAY
_NIGHT = 14 * 3600


class Shift(NamedTuple):
    """One user's turn."""

    start: int
    end: int
    user: str


class OnCall(NamedTuple):
    """A row of /oncalls: permanent when it has no shift."""

    policy: str
    level: int
    user: str
    schedule: str | None
    shift: Shift | None


def layers_of(schedule: Record) -> list[Record]:
    """Give the layers of a schedule (a record with placeholders)."""
    layers = schedule.get("schedule_layers", [])
    value: list[Record] = layers.value if isinstance(layers, Extra) else layers
    return value


def layer_shifts(layer: Record, zone: tzinfo, since: int, until: int) -> list[Shift]:
    """Work out one layer: turns in rotation, cut to the layer's hours and to the range."""
    users = [each["user"].id for each in layer["users"]]
    if not users or not isinstance(layer["start"], At):
        return []
    origin, turn = layer["rotation_virtual_start"].moment, layer["rotation_turn_length_seconds"]
    since = max(since, layer["start"].moment)
    shifts = []
    for number in range((since - origin) // turn, (until - origin) // turn + 1):
        start = max(origin + number * turn, since)
        end = min(origin + (number + 1) * turn, until)
        for low, high in _allowed(layer["restrictions"], zone, start, end):
            shifts.append(Shift(low, high, users[number % len(users)]))
    return shifts


def _allowed(
    restrictions: list[dict[str, Any]], zone: tzinfo, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Cut a turn to the hours of the day, or of the week, that the layer is for."""
    if start >= end:
        return
    if not restrictions:
        yield start, end
        return
    spans = []
    for hours in restrictions:
        hour, minute, second = map(int, hours["start_time_of_day"].split(":"))
        weekday = hours.get("start_day_of_week")
        day = datetime.fromtimestamp(start, zone) - timedelta(days=1 if weekday is None else 7)
        while True:
            opens = day.replace(hour=hour, minute=minute, second=second, microsecond=0)
            low = int(opens.timestamp())
            high = low + hours["duration_seconds"]
            if low >= end:
                break
            if high > start and weekday in {None, day.isoweekday()}:
                spans.append((max(low, start), min(high, end)))
            day += timedelta(days=1)
    yield from sorted(spans)


def override_shifts(schedule: Record, since: int, until: int) -> list[Shift]:
    """Work out the overrides: schedules with two layers have one every Wednesday night."""
    users = schedule.get("users", [])
    if len(layers_of(schedule)) < 2 or not users:  # noqa: PLR2004
        return []
    shifts = []
    for week in range((since - _WEDNESDAY_EVENING) // _WEEK, (until // _WEEK) + 1):
        start = _WEDNESDAY_EVENING + week * _WEEK
        if start < until and start + _NIGHT > since:
            shifts.append(Shift(max(start, since), min(start + _NIGHT, until), users[-1].id))
    return shifts


def final_shifts(schedule: Record, since: int, until: int) -> list[Shift]:
    """Lay the layers over each other, later ones and overrides on top."""
    zone = zone_of(schedule.get("time_zone") or "UTC")
    stack = [layer_shifts(layer, zone, since, until) for layer in layers_of(schedule)]
    stack.append(override_shifts(schedule, since, until))
    edges = sorted({edge for row in stack for shift in row for edge in shift[:2]})
    places = [0] * len(stack)
    final: list[Shift] = []
    for start, end in pairwise(edges):
        for level in range(len(stack) - 1, -1, -1):
            row = stack[level]
            while places[level] < len(row) and row[places[level]].end <= start:
                places[level] += 1
            if places[level] < len(row) and row[places[level]].start <= start:
                user = row[places[level]].user
                if final and final[-1].end == start and final[-1].user == user:
                    final[-1] = Shift(final[-1].start, end, user)
                else:
                    final.append(Shift(start, end, user))
                break
    return final


def on_calls(configuration: Configuration, since: int, until: int) -> list[OnCall]:
    """List who is on call at some time in since … until; shifts are not cut to it."""
    rows = []
    finals: dict[str, list[Shift]] = {}
    for policy in configuration.all("escalation_policies"):
        for level, rule in enumerate(policy.get("escalation_rules", []), 1):
            for target in rule["targets"]:
                if not isinstance(target, Ref):
                    continue
                if target.kind == "users":
                    rows.append(OnCall(policy["id"], level, target.id, None, None))
                    continue
                schedule = configuration.get("schedules", target.id)
                if schedule is None:
                    continue
                if target.id not in finals:
                    shifts = final_shifts(schedule, since - _MARGIN, until + _MARGIN)
                    finals[target.id] = [
                        each for each in shifts if each.start <= until and each.end > since
                    ]
                rows.extend(
                    OnCall(policy["id"], level, shift.user, target.id, shift)
                    for shift in finals[target.id]
                )
    return rows


def clipped(row: OnCall, since: int, until: int) -> OnCall:
    """Cut a shift to a range."""
    if row.shift is None:
        return row
    start, end = max(row.shift.start, since), min(row.shift.end, until)
    return row._replace(shift=row.shift._replace(start=start, end=end))


def earliest(rows: list[OnCall]) -> list[OnCall]:
    """Keep the first on-call of each user at each level of each policy."""
    first: dict[tuple[str, int, str], OnCall] = {}
    for row in rows:
        first.setdefault((row.policy, row.level, row.user), row)
    return list(first.values())


def show_on_call(
    configuration: Configuration, row: OnCall, zone: tzinfo, include: Collection[str]
) -> Record:
    """Render a row of /oncalls."""

    def refer(kind: str, own: str | None) -> Record | None:
        return configuration.refer(kind, own, zone, full=kind in include) if own else None

    return {
        "escalation_policy": refer("escalation_policies", row.policy),
        "escalation_level": row.level,
        "schedule": refer("schedules", row.schedule),
        "user": refer("users", row.user),
        "start": iso(row.shift.start, zone) if row.shift else None,
        "end": iso(row.shift.end, zone) if row.shift else None,
    }


class Rendering(NamedTuple):
    """How to render a schedule: its parts, the range (None: just the plan), the zone."""

    include: Collection[str]
    since: int | None
    until: int | None
    zone: tzinfo = UTC
    overflow: bool = False
    """Entries that reach out of the range are not cut to it."""


def show_schedule(configuration: Configuration, schedule: Record, how: Rendering) -> Record:
    """Render a schedule, with entries when a range is given."""
    record = configuration.show("schedules", schedule, how.zone, how.include)
    window = None if how.since is None or how.until is None else (how.since, how.until)
    zone = zone_of(schedule.get("time_zone") or "UTC")

    def rendered(shifts: list[Shift]) -> Record:
        if window is None:
            return {"rendered_schedule_entries": [], "rendered_coverage_percentage": None}
        covered = sum(min(each.end, window[1]) - max(each.start, window[0]) for each in shifts)
        share = round(100 * covered / max(1, window[1] - window[0]), 2)
        entries = [
            {
                "start": iso(each.start, how.zone),
                "end": iso(each.end, how.zone),
                "user": configuration.reference("users", each.user),
            }
            for each in shifts
        ]
        return {"rendered_schedule_entries": entries, "rendered_coverage_percentage": share}

    low, high = window or (0, 0)

    def shifts(find: Callable[[int, int], list[Shift]]) -> Record:
        if window is None:
            return rendered([])
        margin = _MARGIN if how.overflow else 0
        found = find(low - margin, high + margin)
        return rendered([each for each in found if each.end > low and each.start < high])

    if "schedule_layers" in how.include:
        for shown, layer in zip(
            record.get("schedule_layers", []), layers_of(schedule), strict=True
        ):
            shown.update(shifts(partial(layer_shifts, layer, zone)))
    if "overrides_subschedule" in how.include:
        found = shifts(partial(override_shifts, schedule))
        record["overrides_subschedule"] = {"name": "Overrides", **found}
    if "final_schedule" in how.include:
        found = shifts(partial(final_shifts, schedule))
        record["final_schedule"] = {"name": "Final Schedule", **found}
    return record


def next_on_call(
    configuration: Configuration, schedule: Record, user: str, now: int, zone: tzinfo
) -> Record | None:
    """Find a user's present or next turn in a schedule."""
    for shift in final_shifts(schedule, now - _MARGIN, now + 6 * _MARGIN):
        if shift.user == user and shift.end > now:
            return {
                "start": iso(shift.start, zone),
                "end": iso(shift.end, zone),
                "user": [configuration.reference("users", user)],
            }
    return None
