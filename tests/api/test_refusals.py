"""What a refusal means: for a list, for one parent of a child stream, and from whom it comes."""

from __future__ import annotations

from unittest import mock

import backoff
import pytest

from tests.support import harness
from tests.support.harness import Warehouse, differences, sandbox, truth

GONE = {"status": 404, "json": {"error": {"message": "Not Found", "code": 2100}}}
CLOSED = {"status": 403, "json": {"error": {"message": "Access Denied", "code": 2010}}}
PAGE = {"status": 404, "text": "<html>nginx</html>", "headers": {"Content-Type": "text/html"}}


@pytest.fixture
def no_waits():
    with mock.patch.object(backoff, "full_jitter", return_value=0):
        yield


@pytest.fixture
def teams(account):
    """Four teams, each with the members of that name."""
    account.lists["teams"] = [{"id": f"T{n}", "name": f"team {n}"} for n in range(4)]
    for n in range(4):
        member = {"user": {"id": f"U{n}", "type": "user_reference"}, "role": "manager"}
        account.lists[f"/teams/T{n}/members"] = [member]
    return account


def of_teams(run):
    return [record["team_id"] for record in run.records("team_members")]


# -- A whole list


def test_a_list_that_the_account_does_not_have_is_skipped(tap):
    with sandbox(features_off={"priorities"}) as box:
        run = tap({"api_key": box.api_key, "api_url": box.url}, "priorities", "teams")
    assert run.exit_code == 0
    assert run.records("teams")
    assert run.lines("WARNING") == [
        "priorities was skipped: 404 Not Found: Not Found; the account does not have this feature"
    ]


def test_the_check_tells_of_a_list_that_the_account_does_not_have(tap):
    with sandbox(features_off={"priorities"}) as box:
        settings = {"api_key": box.api_key, "api_url": box.url}
        run = tap(settings, "priorities", "teams", arguments=["--test"])
    assert "  priorities: 404 Not Found: Not Found; the account does not have" in run.stdout


@pytest.mark.parametrize("stream", ["teams", "log_entries"])
def test_an_address_where_nothing_is_found_does_not_pass_for_an_empty_account(
    account, sync, stream
):
    account.plan("/abilities", *[GONE] * 9)
    account.refusals[stream] = 404
    run = sync(stream)
    assert run.exit_code == 1
    assert "is not PagerDuty's API (404 Not Found" in run.lines("ERROR")[-1]


def test_a_web_server_that_finds_nothing_is_told_after_three_tries(account, sync):
    account.plan("/teams", *[PAGE] * 9)
    run = sync("teams")
    assert run.exit_code == 1
    assert "is not PagerDuty's API (404 Not Found" in run.lines("ERROR")[-1]
    assert len(account.asked("/teams")) == 3


@pytest.mark.parametrize("status", [402, 403, 404, 410])
def test_a_proxy_s_page_in_place_of_a_list_is_asked_past(account, sync, status):
    account.lists["teams"] = [{"id": "T1"}]
    account.plan("/teams", *[{**PAGE, "status": status}] * 2)
    run = sync("teams")
    assert run.exit_code == 0
    assert run.ids("teams") == ["T1"]


@pytest.mark.parametrize("status", [501, 505])
def test_what_a_server_will_never_do_is_not_asked_for_again(account, sync, status):
    account.refusals["teams"] = status
    assert sync("teams").exit_code == 1
    assert len(account.asked("/teams")) == 1


@pytest.mark.parametrize("answer", [{"status": 204, "text": ""}, {"json": {"teams": None}}])
def test_no_content_or_null_is_an_empty_list(account, sync, answer):
    account.plan("/teams", answer)
    run = sync("teams")
    assert run.exit_code == 0
    assert not run.records("teams")


def test_null_where_records_are_counted_is_no_list(account, sync):
    account.lists["teams"] = [{"id": "T1"}]
    account.plan("/teams", {"json": {"teams": None, "total": 1}})
    assert sync("teams").ids("teams") == ["T1"]


@pytest.mark.parametrize("how", ["204", "null"])
def test_all_streams_of_an_account_with_empty_lists_are_read(how, no_waits):  # noqa: ARG001
    with sandbox(incidents=3, empty_lists=how) as box:
        streams = ("addons", "tags", "maintenance_windows", "incidents", "log_entries")
        warehouse = Warehouse()
        assert warehouse.load(harness.sync(box, *streams)).status == 0
        assert differences(warehouse, box, "incidents", "log_entries") == []


