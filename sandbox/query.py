"""What a request asks for, checked as strictly as PagerDuty does, or more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.errors import TOO_DEEP, refusal
from sandbox.times import DAY, UTC, add_months, parse, zone_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from sandbox.account import Account
    from sandbox.endpoints import Endpoint
    from sandbox.library import Library
    from sandbox.options import Options

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
MAX_REACH = 10_000
MAX_INCIDENT_RANGE = 180 * DAY


@dataclass
class Query:
    """A checked request to an endpoint."""

    account: Account
    options: Options
    now: int
    own: str = ""
    """The id in the path."""
    values: dict[str, list[str]] = field(default_factory=dict)
    zone: tzinfo = UTC
    include: frozenset[str] = frozenset()
    sort: tuple[tuple[str, bool], ...] = ()
    """Fields to sort by, and whether downwards."""
    since: int | None = None
    until: int | None = None
    """The first second that is not asked for any more."""
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    total: bool = False
    ids: tuple[str, ...] = ()
    """All ids in the path."""
    body: dict[str, Any] = field(default_factory=dict)
    """What a POST brought."""
    library: Library = field(default=None)  # type: ignore[assignment] # the app has it

    def one(self, name: str) -> str | None:
        """Give the value of a parameter (the last one, as usual)."""
        values = self.values.get(name)
        return values[-1] if values else None

    def many(self, name: str) -> frozenset[str]:
        """Give the values of an array parameter such as `team_ids[]`; empty: not given."""
        return frozenset(self.values.get(name, ()))

    def flag(self, name: str) -> bool:
        """Give the value of a yes/no parameter."""
        value = (self.one(name) or "false").lower()
        if value not in {"true", "false"}:
            raise refusal(400, 2001, f"{name} must be true or false.")
        return value == "true"


def read(
    account: Account, options: Options, endpoint: Endpoint, own: str, values: dict[str, list[str]]
) -> Query:
    """Check the parameters of a request; raises ApiError for what the API refuses."""
    unknown = sorted(values.keys() - endpoint.accepted)
    if unknown:
        raise refusal(400, 2001, *(f"Unknown parameter: {name}" for name in unknown))
    query = Query(account, options, account.clock.now(), own, values)
    query.zone = _zone(query, options) if "time_zone" in endpoint.accepted else _home(options)
    query.include = _include(query, endpoint)
    query.sort = _sort(query, endpoint)
    _choices(query, endpoint)
    _abilities(query)
    if "limit" in endpoint.accepted:
        default = min(endpoint.max_limit, endpoint.default_limit)
        query.limit = min(endpoint.max_limit, number(query, "limit", default, 1))
    if endpoint.paged:
        query.offset = number(query, "offset", 0, 0)
        query.total = query.flag("total")
        if query.offset + query.limit > MAX_REACH:
            raise refusal(400, 2002, TOO_DEEP)
    if endpoint.window is not None:
        endpoint.window(query)
    return query


def _home(options: Options) -> tzinfo:
    return zone_of(options.time_zone)


def _zone(query: Query, options: Options) -> tzinfo:
    name = query.one("time_zone")
    try:
        return _home(options) if name is None else zone_of(name)
    except ValueError:
        raise refusal(400, 2001, "Time zone is invalid.") from None


def _include(query: Query, endpoint: Endpoint) -> frozenset[str]:
    include = query.many("include[]")
    for name in sorted(include - set(endpoint.includes)):
        raise refusal(400, 2001, f"include[] {name} is invalid.")
    return include


def _sort(query: Query, endpoint: Endpoint) -> tuple[tuple[str, bool], ...]:
    text = query.one("sort_by")
    if text is None:
        return ()
    fields = []
    for part in text.split(","):
        name, _, direction = part.partition(":")
        if name not in endpoint.sorts or direction not in {"", "asc", "desc"}:
            raise refusal(400, 2001, f"sort_by {part} is invalid.")
        fields.append((name, direction == "desc"))
    if len(fields) > endpoint.max_sorts or len(query.values["sort_by"]) > 1:
        raise refusal(400, 2001, f"sort_by takes at most {endpoint.max_sorts} fields.")
    return tuple(fields)


def _choices(query: Query, endpoint: Endpoint) -> None:
    for name, allowed in endpoint.choices.items():
        for value in query.values.get(name, ()):
            if value not in allowed:
                raise refusal(400, 2001, f"{name} {value} is invalid.")


def _abilities(query: Query) -> None:
    """Refuse filters for which the account's plan lacks the ability, as their text says."""
    for name, ability in (("team_ids[]", "teams"), ("urgencies[]", "urgencies")):
        if name in query.values and ability in query.options.plan_without:
            raise refusal(402, 2014, f"The account lacks the ability {ability}.")


