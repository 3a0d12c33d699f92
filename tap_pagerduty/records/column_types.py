"""Columns of one type: what PagerDuty sends in several types is converted in each record."""

from __future__ import annotations

import typing as t
from contextlib import suppress

import msgspec

from tap_pagerduty.records.timestamps import Normaliser, normaliser

if t.TYPE_CHECKING:
    from collections.abc import Callable

# Where a property's schema has this keyword, PagerDuty also sends values of other types than
# the schema names. The SDK leaves it out of catalogs.
CONVERTED = "x-converted"


def adapter(schema: t.Mapping[str, t.Any]) -> Normaliser | None:
    """Return a function that brings a record, in place, to what its stream's SCHEMA declares.

    It brings times to UTC (see `timestamps.normaliser`) and converts the columns that the schema
    marks as `CONVERTED`. It returns whether it changed anything. None means that the schema
    has neither.
    """
    normalise = normaliser(schema)
    conversions = [
        (name, _CONVERSIONS[kind])
        for name, column in schema["properties"].items()
        if column.get(CONVERTED)
        for kind in column["type"]
        if kind != "null"
    ]
    if not conversions:
        return normalise

    def adapt(record: t.Any) -> bool:  # noqa: ANN401, as of any `Normaliser`
        # A record that is still encoded has nothing to convert: its reader has looked.
        if not isinstance(record, dict):
            return False
        changed = bool(normalise and normalise(record))
        for name, convert in conversions:
            found = record.get(name)
            if found is not None and (value := convert(found)) is not found:
                record[name] = value
                changed = True
        return changed

    return adapt


def _text(value: t.Any) -> str:  # noqa: ANN401, any JSON value
    """Return a text as it is, any other value as JSON text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _integer(value: t.Any) -> t.Any:  # noqa: ANN401, any JSON value
    """Return the whole number that a text holds; any other value as it is."""
    if isinstance(value, str):
        with suppress(ValueError):
            return int(value)
    return value


_CONVERSIONS: dict[str, Callable[[t.Any], t.Any]] = {"string": _text, "integer": _integer}
