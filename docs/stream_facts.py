"""What the streams declare of themselves, in words."""

from __future__ import annotations

import typing as t

from tap_pagerduty.api.pagination import SinglePage
from tap_pagerduty.streams import AREAS
from tap_pagerduty.sync.child import ChildStream, WindowedChildStream
from tap_pagerduty.sync.windowed import WindowedStream
from tap_pagerduty.tap import TapPagerDuty

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_pagerduty.sync.client import PagerDutyStream


def areas() -> dict[str, list[PagerDutyStream]]:
    """Return the streams of each area, as a run has them."""
    found = {
        type(stream): stream for stream in TapPagerDuty(validate_config=False).discover_streams()
    }
    return {area: [found[each] for each in part] for area, part in AREAS.items()}


def keys(stream: PagerDutyStream) -> str:
    """Return the columns that tell a record from the others."""
    return ", ".join(f"`{name}`" for name in stream.primary_keys)


def replication(stream: PagerDutyStream) -> str:
    """Return how the stream is replicated, and by which column."""
    if key := stream.replication_key:
        return f"incremental, `{key}`"
    parent = getattr(stream, "parent", None)
    if parent and issubclass(parent, WindowedStream):
        return f"with `{parent.name}`"
    return "full table"


def endpoint(stream: PagerDutyStream) -> str:
    """Return the request by which the stream is read."""
    return f"`{getattr(stream, 'method', 'GET')} {stream.path}`"


def needs(stream: PagerDutyStream) -> str:
    """Return the scope and the plan that reading it takes."""
    return "; ".join(filter(None, (stream.scope and f"`{stream.scope}`", stream.plan)))


def cost(stream: PagerDutyStream) -> str:
    """Return what a run of the stream costs in requests, as its declared facts have it."""
    if stream.cost:
        return stream.cost
    single = isinstance(stream.paginator, SinglePage)
    size = f"{stream.paginator.first_page().params.get('limit', 0):,}"
    if isinstance(stream, ChildStream):
        changed = "new or changed " if issubclass(stream.parent, WindowedStream) else ""
        days = ""
        if isinstance(stream, WindowedChildStream):
            days = f" and {stream.max_window_days} days"
        more = "" if single else f"; more for one that has over {size}"
        return f"1 per {changed}record of `{stream.parent.name}`{days}{more}"  # type: ignore[misc]
    if isinstance(stream, WindowedStream):
        period = f"{stream.max_window_days} days" if stream.max_window_days > 1 else "day"
        period = "month" if stream.period == "month" else period
        return f"1 per {period}" if single else f"1 per {size} records, and per {period}"
    if single:
        return "1"
    return f"1 per {size} {stream.path.rpartition('/')[2] if stream.nested else 'records'}"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    cells = ((cell.replace("|", r"\|") for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def page_of(area: str) -> str:
    """Return the name of an area's page, without its suffix."""
    return area.lower().replace(" ", "-")


def links(streams: Iterable[str], folder: str = "") -> str:
    """Return links to streams' sections, from a page that FOLDER leads to the area pages."""
    pages = {each.name: page_of(area) for area, part in AREAS.items() for each in part}  # type: ignore[misc]
    return ", ".join(f"[`{name}`]({folder}{pages[name]}.md#{name})" for name in streams)
