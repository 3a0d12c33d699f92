"""Child streams of incidents that were selected later, skipped or refused catch up."""

from __future__ import annotations

from unittest import mock

import backoff
import pytest

from tests.support.harness import Warehouse, ago, sandbox, sync

STREAMS = ("incidents", "incident_notes")


@pytest.fixture(autouse=True)
def _no_waits():
    with mock.patch.object(backoff, "full_jitter", return_value=0):
        yield


def notes_of(box):
    """Return the ids of all notes that the account holds."""
    return {
        note["id"]
        for incident in box.truth("incidents")
        for note in box.truth_of(f"/incidents/{incident['id']}/notes")
    }


def loaded(warehouse):
    return {record["id"] for _, record in warehouse.tables["incident_notes"].values()}


def cost(box, *streams, state):
    """Return a run with its requests."""
    before = len(box.requests)
    run = sync(box, *streams, state=state)
    return run, len(box.requests) - before


def incidents_of(run):
    return sorted(
        m["record"]["id"]
        for m in run.messages
        if m["type"] == "RECORD" and m["stream"] == "incidents"
    )


def never_seen(state):
    """Return the state as a run leaves it that does not know of the notes."""
    known = state["bookmarks"]
    return {"bookmarks": {name: known[name] for name in known if name != "incident_notes"}}


@pytest.fixture
def box():
    with sandbox(incidents=60) as box:
        for own in [each["id"] for each in box.truth("incidents")][::3]:
            box.account.add_note(own, "seen", at=ago(box, hours=1))
        yield box


def test_notes_that_are_selected_after_the_first_load_all_come(box):
    warehouse = Warehouse()
    assert warehouse.load(sync(box, "incidents")).status == 0
    box.advance(3600)
    alone = sync(box, "incidents", state=warehouse.state)
    run, catching_up = cost(box, *STREAMS, state=warehouse.state)
    assert warehouse.load(run).status == 0
    assert loaded(warehouse) == notes_of(box)
    # Incidents are listed for their ids, and not emitted again.
    assert incidents_of(run) == incidents_of(alone)
    _, caught_up = cost(box, *STREAMS, state=warehouse.state)
    assert caught_up < catching_up - 20


def test_notes_that_were_deselected_for_some_runs_all_come(box):
    warehouse = Warehouse()
    assert warehouse.load(sync(box, *STREAMS)).status == 0
    box.advance(3600)
    (own, *_) = [each["id"] for each in box.truth("incidents")]
    box.account.add_note(own, "while nobody looked")
    for _ in range(2):
        assert warehouse.load(sync(box, "incidents", state=warehouse.state)).status == 0
        box.advance(3600)
    assert loaded(warehouse) != notes_of(box)
    first = warehouse.state
    assert warehouse.load(sync(box, *STREAMS, state=warehouse.state)).status == 0
    assert loaded(warehouse) == notes_of(box)
    # Only what has changed since they were last read is read again.
    _, all_again = cost(box, *STREAMS, state=never_seen(first))
    _, since = cost(box, *STREAMS, state=first)
    assert since < all_again - 10


def test_what_a_key_without_the_scope_has_left_out_comes_with_the_next_key(box):
    warehouse = Warehouse()
    assert warehouse.load(sync(box, *STREAMS)).status == 0
    box.advance(3600)
    own = box.account.create_incident()
    box.account.add_note(own, "read by nobody")
    box.faults.add("status", status=403, path="/incidents/*/notes")
    assert warehouse.load(sync(box, *STREAMS, state=warehouse.state)).status == 0
    assert loaded(warehouse) != notes_of(box)
    box.faults.clear()
    box.advance(3600)
    assert warehouse.load(sync(box, *STREAMS, state=warehouse.state)).status == 0
    assert loaded(warehouse) == notes_of(box)


def test_an_incident_whose_notes_were_refused_once_gets_them_on_the_next_run(box):
    warehouse = Warehouse()
    (own, *_) = [
        i["id"] for i in box.truth("incidents") if box.truth_of(f"/incidents/{i['id']}/notes")
    ]
    box.faults.add("status", status=403, path=f"/incidents/{own}/notes", times=1)
    assert warehouse.load(sync(box, *STREAMS)).status == 0
    assert loaded(warehouse) != notes_of(box)
    assert warehouse.state["bookmarks"]["incident_notes"]["refused"] == [{"incident_id": own}]
    box.advance(60)
    assert warehouse.load(sync(box, *STREAMS, state=warehouse.state)).status == 0
    assert loaded(warehouse) == notes_of(box)
    assert "refused" not in warehouse.state["bookmarks"]["incident_notes"]


def test_catching_up_goes_on_where_it_was_interrupted(box):
    warehouse = Warehouse()
    warehouse.load(sync(box, "incidents"))
    box.advance(60)
    box.faults.add("status", status=400, path="/incidents/*/notes", after=25)
    assert warehouse.load(sync(box, *STREAMS, state=warehouse.state)).status == 1
    reached = warehouse.state["bookmarks"]["incident_notes"]["unread_created_since"]
    assert reached > warehouse.state["bookmarks"]["incidents"]["loaded_since"]
    box.faults.clear()
    assert warehouse.load(sync(box, *STREAMS, state=warehouse.state)).status == 0
    assert loaded(warehouse) == notes_of(box)
    assert not warehouse.state["bookmarks"]["incident_notes"]


def test_a_state_of_an_earlier_version_does_not_start_a_catching_up(box):
    warehouse = Warehouse()
    warehouse.load(sync(box, *STREAMS))
    box.advance(60)
    _, usual = cost(box, *STREAMS, state=warehouse.state)
    state = {"bookmarks": {**warehouse.state["bookmarks"], "incident_notes": {}}}
    assert cost(box, *STREAMS, state=state)[1] == usual
    assert cost(box, *STREAMS, state=never_seen(state))[1] > usual


def test_an_incident_that_was_refused_once_comes_with_the_next_run():
    with sandbox(incident_embed_short=1.0) as box:
        warehouse = Warehouse()
        warehouse.load(sync(box, "incidents"))
        box.advance(3600)
        (own, *_) = [each["id"] for each in box.truth("incidents") if each["status"] == "resolved"]
        box.account.add_note(own, "later", at=ago(box, minutes=5))
        box.faults.add("status", status=403, path=f"/incidents/{own}", times=1)
        run = warehouse.load(sync(box, "incidents", state=warehouse.state))
        assert run.status == 0
        assert warehouse.state["bookmarks"]["incidents"]["refused"] == [{"id": own}]
        box.advance(3600)
        warehouse.load(sync(box, "incidents", state=warehouse.state))
        fresh = {each["id"]: each["updated_at"] for each in box.truth("incidents")}
        assert warehouse.rows("incidents")[own]["updated_at"] == fresh[own]
        assert "refused" not in warehouse.state["bookmarks"]["incidents"]


def test_responses_selected_after_the_analytics_of_incidents_all_come():
    streams = ("analytics_incidents", "analytics_incident_responses")
    with sandbox() as box:
        warehouse, expected = Warehouse(), Warehouse()
        warehouse.load(sync(box, "analytics_incidents"))
        box.advance(3600)
        assert warehouse.load(sync(box, *streams, state=warehouse.state)).status == 0
        expected.load(sync(box, *streams))
    name = "analytics_incident_responses"
    assert warehouse.tables[name].keys() == expected.tables[name].keys()
    assert warehouse.tables[name]
