"""Consistent reads of a list that may be edited while it is paged."""

from __future__ import annotations

import logging
import typing as t

from singer_sdk.exceptions import FatalAPIError

from tap_pagerduty import NAME

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.records import Record

_logger = logging.getLogger(NAME)

# How often a list that keeps shifting is read, or a window that comes short.
MAX_PASSES = 5


class OverlapCheck:
    """Whether the pages of one pass fit: each starts with the record that the last one ended with.

    A list that is edited while it is paged by offset shifts: a removal moves a record past
    us, an insertion shows one twice. So pages overlap by one record.
    """

    def __init__(self) -> None:
        """Start a pass over the list."""
        self.is_consistent = True
        # The ids of the first page, and the last id of the latest.
        self._first: list[str] = []
        self._last = ""

    def repeats(self, ids: list[str]) -> bool:
        """Return whether a page with these IDS is the first: the endpoint ignores the offset."""
        return bool(self._last) and ids == self._first

    def add(self, ids: list[str], overlap: int) -> None:
        """Take the next page; OVERLAP is 0 where pages repeat nothing."""
        self._first = self._first or ids
        self.is_consistent = self.is_consistent and (not self._last or self._last in ids[:1])
        if overlap:
            self._last = ids[-1] if ids else "the page is empty"


def read_consistently(
    read: Callable[[], Iterable[PageResponse]],
    identity: Callable[[Record], str],
    responses: Iterable[PageResponse] = (),
) -> Iterable[Record]:
    """Return the records of one pass over a list during which nothing moved.

    If its pages do not fit (see `OverlapCheck`), the tap reads the list again. If the pages of
    no pass fit, it takes the records of all passes, provided they are as many as the API counts.

    READ starts a pass; RESPONSES are those of a first pass that is in progress already.
    IDENTITY returns what distinguishes a record from the others.

    Raises:
        CeilingError: the list holds more than the API lets one page through.
        FatalAPIError: all passes together do not hold the full list.
    """
    all_records: dict[str, Record] = {}
    total = 0
    for _ in range(MAX_PASSES):
        found: dict[str, Record] = {}
        overlap_check = OverlapCheck()
        for response in responses or read():
            records = list(response.records)
            ids = [identity(record) for record in records]
            if overlap_check.repeats(ids):
                break
            overlap_check.add(ids, response.request.paginator.overlap)
            found.update(zip(ids, records, strict=True))
            total = response.total or total
        responses = ()
        if overlap_check.is_consistent:
            return found.values()
        all_records.update(found)
        _logger.info("The list changed while it was read; reading it again.")
    if len(all_records) < total:
        msg = f"the list changed at each of {MAX_PASSES} readings"
        raise FatalAPIError(msg)
    return all_records.values()
