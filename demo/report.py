"""What a person sees in the end."""

from __future__ import annotations

import typing as t

from demo.processes import say

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.pipeline import Run
    from demo.stores import Query, Store

# Services shown, those with most incidents first.
SHOWN = 5

# PostgreSQL and DuckDB take it alike. The last 30 days are those before the latest incident.
RESPONSE = """
WITH acknowledged AS (
  SELECT incident->>'id' AS incident_id, min(created_at) AS at
  FROM {schema}.log_entries
  WHERE type = 'acknowledge_log_entry'
  GROUP BY 1
), recent AS (
  SELECT incidents.service->>'summary' AS service,
    extract(epoch FROM acknowledged.at - incidents.created_at) AS to_acknowledge,
    extract(epoch FROM incidents.resolved_at - incidents.created_at) AS to_resolve
  FROM {schema}.incidents
  LEFT JOIN acknowledged ON acknowledged.incident_id = incidents.id
  WHERE incidents.created_at
    > (SELECT max(created_at) FROM {schema}.incidents) - INTERVAL '30 days'
)
SELECT service, count(*), avg(to_acknowledge), avg(to_resolve) FROM recent GROUP BY 1
UNION ALL
SELECT NULL, count(*), avg(to_acknowledge), avg(to_resolve) FROM recent
ORDER BY 2 DESC, 1
"""


def show_streams(run: Run, store: Store) -> None:
    """Show what came in, and what there is now."""
    rows = store.rows(sorted(run.streams))
    table = [("stream", "rows" if store.speaks_sql else "lines", "came in", "requests", "bookmark")]
    for name, stream in sorted(run.streams.items()):
        table.append(
            (
                name,
                f"{rows[name]:,}",
                f"{stream.records:,}",
                f"{stream.requests:,}",
                stream.bookmark or "(read whole)",
            )
        )
    say()
    _show(table)


def show_skipped(run: Run) -> None:
    """Say what an incremental run did not read again."""
    if not run.resumed:
        return
    say()
    say("Not read again, as an earlier run has loaded it:")
    for name, stream in sorted(run.streams.items()):
        if stream.since:
            say(f"  {name} before {stream.since}")


def show_response_times(ask: Query, schema: str) -> None:
    """Show how long services wait for people, computed from the loaded tables."""
    found = ask(RESPONSE.format(schema=schema))
    total = next((row for row in found if row[0] is None), None)
    services = [row for row in found if row[0] is not None]
    if not total or not services:
        return
    table = [("last 30 days of data", "incidents", "mean to acknowledge", "mean to resolve")]
    for service, count, to_acknowledge, to_resolve in [
        *services[:SHOWN],
        ("all services", *total[1:]),
    ]:
        table.append((service, f"{count:,}", _duration(to_acknowledge), _duration(to_resolve)))
    say()
    _show(table)


def _show(table: Sequence[tuple[str, ...]]) -> None:
    """Write a table: the first and the last column to the left, if it is text."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = [
            cell.ljust(width) if index in {0, 4} else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def _duration(seconds: float | None) -> str:
    """Return a time as a person would say it."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s"
