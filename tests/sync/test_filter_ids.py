"""An id in a filter that the account does not have is named, and no empty load without a word."""

from __future__ import annotations

import pytest

from tests.support.harness import run, sandbox, settings_of

LINES = [
    "There is no team PYYYYYY, which `team_ids` names; nothing passes by it.",
    "There is no service PZZZZZZ, which `service_ids` names; nothing passes by it.",
]


@pytest.fixture(scope="module")
def box():
    with sandbox(incidents=10) as box:
        yield box


@pytest.fixture
def filters(box):
    known = box.truth("services")[0]["id"]
    return {"team_ids": ["PYYYYYY"], "service_ids": [known, "PZZZZZZ"]}


def test_the_check_names_unknown_ids_and_fails(box, tap, filters):
    checked = tap(settings_of(box, **filters), "incidents", arguments=["--test"])
    assert checked.exit_code == 1
    assert [line for line in LINES if line in checked.stdout.splitlines()] == LINES


def test_the_first_run_warns_of_unknown_ids(box, tmp_path, filters):
    done = run(box, tmp_path, "incidents", "users", requests_per_second=1000, **filters)
    assert done.status == 0
    assert [line for line in LINES if f"| {line}" in done.log] == LINES
    box.requests.clear()
    again = run(box, tmp_path, "incidents", state=done.state, requests_per_second=1000, **filters)
    # Later runs do not spend requests on it.
    assert again.status == 0
    assert not [each for each in box.requests if each.path.startswith(("/teams/", "/services/"))]


def test_known_ids_pass_without_a_word(box, tap, filters):
    known = settings_of(box, service_ids=filters["service_ids"][:1])
    assert tap(known, "incidents", arguments=["--test"]).exit_code == 0
    assert tap(known, "incidents").lines("WARNING") == []
