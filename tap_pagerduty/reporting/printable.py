"""What is printed: no secret, and nothing that a terminal acts on."""

from __future__ import annotations

import json
import re
from urllib.parse import quote, quote_plus
from urllib.request import getproxies

# Characters of the shortest secret that is looked for: a shorter one stands in many words.
SHORTEST = 6
_MASK = "(secret)"

# Control characters, line and paragraph separators, all format characters of the direction of
# text and of no width, tags, halves of surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)
_LINE_BREAK = re.compile(r"\s+")
# The user and the password of an address.
_USER_INFO = re.compile(r"(?<=://)[^/?#\s]*@")

_secrets: set[str] = set()
# Replaced as a whole, as threads that log read it.
_pattern: list[re.Pattern[str]] = []


def hide(secret: object) -> None:
    """Have a secret masked in all that is printed from now on, however it is written."""
    if not isinstance(secret, str):
        return
    for text in {secret, secret.strip()}:
        if len(text) >= SHORTEST:
            quoted = {quote(text, safe=""), quote_plus(text)}
            _secrets.update({text, json.dumps(text)[1:-1], repr(text)[1:-1], *quoted})
            _secrets.update(quote(each, safe="") for each in quoted)
    if _secrets:
        longest_first = sorted(_secrets, key=len, reverse=True)
        _pattern[:] = [re.compile("|".join(map(re.escape, longest_first)))]


def hide_proxies() -> None:
    """Have the passwords masked that the environment's proxies have in their addresses."""
    for address in getproxies().values():
        user_info = address.rpartition("://")[2].rpartition("@")[0]
        hide(user_info)
        hide(user_info.partition(":")[2])


def masked(text: str) -> str:
    """Return a text without secrets, and without the user and password of an address."""
    for pattern in _pattern:
        text = pattern.sub(_MASK, text)
    return _USER_INFO.sub(f"{_MASK}@", text) if "://" in text else text


def printable(text: str) -> str:
    """Return a text as one line without secrets: U+FFFD for each character that is unsafe."""
    return lines_printable(_one_line(text))


def lines_printable(text: str) -> str:
    """Return a text of several lines like `printable`."""
    return "\n".join(_UNSAFE.sub("\ufffd", line) for line in masked(text).split("\n"))


def _one_line(text: str) -> str:
    return text if text.isprintable() else _LINE_BREAK.sub(" ", text)
