"""Analytics: what incidents, responders and users add up to; POST bodies instead of parameters.

Times have no zone: they are in the `time_zone` that the body asks for (UTC by default). Everything
lags behind by the option `analytics_delay`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.configuration import Ref
from sandbox.account.incident_state import Event, State, state_at
from sandbox.api.declarations import declare
from sandbox.api.errors import not_found, refusal
from sandbox.api.record_list import RecordList
from sandbox.values.timestamps import DAY, UTC, parse, write_time, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.values.json_types import Json, Record

_RAW = "/analytics/raw/incidents"
_YEAR = 365 * DAY
_MAJOR = 2
"""How many of the priorities make an incident a major one."""

# -- what a body asks for ------------------------------------------------------------------------


def zone_asked(query: Query) -> tzinfo:
    """Read the time zone of a body."""
    try:
        return zone_of(str(query.body.get("time_zone", "UTC")))
    except ValueError:
        raise refusal(400, 2001, "time_zone is invalid.") from None


def moment_asked(query: Query, name: str) -> int | None:
    """Read a moment among the filters of a body."""
    text = query.body.get("filters", {}).get(name)
    if text is None:
        return None
    try:
        return parse(str(text), zone_asked(query))
    except (ValueError, OverflowError):
        raise refusal(400, 2001, f"{name} is invalid.") from None


def _choice(query: Query, name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = str(query.body.get(name) or default)
    if value not in allowed:
        raise refusal(400, 2001, f"{name} is invalid.")
    return value


def _seen(query: Query) -> int:
    """Give the moment up to which analytics know what happened."""
    return query.now - query.options.analytics_delay


# -- incidents -----------------------------------------------------------------------------------


def row(query: Query, serial: int, zone: tzinfo = UTC) -> Record:
    """Make the row of an incident."""
    account = query.account
    facts = account.incident_store.facts(serial)
    events = [each for each in account.incident_store.events(serial) if each.at <= _seen(query)]
    state, _ = state_at(facts, events, _seen(query))
    made = dict(query.records.make(_RAW, (facts.id,), 0, UTC))
    resolved = None if state.resolved_at is None else write_time("naive", state.resolved_at, zone)
    return {
        **made,
        "id": facts.id,
        "incident_number": facts.number,
        "description": state.title,
        "status": state.status,
        "urgency": state.urgency,
        "created_at": write_time("naive", facts.created_at, zone),
        "updated_at": write_time("naive", state.updated_at, zone),
        "resolved_at": resolved,
        "seconds_to_resolve": state.resolved_at and state.resolved_at - facts.created_at,
        "incident_type_id": query.seeded.own_id("/incidents/types", (), 0),
        "incident_type_name": "incident_default",
        **_people(query, facts.created_at, events),
        **_places(query, state),
        "major": state.priority in account.initial_configuration.ids["priorities"][:_MAJOR],
    }


def _people(query: Query, created: int, events: list[Event]) -> Record:
    def of(*actions: str, value: bool = False) -> list[str]:
        some = [each for each in events if each.action in actions]
        return list(dict.fromkeys(str(each.value if value else each.user) for each in some))

    acknowledged, assigned = of("acknowledge"), of("assign", "escalate", "delegate", value=True)
    joined, resolvers = of("responder", value=True), of("resolve")
    first = next((each.at for each in events if each.action == "acknowledge"), None)
    resolver = resolvers[-1] if resolvers else None
    snoozed = sum(int(each.value) for each in events if each.action == "snooze")
    made: Record = {}
    for name, ids in (("acknowledged", acknowledged), ("assigned", assigned), ("joined", joined)):
        made[f"{name}_user_ids"] = ids
        made[f"{name}_user_names"] = [name_of(query, "users", each) for each in ids]
    return {
        **made,
        "acknowledgement_count": sum(each.action == "acknowledge" for each in events),
        "active_user_count": len({*acknowledged, *joined}),
        "assignment_count": 1 + sum(each.action in {"assign", "delegate"} for each in events),
        "auto_resolved": any(each.action == "auto_resolve" for each in events),
        "engaged_user_count": len({*acknowledged, *joined}),
        "escalation_count": sum(each.action == "escalate" for each in events),
        "reassignment_count": sum(each.action == "assign" for each in events),
        "resolved_by_user_id": resolver,
        "resolved_by_user_name": resolver and name_of(query, "users", resolver),
        "seconds_to_first_ack": None if first is None else first - created,
        "snoozed_seconds": snoozed,
    }


def _places(query: Query, state: State) -> Record:
    team = state.teams[0] if state.teams else None
    priorities = query.account.initial_configuration.ids["priorities"]
    order = None
    if state.priority in priorities:
        order = 1_000_000 * (len(priorities) - priorities.index(state.priority))
    return {
        "service_id": state.service,
        "service_name": name_of(query, "services", state.service),
        "escalation_policy_id": state.policy,
        "escalation_policy_name": name_of(query, "escalation_policies", state.policy),
        "team_id": team,
        "team_name": name_of(query, "teams", team),
        "priority_id": state.priority,
        "priority_name": name_of(query, "priorities", state.priority),
        "priority_order": order,
    }


def name_of(query: Query, kind: str, own: str | None) -> str | None:
    """Give the name of a record, even of a deleted one."""
    if own is None:
        return None
    summary = query.account.configuration.reference(kind, own)["summary"]
    return None if summary is None else str(summary)


def _serials(query: Query) -> Any:  # noqa: ANN401
    """Find the incidents that a body asks for, oldest first."""
    incident_store, filters = query.account.incident_store, query.body.get("filters", {})
    since, until = moment_asked(query, "created_at_start"), moment_asked(query, "created_at_end")
    latest = _seen(query) + 1
    every = incident_store.between(since, latest if until is None else min(until, latest))
    after = moment_asked(query, "updated_after")
    others = {name for name in filters if not name.endswith(("_start", "_end", "_after"))}
    if after is None and not others:
        return every
    key = (repr(sorted(filters.items())), str(zone_asked(query)), query.account.version, latest)
    return query.account.searches.remember(
        key, lambda: [each for each in every if _wanted(query, each, after)]
    )


def serials_between(query: Query, since: int, until: int) -> list[int]:
    """List the incidents created in a range."""
    return list(query.account.incident_store.between(since, min(until, _seen(query) + 1)))


def _wanted(query: Query, serial: int, after: int | None) -> bool:
    account, filters = query.account, query.body.get("filters", {})
    seen = _seen(query)
    if query.options.analytics_delay:
        state, _ = state_at(
            account.incident_store.facts(serial), account.incident_store.events(serial), seen
        )
    else:
        state = account.incident_store.state(serial)
    if after is not None and state.updated_at <= after:
        return False
    made = _places(query, state) if filters else {}
    made["urgency"] = state.urgency
    made["major"] = state.priority in account.initial_configuration.ids["priorities"][:_MAJOR]
    return passes(made, filters)


def passes(made: Record, filters: Record) -> bool:
    """Return whether a row is among those that the filters of a body let through."""
    return all(
        made.get(column) == filters[name] for name, column in _SAME.items() if name in filters
    ) and all(
        made.get(column) in filters[name] for name, column in _AMONG.items() if filters.get(name)
    )


_SAME = {"urgency": "urgency", "major": "major"}
_AMONG = {
    "team_ids": "team_id",
    "service_ids": "service_id",
    "priority_ids": "priority_id",
    "priority_names": "priority_name",
    "escalation_policy_ids": "escalation_policy_id",
}


def _incidents(query: Query) -> RecordList:
    zone, every = zone_asked(query), _serials(query)
    down = _choice(query, "order", "desc", ("asc", "desc")) == "desc"
    by = _choice(query, "order_by", "created_at", ("created_at", "seconds_to_resolve"))
    count = len(every)

    def take(offset: int, many: int) -> list[int]:
        if not isinstance(every, list):
            taken: list[int] = every.slice(offset, many, newest_first=down)
            return taken
        return (every[::-1] if down else every)[offset : offset + many]

    rows = RecordList(take, lambda: count, lambda some: [row(query, each, zone) for each in some])
    if by == "created_at":
        return rows
    records = rows.all()
    records.sort(key=lambda each: each["seconds_to_resolve"] or 0, reverse=down)
    return RecordList(lambda offset, many: records[offset : offset + many], lambda: count, list)


def _incident(query: Query) -> Record:
    serial = query.account.serial_of(query.ids[0])
    if serial is None:
        raise not_found()
    return row(query, serial)


def _responses(query: Query) -> list[Record]:
    """List who was asked to respond to an incident, and what they did."""
    serial = query.account.serial_of(query.ids[0])
    if serial is None:
        raise not_found()
    facts, zone = query.account.incident_store.facts(serial), zone_asked(query)
    events = [
        each for each in query.account.incident_store.events(serial) if each.at <= _seen(query)
    ]
    kinds = {"assign": "reassigned", "escalate": "escalated", "responder": "added_responder"}
    asked = [(facts.created_at, facts.assignee, "assigned")]
    asked += [(x.at, str(x.value), kinds[x.action]) for x in events if x.action in kinds]
    records = []
    for at, user, kind in asked:
        came = next(
            (x.at for x in events if x.action == "acknowledge" and x.user == user and x.at >= at),
            None,
        )
        records.append(
            {
                "responder_id": user,
                "responder_name": name_of(query, "users", user),
                "response_status": "pending" if came is None else "joined",
                "responder_type": kind,
                "requested_at": write_time("naive", at, zone),
                "responded_at": None if came is None else write_time("naive", came, zone),
                "time_to_respond_seconds": None if came is None else came - at,
            }
        )
    down = _choice(query, "order", "desc", ("asc", "desc")) == "desc"
    limit = query.body.get("limit", 1000)
    return sorted(records, key=lambda each: str(each["requested_at"]), reverse=down)[:limit]


def _responses_extra(query: Query) -> Record:
    return {
        "incident_id": query.ids[0],
        "limit": query.body.get("limit", 1000),
        "order": query.body.get("order", "desc"),
        "order_by": "requested_at",
        "time_zone": str(query.body.get("time_zone", "UTC")),
    }


# -- responders and users ------------------------------------------------------------------------

_OF_RESPONDER = "/analytics/raw/responders/{id}/incidents"


def _responder_incidents(query: Query) -> list[Record]:
    """List the incidents that a user was assigned to or acknowledged."""
    user, zone, records = query.ids[0], zone_asked(query), []
    for serial in _serials(query):
        facts = query.account.incident_store.facts(serial)
        events = query.account.incident_store.events(serial)
        if user != facts.assignee and all(each.user != user for each in events):
            continue
        incident = row(query, serial, zone)
        made = query.records.make(_OF_RESPONDER, (user, facts.id), 0, UTC)
        records.append(
            {
                **made,
                "incident_id": facts.id,
                "incident_number": facts.number,
                "incident_created_at": incident["created_at"],
                "incident_description": incident["description"],
                "incident_priority_id": incident["priority_id"],
                "incident_priority_name": incident["priority_name"],
                "incident_priority_order": incident["priority_order"],
                "incident_urgency": incident["urgency"],
                "responder_id": user,
                "responder_name": name_of(query, "users", user),
                "service_id": incident["service_id"],
                "service_name": incident["service_name"],
                "service_team_id": incident["team_id"],
                "service_team_name": incident["team_name"],
            }
        )
    down = _choice(query, "order", "desc", ("asc", "desc")) == "desc"
    return records[::-1] if down else records


def users(query: Query) -> list[Record]:
    """List what analytics know of each user."""
    configuration, path, zone = (
        query.account.configuration,
        "/analytics/raw/users",
        zone_asked(query),
    )
    on_policy = {
        target.id
        for policy in configuration.all("escalation_policies")
        for rule in policy["escalation_rules"]
        for target in rule["targets"]
        if isinstance(target, Ref)
    }
    records = []
    for user in configuration.all("users"):
        own = user["id"]
        schedules = [
            each
            for each in configuration.all("schedules")
            if any(isinstance(ref, Ref) and ref.id == own for ref in each["users"])
        ]
        teams = [each.id for each in user["teams"] if isinstance(each, Ref)]
        records.append(
            {
                **query.records.make(path, (own,), 0, zone),
                "id": own,
                "user_name": user["name"],
                "email": user["email"],
                "role": user["role"],
                "time_zone": user["time_zone"],
                "team_id": teams[0] if teams else None,
                "team_name": name_of(query, "teams", teams[0]) if teams else None,
                "team_count": len(teams),
                "schedules_count": len(schedules),
                "on_schedule": bool(schedules),
                "on_escalation_policy": own in on_policy,
                "escalation_policies_count": int(own in on_policy),
            }
        )
    since, until = moment_asked(query, "created_at_start"), moment_asked(query, "created_at_end")
    return [
        each
        for each in records
        if (since is None or parse(each["created_at"], zone) >= since)
        and (until is None or parse(each["created_at"], zone) < until)
        and passes({"team_id": each["team_id"]}, query.body.get("filters", {}))
        and each["id"] in (query.body.get("filters", {}).get("user_ids") or [each["id"]])
    ]


# -- declarations --------------------------------------------------------------------------------


def echo(query: Query) -> Record:
    """Repeat what the body asked for, as responses do."""
    body = query.body
    return {
        "filters": body.get("filters", {}),
        "time_zone": str(body.get("time_zone", "UTC")),
        **{name: body[name] for name in ("order", "order_by", "aggregate_unit") if name in body},
    }


def _no_more(query: Query) -> Record:
    return {**echo(query), "responder_id": query.ids[0]}


def year_at_most(start: str, end: str, query: Query) -> tuple[int, int]:
    """Read a range of at most a year; the last 30 days by default."""
    since, until = moment_asked(query, start), moment_asked(query, end)
    until = query.now + 1 if until is None else until
    since = until - 30 * DAY if since is None else since
    if since > until or until - since > _YEAR:
        raise refusal(400, 2001, f"{start} and {end} must be at most one year apart.")
    return since, until


_PAGES = ("starting_after", "ending_before", "limit", "order", "order_by", "time_zone")
_COMMON = ("team_ids", "service_ids", "priority_ids", "priority_names", "urgency")
_CREATED = ("created_at_start", "created_at_end")


def keys(*filters: str, others: tuple[str, ...] = _PAGES) -> frozenset[str]:
    """Name the properties of a body."""
    return frozenset({"filters", *others, *(f"filters.{each}" for each in filters)})


def sheet(
    path: str,
    paging: str,
    source: Callable[[Query], Any],
    filters: tuple[str, ...],
    **more: Any,  # noqa: ANN401
) -> GeneratedEndpoint:
    """Declare the endpoint of a POST."""
    settings: dict[str, Json] = {"extra": echo, "body_keys": keys(*filters), **more}
    return declare(path, "data", paging, source, method="POST", scope="analytics.write", **settings)


ANALYTICS_RAW = (
    sheet(
        _RAW,
        "analytics",
        _incidents,
        (*_CREATED, "updated_after", "major", "incident_type_ids", *_COMMON),
    ),
    declare(f"{_RAW}/{{id}}", "", "single", _incident, scope="analytics.read", whole=True),
    declare(
        f"{_RAW}/{{id}}/responses",
        "responses",
        "body",
        _responses,
        scope="analytics.read",
        extra=_responses_extra,
        body_keys=frozenset({"limit", "order", "order_by", "time_zone"}),
    ),
    sheet(
        _OF_RESPONDER,
        "analytics",
        _responder_incidents,
        (*_CREATED, "major", "incident_type_ids", *_COMMON),
        extra=_no_more,
        tells_more=False,
    ),
    sheet(
        "/analytics/raw/users",
        "analytics",
        users,
        (*_CREATED, "team_ids", "user_ids", "role_ids"),
        body_keys=keys(
            *_CREATED, "team_ids", "user_ids", "role_ids", others=(*_PAGES, "aggregate_unit")
        ),
    ),
)
