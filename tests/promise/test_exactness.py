"""After any sequence of runs, the warehouse holds what the account holds."""

import itertools
from math import ceil

import pytest

from sandbox.values.timestamps import iso, moment_of
from tests.support.harness import (
    DAY,
    LISTS,
    START,
    Warehouse,
    ago,
    allowed,
    ceiling_of,
    differences,
    in_utc,
    run,
    sandbox,
    sync,
    truth,
)

LATER = 86_400


@pytest.fixture
def box():
    with sandbox() as box:
        yield box


@pytest.fixture
def warehouse():
    return Warehouse()


def first_load(box, warehouse, *streams, **settings):
    """Load the account for the first time, to the last field."""
    assert warehouse.load(sync(box, *streams, **settings)).status == 0
    box.requests.clear()


def next_run(box, warehouse, *streams, **settings):
    """Run again from where the last run ended; all went well."""
    done = warehouse.load(sync(box, *streams, state=warehouse.state, **settings))
    assert done.status == 0
    return done


def asked(box, path):
    return [request for request in box.requests if request.path == path]


# -- Changed incidents

CHANGES = {
    "acknowledged": lambda box, own: box.account.acknowledge(own),
    "resolved": lambda box, own: box.account.resolve(own),
    "reopened": lambda box, own: box.account.reopen(own),
    "merged": lambda box, own: box.account.merge(own, other_incident(box, own)),
    "reassigned": lambda box, own: box.account.reassign(own, user(box)),
    "escalated": lambda box, own: box.account.escalate(own, user(box)),
    "given another priority": lambda box, own: box.account.reprioritise(own, priority(box, own)),
    "snoozed": lambda box, own: box.account.snooze(own, 3600),
    "made less urgent": lambda box, own: box.account.change_urgency(own, "low"),
    "given a note": lambda box, own: box.account.add_note(own, "looked into it"),
    "given a custom field": lambda box, own: box.account.set_custom_field(own, "region", "eu"),
}
UNLOGGED = {
    "retitled": lambda box, own: box.account.retitle(own, "Something else"),
    "moved to another service": lambda box, own: box.account.change_service(
        own, box.truth("services")[-1]["id"]
    ),
}


def user(box):
    return box.truth("users")[-1]["id"]


def priority(box, own):
    held = truth(box, "incidents")[own]["priority"]
    return next(p["id"] for p in box.truth("priorities") if not held or p["id"] != held["id"])


def other_incident(box, own):
    return next(each for each in truth(box, "incidents") if each != own)


def old_incident(box, *, resolved):
    """Create an incident of 200 days ago, so long ago that no window shows it again."""
    own = box.account.create_incident(at=ago(box, days=200), title="An old one")
    if resolved:
        box.account.resolve(own, at=ago(box, days=199))
    return own


