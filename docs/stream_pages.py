"""The pages of an area's streams, with every column."""

from __future__ import annotations

import inspect
import typing as t

from docs.references import Reference, references
from docs.stream_facts import cost, endpoint, keys, links, needs, replication, table
from tap_pagerduty.streams.common import reference_fields
from tap_pagerduty.sync.child import ChildStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_pagerduty.sync.client import PagerDutyStream

TYPES = {
    "array": "list",
    "boolean": "yes or no",
    "integer": "whole number",
    "number": "number",
    "object": "object",
    "string": "text",
}
PLURALS = {"integer": "whole numbers", "object": "objects", "string": "texts"}
REFERENCE = [each.name for each in reference_fields(None)]


def page(area: str, streams: Iterable[PagerDutyStream]) -> str:
    """Return the page of an area's streams."""
    parts = [f"# {area}\n\n[How to read this page](../streams.md#columns)"]
    parts.extend(_section(stream) for stream in streams)
    return "\n\n".join(parts) + "\n"


def _section(stream: PagerDutyStream) -> str:
    facts = {
        "Key": keys(stream),
        "Replication": replication(stream),
        "Endpoint": endpoint(stream),
        "Needs": needs(stream),
        "Child of": links([stream.parent.name]) if isinstance(stream, ChildStream) else "",  # type: ignore[misc]
        "Requests": cost(stream),
        "Selected by default": "yes" if stream.selected_by_default else "no",
    }
    lines = "\n".join(f"- **{name}**: {fact}" for name, fact in facts.items() if fact)
    targets = {each.path.replace("[]", ""): each for each in references(stream)}
    rows = [
        (f"`{path}`{' (key)' if path in stream.primary_keys else ''}", kind, meaning)
        for path, kind, meaning in _columns(stream.schema, targets)
    ]
    purpose = inspect.cleandoc(type(stream).__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return "\n\n".join(
        (
            f"## {stream.name}",
            purpose,
            lines,
            table(("Column", "Type", "Meaning"), rows),
        )
    )


def _columns(
    schema: dict[str, t.Any], targets: dict[str, Reference], prefix: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Yield path, type and meaning of each property, those within objects after them."""
    for name, each in schema["properties"].items():
        path = f"{prefix}{name}"
        inner = each.get("items", each)
        within = inner.get("properties", {})
        is_reference = list(within)[: len(REFERENCE)] == REFERENCE
        kind = _kind(each)
        if is_reference:
            kind = "references" if "items" in each else "reference"
            within = dict(list(within.items())[len(REFERENCE) :])
        leads = targets.get(f"{path}.id" if is_reference else path)
        to = f" → {links(leads.targets)}" if leads else ""
        yield path, kind, each["description"] + to
        yield from _columns({"properties": within}, targets, f"{path}.")


def _kind(schema: dict[str, t.Any]) -> str:
    names = _types(schema)
    if len(names) == len(TYPES) - 1:
        return "anything"
    if schema.get("format") == "date-time":
        return "time (UTC)"
    if names == ["array"]:
        inner = _types(schema["items"])
        return f"list of {PLURALS[inner[0]]}" if len(inner) == 1 else "list"
    return " or ".join(TYPES[name] for name in names)


def _types(schema: dict[str, t.Any]) -> list[str]:
    types = schema["type"]
    return [name for name in ([types] if isinstance(types, str) else types) if name != "null"]
