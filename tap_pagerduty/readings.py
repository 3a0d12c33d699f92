"""Reading a list that others may be editing meanwhile."""

from __future__ import annotations

import logging
import typing as t

from singer_sdk.exceptions import FatalAPIError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_pagerduty.calls import Answer
    from tap_pagerduty.records import Record

_logger = logging.getLogger("tap-pagerduty")

# Readings of a list that keeps shifting, or of a window that comes short.
READINGS = 5


class Seams:
    """Whether the pages of one reading fit: each begins with what the one before ended with.

    A list that is edited while it is paged by offset shifts: a removal moves a record past
    us, an insertion shows one twice. So pages overlap by one record.
    """

    def __init__(self) -> None:
        """Begin a reading."""
        self.fit = True
        # The ids of the first page, and the last id of the latest.
        self._first: list[str] = []
        self._last = ""

    def repeats(self, ids: list[str]) -> bool:
        """Return whether a page with these IDS is the first: the endpoint ignores the offset."""
        return bool(self._last) and ids == self._first

    def add(self, ids: list[str], overlap: int) -> None:
        """Take the next page; OVERLAP is 0 where pages repeat nothing."""
        self._first = self._first or ids
        self.fit = self.fit and (not self._last or self._last in ids[:1])
        if overlap:
            self._last = ids[-1] if ids else "the page is empty"


def whole(
    read: Callable[[], Iterable[Answer]],
    identity: Callable[[Record], str],
    answers: Iterable[Answer] = (),
) -> Iterable[Record]:
    """Return the records of one reading of a list during which nothing moved.

    If its pages do not fit (see `Seams`), the list is read again. If those of no reading do,
    all readings together are taken, provided they hold as many records as the API counts.

    READ begins a reading; ANSWERS are those of a first one that is under way already.
    IDENTITY tells a record from the others.

    Raises:
        CeilingError: the list holds more than the API lets one page through.
        FatalAPIError: the readings do not add up to the whole list.
    """
    together: dict[str, Record] = {}
    total = 0
    for _ in range(READINGS):
        reading: dict[str, Record] = {}
        seams = Seams()
        for answer in answers or read():
            records = list(answer.records)
            ids = [identity(record) for record in records]
            if seams.repeats(ids):
                break
            seams.add(ids, answer.call.paginator.overlap)
            reading.update(zip(ids, records, strict=True))
            total = answer.total or total
        answers = ()
        if seams.fit:
            return reading.values()
        together.update(reading)
        _logger.info("The list changed while it was read; reading it again.")
    if len(together) < total:
        msg = f"the list changed at each of {READINGS} readings"
        raise FatalAPIError(msg)
    return together.values()