@pytest.mark.parametrize("embedded", ["whole", "short"])
@pytest.mark.parametrize("resolved", [True, False], ids=["resolved", "open"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_incident_of_200_days_ago_arrives_as_it_is_now(warehouse, change, resolved, embedded):
    with sandbox(incidents=20, incident_embed_short=float(embedded == "short")) as box:
        own = old_incident(box, resolved=resolved)
        first_load(box, warehouse, "incidents", "log_entries")
        before = warehouse.rows("incidents")[own]
        box.advance(LATER)
        change(box, own)
        box.advance(60)
        next_run(box, warehouse, "incidents", "log_entries")
        after = warehouse.rows("incidents")[own]
        assert after["updated_at"] > before["updated_at"]
        assert differences(warehouse, box, "incidents", "log_entries") == []


@pytest.mark.parametrize("change", UNLOGGED.values(), ids=UNLOGGED)
def test_a_change_that_pagerduty_does_not_log_arrives_while_the_incident_is_open(
    box, warehouse, change
):
    own = old_incident(box, resolved=False)
    first_load(box, warehouse, "incidents")
    before = warehouse.rows("incidents")[own]
    box.advance(LATER)
    change(box, own)
    box.advance(60)
    next_run(box, warehouse, "incidents")
    assert warehouse.rows("incidents")[own]["updated_at"] > before["updated_at"]
    assert differences(warehouse, box, "incidents") == []


@pytest.mark.parametrize("change", UNLOGGED.values(), ids=UNLOGGED)
def test_on_a_resolved_incident_it_arrives_within_the_look_back(box, warehouse, change):
    own = old_incident(box, resolved=True)
    first_load(box, warehouse, "incidents")
    box.advance(LATER)
    change(box, own)
    box.advance(60)
    next_run(box, warehouse, "incidents", incident_lookback_days=200)
    assert [line.split()[1] for line in differences(warehouse, box, "incidents")][:1] == [own]
    next_run(box, warehouse, "incidents", incident_lookback_days=202)
    assert differences(warehouse, box, "incidents") == []


def test_both_sides_of_a_merge_arrive(box, warehouse):
    source, into = old_incident(box, resolved=False), old_incident(box, resolved=True)
    first_load(box, warehouse, "incidents")
    box.advance(LATER)
    box.account.merge(source, into)
    box.advance(60)
    next_run(box, warehouse, "incidents")
    rows = warehouse.rows("incidents")
    assert rows[source]["status"] == "resolved"
    assert rows[source]["resolve_reason"]["incident"]["id"] == into
    assert rows[into]["alert_counts"]["all"] == 2
    assert differences(warehouse, box, "incidents") == []


def test_a_change_made_while_a_run_reads_arrives_with_the_next(warehouse):
    with sandbox() as box:
        own = old_incident(box, resolved=False)
        first_load(box, warehouse, "incidents")

        def acknowledge(box, request):
            if request.path == "/log_entries":
                box.advance(30)
                box.account.acknowledge(own)

        box.advance(LATER)
        box.on_request(acknowledge)
        next_run(box, warehouse, "incidents")
        box.advance(LATER)
        next_run(box, warehouse, "incidents")
        assert warehouse.rows("incidents")[own]["status"] == "acknowledged"


def test_log_entries_without_an_incident_do_no_harm(box, warehouse):
    own = old_incident(box, resolved=False)
    first_load(box, warehouse, "incidents", "log_entries")
    box.advance(LATER)
    for _ in range(150):  # every 41st notification belongs to no incident
        box.account.create_incident()
    box.account.resolve(own)
    box.advance(60)
    assert any(not each.get("incident") for each in box.truth("log_entries"))
    next_run(box, warehouse, "incidents", "log_entries")
    assert differences(warehouse, box, "incidents", "log_entries") == []


# -- What it costs


@pytest.mark.parametrize("short", [0.0, 1.0], ids=["whole", "short"])
@pytest.mark.parametrize(("created", "logged"), [(0, 0), (0, 950), (340, 0), (510, 730)], ids=str)
def test_a_run_asks_only_for_what_is_new_open_or_changed(warehouse, created, logged, short):
    with sandbox(incidents=250, incident_embed_short=short) as box:
        own = old_incident(box, resolved=False)
        first_load(box, warehouse, "incidents")
        began = box.now()
        box.advance(3600)
        box.account.burst(created, at=ago(box, minutes=30), seconds=600)
        if logged:
            box.account.burst_log_entries(logged, incident=own, seconds=600)
        box.advance(1200)
        next_run(box, warehouse, "incidents")
        assert len(box.requests) <= allowed(box, began)
        assert differences(warehouse, box, "incidents") == []


def test_an_incident_with_many_log_entries_is_read_again_once(warehouse):
    with sandbox(incident_embed_short=1.0) as box:
        own = old_incident(box, resolved=True)
        first_load(box, warehouse, "incidents")
        box.advance(LATER)
        for minute in range(250):
            box.account.add_note(own, f"Note {minute}", at=ago(box, minutes=minute + 1))
        next_run(box, warehouse, "incidents")
        assert len(asked(box, f"/incidents/{own}")) == 1
        assert differences(warehouse, box, "incidents") == []


def test_history_is_not_read_again(box, warehouse):
    first_load(box, warehouse)
    box.advance(LATER)
    next_run(box, warehouse)
    for path in ("/incidents", "/log_entries", "/notifications"):
        windows = [r.query for r in asked(box, path) if r.query.get("date_range") != ["all"]]
        # A quarter of an hour, for what is listed a little late.
        earliest = iso(box.now() - LATER - 900)
        assert windows
        assert all(earliest <= query["since"][0] for query in windows)
    assert not [r for r in box.requests if r.path.startswith("/incidents/")]


def test_a_run_when_nothing_has_happened_costs_a_request_for_each_list(warehouse):
    with sandbox(incidents=1) as box:
        first_load(box, warehouse)
        box.advance(60)
        done = next_run(box, warehouse)
        # Two more: open incidents, changed ones. Vendors fill two pages.
        assert len(box.requests) == len(LISTS) + 3 + 2 + ceil(len(box.truth("vendors")) / 100) - 1
        assert not done.records("log_entries")
        assert differences(warehouse, box) == []


# -- Lists that are edited while they are paged


def edits(box, stream, edit, times=None):
    """Edit a list before each of its further pages is answered, so many times at most."""
    left = itertools.count() if times is None else iter(range(times))

    def hook(box, request):
        if request.path == f"/{stream}" and request.query["offset"] != ["0"]:
            number = next(left, None)
            if number is not None:
                edit(box, stream, number)

    box.on_request(hook)


def remove_first(box, stream, number):
    del number
    box.account.delete(stream, box.truth(stream)[0]["id"])


def remove_two(box, stream, number):
    remove_first(box, stream, number)
    remove_first(box, stream, number)


def insert_first(box, stream, number):
    box.account.create(stream, name=f" A new one {number}")


def insert_and_remove(box, stream, number):
    insert_first(box, stream, number)
    box.account.delete(stream, box.truth(stream)[1]["id"])


def rename_first(box, stream, number):
    box.account.update(stream, box.truth(stream)[0]["id"], name=f"~ moved to the end {number}")


def rename_last(box, stream, number):
    box.account.update(stream, box.truth(stream)[-1]["id"], name=f" moved to the start {number}")


EDITS = [remove_first, remove_two, insert_first, insert_and_remove, rename_first, rename_last]


@pytest.fixture
def crowded():
    """An account whose lists of people, services and vendors fill several pages."""
    with sandbox(incidents=1) as box:
        for stream in ("users", "services"):
            for _ in range(280):
                box.account.create(stream)
        for _ in range(180):
            box.account.create("vendors")
        yield box


@pytest.mark.parametrize(
    ("stream", "times"),
    [("users", 1), ("users", 3), ("users", None), ("services", 2), ("vendors", 2)],
    ids=["users once", "users thrice", "users at every page", "services twice", "vendors twice"],
)
@pytest.mark.parametrize("edit", EDITS)
def test_a_list_edited_while_it_is_paged_arrives_whole(crowded, edit, times, stream):
    before = {each["id"] for each in crowded.truth(stream)}
    edits(crowded, stream, edit, times)
    done = sync(crowded, stream)
    after = {each["id"] for each in crowded.truth(stream)}
    emitted = [record["id"] for record in done.records(stream)]
    assert len(emitted) == len(set(emitted)), "a record came twice"
    if done.status:
        # It never held still for a reading: the run says so, and removes nothing.
        assert times is None
        assert done.activated == []
    else:
        assert before & after <= set(emitted), "a record went missing"


@pytest.mark.parametrize("edit", EDITS)
def test_the_run_after_the_edits_equals_the_account(crowded, warehouse, edit):
    edits(crowded, "users", edit, times=2)
    for _ in range(2):
        crowded.advance(1)
        next_run(crowded, warehouse, "users")
    assert differences(warehouse, crowded, "users") == []


def test_deleted_rows_vanish_and_those_of_a_stream_that_failed_stay(crowded, warehouse):
    first_load(crowded, warehouse, "users", "services")
    gone = crowded.truth("users")[7]["id"], crowded.truth("services")[7]["id"]
    crowded.account.delete("users", gone[0])
    crowded.account.delete("services", gone[1])
    crowded.faults.add("status", path="/services", status=400, after=1)
    crowded.advance(60)
    done = warehouse.load(sync(crowded, "users", "services", state=warehouse.state))
    assert done.status == 1
    assert done.activated == ["users"]
    assert gone[0] not in warehouse.rows("users")
    assert gone[1] in warehouse.rows("services")
    crowded.faults.clear()
    crowded.advance(60)
    next_run(crowded, warehouse, "users", "services")
    assert differences(warehouse, crowded, "users", "services") == []


# -- What the API does not promise


@pytest.mark.parametrize("notifications_order", ["asc", "desc"])
@pytest.mark.parametrize("log_entries_order", ["asc", "desc"])
@pytest.mark.parametrize("until_inclusive", [True, False], ids=["until is in", "until is out"])
def test_what_happens_on_the_border_of_a_window_comes_once(
    warehouse, until_inclusive, log_entries_order, notifications_order
):
    with sandbox(
        until_inclusive=until_inclusive,
        log_entries_order=log_entries_order,
        notifications_order=notifications_order,
    ) as box:
        # Windows are of 180 days, those of notifications of 88.
        for days in (88, 180, 264, 360):
            border = iso(moment_of(START) + days * DAY)
            box.account.burst_log_entries(150, at=border, seconds=1)
            for _ in range(3):
                box.account.create_incident(at=border)
        done = warehouse.load(sync(box))
        for stream in ("log_entries", "notifications"):
            ids = [record["id"] for record in done.records(stream)]
            assert len(ids) == len(set(ids)), stream
        assert differences(warehouse, box) == []


def test_no_run_misses_the_second_in_which_the_last_one_began(box, warehouse):
    for _ in range(3):
        box.account.create_incident()
        first_load(box, warehouse) if warehouse.state is None else next_run(box, warehouse)
        box.account.create_incident()
        box.advance(1)
    next_run(box, warehouse)
    assert differences(warehouse, box) == []


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Auckland"])
def test_the_zone_of_the_account_and_its_daylight_saving_change_nothing(warehouse, zone):
    # New York went ahead on 10 March 2024 and back on 3 November 2024, Auckland the other way on
    # 7 April and 29 September.
    with sandbox(now="2024-03-10T06:30:00Z", time_zone=zone, incidents=100) as box:
        first_load(box, warehouse)
        assert differences(warehouse, box) == []
        for days in (1, 30, 210):
            box.account.burst(20, seconds=3600)
            box.advance(days * DAY)
            next_run(box, warehouse)
        assert differences(warehouse, box) == []


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-10T11:12:13.123456Z",
        "2024-06-10T11:12:13.123Z",
        "2024-06-10T11:12:13",
        "2024-06-10T11:12:13-05:00",
        "2024-06-10T11:12:13.5+05:45",
    ],
)
def test_times_of_any_precision_and_zone_arrive_in_utc(box, warehouse, text):
    own = box.account.create_incident(at="2024-06-10T11:12:13Z")
    box.account.override(own, created_at=text, updated_at=text, last_status_change_at=text)
    first_load(box, warehouse, "incidents")
    row = warehouse.rows("incidents")[own]
    assert row["updated_at"] == row["created_at"] == in_utc(text)
    assert differences(warehouse, box, "incidents") == []
    box.advance(LATER)
    box.account.add_note(own, "another one")
    box.account.override(own, title="New", updated_at=ago(box)[:-1])
    box.advance(60)
    next_run(box, warehouse, "incidents")
    assert differences(warehouse, box, "incidents") == []


