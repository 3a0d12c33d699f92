"""The rate limit: so many requests in each fixed window of real time."""

from __future__ import annotations

import threading
import time
from math import ceil


class RateLimit:
    """One budget of requests, maybe shared with another client of the same key."""

    def __init__(self, limit: int, window: float, other_client: float = 0.0) -> None:
        """Allow `limit` requests per `window` seconds; another client takes its share of them."""
        self.limit = limit
        self._window = window
        self._other = other_client
        self._started = time.monotonic()
        self._number = 0
        self._used = 0
        self._lock = threading.Lock()

    def take(self, count: int = 1) -> tuple[bool, int, int]:
        """Use up `count` requests; gives whether that was allowed, what remains, the reset."""
        with self._lock:
            windows = (time.monotonic() - self._started) / self._window
            if int(windows) != self._number:
                self._number, self._used = int(windows), 0
            passed = windows - int(windows)
            reset = max(1, ceil((1 - passed) * self._window))
            available = self.limit - int(self._other * self.limit * passed)
            allowed = self._used + count <= available
            if allowed:
                self._used += count
            return allowed, max(0, available - self._used), reset


class RateLimits:
    """The budget of the key, and those of single endpoints; headers report the tightest."""

    def __init__(self, general: RateLimit, special: dict[str, RateLimit]) -> None:
        """Take the general budget and those of endpoints by path."""
        self.general = general
        self._special = special

    def take(self, path: str) -> tuple[bool, dict[str, str]]:
        """Count a request to a path; gives whether it is allowed, and the headers."""
        verdicts = [(self.general.limit, *self.general.take())]
        if path in self._special:
            special = self._special[path]
            verdicts.append((special.limit, *special.take()))
        limit, _, remaining, reset = min(verdicts, key=lambda each: each[2])
        headers = {
            "ratelimit-limit": str(limit),
            "ratelimit-remaining": str(remaining),
            "ratelimit-reset": str(reset),
        }
        return all(verdict[1] for verdict in verdicts), headers


class DailyQuota:
    """What analytics allow in a day of virtual time, apart from the rate limit."""

    _DAY = 86_400

    def __init__(self, quota: int | None) -> None:
        """Allow `quota` requests a day; None: any number, and no headers."""
        self._quota = quota
        self._day = 0
        self._used = 0
        self._lock = threading.Lock()

    def take(self, now: int) -> tuple[bool, dict[str, str]]:
        """Count a request; gives whether it is allowed, and the headers."""
        if self._quota is None:
            return True, {}
        with self._lock:
            day, passed = divmod(now, self._DAY)
            if day != self._day:
                self._day, self._used = day, 0
            self._used += 1
            remaining = self._quota - self._used
        headers = {
            "daily-ratelimit-limit": str(self._quota),
            "daily-ratelimit-remaining": str(remaining),
            "daily-ratelimit-reset": str(self._DAY - passed),
        }
        return remaining >= 0, headers
