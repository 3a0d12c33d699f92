"""What the tap goes by is not always right: clocks, counts and the order of a list."""

from __future__ import annotations

import time
from unittest import mock

import backoff
import pytest

from sandbox.values.timestamps import iso
from tests.support.harness import (
    DAY,
    Warehouse,
    ago,
    catalog,
    ceiling_of,
    differences,
    sandbox,
    sync,
    truth,
)

YEAR = 365 * DAY


@pytest.fixture(autouse=True)
def _no_waits():
    with mock.patch.object(backoff, "full_jitter", return_value=0):
        yield


def set_option(box, **options):
    """Change how the sandbox behaves."""
    for name, value in options.items():
        object.__setattr__(box.options, name, value)


def bookmark(warehouse, stream):
    return warehouse.state["bookmarks"][stream].get("replication_key_value")


# -- Clocks


def test_the_account_s_time_is_not_taken_from_a_balancer_s_503():
    # This machine's clock is years ahead of the account's.
    with sandbox() as box:
        box.faults.add("status", status=503, nth=1, dated=False)
        warehouse = Warehouse()
        assert warehouse.load(sync(box, "incidents", "log_entries", "notifications")).status == 0
        assert bookmark(warehouse, "log_entries") == ago(box)
        box.advance(60)
        own = box.account.create_incident(at=ago(box, seconds=30))
        box.account.acknowledge(own, at=ago(box, seconds=20))
        streams = ("incidents", "log_entries", "notifications")
        assert warehouse.load(sync(box, *streams, state=warehouse.state)).status == 0
        assert differences(warehouse, box, *streams) == []


def test_a_date_header_a_year_ahead_moves_no_bookmark_into_the_future():
    streams = ("incidents", "log_entries", "notifications")
    with sandbox(now=iso(int(time.time())), date_ahead=YEAR) as box:
        warehouse = Warehouse()
        assert warehouse.load(sync(box, *streams)).status == 0
        assert bookmark(warehouse, "log_entries") <= ago(box, minutes=-5)
        set_option(box, date_ahead=0)
        box.advance(600)
        own = box.account.create_incident(at=ago(box, seconds=300))
        box.account.acknowledge(own, at=ago(box, seconds=200))
        assert warehouse.load(sync(box, *streams, state=warehouse.state)).status == 0
        assert differences(warehouse, box, *streams) == []


def test_a_machine_whose_clock_is_a_month_behind_does_not_matter():
    with sandbox(now=iso(int(time.time()) + 30 * DAY)) as box:
        box.account.create_incident(at=ago(box, hours=1))
        warehouse = Warehouse()
        assert warehouse.load(sync(box, "log_entries")).status == 0
        assert bookmark(warehouse, "log_entries") == ago(box)
        assert differences(warehouse, box, "log_entries") == []


def test_responses_without_a_date_do_no_harm():
    with sandbox(now=iso(int(time.time())), no_date=True) as box:
        warehouse = Warehouse()
        assert warehouse.load(sync(box, "log_entries", "users")).status == 0
        assert differences(warehouse, box, "log_entries", "users", since="2030") == []


# -- The order of a list


def test_a_removal_and_a_move_between_two_pages_remove_no_row():
    with sandbox(incidents=1, users=240, edits_while_paged=1) as box:
        done = sync(box, "users", max_concurrency=1)
        assert done.status == 0
        assert {row["id"] for row in done.records("users")} >= truth(box, "users").keys()


def test_people_of_one_name_all_arrive_in_whatever_order_a_page_has_them():
    with sandbox(incidents=1, unstable_order=True) as box:
        for _ in range(230):
            box.account.create("users", name="Kim")
        done = sync(box, "users")
        assert done.status == 0
        assert {row["id"] for row in done.records("users")} == truth(box, "users").keys()


def test_log_entries_of_one_second_all_arrive_in_whatever_order_a_page_has_them():
    with sandbox(incidents=1, unstable_order=True) as box:
        box.account.burst_log_entries(230, at=ago(box, days=3), seconds=1)
        warehouse = Warehouse()
        assert warehouse.load(sync(box, "log_entries")).status == 0
        assert differences(warehouse, box, "log_entries") == []


@pytest.mark.parametrize("stream", ["log_entries", "users"])
def test_so_do_those_of_an_api_that_gives_smaller_pages_than_were_asked_for(stream):
    with sandbox(incidents=1, unstable_order=True, largest_page=10) as box:
        box.account.burst_log_entries(33, at=ago(box, days=3), seconds=1)
        for _ in range(33):
            box.account.create("users", name="Kim")
        warehouse = Warehouse()
        assert warehouse.load(sync(box, stream)).status == 0
        assert differences(warehouse, box, stream) == []


# -- Counts


@pytest.mark.parametrize("stream", ["log_entries", "incidents", "users"])
def test_a_count_that_stays_one_too_high_does_not_stop_a_stream_for_ever(stream):
    with sandbox(total_off=1) as box:
        warehouse, runs = Warehouse(), []
        for _ in range(5):
            runs.append(warehouse.load(sync(box, stream, state=warehouse.state)))
            box.advance(60)
        # The incidents have a feed as well, from the second run on.
        assert [run.status for run in runs] == [1, 1, int(stream == "incidents"), 0, 0]
        assert not any(run.activated for run in runs)
        if stream != "users":
            assert bookmark(warehouse, stream) > ago(box, minutes=2)
        set_option(box, total_off=0)
        assert warehouse.load(sync(box, stream, state=warehouse.state)).status == 0
        assert "miscounted" not in warehouse.state["bookmarks"][stream]
        assert differences(warehouse, box, stream) == []


def test_a_filtered_window_that_grows_past_the_ceiling_is_read_from_its_start():
    with sandbox(incidents=1, growth_while_paged=150) as box, ceiling_of(200):
        box.account.burst(150, at=ago(box, days=30), seconds=10 * DAY, urgency="low")
        done = sync(box, "incidents", urgencies=["low"], start_date=ago(box, days=60))
        assert done.status == 0
        low = {own for own, row in truth(box, "incidents").items() if row["urgency"] == "low"}
        assert len(low) >= 300
        assert {row["id"] for row in done.records("incidents")} >= low


# -- Event streams are no full tables


@pytest.mark.parametrize("stream", ["incidents", "log_entries", "notifications"])
def test_an_event_stream_without_a_replication_key_removes_no_rows(stream):
    selection = catalog([stream])
    for entry in selection["streams"]:
        if entry["tap_stream_id"] == stream:
            entry.pop("replication_key", None)
            entry["replication_method"] = "FULL_TABLE"
            (root,) = [m["metadata"] for m in entry["metadata"] if not m["breadcrumb"]]
            root.pop("valid-replication-keys", None)
            root["forced-replication-method"] = "FULL_TABLE"
    with sandbox() as box, mock.patch("tests.support.harness.catalog", return_value=selection):
        done = sync(box, stream, start_date=ago(box, days=30))
    assert done.status == 0
    assert done.records(stream)
    assert done.activated == []