# -- More than the API pages through


def test_more_than_10000_incidents_in_a_month_arrive_whole(warehouse):
    with sandbox(incidents=10_300, days=30) as box:
        first_load(box, warehouse, "incidents")
        assert len(warehouse.rows("incidents")) > 10_000
        assert differences(warehouse, box, "incidents") == []


def test_more_than_10000_log_entries_in_a_day_arrive_whole(box, warehouse):
    box.account.burst_log_entries(12_345, at=ago(box, days=40), seconds=DAY)
    box.account.burst_log_entries(10_100, at=ago(box, days=20), seconds=3)
    first_load(box, warehouse, "log_entries")
    assert differences(warehouse, box, "log_entries") == []


def test_more_open_incidents_than_can_be_paged_arrive_as_they_are_now(box, warehouse):
    with ceiling_of(200):
        crowd = box.account.burst(450, at=ago(box, days=40), seconds=DAY)
        first_load(box, warehouse, "incidents")
        box.advance(LATER)
        for own in crowd:
            box.account.retitle(own, "Retitled")
        box.advance(60)
        next_run(box, warehouse, "incidents")
    titles = [row["title"] for row in warehouse.rows("incidents").values()]
    assert titles.count("Retitled") == 450


def test_more_than_10000_in_one_second_is_told_and_the_other_streams_complete(
    box, warehouse, tmp_path
):
    second = ago(box, days=40)
    box.account.burst_log_entries(10_001, at=second, seconds=1)
    done = warehouse.load(run(box, tmp_path, "log_entries", "notifications", "users"))
    assert done.status == 1
    too_many = f"more than can be paged in one second, {second}"
    counted = "10,002 records, of which the API lists 10,000"
    assert done.errors[-2] == f"log_entries is incomplete: {too_many}: {counted}"
    assert differences(warehouse, box, "notifications", "users") == []
    # The state stands before that second.
    assert warehouse.state["bookmarks"]["log_entries"].get("replication_key_value", "") <= second
