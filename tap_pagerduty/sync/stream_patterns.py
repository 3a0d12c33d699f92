"""Patterns that select streams and fields, as `select` of a Meltano project does."""

from __future__ import annotations

import difflib
import typing as t
from fnmatch import fnmatchcase

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from singer_sdk import Stream

# The names of a field and of the objects around it, outermost first.
Path = tuple[str, ...]


class StreamPattern:
    """A pattern such as `incidents`, `incident*`, `users.email`, `!*.description`.

    `*` stands for any text, dots included, `?` for a character. Without a field it means all.
    """

    def __init__(self, text: str) -> None:
        """Take the TEXT of the pattern."""
        self.text = text
        self.is_exclusion = text.startswith("!")
        self.stream, _, field = text.removeprefix("!").partition(".")
        self.field = field or "*"

    @property
    def is_for_all_fields(self) -> bool:
        """Whether it means a stream with all of its fields."""
        return self.field == "*"

    def has_stream(self, name: str) -> bool:
        """Return whether a stream's NAME matches."""
        return fnmatchcase(name, self.stream)

    def has_field(self, path: Path) -> bool:
        """Return whether a field, or an object that it is in, matches."""
        return any(
            fnmatchcase(".".join(path[:depth]), self.field) for depth in range(1, len(path) + 1)
        )


def mistakes(texts: Iterable[str], schemas: Mapping[str, Mapping[str, t.Any]]) -> Iterator[str]:
    """Yield a line for each of the patterns that matches nothing in the SCHEMAS of the streams."""
    for text in texts:
        pattern = StreamPattern(text)
        streams = [name for name in schemas if pattern.has_stream(name)]
        if not streams:
            close = difflib.get_close_matches(pattern.stream, schemas, n=1)
            hint = f"; did you mean {close[0]}?" if close else "."
            yield f"stream_patterns: no stream matches {text!r}{hint}"
        elif not any(pattern.has_field(path) for name in streams for path in _paths(schemas[name])):
            yield f"stream_patterns: no field of {', '.join(streams[:3])} matches {text!r}."


def select(texts: Sequence[str], stream: Stream) -> None:
    """Select a STREAM and its fields by patterns, whatever its catalog selects.

    An exclusion wins over the others, wherever it stands. If all are exclusions, they are taken
    out of what the catalog selects. Keys are always kept: their metadata says so.
    """
    patterns = [each for each in map(StreamPattern, texts) if each.has_stream(stream.name)]
    excluding = [each for each in patterns if each.is_exclusion]
    including = [each for each in patterns if not each.is_exclusion]
    is_excluded = any(each.is_for_all_fields for each in excluding)
    if is_excluded or any(not text.startswith("!") for text in texts):
        stream.selected = bool(including) and not is_excluded
    chosen = {path for path in _paths(stream.schema) if _has(including, path)}
    around = {path[:depth] for path in chosen for depth in range(1, len(path))}
    for path in _paths(stream.schema):
        metadata = stream.metadata[_breadcrumb(path)]
        if including:
            metadata.selected = path in chosen or path in around
        if _has(excluding, path):
            metadata.selected = False
    stream.selected = stream.selected  # the SDK then resolves the metadata anew


def _has(patterns: Iterable[StreamPattern], path: Path) -> bool:
    return any(pattern.has_field(path) for pattern in patterns)


def _breadcrumb(path: Path) -> tuple[str, ...]:
    return tuple(part for name in path for part in ("properties", name))


def _paths(schema: Mapping[str, t.Any], within: Path = ()) -> Iterator[Path]:
    """Yield the path of each field of a SCHEMA, those inside of objects and lists as well."""
    for name, field in schema.get("properties", {}).items():
        path = (*within, name)
        yield path
        yield from _paths(field.get("items", field), path)
