"""Generates records by shape: always the same for the same account, endpoint, parents, number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.configuration import API, bare_reference
from sandbox.records.example_values import example_number, example_object, example_string
from sandbox.records.record_context import RecordContext
from sandbox.records.shapes import Node, shape_of
from sandbox.values.ids import own_id
from sandbox.values.timestamps import DAY, write_time

if TYPE_CHECKING:
    from datetime import tzinfo

    from sandbox.records.seeded_account import SeededAccount
    from sandbox.values.json_types import Json, Record

_CACHE = 20_000
_AT_START = {"created_at", "creation_time", "allocated_at", "effective_since", "timestamp"}
"""Times at which a record starts; others are when it was last updated."""


class RecordFactory:
    """Generates the records of endpoints, and keeps them until the configuration changes."""

    def __init__(self, seeded: SeededAccount) -> None:
        """Start with nothing generated."""
        self._seeded = seeded
        self._made: dict[tuple[Any, ...], Record] = {}
        self._version = -1

    def make(
        self,
        path: str,
        ids: tuple[str, ...],
        number: int,
        zone: tzinfo,
        include: frozenset[str] = frozenset(),
    ) -> Record:
        """Return the number-th record of an endpoint under the parents `ids`."""
        version = self._seeded.account.configuration.version
        if self._version != version or len(self._made) > _CACHE:
            self._made.clear()
            self._version = version
        key = (path, ids, number, zone, include)
        known = self._made.get(key)
        if known is None:
            context = RecordContext(self._seeded, path, ids, number, zone, include)
            known = self._made[key] = self._record(context)
        return known

    def forget(self) -> None:
        """Drop what was generated."""
        self._made.clear()

    def _record(self, context: RecordContext) -> Record:
        record: Record = self._value(context, shape_of(context.path), "")
        for name in ("id", "record_id"):
            if name in record:
                record[name] = context.own
        return record

    def _value(self, context: RecordContext, node: Node, name: str) -> Json:  # noqa: C901, PLR0911
        """Generate the value of a property."""
        random = context.random
        null = node.null and random.one_in(4)
        if null and name != "self":
            return None
        if node.kind == "object":
            return {key: self._value(context, each, key) for key, each in node.fields}
        if node.kind == "list":
            item = node.item[0]
            count = random.below(4)
            if item.kind == "enum":
                return sorted(random.some(item.choices, count))
            items = [self._value(context, item, name) for _ in range(count)]
            if item.kind == "reference":
                items = list({each["id"]: each for each in items}.values())
            return items
        if node.kind == "enum":
            return node.choices[
                (context.number if name == "type" else random.bits()) % len(node.choices)
            ]
        if node.kind == "reference":
            return self._reference(context, node, name)
        if node.kind == "str":
            return example_string(context, name)
        if node.kind in {"int", "num"}:
            return example_number(context, name)
        if node.kind == "bool":
            return bool(random.below(2))
        if node.kind == "json":
            return example_object(context, name)
        if node.kind in {"uuid", "ulid", "slug"}:
            return own_id(node.kind, random.bits())
        return _time(context, node.kind, name)

    # -- references ----------------------------------------------------------------------------

    def _reference(self, context: RecordContext, node: Node, name: str) -> Json:
        target = context.random.pick(node.choices)
        if target[0] == "^":
            place, word = target[1:].split(":")
            full = _parent(context, int(place), word)
        elif target[0] == "@":
            path, word = target[1:].split(":")
            full = self._other(context, path, word, name)
        elif target[0] == "=":
            own = own_id("", context.random.bits())
            full = bare_reference(own, f"{target[1:]}_reference", context.title)
        else:
            full = self._of_account(context, target, name)
        if len(full) > len(bare_reference("", "", None)):
            return full
        return {key: full[key] for key in node.keys}

    def _other(self, context: RecordContext, path: str, word: str, name: str) -> Record:
        """Refer to one of the records of another endpoint, under the same parent if it has one."""
        ids = context.ids[: path.count("{id}")]
        count = self._seeded.count(path, ids)
        if not count:
            return bare_reference(own_id("", context.random.bits()), word, None)
        number = context.random.below(count)
        if {name, f"{name}s", path.rsplit("/", 1)[-1]} & context.include:
            return self.make(path, ids, number, context.zone)
        other = RecordContext(self._seeded, path, ids, number)
        address = f"{API}{other.address}/{other.own}"
        return {**bare_reference(other.own, word, other.title), "self": address}

    def _of_account(self, context: RecordContext, kind: str, name: str) -> Record:
        """Refer to some record of the account; the full record if `include[]` asks for it."""
        seeded, random, zone = self._seeded, context.random, context.zone
        full = not {kind, name, f"{name}s"}.isdisjoint(context.include)
        if kind == "incidents":
            serial = seeded.some_serial(random)
            view = seeded.account.incident_view
            return view.show(serial, zone) if full else view.reference(serial)
        if kind == "integrations":
            return seeded.integration(random)
        if kind == "contact_methods":
            return random.pick(seeded.contact_methods(context.ids[0], zone, full=full))
        own = seeded.some_id(kind, random)
        return seeded.account.configuration.refer(kind, own, zone, full=full)


def _parent(context: RecordContext, place: int, word: str) -> Record:
    """Refer to the record that an id in the path names."""
    own = context.ids[place]
    before = context.path.split("{id}")[place].rstrip("/")
    address = f"{API}{before}/{own}"
    return {**bare_reference(own, word, word.replace("_", " ").title()), "self": address}


def _time(context: RecordContext, kind: str, name: str) -> str:
    moment = context.created if name in _AT_START else context.updated
    if name == "expires_at":
        moment = context.created + 30 * DAY
    return write_time(kind, moment, context.zone, context.random.below(1_000_000))
