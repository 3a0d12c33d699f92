"""Records that recur at a fixed interval.

The number-th record has its fixed time, so that more appear as the clock moves on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.initial_configuration import ACCOUNT_CREATED
from sandbox.api.record_list import RecordList
from sandbox.values.seeded_random import hash_of, hash_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record


def time_of(query: Query, path: str, number: int, step: int) -> int:
    """Return the time of the number-th record, somewhere in its interval of `step` seconds."""
    return (
        ACCOUNT_CREATED
        + number * step
        + hash_of(query.seeded.seed, hash_of_text(path), number) % step
    )


def numbers_between(query: Query, path: str, step: int, oldest: int) -> list[int]:
    """List the numbers of the records in the window, newest first."""
    low = max(oldest, query.since or oldest)
    high = query.now + 1 if query.until is None else min(query.until, query.now + 1)
    first = max(0, (low - ACCOUNT_CREATED) // step - 1)
    last = (high - ACCOUNT_CREATED) // step + 1
    return [
        number
        for number in range(last, first - 1, -1)
        if low <= time_of(query, path, number, step) < high
    ]


def list_of_numbers(numbers: list[int], show: Callable[[int], Record]) -> RecordList:
    """Make the list of the records that have these numbers."""
    return RecordList(
        take=lambda offset, count: numbers[offset : offset + count],
        count=lambda: len(numbers),
        show=lambda some: [show(each) for each in some],
    )
