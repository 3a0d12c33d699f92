"""What the user sees for each kind of answer of the API."""

from __future__ import annotations

import itertools

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from tap_pagerduty.api.concurrency import CEILING
from tests.support.account import READ

USERS = [{"id": f"U{number}", "name": f"User {number}"} for number in range(250)]
TEAMS = [{"id": "T1", "name": "Team"}]
PAGE = "<html><body>Bad gateway; ask jane.doe@example.com, +15555551234</body></html>"


@pytest.fixture(autouse=True)
def _lists(account):
    account.lists.update(users=USERS, teams=TEAMS)


ACTIVATE = "ACTIVATE_VERSION"
# Requests that may be under way when the first of a stream is refused.
AHEAD = 20


def forever(answer):
    return itertools.repeat(answer)


# -- 401


def test_a_refused_key_stops_the_run_at_once_with_one_line(account, sync):
    # The first that is asked for in a run of all streams, and then at the other region's host.
    account.plan("/abilities", {"status": 401}, {"status": 401})
    run = sync()
    assert run.exit_code == 1
    (line,) = run.lines("ERROR")
    assert line == (
        "PagerDuty refused the key at https://api.pagerduty.com (401 Unauthorized). Check "
        "`api_key`, and `region`: a key of the other region is a usual cause."
    )
    hosts = [request.url.split("/")[2] for request in account.requests]
    # Those that were in flight when the first response came, and the other region's host.
    assert hosts.index("api.eu.pagerduty.com") <= CEILING
    assert hosts.count("api.eu.pagerduty.com") == 1


def test_a_key_refused_in_the_middle_stops_the_run_too(account, sync):
    account.plan("/users", iter([None, {"status": 401}, {"status": 401}]))
    run = sync("teams", "users", "vendors")
    assert run.exit_code == 1
    assert len(run.lines("ERROR")) == 1
    assert run.ids("teams") == ["T1"]
    # Asked for ahead, but not emitted.
    assert len(account.asked("/vendors")) <= 1
    assert run.ids("vendors") == []


@pytest.mark.parametrize("stream", READ, ids=lambda stream: stream.name)
def test_a_key_refused_by_any_stream_stops_the_run(account, sync, stream):
    account.has_samples = True
    account.refusals[stream.name] = 401
    run = sync(stream.name, "vendors")
    assert run.exit_code == 1
    (line,) = run.lines("ERROR")
    assert line.startswith("PagerDuty refused the key")
    assert run.records(stream.name) == []
    assert 1 <= len(account.asked_of(stream)) <= AHEAD
    # Nothing is said to be complete, and no row to have vanished.
    assert stream.name not in [m["stream"] for m in run.messages if m["type"] == ACTIVATE]


def test_the_key_is_in_no_log_line_at_the_finest_level(account, sync, monkeypatch):
    monkeypatch.setenv("TAP_PAGERDUTY_LOGLEVEL", "DEBUG")
    account.plan("/users", {"status": 500}, requests.ConnectionError("reset"))
    run = sync("users")  # which looks for the key in all that is written
    assert run.exit_code == 0
    assert run.lines("DEBUG")


# -- 402, 403


@pytest.mark.parametrize("status", [402, 403])
@pytest.mark.parametrize("stream", READ, ids=lambda stream: stream.name)
def test_a_stream_out_of_reach_is_skipped_with_a_warning(account, sync, stream, status):
    account.has_samples = True
    account.refusals[stream.name] = status
    other = "teams" if stream.name != "teams" else "users"
    run = sync(stream.name, other)
    assert run.exit_code == 0
    assert run.records(stream.name) == []
    assert len(run.records(other)) == len(account.lists[other])
    (said,) = run.lines("WARNING")
    assert said.startswith(f"{stream.name} was skipped: {status} ")
    assert stream.scope or stream.plan
    assert f"`{stream.scope}`" in said or not stream.scope
    assert stream.plan in said
    assert run.lines("ERROR") == []
    # It was asked for, and not again and again; what it has in the target stays there.
    assert 1 <= len(account.asked_of(stream)) <= AHEAD
    assert stream.name not in [m["stream"] for m in run.messages if m["type"] == ACTIVATE]


