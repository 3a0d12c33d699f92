"""What is done to a record by the paths of its properties."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, MutableMapping

if t.TYPE_CHECKING:
    from tap_pagerduty.records import Record


def dig(record: Record, path: str) -> t.Any:  # noqa: ANN401, any JSON value
    """Return the property at a dotted PATH, or None where there is none."""
    value: t.Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def leave_out(value: t.Any, path: str) -> None:  # noqa: ANN401, any JSON value
    """Remove the property at a dotted PATH, in each element of the lists on the way."""
    if isinstance(value, list):
        for element in value:
            leave_out(element, path)
    elif isinstance(value, MutableMapping):
        name, _, rest = path.partition(".")
        if rest:
            leave_out(value.get(name), rest)
        else:
            value.pop(name, None)
