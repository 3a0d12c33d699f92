"""Where the records of each endpoint come from: a checked query in, rows or one record out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account import on_call
from sandbox.account.configuration import At, Ref
from sandbox.account.incident_state import ACTIONS, State
from sandbox.account.log_entry_timeline import (
    ENTRIES,
    NOTIFICATIONS,
    key_of,
    leaves,
    serial_and_place,
)
from sandbox.api.endpoint_records import check_family
from sandbox.api.errors import ApiError, not_found, refusal
from sandbox.api.record_list import RecordList, list_of, list_of_range

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

ABILITIES = (
    "sso",
    "advanced_reports",
    "teams",
    "read_only_users",
    "team_responders",
    "service_support_hours",
    "urgencies",
    "manual_incident_creation",
    "priorities",
    "on_call_schedules",
    "response_operations",
    "event_intelligence",
)

# -- configuration -------------------------------------------------------------------------------


def configuration_list(kind: str) -> Callable[[Query], RecordList]:
    """Make the source of a list of configuration records."""

    def source(query: Query) -> RecordList:
        items = [each for each in query.account.configuration.all(kind) if _chosen(query, each)]
        if ("name", True) in query.sort:
            items.reverse()
        return list_of(items, lambda record: _show(query, kind, record))

    return source


def configuration_item(kind: str) -> Callable[[Query], Record]:
    """Make the source of a single configuration record."""

    def source(query: Query) -> Record:
        record = query.account.configuration.get(kind, query.own)
        if record is None:
            raise not_found()
        return _show(query, kind, record)

    return source


def _chosen(query: Query, record: Record) -> bool:
    """Apply the filters that lists of configuration records have."""
    text, name, teams = query.one("query"), query.one("name"), query.many("team_ids[]")
    if text is not None and text.casefold() not in str(record["summary"]).casefold():
        return False
    if name is not None and name != record["summary"]:
        return False
    if teams and teams.isdisjoint(_ids(record.get("teams", []))):
        return False
    users = query.many("user_ids[]")
    return not users or not users.isdisjoint(
        each for rule in record["escalation_rules"] for each in _ids(rule["targets"])
    )


def _ids(references: list[Any]) -> list[str]:
    return [each.id if isinstance(each, Ref) else each["id"] for each in references]


def _show(query: Query, kind: str, record: Record) -> Record:
    configuration = query.account.configuration
    if kind == "services":
        record = {**record, **_service_now(query, record)}
    return configuration.show(kind, record, query.zone, query.include)


def _service_now(query: Query, record: Record) -> Record:
    """Work out what changes about a service as incidents come and go."""
    account = query.account
    latest, worst = account.searches.remember(
        ("services", account.version, query.now), lambda: _services_now(query)
    )
    changes: Record = {}
    if record["id"] in latest and record["last_incident_timestamp"] is None:
        changes["last_incident_timestamp"] = latest[record["id"]]
    if record["status"] == "active" and record["id"] in worst:
        changes["status"] = worst[record["id"]]
    return changes


def _services_now(query: Query) -> tuple[dict[str, Any], dict[str, str]]:
    incident_store = query.account.incident_store
    latest: dict[str, Any] = {}
    for serial in incident_store.between(None, None).slice(0, 300, newest_first=True):
        state = incident_store.state(serial)
        latest.setdefault(state.service, At(state.facts.created_at))
    worst: dict[str, str] = {}
    for serial in incident_store.open_serials():
        state = incident_store.state(serial)
        level = "critical" if state.status == "triggered" else "warning"
        if worst.get(state.service) != "critical":
            worst[state.service] = level
    return latest, worst


# -- schedules and on-calls ----------------------------------------------------------------------


def schedules(query: Query) -> RecordList:
    """List the schedules."""
    items = [each for each in query.account.configuration.all("schedules") if _chosen(query, each)]
    return list_of(items, lambda record: _show_schedule(query, record, query.include))


def schedule(query: Query) -> Record:
    """Give a schedule with all its parts."""
    record = query.account.configuration.get("schedules", query.own)
    if record is None:
        check_family(query, "/schedules", query.own)
        raise not_found()
    parts = {"schedule_layers", "overrides_subschedule", "final_schedule"}
    return _show_schedule(query, record, frozenset(parts))


def _show_schedule(query: Query, record: Record, include: frozenset[str]) -> Record:
    configuration = query.account.configuration
    overflow = query.flag("overflow")
    how = on_call.Rendering(include, query.since, query.until, query.zone, overflow=overflow)
    shown = on_call.show_schedule(configuration, record, how)
    user = query.one("include_next_oncall_for_user")
    if user:
        shown["next_oncall_for_user"] = on_call.next_on_call(
            configuration, record, user, query.now, query.zone
        )
    return shown


def on_calls(query: Query) -> RecordList:
    """List who is on call."""
    configuration = query.account.configuration
    since = query.now if query.since is None else query.since
    until = since if query.until is None else query.until
    rows = on_call.on_calls(configuration, since, until)
    if query.options.clip_oncalls and until > since:
        rows = [on_call.clipped(each, since, until) for each in rows]
    if query.flag("earliest"):
        rows = on_call.earliest(rows)
    for name, place in (("escalation_policy_ids[]", 0), ("user_ids[]", 2), ("schedule_ids[]", 3)):
        wanted = query.many(name)
        rows = [each for each in rows if not wanted or each[place] in wanted]
    return list_of(
        rows, lambda row: on_call.show_on_call(configuration, row, query.zone, query.include)
    )


# -- incidents -----------------------------------------------------------------------------------

_INCIDENT_FILTERS = (
    "statuses[]",
    "service_ids[]",
    "team_ids[]",
    "urgencies[]",
    "user_ids[]",
    "incident_key",
)


def incidents(query: Query) -> RecordList:
    """List the incidents created in the window."""
    account = query.account
    every = account.incident_store.between(query.since, query.until)

    def show(serials: list[int]) -> list[Record]:
        return [account.incident_view.show(each, query.zone, query.include) for each in serials]

    filters = tuple((name, query.many(name)) for name in _INCIDENT_FILTERS if query.many(name))
    field, downwards = query.sort[0] if query.sort else ("created_at", False)
    if not filters and field == "created_at":
        return list_of_range(every, show, newest_first=downwards)
    key = (filters, query.since, query.until, query.sort, account.version, query.now)
    found = account.searches.remember(key, lambda: _find_incidents(query, set(filters)))
    return RecordList(
        lambda offset, count: found[offset : offset + count], lambda: len(found), show
    )


def _find_incidents(query: Query, filters: set[Any]) -> list[int]:
    """Look through the incidents of the window; through the open ones only, if that will do."""
    incident_store = query.account.incident_store
    statuses = query.many("statuses[]")
    open_only = bool(query.many("user_ids[]")) or (statuses and "resolved" not in statuses)
    serials: Any = incident_store.between(query.since, query.until)
    if open_only:
        low, high = query.since, query.until
        serials = [
            each
            for each in incident_store.open_serials()
            if (low is None or incident_store.created_at(each) >= low)
            and (high is None or incident_store.created_at(each) < high)
        ]
    found = [each for each in serials if not filters or _matches(query, incident_store.state(each))]
    for field, downwards in reversed(query.sort):
        found.sort(key=lambda each: _sort_key(incident_store.state(each), field), reverse=downwards)
    return found


def _sort_key(state: State, field: str) -> Any:  # noqa: ANN401
    facts = state.facts
    return {
        "created_at": (facts.created_at, facts.serial),
        "incident_number": facts.number,
        "resolved_at": (state.resolved_at is None, state.resolved_at or 0),
        "urgency": state.urgency,
    }[field]


def _matches(query: Query, state: State) -> bool:
    facts, users = state.facts, query.many("user_ids[]")

    def passes(name: str, value: str | None) -> bool:
        wanted = query.many(name)
        return not wanted or value in wanted

    return (
        passes("statuses[]", state.status)
        and passes("service_ids[]", state.service)
        and passes("urgencies[]", state.urgency)
        and passes("incident_key", facts.key)
        and (not query.many("team_ids[]") or not query.many("team_ids[]").isdisjoint(state.teams))
        and (not users or not users.isdisjoint(user for _, user in state.assigned))
    )


def incident(query: Query) -> Record:
    """Give one incident by id or number."""
    return query.account.incident_view.show(_serial(query), query.zone, query.include)


def _serial(query: Query) -> int:
    serial = query.account.serial_of(query.own)
    if serial is None:
        raise not_found()
    return serial


# -- log entries and notifications ---------------------------------------------------------------


def log_entries(query: Query) -> RecordList:
    """List the log entries of the window."""
    account = query.account
    every = account.timeline.between(ENTRIES, query.since, query.until)
    newest_first = query.options.log_entries_order == "desc"
    overview, teams = query.flag("is_overview"), query.many("team_ids[]")
    if not overview and not teams:
        return list_of_range(
            every, lambda keys: _show_entries(query, keys), newest_first=newest_first
        )
    key = (query.since, query.until, overview, teams, account.version, query.now)

    def find() -> list[int]:
        return [each for each in every if _entry_passes(query, each, teams, overview=overview)]

    found = account.searches.remember(key, find)
    return _entry_rows(query, found[::-1] if newest_first else found)


def log_entries_of_incident(query: Query) -> RecordList:
    """List the log entries of one incident."""
    serial, low, high = _serial(query), query.since, query.until
    keys = [
        key_of(event.at, serial, place)
        for place, event in enumerate(query.account.incident_store.events(serial))
        if event.at <= query.now
        and leaves(ENTRIES, event)
        and (low is None or event.at >= low)
        and (high is None or event.at < high)
    ]
    keys.sort(reverse=query.options.log_entries_order == "desc")
    overview = query.flag("is_overview")
    return _entry_rows(
        query, [each for each in keys if _entry_passes(query, each, frozenset(), overview=overview)]
    )


def log_entry(query: Query) -> Record:
    """Give one log entry."""
    key = query.account.key_of_entry(query.own)
    if key is None:
        raise not_found()
    return _show_entries(query, [key])[0]


def _entry_passes(query: Query, key: int, teams: frozenset[str], *, overview: bool) -> bool:
    account = query.account
    if overview and not ACTIONS[account.log_entry_view.event(key).action].overview:
        return False
    return not teams or not teams.isdisjoint(
        account.incident_store.facts(serial_and_place(key)[0]).teams
    )


def _entry_rows(query: Query, keys: list[int]) -> RecordList:
    return RecordList(
        lambda offset, count: keys[offset : offset + count],
        lambda: len(keys),
        lambda some: _show_entries(query, some),
    )


def _show_entries(query: Query, keys: list[int]) -> list[Record]:
    embedded: dict[int, Record] = {}
    show = query.account.log_entry_view.show
    return [show(each, query.zone, query.include, embedded) for each in keys]


def notifications(query: Query) -> RecordList:
    """List the notifications of the window."""
    view = query.account.log_entry_view
    every = query.account.timeline.between(NOTIFICATIONS, query.since, query.until)
    newest_first = query.options.notifications_order == "desc"
    kind = query.one("filter")

    def show(keys: list[int]) -> list[Record]:
        return [view.notification(each, query.zone, query.include) for each in keys]

    if kind is None:
        return list_of_range(every, show, newest_first=newest_first)
    found = [each for each in every if view.type_of(each) == kind]
    found = found[::-1] if newest_first else found
    return RecordList(
        lambda offset, count: found[offset : offset + count], lambda: len(found), show
    )


# -- the account itself --------------------------------------------------------------------------


def abilities(query: Query) -> list[str]:
    """List what the plan allows."""
    return [each for each in ABILITIES if each not in query.options.plan_without]


def ability(query: Query) -> None:
    """Test for an ability: nothing if it is there."""
    if query.own not in ABILITIES:
        raise not_found()
    if query.own in query.options.plan_without:
        raise refusal(402, 2014, f"The account lacks the ability {query.own}.")


def current_user(query: Query) -> Record:
    """Show whose key it is, or refuse to: an account's key belongs to nobody."""
    if query.options.user_key:
        user: Record = configuration_list("users")(query).page(0, 1)[0][0]
        return user
    message = "Cannot use the /users/me endpoint with an account-level access token."
    raise ApiError(400, {"error": message})