def test_the_warning_goes_on_after_a_message_that_ends_in_a_stop(account, sync):
    error = {"message": "The plan lacks it."}
    account.plan("/priorities", {"status": 402, "json": {"error": error}})
    [warning] = sync("priorities").lines("WARNING")
    assert warning == (
        "priorities was skipped: 402 Payment Required: The plan lacks it; it requires the "
        "scope `priorities.read`"
    )


def test_the_warning_repeats_the_scopes_that_the_api_names(account, sync):
    error = {"message": "Token missing required scopes", "required_scopes": "users.read"}
    account.plan("/users", {"status": 403, "json": {"error": error}})
    warning = sync("users").lines("WARNING")[-1]
    assert "Token missing required scopes (users.read)" in warning


def test_rows_of_a_skipped_stream_are_not_removed_from_the_target(account, sync):
    account.plan("/users", {"status": 403})
    run = sync("users", "teams")
    versions = [m["stream"] for m in run.messages if m["type"] == "ACTIVATE_VERSION"]
    assert versions == ["teams"]


def test_access_withdrawn_while_reading_makes_the_stream_incomplete(account, sync):
    account.plan("/users", None, {"status": 403}, {"status": 403})
    run = sync("teams", "users")
    assert run.exit_code == 1
    assert run.lines("ERROR")[-2].startswith("users is incomplete: access was withdrawn")
    assert "users" not in [m["stream"] for m in run.messages if m["type"] == "ACTIVATE_VERSION"]


# -- 404, 400


def test_an_incident_gone_meanwhile_is_passed_over(account, sync):
    account.add_incident(1, account.at(days=200))
    account.add_entry(1, account.at(hours=1), "I1")
    account.embed = lambda incident: {"id": incident["id"]}
    account.plan("/incidents/I1", {"status": 404})
    run = sync("incidents", state=account.loaded(days=1))
    assert run.exit_code == 0
    assert run.records("incidents") == []
    assert len(account.asked("/incidents/I1")) == 1


def test_a_list_that_is_not_found_from_its_second_page_on_is_an_error(account, sync):
    account.lists["users"] = [{"id": f"U{n}"} for n in range(150)]
    account.plan("/users", None, {"status": 404})
    run = sync("users")
    assert run.exit_code == 1
    assert run.lines("ERROR")[-2] == "users is incomplete: 404 Not Found"


