"""All other endpoints: the data sheet of one, and its answer by its kind of paging."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from sandbox.endpoints import PAGED, RANGE, Endpoint
from sandbox.errors import not_found, refusal
from sandbox.rows import RecordList, list_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sandbox.directory import Record
    from sandbox.options import Options
    from sandbox.query import Query
    from sandbox.words import Json

Settings: TypeAlias = dict[str, Any]
_PAGING: dict[str, set[str]] = {
    "none": set(),
    "single": set(),
    "first": set(),
    "classic": set(PAGED),
    "undocumented": {"limit", "offset"},
    "cursor": {"limit", "cursor"},
    "next_only": {"limit", "cursor"},
    "after": {"limit", "after", "before", "total"},
    "limit": {"limit"},
    "top": set(),
    "analytics": set(),
    "body": set(),
}
_TOP = 200
_BATCH = 1000
_NEARBY = 200


@dataclass(frozen=True)
class GeneratedEndpoint(Endpoint):
    """An endpoint whose records are made up by their shape, or by a function of its own."""

    paging: str = "none"
    count: tuple[int, int] = (3, 12)
    """How many records there are (under each parent): at least, at most."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Parameter -> property that it selects by (`a.b`); `~`: part of its text."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameter -> what it is when it is not given (`all`: no filter)."""
    extra: Callable[[Query], Record] | None = None
    """What else the answer has."""
    early_access: str | None = None
    """What the X-EARLY-ACCESS header must say (403 without)."""
    enrolment: str | None = None
    """403 when `plan_without` has it: an Early Access programme."""
    admin: bool = False
    """Only for the key of an administrator (403; option `plain_key`)."""
    status: int = 200
    body_keys: frozenset[str] = frozenset()
    """What a POST may bring; those of `filters` as `filters.x`."""
    check: Callable[[Query], None] | None = None
    """What else a request must do."""
    tells_more: bool = True
    """Analytics: whether its answers have `more`."""
    whole: bool = False
    """The records are the whole answer: there is no key."""

    @property
    def accepts_body(self) -> bool:
        """Tell whether the request may bring a body."""
        return bool(self.body_keys)


def declare(  # noqa: PLR0913
    path: str,
    key: str,
    paging: str = "none",
    source: Callable[[Query], Any] | None = None,
    *,
    params: str = "",
    includes: str = "",
    sorts: str = "",
    choices: str = "",
    filters: str = "",
    defaults: str = "",
    **more: Any,  # noqa: ANN401
) -> GeneratedEndpoint:
    """Make a data sheet; lists are written with spaces, `choices` as `name=a,b other=c`."""
    chosen = {
        name: tuple(values.split(",")) for name, values in (x.split("=") for x in choices.split())
    }
    names = set(params.split()) | set(chosen) | _PAGING[paging]
    by = _pairs(filters)
    if more.pop("no_total", False):
        names.discard("total")
    return GeneratedEndpoint(
        path=path,
        key=key,
        source=source or _made(path),
        paging=paging,
        params=frozenset(names | set(by)) | (RANGE if "window" in more else frozenset()),
        includes=tuple(includes.split()),
        sorts=tuple(sorts.split()),
        choices=chosen,
        filters=by,
        defaults=_pairs(defaults),
        **more,
    )


def _pairs(text: str) -> dict[str, str]:
    return dict(each.split("=", 1) for each in text.split())


def single(
    path: str, key: str, many: GeneratedEndpoint, *, place: str = "id", **more: Any
) -> GeneratedEndpoint:
    """Make the data sheet of one record of a list, by its id."""

    def source(query: Query) -> Record:
        return query.library.one(many, query.ids[:-1], query.ids[-1], place, query)

    settings: dict[str, Any] = {
        "scope": many.scope,
        "ability": many.ability,
        "enrolment": many.enrolment,
        "early_access": many.early_access,
        "admin": many.admin,
        "includes": " ".join(many.includes),
    }
    return declare(path, key, "single", source, **{**settings, **more})


def _made(path: str) -> Callable[[Query], RecordList]:
    """Make the source of records that are made up by their shape."""

    def source(query: Query) -> RecordList:
        library, ids = query.library, query.ids

        def show(numbers: list[int]) -> list[Record]:
            return [library.make(path, ids, each, query.zone, query.include) for each in numbers]

        count = library.count(path, ids)
        return RecordList(
            take=lambda offset, many: list(range(count)[offset : offset + many]),
            count=lambda: count,
            show=show,
        )

    return source


# -- gates ---------------------------------------------------------------------------------------


def gate(endpoint: GeneratedEndpoint, options: Options) -> None:
    """Refuse what is not for this key or account."""
    if endpoint.admin and options.plain_key:
        raise refusal(403, 2010)
    if endpoint.enrolment in options.plan_without:
        raise refusal(403, 2010, "The account is not enrolled in this Early Access programme.")


def check_early_access(endpoint: GeneratedEndpoint, headers: Mapping[str, str]) -> None:
    """Refuse a request without the header that an Early Access endpoint needs."""
    if endpoint.early_access not in {None, headers.get("x-early-access")}:
        raise refusal(403, 2010, f"X-EARLY-ACCESS: {endpoint.early_access} is needed.")


def body_of(endpoint: GeneratedEndpoint, text: bytes) -> Record:
    """Read what a request brought, and refuse what the endpoint does not know."""
    if not text or not endpoint.body_keys:
        return {}
    try:
        body = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise refusal(400, 2001, "The body is not JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("filters", {}), dict):
        raise refusal(400, 2001, "The body is not an object.")
    given = {*body, *(f"filters.{name}" for name in body.get("filters", {}))}
    unknown = sorted(given - endpoint.body_keys)
    if unknown:
        raise refusal(400, 2001, *(f"Unknown property: {name}" for name in unknown))
    return body


# -- answers -------------------------------------------------------------------------------------


def respond(endpoint: GeneratedEndpoint, query: Query) -> Json:
    """Compute the body of an answer."""
    if endpoint.check:
        endpoint.check(query)
    if endpoint.paging == "single":
        one = endpoint.source(query)
        return one if endpoint.whole else {str(endpoint.key): one, **_extra(endpoint, query)}
    rows = chosen(endpoint, query, query.library.rows(endpoint, query))
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


def chosen(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> RecordList:
    """Apply the filters of a request."""
    asked = {name: query.many(name) for name in endpoint.filters if query.many(name)}
    for name, value in endpoint.defaults.items():
        asked.setdefault(name, frozenset({value}))
    asked = {name: values for name, values in asked.items() if values != {"all"}}
    if not asked and not query.sort:
        return rows
    records = [
        each
        for each in rows.all()
        if all(_passes(each, endpoint.filters[name], values) for name, values in asked.items())
    ]
    for name, downwards in reversed(query.sort):
        records.sort(key=lambda each: _sort_key(each.get(name)), reverse=downwards)
    return list_of(records, lambda record: record)


def _sort_key(value: Json) -> tuple[int, str]:
    return (int(value), "") if isinstance(value, int) else (0, str(value or "").casefold())


def _passes(record: Record, where: str, wanted: frozenset[str]) -> bool:
    path, part_of = where.lstrip("~"), where.startswith("~")
    found = [_text(each) for each in _values(record, path.split("."))]
    if part_of:
        return any(part.casefold() in each.casefold() for part in wanted for each in found)
    return not wanted.isdisjoint(found)


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(value: Json, path: list[str]) -> Iterator[Json]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:])


def _none(endpoint: GeneratedEndpoint, _query: Query, rows: RecordList) -> Record:
    return {str(endpoint.key): rows.all()}


def _classic(endpoint: GeneratedEndpoint, query: Query, rows: RecordList) -> Record:
    records, more = rows.page(query.offset, query.limit)
    return {
        str(endpoint.key): records,
        "limit": query.limit,
        "offset": query.offset,
        "more": more,
        "total": rows.count() if query.total else None,
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
