"""What a list endpoint has to offer, before it is cut into pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.values.seeded_random import hash_of, hash_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.values.json_types import Record


class Sliceable(Protocol):
    """A long sequence that is not a list."""

    def __len__(self) -> int:
        """Count all."""

    def slice(self, offset: int, count: int, *, newest_first: bool = False) -> list[int]:
        """Give `count` items from `offset` on."""


@dataclass
class RecordList:
    """Items in order, and how to render some of them."""

    take: Callable[[int, int], list[Any]]
    """Gives `count` items from `offset` on."""
    count: Callable[[], int]
    show: Callable[[list[Any]], list[Record]]

    def page(self, offset: int, limit: int) -> tuple[list[Record], bool]:
        """Give a page of records, and whether there are more."""
        items = self.take(offset, limit + 1)
        return self.show(items[:limit]), len(items) > limit

    def all(self) -> list[Record]:
        """Give every record."""
        return self.show(self.take(0, self.count()))


def list_of(items: list[Any], show: Callable[[Any], Record]) -> RecordList:
    """Make rows of a list."""
    return RecordList(
        take=lambda offset, count: items[offset : offset + count],
        count=lambda: len(items),
        show=lambda some: [show(each) for each in some],
    )


def list_of_range(
    items: Sliceable, show: Callable[[list[Any]], list[Record]], *, newest_first: bool
) -> RecordList:
    """Make rows of something too long for a list."""
    return RecordList(
        take=lambda offset, count: items.slice(offset, count, newest_first=newest_first),
        count=lambda: len(items),
        show=show,
    )


_TIMES = ("created_at", "started_at", "timestamp", "name", "summary")


def reordered(rows: RecordList, offset: int) -> RecordList:
    """Let records of the same time (or name) stand in an order that depends on the page.

    So does a database that sorts by that column only: what is on neither of two pages, or on
    both, depends on the day.
    """
    items = rows.take(0, rows.count())
    records = rows.show(items)
    runs: list[list[int]] = []
    for place, record in enumerate(records):
        if runs and _place(records[runs[-1][-1]]) == _place(record):
            runs[-1].append(place)
        else:
            runs.append([place])
    order = [
        place
        for run in runs
        for place in sorted(
            run, key=lambda each: hash_of(hash_of_text(str(records[each].get("id"))), offset)
        )
    ]
    shuffled = [items[place] for place in order]
    return replace(rows, take=lambda start, count: shuffled[start : start + count])


def _place(record: Record) -> Any:  # noqa: ANN401
    """Return what a record is sorted by."""
    return next((record[name] for name in _TIMES if name in record), None)
