"""The paging kinds of the API: which pages follow from an answer.

A paginator is stateless, so one serves every request of its stream. `Page.params` are
the query parameters of one page; `Page.last` tells whether more may be found behind it
than has been planned.
"""

from __future__ import annotations

import abc
import typing as t
from dataclasses import dataclass

Body = dict[str, t.Any]
Params = dict[str, t.Any]

# Records: `offset + limit` beyond it is refused with code 2002.
# Source: PagerDuty's REST API documentation, section "Pagination".
CEILING = 10_000
# Records on a page: the most that `limit` may ask for.
PAGE_SIZE = 100


class CeilingError(Exception):
    """An answer holds more records than the API lets one page through."""

    def __init__(self, total: int) -> None:
        """Take the number of records that the API counts."""
        super().__init__(f"{total:,} records, and the API pages no further than {CEILING:,}")
        self.total = total


@dataclass(frozen=True)
class Page:
    """The query parameters of one page."""

    params: Params
    last: bool = True


class Paginator(abc.ABC):
    """A paging kind."""

    # Records that a page repeats of the one before it.
    overlap = 0

    @abc.abstractmethod
    def first(self) -> Page:
        """Return the first page."""

    @abc.abstractmethod
    def following(self, page: Page, body: Body, count: int) -> list[Page]:
        """Return the pages that are known to follow PAGE, whose BODY held COUNT records."""


class OffsetPaginator(Paginator):
    """`limit`/`offset`, `more` and, asked for on the first page, `total`.

    The total tells the offsets of all pages at once, so they can be asked for ahead and
    none past the end.
    """

    def __init__(self, overlap: int = 0) -> None:
        """Let pages OVERLAP by so many records, by which a shifted list is noticed."""
        self.overlap = overlap

    def first(self) -> Page:
        """Return the first page, which also asks for the total."""
        return Page({"limit": PAGE_SIZE, "offset": 0, "total": "true"})

    def following(self, page: Page, body: Body, count: int) -> list[Page]:
        """Return all pages behind the first; behind the last, one more if there is more.

        Steps by the records that came, not by those asked for: the API may give fewer.

        Raises:
            CeilingError: the total, or the next offset, is beyond the ceiling.
        """
        offset = page.params.get("offset", 0)
        end = offset + count
        total = body.get("total") or 0
        if not page.last or not (body.get("more") or total > end):
            return []
        if not count:
            # It promises more and yet holds nothing: asking for it again would not end.
            count = PAGE_SIZE
            end += count
        if max(total, end + 1) > CEILING:
            raise CeilingError(max(total, end + 1))
        step = max(1, count - self.overlap)
        start = offset + step
        offsets = range(start, max(total - self.overlap, start + 1), step)
        return [
            Page(
                {"limit": min(PAGE_SIZE, CEILING - offset), "offset": offset},
                last=offset == offsets[-1],
            )
            for offset in offsets
        ]
