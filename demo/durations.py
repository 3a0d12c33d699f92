"""Figures as people say them: durations, shares, hours; and the names of their columns."""

from __future__ import annotations

import re

# Minutes in an hour and in a day.
HOUR, DAY = 60, 1440
# From here on, the smaller unit says nothing.
_MANY_DAYS = 10 * DAY
# Distances between the marks of an axis, in minutes.
_STEPS = (0.5, 1, 2, 5, 10, 15, 30, *(HOUR * hours for hours in (1, 2, 3, 6, 12)))
_DAYS = (1, 2, 5, 10, 20, 50, 100, 200, 500)

_LABELS = {
    "minutes_open": "open for",
    "minutes_since_creation": "after",
    "incidents_before": "before",
    "interruptions_before": "before",
    "interruptions_at_night": "at night",
    "hours_at_night": "at night",
    "hours_in_evenings": "evenings",
    "hours_at_work": "at work",
    "unattended_percent": "nobody acted on",
    "noise_percent": "noise, share",
    "escalated_percent": "escalated, share",
}


def duration(minutes: float) -> str:
    """Return a number of minutes as `40 s`, `12 min`, `1 h 12 min` or `3 d 4 h`."""
    if minutes < 1:
        return f"{round(minutes * 60)} s"
    whole = round(minutes)
    if whole < HOUR:
        return f"{whole} min"
    unit, part, large, small = (HOUR, 1, "h", "min") if whole < DAY else (DAY, HOUR, "d", "h")
    if whole >= _MANY_DAYS:
        return f"{round(whole / DAY):,} d"
    count, rest = divmod(round(whole / part), unit // part)
    return f"{count} {large} {rest} {small}" if rest else f"{count} {large}"


def marks(longest: float, most: int = 4) -> list[float]:
    """Return round durations from 0 to at least the LONGEST, in minutes, for an axis."""
    steps = (*_STEPS, *(DAY * days for days in _DAYS))
    step = next((each for each in steps if longest / each <= most), steps[-1])
    count = int(-(-longest // step)) or 1
    return [number * step for number in range(count + 1)]


def kind_of(column: str) -> str:
    """Return what the figures of a column are: `minutes`, `hours`, `percent`, or nothing."""
    found = re.search(r"(?:^|_)(minutes|percent)(?:_|$)|^(hours)(?:_|$)", column)
    return found[1] or found[2] if found else ""


def label_of(column: str) -> str:
    """Return the name of a column as a person reads it, without the unit."""
    return _LABELS.get(
        column, re.sub(r"(^|_)minutes(?=_)", "", column).strip("_").replace("_", " ")
    )
