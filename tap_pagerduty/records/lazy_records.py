"""Lazy records: decoded on access, or passed through as bytes if a few fields are enough."""

from __future__ import annotations

import typing as t
from collections.abc import MutableMapping, Sequence
from operator import attrgetter

import msgspec
from singer_sdk.exceptions import FatalAPIError

from tap_pagerduty.records.json_text import check_depth, record_name, too_deep_message
from tap_pagerduty.records.plain_records import PlainRecords

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tap_pagerduty.records import Record

Schema = t.Mapping[str, t.Any]
Take = t.Callable[[msgspec.Raw], "Record"]

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

    It may if the decoded record would be emitted unchanged: all its properties are declared and
    of their declared types, its times are in UTC, it has a key, and it holds no secret that is
    to be left out. A secret that is a plain text is cut out of the encoded record.
    """

    def __init__(
        self, schema: Schema, names: Collection[str], *, include_secrets: bool = False
    ) -> None:
        """Take the stream's SCHEMA, and the NAMES of the properties to look at."""
        properties = schema["properties"]
        self._plain = PlainRecords(schema, include_secrets=include_secrets)
        self._names = frozenset(names)
        # A column that is a time is a text, and may be absent.
        times = [name for name in properties if properties[name].get("format") == "date-time"]
        self._keys = _values_of([*schema.get("required", ())])
        self._times = _values_of(times)

    def __call__(self, encoded: msgspec.Raw) -> Record:
        """Return the record, still encoded if it may be emitted as it came.

        Raises:
            FatalAPIError: it has to be decoded, and cannot be, or is nested too deep.
        """
        plain = self._plain
        try:
            seen = plain.decode(encoded)
        except (ValueError, RecursionError):
            plain.secrets_met = 0
            record = self.decoded(encoded)
            plain.learn(record)
            return record
        if plain.secrets_met:
            rest = plain.without_secrets(bytes(encoded))
            if rest is None:
                return self.decoded(encoded)
            encoded = msgspec.Raw(rest)
        for key in self._keys(seen):
            if not key:
                return self.decoded(encoded)
        for time in self._times(seen):
            if not time:
                if time == "":
                    return self.decoded(encoded)
            elif time[-1] != "Z":
                return self.decoded(encoded)
        # No dict, but it serves as one wherever streams use a record.
        return LazyRecord(encoded, seen, self._names)  # type: ignore[return-value]

    @staticmethod
    def decoded(encoded: msgspec.Raw) -> Record:
        """Return a record decoded.

        Raises:
            FatalAPIError: it cannot be decoded, or is nested too deep.
        """
        content = bytes(encoded)
        try:
            check_depth(content)
        except RecursionError:
            raise FatalAPIError(too_deep_message(record_name(content))) from None
        return decode_record(encoded)


class RecordList(Sequence["Record"]):
    """The records of a page, each decoded (or peeked into) when it is taken, and anew each time.

    So one at a time is made, written and forgotten while the processor has it at hand. Whole
    pages, several of them read ahead by other threads, would take a third more CPU.
    """

    def __init__(self, encoded: list[msgspec.Raw], take: Take | None = None) -> None:
        """Take the records as they came, and what makes a record of each: it decodes it if None."""
        self._encoded = encoded
        self._take = take or decode_record

    def joined(self, others: Iterable[RecordList]) -> RecordList:
        """Return these records and those of OTHERS in one list."""
        lists = [self, *others]
        same = all(each._take is self._take for each in lists)  # noqa: SLF001, its own kind
        encoded = [record for each in lists for record in each._encoded]  # noqa: SLF001
        return RecordList(encoded, self._take if same else None)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._encoded)

    def __iter__(self) -> t.Iterator[Record]:
        """Take one after another."""
        return map(self._take, self._encoded)

    def __getitem__(self, index: t.Any) -> t.Any:  # noqa: ANN401
        """Take one of them."""
        return self._take(self._encoded[index])


def _values_of(names: list[str]) -> t.Callable[[t.Any], tuple[t.Any, ...]]:
    """Return a function that takes the attributes of these NAMES from an object."""
    if not names:
        return lambda _: ()
    # Of a single name, attrgetter returns no tuple.
    return attrgetter(*names, names[0])
