"""Personal data in records: kept, replaced by pseudonyms, or left out."""

from __future__ import annotations

import hashlib
import hmac
import re
import typing as t

from tap_pagerduty.records.findings import UNDOCUMENTED

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_pagerduty.records import Record

Schema = t.Mapping[str, t.Any]
# Returns what stands for a text; None to leave it out.
Replace = t.Callable[[str], "str | None"]

KEEP, PSEUDONYMIZE, OMIT = "keep", "pseudonymize", "omit"

# Where a property's schema has this keyword, it is personal: `ALWAYS`, or if the object around it
# is of the type of a user. The SDK leaves the keyword out of catalogs.
PERSONAL = "x-personal"
ALWAYS, OF_A_USER = "always", "of a user"

# Characters of a pseudonym: 80 bits, so that two persons do not share one.
_LENGTH = 20
# The types of objects that are, or refer to, a person.
_USER_TYPE = re.compile(r"(?:\w+_)?user(?:_reference|_member)?", re.IGNORECASE)
# Of these, the properties that say who it is.
_OF_USERS = frozenset(
    ("summary", "name", "email", "avatar_url", "first_name", "last_name", "description")
)
# Properties that are personal in any object, also in one that no schema declares.
_NAMES = re.compile(
    r"e_?mail|(?:e_?mail|postal|street|ip|remote)_address|user_e_?mail|phone(?:_number)?"
    r"|avatar_url|first_name|last_name|full_name|user_names?|remote_ip|\w+_user_names?",
    re.IGNORECASE,
)
# Where a property and its values stand apart, as in `{"name": "email", "value": …}`.
_PAIR_VALUES = ("value", "before_value", "old_value", "new_value")


def replacement(mode: str, key: str) -> Replace | None:
    """Return what replaces a personal text in a MODE; None if it is kept.

    A pseudonym is a keyed hash (HMAC-SHA-256) of the text without blanks around it, and in lower
    case: the same text has the same one in all streams and runs with the same KEY.
    """
    if mode == OMIT:
        return lambda _: None
    if mode == PSEUDONYMIZE:
        secret = key.encode()

        def pseudonym(text: str) -> str:
            digest = hmac.new(secret, text.strip().lower().encode(), hashlib.sha256).hexdigest()
            return f"p_{digest[:_LENGTH]}"

        return pseudonym
    return None


class PersonalData:
    """Replaces what is personal in the records of a stream."""

    def __init__(self, schema: Schema, replace: Replace) -> None:
        """Take the stream's SCHEMA, whose marks count, and what to REPLACE a text by."""
        self._marks = _marks(schema)
        self._replace = replace

    def __call__(self, record: Record) -> None:
        """Replace what is personal in a RECORD, in place, at any depth.

        That is what the schema marks; in objects of the type of a user, what says who it is; and
        what a property's name shows to be personal.
        """
        self._walk(record, self._marks, of_users=False)
        aside = record.get(UNDOCUMENTED) or {}
        for path, value in aside.items():
            name = path.rpartition(".")[2]
            if _NAMES.fullmatch(name) or (name == path in _OF_USERS and _is_user(record)):
                aside[path] = self._replaced(value)

    def _walk(self, value: t.Any, marks: Mapping[str, t.Any], *, of_users: bool) -> None:  # noqa: ANN401
        """Go through a value with the MARKS of its schema; OF_USERS: it is about a user."""
        if type(value) is list:
            for each in value:
                self._walk(each, marks, of_users=of_users)
            return
        if type(value) is not dict:
            return
        is_user = _is_user(value)
        of_users = of_users or any(map(_is_user, value.values()))
        for name in value:
            mark = marks.get(name)
            if (
                mark == ALWAYS
                or (is_user and name in _OF_USERS)
                or (mark == OF_A_USER and "type" not in value)
                or _NAMES.fullmatch(name)
            ):
                value[name] = self._replaced(value[name])
            else:
                inner = mark if isinstance(mark, dict) else {}
                self._walk(value[name], inner, of_users=of_users)
        if _is_personal_pair(value, of_users=of_users):
            for name in _PAIR_VALUES:
                if name in value:
                    value[name] = self._replaced(value[name])

    def _replaced(self, value: t.Any) -> t.Any:  # noqa: ANN401, any JSON value
        if type(value) is str:
            return self._replace(value) if value else value
        if type(value) is list:
            return [each for each in map(self._replaced, value) if each is not None]
        if type(value) is dict:
            return {name: self._replaced(each) for name, each in value.items()}
        return value


def columns(schema: Schema) -> Iterator[str]:
    """Yield the paths of what a SCHEMA marks as personal, for a page of the documents."""

    def walk(marks: Mapping[str, t.Any], prefix: str) -> Iterator[str]:
        for name, mark in marks.items():
            if isinstance(mark, str):
                yield prefix + name
            else:
                yield from walk(mark, f"{prefix}{name}.")

    yield from walk(_marks(schema), "")


def _marks(schema: Schema) -> dict[str, t.Any]:
    """Return the marks of a schema's properties by name, inside of objects and lists as well."""
    found: dict[str, t.Any] = {}
    for name, field in schema.get("properties", {}).items():
        inner = field.get("items", field)
        if mark := field.get(PERSONAL) or inner.get(PERSONAL):
            found[name] = mark
        elif marks := _marks(inner):
            found[name] = marks
    return found


def _is_user(value: t.Any) -> bool:  # noqa: ANN401, any JSON value
    if type(value) is not dict:
        return False
    kind = value.get("type")
    return type(kind) is str and _USER_TYPE.fullmatch(kind) is not None


def _is_personal_pair(value: Mapping[str, t.Any], *, of_users: bool) -> bool:
    name = value.get("name")
    return type(name) is str and bool(
        _NAMES.fullmatch(name) or (of_users and name in _OF_USERS and "id" not in value)
    )
