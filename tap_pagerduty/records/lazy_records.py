"""Lazy records: decoded on access, or passed through as bytes if a few fields are enough."""

from __future__ import annotations

import typing as t
from collections.abc import MutableMapping, Sequence
from copy import copy
from functools import cached_property
from operator import attrgetter

import msgspec
from singer_sdk.exceptions import FatalAPIError

from tap_pagerduty.records.json_text import record_name
from tap_pagerduty.records.secrets import may_hold_keys
from tap_pagerduty.records.timestamps import normaliser

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tap_pagerduty.records import Record

Schema = t.Mapping[str, t.Any]

_decode = msgspec.json.Decoder().decode


def decode_record(encoded: msgspec.Raw) -> Record:
    """Return a record of a list that has been taken apart.

    Raises:
        FatalAPIError: it is neither object nor text, is not in UTF-8, holds a number beyond a
            float's range, or is nested too deep.
    """
    try:
        record: Record = _decode(encoded)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        msg = (
            f"{record_name(bytes(encoded))} cannot be decoded ({why}); if it stays so, ask "
            "PagerDuty's support"
        )
        raise FatalAPIError(msg) from None
    if type(record) not in {dict, str}:  # the abilities are texts
        msg = "a record is not an object; if it stays so, ask PagerDuty's support"
        raise FatalAPIError(msg)
    return record


class LazyRecord(MutableMapping[str, t.Any]):
    """A record as the API sent it, decoded once another property than a few is asked for.

    It behaves as the decoded record would, but is no `dict`: whoever writes it without
    knowing of it fails, and does not lose what is still encoded.
    """

    __slots__ = ("_decoded", "_encoded", "_names", "_seen")

    def __init__(self, encoded: msgspec.Raw, seen: msgspec.Struct, names: frozenset[str]) -> None:
        """Take the record, and what is SEEN of it: at least the properties of these NAMES."""
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
        if name not in self._names:
            return self._record.get(name, default)
        value = getattr(self._seen, name, msgspec.UNSET)
        return default if value is msgspec.UNSET else value

    def __getitem__(self, name: str) -> t.Any:  # noqa: ANN401
        """Return a property."""
        if name not in self._names:
            return self._record[name]
        if (value := getattr(self._seen, name, msgspec.UNSET)) is msgspec.UNSET:
            raise KeyError(name)
        return value

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
    """Looks into an encoded record: at some properties, and whether it may stay as it is.

    It may if its properties are all declared, each of its declared type, its times are in UTC,
    it has a key, and it holds no secret that is to be left out. Inside of objects, only times
    are looked at, and objects without declared properties are read whole.
    """

    def __init__(
        self, schema: Schema, names: Collection[str], *, include_secrets: bool = False
    ) -> None:
        """Take the stream's SCHEMA, and the NAMES of the properties to look at."""
        properties = schema["properties"]
        self._see = msgspec.json.Decoder(_record_type(properties)).decode
        self._names = frozenset(names)
        keys = [*schema.get("required", ())]
        # A column that is a time is a text, and may be absent.
        times = [name for name in properties if properties[name].get("format") == "date-time"]
        nested = {name: visit for name in properties if (visit := normaliser(properties[name]))}
        self._keys, self._times = _values_of(keys), _values_of(times)
        self._nested, self._normalise = _values_of(list(nested)), list(nested.values())
        self._include_secrets = include_secrets

    def for_page(self, content: bytes) -> FieldPeek:
        """Return what peeks into the records of a page: it looks for secrets only if need be."""
        if self._include_secrets or may_hold_keys(content):
            return self
        return self._without_search

    @cached_property
    def _without_search(self) -> FieldPeek:
        peek = copy(self)
        peek._include_secrets = True  # noqa: SLF001, its own kind
        return peek

    def __call__(self, encoded: msgspec.Raw) -> Record:
        """Return the record, still encoded if it may be emitted as it came.

        Raises:
            FatalAPIError: it has to be decoded, and cannot be.
        """
        try:
            seen = self._see(encoded)
        except (ValueError, RecursionError):  # it is not as the schema says
            return decode_record(encoded)
        if not self._may_stay(seen) or (
            not self._include_secrets and may_hold_keys(bytes(encoded))
        ):
            return decode_record(encoded)
        # No dict, but it serves as one wherever streams use a record.
        return t.cast("Record", LazyRecord(encoded, seen, self._names))

    def _may_stay(self, seen: msgspec.Struct) -> bool:
        if not all(self._keys(seen)):
            return False
        for time in self._times(seen):
            if time and time[-1] != "Z":
                return False
        for value, normalise in zip(self._nested(seen), self._normalise, strict=True):
            if value and normalise(value):
                return False
        return True


