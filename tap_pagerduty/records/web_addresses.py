"""What the web address of a record shows of the account."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_pagerduty.records import Record

_HOST = re.compile(r"https://([^/]+\.pagerduty\.com)/")


def host_of(record: Record) -> str:
    """Return the address of the account's web app; empty if the RECORD does not have it."""
    found = _HOST.match(str(record.get("html_url")))
    return found[1] if found else ""


def subdomain_of(records: Iterable[t.Any]) -> str:
    """Return what that address starts with, by the first of RECORDS; empty if it shows none."""
    # A few lists are of texts.
    first = next(iter(records), None)
    record = first if hasattr(first, "get") else {}
    return host_of(t.cast("Record", record)).partition(".")[0]
