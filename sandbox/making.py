"""Makes records of a shape: always the same for the same account, endpoint, parents, number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from sandbox import words
from sandbox.dice import SeededRandom
from sandbox.directory import API
from sandbox.founding import ACCOUNT_CREATED
from sandbox.shapes import Node, shape_of
from sandbox.times import DAY, UTC, iso

if TYPE_CHECKING:
    from datetime import tzinfo

    from sandbox.directory import Record
    from sandbox.library import Library
    from sandbox.words import Json

_BEGIN = {"created_at", "creation_time", "allocated_at", "effective_since", "timestamp"}


@cache
def hash_of_text(text: str) -> int:
    """Make a number of a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass
class RecordContext:
    """A record while it is being made."""

    library: Library
    path: str
    """Path of its endpoint, with `{id}`."""
    ids: tuple[str, ...]
    """The ids that stand in the path."""
    number: int
    zone: tzinfo = UTC
    include: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Set up what all properties of the record share."""
        key = (
            self.library.seed,
            hash_of_text(self.path),
            *map(hash_of_text, self.ids),
            self.number,
        )
        self.random: SeededRandom = SeededRandom(*key)
        self.own: str = own_id(self.library, self.path, self.ids, self.number)
        self.title: str = title_of(self.path, self.ids, self.number)
        self.address: str = self.path
        for own in self.ids:
            self.address = self.address.replace("{id}", own, 1)
        self.created = ACCOUNT_CREATED + self.random.below(1500 * DAY)
        self.updated = self.created + self.random.below(500 * DAY)

    def record(self) -> Record:
        """Make the record."""
        made: Record = self._value(shape_of(self.path), "", 0)
        for name in ("id", "record_id"):
            if name in made:
                made[name] = self.own
        return made

    def _value(self, node: Node, name: str, depth: int) -> Json:  # noqa: C901, PLR0911
        random = self.random
        null = node.null and random.one_in(4)
        if null and name != "self":
            return None
        if node.kind == "object":
            return {key: self._value(each, key, depth + 1) for key, each in node.fields}
        if node.kind == "list":
            item = node.item[0]
            count = random.below(4)
            if item.kind == "enum":
                return sorted(random.some(item.choices, count))
            items = [self._value(item, name, depth + 1) for _ in range(count)]
            if item.kind == "reference":
                items = list({each["id"]: each for each in items}.values())
            return items
        if node.kind == "enum":
            return node.choices[
                (self.number if name == "type" else random.bits()) % len(node.choices)
            ]
        if node.kind == "reference":
            return self._reference(node, name)
        if node.kind == "str":
            return words.example_string(self, name)
        if node.kind in {"int", "num"}:
            return words.example_number(self, name)
        if node.kind == "bool":
            return bool(random.below(2))
        if node.kind == "json":
            return words.example_object(self, name)
        if node.kind in {"uuid", "ulid", "slug"}:
            return words.own_id(node.kind, random.bits())
        return self._time(node.kind, name)

    def _time(self, kind: str, name: str) -> str:
        moment = self.created if name in _BEGIN else self.updated
        if name == "expires_at":
            moment = self.created + 30 * DAY
        return write_time(kind, moment, self.zone, self.random.below(1_000_000))

    def _reference(self, node: Node, name: str) -> Json:
        target = self.random.pick(node.choices)
        if target[0] == "^":
            place, word = target[1:].split(":")
            full = self._parent(int(place), word)
        elif target[0] == "@":
            path, word = target[1:].split(":")
            full = self._other(path, word, name)
        elif target[0] == "=":
            own = words.own_id("", self.random.bits())
            full = bare_reference(own, f"{target[1:]}_reference", self.title)
        else:
            full = self.library.refer(target, self, name)
        if len(full) > len(bare_reference("", "", None)):
            return full
        return {key: full[key] for key in node.keys}

    def _parent(self, place: int, word: str) -> Record:
        own = self.ids[place]
        before = self.path.split("{id}")[place].rstrip("/")
        address = f"{API}{before}/{own}"
        return {**bare_reference(own, word, word.replace("_", " ").title()), "self": address}

    def _other(self, path: str, word: str, name: str) -> Record:
        """Refer to one of the records of another endpoint, under the same parent if it has one."""
        ids = self.ids[: path.count("{id}")]
        count = self.library.count(path, ids)
        if not count:
            return bare_reference(words.own_id("", self.random.bits()), word, None)
        number = self.random.below(count)
        if {name, f"{name}s", path.rsplit("/", 1)[-1]} & self.include:
            return self.library.make(path, ids, number, self.zone)
        other = RecordContext(self.library, path, ids, number)
        address = f"{API}{other.address}/{other.own}"
        return {**bare_reference(other.own, word, other.title), "self": address}


def bare_reference(own: str, kind: str, summary: str | None) -> Record:
    """Make a reference without addresses."""
    return {"id": own, "type": kind, "summary": summary, "self": None, "html_url": None}


@cache
def _id_kind(path: str) -> str:
    node = shape_of(path)
    for name, each in node.fields:
        if name in {"id", "record_id"}:
            return each.kind
    return ""


def own_id(library: Library, path: str, ids: tuple[str, ...], number: int) -> str:
    """Give the id of the number-th record of an endpoint."""
    key = (library.seed, hash_of_text(path), *map(hash_of_text, ids), number, 1)
    return words.own_id(_id_kind(path), *key)


def title_of(path: str, ids: tuple[str, ...], number: int) -> str:
    """Give the name of the number-th record of an endpoint."""
    return words.title(number, hash_of_text(path + "/".join(ids)) % 97)


def write_time(kind: str, moment: int, zone: tzinfo, fraction: int = 0) -> str:
    """Write a moment in one of the ways that PagerDuty has (see `shapes.txt`)."""
    if kind == "time":
        return iso(moment, zone)
    if kind == "naive":
        return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%dT%H:%M:%S")
    text = datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    endings = {
        "z": "Z",
        "zf": f".{fraction // 1000:03d}Z",
        "zu": f".{fraction:06d}Z",
        "zo": f".{fraction // 1000:03d}+00:00",
    }
    return text + endings[kind]