class RecordList(Sequence["Record"]):
    """The records of a page, each decoded (or peeked into) when it is taken, and anew each time.

    So one at a time is made, written and forgotten while the processor has it at hand. Whole
    pages, several of them read ahead by other threads, would take a third more CPU.
    """

    def __init__(self, encoded: list[msgspec.Raw], peek: FieldPeek | None = None) -> None:
        """Take the records as they came, and a PEEK if that is enough."""
        self._encoded = encoded
        self._peek = peek
        self._take = peek or decode_record

    def joined(self, others: Iterable[RecordList]) -> RecordList:
        """Return these records and those of OTHERS in one list."""
        lists = [self, *others]
        same = all(each._peek is self._peek for each in lists)  # noqa: SLF001, its own kind
        encoded = [record for each in lists for record in each._encoded]  # noqa: SLF001
        return RecordList(encoded, self._peek if same else None)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._encoded)

    def __iter__(self) -> t.Iterator[Record]:
        """Take one after another."""
        return map(self._take, self._encoded)

    def __getitem__(self, index: t.Any) -> t.Any:  # noqa: ANN401
        """Take one of them."""
        return self._take(self._encoded[index])


def _record_type(properties: Mapping[str, Schema]) -> type[msgspec.Struct]:
    """Return the type of a record with these PROPERTIES, each as declared, and no others."""
    fields = [
        (name, _type_of(schema) | msgspec.UnsetType, msgspec.UNSET)
        for name, schema in properties.items()
    ]
    return msgspec.defstruct("_Record", fields, forbid_unknown_fields=True, gc=False)


def _values_of(names: list[str]) -> t.Callable[[t.Any], tuple[t.Any, ...]]:
    """Return a function that takes the attributes of these NAMES from an object."""
    if not names:
        return lambda _: ()
    if len(names) == 1:
        (name,) = names
        return lambda value: (getattr(value, name),)
    return attrgetter(*names)


class _Object(msgspec.Struct, gc=False):
    """An object of which nothing is read."""


_SCALARS: dict[str, t.Any] = {
    "null": None,
    "string": str,
    "integer": int,
    "number": int | float,
    "boolean": bool,
}


def _type_of(schema: Schema) -> t.Any:  # noqa: ANN401, a type that is made here
    """Return the type as which msgspec reads a value of this SCHEMA, and skips what it can."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if len(kinds) not in {1, 2}:  # any JSON value
        return t.Any
    return t.Union[tuple(_kind_type(kind, schema) for kind in kinds)]  # noqa: UP007, made here


def _kind_type(kind: str, schema: Schema) -> t.Any:  # noqa: ANN401, a type that is made here
    if kind == "array":
        return list.__class_getitem__(_type_of(schema.get("items", {})))
    return _object_type(schema) if kind == "object" else _SCALARS[kind]


def _object_type(schema: Schema) -> t.Any:  # noqa: ANN401, a type that is made here
    """Return the type of an object of which msgspec reads the times and the free-form parts."""
    properties = schema.get("properties", {})
    if not properties:
        return dict
    read = {name: _type_of(field) for name, field in properties.items() if _is_read(field)}
    if not read:
        return _Object
    return t.TypedDict("_Read", read, total=False)  # type: ignore[operator]


def _is_read(schema: Schema) -> bool:
    """Return whether there is a time in a value of this SCHEMA, or a free-form part."""
    if schema.get("format") == "date-time":
        return True
    kinds = schema.get("type", [])
    if len(kinds) > 2 or ("object" in kinds and not schema.get("properties")):  # noqa: PLR2004
        return True
    if "items" in schema:
        return _is_read(schema["items"])
    return any(map(_is_read, schema.get("properties", {}).values()))
