"""What records look like: the shapes of `shapes.txt`, read when they are first asked for."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

_BASE = (("summary", "str?"), ("self", "str?"), ("html_url", "str?"))
_KEYS = {
    "-": ("id", "type"),
    "+": ("id", "type", "self"),
    "~": ("id", "type", "summary", "self"),
    "": ("id", "type", "summary", "self", "html_url"),
}
_REFERENCE = re.compile(r">((?:\{id\}|[^\s\]}?{])+)")
_WORD = re.compile(r"[A-Za-z0-9_.]+")


class Node(NamedTuple):
    """A type: a word such as `str` or `time`, or object, list, enum, reference."""

    kind: str
    null: bool = False
    choices: tuple[str, ...] = ()
    """enum: the values; reference: to what."""
    keys: tuple[str, ...] = ()
    """reference: the properties that it has."""
    fields: tuple[tuple[str, Node], ...] = ()
    item: tuple[Node, ...] = ()
    """list: the one type of its items."""


@lru_cache(maxsize=1)
def _lines() -> dict[str, str]:
    text = Path(__file__).with_name("shapes.txt").read_text(encoding="utf-8")
    parts: dict[str, str] = {}
    shapes: dict[str, str] = {}

    def with_parts(line: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: parts[found[1]], line)

    for line in text.splitlines():
        if line.startswith("$"):
            name, _, rest = line[1:].partition(" = ")
            parts[name] = with_parts(rest)
        elif line.startswith("/"):
            path, _, rest = line.partition(" ")
            shapes[path] = with_parts(rest)
    return shapes


@cache
def shape_of(path: str) -> Node:
    """Give the shape of the records of an endpoint."""
    return _Parser(_lines()[path]).node()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def node(self) -> Node:
        """Read a type."""
        head = self._text[self._at]
        if head == "{":
            made = Node("object", fields=self._fields())
        elif head == "[":
            self._at += 1
            made = Node("list", item=(self.node(),))
            self._expect("]")
        elif head == "(":
            end = self._text.index(")", self._at)
            made = Node("enum", choices=tuple(self._text[self._at + 1 : end].split("|")))
            self._at = end + 1
        elif head == ">":
            made = self._reference()
        else:
            made = Node(self._word())
        return made._replace(null=self._optional())

    def _reference(self) -> Node:
        found = _REFERENCE.match(self._text, self._at)
        if found is None:
            raise self._error()
        self._at = found.end()
        text = found[1]
        suffix = text[-1] if text[-1] in _KEYS else ""
        targets = text[: len(text) - len(suffix)].split("|")
        return Node("reference", choices=tuple(targets), keys=_KEYS[suffix])

    def _fields(self) -> tuple[tuple[str, Node], ...]:
        """Read what stands between braces."""
        fields: dict[str, Node] = {}
        self._expect("{")
        while self._text[self._at] != "}":
            if self._text[self._at] == " ":
                self._at += 1
            elif self._text[self._at] == "*":
                self._at += 1
                types = self._until_space().split("|")
                fields.setdefault("id", Node("str"))
                fields["type"] = Node("enum", choices=tuple(types))
                for name, kind in _BASE:
                    fields[name] = Node(kind.rstrip("?"), null=kind.endswith("?"))
            else:
                name = self._word()
                if self._text[self._at] == ":":
                    self._at += 1
                    fields[name] = self.node()
                else:
                    fields[name] = Node("str", null=self._optional())
        self._expect("}")
        return tuple(fields.items())

    def _until_space(self) -> str:
        found = re.compile(r"[^\s}]+").match(self._text, self._at)
        if found is None:
            raise self._error()
        self._at = found.end()
        return found[0]

    def _word(self) -> str:
        found = _WORD.match(self._text, self._at)
        if found is None:
            raise self._error()
        self._at = found.end()
        return found[0]

    def _optional(self) -> bool:
        optional = self._text[self._at : self._at + 1] == "?"
        self._at += optional
        return optional

    def _expect(self, sign: str) -> None:
        if self._text[self._at : self._at + 1] != sign:
            raise self._error()
        self._at += 1

    def _error(self) -> ValueError:
        return ValueError(f"shapes.txt: {self._text[: self._at]} ◂here▸ {self._text[self._at :]}")
