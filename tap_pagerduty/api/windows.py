"""Closed time windows: a range cut to what the API accepts, and to what it lets one page."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from tap_pagerduty.api.pagination import CEILING
from tap_pagerduty.records.timestamps import isoformat, whole_second

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SECOND = timedelta(seconds=1)
# Aimed at when a window is cut, in records: below the ceiling, since records bunch.
COMFORTABLE = 8_000
# Parts that a window is cut into at once; each is cut further if it still holds too much.
MOST_PARTS = 1_000


@dataclass(frozen=True)
class Window:
    """A range of time, both ends whole seconds in UTC.

    Neighbours share the second between them: whether the API counts `until` as in or
    out, nothing falls between two windows, and what is in both has the same id.
    """

    since: datetime
    until: datetime

    def __str__(self) -> str:
        """Return the window for a log line."""
        return f"{isoformat(self.since)} to {isoformat(self.until)}"

    @cached_property
    def params(self) -> dict[str, str]:
        """The window as query parameters."""
        return {"since": isoformat(self.since), "until": isoformat(self.until)}

    def split(self, records: int) -> list[Window]:
        """Cut a window that holds RECORDS, too many to page, into equal ones.

        Raises:
            ValueError: the window is a single second, or some second of it holds too many.
        """
        seconds = (self.until - self.since).total_seconds()
        if seconds > 1 and records > CEILING * seconds:
            msg = f"more than can be paged in some second from {self}"
            raise ValueError(msg)
        if seconds <= 1:
            msg = f"more than can be paged in one second, {isoformat(self.since)}"
            raise ValueError(msg)
        parts = min(max(2, -(-records // COMFORTABLE)), MOST_PARTS)
        width = max(SECOND, whole_second((self.until - self.since) / parts))
        return list(cut(self.since, self.until, width))


def cut(since: datetime, until: datetime, width: timedelta) -> Iterator[Window]:
    """Yield the windows of at most WIDTH from SINCE to UNTIL, oldest first."""
    while since < until:
        end = min(since + width, until)
        yield Window(since, end)
        since = end


def months(since: datetime, until: datetime) -> Iterator[Window]:
    """Yield the calendar months from that of SINCE on, oldest first; the last ends at UNTIL."""
    since = start_of("month", since)
    while since < until:
        end = min((since + timedelta(days=31)).replace(day=1), until)
        yield Window(since, end)
        since = end


def midnight(instant: datetime) -> datetime:
    """Return the start of the day of INSTANT, which is in UTC."""
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


def start_of(period: str, instant: datetime) -> datetime:
    """Return the start of the `day` or `month` of INSTANT; of no period, of its second."""
    if not period:
        return whole_second(instant)
    return midnight(instant).replace(day=1) if period == "month" else midnight(instant)