@pytest.mark.parametrize("largest", [25, 0])
@pytest.mark.parametrize("stream", ["users", "services", "incidents", "log_entries"])
def test_a_list_that_does_not_say_whether_more_follows_is_read_to_its_end(largest, stream):
    with sandbox(users=120, bare_lists=True, largest_page=largest) as box:
        warehouse = Warehouse()
        assert warehouse.load(harness.sync(box, stream)).status == 0
        assert warehouse.rows(stream).keys() == truth(box, stream).keys()


# -- The list of one parent


def test_a_gateway_s_404_for_one_team_does_not_empty_its_members(teams, sync):
    teams.plan("/teams/T1/members", PAGE, PAGE)
    run = sync("teams", "team_members", max_concurrency=1)
    assert run.exit_code == 0
    assert of_teams(run) == ["T0", "T1", "T2", "T3"]


def test_a_gateway_s_404_that_stays_makes_the_stream_incomplete(teams, sync, patience):  # noqa: ARG001
    teams.plan("/teams/T1/members", iter(lambda: PAGE, None))
    run = sync("teams", "team_members", retry_timeout_seconds=1)
    assert run.exit_code == 1
    assert not [m for m in run.messages if m["type"] == "ACTIVATE_VERSION" and "mem" in str(m)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_team_that_is_gone_is_passed_over_and_counted(teams, sync, status):
    teams.plan("/teams/T1/members", {**GONE, "status": status})
    run = sync("teams", "team_members", max_concurrency=1)
    assert run.exit_code == 0
    assert of_teams(run) == ["T0", "T2", "T3"]
    assert "Passed over 1 parent that PagerDuty has no more." in run.lines("INFO")


def test_if_every_team_is_said_to_be_gone_the_members_are_incomplete(teams, sync):
    for n in range(4):
        teams.plan(f"/teams/T{n}/members", GONE)
    run = sync("teams", "team_members")
    assert run.exit_code == 1
    assert "team_members is incomplete: PagerDuty has none of 4 parents any more (404)" in (
        run.lines("ERROR")
    )


def test_a_team_that_is_closed_to_the_key_does_not_hide_the_others(teams, sync):
    teams.plan("/teams/T0/members", CLOSED)
    run = sync("teams", "team_members")
    assert run.exit_code == 0
    assert of_teams(run) == ["T1", "T2", "T3"]
    assert any("1 parents are closed to the key" in line for line in run.lines("WARNING"))


def test_a_stream_is_skipped_if_all_teams_are_closed_to_the_key(teams, sync):
    teams.refusals["team_members"] = 403
    run = sync("teams", "team_members")
    assert run.exit_code == 0
    assert any(line.startswith("team_members was skipped: 403") for line in run.lines("WARNING"))


def test_a_stream_is_not_tried_on_each_of_many_parents_that_are_closed(teams, sync):
    teams.lists["teams"] = [{"id": f"T{n}", "name": f"team {n}"} for n in range(90)]
    teams.refusals["team_members"] = 403
    run = sync("teams", "team_members")
    assert run.exit_code == 0
    assert len([each for each in teams.requests if each.path.endswith("/members")]) < 30


def test_access_that_is_withdrawn_in_mid_run_ends_with_an_error_as_for_a_list(teams, sync):
    for n in (1, 2, 3):
        teams.plan(f"/teams/T{n}/members", iter(lambda: CLOSED, None))
    teams.plan("/teams/T0/members", None, CLOSED)
    run = sync("teams", "team_members", max_concurrency=1)
    assert run.exit_code == 1
    assert any("access was withdrawn while reading" in line for line in run.lines("ERROR"))


# -- A GET with a body


@pytest.mark.parametrize("status", [501, 400, 403])
def test_a_proxy_that_refuses_a_get_with_a_body_gets_one_without(status, no_waits):  # noqa: ARG001
    with sandbox(get_body_status=status) as box:
        streams = ("analytics_incidents", "analytics_incident_responses")
        run = harness.sync(box, *streams, user_agent="tests")
        assert run.status == 0
    with sandbox() as box:
        expected = harness.sync(box, *streams, user_agent="tests")
    assert responses(run) == responses(expected)
    assert responses(run)


def responses(run):
    return sorted(
        (m["record"]["incident_id"], m["record"]["responder_id"], m["record"]["requested_at"])
        for m in run.messages
        if m["type"] == "RECORD" and m["stream"] == "analytics_incident_responses"
    )
