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


def whole(
    read: Callable[[], Iterable[Answer]],
    identity: Callable[[Record], str],
    answers: Iterable[Answer] = (),
) -> Iterable[Record]:
    """Return the records of one reading of a list during which nothing moved.

    A list that is edited while it is paged by offset shifts: a removal moves a record past
    us, an insertion shows one twice. Pages overlap by one record, which must be the same on
    both; otherwise the list is read again. If no reading is clean, all readings together are
    taken, provided they hold as many records as the API counts.

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
        first: list[str] = []
        last, clean = "", True
        for answer in answers or read():
            overlap = answer.call.paginator.overlap
            ids = [identity(record) for record in answer.records]
            if last and ids == first:
                break  # the endpoint ignores the offset, and repeats its only page
            first = first or ids
            clean = clean and (not last or last in ids[:1])
            reading.update(zip(ids, answer.records, strict=True))
            total = answer.total or total
            if overlap:
                last = ids[-1] if ids else "the page is empty"
        answers = ()
        if clean:
            return reading.values()
        together.update(reading)
        _logger.info("The list changed while it was read; reading it again.")
    if len(together) < total:
        msg = f"the list changed at each of {READINGS} readings"
        raise FatalAPIError(msg)
    return together.values()
