"""Where ids lead: the references that the streams declare in their schemas."""

from __future__ import annotations

import typing as t

from tap_pagerduty.streams.common import REFERS_TO

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_pagerduty.sync.client import PagerDutyStream


class Reference(t.NamedTuple):
    """An id in the records of a stream: its path, `[]` after lists; the streams it is of."""

    path: str
    targets: tuple[str, ...]
    # Whether it may be null or missing, and whether a record may have several.
    optional: bool
    several: bool


def references(stream: PagerDutyStream | type[PagerDutyStream]) -> list[Reference]:
    """Return the references of a stream, in the order of its properties."""
    return list(_within(t.cast("dict[str, t.Any]", stream.schema)))


def _within(
    schema: dict[str, t.Any], path: str = "", *, optional: bool = False, several: bool = False
) -> Iterator[Reference]:
    optional = optional or "null" in schema.get("type", ())
    if "items" in schema:
        path, several = f"{path}[]", True
    if REFERS_TO in schema:
        yield Reference(path, tuple(schema[REFERS_TO]), optional, several)
    inner = schema.get("items", schema)
    for name, each in inner.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        yield from _within(each, below, optional=optional, several=several)
