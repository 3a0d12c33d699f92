"""Timestamps: ISO 8601 read and written, in UTC.

`column_types.Conformer` calls `utc` for every date-time of a record.
"""

from __future__ import annotations

import typing as t
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pendulum


def instant(value: str) -> datetime:
    """Return the time that an ISO 8601 text means, UTC unless it has an offset.

    Raises:
        ValueError: VALUE is no time.
    """
    try:
        # Exact: otherwise a time of day is taken for one of today.
        parsed = pendulum.parse(value, exact=True)
    except TypeError:  # its reaction to some texts, "0:" among them
        parsed = None
    if isinstance(parsed, pendulum.DateTime) and value != "now":
        with suppress(OverflowError):  # the last hours of the year 9999, west of UTC
            return parsed.in_timezone("UTC")
    elif type(parsed) is pendulum.Date:
        return pendulum.datetime(parsed.year, parsed.month, parsed.day)
    msg = f"{value!r} is no time"
    raise ValueError(msg)


def isoformat(instant: datetime) -> str:
    """Return INSTANT, of any zone, as ISO 8601 in UTC with a trailing Z."""
    return instant.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


_T = t.TypeVar("_T", datetime, timedelta)


def whole_second(value: _T) -> _T:
    """Return VALUE without its fraction of a second."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return timedelta(days=value.days, seconds=value.seconds)


def utc(value: t.Any) -> t.Any:  # noqa: ANN401, any JSON value may stand where a time should
    """Return a time in UTC with a trailing Z, keeping its fraction of a second.

    A time without a zone is taken as UTC, which is what is asked for. What is no time is
    returned as it is.
    """
    if not isinstance(value, str) or value.endswith("Z"):
        return value
    try:
        return isoformat(instant(value))
    except ValueError:
        return value
