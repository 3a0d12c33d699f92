"""The page of all streams, docs/streams.md, and the README's table of their areas."""

from __future__ import annotations

import typing as t

from docs.stream_facts import cost, endpoint, keys, links, needs, page_of, replication, table

if t.TYPE_CHECKING:
    from tap_pagerduty.sync.client import PagerDutyStream

HEADER = """\
# Streams

Each stream becomes a table. This page shows what a stream needs, how it is replicated and what it
costs; click its name for its columns. [Endpoints not covered](left-out.md) lists what PagerDuty has
and the tap does not read. [Relationships](diagram.md) shows how the tables refer to each other.
[How to read these tables](#how-to-read-these-tables) is below them.
"""

FOOTER = """\
## How to read these tables

- **Replication**: an *incremental* stream reads what is new since the last run; a *full table* is
  read in full on each run. *With `incidents`* means: for each new or changed incident. If you
  select such a stream later, the next run catches up on all incidents that are already loaded.
- **Endpoint**: empty for `sync_runs`, which needs no request, and for `account_counts`, which uses
  the endpoints of the streams that it counts.
- **Needs**: the permission (scope) that PagerDuty documents for the endpoint, and the plan, feature
  or role that not every account or key has. Without it the tap skips the stream.
- **Filters**: the settings that narrow the stream. A child stream has no rows for parents that a
  filter excludes.
- **Default**: whether the stream is selected without a catalog. The others cost a request for each
  record of another stream, need a plan or role that not everyone has, hold personal data, or are
  rarely needed.
- **Requests**: how many a run makes, at least one. "1 per record of `services`" means that the
  endpoint returns what belongs to one service: the tap lists the services first, once for all such
  streams, whether `services` is selected or not. A range of days starts at the bookmark, or at
  `start_date`.

## Columns

The pages that the stream names link to list every column.

- The properties of an object, or of the objects in a list, follow it as `outer.inner`.
- A **reference** is an object with the `id`, `type`, `summary`, `self` and `html_url` of another
  resource (the last three may be null) and with the properties listed below it. An arrow points
  from a reference, or from an id, to the stream whose key the id is.
- Every column except the key may be null. Objects are open: what PagerDuty adds is kept.
- A time is ISO 8601 in UTC with a trailing `Z`.
"""


def areas_table(found: dict[str, list[PagerDutyStream]]) -> str:
    """Return the README's table of areas, for the streams of each."""
    rows = []
    for area, part in found.items():
        defaults = [f"`{each.name}`" for each in part if each.selected_by_default]
        link = f"[{area}](docs/streams/{page_of(area)}.md)"
        rows.append((link, str(len(part)), ", ".join(defaults)))
    every = [each for part in found.values() for each in part]
    count = sum(each.selected_by_default for each in every)
    return (
        f"{table(('Area', 'Streams', 'Selected by default'), rows)}\n\n"
        f"{count} of {len(every)} streams are selected by default. [Streams](docs/streams.md)\n"
        "lists all, with keys, replication, required scopes and cost in requests."
    )


def page(found: dict[str, list[PagerDutyStream]]) -> str:
    """Return the page of all streams, area by area."""
    header = ("Stream", "Key", "Replication", "Endpoint", "Needs", "Filters", "Default", "Requests")
    parts = [HEADER]
    for area, part in found.items():
        rows = [
            (
                links([each.name], "streams/"),
                keys(each),
                replication(each),
                endpoint(each),
                needs(each),
                ", ".join(f"`{setting}`" for setting in each.filters),
                "yes" if each.selected_by_default else "",
                cost(each),
            )
            for each in part
        ]
        parts.append(f"## {area}\n\n{table(header, rows)}\n")
    return "\n".join((*parts, FOOTER))
