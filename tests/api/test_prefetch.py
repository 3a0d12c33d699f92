"""Requests under way ahead of their turn: results in order, and nothing left running."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import threading
import time

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from tap_pagerduty.api import rate_limit
from tap_pagerduty.api.concurrency import Concurrency
from tap_pagerduty.api.prefetch import LookAhead, Source
from tap_pagerduty.streams import STREAMS
from tests.support import harness

# Seconds: longer than any test takes, so that a fault is an error and not a hang.
LONG = 10


def nothing(_request, _answer):
    return []


def crew(count):
    """Return what sends so many requests at once."""
    return LookAhead(Concurrency(count))


def look_ahead(roots, fetch, follow, ahead, **source):
    """Walk a source whose requests are in flight as soon as a thread has them."""

    def send(request):
        ahead.sent()
        return fetch(request)

    return ahead.walk(Source(send, follow, **source), roots)


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_results_come_in_order_however_long_each_takes(count):
    dice = random.Random(count)
    pauses = {request: dice.random() / 200 for request in range(40)}

    def fetch(request):
        time.sleep(pauses[request])
        return -request

    found = list(look_ahead(range(40), fetch, nothing, crew(count)))
    assert found == [(request, -request) for request in range(40)]


# A request is its place in a tree: a list of the sizes of what follows it.
TREES = st.recursive(st.just(()), lambda tree: st.lists(tree, max_size=4).map(tuple), max_leaves=30)


def walk(tree, path=()):
    """Yield the paths of a tree, depth first, without its root."""
    for index, child in enumerate(tree):
        yield (*path, index)
        yield from walk(child, (*path, index))


@given(TREES, st.integers(1, 4))
def test_what_follows_from_an_answer_comes_before_the_next_request(tree, count):
    def fetch(path):
        node = tree
        for index in path:
            node = node[index]
        return node

    def follow(path, node):
        return [(*path, index) for index in range(len(node))]

    roots = [(index,) for index in range(len(tree))]
    found = [path for path, _ in look_ahead(roots, fetch, follow, crew(count))]
    assert found == list(walk(tree))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_as_many_requests_are_under_way_as_there_are_workers(count):
    together = threading.Barrier(count)

    def fetch(request):
        # Returns only when so many calls have come here.
        together.wait(LONG)
        return request

    found = list(look_ahead(range(count * 3), fetch, nothing, crew(count)))
    assert len(found) == count * 3


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_never_more_requests_are_under_way_than_there_are_workers(count):
    lock, under_way, most = threading.Lock(), 0, 0
    full = threading.Event()

    def fetch(request):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
            if most >= count:
                full.set()
        full.wait(30)
        time.sleep(0.001)
        with lock:
            under_way -= 1
        return request

    def follow(request, _):
        return [request + 100] if request < 100 else []

    workers = crew(count)
    found = list(look_ahead(range(20), fetch, follow, workers))
    assert len(found) == 40
    # A second walk shares the workers.
    list(look_ahead(range(20), fetch, follow, workers))
    assert most == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_failure_comes_in_its_turn_after_all_results_before_it(count):
    failed = threading.Event()

    def fetch(request):
        if request == 3:
            failed.set()
            msg = "third"
            raise LookupError(msg)
        if request < 3 and count > 1:
            time.sleep(0.002)
        return request

    found = []
    walk = look_ahead(itertools.count(), fetch, nothing, crew(count))
    with pytest.raises(LookupError, match="third"):
        found.extend(request for request, _ in walk)
    assert failed.is_set()
    assert found == [0, 1, 2]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
def test_even_what_is_no_exception_reaches_the_caller(error):
    def fetch(_):
        raise error

    with pytest.raises(error):
        next(look_ahead([1], fetch, nothing, crew(2)))


@pytest.mark.parametrize("count", [1, 3])
def test_workers_go_on_after_a_failure(count):
    workers = crew(count)

    def fetch(request):
        return 1 / request

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            list(look_ahead([0] * 5, fetch, nothing, workers))
    assert list(look_ahead([1, 2], fetch, nothing, workers)) == [(1, 1.0), (2, 0.5)]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_requests_are_drawn_as_they_are_needed(count):
    drawn = []

    def roots():
        for request in itertools.count():
            drawn.append(request)
            yield request

    walk = look_ahead(roots(), lambda request: request, nothing, crew(count))
    for taken in range(1, 50):
        next(walk)
        assert len(drawn) <= taken + count
    walk.close()


def test_a_single_worker_means_no_thread_and_no_request_before_its_turn():
    threads, fetched = set(), []

    def fetch(request):
        threads.add(threading.current_thread())
        fetched.append(request)
        return request

    before = threading.active_count()
    walk = look_ahead(range(5), fetch, nothing, crew(1))
    assert fetched == []
    for taken in range(1, 6):
        next(walk)
        assert len(fetched) == taken
    assert threads == {threading.main_thread()}
    assert threading.active_count() == before


def test_no_thread_starts_before_the_first_request():
    before = threading.active_count()
    crew(20)
    look_ahead([], lambda request: request, nothing, crew(20))
    assert threading.active_count() == before


def test_what_has_not_begun_is_dropped_when_the_caller_stops():
    workers, gate, fetched = crew(2), threading.Event(), []

    def fetch(request):
        fetched.append(request)
        if request:
            gate.wait(LONG)
        return request

    walk = look_ahead(range(100), fetch, nothing, workers)
    next(walk)
    walk.close()
    gate.set()
    # The workers come to what is asked of them next; what was dropped is never fetched.
    assert list(look_ahead([-1], lambda request: request, nothing, workers)) == [(-1, -1)]
    assert set(fetched) <= {0, 1, 2}


def test_the_process_ends_at_once_though_requests_are_under_way():
    program = """
