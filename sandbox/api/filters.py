"""Filters and sorts the records of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.record_list import RecordList, list_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.values.json_types import Json, Record


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
