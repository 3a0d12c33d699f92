"""One request budget, shared by all threads, steered by what the API says is left of it."""

from __future__ import annotations

import logging
import threading
import time
import typing as t
from contextlib import suppress

from tap_pagerduty import NAME

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_logger = logging.getLogger(NAME)

# Requests per second until a response reports the limit, or for the whole run if none does.
DEFAULT_RATE = 5.0
# Seconds: PagerDuty documents its limits by the minute. Its responses do not say so.
MINUTE = 60.0
# Seconds: by so much the reported ends of one window may differ, as they are rounded.
ROUNDING = 2.0
# Seconds: turns that passed unused so long ago are made up for, in a burst.
MADE_UP_FOR = 5.0
# Seconds: a reset up to here is believed in any case.
LONGEST_RESET = 2 * MINUTE
# Requests a minute: a million times what PagerDuty documents.
LARGEST_LIMIT = 1_000_000_000


class RateLimiter:
    """Spaces requests so that a budget is used up evenly, just as it is renewed.

    Each response reports the requests that the present window allows (`ratelimit-limit`),
    those left of them (`ratelimit-remaining`) and the seconds until all are there again
    (`ratelimit-reset`). Source: PagerDuty's REST API documentation, "Rate Limiting".
    """

    def __init__(
        self,
        requests_per_second: float | None = None,
        reserve_percent: float = 0,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        *,
        longest_reset: float = LONGEST_RESET,
    ) -> None:
        """Never exceed REQUESTS_PER_SECOND, and leave RESERVE_PERCENT of each window alone.

        A reset that is more than LONGEST_RESET seconds away, and more than two minutes, is
        implausible, as the time of day would be: what is reported with it is ignored.
        """
        self._shortest = 1 / requests_per_second if requests_per_second else 0.0
        self._interval = max(self._shortest, 1 / DEFAULT_RATE)
        self._reserve = reserve_percent / 100
        self._clock, self._sleep = clock, sleep
        self._longest_reset = max(longest_reset, LONGEST_RESET)
        self._has_warned = False
        self._lock = threading.Lock()
        self._next = 0.0
        self._sent = 0
        self._in_flight = 0
        self._window: _LimitWindow | None = None
        # Requests per second that others make with the same key.
        self._others = 0.0
        # Requests that the API allows in a minute, and how many were left at the last response;
        # None until a response reports them.
        self.limit: int | None = None
        self.remaining: int | None = None

    @property
    def long_term_rate(self) -> float:
        """Requests per second that may be sent in the long run, as far as is known now."""
        if self.limit is None:
            return 1 / max(self._shortest, 1 / DEFAULT_RATE)
        return 1 / max(self._shortest, MINUTE / (self.limit * (1 - self._reserve)))

    def wait(self) -> None:
        """Return when it is this request's turn; `observe` or `request_lost` must follow."""
        while True:
            with self._lock:
                now = self._clock()
                if now >= self._next:
                    since = max(self._next, now - self._made_up_for(now))
                    self._next = max(now + self._shortest, since + self._interval)
                    self._sent += 1
                    self._in_flight += 1
                    return
                pause = self._next - now
            self._sleep(pause)

    def _made_up_for(self, now: float) -> float:
        """Return for how many seconds turns that passed unused may still be taken.

        They passed while requests waited for responses, not for the limit. None before the limit
        is known, and no more than the present window has left: so it is not exceeded.
        """
        if self._window is None:
            return 0.0
        return max(self._interval, min(MADE_UP_FOR, self._window.resets_at - now))

    @property
    def delay(self) -> float:
        """Seconds for which the next request has to wait."""
        with self._lock:
            return max(0.0, self._next - self._clock())

    def request_lost(self) -> None:
        """Note that a request got no response."""
        with self._lock:
            self._in_flight -= 1

    def limited(self, seconds: float, headers: Mapping[str, str]) -> float:
        """Hold back all requests after a 429 with these HEADERS; return for how many seconds.

        The budget is the key's, so every thread waits: for SECONDS, or until the reset that the
        response reports, if it reports a plausible one (a 429 may come without any header).
        """
        with suppress(KeyError, ValueError):
            reset = float(headers["ratelimit-reset"])
            if 0 <= reset <= self._longest_reset:
                seconds = max(seconds, reset)
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
        return seconds

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take from a response what is left of the budget, and space further requests by it."""
        with self._lock:
            self._in_flight -= 1
            reported = self._reported(headers)
            if reported is None:
                return
            limit, remaining, reset = reported
            self.limit, self.remaining = limit, remaining
            now = self._clock()
            window = self._window
            if window and now + reset < window.resets_at - ROUNDING:
                return  # a late response, of the window before
            # Responses may overtake each other, so a few more than before mean nothing.
            if (
                window is None
                or now >= window.resets_at
                or remaining > window.remaining + limit / 4
            ):
                responded = self._sent - self._in_flight
                window = _LimitWindow(now, responded, remaining, now + reset, self._others)
                self._window = window
            window.remaining = min(window.remaining, remaining)
            # Whole seconds, rounded up: the least of several is the nearest to the truth.
            window.resets_at = min(window.resets_at, now + reset)
            self._steer(window, limit, now)

    def _reported(self, headers: Mapping[str, str]) -> tuple[int, int, float] | None:
        """Return limit, remaining and reset; None if one is absent or cannot be."""
        try:
            limit = int(headers["ratelimit-limit"])
            remaining = int(headers["ratelimit-remaining"])
            reset = float(headers["ratelimit-reset"])
        except (KeyError, ValueError):
            return None
        if (
            0 < limit <= LARGEST_LIMIT
            and abs(remaining) <= LARGEST_LIMIT
            and 0 <= reset <= self._longest_reset
        ):
            return limit, remaining, reset
        if not self._has_warned:
            self._has_warned = True
            _logger.warning(
                "PagerDuty reports a rate limit that cannot be (limit %.10g, remaining %.10g, "
                "reset in %.10g s); such reports are ignored.",
                limit,
                remaining,
                reset,
            )
        return None

    def _steer(self, window: _LimitWindow, limit: int, now: float) -> None:
        left = max(0.0, window.resets_at - now)
        ours = self._sent - window.responded
        theirs = max(0, window.first - window.remaining - ours)
        # They come in bursts: a rate taken from a short time would be far off, so that of
        # the window before counts as well.
        memory = (window.resets_at - window.started) / 4
        passed = now - window.started + memory
        self._others = (theirs + window.others_before * memory) / passed if passed else 0.0
        free = window.remaining - self._in_flight - self._reserve * limit
        if free >= 1:
            # A part is ours in any case: who makes no requests does not see others stop.
            free = max(free - self._others * left, free / 10)
            self._interval = max(self._shortest, left / free)
        else:
            self._interval = max(self._shortest, 1 / DEFAULT_RATE)
            self._next = max(self._next, window.resets_at)


class _LimitWindow:
    """The API's present window, as it was when we first saw it and as it is now."""

    __slots__ = ("first", "others_before", "remaining", "resets_at", "responded", "started")

    def __init__(
        self,
        started: float,
        responded: int,
        remaining: int,
        resets_at: float,
        others_before: float,
    ) -> None:
        self.started, self.responded, self.resets_at = started, responded, resets_at
        self.first = self.remaining = remaining
        self.others_before = others_before
