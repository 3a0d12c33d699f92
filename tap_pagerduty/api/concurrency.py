"""How many requests may be in flight: as many as the rate limit needs at the API's latency."""

from __future__ import annotations

import threading
import time
import typing as t
from collections import defaultdict
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Callable

# Requests in flight at the start of a run, and at most. By Little's law, 16 requests a second
# (PagerDuty's limit) at a latency of 2 s are 32 in flight, and some more catch up with the start.
START = 3
CEILING = 40
# By how much a good response raises the limit: it triples within a round trip, and after a
# setback grows by a quarter.
FAST, CAREFUL = 2.0, 0.25
# Responses at least that are compared with those before them.
FEWEST = 6
# The factor by which more requests have to be in flight for a comparison to show anything.
NOTABLE = 1.2
# Seconds without growth after the latency has grown with the requests in flight.
REST = 10.0


@dataclass(frozen=True)
class Exchange:
    """A request in flight: when it was sent, in which round, among how many others."""

    sent_at: float
    round: int
    in_flight: int
    # Whether it could have been sent earlier, had more requests been allowed in flight.
    held_up: bool


class Concurrency:
    """Limits the requests in flight; safe to use from any thread.

    The limit grows while responses are good and requests wait for it, not for the rate limit.
    It is halved when a request fails or is refused (429, 5xx, no response). It stops growing when
    the latency grows with it: then the server is the bottleneck, and more requests would only
    queue there. Latencies are compared by endpoint, as they differ from one to another.
    """

    def __init__(
        self, fixed: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start with a few requests; FIXED is a limit that does not change. CLOCK in seconds."""
        self.is_adaptive = fixed is None
        # Requests in flight at most, whatever comes.
        self.most = fixed or CEILING
        self._limit = float(fixed or START)
        self._clock = clock
        self._growth = FAST
        self._rests_until = 0.0
        self._condition = threading.Condition()
        self._in_flight = 0
        # A round is as many requests as are in flight, so that it shows what the limit does.
        self._round = 0
        self._size = FEWEST
        self._latencies: dict[str, list[float]] = defaultdict(list)
        self._counts: list[int] = []
        # Of the rounds before: the latency by endpoint, and the requests in flight.
        self._earlier: dict[str, float] = {}
        self._earlier_in_flight = 0.0

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return int(self._limit)

    def begin(self, *, held_up: bool = False) -> Exchange:
        """Wait until a further request may be in flight; `end` must follow.

        HELD_UP says whether it could have been sent earlier, but for this limit.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._in_flight < self.limit)
            self._in_flight += 1
            return Exchange(self._clock(), self._round, self._in_flight, held_up)

    def end(self, exchange: Exchange, endpoint: str = "", *, good: bool) -> None:
        """Note the end of a request to an ENDPOINT, and whether its response was GOOD."""
        with self._condition:
            self._in_flight -= 1
            if self.is_adaptive and good:
                self._succeeded(exchange, endpoint)
            elif self.is_adaptive and exchange.round == self._round:
                # Later failures of this round have the same cause.
                self._growth = CAREFUL
                self._limit = max(1.0, self._limit / 2)
                self._start_round()
            self._condition.notify_all()

    def _succeeded(self, exchange: Exchange, endpoint: str) -> None:
        now = self._clock()
        if exchange.held_up and now >= self._rests_until:
            self._limit = min(float(self.most), self._limit + self._growth)
        if exchange.round != self._round:
            return
        self._latencies[endpoint].append(now - exchange.sent_at)
        self._counts.append(exchange.in_flight)
        if len(self._counts) >= self._size:
            self._compare(now)
            self._start_round()

    def _compare(self, now: float) -> None:
        """Compare this round with those before; stop growing if only the latency has grown."""
        in_flight = sum(self._counts) / len(self._counts)
        means = {name: sum(found) / len(found) for name, found in self._latencies.items()}
        known = means.keys() & self._earlier.keys()
        if known and self._earlier_in_flight:
            weights = {name: len(self._latencies[name]) for name in known}
            slower = sum(means[name] / self._earlier[name] * weights[name] for name in known)
            slower /= sum(weights.values())
            more = in_flight / self._earlier_in_flight
            # With so many more in flight, not even half as many more responses.
            if more >= NOTABLE and slower > 1 + (more - 1) / 2:
                self._limit = max(1.0, min(self._limit, self._earlier_in_flight))
                self._growth = CAREFUL
                self._rests_until = now + REST
        self._earlier.update(means)
        self._earlier_in_flight = in_flight

    def _start_round(self) -> None:
        self._round += 1
        self._size = max(FEWEST, self.limit)
        self._latencies.clear()
        self._counts.clear()
