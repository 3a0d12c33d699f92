"""A `start_date` that is set back or forward later: what is missing is read, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sync.test_windowed import EVENTS, KEPT, TIME, begin, fill, keys, overlap_of, windows

EARLY, LATE = "2023-04-01T00:00:00Z", "2024-02-01T00:00:00Z"
# Streams that lead back as far as these dates go.
LOADED = sorted({*TIME} - {*KEPT})


def monthly(account):
    return [account.at(days=30 * n, hours=1) for n in range(14)]


def started(account, name, start):
    """Return where a stream's loading begins."""
    return begin(account, name, start)


@pytest.mark.parametrize("name", LOADED)
def test_a_start_date_that_is_set_back_has_the_gap_read_and_nothing_again(account, sync, name):
    ids = fill(account, name, monthly(account))
    first = sync(name, start_date=LATE)
    assert {*keys(first, name)} < {*ids}
    account.requests.clear()
    second = sync(name, state=first.state, start_date=EARLY)
    assert second.exit_code == 0
    assert {*keys(first, name), *keys(second, name)} == {*ids}
    assert second.state["bookmarks"][name]["loaded_since"] == started(account, name, EARLY)
    # What was loaded is not read again, but for the overlap.
    again = max(overlap_of(name), EVENTS[name].overlap_days)
    reread = begin(account, name, account.at(), again)
    loaded = started(account, name, LATE)
    for since, until in windows(account, name):
        assert until <= loaded or since >= reread
    account.requests.clear()
    third = sync(name, state=second.state, start_date=EARLY)
    assert all(since >= reread for since, _ in windows(account, name))
    assert third.exit_code == 0


@pytest.mark.parametrize("name", LOADED)
def test_a_start_date_that_is_set_forward_loses_nothing(account, sync, name):
    first = sync(name, start_date=EARLY)
    bookmark = account.at()
    account.now += timedelta(days=19)
    ids = fill(account, name, [account.at(days=15), account.at(days=3)])
    account.requests.clear()
    second = sync(name, state=first.state, start_date="2024-06-15T00:00:00Z")
    assert second.exit_code == 0
    # A month that is not over yet is one record.
    assert {*keys(second, name)} == {*ids}
    if name != "analytics_incidents":  # which reads what has changed
        assert windows(account, name)[0][0] <= bookmark


@pytest.mark.parametrize("failing", [1, 2])
def test_a_gap_that_is_read_in_part_is_read_to_its_end_by_the_next_run(account, sync, failing):
    name, path = "notifications", "/notifications"
    ids = fill(account, name, monthly(account))
    first = sync(name, start_date=LATE)
    account.plan(path, *[None] * failing, *[{"status": 400}] * 3)
    second = sync(name, state=first.state, start_date=EARLY)
    assert second.exit_code == 1
    account.plan(path, None)
    account.requests.clear()
    third = sync(name, state=second.state, start_date=EARLY)
    assert third.exit_code == 0
    # The latest windows came first.
    reached = second.state["bookmarks"][name]["loaded_since"]
    assert max(until for _, until in windows(account, name) if until < account.at()) == reached
    found = [*keys(first, name), *keys(second, name), *keys(third, name)]
    assert {*found} == {*ids}


def test_the_log_says_that_others_are_loaded_only_if_they_are(account, sync):
    account.add_incident(1, account.at(days=90))
    first = sync("incidents", start_date=LATE)
    account.now += timedelta(days=1)
    same = sync("incidents", state=first.state, start_date=LATE)
    assert any("others are loaded already" in line for line in same.lines("INFO"))
    back = sync("incidents", state=first.state, start_date=EARLY)
    assert not any("others are loaded already" in line for line in back.lines("INFO"))
    gap = f"Reading {EARLY} to {LATE} as well, as start_date lies before what is loaded."
    assert gap in back.lines("INFO")


def test_a_state_without_the_start_of_the_load_reads_no_gap(account, sync):
    ids = fill(account, "log_entries", monthly(account))
    run = sync("log_entries", state=account.loaded(days=1), start_date=EARLY)
    assert keys(run, "log_entries") == ids[:1]
    assert run.state["bookmarks"]["log_entries"]["loaded_since"] == EARLY
