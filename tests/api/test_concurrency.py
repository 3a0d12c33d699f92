"""How many requests are in flight: as many as the pace needs, fewer when the API suffers."""

from __future__ import annotations

import heapq
import itertools
import random

import pytest

from tap_pagerduty.api.concurrency import CEILING, START, Concurrency


class Api:
    """An API on a clock of its own that has so many WORKERS, and a client that sends all it may.

    A response takes LATENCY seconds, more or less by a third; with more requests in flight than
    there are workers, they wait for each other. RATE is what the rate limit lets through in a
    second: a request that waits for that has not been held up by the concurrency.
    """

    def __init__(self, latency=1.0, workers=1_000, rate=1_000.0, fixed=None, seed=1):
        self.now = 0.0
        self.latency, self.workers, self.rate = latency, workers, rate
        self.dice = random.Random(seed)
        self.concurrency = Concurrency(fixed, clock=lambda: self.now)
        self.fails = lambda: False
        self.in_flight = []
        self.numbers = itertools.count()
        self.turn = 0.0
        self.sent = 0

    def run(self, seconds):
        """Send requests for so many seconds; return the limit at the end."""
        end = self.now + seconds
        while self.now < end:
            while len(self.in_flight) >= self.concurrency.limit:
                self._receive()
            if self.turn > self.now:
                while self.in_flight and self.in_flight[0][0] < self.turn:
                    self._receive()
                self.now = self.turn
            self.turn = max(self.turn + 1 / self.rate, self.now - 1)
            while len(self.in_flight) >= self.concurrency.limit:
                self._receive()
            self._send()
        return self.concurrency.limit

    def _send(self):
        exchange = self.concurrency.begin()
        load = max(1.0, (len(self.in_flight) + 1) / self.workers)
        back = self.now + self.latency * load * self.dice.uniform(0.7, 1.3)
        heapq.heappush(self.in_flight, (back, next(self.numbers), exchange))
        self.sent += 1

    def _receive(self):
        back, _, exchange = heapq.heappop(self.in_flight)
        self.now = max(self.now, back)
        wanted = len(self.in_flight) + 1 >= self.concurrency.limit and self.now >= self.turn
        self.concurrency.end(exchange, "incidents", good=not self.fails(), wanted=wanted)


def test_it_starts_with_a_few_requests():
    assert Concurrency().limit == START


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("latency", "needed"), [(0.15, 2.4), (0.5, 8), (1.0, 16), (2.0, 32)])
def test_as_many_are_in_flight_as_the_pace_needs_at_each_latency(latency, needed, seed):
    api = Api(latency, rate=16, seed=seed)
    # The limit triples with each round trip.
    assert api.run(4 * latency) >= 0.8 * needed
    before = api.sent
    api.run(60)
    assert api.sent - before >= 0.97 * 60 * 16


def test_it_does_not_grow_while_the_rate_limit_is_what_requests_wait_for():
    assert Api(latency=0.05, rate=5).run(60) <= 2 * START


def test_it_never_exceeds_the_ceiling():
    assert Api(latency=30.0).run(600) == CEILING


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("workers", [4, 8])
def test_it_stops_growing_where_only_the_latency_grows(workers, seed):
    api = Api(latency=0.2, workers=workers, seed=seed)
    api.run(20)
    before = api.sent
    limits = [api.run(2) for _ in range(30)]
    # More than the server works on at once only queues there; now and then it tries more.
    assert sum(limits) / len(limits) <= 2.5 * workers
    assert api.sent - before >= 0.85 * 60 * workers / api.latency
    assert min(limits) >= workers / 2


def test_it_is_halved_at_once_when_a_request_fails():
    api = Api()
    api.run(10)
    before = api.concurrency.limit
    api.fails = lambda: True
    api._receive()
    assert api.concurrency.limit == before // 2


def test_requests_that_fail_together_are_one_setback():
    api = Api()
    api.run(10)
    before = api.concurrency.limit
    api.fails = lambda: True
    for _ in range(before):
        api._receive()
    assert api.concurrency.limit == before // 2


def test_it_comes_down_to_one_while_all_requests_fail_and_recovers():
    api = Api(latency=0.2)
    api.fails = lambda: True
    assert api.run(10) == 1
    api.fails = lambda: False
    assert api.run(30) >= CEILING / 2


def test_a_fixed_limit_stays_whatever_comes():
    api = Api(fixed=7)
    assert api.run(10) == 7
    api.fails = lambda: True
    assert api.run(10) == 7


def test_endpoints_of_different_latency_are_not_compared():
    """A slow list after a quick one is no sign of a server that cannot keep up."""
    api = Api(latency=0.5)
    concurrency = api.concurrency
    for latency, endpoint in [(0.1, "teams")] * 30 + [(5.0, "schedules")] * 60:
        exchange = concurrency.begin()
        api.now += latency
        concurrency.end(exchange, endpoint, good=True, wanted=True)
    assert concurrency.limit == CEILING
