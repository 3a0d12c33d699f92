"""A catalog as people have it: what it says of a stream, and what it leaves out of records."""

from __future__ import annotations

import logging
import re
import typing as t

from singer_sdk.singerlib import Schema
from singer_sdk.singerlib.catalog import (
    REPLICATION_FULL_TABLE,
    REPLICATION_INCREMENTAL,
    Metadata,
    StreamMetadata,
)

from tap_pagerduty.records.findings import UNDOCUMENTED

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from singer_sdk import Stream
    from singer_sdk.singerlib.catalog import Catalog, CatalogEntry, SelectionMask

    from tap_pagerduty.records import Record

# Properties to leave out, by name; each with those inside it, or with none if all of it is.
LeftOut = dict[str, "LeftOut"]

# Names in a line, so that it stays one.
_NAMED = 10


def check_catalog(catalog: t.Any) -> None:  # noqa: ANN401, any JSON value
    """Return if a CATALOG, decoded from JSON, is one.

    Raises:
        ValueError: it is not; says why.
    """
    if not isinstance(catalog, dict) or not isinstance(catalog.get("streams"), list):
        msg = "it must be an object with a list `streams`, as `--discover` writes it"
        raise ValueError(msg)  # noqa: TRY004, not a caller's mistake
    for entry in catalog["streams"]:
        if not isinstance(entry, dict) or not isinstance(entry.get("tap_stream_id"), str):
            msg = "a stream in it has no `tap_stream_id`"
            raise ValueError(msg)  # noqa: TRY004
        metadata = entry.get("metadata", [])
        if not isinstance(entry.get("schema", {}), dict) or not (
            isinstance(metadata, list) and all(map(_is_metadata, metadata))
        ):
            msg = f"`schema` or `metadata` of {entry['tap_stream_id']} is malformed"
            raise ValueError(msg)


def _is_metadata(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("breadcrumb"), list)
        and isinstance(entry.get("metadata"), dict)
    )


def check_streams(catalog: Catalog, streams: Mapping[str, Stream]) -> None:
    """Return if a CATALOG has any of the STREAMS, or is empty.

    Raises:
        ValueError: all that it has are others; names them.
    """
    if catalog and not catalog.keys() & streams.keys():
        found = _named(sorted(catalog))
        msg = f"this version has no stream of it ({found}); write it again with --discover"
        raise ValueError(msg)


def fit_entry(entry: CatalogEntry, stream: Stream) -> None:
    """Bring a catalog's ENTRY, in place, to what its STREAM can do.

    Keys are always kept, and so is the replication key. A replication key or method that the
    stream does not have is ignored: the SDK would fail at the first record.
    """
    declared = stream.schema["properties"]
    if not entry.schema.properties:
        entry.schema = Schema.from_dict(stream.schema)
    properties: dict[str, Schema] = entry.schema.properties or {}
    # The SDK reads a stream without metadata, but none of its fields.
    root = t.cast("StreamMetadata", entry.metadata.setdefault((), StreamMetadata(selected=True)))

    key = stream.replication_key
    entry.replication_key = root.replication_key = key
    methods = {REPLICATION_FULL_TABLE, *([REPLICATION_INCREMENTAL] if key else [])}
    if entry.replication_method not in methods:
        entry.replication_method = None
    if root.forced_replication_method not in methods:
        root.forced_replication_method = None

    entry.key_properties = list(
        entry.key_properties or root.table_key_properties or stream.primary_keys
    )
    for name in filter(None, (*stream.primary_keys, key)):
        properties.setdefault(name, Schema.from_dict(declared[name]))
        entry.metadata["properties", name].inclusion = Metadata.InclusionType.AUTOMATIC


def left_out(
    declared: Mapping[str, t.Any],
    kept: Mapping[str, t.Any],
    mask: SelectionMask,
    breadcrumb: tuple[str, ...] = (),
) -> LeftOut:
    """Return which properties that a stream's schema DECLARED a catalog leaves out, at any depth.

    These are the ones that its schema, KEPT, lacks, and those that the MASK deselects. An object
    of which it names no property is kept with all of them.
    """
    found: LeftOut = {}
    columns = kept.get("properties")
    for name, field in declared.get("properties", {}).items():
        place = (*breadcrumb, "properties", name)
        if not mask[place] or (columns and name not in columns):
            found[name] = {}
            continue
        shown = columns[name] if columns else {}
        if inner := left_out(field.get("items", field), shown.get("items", shown), mask, place):
            found[name] = inner
    return found


class Trimming:
    """Removes from records what the catalog leaves out."""

    def __init__(self, properties: LeftOut) -> None:
        """Take the PROPERTIES to leave out."""
        self._properties = properties
        self._paths = list(_paths(properties))

    def __bool__(self) -> bool:
        """Return whether there is anything to leave out."""
        return bool(self._properties)

    def __call__(self, record: Record) -> None:
        """Trim a RECORD, in place; what is inside its values is copied, as others may use it."""
        for name, inner in self._properties.items():
            if not inner:
                record.pop(name, None)
            elif name in record:
                record[name] = _without(record[name], inner)
        if aside := record.get(UNDOCUMENTED):
            aside = {path: value for path, value in aside.items() if not self._hides(path)}
            record[UNDOCUMENTED] = aside or None

    def _hides(self, path: str) -> bool:
        """Return whether a value that was put aside is, or has in it, what is left out."""
        path = re.sub(r"\.\d+(?=\.|$)", "", path)
        return any(
            f"{path}.".startswith(f"{each}.") or each.startswith(f"{path}.") for each in self._paths
        )


def _paths(properties: LeftOut, prefix: str = "") -> Iterator[str]:
    for name, inner in properties.items():
        if inner:
            yield from _paths(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _without(value: t.Any, properties: LeftOut) -> t.Any:  # noqa: ANN401, any JSON value
    if isinstance(value, list):
        return [_without(item, properties) for item in value]
    if isinstance(value, dict):
        return {
            name: _without(field, properties[name]) if name in properties else field
            for name, field in value.items()
            if properties.get(name, True)
        }
    return value


# A line for the log, with its level.
Line = tuple[int, str]


def gone_and_new(catalog: Catalog | None, streams: Mapping[str, Stream]) -> Iterator[Line]:
    """Yield what to say of the streams that a CATALOG selects in vain, and those that it lacks."""
    if catalog is None:
        return
    gone = sorted(
        name
        for name in catalog.keys() - streams.keys()
        if catalog[name].metadata.resolve_selection().get((), True)
    )
    if gone:
        line = f"This version has no {_streams(gone)}, which the catalog selects; nothing is read"
        yield logging.WARNING, f"{line} for {_it(gone)}."
    if new := sorted(streams.keys() - catalog.keys()):
        yield (
            logging.INFO,
            f"The catalog lacks {_named(new)}, which this version has; --discover adds {_it(new)}.",
        )


def unknown_bookmarks(bookmarks: Iterable[str], streams: Iterable[str]) -> Iterator[Line]:
    """Yield what to say of the BOOKMARKS, by stream, of what is none of the STREAMS."""
    if unknown := sorted({*bookmarks} - {*streams}):
        yield (
            logging.INFO,
            f"This version has no {_streams(unknown)}, whose bookmark the state has; it is kept.",
        )


def _streams(names: Sequence[str]) -> str:
    return f"stream{'s' if len(names) > 1 else ''} {_named(names)}"


def _it(names: Sequence[str]) -> str:
    return "them" if len(names) > 1 else "it"


def _named(names: Sequence[str]) -> str:
    """Return NAMES in words; of very many, the first of them and how many others there are."""
    others = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {others} others" if others > 0 else "")
