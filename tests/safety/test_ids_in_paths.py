"""An id of a record names one resource of an endpoint, whatever stands in it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from tap_pagerduty.api.requests import path_of
from tests.support.hostile import hostile

SELECTED = ("team_members", "teams")


@pytest.fixture(autouse=True)
def _no_waits(waits):
    pass


def account(*ids):
    """Respond with teams of these ids, each with a member."""

    def respond(exchange):
        path = exchange.path.partition("?")[0]
        if path == "/teams":
            teams = [{"id": each, "type": "team"} for each in ids]
            exchange.send({"teams": teams, "more": False, "total": len(teams)})
        else:
            member = {"user": {"id": "PUSER01", "type": "user_reference"}, "role": "manager"}
            exchange.send({"members": [member], "more": False, "total": 1})

    return respond


@pytest.mark.parametrize(
    "id", ["../../teams/me", "P1?x=1", "P1#f", "P1/x", "P 1", "P1%2F", "P1;\\"]
)
def test_an_id_leads_to_no_other_path(tap, id):  # noqa: A002
    with hostile(account(id)) as server:
        run = tap(server.settings(), *SELECTED)
    assert run.exit_code == 0
    [path] = [each for each in server.paths if each.endswith("members")]
    assert path.count("/") == 3
    assert not {"?", "#"} & set(path)
    assert unquote(path) == f"/teams/{id}/members"


@pytest.mark.parametrize("id", ["", " ", ".", "..", "a\nb", ["P2"], {"a": 1}, True, 1.5, None])
def test_what_cannot_be_an_id_is_reported_and_left_out(tap, id):  # noqa: A002
    with hostile(account("P1", id)) as server:
        run = tap(server.settings(), "team_members")
    assert run.exit_code == 0
    assert server.paths.count("/teams/P1/members") == 1
    assert len([path for path in server.paths if path.endswith("members")]) == 1
    assert (
        "1 parent has an id that cannot be one (empty, or no text) and is left out."
        in run.lines("WARNING")
    )
    # What was loaded of it earlier is not removed.
    assert not [each for each in run.messages if each["type"] == "ACTIVATE_VERSION"]


def test_a_path_is_made_of_plain_ids_as_they_are():
    assert path_of("/teams/{user_id}/x", {"user_id": "P1-a_B", "other": None}) == "/teams/P1-a_B/x"
    assert path_of("/teams/{user_id}/x", {"user_id": 7}) == "/teams/7/x"
