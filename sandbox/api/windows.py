"""Time windows: each rule sets `since` and `until` of a query, or refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import refusal
from sandbox.values.timestamps import DAY, add_months, parse

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query

MAX_INCIDENT_RANGE = 180 * DAY
_MONTH = 31 * DAY


def _bound(query: Query, name: str) -> int | None:
    """Read `since` or `until`; without an offset it is in the account's zone."""
    text = query.one(name)
    if text is None:
        return None
    try:
        return parse(text, query.home_zone)
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
    return min(add_months(since, 3), add_months(since, 3, query.home_zone))


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


def half_year_window(query: Query) -> None:
    """Take a range within the last six months; the last 24 hours by default."""
    since, until = bounds(query)
    until = query.now if until is None else until
    since = until - DAY if since is None else since
    if since < add_months(query.now, -6) - DAY or since > until:
        raise refusal(400, 2005, "The date range must be within the last 6 months.")
    query.since, query.until = since, until


# Whose records come into sight some time after they have happened (option `lag`).
_LATE = frozenset(
    {"/incidents", "/log_entries", "/notifications", "/change_events", "/audit/records"}
)


def hide_recent(query: Query, path: str) -> None:
    """Take what is too recent to be listed out of what is asked for."""
    if path in _LATE and query.options.lag:
        seen = query.now + 1 - query.options.lag
        query.until = seen if query.until is None else min(query.until, seen)
