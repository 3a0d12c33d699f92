"""The account's time: by the `Date` of PagerDuty's responses, unless that cannot be right."""

from __future__ import annotations

import logging
import typing as t
from contextlib import suppress
from datetime import timedelta

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError

from tap_pagerduty import NAME
from tap_pagerduty.api.pagination import LIST, Page
from tap_pagerduty.api.requests import PageRequest
from tap_pagerduty.api.windows import Window
from tap_pagerduty.records.timestamps import isoformat

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.responses import PageResponse

_logger = logging.getLogger(NAME)

# A run that starts so far ahead of the account loses nothing: the next one overlaps it.
TOLERANCE = timedelta(minutes=15)
# How far back there has to be a record for a `Date` to be believed against this machine's clock.
_EVIDENCE = timedelta(days=7)
# The lists that show such a record, the first that the key may read.
_LISTS = ("log_entries", "incidents")


def run_started_at(
    connection: Connection, fetch: Callable[[PageRequest], PageResponse]
) -> datetime:
    """Return the account's time when the run started, in UTC; it is worked out once in a run.

    It is the `Date` of the first response of the API's own, which may be in flight. If none is, it
    takes a request that costs nothing.

    A time ahead of the account's would move bookmarks past what has yet to happen. So a `Date`
    that is ahead of this machine's clock is believed only if records are ahead of it, too. A
    time behind the account's loses nothing: the next run reads the rest.
    """
    if connection.run_started_at is None:
        connection.wait_for_date()
        if connection.date is None:
            with suppress(SkippableAPIError, FatalAPIError, RetriableAPIError):
                fetch(PageRequest("/abilities", "abilities", {}, LIST, Page({})))
        if not connection.has_responded:
            return connection.machine_time()
        connection.run_started_at = _believed(connection.date, connection.machine_time(), fetch)
    return connection.run_started_at


def _believed(
    date: datetime | None, machine: datetime, fetch: Callable[[PageRequest], PageResponse]
) -> datetime:
    """Return which of the two times to go by: the account's DATE, or that of this MACHINE."""
    if date is None:
        _logger.warning(
            "PagerDuty's responses have no usable Date header; the run goes by the clock of this "
            "machine, %s.",
            isoformat(machine),
        )
        return machine
    if date <= machine + TOLERANCE:
        return date
    range_ = Window(max(machine, date - _EVIDENCE), date)
    if any(_has_records(name, range_, fetch) for name in _LISTS):
        return date
    _logger.warning(
        "The Date of PagerDuty's responses, %s, is far ahead of the clock of this machine and of "
        "all records; the run goes by the clock of this machine, %s.",
        isoformat(date),
        isoformat(machine),
    )
    return machine


def _has_records(name: str, window: Window, fetch: Callable[[PageRequest], PageResponse]) -> bool:
    """Return whether a list has records in WINDOW; False if it cannot be read."""
    request = PageRequest(f"/{name}", name, {"time_zone": "UTC"}, LIST, Page({"limit": 1}), window)
    with suppress(SkippableAPIError, FatalAPIError, RetriableAPIError):
        return bool(fetch(request).records)
    return False
