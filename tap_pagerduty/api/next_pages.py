"""Lists that end early: where the API repeats its first page, or returns only a part.

`pagination` computes which pages follow from a response.
"""

from __future__ import annotations

import logging
import typing as t
from dataclasses import replace

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.records import Record


class NextPages:
    """The requests for the pages that follow from a response.

    Some endpoints ignore the parameters of paging, and return their first page again: the list
    then ends there. Where the API returns no more than a part of a list, it logs so once.
    """

    def __init__(self, identity: Callable[[Record], str], log: Callable[..., None]) -> None:
        """Take the function that identifies a record, and the log of the stream."""
        self._identity = identity
        self._log = log
        self._is_truncated = False
        # The list that was started last, and what stands at the ends of its first page.
        self._first_page: tuple[t.Any, ...] = ()

    def after(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return the requests for the pages that are known to follow.

        Raises:
            CeilingError: the list holds more than the API lets one page through.
        """
        count = len(response.records)
        is_repeated = self._is_repeated(request, response)
        is_truncated = request.paginator.is_cut(request.page, response.body, count) or (
            is_repeated and not 0 < response.total <= count
        )
        if is_truncated and not self._is_truncated:
            self._is_truncated = True
            self._log(
                "The list ends after %d records, where PagerDuty lets one read no further.",
                count,
                level=logging.WARNING,
            )
        if is_repeated:
            return []
        return self.known(request, response)

    @staticmethod
    def known(request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return the requests for the pages that follow if the endpoint knows pages.

        Raises:
            CeilingError: the list holds more than the API lets one page through.
        """
        count = len(response.records)
        pages = request.paginator.next_pages(request.page, response.body, count)
        return [replace(request, page=page) for page in pages]

    def _is_repeated(self, request: PageRequest, response: PageResponse) -> bool:
        """Return whether a page is the first one again: the endpoint knows no pages."""
        records = response.records
        if not records:
            return False
        ends = (len(records), self._identity(records[0]), self._identity(records[-1]))
        if _is_first(request):
            self._first_page = (request.path, request.window, ends)
            return False
        return self._first_page == (request.path, request.window, ends)


def _is_first(request: PageRequest) -> bool:
    """Return whether the request is for a first page, whatever its size."""
    params, first = request.page.params, request.paginator.first_page().params
    return {**params, "limit": None} == {**first, "limit": None}
