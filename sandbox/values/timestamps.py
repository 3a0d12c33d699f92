"""Points in time: whole seconds since 1970 inside the sandbox, ISO 8601 text outside of it."""

from __future__ import annotations

import calendar
import re
import time
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

DAY = 86_400
UTC = timezone.utc
When: TypeAlias = float | str | datetime | None
"""A moment as callers give it: seconds since 1970, ISO 8601, a datetime; None: the virtual now."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}


@lru_cache(maxsize=8192)
def iso(moment: int, zone: tzinfo = UTC) -> str:
    """Write a moment as the API does: `2026-11-01T00:00:00Z`, or with the zone's offset."""
    if zone is UTC:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    text = datetime.fromtimestamp(moment, zone).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def parse(text: str, zone: tzinfo = UTC) -> int:
    """Read ISO 8601 text (a date, or a date and time), zone-less text in `zone`.

    Raises ValueError when it is neither. Fractions of a second are cut off.
    """
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?",
        text.strip(),
    )
    if not found:
        msg = f"not a date or time: {text!r}"
        raise ValueError(msg)
    date, clock, offset = found.groups()
    moment = datetime.fromisoformat(f"{date}T{clock or '00:00:00'}")
    if offset is None:
        moment = moment.replace(tzinfo=zone)
    elif offset in "Zz":
        moment = moment.replace(tzinfo=UTC)
    else:
        digits = offset[1:].replace(":", "").ljust(4, "0")
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        moment = moment.replace(tzinfo=timezone(-shift if offset[0] == "-" else shift))
    return int(moment.timestamp())


def moment_of(value: float | str | datetime) -> int:
    """Take a moment in any form that a test may have it in."""
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
    return int(value)


def zone_of(name: str) -> tzinfo:
    """Look up a time zone by its IANA name; raises ValueError when there is none."""
    if name in {"UTC", "Etc/UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        msg = f"no such time zone: {name}"
        raise ValueError(msg) from error


def add_months(moment: int, months: int, zone: tzinfo = UTC) -> int:
    """Move a moment by calendar months (31 January + 1 month = the last day of February)."""
    at = datetime.fromtimestamp(moment, zone)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp())


def duration(text: str) -> float:
    """Read a duration such as `90`, `90s`, `15m`, `6h`, `1d`, `2w` in seconds."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        msg = f"not a duration: {text!r} (write 90, 90s, 15m, 6h, 1d or 2w)"
        raise ValueError(msg)
    return float(found[1]) * _UNITS[found[2]]


def write_time(kind: str, moment: int, zone: tzinfo, fraction: int = 0) -> str:
    """Write a moment in one of the ways that PagerDuty has (see `shapes.txt`)."""
    if kind == "time":
        return iso(moment, zone)
    if kind == "naive":
        return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%dT%H:%M:%S")
    text = datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    endings = {
        "z": "Z",
        "zf": f".{fraction // 1000:03d}Z",
        "zu": f".{fraction:06d}Z",
        "zo": f".{fraction // 1000:03d}+00:00",
    }
    return text + endings[kind]
