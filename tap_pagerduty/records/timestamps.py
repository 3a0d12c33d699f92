"""Timestamps: ISO 8601 read and written, and every date-time of a record in UTC."""

from __future__ import annotations

import typing as t
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pendulum

Normaliser = t.Callable[[t.Any], bool]


def normaliser(schema: t.Mapping[str, t.Any]) -> Normaliser | None:
    """Return a function that normalises, in place, the times of a value of this SCHEMA.

    It returns whether one was not in UTC. It visits only what the schema calls a date-time,
    so free-form objects stay as they are. None means that the schema holds no time in objects
    or arrays.
    """
    if "items" in schema:
        return _of_array(schema["items"])
    properties = schema.get("properties", {})
    times = tuple(name for name, field in properties.items() if _is_time(field))
    others = tuple(
        (name, visit) for name, field in properties.items() if (visit := normaliser(field))
    )
    return _of_object(times, others) if times or others else None


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


def _is_time(schema: t.Mapping[str, t.Any]) -> bool:
    return schema.get("format") == "date-time"


def _of_object(times: tuple[str, ...], others: tuple[tuple[str, Normaliser], ...]) -> Normaliser:
    def visit(value: t.Any) -> bool:  # noqa: ANN401
        changed = False
        if isinstance(value, dict):
            get = value.get
            for name in times:
                found = get(name)
                # Nearly all are in UTC, which is seen here to save the call.
                if found and (type(found) is not str or found[-1] != "Z"):
                    value[name] = utc(found)
                    changed = True
            for name, normalise in others:
                found = get(name)
                if found and normalise(found):
                    changed = True
        return changed

    return visit


def _of_array(item: t.Mapping[str, t.Any]) -> Normaliser | None:
    if _is_time(item):
        return _visit_times
    normalise = normaliser(item)
    if normalise is None:
        return None

    def visit(value: t.Any) -> bool:  # noqa: ANN401
        # All are visited, whichever of them was not in UTC.
        return isinstance(value, list) and True in [normalise(each) for each in value]

    return visit


def _visit_times(value: t.Any) -> bool:  # noqa: ANN401
    if not isinstance(value, list):
        return False
    before = list(value)
    value[:] = map(utc, value)
    return value != before
