"""What a run has done so far, stream by stream; knows nothing of how that is shown."""

from __future__ import annotations

import sys
import threading
import time
import typing as t
from bisect import bisect_right
from collections import deque
from contextlib import contextmanager
from datetime import timedelta

from singer_sdk import metrics

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from tap_pagerduty.windows import Window

# Seconds over which the pace is taken.
RECENT = 10.0
# Seconds: a longer wait of all requests is told.
LONG_WAIT = 10.0
# Seconds and share of the work after which a time left is no longer a guess.
SETTLED, MEANINGFUL = 5.0, 0.02


class RecordCounter(metrics.Counter):
    """The SDK's metric of a stream's records, of which the sum is kept as well."""

    def __init__(self, stream: str) -> None:
        """Take the stream's name."""
        super().__init__(metrics.Metric.RECORD_COUNT, {metrics.Tag.STREAM: stream})
        self._told = 0

    @property
    def total(self) -> int:
        """The records of the whole run."""
        return self._told + self.value

    @override
    def increment(self, value: int = 1) -> None:
        """Count, and look at no clock, as the SDK's does with each record."""
        self.value += value

    def lap(self) -> None:
        """Have the metric told, as often as the SDK tells it."""
        if time.time() - self.last_log_time > self.log_interval:
            self.exit()

    @override
    def exit(self) -> None:
        self._told += self.value
        super().exit()


class Activity:
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
        # The parent stream's, which tells how far this one has come.
        self.leader: Activity | None = None
        # When it began and ended, in seconds of the run's clock; None if it has not.
        self.began: float | None = None
        self.ended: float | None = None
        # Why it was left out, or is incomplete.
        self.skipped = self.failed = ""
        # Where the next run goes on, once this one has moved that.
        self.bookmark = ""
        self._run = run
        self._lock = threading.Lock()
        # The windows that are to be read, oldest first; none where the stream is one list.
        self._plan: list[Window] = []
        # When the present list, or the first of the planned windows, was begun.
        self._stage_began = 0.0
        # The window (if any) that is being read, its records, and how many of them came.
        self._window: Window | None = None
        self._total = self._came = 0

    @property
    def records(self) -> int:
        """Records that were emitted."""
        return self.counter.total

    # -- What is told it

    def begin(self) -> None:
        """Note that the stream is being read from now on."""
        self.began = self._stage_began = self._run.clock()

    def end(self, *, skipped: str = "", failed: str = "") -> None:
        """Note that the stream is done with; SKIPPED and FAILED say why it is not whole."""
        self.ended = self._run.clock()
        self.skipped, self.failed = skipped, failed
        self._run.watcher.ended(self)

    @contextmanager
    def planned(self, windows: Iterable[Window]) -> Iterator[None]:
        """Note that these windows, oldest first, are read meanwhile."""
        before, self._plan = self._plan, list(windows)
        self._window, self._stage_began = None, self._run.clock()
        try:
            yield
        finally:
            self._plan, self._window = before, None
            self._total, self._stage_began = 0, self._run.clock()

    def sent(self) -> None:
        """Count a request; from any thread."""
        with self._lock:
            self.requests += 1
        self._run.sent()

    def retried(self) -> None:
        """Count a request that is made again; from any thread."""
        with self._lock:
            self.retries += 1

    def refused(self) -> None:
        """Count a request that came too fast (429); from any thread."""
        with self._lock:
            self.refusals += 1

    def answered(self, window: Window | None, records: int, total: int) -> None:
        """Count an answer whose turn it is: of this WINDOW, with so many RECORDS.

        TOTAL is what the API counts in the window or list: on its first page, 0 on others.
        """
        # What is asked for besides planned windows tells nothing of them.
        if (total or window != self._window) and (window or not self._plan):
            self._window, self._total, self._came = window, total, 0
        self._came += records
        self.counter.lap()
        self._run.watcher.answered()

    # -- What it tells

    @property
    def is_active(self) -> bool:
        """Whether it has begun and not ended."""
        return self.began is not None and self.ended is None

    @property
    def order(self) -> tuple[float, int]:
        """What sorts streams by their begin, parents before their children."""
        if self.leader:
            began, depth = self.leader.order
            return began, depth + 1
        return self.began or 0.0, 0

    @property
    def seconds(self) -> float:
        """How long it has been read."""
        if self.began is None:
            return 0.0
        return (self._run.clock() if self.ended is None else self.ended) - self.began

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
        """The share of the work that is done, 0 to 1; None if that cannot be told."""
        if self.leader:
            return self.leader.share
        if self.ended is not None:
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
        """How long it will take, if it goes on as it went; None as long as that is a guess."""
        if self.leader:
            return self.leader.seconds_left
        share, passed = self.share, self._run.clock() - self._stage_began
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
        return min(1.0, self._came / self._total) if self._total else 0.0

    def _reached(self, window: Window) -> datetime:
        return window.since + (window.until - window.since) * self._share_of_list


class Watcher:
    """Who wants to hear how a run goes; this one does nothing with it."""

    def answered(self) -> None:
        """Hear that an answer has come, on the main thread."""

    def ended(self, activity: Activity) -> None:
        """Hear that a stream is done with, on the main thread."""

    def waiting(self, seconds: float) -> None:
        """Hear that no request is sent for so many SECONDS, on any thread."""


class Progress:
    """What a run has done so far."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the CLOCK, in seconds."""
        self.clock = clock
        self.watcher = Watcher()
        # Requests that the key's limit allows in a second; None until an answer told it.
        self.limit: float | None = None
        # When requests are sent again, if they had to wait for long; on the clock.
        self.resumes = 0.0
        self.began = 0.0
        self._activities: dict[str, Activity] = {}
        self._streams: list[str] = []
        self._lock = threading.Lock()
        self._sent: deque[float] = deque()

    def activity(self, stream: str) -> Activity:
        """Return what the run has done of a STREAM."""
        if stream not in self._activities:
            self._activities[stream] = Activity(stream, self)
        return self._activities[stream]

    def begin(self, streams: Iterable[str]) -> None:
        """Note that the run begins, and that it reads these STREAMS."""
        self.began = self.clock()
        self._streams = list(streams)

    @property
    def streams(self) -> list[Activity]:
        """What is read in this run, in the order of `begin`."""
        return [self.activity(stream) for stream in self._streams]

    @property
    def active(self) -> list[Activity]:
        """What is being read, parents before their children."""
        return sorted(
            (each for each in self.streams if each.is_active), key=lambda each: each.order
        )

    def sent(self) -> None:
        """Count a request, for the pace; from any thread."""
        now = self.clock()
        with self._lock:
            self._sent.append(now)
            self._forget(now)

    @property
    def pace(self) -> float:
        """Requests per second of late."""
        now = self.clock()
        with self._lock:
            self._forget(now)
            return len(self._sent) / max(1.0, min(RECENT, now - self.began))

    def waits(self, seconds: float) -> None:
        """Note that the next request has to wait; from any thread."""
        until = self.clock() + seconds
        with self._lock:
            # Each thread comes with the same wait, and told ends are rounded.
            is_news = seconds > LONG_WAIT and until > self.resumes + LONG_WAIT / 2
            if is_news:
                self.resumes = until
        if is_news:
            self.watcher.waiting(seconds)

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] < now - RECENT:
            self._sent.popleft()
