"""Progress as lines of the log."""

from __future__ import annotations

import logging
import typing as t
from datetime import datetime, timedelta, timezone

from tap_pagerduty import NAME
from tap_pagerduty.compat import override
from tap_pagerduty.records.timestamps import isoformat, whole_second
from tap_pagerduty.reporting.formatting import count, duration, pace, so_far, streams_done
from tap_pagerduty.reporting.progress import ProgressListener

if t.TYPE_CHECKING:
    from tap_pagerduty.reporting.progress import Progress, StreamProgress

_logger = logging.getLogger(NAME)

# Seconds between two lines.
INTERVAL = 10.0
# Streams that a line names.
NAMED = 3


class ProgressLines(ProgressListener):
    """Writes a line to the log every ten seconds, and when something ends or waits."""

    def __init__(self, progress: Progress) -> None:
        """Take the run."""
        self._progress = progress
        self._due = progress.clock() + INTERVAL

    @override
    def page_received(self) -> None:
        if self._progress.clock() >= self._due:
            self._log(self._line())

    @override
    def stream_finished(self, stream: StreamProgress) -> None:
        if stream.skipped or stream.failed:
            return  # logged already, with the reason
        self._log(
            f"{stream.name}: {count(stream.records, 'record')}, "
            f"{count(stream.requests, 'request')}, {duration(stream.seconds)}"
        )

    @override
    def requests_waiting(self, seconds: float) -> None:
        until = whole_second(datetime.now(timezone.utc) + timedelta(seconds=seconds))
        _logger.info(
            "All requests wait until %s (%s): the rate limit is used up, by this run or by "
            "others with the same key.",
            isoformat(until),
            duration(seconds),
        )

    def _log(self, line: str) -> None:
        self._due = self._progress.clock() + INTERVAL
        _logger.info(line, extra={"progress": figures(self._progress)})

    def _line(self) -> str:
        active = self._progress.active
        named = [
            f"{each.name}: {_records_so_far(each, count(each.records, 'record'))}"
            for each in active[:NAMED]
        ]
        if more := len(active) - NAMED:
            named += [f"{more} more streams"] if more > 0 else []
        left = next((each.seconds_left for each in active if each.seconds_left), None)
        return "; ".join(
            [
                *named,
                pace(self._progress),
                *([f"about {duration(left)} left"] if left else []),
                streams_done(self._progress),
            ]
        )


def figures(progress: Progress) -> dict[str, t.Any]:
    """Return what a program wants to know of a run in progress."""
    return {
        "streams": [each.figures for each in progress.active],
        "streams_done": sum(each.finished_at is not None for each in progress.streams),
        "streams_selected": len(progress.streams),
        "requests_per_second": round(progress.pace, 1),
        "limit_per_second": progress.limit,
    }


def _records_so_far(stream: StreamProgress, records: str) -> str:
    work = so_far(stream)
    return f"{records}, {work}" if work else records
