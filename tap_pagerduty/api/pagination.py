"""The paging kinds of the API: which pages follow from a response.

A paginator is stateless, so one serves every request of its stream. `Page.params` are
the query parameters of one page; `Page.last` says whether more may be found behind it
than has been planned.
"""

from __future__ import annotations

import abc
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tap_pagerduty.api import Body

Params = dict[str, t.Any]

# Records: `offset + limit` beyond it is refused with code 2002.
# Source: PagerDuty's REST API documentation, section "Pagination".
CEILING = 10_000
# Records on a page: the most that `limit` may ask for.
PAGE_SIZE = 100


class CeilingError(Exception):
    """A response holds more records than the API lets one page through."""

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
    def first_page(self) -> Page:
        """Return the first page."""

    @abc.abstractmethod
    def next_pages(self, page: Page, body: Body, count: int) -> list[Page]:
        """Return the pages that are known to follow PAGE, whose BODY held COUNT records."""

    def is_cut(self, page: Page, body: Body, count: int) -> bool:  # noqa: ARG002
        """Return whether the list may be longer, but the API returns no more."""
        return False


class OffsetPaginator(Paginator):
    """`limit`/`offset`, `more` and, asked for on the first page, `total`.

    The total gives the offsets of all pages at once, so they can be prefetched and
    none past the end.
    """

    def __init__(self, overlap: int = 0, *, counted: bool = True) -> None:
        """Let pages OVERLAP by so many records, by which a shifted list is noticed.

        Lists that are not COUNTED take no `total`: they are read page after page.
        """
        self.overlap = overlap
        self._more = {"total": "true"} if counted else {}

    def first_page(self) -> Page:
        """Return the first page, which also asks for the total."""
        return Page({"limit": PAGE_SIZE, "offset": 0, **self._more})

    def next_pages(self, page: Page, body: Body, count: int) -> list[Page]:
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
                {
                    "limit": min(page.params.get("limit", PAGE_SIZE), CEILING - offset),
                    "offset": offset,
                },
                last=offset == offsets[-1],
            )
            for offset in offsets
        ]


class SinglePage(Paginator):
    """Everything in one response; PARAMS ask for the most that it can hold."""

    def __init__(self, most: int | None = None, **params: str | int) -> None:
        """Take the parameters of the only page, or how many records it has at MOST."""
        self._params = params
        self._most = most

    def first_page(self) -> Page:
        """Return the only page."""
        return Page(self._params)

    def next_pages(self, page: Page, body: Body, count: int) -> list[Page]:  # noqa: ARG002
        """Return nothing."""
        return []

    def is_cut(self, page: Page, body: Body, count: int) -> bool:
        """Return whether the response says so, or is as long as the limit."""
        return body.get("more", count == (self._most or page.params.get("limit"))) is True


class TokenPaginator(Paginator):
    """A token in the response is the parameter of the next page, until there is none."""

    def __init__(
        self,
        parameter: str,
        token: str,
        page_size: int = PAGE_SIZE,
        *,
        full: bool = False,
    ) -> None:
        """Take the parameter's name, the name of the TOKEN in the response, the page's size.

        FULL says that the last page names a token too: it is known by `more`, or where
        the response has none, by being shorter than a full page.
        """
        self._parameter, self._token, self._size = parameter, token, page_size
        self._full = full

    def first_page(self) -> Page:
        """Return the first page."""
        return Page({"limit": self._size})

    def next_pages(self, page: Page, body: Body, count: int) -> list[Page]:
        """Return the next page, unless this was the last."""
        token = body.get(self._token)
        more = body.get("more")
        if more is None:
            more = not self._full or count >= self._size
        if not token or token == page.params.get(self._parameter) or not more:
            return []
        return [Page({**page.params, self._parameter: token})]


# A list, whose pages overlap so that a shift is noticed; a closed window needs none.
LIST = OffsetPaginator(overlap=1)
UNCOUNTED = OffsetPaginator(overlap=1, counted=False)
WINDOW = OffsetPaginator()
WHOLE = SinglePage()
CURSOR = TokenPaginator("cursor", "next_cursor")
# Of the alert grouping settings.
AFTER = TokenPaginator("after", "after")
# Of the raw analytics data, where it stands in the request's body.
STARTING_AFTER = TokenPaginator("starting_after", "last", page_size=1000, full=True)
