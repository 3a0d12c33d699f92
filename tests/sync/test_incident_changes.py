"""Incidents come as they are now: new ones, open ones, and old ones that changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

START = "2023-04-01T00:00:00Z"
DAY = timedelta(days=1)


@pytest.fixture
def incidents(account, sync):
    """Read the incidents of a loaded account; the run before ended a day ago."""

    def incidents(state=..., **settings):
        account.requests.clear()
        if state is ...:
            state = account.loaded(days=1)
        return sync("incidents", state=state, **{"start_date": START, **settings})

    return incidents


def change(account, incident, *, logged=True, **fields):
    """Change an incident an hour ago, and log it."""
    incident.update(updated_at=account.at(hours=1), **fields)
    if logged:
        number = len(account.lists["log_entries"])
        account.add_entry(number, account.at(hours=1), incident["id"])


CHANGES = {
    "acknowledged": {"status": "acknowledged", "last_status_change_at": "2024-06-01T11:00:00Z"},
    "resolved": {"status": "resolved", "resolved_at": "2024-06-01T11:00:00Z"},
    "reopened": {"status": "triggered", "resolved_at": None},
    "merged": {"resolve_reason": {"type": "merge_resolve_reason", "incident": {"id": "I9"}}},
    "reassigned": {"assignments": [{"at": None, "assignee": {"id": "U1"}}]},
    "reprioritised": {"priority": {"id": "P1", "name": "P1"}},
    "snoozed": {"pending_actions": [{"type": "unacknowledge", "at": "2024-06-02T00:00:00Z"}]},
    "retitled": {"title": "New title"},
    "urgency": {"urgency": "low"},
    "custom fields": {"custom_fields": [{"name": "x", "value": 1}]},
}


@pytest.mark.parametrize("fields", CHANGES.values(), ids=CHANGES)
def test_a_late_change_to_an_old_incident_is_picked_up(account, incidents, fields):
    old = account.add_incident(1, account.at(days=200))
    account.add_incident(2, account.at(days=200))
    change(account, old, **fields)
    run = incidents()
    assert run.exit_code == 0
    if undocumented := {name: old.pop(name) for name in ("custom_fields",) if name in old}:
        old["_undocumented"] = undocumented
    assert run.records("incidents") == [old]
    assert len(account.requests) == 3 + 1  # created, open, changed; and what time it is


def test_a_change_without_a_log_entry_is_seen_while_the_incident_is_open(account, incidents):
    old = account.add_incident(1, account.at(days=200), status="triggered")
    change(account, old, logged=False, title="New title")
    assert incidents().records("incidents") == [old]


def test_a_change_that_nothing_tells_is_caught_by_the_look_back(account, incidents):
    old = account.add_incident(1, account.at(days=20))
    older = account.add_incident(2, account.at(days=40))
    for incident in (old, older):
        change(account, incident, logged=False, title="New title")
    assert incidents().records("incidents") == []
    assert incidents(incident_lookback_days=30).records("incidents") == [old]


def test_unchanged_history_is_not_read_again(account, incidents):
    for number in range(250):
        account.add_incident(number, account.at(days=30))
    run = incidents()
    assert run.records("incidents") == []
    assert len(account.requests) <= 4


def test_an_incident_comes_once_though_it_is_new_open_and_logged(account, incidents):
    new = account.add_incident(1, account.at(hours=2), status="triggered")
    for _ in range(3):
        change(account, new)
    assert incidents().records("incidents") == [new]


def test_an_incident_that_changes_during_the_run_comes_again_as_it_is_then(account, incidents):
    new = account.add_incident(1, account.at(hours=2), status="triggered")
    change(account, new)

    def before(request):
        if "statuses[]" in request.params:
            new.update(status="acknowledged", updated_at=account.at(seconds=-1))

    account.before = before
    found = incidents().records("incidents")
    assert [incident["status"] for incident in found] == ["triggered", "acknowledged"]


def test_the_feed_overlaps_the_run_before(account, incidents):
    old = account.add_incident(1, account.at(days=200), updated_at=account.at(days=1, minutes=2))
    account.add_entry(1, account.at(days=1, minutes=2), "I1")
    assert incidents().records("incidents") == [old]


# -- What log entries embed


def reference(incident):
    return {"id": incident["id"], "type": "incident_reference", "summary": "[#1] It"}


def test_incidents_embedded_in_short_are_read_by_id_once_each(account, incidents):
    old = [account.add_incident(number, account.at(days=200)) for number in range(3)]
    for incident in old * 3:
        change(account, incident)
    account.embed = reference
    run = incidents()
    assert sorted(run.ids("incidents")) == ["I0", "I1", "I2"]
    assert [len(account.asked(f"/incidents/I{number}")) for number in range(3)] == [1, 1, 1]
    assert run.records("incidents")[0] == old[0]


def test_an_embedded_incident_without_a_field_of_listed_ones_is_read_by_id(account, incidents):
    account.add_incident(0, account.at(hours=2))
    old = account.add_incident(1, account.at(days=200))
    change(account, old)
    account.embed = lambda found: {n: v for n, v in found.items() if n != "assignments"}
    assert old in incidents().records("incidents")
    assert len(account.asked("/incidents/I1")) == 1


def test_fields_that_this_account_never_lists_are_not_missed(account, incidents):
    listed, old = (account.add_incident(n, account.at(hours=2 + 9999 * n)) for n in range(2))
    change(account, old)
    for incident in (listed, old):
        del incident["alert_counts"], incident["is_mergeable"]
    assert old in incidents().records("incidents")
    assert account.asked("/incidents/I1") == []


def test_an_incident_gone_meanwhile_is_passed_over(account, incidents):
    gone, old = (account.add_incident(n, account.at(days=200)) for n in range(2))
    for incident in (gone, old):
        change(account, incident)
    account.embed = reference
    account.plan("/incidents/I0", {"status": 404})
    run = incidents()
    assert run.exit_code == 0
    assert run.records("incidents") == [old]
    assert run.state["bookmarks"]["incidents"]["replication_key_value"] == account.at()


def test_an_incident_that_cannot_be_read_keeps_the_bookmark_back(account, incidents):
    old = account.add_incident(1, account.at(days=200))
    change(account, old)
    account.embed = reference
    account.plan("/incidents/I1", {"status": 400})
    run = incidents()
    assert run.exit_code == 1
    bookmark = run.state["bookmarks"]["incidents"]["replication_key_value"]
    assert bookmark == account.at(days=1)
    assert incidents(run.state).records("incidents") == [old]


@pytest.mark.parametrize("incident", [None, ..., {}, []], ids=str)
def test_log_entries_without_an_incident_are_passed_over(account, incidents, incident):
    old = account.add_incident(1, account.at(days=200))
    change(account, old)
    entry = account.add_entry(9, account.at(hours=2), incident=incident)
    if incident is ...:
        del entry["incident"]
    run = incidents()
    assert run.exit_code == 0
    assert run.records("incidents") == [old]


@pytest.mark.parametrize("own", ["", ".", "a\nb", ["I2"], {"a": 1}, None, ...], ids=str)
def test_a_changed_incident_whose_id_cannot_be_one_is_reported(account, incidents, own):
    old = account.add_incident(1, account.at(days=200))
    change(account, old)
    account.embed = reference
    for number in (8, 9):
        incident = {} if own is ... else {"id": own}
        account.add_entry(
            number,
            account.at(hours=2),
            incident={**incident, "type": "incident_reference"},
        )
    run = incidents()
    assert run.exit_code == 0
    assert run.records("incidents") == [old]
    assert run.lines("WARNING") == [
        "Left out 2 changed incidents whose id cannot be one (empty, or no text)."
    ]


@pytest.mark.parametrize("incident", ["I2", ["I2"], 7, True], ids=str)
def test_what_cannot_be_an_incident_in_a_log_entry_is_reported(account, incidents, incident):
    account.add_entry(9, account.at(hours=2), incident=incident)
    run = incidents()
    assert run.exit_code == 0
    assert run.lines("WARNING") == [
        "Left out 1 changed incident whose id cannot be one (empty, or no text)."
    ]


# -- The first run


def test_the_first_run_reads_no_feed_and_begins_it_at_its_own_start(account, incidents):
    old = account.add_incident(1, account.at(days=200))
    change(account, old)
    run = incidents(None)
    assert run.records("incidents") == [old]
    assert account.asked("/log_entries") == []
    assert run.state["bookmarks"]["incidents"] == {
        "replication_key": "updated_at",
        "replication_key_value": account.at(),
        "created_until": account.at(),
        "seen_until": account.at(),
        "loaded_since": START,
    }


def test_changes_during_a_first_run_that_was_interrupted_for_days_are_not_lost(account, incidents):
    old = [account.add_incident(n, account.at(days=400 - 100 * n)) for n in range(4)]
    # The first window is read, the second fails.
    account.plan("/incidents", None, {"status": 400})
    first = incidents(None, max_concurrency=1)
    assert first.exit_code == 1
    assert first.ids("incidents") == ["I0", "I1"]
    begun = account.at()
    account.now += DAY * 3
    change(account, old[0], title="New title")
    account.now += DAY * 3
    second = incidents(first.state)
    assert account.asked("/log_entries")[0].params["since"] < begun
    assert second.exit_code == 0
    held = {record["id"]: record for run in (first, second) for record in run.records("incidents")}
    assert [held[incident["id"]] for incident in old] == old
    assert second.state["bookmarks"]["incidents"]["replication_key_value"] == account.at()


def test_two_interruptions_keep_the_start_of_the_feed(account, incidents):
    account.add_incident(1, account.at(days=400))
    account.plan("/incidents", None, {"status": 400})
    begun = account.at()
    state = incidents(None, max_concurrency=1).state
    account.now += DAY
    account.plan("/incidents", {"status": 400})
    state = incidents(state, max_concurrency=1).state
    assert state["bookmarks"]["incidents"]["replication_key_value"] == begun


# -- Edges


@pytest.mark.usefixtures("low_ceiling")
def test_more_open_incidents_than_can_be_paged_are_read_in_windows(account, incidents):
    opened = [
        account.add_incident(number, account.at(days=2 + number // 2), status="triggered")
        for number in range(700)
    ]
    run = incidents(start_date="2022-01-01T00:00:00Z")
    assert run.exit_code == 0
    assert sorted(run.ids("incidents")) == sorted(incident["id"] for incident in opened)


@pytest.mark.parametrize(
    ("changed", "status", "filled"),
    [
        (None, "2024-05-31T13:00:00Z", "2024-05-31T13:00:00Z"),
        (None, None, "2024-05-31T12:30:00Z"),
        ("2024-05-31T14:00:00-01:00", None, "2024-05-31T15:00:00Z"),
    ],
)
def test_the_time_of_the_last_change_is_never_null(account, incidents, changed, status, filled):
    created = "2024-05-31T12:30:00Z"
    account.add_incident(1, created, updated_at=changed, last_status_change_at=status)
    (record,) = incidents().records("incidents")
    assert record["updated_at"] == filled


def test_an_incident_without_its_time_of_change_comes_all_the_same(account, incidents):
    old = account.add_incident(1, account.at(days=200))
    change(account, old)
    del old["updated_at"]
    assert incidents().ids("incidents") == ["I1"]


def test_forced_to_full_table_neither_feed_nor_open_ones_are_asked_for(account, sync, catalog):
    listed = [account.add_incident(n, account.at(days=90 * n)) for n in range(4)]
    change(account, listed[3], status="triggered")
    run = sync("incidents", selection=catalog("incidents", forced=True), start_date=START)
    assert sorted(run.ids("incidents")) == ["I0", "I1", "I2", "I3"]
    assert account.asked("/log_entries") == []
    assert not any("statuses[]" in request.params for request in account.requests)


def test_open_incidents_withdrawn_while_reading_make_the_stream_incomplete(account, incidents):
    account.add_incident(1, account.at(hours=2))
    account.plan("/log_entries", {"status": 403})
    run = incidents()
    assert run.exit_code == 1
    assert run.ids("incidents") == ["I1"]
    bookmark = run.state["bookmarks"]["incidents"]
    assert bookmark["replication_key_value"] == account.at(days=1)
    assert bookmark["created_until"] == account.at()
