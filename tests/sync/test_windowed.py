"""What happened comes once and whole, in closed windows, and a run goes on where one ended."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from tap_pagerduty.api import pagination
from tap_pagerduty.records.timestamps import instant
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.windowed import WindowedStream
from tests.support.account import SELECTED_BY

EVENTS = {stream.name: stream for stream in STREAMS if issubclass(stream, WindowedStream)}
# By which time of a record the API selects: of moments, that of a record is any; the others
# are rows of whole days or months. The shifts on call have windows that overlap, and tests of
# their own; so has the count of users, which is one row a run and has no window.
TIME = {name: time for name, time in SELECTED_BY.items() if name != "oncall_shifts"}
MOMENTS = [name for name in TIME if not EVENTS[name].period]
# Days that the API takes at most, by its documents: six months; three, of which the shortest
# have 89 days and are refused; a year; a month. Not known of log entries and changes, but a
# window should not hold too much. That of the reports is a day, for a row each.
LONGEST = {
    "incidents": 180,
    "log_entries": 180,
    "notifications": 88,
    "change_events": 180,
    "audit_records": 31,
    "paused_incident_alerts": 1,
    "paused_incident_counts": 1,
    "analytics_incidents": 365,
    "analytics_incident_metrics": 365,
    "analytics_service_metrics": 365,
    "analytics_team_metrics": 365,
    "analytics_escalation_policy_metrics": 365,
    "analytics_responder_metrics": 31,
    "analytics_responder_team_metrics": 31,
    "analytics_pd_advance_usage": 31,
}
# Days for which the API keeps records.
KEPT = {"audit_records": 365, "paused_incident_alerts": 180, "paused_incident_counts": 180}
# A year and more before the account's now.
START = "2023-04-01T00:00:00Z"
FEED = ("log_entries", "notifications", "change_events", "audit_records")
# Their state has two positions: that of what was created, and that of changes.
TWICE = ("incidents", "analytics_incidents")
PAGED = [name for name in MOMENTS if EVENTS[name].paginator is pagination.WINDOW]


def key_of(name, record):
    return tuple(record[own] for own in EVENTS[name].primary_keys)


def keys(run, name):
    return [key_of(name, record) for record in run.records(name)]


def fill(account, name, times):
    """Put records of these times in the list of a stream; return their keys."""
    listed, stream = account.lists[name], EVENTS[name]
    if stream.period:
        days = sorted(
            {f"{time[:7]}-01" if stream.period == "month" else time[:10] for time in times}
        )
        times = [f"{day}T00:00:00Z" for day in days]
    for time in times:
        own = f"E{len(listed):05}"
        record = {"id": own, "status": "resolved", "updated_at": time}
        record |= dict.fromkeys((*stream.primary_keys, *stream.id_columns), own)
        record[TIME[name]] = time
        if stream.id_columns:
            record["id"] = ":".join(record[column] for column in stream.id_columns)
        listed.append(record)
    return [key_of(name, record) for record in listed]


def weekly(account, name, weeks=60):
    """Return times a week apart, as far back as START, or as far as the API has records."""
    weeks = min(weeks, KEPT.get(name, 9999) // 7)
    return [account.at(days=7 * week, hours=1) for week in range(weeks)]


def position(state, name):
    bookmark = state["bookmarks"].get(name, {})
    return bookmark.get("created_until" if name in TWICE else "replication_key_value")


def windows(account, name):
    """Return the windows asked for, oldest first, each once."""
    asked = account.asked_of(EVENTS[name])
    return sorted({request.window for request in asked if request.window})


def begin(account, name, since, overlap=0):
    """Return where a run is to begin that goes on from a time, or starts there."""
    begin = instant(since) - timedelta(days=overlap)
    if name in KEPT:
        begin = max(begin, account.now - timedelta(days=KEPT[name]))
    if EVENTS[name].period:
        begin = begin.replace(hour=0, minute=0, second=0)
    if EVENTS[name].period == "month":
        begin = begin.replace(day=1)
    return begin.strftime("%Y-%m-%dT%H:%M:%SZ")


def overlap_of(name):
    """Return the days before its bookmark that a stream is read again: 15 minutes, or its own."""
    own = 0 if name in TWICE else EVENTS[name].overlap_days
    return max(own, 15 / 1440)


def test_every_stream_of_what_happened_is_tested_here():
    assert {*LONGEST} == {*TIME} == {*EVENTS} - {"oncall_shifts", "analytics_user_metrics"}
    assert {name for name in EVENTS if EVENTS[name].history_days} == {*KEPT}


@pytest.mark.parametrize("name", TIME)
def test_all_that_happened_comes_in_windows_that_the_api_takes(account, sync, name):
    ids = fill(account, name, weekly(account, name))
    run = sync(name, start_date=START)
    assert run.exit_code == 0
    assert sorted(keys(run, name)) == sorted(ids)
    asked = windows(account, name)
    assert asked[0][0] == begin(account, name, START)
    assert asked[-1][1] == account.at()
    assert all(one[1] == other[0] for one, other in pairwise(asked))
    longest = max(instant(until) - instant(since) for since, until in asked)
    assert longest <= timedelta(days=LONGEST[name])
    for request in account.asked_of(EVENTS[name]):
        if name in {"incidents", "log_entries", "notifications"}:
            assert request.params["time_zone"] == "UTC"
        if request.body:
            assert request.body["time_zone"] == "Etc/UTC"
        if name in MOMENTS:
            assert request.limit == (1000 if request.body else 100)


@pytest.mark.parametrize("name", FEED)
def test_what_happens_while_reading_is_left_to_the_next_run(account, sync, name):
    ids = fill(account, name, [account.at(hours=n + 1) for n in range(250)])

    def before(_):
        account.now += timedelta(minutes=1)
        fill(account, name, [account.at(seconds=-30)])

    now = account.at()
    account.before = before
    run = sync(name)
    assert sorted(keys(run, name)) == ids
    assert position(run.state, name) > now
    account.before = lambda _: None
    account.now += timedelta(minutes=1)
    late = keys(sync(name, state=run.state), name)
    assert {*ids, *late} == {key_of(name, record) for record in account.lists[name]}


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", MOMENTS)
def test_what_lies_on_the_second_between_two_windows_comes_once(account, sync, name, inclusive):
    account.until_inclusive = inclusive
    width = timedelta(days=EVENTS[name].max_window_days)
    start = begin(account, name, START)
    between = (instant(start) + width).strftime("%Y-%m-%dT%H:%M:%SZ")
    ids = fill(account, name, [start, between, between, account.at()])
    first = sync(name, start_date=START)
    if name != "analytics_incidents":  # which have a window a year, and no look at the one before
        assert len(keys(first, name)) == len(set(keys(first, name)))
    assert set(ids[:3]) <= set(keys(first, name))
    # What lies on the last second comes with the next run at the latest.
    account.now += timedelta(hours=1)
    second = sync(name, start_date=START, state=first.state)
    assert {*keys(first, name), *keys(second, name)} == set(ids)


# -- More than can be paged


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", PAGED)
@pytest.mark.usefixtures("low_ceiling")
def test_a_window_with_too_much_is_split(account, sync, name, inclusive):
    account.until_inclusive = inclusive
    # Evenly, and bunched: 290 in one minute.
    times = [account.at(hours=n) for n in range(1, 500)]
    times += [account.at(days=3, seconds=n // 5) for n in range(290)]
    ids = fill(account, name, times)
    run = sync(name)
    assert run.exit_code == 0
    assert sorted(keys(run, name)) == ids
    assert position(run.state, name) == account.at()


@pytest.mark.usefixtures("low_ceiling")
def test_splitting_goes_down_to_the_second(account, sync):
    seconds = [account.at(days=3, seconds=n) for n in range(3)]
    ids = fill(account, "log_entries", [second for second in seconds for _ in range(140)])
    account.until_inclusive = False
    run = sync("log_entries")
    assert run.exit_code == 0
    assert sorted(keys(run, "log_entries")) == ids


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
    assert keys(run, "log_entries") == early
    assert position(run.state, "log_entries") <= account.at(days=3)


def test_ten_thousand_and_one_come_whole(account, sync):
    times = [account.at(minutes=n) for n in range(1, 10_002)]
    ids = fill(account, "log_entries", times)
    run = sync("log_entries")
    assert run.exit_code == 0
    assert sorted(keys(run, "log_entries")) == ids
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
    assert sorted(keys(run, "log_entries")) == ids


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
    waiting = {key_of(name, record): record[TIME[name]] for record in account.lists[name]}
    for message in run.messages:
        if message["type"] == "RECORD":
            waiting.pop(key_of(name, message["record"]), None)
        elif message["type"] == "STATE" and (bookmark := position(message["value"], name)):
            assert not [at for at in waiting.values() if START <= at < bookmark]


@pytest.mark.parametrize("name", TIME)
def test_each_window_is_followed_by_its_state_and_none_runs_ahead(account, sync, name):
    fill(account, name, weekly(account, name))
    run = sync(name, start_date=START)
    check_states(run, account, name)
    ends = [until for _, until in windows(account, name)]
    assert len(ends) >= 3 or LONGEST[name] == 365
    bookmarks = list(dict.fromkeys(position(state, name) for state in run.states))
    if name == "analytics_incidents":  # whose pages are in order, of which each moves it
        times = [record["created_at"] for record in account.lists[name]]
        ends = [max(time for time in times if time <= end) for end in ends] + [account.at()]
    assert [bookmark for bookmark in bookmarks if bookmark] == ends


@pytest.mark.parametrize("name", TIME)
def test_a_run_goes_on_from_any_state_and_repeats_no_finished_window(account, sync, name):
    ids = fill(account, name, weekly(account, name))
    whole = sync(name, start_date=START)
    states = [
        (index, message["value"])
        for index, message in enumerate(whole.messages)
        if message["type"] == "STATE" and position(message["value"], name)
    ]
    # Of those with a window a day, some.
    for index, state in states[:: 1 + len(states) // 12]:
        before = {
            key_of(name, m["record"]) for m in whole.messages[:index] if m["type"] == "RECORD"
        }
        account.requests.clear()
        rest = sync(name, start_date=START, state=state)
        assert before | set(keys(rest, name)) == set(ids)
        # The changes of these figures overlap, and not their creation.
        overlap = 0 if name == "analytics_incidents" else overlap_of(name)
        assert [since for since, _ in windows(account, name)][:1] in (
            [],
            [
                max(
                    begin(account, name, START),
                    begin(account, name, position(state, name), overlap),
                )
            ],
        )


@pytest.mark.parametrize("failing", [1, 2, 3, 4])
@pytest.mark.parametrize("name", sorted({*TIME} - {*TWICE}))
def test_a_run_that_dies_in_a_window_resumes_with_that_window(account, sync, name, failing):
    fill(account, name, weekly(account, name))
    account.plan(EVENTS[name].path, *[None] * failing, *[{"status": 400}] * 3)
    # One page each window.
    run = sync(name, start_date="2018-01-01T00:00:00Z", max_concurrency=1)
    assert run.exit_code == 1
    assert position(run.state, name) == windows(account, name)[failing - 1][1]


def test_the_state_stays_small(account, sync):
    for name in TIME:
        fill(account, name, weekly(account, name))
    run = sync(start_date=START)
    assert run.state["bookmarks"].keys() >= EVENTS.keys()
    assert all(len(str(entry)) < 300 for entry in run.state["bookmarks"].values())


@pytest.mark.parametrize("name", EVENTS)
def test_with_nothing_new_a_run_ends_well_and_moves_the_bookmark(account, sync, name):
    run = sync(name, state=account.loaded(days=1))
    assert run.exit_code == 0
    assert run.records(name) == []
    assert run.state["bookmarks"][name]["replication_key_value"] == account.at()


@pytest.mark.parametrize("name", sorted({*TIME} - {*TWICE}))
def test_what_is_read_again_does_not_lie_before_the_start_date(account, sync, name):
    start = account.at(hours=30)
    run = sync(name, state=account.loaded(hours=29), start_date=start)
    assert run.exit_code == 0
    overlap = min(overlap_of(name), 1 / 24)
    assert windows(account, name)[0][0] == begin(account, name, account.at(hours=29), overlap)


@pytest.mark.parametrize("name", EVENTS)
def test_a_bookmark_in_the_future_is_not_believed_and_all_is_read_again(account, sync, name):
    ids = fill(account, name, [account.at(days=9), account.at(hours=1)]) if name in TIME else []
    run = sync(name, state=account.loaded(days=-3))
    assert run.exit_code == 0
    assert {*ids} <= {*keys(run, name)}
    (warning,) = run.lines("WARNING")
    assert f"The bookmark {account.at(days=-3)} lies in the future" in warning
    assert run.state["bookmarks"][name]["replication_key_value"] == account.at()


def test_a_bookmark_that_is_a_minute_ahead_is_the_skew_of_two_hosts(account, sync):
    fill(account, "log_entries", [account.at(days=9), account.at(minutes=1)])
    run = sync("log_entries", state=account.loaded(minutes=-1))
    assert run.lines("WARNING") == []
    assert run.ids("log_entries") == ["E00001"]
    assert position(run.state, "log_entries") == account.at(minutes=-1)


def test_a_machine_clock_that_is_off_does_not_matter(account, sync):
    # The account's time is years behind this machine's.
    fill(account, "log_entries", [account.at(hours=1)])
    run = sync("log_entries")
    assert run.ids("log_entries") == ["E00000"]
    assert position(run.state, "log_entries") == account.at()


@pytest.mark.parametrize("date", ["", "soon"], ids=["empty", "odd"])
def test_without_a_date_in_the_responses_this_machine_s_clock_is_taken(account, sync, date):
    account.headers = {"Date": date}
    fill(account, "log_entries", [account.at(hours=1)])
    run = sync("log_entries", "users")
    assert run.exit_code == 0
    assert run.ids("log_entries") == ["E00000"]
    (warning,) = run.lines("WARNING")
    assert "no usable Date header" in warning
    ahead = datetime.now(timezone.utc) - instant(position(run.state, "log_entries"))
    assert abs(ahead.total_seconds()) < 60


# -- Full table


@pytest.mark.parametrize("name", TIME)
def test_forced_to_full_table_a_stream_is_read_from_the_start_each_time(
    account, sync, catalog, name
):
    ids = fill(account, name, weekly(account, name))
    forced = catalog(name, forced=True)
    for state in (None, account.loaded(days=1)):
        account.requests.clear()
        run = sync(name, start_date=START, state=state, selection=forced)
        assert run.exit_code == 0
        assert sorted(keys(run, name)) == sorted(ids)
        assert windows(account, name)[0][0] == begin(account, name, START)
        # What lies before `start_date` is not read: it must not be removed from the target.
        assert "ACTIVATE_VERSION" not in [message["type"] for message in run.messages]