import threading
from tap_pagerduty.api.concurrency import Concurrency
from tap_pagerduty.api.prefetch import LookAhead, Source
begun = threading.Event()
ahead = LookAhead(Concurrency(3))
def fetch(request):
    ahead.sent()
    if request:
        begun.set()
        threading.Event().wait()
    return request
next(ahead.walk(Source(fetch, lambda request, answer: []), range(9)))
begun.wait()
raise SystemExit(7)
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=LONG, check=False)
    assert ended.returncode == 7


# -- From one list to the next


def test_the_next_lists_are_asked_for_together():
    """Lists of a page each would otherwise take the time of an answer, one after another."""
    together = threading.Barrier(3)
    lists = ("escalation_policies", "priorities", "schedules")

    def meet(_, request):
        if request.path.lstrip("/") in lists:
            together.wait(timeout=20)

    with harness.sandbox() as box:
        box.on_request(meet)
        run = harness.sync(box, "business_services", *lists)
        assert run.status == 0
        assert all(run.records(name) for name in lists)
        assert len(box.requests) == 4


def test_one_after_another_with_one_request_at_most():
    with harness.sandbox() as box:
        harness.sync(box, *harness.LISTS, max_concurrency=1)
        asked = dict.fromkeys(request.path.lstrip("/") for request in box.requests)
    assert list(asked) == sorted(harness.LISTS)


# -- Ahead of the walks


class Page:
    """A response of so many bytes."""

    def __init__(self, size):
        self.size = size


def settle(ahead):
    """Wait until nothing is in flight any more."""
    ahead.wait_for(lambda: False, LONG)


def source(ahead, fetched, respond=lambda request: request, **how):
    """Return a source that notes which requests it gets."""

    def fetch(request):
        ahead.sent()
        fetched.append(request)
        return respond(request)

    return Source(fetch, nothing, **how)


def test_what_a_walk_starts_with_is_there_before_it_starts():
    ahead, fetched = crew(8), []
    expected = source(ahead, fetched)
    ahead.expect(expected, 0, range(5))
    settle(ahead)
    assert sorted(fetched) == [0, 1, 2, 3, 4]
    assert list(ahead.walk(expected, range(7))) == [(n, n) for n in range(7)]
    assert sorted(fetched) == list(range(7))


