"""What a run has done so far, stream by stream; knows nothing of how that is shown."""

from __future__ import annotations

import threading
import time
import typing as t
from bisect import bisect_right
from collections import deque
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from singer_sdk import metrics

from tap_pagerduty.compat import override

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class TimeRange(t.Protocol):
    """A closed range of time, such as the window of a request."""

    @property
    def since(self) -> datetime:
        """Where it starts."""

    @property
    def until(self) -> datetime:
        """Where it ends."""


# Seconds over which the pace is taken.
RECENT = 10.0
# Seconds: a longer wait of all requests is reported.
LONG_WAIT = 10.0
# Seconds and share of the work after which a time left is no longer a guess.
SETTLED, MEANINGFUL = 5.0, 0.02


class RecordCounter(metrics.Counter):
    """The SDK's metric of a stream's records, of which the sum is kept as well."""

    def __init__(self, stream: str) -> None:
        """Take the stream's name."""
        super().__init__(metrics.Metric.RECORD_COUNT, {metrics.Tag.STREAM: stream})
        self._logged = 0

    @property
    def total(self) -> int:
        """The records of the whole run."""
        return self._logged + self.value

    @override
    def increment(self, value: int = 1) -> None:
        """Count, and look at no clock, as the SDK's does with each record."""
        self.value += value

    def log_if_due(self) -> None:
        """Log the metric, as often as the SDK logs it."""
        if time.time() - self.last_log_time > self.log_interval:
            self.exit()

    @override
    def exit(self) -> None:
        self._logged += self.value
        super().exit()


