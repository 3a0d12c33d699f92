"""The diagrams of the tables and their keys, in Mermaid."""

from __future__ import annotations

import typing as t

from docs.references import references

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from docs.references import Reference
    from tap_pagerduty.sync.client import PagerDutyStream

HEADER = """\
# Tables and their keys

Written by `python -m docs.generate`, from what the streams declare. There is a table for each
stream, of the same name. `PK` marks the columns of a table's key, `FK` an id or a reference: the
last column names the table that its `id` leads to. Lines are drawn within an area only; on one is
the path of a reference that stands deeper in the record. The [columns of each stream](streams.md)
have all.

An id may lead nowhere: to a user who is deleted, to an incident before `start_date`, to what is in
no stream (an account, an app). Where it may lead to several tables, `type` says which.
"""


def page(areas: dict[str, list[PagerDutyStream]]) -> str:
    """Return the page of the diagrams, one for each area."""
    parts = [HEADER]
    for area, streams in areas.items():
        parts.append(f"## {area}\n\n```mermaid\n{diagram(streams)}\n```\n")
    return "\n".join(parts)


def diagram(streams: list[PagerDutyStream]) -> str:
    """Return the diagram of an area's streams."""
    tables, lines = [], []
    for stream in streams:
        found = references(stream)
        attributes = "\n".join(f"        {each}" for each in _attributes(stream, found))
        tables.append(f"    {stream.name} {{\n{attributes}\n    }}")
        for target in streams:
            leading = [each for each in found if target.name in each.targets]
            if leading:
                lines.append(f"    {stream.name} {_line(stream, leading, target.name)}")
    # From left to right, a diagram of as many lines would get too wide for its height.
    direction = "TB" if len(lines) > len(tables) else "LR"
    return "\n".join(["erDiagram", f"    direction {direction}", *tables, *lines])


def _attributes(stream: PagerDutyStream, found: list[Reference]) -> Iterator[str]:
    """Yield the columns that are part of the key, or lead to another table."""
    leading = {_leader(each): each for each in found if each.path not in stream.columns.values()}
    for name, schema in stream.schema["properties"].items():
        marks = ["PK"] * (name in stream.primary_keys) + ["FK"] * (name in leading)
        if not marks:
            continue
        kind = "time" if "format" in schema else "text"
        note = ""
        if name in leading:
            note = f' "{", ".join(leading[name].targets)}"'
            if leading[name].path != name:
                kind = "references" if leading[name].several else "reference"
        yield f"{kind} {name} {', '.join(marks)}{note}"


def _line(stream: PagerDutyStream, found: list[Reference], target: str) -> str:
    """Return the line to a table, for the columns that lead there, or else for what is deeper."""
    columns = [each for each in found if "." not in _leader(each)]
    shown = columns or found
    many = "o{" if any(each.several for each in shown) else "o|" if shown[0].optional else "||"
    one = "|o" if (shown[0].path,) == tuple(stream.primary_keys) else "}o"
    return f'{one}--{many} {target} : "{"" if columns else _leader(found[0])}"'


def _leader(reference: Reference) -> str:
    """Return the path of what leads: the reference, or the id if it stands alone."""
    return reference.path.replace("[]", "").removesuffix(".id")