def test_what_was_expected_in_vain_changes_nothing():
    ahead, fetched = crew(8), []
    expected = source(ahead, fetched)
    ahead.expect(expected, 0, range(5))
    settle(ahead)
    assert list(ahead.walk(expected, [3, 9, 1])) == [(3, 3), (9, 9), (1, 1)]
    ahead.forget(expected)
    assert sorted(fetched) == [0, 1, 2, 3, 4, 9]


def test_what_will_probably_follow_is_sent_before_its_turn():
    ahead, fetched = crew(8), []

    def likely(request, _):
        return [10, 11] if request == 1 else []

    expected = source(ahead, fetched, likely=likely)
    ahead.expect(expected, 0, [1, 2])
    settle(ahead)
    assert sorted(fetched) == [1, 2, 10, 11]


def test_an_expected_request_that_failed_for_a_time_is_sent_again_when_it_is_due():
    ahead, fetched = crew(3), []

    def respond(request):
        if len(fetched) == 1:
            raise requests.exceptions.ConnectionError
        return request

    expected = source(ahead, fetched, respond)
    ahead.expect(expected, 0, [1, 2])
    settle(ahead)
    # After a failure, the others wait for their turn.
    assert list(ahead.walk(expected, [1, 2])) == [(1, 1), (2, 2)]


@pytest.mark.parametrize("size", [1_000, 1_000_000])
def test_responses_ahead_of_their_turn_are_bounded_by_their_bytes(size):
    ahead, fetched = LookAhead(Concurrency(4), memory=10_000_000), []
    heavy = source(ahead, fetched, lambda _: Page(size))
    ahead.expect(heavy, 0, range(100))
    walk = ahead.walk(heavy, range(100))
    next(walk)
    settle(ahead)
    # Those in flight when the first size was known come on top.
    assert len(fetched) <= (1 + 4 + 10 if size > 1_000 else 100)
    assert len(fetched) >= 5
    assert [request for request, _ in walk] == list(range(1, 100))


def test_streams_far_off_leave_memory_for_the_one_that_is_read():
    ahead, fetched = LookAhead(Concurrency(4), memory=10_000_000), []
    far = source(ahead, [], lambda _: Page(1_000_000))
    ahead.expect(far, 1, range(100))
    settle(ahead)
    near = source(ahead, fetched, lambda _: Page(1_000_000))
    assert next(ahead.walk(near, range(100)))
    settle(ahead)
    assert len(fetched) >= 4


def test_requests_that_wait_for_a_budget_of_their_own_hold_up_no_others():
    ahead, gate, fetched = crew(3), threading.Event(), []

    def wait_for_turn(request):
        gate.wait(LONG)
        ahead.sent()
        return request

    slow = Source(wait_for_turn, nothing, budget="oncalls")
    ahead.expect(slow, 0, range(50))
    others = source(ahead, fetched)
    assert [request for request, _ in ahead.walk(others, range(50))] == list(range(50))
    gate.set()
    assert [request for request, _ in ahead.walk(slow, range(50))] == list(range(50))


# -- A whole run


def asked(box):
    """Return the requests to a sandbox, in a fixed order."""
    return sorted((each.path, sorted(each.query.items())) for each in box.requests)


def without_reading_time(run):
    messages = [{**message, "time_extracted": None} for message in run.messages]
    assert messages
    return messages


def test_a_run_ahead_makes_the_same_requests_and_writes_the_same(monkeypatch):
    """First load, and a day later, of all streams that are selected by default."""
    monkeypatch.setattr(rate_limit, "DEFAULT_RATE", 1_000.0)
    names = [sheet.name for sheet in STREAMS if sheet.selected_by_default and sheet.path]
    found = {}
    for concurrency in ({"max_concurrency": 1}, {}):
        with harness.sandbox() as box:
            first = harness.sync(box, *names, **concurrency)
            requests_of_first = asked(box)
            box.requests.clear()
            box.advance(86_400)
            second = harness.sync(box, *names, state=first.state, **concurrency)
            found[not concurrency] = (
                requests_of_first,
                asked(box),
                without_reading_time(first),
                without_reading_time(second),
            )
    for ahead, one_by_one in zip(found[True], found[False], strict=True):
        assert ahead == one_by_one
