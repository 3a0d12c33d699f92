"""Every value in its declared type, and nothing undeclared lost.

Targets make columns of the schema: what it does not declare they drop, and a value of another
type stops them. So each record is brought to its stream's schema, and what that cannot hold
goes into one column, `UNDOCUMENTED`.
"""

from __future__ import annotations

import re
import typing as t
from contextlib import suppress

import msgspec

from tap_pagerduty.records.findings import UNDOCUMENTED
from tap_pagerduty.records.timestamps import instant, isoformat, utc

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_pagerduty.records import Record
    from tap_pagerduty.records.findings import Findings

Schema = t.Mapping[str, t.Any]

# Where a property's schema has this keyword, PagerDuty also sends values of other types than
# the schema names. The SDK leaves it out of catalogs.
CONVERTED = "x-converted"

# Takes a value that has no place in its column, and the path where it stood.
PutAside = t.Callable[[str, t.Any], None]
# Returns a value, found at a path, in its declared type; None if it was put aside.
Fit = t.Callable[[t.Any, str, PutAside], t.Any]

_OFFSET_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:?\d\d")


class Conformer:
    """Brings records, in place, to the schema of their stream."""

    def __init__(self, schema: Schema, findings: Findings) -> None:
        """Take the SCHEMA; FINDINGS gather the names and paths of what it cannot hold."""
        self._columns = {name: _fit(column) for name, column in schema["properties"].items()}
        self._findings = findings

    def __call__(self, record: Record) -> None:
        """Convert what can be converted plainly; move all else to `UNDOCUMENTED`.

        Times come to UTC, also in that column.
        """
        aside: Record = {}
        for name in record.keys() - self._columns.keys():
            aside[name] = _times_in_utc(record.pop(name))
            self._findings.undeclared.add(name)

        def put_aside(path: str, value: t.Any) -> None:  # noqa: ANN401, any JSON value
            aside[path] = value
            self._findings.misfits.add(re.sub(r"\.\d+(?=\.|$)", "[]", path))

        for name, value in record.items():
            if value is not None:
                record[name] = self._columns[name](value, name, put_aside)
        if aside:
            given = record.get(UNDOCUMENTED)
            record[UNDOCUMENTED] = {**(given if isinstance(given, dict) else {}), **aside}


def _fit(schema: Schema) -> Fit:
    """Return what brings a value, which is not null, to this SCHEMA."""
    kinds = [kind for kind in _kinds(schema) if kind != "null"]
    if len(kinds) != 1:  # any JSON value
        return _anything
    (kind,) = kinds
    if kind == "object":
        return _object(schema.get("properties", {}))
    if kind == "array":
        return _array(schema.get("items", {}))
    if schema.get("format") == "date-time":
        return _scalar(_time)
    if kind == "string" and schema.get(CONVERTED):
        return _scalar(_json_text)
    return _scalar(_SCALARS[kind])


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def _anything(value: t.Any, path: str, put_aside: PutAside) -> t.Any:  # noqa: ANN401, ARG001
    return value


def _object(properties: Mapping[str, Schema]) -> Fit:
    fits = {name: _fit(schema) for name, schema in properties.items()}

    def fit(value: t.Any, path: str, put_aside: PutAside) -> t.Any:  # noqa: ANN401
        if type(value) is list and len(value) == 1:
            (value,) = value
        if type(value) is str and "summary" in fits:
            value = {"summary": value}
        if type(value) is not dict:
            put_aside(path, value)
            return None
        for name, convert in fits.items():
            if (found := value.get(name)) is not None:
                value[name] = convert(found, f"{path}.{name}", put_aside)
        return value

    return fit


def _array(items: Schema) -> Fit:
    convert, of_objects = _fit(items), "object" in _kinds(items)

    def fit(value: t.Any, path: str, put_aside: PutAside) -> t.Any:  # noqa: ANN401
        if type(value) is dict if of_objects else type(value) in {str, int, float, bool}:
            value = [value]
        if type(value) is not list:
            put_aside(path, value)
            return None
        fitting = (
            convert(each, f"{path}.{at}", put_aside)
            for at, each in enumerate(value)
            if each is not None
        )
        # A null says nothing, and an item may not be null.
        value[:] = [each for each in fitting if each is not None]
        return value

    return fit


def _scalar(convert: Callable[[t.Any], t.Any]) -> Fit:
    def fit(value: t.Any, path: str, put_aside: PutAside) -> t.Any:  # noqa: ANN401
        try:
            return convert(value)
        except (ValueError, OverflowError):
            put_aside(path, value)
            return None

    return fit


def _text(value: t.Any) -> str:  # noqa: ANN401, any JSON value
    """Return a text as it is, a number or a truth value as JSON text.

    Raises:
        ValueError: it is a list or an object.
    """
    if type(value) is str:
        return value
    if type(value) in {list, dict}:
        raise ValueError
    return _json_text(value)


def _json_text(value: t.Any) -> str:  # noqa: ANN401, any JSON value
    """Return a text as it is, any other value as JSON text."""
    return value if type(value) is str else msgspec.json.encode(value).decode()


def _time(value: t.Any) -> str | None:  # noqa: ANN401, any JSON value
    """Return a time in UTC; None for an empty text.

    Raises:
        ValueError: it is no time.
    """
    if type(value) is not str:
        raise ValueError
    if not value:
        return None
    return value if value[-1] == "Z" else isoformat(instant(value))


def _integer(value: t.Any) -> int:  # noqa: ANN401, any JSON value
    """Return a whole number, also one that is written as a text or with a decimal point.

    Raises:
        ValueError: it is none.
    """
    if type(value) is int:
        return value
    if type(value) is str:
        return int(value)
    if type(value) is float and value.is_integer():
        return int(value)
    raise ValueError


def _number(value: t.Any) -> float:  # noqa: ANN401, any JSON value
    """Return a number, also one that is written as a text.

    Raises:
        ValueError: it is none.
    """
    if type(value) in {int, float}:
        return t.cast("float", value)
    if type(value) is str:
        with suppress(ValueError):
            return int(value)
        found = float(value)
        if abs(found) < float("inf"):
            return found
    raise ValueError


def _boolean(value: t.Any) -> bool:  # noqa: ANN401, any JSON value
    """Return a truth value, also one that is written as a text.

    Raises:
        ValueError: it is none.
    """
    if type(value) is bool:
        return value
    if type(value) is str and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise ValueError


_SCALARS: dict[str, Callable[[t.Any], t.Any]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}


def _times_in_utc(value: t.Any) -> t.Any:  # noqa: ANN401, any JSON value
    """Return a value with all that looks like a time with an offset in UTC."""
    if type(value) is str:
        return utc(value) if _OFFSET_TIME.fullmatch(value) else value
    if type(value) is list:
        return [_times_in_utc(each) for each in value]
    if type(value) is dict:
        return {name: _times_in_utc(each) for name, each in value.items()}
    return value
