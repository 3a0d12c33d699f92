"""Compares what is loaded with what PagerDuty counts (`account_counts`)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from demo.processes import DemoError, say

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.stores import Database, Query

COUNTS = "account_counts"
# The property by which each stream is counted by month.
TIMES = {"incidents": "created_at", "log_entries": "created_at", "notifications": "started_at"}


@dataclass(frozen=True)
class Period:
    """A month of a stream, or a full table: what PagerDuty counts, and what is loaded."""

    stream: str
    name: str
    # The month, to load it again; empty for a full table, which each run loads in full.
    since: str
    until: str
    counted: int
    loaded: int

    @property
    def message(self) -> str:
        """What a person is told of it; empty if it is complete."""
        if self.loaded == self.counted:
            return ""
        where = f"{self.stream} {self.name}" if self.since else self.stream
        found = f"{where}: PagerDuty counts {self.counted:,} records, {self.loaded:,} are loaded"
        if self.loaded > self.counted:
            return f"{found}; PagerDuty may have removed some since."
        if not self.since:
            return f"{found}; the next run reads the full table again."
        return (
            f"{found}; to load it again, run once without the state and with start_date: "
            f"{self.since}, end_date: {self.until}."
        )


def verify(store: Database) -> int:
    """Say what is complete and what is missing; return the exit status.

    Raises:
        DemoError: there are no counts.
    """
    if COUNTS not in store.tables():
        msg = f"There is no table {COUNTS}: select that stream, and run again."
        raise DemoError(msg)
    with store.query() as ask:
        found = list(periods(ask, store))
    for message in filter(None, (each.message for each in found)):
        say(message)
    months = {each.name for each in found if each.since}
    lacking = {each.name for each in found if each.since and each.loaded < each.counted}
    lists = [each for each in found if not each.since]
    short = [each for each in lists if each.loaded < each.counted]
    word = "incomplete" if lacking or short else "complete"
    say(
        f"{word}: {len(months) - len(lacking)} of {len(months)} months, "
        f"{len(lists) - len(short)} of {len(lists)} full tables"
    )
    return 1 if lacking or short else 0


def periods(ask: Query, store: Database) -> Iterator[Period]:
    """Yield the periods that PagerDuty has counted, streams and months in order."""
    tables = store.tables()
    rows = ask(
        "SELECT stream, period, since, until, records, run_started_at FROM account_counts "
        "WHERE records IS NOT NULL ORDER BY stream, period"
    ).rows
    for stream, name, since, until, counted, started in rows:
        if since:
            condition = f"{TIMES[stream]} >= '{since}' AND {TIMES[stream]} < '{until}'"
        else:
            # What an earlier run has read, and this one has not, is gone from the account.
            condition = f"{store.current} AND _sdc_extracted_at >= '{started}'"
        loaded = 0
        if stream in tables:
            sql = f"SELECT count(*) FROM {stream} WHERE {condition}"  # noqa: S608
            loaded = ask(sql).rows[0][0]
        start, end = (f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "" for at in (since, until))
        yield Period(stream, name, start, end, counted, loaded)
