"""Which records may be emitted as they came: told while msgspec decodes them, at its speed."""

from __future__ import annotations

import typing as t
from collections import defaultdict
from functools import lru_cache

import msgspec

from tap_pagerduty.records.json_text import is_deeper
from tap_pagerduty.records.secrets import (
    PAIR_VALUES,
    holds_secret,
    is_secret,
    without_plain_secrets,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_pagerduty.records import Record

Schema = t.Mapping[str, t.Any]

# Levels: a free-form value that is nested deeper is decoded and checked as a whole.
_MAX_LEVELS = 50
# Undeclared properties inside of objects that a stream's records may have and stay encoded.
_MAX_LEARNED = 200
# Records that are refused before the type is made anew, which takes as long as decoding some.
_REFUSED = 30


class _Time(str):
    """A time inside of an object; accepted in UTC."""

    __slots__ = ()


class _PairName(str):
    """The name in {"name": ..., "value": ...}; accepted if it is not a secret's."""

    __slots__ = ()


class _Secret:
    """A secret; accepted if it can be cut out of the encoded record."""

    __slots__ = ()


class _Object:
    """A free-form object; accepted without a secret."""

    __slots__ = ()


class _Value:
    """Any JSON value but null; accepted without a secret."""

    __slots__ = ()


_ACCEPTED: dict[type, t.Any] = {
    kind: kind() for kind in (_Time, _PairName, _Secret, _Object, _Value)
}
_SCALARS: dict[str, t.Any] = {
    "string": str,
    "integer": int,
    "number": int | float,
    "boolean": bool,
}
_NULL = type(None)
# Of undeclared properties; one that has values of several types is learned as any value.
_LEARNED_TYPES: dict[type, t.Any] = {
    str: str,
    bool: bool,
    int: int | float,
    float: int | float,
    _NULL: _NULL,
}


class PlainRecords:
    """Decodes a record if the decoded one would be emitted unchanged, and refuses it otherwise.

    The type that msgspec decodes has every declared property, each of its declared type, and no
    other: so each name and value of a record is checked, whatever depth it stands at.
    Undeclared properties inside of objects are learned from the records that were refused, and
    then accepted with values of the same type. Secrets in declared objects are accepted, and have
    to be removed: see `secrets_met`.

    It does not check the times and keys among a record's own properties.
    """

    def __init__(self, schema: Schema, *, include_secrets: bool) -> None:
        """Take the stream's SCHEMA, and whether secrets are emitted."""
        self._schema, self._include_secrets = schema, include_secrets
        # By the path of an object, the undeclared properties that it may have, and of what type.
        self._learned: dict[str, dict[str, t.Any]] = defaultdict(dict)
        self._is_outdated, self._refused = False, 0
        # The secrets in the records decoded since it was last set to 0, and their names.
        self.secrets_met = 0
        self._secret_names: set[str] = set()
        self.decode = self._decoder()

    def without_secrets(self, encoded: bytes) -> bytes | None:
        """Return an encoded record without the `secrets_met`, which is set to 0.

        None if one cannot be cut out.
        """
        met, self.secrets_met = self.secrets_met, 0
        rest, count = without_plain_secrets(encoded, self._secret_names)
        return rest if count == met else None

    def learn(self, record: Record) -> None:
        """Learn from a RECORD that was refused, and has been decoded otherwise."""
        self._refused += 1
        if sum(map(len, self._learned.values())) < _MAX_LEARNED:
            self._look_for_undeclared(self._schema, record, "")
        if self._is_outdated and self._refused >= _REFUSED:
            self.decode = self._decoder()
            self._is_outdated, self._refused = False, 0

    def _look_for_undeclared(self, schema: Schema, value: t.Any, path: str) -> None:  # noqa: ANN401
        if type(value) is list:
            for each in value:
                self._look_for_undeclared(schema.get("items", {}), each, path)
        elif type(value) is dict and (declared := schema.get("properties")):
            for name, each in value.items():
                if name in declared:
                    self._look_for_undeclared(declared[name], each, f"{path}.{name}")
                # Those of the record itself go into a column of their own.
                elif path and _can_be_learned(name):
                    self._learn_property(self._learned[path], name, each)

    def _learn_property(self, learned: dict[str, t.Any], name: str, value: t.Any) -> None:  # noqa: ANN401
        """Learn that an undeclared property may have the type of this VALUE."""
        kind = _LEARNED_TYPES.get(type(value), _Value)
        known = learned.get(name, _NULL)
        if name in learned and kind in {known, _NULL}:
            return
        learned[name] = kind if known is _NULL else _Value
        self._is_outdated = True

    def _decoder(self) -> t.Callable[[msgspec.Raw], t.Any]:
        """Return what decodes a record to a struct, and raises ValueError if it is refused."""
        fields = self._fields(self._schema["properties"], "")
        for name, schema in self._schema["properties"].items():
            if schema.get("format") == "date-time":
                fields[name] = str  # whoever reads the record looks at it
        return msgspec.json.Decoder(_struct(tuple(fields.items())), dec_hook=self._accept).decode

    def _fields(self, properties: Mapping[str, Schema], path: str) -> dict[str, t.Any]:
        fields = {name: self._type(schema, f"{path}.{name}") for name, schema in properties.items()}
        fields.update(sorted(self._learned.get(path, {}).items()))
        if not self._include_secrets:
            secret = list(filter(is_secret, fields))
            self._secret_names.update(secret)
            fields.update(dict.fromkeys(secret, _Secret))
        if "name" in fields and fields.keys() & {*PAIR_VALUES} and not self._include_secrets:
            fields["name"] = _PairName
        return fields

    def _type(self, schema: Schema, path: str) -> t.Any:  # noqa: ANN401, a type made here
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
        if len(kinds) != 1:
            return _Value
        (kind,) = kinds
        if kind == "array":
            return list.__class_getitem__(self._type(schema.get("items", {}), path))
        if kind == "object":
            properties = schema.get("properties")
            if not properties:
                return _Object
            return _struct(tuple(self._fields(properties, path).items()))
        return _Time if schema.get("format") == "date-time" else _SCALARS[kind]

    def _accept(self, kind: type, value: t.Any) -> t.Any:  # noqa: ANN401, any JSON value
        """Return the instance of a KIND above if a value is accepted for it."""
        if kind is _Time:
            accepted = type(value) is str and value[-1:] == "Z"
        elif kind is _PairName:
            accepted = type(value) is str and not is_secret(value)
        elif kind is _Secret:
            accepted = type(value) is str or value is None
            self.secrets_met += 1
        elif type(value) is dict or (type(value) is list and kind is _Value):
            accepted = not is_deeper(value, _MAX_LEVELS) and (
                self._include_secrets or not holds_secret(value)
            )
        else:
            accepted = kind is _Value and value is not None
        if not accepted:
            raise ValueError
        return _ACCEPTED[kind]


def _can_be_learned(name: str) -> bool:
    return name.isidentifier() and name.isascii() and not name.startswith("__")


@lru_cache(maxsize=1024)
def _struct(fields: tuple[tuple[str, t.Any], ...]) -> type[msgspec.Struct]:
    """Return the type of an object of these properties and no others; each may be null."""
    optional = [
        # A null, too, is to be removed.
        (name, kind | msgspec.UnsetType | (kind if kind is _Secret else None), msgspec.UNSET)
        for name, kind in fields
    ]
    return msgspec.defstruct("_Plain", optional, forbid_unknown_fields=True, gc=False)
