"""What happened comes once and whole, in closed windows, and a run goes on where one ended."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
import requests

from tap_pagerduty.connection import Connection
from tap_pagerduty.events import EventStream
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.times import instant

EVENTS = {stream.name: stream for stream in STREAMS if issubclass(stream, EventStream)}
TIME = {"incidents": "created_at", "log_entries": "created_at", "notifications": "started_at"}
# Days that the API takes at most: six months; three, of which the shortest have 89 days and
# are refused; not known, but a window should not hold too much.
LONGEST = {"incidents": 180, "notifications": 88, "log_entries": 180}
# A year and more before the account's now.
START = "2023-04-01T00:00:00Z"
FEED = ("log_entries", "notifications")


def fill(account, name, times):
    """Put records of these times in the list of a stream; return their ids."""
    listed = account.lists[name]
    for time in times:
        at = {TIME[name]: time, "updated_at": time}
        listed.append({"id": f"E{len(listed):05}", "status": "resolved", **at})
    return [record["id"] for record in listed]


def weekly(account, weeks=60):
    return [account.at(days=7 * week, hours=1) for week in range(weeks)]


def position(state, name):
    bookmark = state["bookmarks"].get(name, {})
    return bookmark.get("created_until" if name == "incidents" else "replication_key_value")


def windows(account, name):
    """Return the windows asked for, oldest first, each once."""
    asked = [request.params for request in account.asked(f"/{name}")]
    return sorted({(p["since"], p["until"]) for p in asked if "since" in p})


@pytest.mark.parametrize("name", EVENTS)
def test_all_that_happened_comes_in_windows_that_the_api_takes(account, sync, name):
    ids = fill(account, name, weekly(account))
    run = sync(name, start_date=START)
    assert run.exit_code == 0
    assert sorted(run.ids(name)) == ids
    asked = windows(account, name)
    assert asked[0][0] == START
    assert asked[-1][1] == account.at()
    assert all(one[1] == other[0] for one, other in pairwise(asked))
    longest = max(instant(until) - instant(since) for since, until in asked)
    assert longest <= timedelta(days=LONGEST[name])
    for request in account.asked(f"/{name}"):
        assert request.params["time_zone"] == "UTC"
        assert request.params["limit"] == "100"


@pytest.mark.parametrize("name", FEED)
def test_what_happens_while_reading_is_left_to_the_next_run(account, sync, name):
    ids = fill(account, name, [account.at(hours=n + 1) for n in range(250)])

    def before(_):
        account.now += timedelta(minutes=1)
        fill(account, name, [account.at(seconds=-30)])

    now = account.at()
    account.before = before
    run = sync(name)
    assert sorted(run.ids(name)) == ids
    assert position(run.state, name) > now
    account.before = lambda _: None
    account.now += timedelta(minutes=1)
    late = sync(name, state=run.state).ids(name)
    assert {*ids, *late} == {record["id"] for record in account.lists[name]}


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", EVENTS)
def test_what_lies_on_the_second_between_two_windows_comes_once(account, sync, name, inclusive):
    account.until_inclusive = inclusive
    width = timedelta(days=EVENTS[name].max_window_days)
    between = (instant(START) + width).strftime("%Y-%m-%dT%H:%M:%SZ")
    ids = fill(account, name, [START, between, between, account.at()])
    first = sync(name, start_date=START)
    assert len(first.ids(name)) == len(set(first.ids(name)))
    assert set(ids[:3]) <= set(first.ids(name))
    # What lies on the last second comes with the next run at the latest.
    account.now += timedelta(hours=1)
    second = sync(name, start_date=START, state=first.state)
    assert {*first.ids(name), *second.ids(name)} == set(ids)


# -- More than can be paged


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.usefixtures("low_ceiling")
def test_a_window_with_too_much_is_split(account, sync, name, inclusive):
    account.until_inclusive = inclusive
    # Evenly, and bunched: 290 in one minute.
    times = [account.at(hours=n) for n in range(1, 500)]
    times += [account.at(days=3, seconds=n // 5) for n in range(290)]
    ids = fill(account, name, times)
    run = sync(name)
    assert run.exit_code == 0
    assert sorted(run.ids(name)) == ids
    assert position(run.state, name) == account.at()


@pytest.mark.usefixtures("low_ceiling")
def test_splitting_goes_down_to_the_second(account, sync):
    seconds = [account.at(days=3, seconds=n) for n in range(3)]
    ids = fill(account, "log_entries", [second for second in seconds for _ in range(140)])
    account.until_inclusive = False
    run = sync("log_entries")
    assert run.exit_code == 0
    assert sorted(run.ids("log_entries")) == ids


@pytest.mark.usefixtures("low_ceiling")
def test_a_second_with_too_much_is_a_clear_error_and_not_a_cut(account, sync):
    early = fill(account, "log_entries", [account.at(days=9)])
    fill(account, "log_entries", [account.at(days=3)] * 301)
    run = sync("log_entries", "users")
    assert run.exit_code == 1
    assert (
        run.lines("ERROR")[-2]
        == (
            "log_entries is incomplete: more than can be paged in one second, "
            f"{account.at(days=3, seconds=1)}: 301 records, of which the API lists 300"
        )
        or account.at(days=3) in run.lines("ERROR")[-2]
    )
    assert run.ids("log_entries") == early
    assert position(run.state, "log_entries") <= account.at(days=3)


def test_ten_thousand_and_one_come_whole(account, sync):
    times = [account.at(minutes=n) for n in range(1, 10_002)]
    ids = fill(account, "log_entries", times)
    run = sync("log_entries")
    assert run.exit_code == 0
    assert sorted(run.ids("log_entries")) == ids
    assert len(account.requests) <= 1.1 * len(ids) / 100


# -- Fewer than the API counts


def page(records, total, *, more=False):
    return {"json": {"log_entries": records, "total": total, "more": more}}


def test_a_window_is_read_again_when_fewer_came_than_the_api_counts(account, sync):
    ids = fill(account, "log_entries", [account.at(days=1)] * 150)
    hundred = account.lists["log_entries"][:100]
    # The order of equal times differed: the second page repeats some of the first.
    account.plan("/log_entries", page(hundred, 150, more=True), page(hundred[:50], None))
    run = sync("log_entries", max_concurrency=1)
    assert run.exit_code == 0
    assert sorted(run.ids("log_entries")) == ids


def test_a_window_that_stays_short_is_incomplete_and_its_bookmark_stays(account, sync):
    fill(account, "log_entries", [account.at(days=1)])
    short = page(account.lists["log_entries"], 2)
    account.plan("/log_entries", *[short] * 9)
    run = sync("log_entries")
    assert run.exit_code == 1
    assert run.ids("log_entries") == ["E00000"]
    assert "PagerDuty counts 2 records" in run.lines("ERROR")[-2]
    assert position(run.state, "log_entries") is None


# -- State


def check_states(run, account, name):
    """Fail if a STATE stands before a record that it says is out."""
    waiting = {record["id"]: record[TIME[name]] for record in account.lists[name]}
    for message in run.messages:
        if message["type"] == "RECORD":
            waiting.pop(message["record"]["id"], None)
        elif message["type"] == "STATE" and (bookmark := position(message["value"], name)):
            assert not [at for at in waiting.values() if START <= at < bookmark]


@pytest.mark.parametrize("name", EVENTS)
def test_each_window_is_followed_by_its_state_and_none_runs_ahead(account, sync, name):
    fill(account, name, weekly(account))
    run = sync(name, start_date=START)
    check_states(run, account, name)
    ends = [until for _, until in windows(account, name)]
    assert len(ends) >= 3
    bookmarks = list(dict.fromkeys(position(state, name) for state in run.states))
    assert [bookmark for bookmark in bookmarks if bookmark] == ends


@pytest.mark.parametrize("name", EVENTS)
def test_a_run_goes_on_from_any_state_and_repeats_no_finished_window(account, sync, name):
    ids = fill(account, name, weekly(account))
    whole = sync(name, start_date=START)
    for index, message in enumerate(whole.messages):
        if message["type"] != "STATE" or not position(message["value"], name):
            continue
        before = {m["record"]["id"] for m in whole.messages[:index] if m["type"] == "RECORD"}
        account.requests.clear()
        rest = sync(name, start_date=START, state=message["value"])
        assert before | set(rest.ids(name)) == set(ids)
        assert [since for since, _ in windows(account, name)][:1] in (
            [],
            [position(message["value"], name)],
        )


@pytest.mark.parametrize("failing", [1, 2, 3, 4])
@pytest.mark.parametrize("name", FEED)
def test_a_run_that_dies_in_a_window_resumes_with_that_window(account, sync, name, failing):
    fill(account, name, weekly(account))
    account.plan(f"/{name}", *[None] * failing, *[{"status": 400}] * 3)
    # One window each 88 or 180 days, one page each.
    run = sync(name, start_date="2021-01-01T00:00:00Z", max_concurrency=1)
    assert run.exit_code == 1
    assert position(run.state, name) == windows(account, name)[failing - 1][1]


def test_the_state_stays_small(account, sync):
    for name in EVENTS:
        fill(account, name, weekly(account))
    run = sync(start_date=START)
    assert all(len(str(entry)) < 300 for entry in run.state["bookmarks"].values())


@pytest.mark.parametrize("name", EVENTS)
def test_with_nothing_new_a_run_ends_well_and_moves_the_bookmark(account, sync, name):
    run = sync(name, state=account.loaded(days=1))
    assert run.exit_code == 0
    assert run.records(name) == []
    assert run.state["bookmarks"][name]["replication_key_value"] == account.at()


@pytest.mark.parametrize("name", EVENTS)
def test_a_bookmark_ahead_of_the_account_does_no_harm(account, sync, name):
    ahead = account.loaded(days=-3)
    run = sync(name, state=ahead)
    assert run.exit_code == 0
    assert run.records(name) == []
    assert position(run.state, name) == position(ahead, name)


def test_a_machine_clock_that_is_off_does_not_matter(account, sync):
    # The account's time is years behind this machine's.
    fill(account, "log_entries", [account.at(hours=1)])
    run = sync("log_entries")
    assert run.ids("log_entries") == ["E00000"]
    assert position(run.state, "log_entries") == account.at()


@pytest.mark.parametrize("headers", [{}, {"Date": "soon"}], ids=["missing", "odd"])
def test_without_a_date_in_the_answers_this_machine_s_clock_is_taken(headers):
    config = {
        "api_key": "k",
        "region": "us",
        "request_timeout_seconds": 1,
        "retry_timeout_seconds": 1,
        "rate_limit_reserve_percent": 0,
        "max_concurrency": 1,
    }
    connection, response = Connection(config), requests.Response()
    response.headers.update(headers)
    connection.wait("")
    connection.answered("", response)
    assert abs((datetime.now(timezone.utc) - connection.started_at).total_seconds()) < 5


# -- Full table


@pytest.mark.parametrize("name", EVENTS)
def test_forced_to_full_table_a_stream_is_read_from_the_start_each_time(
    account, sync, catalog, name
):
    ids = fill(account, name, weekly(account))
    forced = catalog(name, forced=True)
    for state in (None, account.loaded(days=1)):
        account.requests.clear()
        run = sync(name, start_date=START, state=state, selection=forced)
        assert run.exit_code == 0
        assert sorted(run.ids(name)) == ids
        assert windows(account, name)[0][0] == START
        # What lies before `start_date` is not read: it must not be removed from the target.
        assert "ACTIVATE_VERSION" not in [message["type"] for message in run.messages]
