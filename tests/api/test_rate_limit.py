"""The pace: a limit is used up, not exceeded, and left to others as far as is asked."""

from __future__ import annotations

import heapq
import math
import random
import threading
from itertools import pairwise

import pytest

from tap_pagerduty.api.rate_limit import DEFAULT_RATE, RateLimiter

LATENCY = 0.15
# Requests under way at most: enough for the pace at this latency.
CONCURRENCY = 4


class Simulation:
    """An API that allows LIMIT requests in each window of PERIOD seconds, and a client.

    Time passes only when the client sleeps. An answer comes back after LATENCY, in the
    order of the requests unless it is made to vary, and carries the headers as the API
    counted them when the request arrived.
    """

    def __init__(self, limit, period, *, others=0.0, headers=True, phase=0.0, seed=0):  # noqa: PLR0913
        self.limit, self.period, self.phase = limit, period, phase
        self.headers = headers
        self.dice = random.Random(seed)
        self.now = 0.0
        self.events = []  # (time, number, what happens then)
        self.count = 0
        self.under_way = 0
        # By window: requests counted, ours that were answered, ours that were refused.
        self.used, self.ours, self.refused = {}, {}, {}
        self.sent = []
        if others:
            self._at(self.dice.expovariate(others), lambda: self._other(others))

    def _at(self, time, what):
        self.count += 1
        heapq.heappush(self.events, (time, self.count, what))

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self._pass_until(self.now + max(seconds, 1e-9))

    def _pass_until(self, time):
        while self.events and self.events[0][0] <= time:
            self.now, _, what = heapq.heappop(self.events)
            what()
        self.now = max(self.now, time)

    def _window(self):
        return math.floor((self.now + self.phase) / self.period)

    def _count(self, into):
        """Count a request; return whether it is let through."""
        window = self._window()
        through = self.used.get(window, 0) < self.limit
        if through:
            self.used[window] = self.used.get(window, 0) + 1
        counts = into if through else self.refused
        counts[window] = counts.get(window, 0) + 1
        return through

    def _other(self, rate):
        window = self._window()
        if self.used.get(window, 0) < self.limit:
            self.used[window] = self.used.get(window, 0) + 1
        self._at(self.now + self.dice.expovariate(rate), lambda: self._other(rate))

    def run(self, rate_limiter, seconds):
        """Send as many requests as the rate limiter lets through."""
        while self.now < seconds:
            while self.under_way >= CONCURRENCY:
                self._pass_until(self.events[0][0])
            rate_limiter.wait()
            self.sent.append(self.now)
            self.under_way += 1
            there = self.now + LATENCY * self.dice.uniform(0.3, 0.7)
            back = self.now + LATENCY * self.dice.uniform(0.8, 1.2)
            self._at(there, lambda back=back: self._arrive(rate_limiter, back))

    def _arrive(self, rate_limiter, back):
        through = self._count(self.ours)
        window = self._window()
        reset = (window + 1) * self.period - self.phase - self.now
        headers = {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.limit - self.used[window]),
            "ratelimit-reset": str(math.ceil(reset)),
        }
        self._at(back, lambda: self._answer(rate_limiter, headers, through=through))

    def _answer(self, rate_limiter, headers, *, through):
        self.under_way -= 1
        rate_limiter.observe(headers if self.headers else {})
        if not through:
            rate_limiter.limited(0, headers)

    def whole_windows(self):
        """Return the windows that were whole, less the first, in which the pace was found."""
        return sorted(self.used)[2:-1]


def simulate(limit, period, windows=8, reserve=0, cap=None, **api):
    simulation = Simulation(limit, period, **api)
    rate_limiter = RateLimiter(cap, reserve, simulation.clock, simulation.sleep)
    simulation.run(rate_limiter, windows * period)
    return simulation


LIMITS = [(960, 60), (96, 6)]


@pytest.mark.parametrize("phase", [0.0, 0.37, 0.95])
@pytest.mark.parametrize(("limit", "period"), LIMITS)
def test_alone_the_limit_is_used_up_without_a_refusal(limit, period, phase):
    simulation = simulate(limit, period, phase=phase * period)
    assert simulation.refused == {}
    for window in simulation.whole_windows():
        assert simulation.ours[window] >= 0.95 * limit


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("limit", "period"), LIMITS)
def test_beside_another_client_what_it_leaves_is_used(limit, period, seed):
    simulation = simulate(limit, period, windows=20, others=limit / period / 2, seed=seed)
    windows = simulation.whole_windows()
    ours = sum(simulation.ours[window] for window in windows)
    taken = sum(simulation.used[window] for window in windows) - ours
    assert ours >= 0.85 * (limit * len(windows) - taken)
    assert sum(simulation.refused.values()) <= 0.01 * len(simulation.sent)


