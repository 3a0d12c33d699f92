"""Pages that are too heavy for the API are read in smaller ones."""

from __future__ import annotations

from unittest import mock

import backoff
import pytest
import requests

from tap_pagerduty.api.retries import Retries
from tap_pagerduty.api.smaller_pages import PageSize
from tests.support import harness
from tests.support.harness import Warehouse, differences, sandbox

CUT = {"text": '{"users": [{"id": "U'}
FAILURES = {
    "408": {"status": 408},
    "500": {"status": 500},
    "504": {"status": 504},
    "time-out": requests.exceptions.ReadTimeout("Read timed out."),
    "reset": requests.exceptions.ChunkedEncodingError("Connection broken"),
    "cut": CUT,
}


@pytest.fixture
def no_waits():
    with mock.patch.object(backoff, "full_jitter", return_value=0):
        yield


def limits(requests_):
    return [int(request.params["limit"]) for request in requests_]


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_after_three_failures_of_a_page_the_same_records_are_read_in_halves(account, sync, failure):
    account.lists["users"] = [{"id": f"U{n}"} for n in range(230)]
    account.plan("/users", failure, failure, failure)
    run = sync("users", max_concurrency=1)
    assert run.exit_code == 0
    assert run.ids("users") == [f"U{n}" for n in range(230)]
    assert limits(account.asked("/users"))[:5] == [100, 100, 100, 50, 50]
    assert max(limits(account.asked("/users"))[5:]) == 100  # and back up


@pytest.mark.parametrize("most", [60, 30, 12, 3])
def test_lists_and_windows_of_heavy_pages_come_whole(most, no_waits):  # noqa: ARG001
    streams = ("users", "incidents", "log_entries", "notifications", "incident_notes")
    with sandbox(users=150, incidents=120, heavy_records=most) as box:
        warehouse = Warehouse()
        assert warehouse.load(harness.sync(box, *streams)).status == 0
        assert differences(warehouse, box, *streams[:-1]) == []


def test_a_later_run_s_windows_with_incidents_in_them_come_whole(no_waits):  # noqa: ARG001
    with sandbox() as box:
        warehouse = Warehouse()
        warehouse.load(harness.sync(box, "incidents"))
        box.advance(3600)
        for own in [each["id"] for each in box.truth("incidents")][:30]:
            box.account.add_note(own, "looked at")
        object.__setattr__(box.options, "heavy_bytes", 20_000)
        assert warehouse.load(harness.sync(box, "incidents", state=warehouse.state)).status == 0
        assert differences(warehouse, box, "incidents") == []


def test_records_and_their_order_are_those_of_full_pages(no_waits):  # noqa: ARG001
    with sandbox(users=150) as box:
        whole = harness.sync(box, "users", "log_entries")
        object.__setattr__(box.options, "heavy_records", 20)
        parts = harness.sync(box, "users", "log_entries")

    def records(run):
        return [(m["stream"], m["record"]["id"]) for m in run.messages if m["type"] == "RECORD"]

    assert records(parts) == records(whole)


def test_a_record_that_cannot_be_had_is_told_by_its_position(tap, no_waits):  # noqa: ARG001
    with sandbox(users=60, unreadable="/users:37") as box:
        settings = {"api_key": box.api_key, "api_url": box.url, "requests_per_second": 1000}
        run = tap(settings, "users", "teams")
        assert run.exit_code == 1
        assert run.records("teams")
        assert run.lines("ERROR")[-2] == (
            "users is incomplete: record 37 of /users cannot be had: 408 Request Timeout: "
            "Your request took too long"
        )


def test_an_outage_does_not_blame_a_record(account, sync, patience):  # noqa: ARG001
    account.lists["users"] = [{"id": "U1"}]
    account.refusals["users"] = 503
    run = sync("teams", "users", retry_timeout_seconds=2)
    assert "users is incomplete: 503 Service Unavailable; given up after 2 s" in run.lines("ERROR")


def test_a_body_that_is_too_large_is_asked_for_in_parts_at_once(account, sync):
    account.lists["users"] = [{"id": f"U{n}", "description": "x" * 60_000} for n in range(30)]
    run = sync("users", max_response_mb=1)
    assert run.exit_code == 0
    assert run.ids("users") == [f"U{n}" for n in range(30)]
    assert limits(account.asked("/users")) == [100, 50, 25, 10, 10, 10]


def test_the_size_goes_down_at_once_and_up_step_by_step():
    size = PageSize()
    assert size.of(100) == 100
    assert [size.failed(100), size.failed(50), size.failed(25)] == [50, 25, 10]
    assert size.of(100) == 10
    found = []
    for _ in range(4):
        size.succeeded(size.of(100), 100)
        found.append(size.of(100))
    assert found == [25, 50, 100, 100]
    assert not size.is_reduced


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_waiting_for_its_turn_is_no_time_of_a_request():
    clock = Clock()
    retries = Retries(10, clock, clock.sleep)
    with mock.patch.object(backoff, "full_jitter", lambda value: value):
        for _ in range(3):
            clock.sleep(60)  # for its turn
            with retries.attempt():
                clock.sleep(1)
            wait = retries.next_wait()
            assert wait is not None
            retries.wait(wait)
        # 3 attempts of a second, and waits of 1, 2 and 4 seconds.
        with retries.attempt():
            clock.sleep(1)
        assert retries.next_wait() is None


def test_a_request_that_waited_long_for_its_turn_is_not_given_up_after_one_try(
    account, sync, clock, monkeypatch
):
    account.lists["users"] = [{"id": "U1"}]
    account.plan("/users", {"status": 503}, {"status": 503})
    monkeypatch.setattr("time.monotonic", clock)  # which goes on while a request waits its turn
    used_up = {"ratelimit-limit": "10", "ratelimit-remaining": "0", "ratelimit-reset": "50"}
    account.plan("/teams", {"json": {"teams": [], "more": False}, "headers": used_up})
    run = sync("teams", "users", retry_timeout_seconds=1, max_concurrency=1)
    assert run.exit_code == 0
    assert run.ids("users") == ["U1"]
    assert clock.now > 50
