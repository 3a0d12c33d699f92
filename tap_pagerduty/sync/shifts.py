"""Shifts that are read in time windows: each one once, with its own start and end."""

from __future__ import annotations

import typing as t
from collections import defaultdict

from tap_pagerduty.api.windows import SECOND, Window
from tap_pagerduty.records.timestamps import isoformat, utc

if t.TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from datetime import datetime

    from tap_pagerduty.records import Record


def overlapping(windows: Iterable[Window]) -> Iterator[Window]:
    """Yield WINDOWS, each but the first starting a second early, so that neighbours overlap.

    Of a shift that was cut where they meet, both pieces then hold that second; of two
    shifts, of which one ends where the other starts, they do not.
    """
    for number, window in enumerate(windows):
        yield Window(window.since - SECOND, window.until) if number else window


class Shifts:
    """Puts together what windows, oldest first and `overlapping`, show of the same shifts.

    PagerDuty does not say for all endpoints whether a shift that reaches out of the range
    asked for comes whole, or cut at its ends. Either way the pieces of one overlap, and are
    of the same person in the same place. Permanent ones, without a start, pass as they are.
    """

    def __init__(self, owner: Callable[[Record], Hashable]) -> None:
        """Take the function that returns whose shift it is, and where."""
        self._owner = owner
        # The shifts that reach the end of the last window: they may continue in the next.
        self._open: dict[Hashable, list[Record]] = {}

    def ended(self, window: Window, records: Iterable[Record]) -> Iterator[Record]:
        """Yield the shifts that end within WINDOW, of which RECORDS are all."""
        before, self._open = self._open, defaultdict(list)
        overlap_start = isoformat(window.until - SECOND)
        for record in records:
            if not record.get("start"):
                yield record
                continue
            owner = self._owner(record)
            shift = {**record, "start": utc(record["start"]), "end": utc(record.get("end"))}
            if shift["start"] == shift["end"]:
                continue  # cut to nothing: it only touches the window
            if piece := _taken(before.get(owner, []), shift):
                shift["start"] = piece["start"]
                shift["end"] = _later(piece["end"], shift["end"])
            if shift["end"] is None or shift["end"] >= overlap_start:
                self._open[owner].append(shift)
            else:
                yield shift
        for pieces in before.values():
            yield from pieces

    def ending_at(self, instant: datetime) -> Iterator[Record]:
        """Yield the shifts that end just at INSTANT, the end of the last window."""
        for pieces in self._open.values():
            yield from (piece for piece in pieces if piece["end"] == isoformat(instant))

    def rest(self) -> Iterator[Record]:
        """Yield the shifts that reach the end of the last window."""
        for pieces in self._open.values():
            yield from pieces
        self._open = {}


def _taken(pieces: list[Record], shift: Record) -> Record | None:
    """Remove from PIECES the one of the same shift, and return it; None if there is none."""
    found = [piece for piece in pieces if piece["start"] == shift["start"]] or [
        piece
        for piece in pieces
        if piece["start"] < (shift["end"] or _NEVER) and shift["start"] < (piece["end"] or _NEVER)
    ]
    if not found:
        return None
    pieces.remove(found[0])
    return found[0]


def _later(end: str | None, other: str | None) -> str | None:
    return None if end is None or other is None else max(end, other)


# Behind all times, as texts are ordered.
_NEVER = "~"
