"""No server can take all memory, all time, or end a run in a traceback."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from datetime import datetime, timezone

import backoff
import pytest

from tap_pagerduty import preflight
from tap_pagerduty.api import deadline, windows
from tap_pagerduty.api.rate_limit import RateLimiter
from tests.support.harness import TOKEN, oauth_app
from tests.support.hostile import BUDGET, PAGE, USER, hostile


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    """Shorten the waits: between attempts, until the check gives up, for the deadline.

    With no wait at all between attempts, the tap makes hundreds of them before it gives up.
    """
    monkeypatch.setattr(backoff, "full_jitter", lambda _: 0.1)
    monkeypatch.setattr(preflight, "RETRY_TIMEOUT", 0.3)
    monkeypatch.setattr(deadline, "INTERVAL", 0.05)


# -- Bodies


def bomb(megabytes):
    """Return a gzipped list with a text of so many megabytes."""
    return gzip.compress(b'{"users": [{"id": "P1", "name": "%s"}]}' % (b" " * megabytes * 10**6))


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_small_response_that_unpacks_to_a_large_one_takes_little_memory(tap, status):
    body = bomb(150)
    with hostile(lambda e: e.send(body, status, Content_Encoding="gzip")) as server:
        tracemalloc.start()
        run = tap(server.settings(max_response_mb=3), "users")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert run.exit_code == 1
    assert run.records("users") == []
    assert most < 60_000_000
    assert (
        f"users is incomplete: {status} with a body of more than 3 MB; raise `max_response_mb` if "
        "that can be right" in run.lines("ERROR")
    )
    # A list may be smaller with fewer records: 100, 50, 25, 10, 1. An error is no smaller.
    assert server.paths.count("/users") == (5 if status == 200 else 1)


def test_a_response_of_very_many_tiny_values_takes_little_memory(tap):
    body = gzip.compress(b'{"users": [' + b"{}," * 900_000 + b"{}]}")  # 2.7 MB, and 72 MB decoded
    with hostile(lambda e: e.send(body, Content_Encoding="gzip")) as server:
        tracemalloc.start()
        run = tap(server.settings(max_response_mb=3), "users")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert run.exit_code == 1
    assert most < 40_000_000
    assert "users is incomplete: 200 with more than 120,000 values; raise `max_resp" in run.log


def test_a_response_up_to_the_bound_is_loaded(tap):
    body = bomb(2)
    with hostile(lambda e: e.send(body, Content_Encoding="gzip")) as server:
        run = tap(server.settings(max_response_mb=3), "users")
    assert run.exit_code == 0
    assert len(run.records("users")[0]["name"]) == 2_000_000


def chunks(exchange):
    exchange.send_response(200)
    exchange.send_header("Transfer-Encoding", "chunked")
    exchange.end_headers()
    for _ in range(100):
        exchange.wfile.write(b"20000\r\n" + b" " * 0x20000 + b"\r\n")
    exchange.wfile.write(b"0\r\n\r\n")


def without_length(exchange):
    exchange.close_connection = True
    exchange.send_response(200)
    exchange.end_headers()
    for _ in range(100):
        exchange.wfile.write(b" " * 0x20000)


@pytest.mark.parametrize("respond", [chunks, without_length])
def test_a_body_of_no_known_length_is_bounded(tap, respond):
    with hostile(respond) as server:
        run = tap(server.settings(max_response_mb=3), "users")
    assert run.exit_code == 1
    assert "with a body of more than 3 MB" in run.log


@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
def test_a_token_host_with_a_large_body_is_a_line(tap, mode):
    body = bomb(5)
    with hostile(lambda e: e.send(body, Content_Encoding="gzip")) as server:
        run = tap(oauth_app(server, max_response_mb=3), "users", arguments=mode)
    assert run.exit_code == 1
    assert "with a body of more than 3 MB" in run.lines("ERROR")[-1]


# -- Time


def drip_head(exchange):
    for each in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000:
        exchange.wfile.write(bytes([each]))
        time.sleep(0.05)


def drip_body(exchange):
    exchange.send_response(200)
    exchange.send_header("Content-Length", "1000")
    exchange.end_headers()
    for _ in range(1000):
        exchange.wfile.write(b" ")
        time.sleep(0.05)


def drip_to_the_end(exchange):
    exchange.close_connection = True
    exchange.send_response(200)
    exchange.end_headers()
    exchange.wfile.write(json.dumps(PAGE).encode())
    for _ in range(1000):
        exchange.wfile.write(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize("drip", [drip_head, drip_body, drip_to_the_end])
def test_a_response_that_trickles_in_ends(tap, drip):
    with hostile(drip) as server:
        start = time.monotonic()
        run = tap(server.settings(request_timeout_seconds=1), "users")
        assert time.monotonic() - start < 25
    assert run.exit_code == 1
    assert any("no response in time; given up after 1 s" in line for line in run.lines("ERROR"))


def test_one_connection_serves_for_longer_than_the_deadline_of_a_response(tap):
    """The deadline of a response that is complete interrupts nothing."""
    users = [{**USER, "id": f"P{number}"} for number in range(300)]
    connections = []

    def respond(exchange):
        connections.append(exchange.client_address)
        time.sleep(0.4)
        offset = int(exchange.path.partition("offset=")[2].partition("&")[0])
        exchange.send({"users": users[offset : offset + 100], "more": offset < 200, "total": 300})

    with hostile(respond) as server:
        run = tap(server.settings(max_concurrency=1, request_timeout_seconds=1), "users")
    assert run.exit_code == 0
    assert len(run.records("users")) == 300
    assert run.lines("WARNING") == []
    assert len(connections) > 3
    assert len(set(connections)) == 1


# -- Counts


def counted(total):
    def respond(exchange):
        name = exchange.path.strip("/").partition("?")[0]
        exchange.send({name: [], "limit": 100, "offset": 0, "more": True, "total": total})

    return respond


@pytest.mark.parametrize("total", [10**10, 10**12, 10**18])
def test_a_count_that_cannot_be_cuts_a_window_into_few_parts(tap, total):
    with hostile(counted(total)) as server:
        run = tap(server.settings(), "notifications")
        assert run.exit_code == 1
        assert len(server.seen) < 50
        assert f"{total:,} records, of which the API lists 10,000" in run.log


@pytest.mark.parametrize("total", [10**12, 10**18])
@pytest.mark.parametrize("stream", ["users", "notifications", "incidents"])
def test_a_count_that_cannot_be_is_a_line_of_the_check(tap, stream, total):
    with hostile(counted(total)) as server:
        run = tap(server.settings(), stream, arguments=["--test"])
        assert len([path for path in server.paths if path != "/users/me"]) < 20
    assert run.exit_code == 1
    [line] = [line for line in run.stdout.splitlines() if line.startswith(f"  {stream}: ")]
    assert f"{total:,} records" in line
    assert "0 of 1 selected stream can be read." in run.stdout


def test_a_window_is_cut_into_no_more_than_so_many_parts():
    since, until = (datetime(2024, month, 1, tzinfo=timezone.utc) for month in (1, 3))
    parts = windows.Window(since, until).split(5_000_000_000)
    assert len(parts) <= windows.MOST_PARTS + 1
    assert (parts[0].since, parts[-1].until) == (since, until)


@pytest.mark.parametrize("total", ["300", [300], {"a": 1}, -1, 2.5, True, 1e300])
@pytest.mark.parametrize("stream", ["users", "notifications"])
@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
def test_a_total_that_is_no_number_is_a_line(tap, stream, total, mode):
    with hostile(counted(total)) as server:
        run = tap(server.settings(), stream, arguments=mode)
    assert run.exit_code == 1
    assert "200 with a `total` that is not a count" in run.log + run.stdout


@pytest.mark.parametrize("record", ["a", 1, None, [], True], ids=str)
@pytest.mark.parametrize("stream", ["users", "incidents"])
def test_a_record_that_is_no_object_ends_only_its_stream(tap, stream, record):
    with hostile(lambda e: e.send({stream: [record], "more": False, "total": 1})) as server:
        run = tap(server.settings(), stream)
    assert run.exit_code == 1
    assert f"{stream} is incomplete: a record is not " in run.log


# -- The rate limit

ABSURD = [
    {"ratelimit-reset": "1900000000", "ratelimit-remaining": "0"},
    {"ratelimit-reset": "1e17", "ratelimit-remaining": "0"},
    {"ratelimit-reset": "-1e17"},
    {"ratelimit-reset": "-5", "ratelimit-remaining": "0"},
    {"ratelimit-limit": "0", "ratelimit-remaining": "0"},
    {"ratelimit-limit": "-960"},
    {"ratelimit-remaining": "-9999999999"},
]


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
@pytest.mark.parametrize("headers", ABSURD, ids=str)
def test_an_implausible_rate_limit_is_ignored_and_reported(tap, headers, status, mode):
    sent = {
        name.replace("-", "_"): value
        for name, value in {**BUDGET, "ratelimit-reset": "1", **headers}.items()
    }
    start = time.monotonic()
    with hostile(lambda exchange: exchange.send(PAGE, status, **sent)) as server:
        run = tap(server.settings(), "users", arguments=mode)
    assert time.monotonic() - start < 25
    assert run.exit_code == (0 if status == 200 else 1)
    [line] = [line for line in run.lines("WARNING") if "rate limit" in line]
    assert line.startswith("PagerDuty reports a rate limit that cannot be (")


def test_a_reset_within_the_minute_is_waited_for_whatever_the_retry_timeout():
    slept = []
    limiter = RateLimiter(longest_reset=1, clock=lambda: sum(slept), sleep=slept.append)
    limiter.wait()
    limiter.observe({**BUDGET, "ratelimit-remaining": "0", "ratelimit-reset": "59"})
    limiter.wait()
    assert 58 <= sum(slept) <= 60


# -- Tokens


@pytest.mark.parametrize("lifetime", ["abc", [60], {}, -1, "1e400", "", "60"])
def test_a_lifetime_of_a_token_that_is_no_number_is_a_line(tap, lifetime):
    def respond(exchange):
        token = {"access_token": "pdus+token1", "expires_in": lifetime, "scope": "users.read"}
        exchange.send(token if exchange.path == TOKEN else PAGE)

    with hostile(respond) as server:
        run = tap(oauth_app(server), "users")
    assert run.exit_code == 0
    warned = [line for line in run.lines("WARNING") if "lifetime" in line]
    assert len(warned) == (lifetime != "60")


@pytest.mark.parametrize("token", ["pdus+a\r\nX: 1", "pdus+\u4e2d", "", 5, ["pdus+a"]])
def test_a_granted_token_that_no_header_can_have_is_a_line(tap, token):
    with hostile(lambda exchange: exchange.send({"access_token": token})) as server:
        run = tap(oauth_app(server), "users")
    assert run.exit_code == 1
    assert "200 with a body that holds no token" in run.lines("ERROR")[-1]
    assert set(server.paths) == {TOKEN}


@pytest.mark.parametrize("scope", [["users.read"], 5, {"a": 1}])
def test_a_scope_that_is_no_text_is_no_traceback(tap, scope):
    def respond(exchange):
        token = {"access_token": "pdus+token1", "expires_in": 60, "scope": scope}
        exchange.send(token if exchange.path == TOKEN else PAGE)

    with hostile(respond) as server:
        assert tap(oauth_app(server), "users").exit_code == 0
