"""The paging kinds of the API: which pages follow from a response.

A paginator is stateless, so one serves every request of its stream. `Page.params` are
the query parameters of one page; `Page.last` says whether more may be found behind it
than has been planned.
"""

from __future__ import annotations

import abc
import typing as t
from dataclasses import dataclass

from tap_pagerduty.compat import override

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
    # Whether a page can be read in parts: the endpoint takes any size, and goes on from there.
    has_sizes = False

    @abc.abstractmethod
    def first_page(self) -> Page:
        """Return the first page."""

    @abc.abstractmethod
    def next_pages(self, page: Page, body: Body, count: int) -> list[Page]:
        """Return the pages that are known to follow PAGE, whose BODY held COUNT records."""

    def page_behind(self, page: Page, body: Body, count: int) -> Page | None:  # noqa: ARG002
        """Return the page right behind PAGE, without overlap; None if the list ends there."""
        return None

    def is_cut(self, page: Page, body: Body, count: int) -> bool:  # noqa: ARG002
        """Return whether the list may be longer, but the API returns no more."""
        return False


class OffsetPaginator(Paginator):
    """`limit`/`offset`, `more` and, asked for on the first page, `total`.

    The total gives the offsets of all pages at once, so they can be prefetched and
    none past the end. Where a response has neither `more` nor `total`, the page behind it is
    asked for until one holds nothing new.
    """

    has_sizes = True

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
        if not page.last or not self._may_go_on(page, body, count):
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

    @override
    def page_behind(self, page: Page, body: Body, count: int) -> Page | None:
        end = page.params.get("offset", 0) + count
        return (
            Page({"limit": page.params["limit"], "offset": end}, last=page.last)
            if self._may_go_on(page, body, count)
            else None
        )

    def _may_go_on(self, page: Page, body: Body, count: int) -> bool:
        """Return whether there may be records behind a page."""
        offset, limit = page.params.get("offset", 0), page.params.get("limit")
        if _tells_the_end(body):
            return bool(body.get("more") or (body.get("total") or 0) > offset + count)
        if not limit:
            return False  # it was not asked for in pages
        # As the API may give fewer than were asked for, a short page need not be the last.
        return count > self.overlap


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
        limit = self._most or body.get("limit") or page.params.get("limit")
        return body.get("more", count == limit) is True


class TokenPaginator(Paginator):
    """A token in the response is the parameter of the next page, until there is none."""

    has_sizes = True

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
            more = not self._full or count >= page.params.get("limit", self._size)
        if not token or token == page.params.get(self._parameter) or not more:
            return []
        return [Page({**page.params, self._parameter: token})]

    @override
    def page_behind(self, page: Page, body: Body, count: int) -> Page | None:
        return next(iter(self.next_pages(page, body, count)), None)


def _tells_the_end(body: Body) -> bool:
    """Return whether a response says if there are more records behind it."""
    return body.get("more") is not None or body.get("total") is not None


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
