"""The report of a run: a row for each stream, for the stream `sync_runs` and for the log."""

from __future__ import annotations

import signal
import typing as t
import uuid
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from tap_pagerduty.records.timestamps import isoformat
from tap_pagerduty.reporting.printable import printable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from tap_pagerduty.records import Record
    from tap_pagerduty.reporting.progress import Progress, StreamProgress

# How a stream of a run ended.
COMPLETE, SKIPPED, INCOMPLETE, INTERRUPTED = "complete", "skipped", "incomplete", "interrupted"
# Exit statuses above it are of a process that a signal has ended.
_SIGNALED = 128


class RunReport:
    """What a run has done and how it ended, with a row for each stream.

    Times are by the clock of this machine, in UTC. No row holds a secret or personal data.
    """

    def __init__(
        self,
        progress: Progress,
        version: str,
        loaded: Collection[str],
        bookmarks: Callable[[], Mapping[str, str]],
    ) -> None:
        """Take the run's progress, the tap's version, and what the state has of each stream.

        LOADED are the streams that the state of the earlier run knows. BOOKMARKS returns where
        the streams' positions are at the moment, by stream.
        """
        self.run_id = uuid.uuid4().hex
        self.started_at = progress.start_time
        self.progress = progress
        self.bookmarks_before = dict(bookmarks())
        self.bookmarks = bookmarks
        # Why the run stopped before its end; empty if it did not.
        self.stopped = ""
        self._version = version
        self._loaded = frozenset(loaded)
        self._ended_at: datetime | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note when the run ends, and what stops it."""
        try:
            yield
        except BaseException as error:
            self.stopped = printable(_reason(error))
            raise
        finally:
            self._ended_at = datetime.now(timezone.utc)

    @property
    def rows(self) -> list[Record]:
        """A row for each stream of the run, in the columns of `sync_runs`."""
        after = self.bookmarks()
        return [self._row(stream, after) for stream in self.progress.streams]

    def _row(self, stream: StreamProgress, after: Mapping[str, str]) -> Record:
        outcome, reason = self._outcome(stream)
        top = stream
        while top.parent:
            top = top.parent
        before = self.bookmarks_before.get(stream.name)
        return {
            "run_id": self.run_id,
            "stream": stream.name,
            "run_started_at": isoformat(self.started_at),
            "run_ended_at": self._ended_at and isoformat(self._ended_at),
            "started_at": self._time(stream.started_at),
            "ended_at": self._time(stream.finished_at),
            "outcome": outcome,
            "reason": printable(reason) or None,
            "records": stream.records,
            "requests": stream.requests,
            "refusals": stream.refusals,
            "retries": stream.retries,
            "windows": stream.windows_read,
            "bookmark_before": before,
            "bookmark_after": after.get(stream.name, before),
            "is_first_load": top.name not in self._loaded,
            "tap_version": self._version,
            "subdomain": self.progress.subdomain or None,
        }

    def _outcome(self, stream: StreamProgress) -> tuple[str, str]:
        """Return how a stream ended, and why."""
        if stream.finished_at is None:
            return INTERRUPTED, self.stopped
        if stream.failed:
            return INCOMPLETE, stream.failed
        if stream.skipped:
            return SKIPPED, stream.skipped
        return COMPLETE, ""

    def _time(self, clock: float | None) -> str | None:
        """Return a time of the run's clock as text; None if it is not known."""
        if clock is None:
            return None
        return isoformat(self.started_at + timedelta(seconds=clock - self.progress.started_at))


def _reason(error: BaseException) -> str:
    """Return what stopped a run, in words; what an unforeseen error says may be anything."""
    if isinstance(error, KeyboardInterrupt):
        return "stopped by SIGINT"
    if not isinstance(error, SystemExit):
        return f"stopped by an unexpected error ({type(error).__name__})"
    if isinstance(error.code, int) and error.code > _SIGNALED:
        return f"stopped by {signal.Signals(error.code - _SIGNALED).name}"
    return error.code if isinstance(error.code, str) else "stopped before its end"