BODIES = {
    "an object with a list": (
        {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Bad.", "Sad."]}},
        "Invalid Input Provided: Bad.: Sad.",
    ),
    "an object with a text": (
        {"error": {"message": "Invalid", "code": 2001, "errors": "Bad since"}},
        "Invalid: Bad since",
    ),
    "a list of texts": ({"error": ["Bad since", "Bad until"]}, "Bad since: Bad until"),
    "a text": ({"error": "Bad\n  since"}, "Bad since"),
    "a map of fields": (
        {"error": {"message": "Invalid", "errors": {"since": ["is invalid"], "x": ["is bad"]}}},
        "Invalid: since is invalid: x is bad",
    ),
    "a map without error": ({"errors": {"since": ["is invalid"]}}, "since is invalid"),
    "scopes": ({"error": {"message": "Missing", "required_scopes": "a.read"}}, "Missing"),
}


@pytest.mark.parametrize(("body", "message"), BODIES.values(), ids=BODIES)
def test_a_bad_request_tells_what_the_api_says_and_is_not_repeated(account, sync, body, message):
    account.plan("/users", forever({"status": 400, "json": body}))
    run = sync("users")
    assert run.exit_code == 1
    assert run.lines("ERROR")[-2] == f"users is incomplete: 400 Bad Request: {message}"
    assert len(account.asked("/users")) == 1


@pytest.mark.parametrize("text", ["", PAGE, "[1, 2]", '"text"', "{}", '{"error": null}', "\x00"])
def test_an_error_without_a_message_of_the_api_repeats_nothing(account, sync, text):
    account.plan("/users", {"status": 400, "text": text})
    run = sync("users")
    assert run.lines("ERROR")[-2] == "users is incomplete: 400 Bad Request"


def test_a_status_without_its_words_reads_well(account, sync):
    account.plan("/users", {"status": 400, "reason": "", "json": {"error": "No"}})
    assert sync("users").lines("ERROR")[-2] == "users is incomplete: 400: No"


def test_a_very_long_message_is_cut(account, sync):
    account.plan("/users", {"status": 400, "json": {"error": "long " * 1000}})
    assert max(map(len, sync("users").lines("ERROR"))) < 400


# -- What may pass: 408, 429, 5xx, broken connections and bodies


def broken_connection(reason):
    """Return the error of a connection, nested as requests nests it."""
    return requests.ConnectionError(MaxRetryError(None, "/users?token=x", reason))


PASSING = {
    **{str(status): {"status": status} for status in (408, 429, 500, 502, 503, 504, 520)},
    "a proxy's page": {"status": 502, "text": PAGE},
    "a page with 200": {"text": PAGE},
    "cut off": {"text": '{"users": [{"id": "U1", "na'},
    "empty": {"text": ""},
    "without the list": {"json": {"error": "odd"}},
    "a list only": {"json": []},
    "null for a list that is counted": {"json": {"users": None, "total": 250}},
    "reset": requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "reset")),
    "refused": broken_connection(NewConnectionError(None, "Connection refused")),
    "no such host": broken_connection(NameResolutionError("h", None, OSError("not known"))),
    "no answer": requests.ReadTimeout("slow"),
    "no connection": requests.ConnectTimeout("slow"),
    "broken off": requests.exceptions.ChunkedEncodingError("IncompleteRead"),
    "garbled": requests.exceptions.ContentDecodingError("gzip"),
}


def test_what_is_wrong_with_a_connection_is_told_in_whole_words(account, sync, waits):  # noqa: ARG001
    account.plan("/users", PASSING["no such host"], PASSING["refused"], None)
    run = sync("users", max_concurrency=1)
    assert [line.partition(";")[0] for line in run.lines("WARNING")] == [
        "connection failed: Failed to resolve 'h' (not known)",
        "connection failed: Connection refused",
    ]


@pytest.mark.parametrize("answer", PASSING.values(), ids=PASSING)
def test_what_may_pass_is_asked_again_until_all_is_read(account, sync, waits, answer):
    account.plan("/users", answer, answer, None, answer)
    run = sync("users", max_concurrency=1)
    assert run.exit_code == 0
    assert run.ids("users") == [user["id"] for user in USERS]
    assert waits == [1, 2, 1]
    assert [request.offset for request in account.asked("/users")] == [0, 0, 0, 99, 99, 198]
    assert len(run.lines("WARNING")) == 3
    assert all("retrying in" in line for line in run.lines("WARNING"))
    assert "example.com" not in run.log
    assert "token=x" not in run.log


def test_a_record_that_cannot_be_read_makes_the_stream_incomplete(account, sync):
    account.plan("/users", {"text": '{"users": [{"id": "U1", "name": 1e999}]}'})
    run = sync("users", "teams")
    assert run.exit_code == 1
    assert run.ids("users") == []
    assert run.ids("teams") == ["T1"]
    assert "the record with the id U1 cannot be decoded (" in run.lines("ERROR")[0]
    assert "ask PagerDuty's support" in run.lines("ERROR")[0]


def test_waits_between_tries_double_up_to_a_minute(account, sync, waits):
    account.plan("/users", *[{"status": 500}] * 9)
    assert sync("users").exit_code == 0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("remaining", ["0", "7", None])
@pytest.mark.parametrize("stream", ["users", "oncalls"])
def test_a_refusal_is_waited_out_as_the_api_says(account, sync, clock, stream, remaining):
    when = []
    account.before = lambda _: when.append(clock.now)
    headers = {"ratelimit-reset": "42"}
    if remaining:
        headers |= {"ratelimit-limit": "960", "ratelimit-remaining": remaining}
    account.plan(f"/{stream}", {"status": 429, "headers": headers})
    assert sync(stream).exit_code == 0
    assert when[1] - when[0] >= 42


