"""One stream is loaded again by a setting for one run; the others go on."""

from __future__ import annotations


def test_one_stream_is_loaded_again_and_the_others_resume(account, sync):
    for number in (1, 2):
        account.add_entry(number, account.at(days=20 - number))
        account.add_incident(number, account.at(days=20 - number), status="resolved")
    first = sync("log_entries", "incidents")
    assert sync("log_entries", "incidents", state=first.state).ids("log_entries") == []

    again = sync("log_entries", "incidents", state=first.state, reload_streams=["log_entries"])
    assert set(again.ids("log_entries")) == {"R1", "R2"}
    assert again.ids("incidents") == []
    assert again.state["bookmarks"].keys() == first.state["bookmarks"].keys()

    # The bookmark is there again: the next run goes on from it.
    assert sync("log_entries", "incidents", state=again.state).ids("log_entries") == []


def test_a_stream_to_reload_that_does_not_exist_is_one_line(account, sync):
    run = sync("users", reload_streams=["users", "alerts"])
    assert run.exit_code == 1
    assert run.lines("ERROR") == ["reload_streams names no stream of this tap: alerts."]
    assert account.requests == []
