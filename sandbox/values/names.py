"""The names and texts that an account is made of, of one profile."""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    """People, teams, services and so on, each as a tuple of what distinguishes a record."""

    users: tuple[tuple[str, str | None, str | None], ...]
    """Name, job title, time zone; the last two were deleted long ago."""
    teams: tuple[tuple[str, str | None], ...]
    """Name and description; everybody is in the first one."""
    services: tuple[tuple[str, str | None], ...]
    """Name and description; the last one was deleted long ago."""
    policies: tuple[str, ...]
    schedules: tuple[tuple[str, str | None, str], ...]
    """Name, description, time zone."""
    priorities: tuple[tuple[str, str], ...]
    vendors: tuple[str, ...]
    tags: tuple[str, ...]
    business_services: tuple[tuple[str, str | None, str | None], ...]
    """Name, description, point of contact."""
    notes: tuple[str, ...]
    status_updates: tuple[str, ...]


class Texts(NamedTuple):
    """What the records of the other endpoints are called and say."""

    things: tuple[str, ...]
    suffixes: tuple[str, ...]
    texts: tuple[str, ...]
    tags: tuple[str, ...]
    word: str
    """A name for what has no list of names."""
    changes: tuple[str, ...] = ()
    """Summaries of change events, with `{thing}` and `{number}`; none: as of other records."""

    def title(self, number: int, salt: int) -> str:
        """Name the number-th record of a list: no two of a list have the same name."""
        thing = self.things[(number + salt) % len(self.things)]
        kind = self.suffixes[(number // len(self.things) + salt) % len(self.suffixes)]
        round_number = number // (len(self.things) * len(self.suffixes))
        return f"{thing}{kind}" + (f" {round_number + 1}" if round_number else "")

    def change(self, number: int, salt: int) -> str:
        """Return the summary of the number-th change event."""
        thing = self.things[(number + salt) % len(self.things)]
        return self.changes[number % len(self.changes)].format(thing=thing, number=number)
