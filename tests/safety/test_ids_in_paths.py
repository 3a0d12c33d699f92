"""An id of a record names one resource of an endpoint, whatever stands in it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from tap_pagerduty.api.requests import path_of
from tests.support.hostile import hostile

SELECTED = ("user_contact_methods", "users")


@pytest.fixture(autouse=True)
def _no_waits(waits):
    pass


def account(*ids):
    """Respond with users of these ids, each with a contact method."""

    def respond(exchange):
        path = exchange.path.partition("?")[0]
        if path == "/users":
            users = [{"id": each, "type": "user"} for each in ids]
            exchange.send({"users": users, "more": False, "total": len(users)})
        else:
            exchange.send({"contact_methods": [{"id": "C" + path[-19:-16], "type": "email"}]})

    return respond


@pytest.mark.parametrize(
    "id", ["../../teams/me", "P1?x=1", "P1#f", "P1/x", "P 1", "P1%2F", "P1;\\"]
)
def test_an_id_leads_to_no_other_path(tap, id):  # noqa: A002
    with hostile(account(id)) as server:
        run = tap(server.settings(), *SELECTED)
    assert run.exit_code == 0
    [path] = [each for each, _ in server.seen if each.endswith("contact_methods")]
    assert path.count("/") == 3
    assert not {"?", "#"} & set(path)
    assert unquote(path) == f"/users/{id}/contact_methods"


@pytest.mark.parametrize("id", ["", " ", ".", "..", "a\nb", ["P2"], {"a": 1}, True, 1.5, None])
def test_what_cannot_be_an_id_is_reported_and_left_out(tap, id):  # noqa: A002
    with hostile(account("P1", id)) as server:
        run = tap(server.settings(), "user_contact_methods")
    assert run.exit_code == 0
    assert server.paths.count("/users/P1/contact_methods") == 1
    assert len([path for path in server.paths if path.endswith("contact_methods")]) == 1
    assert (
        "1 parent has an id that cannot be one (empty, or no text) and is left out."
        in run.lines("WARNING")
    )
    # What was loaded of it earlier is not removed.
    assert not [each for each in run.messages if each["type"] == "ACTIVATE_VERSION"]


def test_a_path_is_made_of_plain_ids_as_they_are():
    assert path_of("/users/{user_id}/x", {"user_id": "P1-a_B", "other": None}) == "/users/P1-a_B/x"
    assert path_of("/users/{user_id}/x", {"user_id": 7}) == "/users/7/x"
