"""What happens all the time: audit records, change events, maintenance windows, paused alerts.

The number-th of each has its fixed time, so that more come as the clock goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.dice import hash_of
from sandbox.directory import KINDS
from sandbox.errors import not_found, refusal
from sandbox.founding import ACCOUNT_CREATED
from sandbox.making import bare_reference, hash_of_text, own_id, write_time
from sandbox.query import bounds
from sandbox.reads import declare, single
from sandbox.rows import RecordList, list_of
from sandbox.times import DAY, UTC, add_months, iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.directory import Record
    from sandbox.query import Query
    from sandbox.reads import GeneratedEndpoint, Settings

_AUDIT = "/audit/records"
_AUDIT_STEP = 5 * 3600
_MONTH = 31 * DAY
_CHANGES = "/change_events"
CHANGE_STEP = DAY // 2
_KEPT = 400 * DAY
_FIRST_AUDIT = 1_606_867_200  # 2 December 2020: nothing was recorded before

# -- windows -------------------------------------------------------------------------------------


def audit_window(query: Query) -> None:
    """Take at most 31 days; the last 24 hours by default."""
    since, until = bounds(query)
    until = query.now if until is None else until
    since = until - DAY if since is None else since
    if since > until or until - since > _MONTH:
        raise refusal(400, 2005, "The date range cannot exceed 31 days.")
    query.since, query.until = since, until


def utc_window(query: Query) -> None:
    """Take either bound, both or none; in UTC or not at all."""
    for name in ("since", "until"):
        text = query.one(name)
        if text is not None and not text.endswith("Z"):
            raise refusal(400, 2004, f"{name.capitalize()} must be a UTC date and time.")
    query.since, query.until = bounds(query)


def both_needed(query: Query) -> None:
    """Demand both bounds, however far apart."""
    query.since, query.until = bounds(query)
    missing = [name for name in ("since", "until") if getattr(query, name) is None]
    if missing:
        raise refusal(400, 2003, *(f"{name.capitalize()} cannot be empty." for name in missing))


def either_bound(query: Query) -> None:
    """Take either bound, both or none."""
    query.since, query.until = bounds(query)


# -- records on a grid of time -------------------------------------------------------------------


def _at(query: Query, path: str, number: int, step: int) -> int:
    return (
        ACCOUNT_CREATED
        + number * step
        + hash_of(query.library.seed, hash_of_text(path), number) % step
    )


def _numbers(query: Query, path: str, step: int, oldest: int) -> list[int]:
    """List the numbers of what happened in the window, newest first."""
    low = max(oldest, query.since or oldest)
    high = query.now + 1 if query.until is None else min(query.until, query.now + 1)
    first = max(0, (low - ACCOUNT_CREATED) // step - 1)
    last = (high - ACCOUNT_CREATED) // step + 1
    return [
        number
        for number in range(last, first - 1, -1)
        if low <= _at(query, path, number, step) < high
    ]


def _rows(numbers: list[int], show: Callable[[int], Record]) -> RecordList:
    return RecordList(
        take=lambda offset, count: numbers[offset : offset + count],
        count=lambda: len(numbers),
        show=lambda some: [show(each) for each in some],
    )


def _audit_record(query: Query, number: int) -> Record:
    library = query.library
    made = dict(library.make(_AUDIT, (), number, UTC))
    random = library.random("audit", number)
    kind = random.pick(("users", "teams", "services", "escalation_policies", "schedules"))
    root = library.account.configuration.reference(kind, library.some_id(kind, random))
    actor = library.account.configuration.reference("users", library.some_id("users", random))
    if random.one_in(5):
        actor = bare_reference("PAPIKEY", "api_key_reference", "Größe")
    root = {name: root[name] for name in ("id", "type", "summary", "self")}
    at = _at(query, _AUDIT, number, _AUDIT_STEP)
    made["execution_time"] = write_time("zf", at, UTC, random.below(1_000_000))
    made["root_resource"] = root
    made["actors"] = None if random.one_in(9) else [actor]
    if made["details"]:
        made["details"] = {"resource": root, **made["details"]}
    return made


def audit_records(query: Query) -> RecordList:
    """List the audit records of the window, newest first; nothing is older than 12 months."""
    oldest = max(_FIRST_AUDIT, add_months(query.now, -12))
    numbers = _numbers(query, _AUDIT, _AUDIT_STEP, oldest)
    rows = _rows(numbers, lambda number: _audit_record(query, number))
    kinds = query.many("root_resource_types[]")
    if not kinds:
        return rows
    types = {f"{KINDS[each][0]}_reference" for each in kinds if each in KINDS}
    found = [each for each in rows.all() if each["root_resource"]["type"] in types]
    return list_of(found, lambda record: record)


def _audit_of(query: Query) -> list[Record]:
    return [
        each for each in audit_records(query).all() if each["root_resource"]["id"] == query.ids[0]
    ]


def change_event(query: Query, number: int) -> Record:
    """Make a change event."""
    made = query.library.make(_CHANGES, (), number, query.zone, query.include)
    at = _at(query, _CHANGES, number, CHANGE_STEP)
    return {**made, "timestamp": write_time("z", at, UTC)}


def change_before(query: Query, moment: int) -> int:
    """Give the number of the last change event before a moment."""
    number = (moment - ACCOUNT_CREATED) // CHANGE_STEP
    return number - (_at(query, _CHANGES, number, CHANGE_STEP) >= moment)


def _changes(query: Query) -> RecordList:
    numbers = _numbers(query, _CHANGES, CHANGE_STEP, query.now - _KEPT)
    teams = query.many("team_ids[]")
    if teams:
        numbers = [each for each in numbers if _is_of(query, change_event(query, each), teams)]
    return _rows(numbers, lambda number: change_event(query, number))


def _is_of(query: Query, record: Record, teams: frozenset[str]) -> bool:
    """Tell whether one of the services of a record belongs to one of the teams."""
    services = [query.account.configuration.get("services", x["id"]) for x in record["services"]]
    return any(ref.id in teams for each in services if each for ref in each["teams"])


def _changes_of(query: Query) -> list[Record]:
    return [
        each
        for each in _changes(query).all()
        if any(service["id"] == query.ids[0] for service in each["services"])
    ]


def _change(query: Query) -> Record:
    for number in _numbers(query, _CHANGES, CHANGE_STEP, query.now - _KEPT):
        if own_id(query.library, _CHANGES, (), number) == query.ids[0]:
            return change_event(query, number)
    raise not_found()


def _maintenance(query: Query) -> list[Record]:
    """List the maintenance windows: one every 45 days, some of them still to come."""
    path, records = "/maintenance_windows", []
    for number in range(query.library.count(path)):
        made = query.library.make(path, (), number, query.zone, query.include)
        start = _at(query, path, number, 45 * DAY)
        times = {"start_time": iso(start, query.zone), "end_time": iso(start + DAY, query.zone)}
        records.append({**made, **times})
    which = query.one("filter")
    return [each for number, each in enumerate(records) if _when(query, number, which)]


def _when(query: Query, number: int, which: str | None) -> bool:
    start = _at(query, "/maintenance_windows", number, 45 * DAY)
    end = start + DAY
    return {
        "past": end < query.now,
        "future": start > query.now,
        "ongoing": start <= query.now <= end,
        "open": end >= query.now,
    }.get(which or "all", True)


# -- paused alerts -------------------------------------------------------------------------------

_PAUSED = "/paused_incident_reports/alerts"
_PAUSED_STEP = 2 * DAY


def _half_year(query: Query) -> None:
    """Take a range within the last six months; the last 24 hours by default."""
    since, until = bounds(query)
    until = query.now if until is None else until
    since = until - DAY if since is None else since
    if since < add_months(query.now, -6) - DAY or since > until:
        raise refusal(400, 2005, "The date range must be within the last 6 months.")
    query.since, query.until = since, until


def _paused(query: Query) -> Record:
    since = add_months(query.now, -6) if query.since is None else query.since
    query.since = since
    until = query.now if query.until is None else query.until
    groups: dict[bool, list[Record]] = {False: [], True: []}
    for number in _numbers(query, _PAUSED, _PAUSED_STEP, since):
        made = dict(query.library.make(_PAUSED, (), number, UTC))
        made["created_at"] = iso(_at(query, _PAUSED, number, _PAUSED_STEP))
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


# -- data sheets ---------------------------------------------------------------------------------


def _audit(path: str, prefix: str = "") -> GeneratedEndpoint:
    early = "ip-allow-lists" if "ip_allow" in path else None
    return declare(
        path,
        "records",
        "cursor",
        _audit_of if prefix else audit_records,
        scope="audit_records.read",
        ability="audit_trail",
        admin=not prefix,
        early_access=early,
        window=audit_window,
        choices="actor_type=user_reference,api_key_reference,app_reference "
        "method_type=browser,oauth,api_token,identity_provider,other "
        "actions[]=create,update,delete "
        f"root_resource_types[]={','.join(KINDS)},ip_allow_lists",
        filters="actor_type=actors.type actor_id=actors.id method_type=method.type "
        "method_truncated_token=method.truncated_token actions[]=action",
    )


_PAUSED_SETTINGS: Settings = {
    "scope": "incidents.read",
    "ability": "event_intelligence",
    "window": _half_year,
    "choices": "suspended_by=auto_pause,rules",
    "params": "service_id",
}
_AUDITED = ("users", "teams", "services", "schedules", "escalation_policies", "ip_allow_lists")
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
CHANGES = (
    _audit(_AUDIT),
    *(_audit(f"/{each}/{{id}}/audit/records", each) for each in (*_AUDITED, "v3/schedules")),
    declare(
        _CHANGES,
        "change_events",
        "classic",
        _changes,
        scope="change_events.read",
        window=utc_window,
        filters="integration_ids[]=integration.id",
        params="team_ids[]",
    ),
    declare("/change_events/{id}", "change_event", "single", _change, scope="change_events.read"),
    declare(
        "/services/{id}/change_events",
        "change_events",
        "classic",
        _changes_of,
        scope="services.read",
        window=utc_window,
        filters="integration_ids[]=integration.id",
        params="team_ids[]",
    ),
    _WINDOWS,
    single("/maintenance_windows/{id}", "maintenance_window", _WINDOWS),
    declare(_PAUSED, "paused_incident_reporting_alerts", "single", _paused, **_PAUSED_SETTINGS),
    declare(
        "/paused_incident_reports/counts",
        "paused_incident_reporting_counts",
        "single",
        _paused_counts,
        **_PAUSED_SETTINGS,
    ),
)
