"""`stream_patterns` selects streams and fields in the words of Meltano's `select`."""

import json

import pytest

from tap_pagerduty.sync.stream_patterns import StreamPattern
from tap_pagerduty.tap import TapPagerDuty
from tests.support.harness import catalog as catalog_of

USER = {
    "id": "U1",
    "name": "Jane",
    "email": "jane@example.com",
    "contact_methods": [{"id": "C1", "type": "email", "summary": "Home"}],
    "teams": [{"id": "T1", "type": "team_reference", "summary": "Night"}],
}


def selected(*patterns, **more):
    tap = TapPagerDuty(
        config={"api_key": "k", "stream_patterns": list(patterns), **more}, validate_config=False
    )
    return tap, [name for name, stream in tap.streams.items() if stream.selected]


def fields(tap, stream):
    mask = tap.streams[stream].mask
    return {".".join(place[1::2]) for place, chosen in mask.items() if place and chosen}


@pytest.mark.parametrize(
    ("patterns", "streams"),
    [
        (["users"], ["users"]),
        (["users.*"], ["users"]),
        (["incident_note*", "tags"], ["tags", "incident_notes"]),
        (["tag?"], ["tags"]),
        (["schedule*", "!schedule_*"], ["schedules"]),
        (["!schedule_*", "schedule*.*"], ["schedules"]),
        (["users.email", "tags"], ["users", "tags"]),
    ],
)
def test_patterns_select_streams(patterns, streams):
    assert sorted(selected(*patterns)[1]) == sorted(streams)


def test_everything_is_one_pattern():
    tap, streams = selected("*.*")
    assert len(streams) == len(tap.streams)


def test_exclusions_alone_are_taken_out_of_the_default_selection():
    default = selected()[1]
    tap, streams = selected("!users", "!incidents.body", "!*.summary")
    assert streams == [name for name in default if name != "users"]
    found = fields(tap, "incidents")
    assert "title" in found
    assert not found & {"body", "summary"}


def test_a_field_is_selected_with_what_is_in_it_and_with_the_keys():
    tap, streams = selected("users.teams", "users.contact_methods.type")
    assert streams == ["users"]
    found = fields(tap, "users")
    assert {"id", "teams", "teams.summary", "contact_methods", "contact_methods.type"} <= found
    assert not found & {"name", "email", "contact_methods.address"}


def test_records_hold_what_the_patterns_select(account, sync):
    account.lists["users"] = [USER]
    patterns = ["users.name", "users.teams.id", "users.contact_methods", "!users.*.summary"]
    run = sync(stream_patterns=patterns)
    assert run.exit_code == 0, run.log
    assert run.records("users") == [
        {
            "id": "U1",
            "name": "Jane",
            "contact_methods": [{"id": "C1", "type": "email"}],
            "teams": [{"id": "T1"}],
        }
    ]
    assert {m["stream"] for m in run.messages if m["type"] == "SCHEMA"} == {"users"}


def test_patterns_win_over_the_catalog(account, sync):
    account.lists["users"] = [USER]
    account.lists["tags"] = [{"id": "G1", "label": "x"}]
    selection = catalog_of(["users"])
    assert [each["tap_stream_id"] for each in selection["streams"]] == ["users"]
    run = sync(selection=selection, stream_patterns=["tags"])
    assert run.exit_code == 0, run.log
    assert run.records("tags") == [{"id": "G1", "label": "x"}]
    assert not run.records("users")


def test_discovery_shows_what_the_patterns_select():
    tap, _ = selected("users.email")
    entries = json.loads(tap.catalog_json_text)["streams"]
    assert [
        entry["tap_stream_id"]
        for entry in entries
        for each in entry["metadata"]
        if not each["breadcrumb"] and each["metadata"]["selected"]
    ] == ["users"]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("incidnts.*", "no stream matches 'incidnts.*'; did you mean incidents?"),
        ("zzz*", "no stream matches 'zzz*'."),
        ("users.emial", "no field of users matches 'users.emial'."),
        ("!tags.nothing", "no field of tags matches '!tags.nothing'."),
    ],
)
def test_a_pattern_that_matches_nothing_is_an_error(sync, pattern, line):
    run = sync(stream_patterns=["users", pattern])
    assert run.exit_code == 1
    assert f"stream_patterns: {line}" in run.log


def test_a_pattern_is_read_as_meltano_reads_it():
    pattern = StreamPattern("!users.contact_methods.*")
    assert (pattern.is_exclusion, pattern.stream, pattern.field) == (
        True,
        "users",
        "contact_methods.*",
    )
    assert StreamPattern("users").is_for_all_fields
