"""Consistent reads of a list that may be edited while it is paged."""

from __future__ import annotations

import logging
import typing as t
from collections import defaultdict
from dataclasses import replace

from singer_sdk.exceptions import FatalAPIError

from tap_pagerduty import NAME
from tap_pagerduty.api import pagination

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.api.windows import Window
    from tap_pagerduty.records import Record

_logger = logging.getLogger(NAME)

# How often a list that keeps shifting is read, or a window that comes short.
MAX_PASSES = 5
# How often it is read, as long as each pass finds further records that the API counts.
MOST_PASSES = 12
# Passes in which nothing new has to come up for what was found to be all that is listed.
SETTLED_PASSES = 2
# What a record is known by, and how many exact duplicates of it precede it on its page.
Numbered = tuple[str, int]
# Of a full page, records by which those of each further reading are smaller: borders move.
PAGE_STEP = 7


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
        # Records of the first page, if others followed.
        self.page_size = 0

    def repeats(self, ids: list[str]) -> bool:
        """Return whether a page with these IDS is the first: the endpoint ignores the offset."""
        return bool(self._last and ids) and ids == self._first

    def add(self, ids: list[str], overlap: int) -> None:
        """Take the next page; OVERLAP is 0 where pages repeat nothing."""
        self.page_size = len(self._first)
        self._first = self._first or ids
        self.is_consistent = self.is_consistent and (not self._last or self._last in ids[:1])
        if overlap:
            self._last = ids[-1] if ids else "the page is empty"


class WindowReading:
    """What the readings of one window have found, part by part if it had to be split."""

    def __init__(self) -> None:
        """Start before the first reading."""
        self.overlap_check = OverlapCheck()
        # What was found in the part that is read now, as `numbered`; the reader adds it.
        self.found: set[Numbered] = set()
        self._found: dict[Window | None, set[Numbered]] = defaultdict(set)
        self._totals: dict[Window | None, int] = {}
        self._checks: list[OverlapCheck] = []
        # Records of the first page of a part, and of one that others followed.
        self._first_size = 0
        self.page_size = 0

    def start(self) -> None:
        """Start another reading; what the earlier ones have found counts."""
        self._totals, self._checks = {}, []

    def add(self, response: PageResponse) -> bool:
        """Take the next page; return False if it is one of a window that was split."""
        if response.total > pagination.CEILING:
            return False  # its parts follow
        window = response.request.window
        if window in self._totals:
            self.page_size = self.page_size or self._first_size
        else:
            self._first_size = len(response.records)
            self._totals[window] = response.total
            self.overlap_check, self.found = OverlapCheck(), self._found[window]
            self._checks.append(self.overlap_check)
        return True

    @property
    def is_consistent(self) -> bool:
        """Whether all pages of this reading fit."""
        return all(check.is_consistent for check in self._checks)

    @property
    def windows(self) -> Iterable[Window | None]:
        """The window, or its parts."""
        return self._totals

    @property
    def total(self) -> int:
        """How many records the API counts."""
        return sum(self._totals.values())

    @property
    def missing(self) -> int:
        """How many of these no reading has found."""
        totals = self._totals.items()
        return sum(max(0, total - len(self._found[window])) for window, total in totals)


def numbered(
    records: Iterable[Record], identity: Callable[[Record], str]
) -> Iterator[tuple[Numbered, Record]]:
    """Yield the RECORDS of one page, each with its IDENTITY and how often the page had it before.

    Lists without ids (`GET /oncalls`) may hold exact duplicates, which the API counts. A record
    with an id is never numbered: if it comes twice, the list has moved.
    """
    seen: dict[str, int] = {}
    for record in records:
        own = identity(record)
        count = seen.get(own, 0)
        yield (own, count), record
        if isinstance(record, dict) and not record.get("id"):
            seen[own] = count + 1


def with_page_size(request: PageRequest, attempt: int, received: int = 0) -> PageRequest:
    """Return the REQUEST for a first page with the page size of an ATTEMPT, from 0.

    RECEIVED is how many records a page of the list had, if further ones followed: the API may
    give fewer than were asked for.

    The order of records with equal sort keys is not promised. Where it depends on the page, a
    record between two pages is on neither, at each reading, unless their borders move.
    """
    params = request.page.params
    if not attempt or "offset" not in params:
        return request
    size = min(received or pagination.PAGE_SIZE, pagination.PAGE_SIZE)
    step = max(1, size * PAGE_STEP // pagination.PAGE_SIZE)
    limit = max(2, size - step * (attempt % 8))
    page = replace(request.page, params={**params, "limit": limit})
    return replace(request, page=page)


def read_consistently(
    read: Callable[[int, int], Iterable[PageResponse]],
    identity: Callable[[Record], str],
    responses: Iterable[PageResponse] = (),
    on_miscount: Callable[[int, int], None] = lambda _total, _found: None,
) -> Iterable[Record]:
    """Return the records of one pass over a list during which nothing moved.

    If its pages do not fit (see `OverlapCheck`), or hold fewer records than the API counts, the
    tap reads the list again. If that is so at each pass, it takes the records of all passes,
    provided they are as many as the API counts.

    READ starts a pass, given how often the borders of its pages are to move, and the size of pages
    so far; RESPONSES are those of a first pass that is in progress already. IDENTITY returns what
    distinguishes a record from the others. ON_MISCOUNT takes the API's count and the number of
    records, if all pages fit, several passes find the same records, and they are fewer than that.

    Raises:
        CeilingError: the list holds more than the API lets one page through.
        FatalAPIError: all passes together do not hold the full list.
    """
    all_records: dict[Numbered, Record] = {}
    total = settled = moves = in_vain = size = 0
    for number in range(1, MOST_PASSES + 1):
        found, overlap_check, counted = _read_once(responses or read(moves, size), identity)
        responses, size = (), size or overlap_check.page_size
        if overlap_check.is_consistent and len(found) >= counted:
            return _once(found)
        total = counted or total
        in_vain = 0 if found.keys() - all_records.keys() else in_vain + 1
        # Other borders between pages show other records, unless the list has merely shifted once.
        moves += overlap_check.is_consistent or number > 1
        all_records.update(found)
        # Passes that add nothing to the first one, and of which the pages fit, settle it.
        settled = settled + 1 if overlap_check.is_consistent and in_vain else 0
        is_over = len(all_records) >= total or in_vain >= SETTLED_PASSES
        if settled == SETTLED_PASSES or (number >= MAX_PASSES and is_over):
            break
        _logger.info("The list changed while it was read; reading it again.")
    if len(all_records) < total:
        if not settled:
            msg = f"the list changed at each of {number} readings"
            raise FatalAPIError(msg)
        on_miscount(total, len(all_records))
    return _once(all_records)


def _once(found: dict[Numbered, Record]) -> list[Record]:
    """Return the records without their exact duplicates."""
    return [record for (_, number), record in found.items() if not number]


def _read_once(
    responses: Iterable[PageResponse], identity: Callable[[Record], str]
) -> tuple[dict[Numbered, Record], OverlapCheck, int]:
    """Return the records of one pass as `numbered`, whether pages fit, and the API's count."""
    found: dict[Numbered, Record] = {}
    overlap_check = OverlapCheck()
    total = 0
    for response in responses:
        records = list(numbered(response.records, identity))
        ids = [own for (own, _), _ in records]
        if overlap_check.repeats(ids):
            return found, overlap_check, 0  # what it counts, it does not list
        overlap_check.add(ids, response.request.paginator.overlap)
        found.update(records)
        if "total" in response.request.page.params:
            total = response.total
    return found, overlap_check, total
