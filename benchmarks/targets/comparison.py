"""Compares what a target holds with what was emitted, row by row and field by field."""

from __future__ import annotations

import ast
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.targets.emission import Emission, Record
    from benchmarks.targets.places import Row, Tables

# The column in which some targets mark a row that is gone.
DELETED = "_sdc_deleted_at"
# What flattening targets put between the names of an object and of its property.
JOINT = "__"
ABSENT = object()


@dataclass
class Findings:
    """What a comparison found."""

    rows: int = 0
    fields: int = 0
    # By what happened: how often, and the first column (`stream.column`) that shows it.
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    # Column, what was emitted, what is held.
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)
    # How objects and arrays are held.
    nested: Counter[str] = field(default_factory=Counter)
    # What became of rows that are gone from the account.
    deletions: Counter[str] = field(default_factory=Counter)

    def note(self, fault: str, where: str, count: int = 1) -> None:
        """Note a fault."""
        self.faults[fault] += count
        self.examples.setdefault(fault, where)


def compare(emission: Emission, tables: Tables) -> Findings:
    """Compare the tables of a target with what was emitted to it."""
    findings = Findings()
    for stream, expected in emission.rows.items():
        held = tables.get(stream, [])
        # The last of a key counts: some targets only append.
        found = {emission.key_of(stream, row): row for row in held}
        if missing := expected.keys() - found.keys():
            findings.note("rows are missing", stream, len(missing))
        for key, row in found.items():
            if key in expected:
                findings.rows += 1
                _compare_row(findings, stream, emission.schemas[stream], expected[key], row)
            elif key not in emission.gone[stream]:
                findings.note("rows nobody emitted", stream)
        for key in emission.gone[stream]:
            findings.deletions[_fate(found.get(key))] += 1
    return findings


def _fate(row: Row | None) -> str:
    if row is None:
        return "removed"
    return f"marked in `{DELETED}`" if row.get(DELETED) else "stay"


def _compare_row(
    findings: Findings, stream: str, schema: Record, expected: Record, row: Row
) -> None:
    # Some targets write the names of columns in small letters.
    row = {**{name.lower(): value for name, value in row.items()}, **row}
    for name, kind in schema["properties"].items():
        held = name if name in row else name.lower()
        if held not in row and any(column.startswith(f"{held}{JOINT}") for column in row):
            findings.nested["columns, and tables of their own for arrays"] += 1
        for column, value, own in _columns(held, kind, expected.get(name), row):
            if own is None:
                continue
            findings.fields += 1
            found = row.get(column, ABSENT)
            if isinstance(value, (dict, list)) and found is not ABSENT and found is not None:
                findings.nested[_held_as(found)] += 1
            if fault := difference(value, found, own):
                findings.note(fault, f"{stream}.{column}")
                findings.changes.append((f"{stream}.{column}", value, found))


def _columns(
    name: str,
    kind: Record,
    value: Any,  # noqa: ANN401
    row: Row,
) -> Iterator[tuple[str, Any, Record | None]]:
    """Yield column, value and schema of a property: several if the target flattens objects.

    The schema is None for an array that has a table of its own.
    """
    parts = [column for column in row if column.startswith(f"{name}{JOINT}")]
    if name in row or not (parts or "properties" in kind or "items" in kind):
        yield name, value, kind
    elif "properties" in kind and parts:
        value = value or {}
        for inner, own in kind["properties"].items():
            yield from _columns(f"{name}{JOINT}{inner}", own, value.get(inner), row)
    elif "items" in kind:
        yield name, value, None
    else:
        yield name, value, kind


def _held_as(found: Any) -> str:  # noqa: ANN401
    return "JSON text" if isinstance(found, str) else "JSON"


def difference(expected: Any, found: Any, schema: Mapping[str, Any]) -> str:  # noqa: ANN401, PLR0911
    """Return what became of a value that a target holds otherwise than it was; empty if nothing."""
    if found is ABSENT:
        return "" if expected is None else "values are lost"
    if expected is None:
        return "" if found is None else f"null becomes {found!r:.10}"
    if found is None:
        return '`""` becomes null' if expected == "" else "values are lost"
    if is_same(expected, found, schema):
        return ""
    if isinstance(expected, str) and found in {_escaped(expected), _escaped(expected, '"', "\\")}:
        return "line breaks and tabs become `\\n` and `\\t`"
    if schema.get("format") == "date-time":
        with suppress(ValueError, TypeError):
            if abs(_moment(expected) - _moment(found)) < timedelta(milliseconds=1):
                return "times lose their last digits"
    if isinstance(expected, (dict, list)) and isinstance(found, str):
        with suppress(ValueError, SyntaxError):
            if ast.literal_eval(found) == expected:
                return "objects become Python's notation"
    return "values change"


def _escaped(text: str, *kept: str) -> str:
    """Return a text as JSON escapes it, without quotation marks; what is KEPT is not escaped."""
    found = json.dumps(text, ensure_ascii=False)[1:-1]
    for character in kept:
        found = found.replace(f"\\{character}", character)
    return found


def is_same(expected: Any, found: Any, schema: Mapping[str, Any]) -> bool:  # noqa: ANN401
    """Return whether a value is what was emitted, in the way that a target has of holding it."""
    if isinstance(expected, (dict, list)):
        if isinstance(found, str):
            with suppress(ValueError):
                found = json.loads(found)
        if isinstance(found, list) and isinstance(expected, list):
            # An array of JSON texts.
            found = [
                json.loads(each) if isinstance(each, str) and not isinstance(own, str) else each
                for each, own in zip(found, expected, strict=False)
            ] + found[len(expected) :]
        return bool(found == expected)
    if isinstance(expected, bool):
        return found in {expected, str(expected), str(expected).lower()}
    if isinstance(expected, (int, float)):
        with suppress(ValueError, TypeError):
            return float(found) == expected
        return False
    if schema.get("format") == "date-time" and expected != found:
        with suppress(ValueError, TypeError):
            return _moment(expected) == _moment(found)
    return bool(expected == found)


def _moment(value: Any) -> datetime:  # noqa: ANN401
    """Return a time in UTC; one without a zone is taken for it."""
    if not isinstance(value, datetime):
        value = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    at: datetime = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
    return at.astimezone(timezone.utc)