@pytest.mark.parametrize("reserve", [10, 50])
@pytest.mark.parametrize(("limit", "period"), LIMITS)
def test_the_reserve_is_kept_and_the_rest_is_used(limit, period, reserve):
    simulation = simulate(limit, period, reserve=reserve)
    allowed = limit * (100 - reserve) / 100
    for window in simulation.whole_windows():
        assert 0.93 * allowed <= simulation.ours[window] <= allowed + 2


def test_a_client_that_begins_in_the_middle_slows_us_at_once():
    simulation = Simulation(960, 60)
    rate_limiter = RateLimiter(None, 0, simulation.clock, simulation.sleep)
    simulation.run(rate_limiter, 90)
    simulation._at(90, lambda: simulation._other(8.0))
    simulation.run(rate_limiter, 180)
    assert sum(simulation.refused.values()) <= 0.01 * len(simulation.sent)


@pytest.mark.parametrize("headers", [False, True])
def test_no_second_sees_more_than_the_cap(headers):
    simulation = simulate(960, 60, windows=2, cap=3, headers=headers)
    gaps = [later - sent for sent, later in pairwise(simulation.sent)]
    assert min(gaps) >= 1 / 3 - 1e-9
    assert len(simulation.sent) >= 0.95 * 120 * 3


def test_without_headers_the_pace_is_the_conservative_one():
    simulation = simulate(960, 60, windows=2, headers=False)
    assert len(simulation.sent) == pytest.approx(DEFAULT_RATE * 120, rel=0.01)


def test_a_cap_above_the_conservative_pace_does_not_speed_it_up():
    simulation = simulate(960, 60, windows=1, headers=False, cap=50)
    assert len(simulation.sent) == pytest.approx(DEFAULT_RATE * 60, rel=0.02)


def test_the_first_requests_are_spaced_before_any_answer_has_come():
    now = 0.0

    def sleep(seconds):
        nonlocal now
        now += seconds

    rate_limiter = RateLimiter(clock=lambda: now, sleep=sleep)
    for _ in range(11):
        rate_limiter.wait()
    assert now == pytest.approx(10 / DEFAULT_RATE)


@pytest.mark.parametrize(
    "headers",
    [
        {"ratelimit-limit": "many", "ratelimit-remaining": "few", "ratelimit-reset": "soon"},
        {"ratelimit-limit": "960", "ratelimit-remaining": "900"},
        {"ratelimit-limit": "", "ratelimit-remaining": "", "ratelimit-reset": ""},
        {"ratelimit-limit": "960", "ratelimit-remaining": "900", "ratelimit-reset": "nan"},
        {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "inf"},
    ],
)
def test_odd_headers_leave_the_pace_as_it_is(headers):
    simulation = Simulation(960, 60)
    rate_limiter = RateLimiter(None, 0, simulation.clock, simulation.sleep)
    for _ in range(50):
        rate_limiter.wait()
        rate_limiter.observe(headers)
    assert simulation.now == pytest.approx(49 / DEFAULT_RATE)


@pytest.mark.parametrize("remaining", ["0", "-3"])
def test_with_nothing_left_the_next_request_waits_for_the_reset(remaining):
    simulation = Simulation(960, 60)
    rate_limiter = RateLimiter(None, 0, simulation.clock, simulation.sleep)
    rate_limiter.wait()
    headers = {"ratelimit-limit": "960", "ratelimit-remaining": remaining, "ratelimit-reset": "42"}
    rate_limiter.observe(headers)
    rate_limiter.wait()
    assert simulation.now == pytest.approx(42)


def test_a_request_without_an_answer_does_not_hold_its_share_back():
    simulation = Simulation(960, 60)
    rate_limiter = RateLimiter(None, 0, simulation.clock, simulation.sleep)
    headers = {"ratelimit-limit": "100", "ratelimit-remaining": "50", "ratelimit-reset": "50"}
    for _ in range(49):
        rate_limiter.wait()
        rate_limiter.request_lost()
    rate_limiter.wait()
    rate_limiter.observe(headers)
    before = simulation.now
    rate_limiter.wait()
    rate_limiter.wait()
    # 50 are left for 50 seconds: one a second, not none.
    assert simulation.now - before <= 2.1


def test_a_pause_holds_every_thread():
    lock, now, passed = threading.Lock(), 0.0, []

    def sleep(seconds):
        nonlocal now
        with lock:
            now += seconds

    rate_limiter = RateLimiter(clock=lambda: now, sleep=sleep)
    rate_limiter.limited(30, {})

    def request():
        rate_limiter.wait()
        passed.append(now)

    threads = [threading.Thread(target=request) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(passed) == 8
    assert min(passed) >= 30 - 1e-9
    # And then they come one after another, not all at once.
    assert max(passed) >= 30 + 7 / DEFAULT_RATE - 1e-9


def test_a_short_pause_does_not_end_a_longer_one():
    simulation = Simulation(960, 60)
    rate_limiter = RateLimiter(None, 0, simulation.clock, simulation.sleep)
    rate_limiter.limited(30, {})
    rate_limiter.limited(1, {})
    rate_limiter.wait()
    assert simulation.now == pytest.approx(30)
