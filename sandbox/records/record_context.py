"""A record that is being generated: where it belongs, its id, name, times, random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.account.initial_configuration import ACCOUNT_CREATED
from sandbox.values.seeded_random import SeededRandom, hash_of_text
from sandbox.values.timestamps import DAY, UTC

if TYPE_CHECKING:
    from datetime import tzinfo

    from sandbox.records.seeded_account import SeededAccount


@dataclass
class RecordContext:
    """What all properties of a generated record share."""

    seeded: SeededAccount
    path: str
    """Path of its endpoint, with `{id}`."""
    ids: tuple[str, ...]
    """The ids that stand in the path."""
    number: int
    """Its place among the records of the endpoint, from 0."""
    zone: tzinfo = UTC
    include: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Derive id, title, address and times."""
        self.random: SeededRandom = self.seeded.random(self.path, *self.ids, self.number)
        self.own: str = self.seeded.own_id(self.path, self.ids, self.number)
        texts, salt = self.seeded.texts, hash_of_text(self.path + "/".join(self.ids)) % 97
        is_change = self.path == "/change_events" and texts.changes
        name = texts.change if is_change else texts.title
        self.title: str = name(self.number, salt)
        self.address: str = self.path
        for own in self.ids:
            self.address = self.address.replace("{id}", own, 1)
        self.created = ACCOUNT_CREATED + self.random.below(1500 * DAY)
        self.updated = self.created + self.random.below(500 * DAY)