@pytest.mark.parametrize("reset", ["", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "nan", "inf", "-5"])
def test_a_refusal_with_odd_headers_is_only_tried_again(account, sync, clock, reset):
    headers = {"ratelimit-reset": reset, "daily-ratelimit-remaining": "many"}
    account.plan("/users", {"status": 429, "headers": headers})
    run = sync("users")
    assert run.exit_code == 0
    assert len(run.records("users")) == len(USERS)
    assert clock.now < 5


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.usefixtures("patience")
def test_a_stream_that_keeps_failing_is_given_up_and_the_others_go_on(account, sync, status):
    account.plan("/teams", forever({"status": status, "text": PAGE}))
    run = sync("teams", "users", retry_timeout_seconds=1)
    assert run.exit_code == 1
    reason = requests.status_codes._codes[status][0].replace("_", " ").title()
    assert run.lines("ERROR")[-2:] == [
        f"teams is incomplete: {status} {reason}; given up after 1 s",
        "What was finished is in the state; the next run reads the rest.",
    ]
    assert len(run.records("users")) == len(USERS)
    assert 3 <= len(account.asked("/teams")) <= 6
    assert "example.com" not in run.log


@pytest.mark.parametrize("begun", [0, 1], ids=["at once", "in the middle"])
def test_a_daily_quota_used_up_ends_its_stream_without_waiting(account, sync, clock, begun):
    headers = {
        "ratelimit-remaining": "959",
        "ratelimit-reset": "56",
        "daily-ratelimit-limit": "10",
        "daily-ratelimit-remaining": "-273",
        "daily-ratelimit-reset": "49015",
    }
    used_up = {"status": 429, "headers": headers}
    account.plan("/users", itertools.chain([None] * begun, forever(used_up)))
    run = sync("teams", "users", max_concurrency=1)
    said = "the account's daily quota is used up; it is renewed in 13.6 h"
    if begun:
        assert run.exit_code == 1
        assert run.lines("ERROR")[-2] == f"users is incomplete: {said}"
    else:
        assert run.exit_code == 0
        assert run.lines("WARNING") == [f"users was skipped: {said}"]
    assert len(account.asked("/users")) == begun + 1
    assert run.ids("teams") == ["T1"]
    assert "users" not in [m["stream"] for m in run.messages if m["type"] == ACTIVATE]
    assert clock.now < 5


# -- The run as a whole


def test_the_last_lines_name_every_stream_that_is_incomplete_or_skipped(account, sync):
    account.plan("/tags", {"status": 400, "json": {"error": "No tags today"}})
    account.plan("/vendors", {"status": 400})
    account.plan("/priorities", {"status": 402})
    run = sync(*(stream.name for stream in READ))
    assert run.exit_code == 1
    assert run.lines("ERROR")[-3:] == [
        "tags is incomplete: 400 Bad Request: No tags today",
        "vendors is incomplete: 400 Bad Request",
        "What was finished is in the state; the next run reads the rest.",
    ]
    assert run.lines("WARNING")[-1].startswith("priorities was skipped: 402 Payment Required")
    assert len(run.records("users")) == len(USERS)


def test_a_window_that_fails_keeps_the_state_behind_those_that_are_out(account, sync):
    account.lists["notifications"] = [{"id": "N1", "started_at": "2023-06-01T00:00:00Z"}]
    account.plan("/notifications", None, {"status": 400}, {"status": 400}, {"status": 400})
    run = sync("notifications", start_date="2023-06-01", max_concurrency=1)
    assert run.exit_code == 1
    assert run.ids("notifications") == ["N1"]
    bookmark = run.state["bookmarks"]["notifications"]["replication_key_value"]
    assert bookmark == "2023-08-28T00:00:00Z"


def test_an_account_with_nothing_in_it_is_read_without_a_complaint(account, sync):
    account.lists.update(users=[], teams=[])
    run = sync()
    assert run.exit_code == 0
    assert run.lines("ERROR") == run.lines("WARNING") == []