def number(query: Query, name: str, default: int, least: int) -> int:
    """Read a whole number."""
    text = query.one(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise refusal(400, 2001, f"{name.capitalize()} is invalid.")
    return int(text)


# -- windows: each sets `since` and `until`, or refuses --------------------------------------------


def _bound(query: Query, name: str) -> int | None:
    """Read `since` or `until`; without an offset it is in the account's zone."""
    text = query.one(name)
    if text is None:
        return None
    try:
        return parse(text, _home(query.options))
    except (ValueError, OverflowError):
        raise refusal(400, 2004, f"{name.capitalize()} is invalid.") from None


def bounds(query: Query) -> tuple[int | None, int | None]:
    """Read `since` and `until`."""
    since, until = _bound(query, "since"), _bound(query, "until")
    if since is not None and until is not None and since > until:
        raise refusal(400, 2005, "Since must be before until.")
    return since, until


def set_bounds(query: Query, since: int | None, until: int | None) -> None:
    """Turn the bounds into first second and first second no more."""
    query.since = since
    inclusive = int(query.options.until_inclusive)
    query.until = None if until is None else until + inclusive


def _three_months_after(since: int, query: Query) -> int:
    """Add three calendar months, in UTC or in the account's zone, whichever is less."""
    return min(add_months(since, 3), add_months(since, 3, _home(query.options)))


def any_window(query: Query) -> None:
    """Take either bound, both or none, however far apart (log entries)."""
    set_bounds(query, *bounds(query))


def creation_window(query: Query) -> None:
    """Take at most 180 days; the last month by default, and one month from or to a single bound."""
    if query.one("date_range") == "all":
        return
    since, until = bounds(query)
    if since is None and until is None:
        since, until = add_months(query.now, -1), query.now + 1
    elif until is None and since is not None:
        until = add_months(since, 1)
    elif since is None and until is not None:
        since = add_months(until, -1)
    if since is not None and until is not None and until - since > MAX_INCIDENT_RANGE:
        raise refusal(400, 2001, " is invalid.")
    set_bounds(query, since, until)


def required_window(query: Query) -> None:
    """Demand both bounds, less than three calendar months apart (notifications)."""
    since, until = bounds(query)
    missing = [name for name, value in (("since", since), ("until", until)) if value is None]
    if missing or since is None or until is None:
        raise refusal(400, 2003, *(f"{name.capitalize()} cannot be empty." for name in missing))
    if until >= _three_months_after(since, query):
        raise refusal(400, 2005, "The date range must be less than 3 months.")
    set_bounds(query, since, until)


def overlap_window(query: Query) -> None:
    """Take a range of at most three months, not far into the future; now by default (oncalls)."""
    since, until = bounds(query)
    since = query.now if since is None else since
    until = max(since, query.now) if until is None else until
    if until > _three_months_after(since, query) or until > query.now + 90 * DAY:
        raise refusal(400, 2005, "The date range cannot exceed 3 months.")
    query.since, query.until = since, until


def rendering_window(query: Query) -> None:
    """Take both bounds or none (schedules); one alone means two weeks."""
    since, until = bounds(query)
    fortnight = 14 * DAY
    if since is not None and until is None:
        until = since + fortnight
    elif until is not None and since is None:
        since = until - fortnight
    query.since, query.until = since, until
