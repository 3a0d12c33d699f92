"""How many requests may be in flight: as many as the rate limit needs at the API's latency."""

from __future__ import annotations

import threading
import time
import typing as t
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

if t.TYPE_CHECKING:
    from collections.abc import Callable

# Requests in flight at the start of a run, and at most. By Little's law, 16 requests a second
# (PagerDuty's limit) at a latency of 2 s are 32 in flight, and some more catch up with the start.
START = 3
CEILING = 40
# By how much a good response raises the limit: it triples within a round trip, and after a
# setback grows by a half.
FAST, CAREFUL = 2.0, 0.5
# Responses at least that are compared with those before them.
FEWEST = 6
# The factor by which more requests have to be in flight for a comparison to show anything.
NOTABLE = 1.2
# How many times the requests that are needed at the least latency, which is a lucky one.
SPARE = 1.5
# Seconds without growth after the latency has grown with the requests in flight.
REST = 4.0


@dataclass(frozen=True)
class Exchange:
    """A request in flight: when it was sent, in which round, among how many others."""

    sent_at: float
    round: int
    in_flight: int


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
        # The round that began when the limit was last halved.
        self._halved_in = 0
        self._size = FEWEST
        self._latencies: dict[str, list[float]] = defaultdict(list)
        self._counts: list[int] = []
        # Of the rounds before: the latency by endpoint, the latest and the least, and the requests
        # in flight.
        self._earlier: dict[str, float] = {}
        self._least: dict[str, float] = {}
        self._earlier_in_flight = 0.0

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return int(self._limit)

    def begin(self) -> Exchange:
        """Wait until a further request may be in flight; `end` must follow."""
        with self._condition:
            self._condition.wait_for(lambda: self._in_flight < self.limit)
            self._in_flight += 1
            return Exchange(self._clock(), self._round, self._in_flight)

    def end(
        self, exchange: Exchange, endpoint: str = "", *, good: bool, wanted: bool = False
    ) -> None:
        """Note the end of a request to an ENDPOINT, and whether its response was GOOD.

        WANTED says whether a further request waits for nothing but this limit.
        """
        with self._condition:
            self._in_flight -= 1
            if self.is_adaptive and good:
                self._succeeded(exchange, endpoint, wanted=wanted)
            elif self.is_adaptive and exchange.round >= self._halved_in:
                # Failures of requests that were in flight by now have the same cause.
                self._growth = CAREFUL
                self._limit = max(1.0, self._limit / 2)
                self._start_round()
                self._halved_in = self._round
            self._condition.notify_all()

    def _succeeded(self, exchange: Exchange, endpoint: str, *, wanted: bool) -> None:
        now = self._clock()
        if wanted and now >= self._rests_until:
            self._limit = min(float(self.most), self._limit + self._growth)
        if exchange.round != self._round:
            return
        self._latencies[endpoint].append(now - exchange.sent_at)
        self._counts.append(exchange.in_flight)
        if len(self._counts) >= self._size:
            self._compare(now)
            self._start_round()

    def _compare(self, now: float) -> None:
        """Compare this round with the one before; stop growing if only the latency has grown."""
        in_flight = sum(self._counts) / len(self._counts)
        usual = {name: median(found) for name, found in self._latencies.items()}
        more = in_flight / self._earlier_in_flight if self._earlier_in_flight else 1.0
        # With so many more in flight, not even half as many more responses.
        if more >= NOTABLE and self._slowdown(usual, self._earlier) > 1 + (more - 1) / 2:
            # By Little's law, so many are needed for as many responses at the least latency.
            needed = SPARE * in_flight / self._slowdown(usual, self._least)
            self._limit = max(1.0, min(self._limit, needed, self._earlier_in_flight))
            self._growth = CAREFUL
            self._rests_until = now + REST
        self._earlier.update(usual)
        self._earlier_in_flight = in_flight
        for name, latency in usual.items():
            self._least[name] = min(latency, self._least.get(name, latency))

    def _slowdown(self, usual: dict[str, float], before: dict[str, float]) -> float:
        """Return how many times the latency BEFORE the USUAL one is now, over the endpoints."""
        counts = {name: len(self._latencies[name]) for name in usual.keys() & before.keys()}
        total = sum(usual[name] / before[name] * number for name, number in counts.items())
        return total / sum(counts.values()) if counts else 1.0

    def _start_round(self) -> None:
        self._round += 1
        self._size = max(FEWEST, self.limit)
        self._latencies.clear()
        self._counts.clear()