class StreamProgress:
    """What the run has done of one stream."""

    def __init__(self, name: str, run: Progress) -> None:
        """Take the stream's name, and the run that this is a part of."""
        self.name = name
        self.counter = RecordCounter(name)
        self.requests = 0
        # Requests that were made again, and those that were refused for coming too fast (429).
        self.retries = self.refusals = 0
        # Records of the parent stream for which this one has been read.
        self.parents = 0
        # The parent stream's, which shows how far this one has come.
        self.parent: StreamProgress | None = None
        # When it started and finished, in seconds of the run's clock; None if it has not.
        self.started_at: float | None = None
        self.finished_at: float | None = None
        # Why it was left out, or is incomplete.
        self.skipped = self.failed = ""
        # Where the next run resumes, once this one has moved that.
        self.bookmark = ""
        # Windows that have been read in full.
        self.windows_read = 0
        self._run = run
        self._lock = threading.Lock()
        # The windows that are to be read, oldest first; none where the stream is one list.
        self._plan: list[TimeRange] = []
        # When the present list, or the first of the planned windows, was started.
        self._stage_started_at = 0.0
        # The window (if any) that is being read, its records, and how many of them came.
        self._window: TimeRange | None = None
        self._total = self._received = 0

    @property
    def records(self) -> int:
        """Records that were emitted."""
        return self.counter.total

    # -- What the stream reports

    def start(self) -> None:
        """Note that the stream is being read from now on."""
        self.started_at = self._stage_started_at = self._run.clock()

    def finish(self, *, skipped: str = "", failed: str = "") -> None:
        """Note that the stream is done; SKIPPED and FAILED say why it is not complete."""
        self.finished_at = self._run.clock()
        self.skipped, self.failed = skipped, failed
        self._run.listener.stream_finished(self)

    @contextmanager
    def windows_in_progress(self, windows: Iterable[TimeRange]) -> Iterator[None]:
        """Note that these windows, oldest first, are read meanwhile."""
        before, self._plan = self._plan, list(windows)
        self._window, self._stage_started_at = None, self._run.clock()
        read = 0
        try:
            yield
            read = len(self._plan)
        finally:
            self.windows_read += read or self.windows[0]
            self._plan, self._window = before, None
            self._total, self._stage_started_at = 0, self._run.clock()

    def request_sent(self) -> None:
        """Count a request; from any thread."""
        with self._lock:
            self.requests += 1
        self._run.request_sent()

    def request_retried(self) -> None:
        """Count a request that is made again; from any thread."""
        with self._lock:
            self.retries += 1

    def rate_limited(self) -> None:
        """Count a request that came too fast (429); from any thread."""
        with self._lock:
            self.refusals += 1

    def page_received(self, window: TimeRange | None, records: int, total: int) -> None:
        """Count a response whose turn it is: of this WINDOW, with so many RECORDS.

        TOTAL is what the API counts in the window or list: on its first page, 0 on others.
        """
        # A request outside the planned windows says nothing about them.
        if (total or window != self._window) and (window or not self._plan):
            self._window, self._total, self._received = window, total, 0
        self._received += records
        self.counter.log_if_due()
        self._run.listener.page_received()

    # -- What is shown of it

    @property
    def is_active(self) -> bool:
        """Whether it has started and not finished."""
        return self.started_at is not None and self.finished_at is None

    @property
    def order(self) -> tuple[float, int]:
        """What sorts streams by their start, parents before their children."""
        if self.parent:
            started_at, depth = self.parent.order
            return started_at, depth + 1
        return self.started_at or 0.0, 0

    @property
    def seconds(self) -> float:
        """How long it has been read."""
        if self.started_at is None:
            return 0.0
        return (
            self._run.clock() if self.finished_at is None else self.finished_at
        ) - self.started_at

    @property
    def windows(self) -> tuple[int, int]:
        """The planned windows that are done, and how many are planned."""
        if not self._plan or self._window is None:
            return 0, len(self._plan)
        # Neighbours may overlap by a second.
        reached = self._reached(self._window) + timedelta(seconds=1)
        return bisect_right([window.until for window in self._plan], reached), len(self._plan)

    @property
    def share(self) -> float | None:
        """The share of the work that is done, 0 to 1; None if that is unknown."""
        if self.parent:
            return self.parent.share
        if self.finished_at is not None:
            return 1.0
        if not self._plan:
            return self._share_of_list if self._total else None
        if self._window is None:
            return 0.0
        start, end = self._plan[0].since, self._plan[-1].until
        done: float = (self._reached(self._window) - start) / (end - start)
        return max(0.0, done)

    @property
    def total(self) -> int:
        """The records that the API counts in the list that is being read; 0 if unknown."""
        return 0 if self._plan else self._total

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the pace so far; None as long as that is a guess."""
        if self.parent:
            return self.parent.seconds_left
        share, passed = self.share, self._run.clock() - self._stage_started_at
        if share is None or not MEANINGFUL <= share < 1 or passed < SETTLED:
            return None
        return passed * (1 - share) / share

    @property
    def figures(self) -> dict[str, t.Any]:
        """What a program wants to know of it."""
        done, planned = self.windows
        left = self.seconds_left if self.is_active else None
        found = {
            "stream": self.name,
            "records": self.records,
            "requests": self.requests,
            "refusals": self.refusals,
            "retries": self.retries,
            "seconds": round(self.seconds, 1),
            "windows": planned,
            "windows_done": done,
            "parents": self.parents,
            "seconds_left": left and round(left),
            "skipped": self.skipped,
            "incomplete": self.failed,
        }
        return {name: value for name, value in found.items() if value not in ("", None)}

    @property
    def _share_of_list(self) -> float:
        return min(1.0, self._received / self._total) if self._total else 0.0

    def _reached(self, window: TimeRange) -> datetime:
        return window.since + (window.until - window.since) * self._share_of_list


class ProgressListener:
    """Who wants to hear how a run goes; this one does nothing with it."""

    def page_received(self) -> None:
        """Hear that a page has arrived, on the main thread."""

    def stream_finished(self, stream: StreamProgress) -> None:
        """Hear that a stream is done with, on the main thread."""

    def requests_waiting(self, seconds: float) -> None:
        """Hear that no request is sent for so many SECONDS, on any thread."""


class Progress:
    """What a run has done so far."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the CLOCK, in seconds."""
        self.clock = clock
        self.listener = ProgressListener()
        # Requests that the key's limit allows in a second; None until a response reports it.
        self.limit: float | None = None
        # When requests are sent again, if they had to wait for long; on the clock.
        self.resumes_at = 0.0
        # What the account's web address starts with; empty until a setting or a record shows it.
        self.subdomain = ""
        self.started_at = 0.0
        # The same by the clock of this machine, in UTC.
        self.start_time = datetime.now(timezone.utc)
        self._by_name: dict[str, StreamProgress] = {}
        self._streams: list[str] = []
        self._lock = threading.Lock()
        self._sent: deque[float] = deque()

    def stream(self, stream: str) -> StreamProgress:
        """Return what the run has done of a STREAM."""
        if stream not in self._by_name:
            self._by_name[stream] = StreamProgress(stream, self)
        return self._by_name[stream]

    def start(self, streams: Iterable[str]) -> None:
        """Note that the run starts, and that it reads these STREAMS."""
        self.started_at = self.clock()
        self.start_time = datetime.now(timezone.utc)
        self._streams = list(streams)

    @property
    def streams(self) -> list[StreamProgress]:
        """What is read in this run, in the order of `start`."""
        return [self.stream(stream) for stream in self._streams]

    @property
    def active(self) -> list[StreamProgress]:
        """What is being read, parents before their children."""
        return sorted(
            (each for each in self.streams if each.is_active), key=lambda each: each.order
        )

    def request_sent(self) -> None:
        """Count a request, for the pace; from any thread."""
        now = self.clock()
        with self._lock:
            self._sent.append(now)
            self._forget(now)

    @property
    def pace(self) -> float:
        """Requests per second, over the last seconds."""
        now = self.clock()
        with self._lock:
            self._forget(now)
            return len(self._sent) / max(1.0, min(RECENT, now - self.started_at))

    def requests_wait(self, seconds: float) -> None:
        """Note that the next request has to wait; from any thread."""
        until = self.clock() + seconds
        with self._lock:
            # Each thread reports the same wait, and the ends of waits are rounded.
            is_news = seconds > LONG_WAIT and until > self.resumes_at + LONG_WAIT / 2
            if is_news:
                self.resumes_at = until
        if is_news:
            self.listener.requests_waiting(seconds)

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] < now - RECENT:
            self._sent.popleft()
