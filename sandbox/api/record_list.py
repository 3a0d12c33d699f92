"""What a list endpoint has to offer, before it is cut into pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

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
