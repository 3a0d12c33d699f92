"""A list comes whole, even if people edit it while it is read."""

from __future__ import annotations

import random

import pytest


def users(count):
    return [{"id": f"U{number:04}", "name": f"User {number}"} for number in range(count)]


def edit_at(account, number, edit):
    """EDIT the list of users right before the request of this NUMBER is answered."""

    def before(_):
        if len(account.requests) == number:
            edit(account.lists["users"])

    account.before = before


def listed(account):
    return [user["id"] for user in account.lists["users"]]


EDITS = {
    "removal on an earlier page": lambda found: found.pop(3),
    "removal of the first": lambda found: found.pop(0),
    "removal of the last on the page before": lambda found: found.pop(99),
    "removal of the first on the next page": lambda found: found.pop(100),
    "removal at the end": lambda found: found.pop(),
    "removal of a whole page": lambda found: found.__delitem__(slice(0, 120)),
    "removal of all": lambda found: found.clear(),
    "insertion on an earlier page": lambda found: found.insert(3, {"id": "NEW"}),
    "insertion at the page's end": lambda found: found.insert(100, {"id": "NEW"}),
    "insertion at the end": lambda found: found.append({"id": "NEW"}),
    "move to the front": lambda found: found.insert(0, found.pop(220)),
    "move to the end": lambda found: found.append(found.pop(20)),
    "removal and insertion": lambda found: found.insert(0, {"id": "NEW", **found.pop(20)}),
}


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_while_reading_loses_nothing(account, sync, edit, number, concurrency):
    account.lists["users"] = users(250)
    stays = set(listed(account))
    edit_at(account, number, edit)
    run = sync("users", max_concurrency=concurrency)
    stays &= set(listed(account))
    found = run.ids("users")
    assert run.exit_code == 0
    assert stays <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("count", [0, 1, 100, 101, 199, 200, 298])
def test_a_list_that_stays_costs_a_request_for_each_page(account, sync, count):
    account.lists["users"] = users(count)
    assert sync("users").ids("users") == listed(account)
    assert len(account.requests) == max(1, -(-(count - 1) // 99))


def test_a_list_that_shifted_is_read_once_more(account, sync):
    account.lists["users"] = users(150)
    edit_at(account, 2, lambda found: found.pop(0))
    run = sync("users")
    assert run.ids("users") == listed(account)
    assert [request.offset for request in account.requests] == [0, 99, 0, 99]
    assert "The list changed while it was read; reading it again." in run.lines("INFO")


def test_an_order_that_never_settles_is_no_obstacle(account, sync):
    account.lists["users"] = users(150)
    dice = random.Random(1)
    account.before = lambda _: dice.shuffle(account.lists["users"])
    run = sync("users")
    assert run.exit_code == 0
    assert sorted(run.ids("users")) == sorted(listed(account))


def test_a_list_that_never_adds_up_is_incomplete_and_removes_no_rows(account, sync):
    account.lists["users"] = users(150)
    # Half of the users are listed in turns: a reading never sees those of the other turn.
    account.before = lambda request: (
        account.lists["users"].reverse() if request.offset == 99 or len(account.requests) > 1 else 0
    )
    run = sync("users")
    assert run.exit_code == 1
    assert run.lines("ERROR")[-2] == ("users is incomplete: the list changed at each of 5 readings")
    assert "ACTIVATE_VERSION" not in [message["type"] for message in run.messages]


def test_as_many_as_can_be_paged_come_whole(account, sync):
    account.lists["users"] = users(10_000)
    run = sync("users")
    assert run.exit_code == 0
    assert run.ids("users") == listed(account)


def test_more_than_can_be_paged_is_a_clear_error_and_not_a_part(account, sync):
    account.lists["users"] = users(10_001)
    run = sync("users")
    assert run.exit_code == 1
    assert run.lines("ERROR")[-2] == (
        "users is incomplete: 10,001 records, and the API pages no further than 10,000"
    )
    assert run.records("users") == []
    assert len(account.requests) == 1


def test_rows_on_call_that_differ_only_by_level_all_come(account, sync):
    row = {"escalation_policy": {"id": "P1"}, "user": {"id": "U1"}, "start": None}
    rows = [{**row, "escalation_level": level} for level in range(150)]
    account.lists["oncalls"] = rows
    run = sync("oncalls")
    assert run.ids("oncalls") == [f"P1:{level}:U1::" for level in range(150)]
    assert {record["schedule_id"] for record in run.records("oncalls")} == {None}


def test_the_target_is_told_to_remove_what_is_gone_after_all_records(account, sync):
    account.lists["users"] = users(3)
    messages = sync("users").messages
    assert [message["type"] for message in messages if message["type"] != "STATE"] == [
        "SCHEMA",
        "RECORD",
        "RECORD",
        "RECORD",
        "ACTIVATE_VERSION",
    ]
    assert len({m["version"] for m in messages if m["type"] not in {"SCHEMA", "STATE"}}) == 1


def test_what_the_api_sends_without_documenting_it_is_kept(account, sync):
    odd = {"id": "U1", "new": {"deep": [1, {"x": None}]}, "name": "Zoë \u0000 🔥 \"'\n\\"}
    account.lists["users"] = [odd]
    (record,) = sync("users").records("users")
    assert record == {
        "id": "U1",
        "name": odd["name"].replace("\0", "\ufffd"),
        "_undocumented": {"new": odd["new"]},
    }


def test_a_list_that_counts_records_and_shows_none_does_not_empty_the_target(account, sync):
    nothing = {"json": {"users": [], "more": True, "total": 9000}}
    account.plan("/users", iter(lambda: nothing, None))
    run = sync("users")
    assert run.exit_code == 1
    assert not [m for m in run.messages if m["type"] == "ACTIVATE_VERSION"]
