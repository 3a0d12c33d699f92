"""Repairs of a response body, as bytes: what JSON allows, but no target can store."""

from __future__ import annotations

import re

# An escape of a JSON text: a whole surrogate pair, or any single one.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([0-9a-fA-F]{4})|.)",
    re.DOTALL,
)
_REPLACEMENT = rb"\ufffd"

NUL = "U+0000"
HALF_PAIR = "half of a surrogate pair"
NOT_UTF8 = "bytes that are not valid UTF-8"

# Closing brackets in a row that no real record has, and that a deeply nested one ends in.
_DEEP_ENDS = (b"}" * 32, b"]" * 32, b"]}" * 16)
# Levels: the parsers of tap and target reach about 900.
MAX_DEPTH = 500
_ID = re.compile(rb'"id"\s*:\s*"([^"\\]{1,80})"')
# A text ends with the body at the latest: looking for its end anew from each quote in it would
# take forever.
_BRACKETS_AND_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def repaired(content: bytes) -> tuple[bytes, list[str]]:
    """Return a body without what a target cannot store, and what was replaced, in words.

    Half a surrogate pair, U+0000 and bytes that are not UTF-8 become U+FFFD; all else stays,
    byte by byte.
    """
    found: set[str] = set()

    def replace(match: re.Match[bytes]) -> bytes:
        digits = (match[1] or b"").lower()
        if digits == b"0000":
            found.add(NUL)
        elif digits[:1] == b"d" and digits[1:2] >= b"8":
            found.add(HALF_PAIR)
        else:
            return match[0]
        return _REPLACEMENT

    if not content.isascii():
        try:
            content.decode()
        except UnicodeDecodeError:
            found.add(NOT_UTF8)
            content = content.decode(errors="replace").encode()
    return _ESCAPE.sub(replace, content), sorted(found)


def needs_repair(content: bytes) -> bool:
    """Return whether a body may hold U+0000, or is not valid UTF-8.

    Half a surrogate pair stops the decoder, and need not be looked for.
    """
    at = content.find(b"\\u0000")
    while at >= 0:
        before = content[max(at - 64, 0) : at]
        # After an odd number of backslashes it is a text about it.
        if (len(before) - len(before.rstrip(b"\\"))) % 2 == 0:
            return True
        at = content.find(b"\\u0000", at + 6)
    if content.isascii():
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


def check_depth(content: bytes) -> None:
    """Return if nothing in a body is nested deeper than `MAX_DEPTH`.

    Raises:
        RecursionError: something is; not all that is deep is found.
    """
    if any(end in content for end in _DEEP_ENDS) and _deepest(content)[0] > MAX_DEPTH:
        raise RecursionError


def deepest_record(content: bytes) -> str:
    """Return, for a message, which record of a body is nested the deepest."""
    return record_name(content, _deepest(content)[1])


def record_name(content: bytes, start: int = 0) -> str:
    """Return how a message names the record that STARTS there: by the first id that follows."""
    found = _ID.search(content, start)
    return f"the record with the id {found[1].decode(errors='replace')}" if found else "a record"


def _deepest(content: bytes) -> tuple[int, int]:
    """Return how deep a body is nested, and where the record starts in which it is so."""
    depth, deepest, start, deepest_start = 0, 0, 0, 0
    for match in _BRACKETS_AND_TEXTS.finditer(content):
        sign = match[0]
        if sign in {b"{", b"["}:
            depth += 1
            # A body is an object, with a list of records (or one) in it.
            if sign == b"{" and depth in {2, 3}:
                start = match.start()
            if depth > deepest:
                deepest, deepest_start = depth, start
        elif sign in {b"}", b"]"}:
            depth -= 1
    return deepest, deepest_start
