"""Ids that look like PagerDuty's, and can be read back.

An incident's or log entry's id is its number in the account, scrambled: so `GET /incidents/{id}`
finds the record without an index of a million ids.
"""

from __future__ import annotations

from sandbox.values.seeded_random import MASK, hash_of, mix, unmix

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TRIPLES = [a + b + c for a in DIGITS for b in DIGITS for c in DIGITS]
_TRIPLE = len(_TRIPLES)
_LENGTH = 14


class IdKind:
    """The ids of one kind of record: a letter, 13 digits or capitals, such as Q02JTSNZWHSEKV."""

    def __init__(self, letter: str, *key: int) -> None:
        """Make the ids that start with `letter`; `key` keeps kinds and seeds apart."""
        self._letter = letter
        self._salt = hash_of(*key)

    def encode(self, number: int) -> str:
        """Give the id of the record that has this number (below 2^64)."""
        rest, low = divmod(mix(number ^ self._salt), _TRIPLE)
        rest, second = divmod(rest, _TRIPLE)
        rest, third = divmod(rest, _TRIPLE)
        rest, fourth = divmod(rest, _TRIPLE)
        return (
            self._letter
            + DIGITS[rest]
            + _TRIPLES[fourth]
            + _TRIPLES[third]
            + _TRIPLES[second]
            + _TRIPLES[low]
        )

    def decode(self, text: str) -> int | None:
        """Give the number of the record that would have this id; None when it can't be an id."""
        if len(text) != _LENGTH or text[0] != self._letter or not text.isalnum():
            return None
        try:
            value = int(text[1:], 36)
        except ValueError:
            return None
        if value > MASK:
            return None
        number = unmix(value) ^ self._salt
        return number if self.encode(number) == text else None


def short_id(*key: int) -> str:
    """Give a 7-character id, such as PIJ90N7, for a configuration record."""
    rest = hash_of(*key) % (_TRIPLE * _TRIPLE)
    return "P" + _TRIPLES[rest // _TRIPLE] + _TRIPLES[rest % _TRIPLE]


def own_id(kind: str, *key: int) -> str:
    """Make the id of a record: short, as most are, or a UUID, a ULID, a word."""
    if kind == "uuid":
        text = ("".join(f"{short_number(*key, part):012x}" for part in range(3)))[:32]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
    if kind == "ulid":
        rest, text = short_number(*key, 1) << 48 | short_number(*key, 2), ""
        for _ in range(18):
            rest, digit = divmod(rest, 32)
            text += DIGITS[digit]
        return "01HZ" + text.ljust(22, "0")
    if kind == "slug":
        return f"tool-{short_id(*key).lower()}"
    return short_id(*key)


def short_number(*key: int) -> int:
    """Make 48 bits of a key."""
    return hash_of(*key) >> 16
