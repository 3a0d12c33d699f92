"""What follows from the seed of an account: random numbers, counts, ids to refer to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sandbox.account.configuration import Part, bare_reference
from sandbox.records.shapes import shape_of
from sandbox.values import company_names, example_text
from sandbox.values.ids import own_id
from sandbox.values.seeded_random import SeededRandom, hash_of, hash_of_text
from sandbox.values.timestamps import UTC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from sandbox.account.account import Account
    from sandbox.options import Options
    from sandbox.values.json_types import Record


class SeededAccount:
    """An account, with random numbers that depend on its seed and a key only."""

    def __init__(
        self, account: Account, options: Options, counts: Mapping[str, tuple[int, int]]
    ) -> None:
        """Take the account; `counts` are the least and most records of endpoints by path."""
        self.account: Account = account
        self.seed = hash_of(options.seed, 0x11B)
        self.texts = company_names.TEXTS if options.profile == "company" else example_text.HOSTILE
        self._incidents = options.incidents
        self._counts = counts

    def random(self, *key: int | str) -> SeededRandom:
        """Return the random numbers that belong to a key."""
        parts = (hash_of_text(each) if isinstance(each, str) else each for each in key)
        return SeededRandom(self.seed, *parts)

    def count(self, path: str, ids: tuple[str, ...] = ()) -> int:
        """Count the generated records of an endpoint under the parents `ids`."""
        least, most = self._counts[path]
        key = (hash_of_text(path), *map(hash_of_text, ids), 2)
        return least + hash_of(self.seed, *key) % (most - least + 1)

    def own_id(self, path: str, ids: tuple[str, ...], number: int) -> str:
        """Return the id of the number-th record of an endpoint under the parents `ids`."""
        key = (self.seed, hash_of_text(path), *map(hash_of_text, ids), number, 1)
        return own_id(_id_kind(path), *key)

    def some_id(self, kind: str, random: SeededRandom) -> str:
        """Choose the id of a record: of a kind (`users`, …) or of an endpoint (its path)."""
        if kind.startswith("/"):
            count = self.count(kind)
            return self.own_id(kind, (), random.below(count) if count else 0)
        if kind == "incidents":
            return self.account.incident_store.facts(self.some_serial(random)).id
        return random.pick(self.account.initial_configuration.ids[kind])

    def some_serial(self, random: SeededRandom) -> int:
        """Choose one of the incidents that the account has had from its start."""
        return self.account.incident_store.first + random.below(self._incidents)

    def integration(self, random: SeededRandom) -> Record:
        """Return a reference to an integration of some service."""
        configuration = self.account.configuration
        services = [
            configuration.get("services", each)
            for each in self.account.initial_configuration.ids["services"]
        ]
        parts = [part for each in services if each for part in each["integrations"]]
        part = random.pick(parts) if parts else None
        if not isinstance(part, Part):
            return bare_reference("PINTEG0", "inbound_integration_reference", None)
        shown: Record = configuration.show("services", {"id": "", "x": part}, UTC)["x"]
        return shown

    def contact_methods(self, user: str, zone: tzinfo, *, full: bool = True) -> list[Record]:
        """List the contact methods of a user, or references to them."""
        configuration = self.account.configuration
        missing = bare_reference("PCONT00", "email_contact_method_reference", None)
        record = configuration.get("users", user)
        if record is None:
            return [missing]
        include = {"contact_methods"} if full else ()
        shown: list[Record] = configuration.show("users", record, zone, include)["contact_methods"]
        return shown or [missing]


@cache
def _id_kind(path: str) -> str:
    """Return the type of the ids of an endpoint's records, as `shapes.txt` has it."""
    for name, each in shape_of(path).fields:
        if name in {"id", "record_id"}:
            return each.kind
    return ""
