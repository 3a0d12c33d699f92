"""Of which account and time the loaded tables are."""

from __future__ import annotations

import typing as t
from contextlib import suppress
from urllib.parse import urlsplit

from demo.printable import printable
from demo.stores import QueryError

if t.TYPE_CHECKING:
    from demo.stores import Query

# Tables whose records have an address in PagerDuty, which tells the account.
ADDRESSED = ("incidents", "services", "users", "teams")


def account_of(tables: set[str], ask: Query) -> str:
    """Return the account's address on the web."""
    for name in tables.intersection(ADDRESSED):
        with suppress(QueryError):  # its address may not be selected
            [(address,)] = ask(f"SELECT max(html_url) FROM {name}").rows  # noqa: S608
            if host := urlsplit(address or "").hostname:
                return printable(host)
    return "an account that no record names"


def period_of(tables: set[str], ask: Query) -> str:
    """Say which incidents are counted."""
    if "incidents" not in tables:
        return "without incidents"
    found = ask("SELECT min(created_at), max(created_at), count(*) FROM incidents")
    [(first, last, count)] = found.rows
    if not count:
        return "without incidents"
    return f"{count:,} incidents, created from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
