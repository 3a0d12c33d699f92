"""Seeded random numbers: the same key always gives the same numbers, in any process, in any order.

`random.Random` is deterministic too, but costs several microseconds to set up; the account makes
a decision for each of up to a million incidents, on demand, so a number here is one 64-bit mix.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_STEP = 6364136223846793005
_M1 = 0xBF58476D1CE4E5B9
_M2 = 0x94D049BB133111EB
_M1_INVERSE = pow(_M1, -1, 1 << 64)
_M2_INVERSE = pow(_M2, -1, 1 << 64)


def mix(value: int) -> int:
    """Scramble 64 bits; one-to-one, so that `unmix` can undo it (splitmix64's finaliser)."""
    value &= MASK
    value = ((value ^ (value >> 30)) * _M1) & MASK
    value = ((value ^ (value >> 27)) * _M2) & MASK
    return value ^ (value >> 31)


def unmix(value: int) -> int:
    """Give back what `mix` was given."""
    value ^= (value >> 31) ^ (value >> 62)
    value = (value * _M2_INVERSE) & MASK
    value ^= (value >> 27) ^ (value >> 54)
    value = (value * _M1_INVERSE) & MASK
    return value ^ (value >> 30) ^ (value >> 60)


def hash_of(*parts: int) -> int:
    """Make one well-spread 64-bit number of several numbers."""
    result = 0
    for part in parts:
        result = mix(result + _GOLDEN + part)
    return result


@cache
def hash_of_text(text: str) -> int:
    """Make a number of a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


class SeededRandom:
    """A sequence of random numbers that depends on nothing but its key."""

    __slots__ = ("_state",)

    def __init__(self, *key: int) -> None:
        """Start the sequence that belongs to `key`."""
        self._state = hash_of(*key)

    def bits(self) -> int:
        """Return 48 random bits (a linear congruential step: cheap, and its high bits are good)."""
        self._state = (self._state * _STEP + _GOLDEN) & MASK
        return self._state >> 16

    def below(self, end: int) -> int:
        """Return a random whole number of 0 … end - 1."""
        return self.bits() % end

    def between(self, low: int, high: int) -> int:
        """Return a random whole number of low … high."""
        return low + self.bits() % (high - low + 1)

    def one_in(self, odds: int) -> bool:
        """Be true once in `odds` calls."""
        return self.bits() % odds == 0

    def pick(self, choices: list[T] | tuple[T, ...]) -> T:
        """Choose one of the choices."""
        return choices[self.bits() % len(choices)]

    def some(self, choices: list[T] | tuple[T, ...], count: int) -> list[T]:
        """Choose `count` different ones of the choices (fewer when there are not so many)."""
        pool = list(choices)
        return [pool.pop(self.below(len(pool))) for _ in range(min(count, len(pool)))]
