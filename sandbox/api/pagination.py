"""The body of a response, by the endpoint's kind of paging."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from sandbox.api.endpoint_records import records_of
from sandbox.api.errors import not_found, refusal
from sandbox.api.filters import chosen
from sandbox.api.record_list import reordered

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.api.record_list import RecordList
    from sandbox.values.json_types import Json, Record

_TOP = 200
_BATCH = 1000
_NEARBY = 200


def respond(endpoint: GeneratedEndpoint, query: Query) -> Json:
    """Compute the body of a response."""
    if endpoint.check:
        endpoint.check(query)
    if endpoint.paging == "single":
        one = endpoint.source(query)
        return one if endpoint.whole else {str(endpoint.key): one, **_extra(endpoint, query)}
    rows = chosen(endpoint, query, records_of(endpoint, query))
    if endpoint.paging == "first":
        found = rows.all()
        if not found:
            raise not_found()
        return {str(endpoint.key): found[0]}
    if endpoint.paging == "body":
        return {**_extra(endpoint, query), str(endpoint.key): rows.all()}
    page = _PAGINATORS[endpoint.paging](endpoint, query, rows)
    return {**page, **_extra(endpoint, query)}


def _extra(endpoint: GeneratedEndpoint, query: Query) -> Record:
    more = endpoint.extra
    return more(query) if more else {}


def _none(endpoint: GeneratedEndpoint, _query: Query, rows: RecordList) -> Record:
    return {str(endpoint.key): rows.all()}


def _classic(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    if query.options.unstable_order:
        rows = reordered(rows, query.offset)
    records, more = rows.page(query.offset, query.limit)
    return {
        str(endpoint.key): records,
        "limit": query.limit,
        "offset": query.offset,
        "more": more,
        "total": rows.count() + query.options.total_off if query.total else None,
    }


def _undocumented(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    how, given = (
        query.options.undocumented_paging,
        {"limit", "offset", "cursor"} & set(query.values),
    )
    if given and how == "refused":
        raise refusal(400, 2001, *(f"Unknown parameter: {name}" for name in sorted(given)))
    if given and how == "ignored":
        query.limit, query.offset = endpoint.default_limit, 0
        query.values = {}
    return (_cursor if endpoint.paging == "next_only" else _classic)(endpoint, query, rows)


def _cursor(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    start = _position(rows, query.one("cursor"))
    records, more = rows.page(start, query.limit)
    return {
        str(endpoint.key): records,
        "limit": query.limit,
        "next_cursor": _token(records, start + len(records)) if more else None,
    }


def _token(records: list[Record], position: int) -> str:
    """Make a cursor that finds its place again when records come in before it."""
    anchor = str(records[-1].get("id", "")) if records else ""
    return urlsafe_b64encode(f"{position}:{anchor}".encode()).decode().rstrip("=")


def _position(rows: RecordList, token: str | None) -> int:
    if not token:
        return 0
    try:
        text = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        place, _, anchor = text.partition(":")
        position = int(place)
    except ValueError:
        raise refusal(400, 2001, "Cursor is invalid.") from None
    if anchor:
        for shift in range(_NEARBY):
            found = rows.show(rows.take(position - 1 + shift, 1))
            if not found:
                break
            if str(found[0].get("id")) == anchor:
                return position + shift
    return position


def _after(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    if query.one("after") and query.one("before"):
        raise refusal(400, 2001, "Give either after or before.")
    start = _position(rows, query.one("after"))
    if query.one("before"):
        start = max(0, _position(rows, query.one("before")) - query.limit)
    records, more = rows.page(start, query.limit)
    made: Record = {str(endpoint.key): records, "limit": query.limit}
    if more:
        made["after"] = _token(records, start + len(records))
    if start:
        made["before"] = _token([], start)
    made["total"] = rows.count() if query.flag("total") else None
    return made


def _limit(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    records, _ = rows.page(0, query.limit)
    return {str(endpoint.key): records}


def _top(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    del query
    records, more = rows.page(0, _TOP)
    return {str(endpoint.key): records, "limit": _TOP, "more": more}


def _analytics(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    """Cut pages by `starting_after`."""
    limit = query.body.get("limit", 100)
    if type(limit) is not int or not 1 <= limit <= _BATCH:
        raise refusal(400, 2001, "limit must be between 1 and 1000.")
    start = _position(rows, query.body.get("starting_after"))
    records, more = rows.page(start, limit)
    page: Record = {
        "first": _token([], start) if records else None,
        "last": _token(records, start + len(records)) if records else None,
        "limit": limit,
        str(endpoint.key): records,
    }
    if endpoint.tells_more:
        page["more"] = more
    return page


_PAGINATORS: dict[str, Callable[[GeneratedEndpoint, Query, RecordList], Record]] = {
    "none": _none,
    "classic": _classic,
    "undocumented": _undocumented,
    "cursor": _cursor,
    "next_only": _undocumented,
    "after": _after,
    "limit": _limit,
    "top": _top,
    "analytics": _analytics,
}
