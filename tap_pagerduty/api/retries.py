"""Retries: how long, and after which waits, a request is sent again."""

from __future__ import annotations

import time
import typing as t
from contextlib import contextmanager

import backoff

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Seconds: the longest wait between two attempts of a request.
LONGEST_WAIT = 60


class Retries:
    """The attempts of one request: exponential backoff with full jitter, for a bounded time.

    The time that an attempt takes counts, and so do the waits between attempts. The time for which
    a request waits for its turn does not; `backoff.on_exception` would count it.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take for how many SECONDS the request may be tried."""
        self._left = seconds
        self._clock, self._sleep = clock, sleep
        self._waits = backoff.expo(max_value=LONGEST_WAIT)
        next(self._waits)  # the generator starts with a value for its caller to send
        # How many attempts have failed.
        self.failures = 0

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Count the time that an attempt takes, once the request may be sent."""
        begun = self._clock()
        try:
            yield
        finally:
            self._left -= self._clock() - begun

    def next_wait(self) -> float | None:
        """Note a failure; return the seconds until the next attempt, None if time is up."""
        self.failures += 1
        wait: float = backoff.full_jitter(next(self._waits))
        return None if self._left <= 0 else min(wait, self._left)

    def spend(self, seconds: float) -> None:
        """Count so many SECONDS, for which the request has to wait after a 429."""
        self._left -= seconds

    def wait(self, seconds: float) -> None:
        """Return after so many SECONDS."""
        with self.attempt():
            self._sleep(seconds)
