"""Smaller pages: a page that is too heavy for the API is read in parts."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from tap_pagerduty.api import errors
from tap_pagerduty.api.pagination import Page

if t.TYPE_CHECKING:
    from tap_pagerduty.api import Body
    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records.lazy_records import RecordList

# Records: the sizes that are tried, as far as they are smaller than the page.
SIZES = (500, 250, 100, 50, 25, 10, 1)
# Failures of a full page until smaller ones are tried; of a smaller page, one is enough.
PATIENT_FAILURES = 3
# Failures of a single record until its neighbour is tried.
RECORD_FAILURES = 5


class PageSize:
    """The size of the pages that a stream asks for, as heavy ones have failed.

    It goes down at once, and up again by a step with each page that was read.
    """

    def __init__(self) -> None:
        """Start with full pages."""
        self._most: int | None = None

    @property
    def is_reduced(self) -> bool:
        """Whether full pages have failed lately."""
        return self._most is not None

    def of(self, limit: int) -> int:
        """Return how many records to ask for, where LIMIT is a full page."""
        return min(limit, self._most or limit)

    def succeeded(self, size: int, limit: int) -> None:
        """Note that a page of LIMIT records was read in parts of SIZE."""
        if self._most is not None:
            larger = [each for each in SIZES if size < each < limit]
            self._most = larger[-1] if larger else None

    def failed(self, size: int) -> int:
        """Note that SIZE records are too many; return the next smaller size."""
        self._most = next(each for each in SIZES if each < size)
        return self._most


class PageInParts:
    """The reading of one page, in one part unless it is too heavy.

    The parts hold the same records as the page, in the same order, as long as the list does not
    change; so does one page, no longer.
    """

    def __init__(self, request: PageRequest, page_size: PageSize) -> None:
        """Take the request for the page, and the stream's PAGE_SIZE."""
        self._request = request
        self._page_size = page_size
        limit = request.page.params.get("limit")
        # Records of a full page; 0 if the endpoint does not take a size.
        self._limit: int = limit if limit and request.paginator.has_sizes else 0
        self._size = page_size.of(self._limit)
        self._failures = 0
        self._bodies: list[Body] = []
        self._left = self._limit
        self._page = request.page
        self.is_complete = False

    @property
    def request(self) -> PageRequest:
        """The request for the next part."""
        return self._for(self._page, self._size) if self._limit else self._request

    def _for(self, page: Page, size: int) -> PageRequest:
        size = min(size, self._left)
        if size == page.params["limit"]:
            return replace(self._request, page=page)
        return replace(self._request, page=Page({**page.params, "limit": size}, last=page.last))

    def add(self, body: Body) -> None:
        """Take the response to the next part."""
        self._bodies.append(body)
        if self._size == self._limit:  # it is one part, however few records the API gives
            self.is_complete = True
            self._page_size.succeeded(self._size, self._limit)
            return
        request = self.request
        count = len(body[self._request.records_key])
        self._left -= count
        self._failures = 0
        following = request.paginator.page_behind(request.page, body, count)
        if not count or self._left <= 0 or following is None:
            self.is_complete = True
            self._page_size.succeeded(self._size, self._limit)
        else:
            self._page = following

    def shrink(self, error: Exception) -> int:
        """Note an ERROR; return how many records are asked for instead, 0 if as many as before."""
        if not self._limit or not errors.is_heavy(error):
            return 0
        self._failures += 1
        is_patient = not self._page_size.is_reduced and not isinstance(error, errors.TooLargeError)
        if self._size == 1 or self._failures < (PATIENT_FAILURES if is_patient else 1):
            return 0
        self._failures = 0
        self._size = self._page_size.failed(min(self._size, self._left))
        return self._size

    @property
    def neighbour(self) -> PageRequest | None:
        """The request for the record behind one that keeps failing; None as long as more do."""
        offset = self._page.params.get("offset")
        if self._size > 1 or self._failures < RECORD_FAILURES or offset is None:
            return None
        page = Page({"offset": offset + 1, "limit": 1})
        return replace(self._request, page=page)

    @property
    def position(self) -> int:
        """The position in the list of the first record that has not been read, from 1."""
        return int(self._page.params["offset"]) + 1

    @property
    def body(self) -> Body:
        """The body of the whole page."""
        if len(self._bodies) == 1:
            return self._bodies[0]
        key = self._request.records_key
        first: RecordList = self._bodies[0][key]
        records = first.joined(body[key] for body in self._bodies[1:])
        return {**self._bodies[-1], "total": self._bodies[0].get("total"), key: records}
