"""Endpoints about single schedules, legacy and flexible (v3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account import on_call
from sandbox.account.configuration import API
from sandbox.account.initial_configuration import ACCOUNT_CREATED
from sandbox.api.declarations import Settings, declare, single
from sandbox.api.endpoint_records import one_of, records_of
from sandbox.api.windows import both_needed, either_bound
from sandbox.records.record_context import RecordContext
from sandbox.values.ids import own_id
from sandbox.values.timestamps import DAY, UTC, iso, write_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

_PAST, _COMING = 400 * DAY, 90 * DAY
_V3 = "/v3/schedules"
_EVENTS = f"{_V3}/{{id}}/rotations/{{id}}/events"
_PLURALS = {"custom_shift": "custom_shifts", "override_shift": "overrides"}
_GRID = {"custom_shift": 21 * DAY, "override_shift": 10 * DAY}


def _range(query: Query) -> tuple[int, int]:
    """Give the window; what the truth is about when there is none."""
    since = query.now - _PAST if query.since is None else query.since
    return since, query.now + _COMING if query.until is None else query.until


# -- legacy schedules ----------------------------------------------------------------------------


def _overrides(query: Query) -> list[Record]:
    """List the overrides of the window, cut to it unless `overflow` is asked for."""
    configuration = query.account.configuration
    schedule = configuration.get("schedules", query.ids[0])
    since, until = _range(query)
    overflow = query.flag("overflow") or query.since is None
    records = []
    for shift in on_call.override_shifts(schedule or {}, since - DAY, until + DAY):
        if shift.end <= since or shift.start >= until:
            continue
        own = own_id("", query.seeded.seed, shift.start, int(query.ids[0], 36))
        low, high = shift.start, shift.end
        if not overflow:
            low, high = max(low, since), min(high, until)
        record = {
            "id": own,
            "type": "override",
            "summary": None,
            "self": None,
            "html_url": None,
            "start": iso(low, query.zone),
            "end": iso(high, query.zone),
            "user": configuration.reference("users", shift.user),
        }
        records.append({"id": own} if query.flag("editable") else record)
    return records


def _users(query: Query) -> list[Record]:
    """List who is on call in the window; all users of the schedule when there is none."""
    configuration = query.account.configuration
    schedule = configuration.get("schedules", query.ids[0]) or {}
    ids = [each.id for each in schedule.get("users", [])]
    if query.since is not None or query.until is not None:
        since, until = _range(query)
        ids = [shift.user for shift in on_call.final_shifts(schedule, since, until)]
    found = [configuration.get("users", each) for each in dict.fromkeys(ids)]
    return [configuration.show("users", each, query.zone) for each in found if each]


# -- flexible schedules --------------------------------------------------------------------------


def _references(query: Query) -> list[Record]:
    records = []
    for number in range(query.seeded.count(_V3)):
        made = query.records.make(_V3, (), number, UTC)
        teams = query.many("team_ids[]")
        if not teams or not teams.isdisjoint(each["id"] for each in made["teams"]):
            part = {name: made[name] for name in ("id", "summary", "self", "html_url")}
            records.append({**part, "type": "schedule_v3_reference"})
    return records


def _one(query: Query) -> Record:
    for number in range(query.seeded.count(_V3)):
        made = query.records.make(_V3, (), number, query.zone)
        if made["id"] == query.ids[0]:
            record = {**made, "rotations": _rotations(query)}
            if "final_schedule" in query.include:
                record["final_schedule"] = {
                    "type": "final_schedule",
                    "rendered_coverage_percentage": 0.0,
                    "computed_shift_assignments": [],
                }
            return record
    return one_of(query.api.endpoints[_V3], (), query.ids[0], "id", query)


def _rotations(query: Query) -> list[Record]:
    schedule = query.ids[0]
    random = query.seeded.random("rotations", schedule)
    records = []
    for number in range(random.below(4)):
        own = own_id("ulid", query.seeded.seed, int(schedule, 36), number)
        path = f"{API}{_V3}/{schedule}/rotations/{own}"
        events = records_of(
            query.api.endpoints[_EVENTS], query.api.query((schedule, own), zone=query.zone)
        )
        records.append(
            {
                "id": own,
                "type": "schedule_rotation",
                "events": events.all(),
                "self": path,
                "html_url": None,
            }
        )
    return records


def _events(query: Query) -> list[Record]:
    records = []
    for number in range(query.seeded.count(_EVENTS, query.ids)):
        made = dict(query.records.make(_EVENTS, query.ids, number, query.zone))
        begin = ACCOUNT_CREATED + (number + 1) * 90 * DAY
        for name, at in (("start_time", begin), ("end_time", begin + 8 * 3600)):
            zone = made[name]["time_zone"]
            made[name] = {"date_time": write_time("z", at, UTC), "time_zone": zone}
        records.append(made)
    return records


def _member(context: RecordContext) -> Record:
    if context.random.one_in(6):
        return {"type": "empty_member", "user_id": None}
    return {"type": "user_member", "user_id": context.seeded.some_id("users", context.random)}


def _shifts(kind: str) -> Callable[[Query], list[Record]]:
    """Make the source of what happens every so many days on a flexible schedule."""
    path, step = f"{_V3}/{{id}}/{_PLURALS[kind]}", _GRID[kind]

    def source(query: Query) -> list[Record]:
        since, until = _range(query)
        records = []
        for number in range(
            (since - ACCOUNT_CREATED) // step - 1, (until - ACCOUNT_CREATED) // step + 1
        ):
            context = RecordContext(query.seeded, _V3, (query.ids[0], kind), number)
            start = ACCOUNT_CREATED + number * step + context.random.below(step // 2)
            end = start + 8 * 3600 + context.random.below(DAY)
            if end > since and start < until:
                overflow = query.since is None or query.flag("overflow")
                low, high = (start, end) if overflow else (max(start, since), min(end, until))
                own = own_id("ulid", query.seeded.seed, int(query.ids[0], 36), number, step)
                times = {"start_time": iso(low, query.zone), "end_time": iso(high, query.zone)}
                address = f"{API}{path.replace('{id}', query.ids[0])}/{own}"
                records.append(
                    {
                        "id": own,
                        "type": kind,
                        **times,
                        **_PARTS[kind](query, context),
                        "self": address,
                        "html_url": None,
                    }
                )
        return records

    return source


def _assignments(_query: Query, context: RecordContext) -> Record:
    own = own_id("ulid", context.random.bits())
    return {
        "assignments": [
            {"id": f"{own[:-1]}{place}", "type": "shift_assignment", "member": _member(context)}
            for place in range(1 + context.random.below(2))
        ]
    }


def _overriding(query: Query, context: RecordContext) -> Record:
    rotations = _rotations(query)
    rotation = context.random.pick(rotations)["id"] if rotations else None
    return {
        "rotation_id": rotation,
        "custom_shift_id": None if rotation else own_id("ulid", context.random.bits()),
        "overridden_member": _member(context),
        "overriding_member": _member(context),
    }


_PARTS = {"custom_shift": _assignments, "override_shift": _overriding}
_SCOPE: Settings = {"scope": "schedules.read"}
_CUSTOM_SHIFTS = declare(
    f"{_V3}/{{id}}/custom_shifts",
    "custom_shifts",
    "classic",
    _shifts("custom_shift"),
    params="time_zone",
    choices="overflow=true,false",
    window=both_needed,
    no_total=True,
    **_SCOPE,
)
_V3_OVERRIDES = declare(
    f"{_V3}/{{id}}/overrides",
    "overrides",
    "classic",
    _shifts("override_shift"),
    params="time_zone",
    choices="overflow=true,false",
    window=both_needed,
    no_total=True,
    **_SCOPE,
)
_ROTATIONS = declare(
    f"{_V3}/{{id}}/rotations", "rotations", "classic", _rotations, no_total=True, **_SCOPE
)
_ROTATION_EVENTS = declare(
    _EVENTS, "events", "classic", _events, no_total=True, count=(0, 3), **_SCOPE
)
SCHEDULES = (
    declare(
        "/schedules/{id}/overrides",
        "overrides",
        source=_overrides,
        choices="editable=true,false overflow=true,false",
        window=both_needed,
        status=201,
        **_SCOPE,
    ),
    declare(
        "/schedules/{id}/users", "users", source=_users, window=either_bound, scope="users.read"
    ),
    declare(
        _V3,
        "schedules",
        "classic",
        _references,
        params="team_ids[]",
        filters="query=~summary",
        max_limit=1000,
        default_limit=100,
        count=(4, 8),
        **_SCOPE,
    ),
    declare(
        f"{_V3}/{{id}}",
        "schedule",
        "single",
        _one,
        includes="final_schedule",
        params="time_zone",
        window=either_bound,
        **_SCOPE,
    ),
    _ROTATIONS,
    single(f"{_V3}/{{id}}/rotations/{{id}}", "rotation", _ROTATIONS),
    _ROTATION_EVENTS,
    single(f"{_EVENTS}/{{id}}", "event", _ROTATION_EVENTS),
    _CUSTOM_SHIFTS,
    single(f"{_V3}/{{id}}/custom_shifts/{{id}}", "custom_shift", _CUSTOM_SHIFTS),
    _V3_OVERRIDES,
    single(f"{_V3}/{{id}}/overrides/{{id}}", "override", _V3_OVERRIDES),
)
