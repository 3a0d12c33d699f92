"""Lazy records: decoded on access, or passed through as bytes if a few fields are enough."""

from __future__ import annotations

import typing as t
from collections.abc import MutableMapping, Sequence

import msgspec
from singer_sdk.exceptions import FatalAPIError

from tap_pagerduty.records.column_types import CONVERTED, adapter

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tap_pagerduty.records import Record

Schema = t.Mapping[str, t.Any]

_decode = msgspec.json.Decoder().decode


def decode_record(encoded: msgspec.Raw) -> Record:
    """Return a record of a list that has been taken apart.

    Raises:
        FatalAPIError: it is not in UTF-8, or holds a number beyond a float's range.
    """
    try:
        record: Record = _decode(encoded)
    except ValueError as error:
        msg = f"a record cannot be decoded ({error}); if it stays so, ask PagerDuty's support"
        raise FatalAPIError(msg) from None
    return record


class LazyRecord(MutableMapping[str, t.Any]):
    """A record as the API sent it, decoded once another property than a few is asked for.

    It behaves as the decoded record would, but is no `dict`: whoever writes it without
    knowing of it fails, and does not lose what is still encoded.
    """

    __slots__ = ("_decoded", "_encoded", "_names", "_seen")

    def __init__(self, encoded: msgspec.Raw, seen: Record, names: frozenset[str]) -> None:
        """Take the record, and those of its properties that have one of NAMES: what is SEEN."""
        self._encoded, self._seen, self._names = encoded, seen, names
        self._decoded: Record | None = None

    @property
    def content(self) -> msgspec.Raw | Record:
        """What to write: the record as it came, or what has become of it."""
        return self._encoded if self._decoded is None else self._decoded

    @property
    def _record(self) -> Record:
        if self._decoded is None:
            self._decoded = decode_record(self._encoded)
            self._names = frozenset()
        return self._decoded

    def get(self, name: str, default: t.Any = None) -> t.Any:  # noqa: ANN401
        """Return a property, or DEFAULT if the record lacks it."""
        return (self._seen if name in self._names else self._record).get(name, default)

    def __getitem__(self, name: str) -> t.Any:  # noqa: ANN401
        """Return a property."""
        return (self._seen if name in self._names else self._record)[name]

    def __setitem__(self, name: str, value: t.Any) -> None:  # noqa: ANN401
        """Set a property; it counts for what is written."""
        self._record[name] = value

    def __delitem__(self, name: str) -> None:
        """Remove a property; it is not written."""
        del self._record[name]

    def __iter__(self) -> Iterator[str]:
        """Return the names of the properties, in the order in which they came."""
        return iter(self._record)

    def __len__(self) -> int:
        """Return how many properties there are."""
        return len(self._record)

    def __repr__(self) -> str:
        """Return what stands for the record where nothing of it does."""
        return repr(self._record)


class FieldPeek:
    """Looks into an encoded record: at some properties, and whether it is as its schema says."""

    def __init__(self, schema: Schema, names: Collection[str]) -> None:
        """Take the stream's SCHEMA, and the NAMES of the properties to look at."""
        properties = schema["properties"]
        adapted = {name: kind for name in properties if (kind := _adapted_in(properties[name]))}
        kinds = {**adapted, **dict.fromkeys(names, t.Any)}
        self._see = msgspec.json.Decoder(_object_of(kinds)).decode
        self._names = frozenset(names)
        self._adapt = adapter(schema)

    def __call__(self, encoded: msgspec.Raw) -> Record:
        """Return the record, still encoded if nothing in it is to be adapted to the schema.

        Raises:
            FatalAPIError: it has to be decoded, and cannot be.
        """
        try:
            seen = self._see(encoded)
        except ValueError:  # what should hold a time is not of its documented type
            return decode_record(encoded)
        if self._adapt and self._adapt(seen):
            return decode_record(encoded)
        # No dict, but it serves as one wherever streams use a record.
        return t.cast("Record", LazyRecord(encoded, seen, self._names))


class RecordList(Sequence["Record"]):
    """The records of a page, each decoded (or peeked into) when it is taken, and anew each time.

    So one at a time is made, written and forgotten while the processor has it at hand. Whole
    pages, several of them read ahead by other threads, would take a third more CPU.
    """

    def __init__(self, encoded: list[msgspec.Raw], peek: FieldPeek | None) -> None:
        """Take the records as they came, and a PEEK if that is enough."""
        self._encoded = encoded
        self._take = peek or decode_record

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._encoded)

    def __iter__(self) -> t.Iterator[Record]:
        """Take one after another."""
        return map(self._take, self._encoded)

    def __getitem__(self, index: t.Any) -> t.Any:  # noqa: ANN401
        """Take one of them."""
        return self._take(self._encoded[index])


def _adapted_in(schema: Schema) -> t.Any:  # noqa: ANN401, a type that is made here
    """Return the type as which msgspec decodes what `adapter` looks at, and skips the rest.

    None if there is nothing of it in the value.
    """
    if schema.get("format") == "date-time" or schema.get(CONVERTED):
        return t.Any
    if "items" in schema:
        kind = _adapted_in(schema["items"])
        return kind and list[kind] | None  # type: ignore[valid-type]
    kinds = {
        name: kind
        for name, field in schema.get("properties", {}).items()
        if (kind := _adapted_in(field))
    }
    return _object_of(kinds) | None if kinds else None


def _object_of(kinds: Mapping[str, t.Any]) -> t.Any:  # noqa: ANN401
    """Return the type of an object of which these properties are decoded, if it has them."""
    return t.TypedDict("_Object", dict(kinds), total=False)  # type: ignore[operator]
