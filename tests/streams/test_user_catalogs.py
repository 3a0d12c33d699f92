"""Catalogs and maps as people write them: what they removed stays away, what is odd is ignored."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from singer_sdk.singerlib import Catalog

from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.catalog import left_out
from tap_pagerduty.tap import TapPagerDuty

EMAIL = "jane@example.com"
USER = {
    "id": "U1",
    "name": "Jane",
    "email": EMAIL,
    "contact_methods": [{"id": "C1", "type": "email", "address": EMAIL, "label": "Home"}],
    "teams": [{"id": "T1", "type": "team", "summary": EMAIL}],
    "job_title": "Boss",
}


def entry_of(selection, name):
    (entry,) = [each for each in selection["streams"] if each["tap_stream_id"] == name]
    return entry


def schema_of(run, stream):
    (found,) = [m for m in run.messages if m["type"] == "SCHEMA" and m["stream"] == stream]
    return found


def trim(entry, *names):
    """Remove all properties but those NAMES from an entry, schema and metadata."""
    entry["schema"]["properties"] = {
        name: each for name, each in entry["schema"]["properties"].items() if name in names
    }
    entry["metadata"] = [
        each
        for each in entry["metadata"]
        if not each["breadcrumb"] or each["breadcrumb"][1] in names
    ]


def batched(run):
    """Return the records in the files of a run's BATCH messages."""
    for message in run.messages:
        for url in message.get("manifest", ()):
            with gzip.open(Path(url2pathname(urlsplit(url).path)), "rt") as lines:
                yield from map(json.loads, lines)


# -- What the catalog's schema lacks


@pytest.mark.parametrize("how", ["records", "batches"])
def test_a_catalog_trimmed_to_two_columns_gets_two_columns(account, sync, catalog, tmp_path, how):
    account.lists["users"] = [{**USER, "new": {"of": EMAIL}}]
    selection = catalog("users")
    trim(entry_of(selection, "users"), "id", "name")
    encoding = {"format": "jsonl", "compression": "gzip"}
    config = {"encoding": encoding, "storage": {"root": tmp_path.as_uri()}}
    run = sync(selection=selection, **({"batch_config": config} if how == "batches" else {}))
    assert run.exit_code == 0, run.log
    assert schema_of(run, "users")["schema"]["properties"].keys() == {"id", "name"}
    found = list(batched(run)) if how == "batches" else run.records("users")
    assert found == [{"id": "U1", "name": "Jane"}]
    assert EMAIL not in run.stdout + run.log


def test_a_column_that_only_the_schema_lacks_stays_away(account, sync, catalog):
    account.lists["users"] = [USER]
    selection = catalog("users")
    del entry_of(selection, "users")["schema"]["properties"]["email"]
    del entry_of(selection, "users")["schema"]["properties"]["contact_methods"]
    del entry_of(selection, "users")["schema"]["properties"]["teams"]
    run = sync(selection=selection)
    assert [record["job_title"] for record in run.records("users")] == ["Boss"]
    assert EMAIL not in run.stdout + run.log


def test_what_is_removed_inside_an_object_or_a_list_stays_away(account, sync, catalog):
    account.lists["users"] = [USER]
    account.add_incident(1, account.at(hours=1), service={"id": "S1", "summary": EMAIL})
    selection = catalog("users", "incidents")
    columns = entry_of(selection, "users")["schema"]["properties"]
    del columns["teams"]["items"]["properties"]["summary"]
    del columns["email"]
    del columns["contact_methods"]
    service = entry_of(selection, "incidents")["schema"]["properties"]["service"]
    del service["properties"]["summary"]
    run = sync(selection=selection)
    (user,) = run.records("users")
    assert user["teams"] == [{"id": "T1", "type": "team"}]
    (incident,) = run.records("incidents")
    assert incident["service"]["id"] == "S1"
    assert EMAIL not in run.stdout + run.log


@pytest.mark.parametrize("odd", [[EMAIL, 7], {"home": EMAIL}, [{"home": EMAIL}, 2]])
@pytest.mark.parametrize("way", ["lacks", "deselects"])
def test_a_removed_column_of_another_type_is_not_put_aside(account, sync, catalog, odd, way):
    account.lists["users"] = [{"id": "U1", "email": odd, "name": ["Jane", 1]}]
    selection = catalog("users")
    entry = entry_of(selection, "users")
    if way == "lacks":
        del entry["schema"]["properties"]["email"]
    else:
        (column,) = [m for m in entry["metadata"] if m["breadcrumb"] == ["properties", "email"]]
        column["metadata"]["selected"] = False
    run = sync(selection=selection)
    (record,) = run.records("users")
    assert record["_undocumented"] == {"name": ["Jane", 1]}
    assert EMAIL not in run.stdout + run.log


def test_an_object_of_another_type_is_not_put_aside_with_what_was_removed_in_it(
    account, sync, catalog
):
    account.add_incident(1, account.at(hours=1), service=[{"summary": EMAIL}, {"summary": "x"}])
    selection = catalog("incidents")
    service = entry_of(selection, "incidents")["schema"]["properties"]["service"]
    del service["properties"]["summary"]
    run = sync(selection=selection)
    (record,) = run.records("incidents")
    assert not record.get("_undocumented")
    assert EMAIL not in run.stdout + run.log


def test_without_the_column_for_undocumented_properties_they_stay_away(account, sync, catalog):
    account.lists["users"] = [{**USER, "new": "value"}]
    selection = catalog("users")
    del entry_of(selection, "users")["schema"]["properties"]["_undocumented"]
    (record,) = sync(selection=selection).records("users")
    assert "_undocumented" not in record
    assert record["email"] == EMAIL


def test_a_catalog_as_discovered_leaves_nothing_out(discovered):
    found = Catalog.from_dict(json.loads(discovered))
    tap = TapPagerDuty(validate_config=False, catalog=found)
    for name, stream in tap.streams.items():
        mask = found[name].metadata.resolve_selection()
        mask.update(dict.fromkeys(mask, True))
        assert left_out(stream.schema, found[name].schema.to_dict(), mask) == {}


def test_an_entry_without_a_schema_or_metadata_reads_the_whole_stream(account, sync):
    account.lists["users"] = [USER]
    run = sync(selection={"streams": [{"tap_stream_id": "users"}]})
    assert run.exit_code == 0, run.log
    (record,) = run.records("users")
    assert record.items() >= USER.items()
    message = schema_of(run, "users")
    assert message["key_properties"] == ["id"]
    assert message["schema"]["properties"].keys() > USER.keys()


# -- Keys


@pytest.mark.parametrize("stream", ["users", "incidents"])
def test_keys_that_are_deselected_are_kept(account, sync, catalog, stream):
    account.lists["users"] = [USER]
    account.add_incident(1, account.at(hours=1))
    selection = catalog(stream)
    for each in entry_of(selection, stream)["metadata"]:
        if each["breadcrumb"]:
            each["metadata"] = {"inclusion": "available", "selected": False}
    run = sync(selection=selection)
    assert run.exit_code == 0, run.log
    keys = {"users": {"id"}, "incidents": {"id", "updated_at"}}[stream]
    assert schema_of(run, stream)["schema"]["properties"].keys() == keys
    (record,) = run.records(stream)
    assert record.keys() == keys
    assert None not in record.values()


def test_keys_that_the_schema_lacks_are_kept(account, sync, catalog):
    account.lists["users"] = [USER]
    selection = catalog("users")
    trim(entry_of(selection, "users"), "name")
    del entry_of(selection, "users")["key_properties"]
    run = sync(selection=selection)
    assert schema_of(run, "users")["key_properties"] == ["id"]
    assert schema_of(run, "users")["schema"]["properties"].keys() == {"id", "name"}
    assert run.records("users") == [{"id": "U1", "name": "Jane"}]


# -- Replication methods and keys

FOREIGN = {
    "a key of another tap": {"replication-key": "updated_at"},
    "a forced full table by it": {
        "replication-key": "updated_at",
        "forced-replication-method": "FULL_TABLE",
    },
    "incremental": {"forced-replication-method": "INCREMENTAL"},
    "log-based": {"forced-replication-method": "LOG_BASED"},
}


@pytest.mark.parametrize("place", ["entry", "metadata"])
@pytest.mark.parametrize("metadata", FOREIGN.values(), ids=FOREIGN)
def test_a_replication_method_that_a_stream_does_not_have_is_ignored(
    account, sync, catalog, metadata, place
):
    account.lists["teams"] = account.lists["users"] = [{"id": "U1"}]
    selection = catalog("teams", "users")
    entry = entry_of(selection, "teams")
    if place == "metadata":
        (root,) = [m["metadata"] for m in entry["metadata"] if not m["breadcrumb"]]
        root.update(metadata)
    else:
        entry["replication_key"] = metadata.get("replication-key")
        entry["replication_method"] = metadata.get("forced-replication-method")
    run = sync(selection=selection)
    assert run.exit_code == 0, run.log
    assert run.ids("teams") == run.ids("users") == ["U1"]
    assert {m["stream"] for m in run.messages if m["type"] == "ACTIVATE_VERSION"} == {
        "teams",
        "users",
    }
    assert "bookmark_properties" not in schema_of(run, "teams")


def test_a_foreign_replication_key_of_an_incremental_stream_is_ignored(account, sync, catalog):
    account.add_incident(1, account.at(hours=1))
    selection = catalog("incidents")
    entry_of(selection, "incidents")["replication_key"] = "created_at"
    run = sync(selection=selection)
    assert run.exit_code == 0, run.log
    assert run.state["bookmarks"]["incidents"]["replication_key"] == "updated_at"


# -- Streams that are gone, or new


def gone(*names):
    selected = [{"breadcrumb": [], "metadata": {"selected": True}}]
    return [{"tap_stream_id": name, "schema": {}, "metadata": selected} for name in names]


@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
def test_a_catalog_of_nothing_but_gone_streams_is_an_error(
    account, command, config_file, tmp_path, mode
):
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps({"streams": gone("alerts", "issues")}))
    run = command("--config", config_file(), "--catalog", path, *mode)
    assert run.exit_code == 1
    (line,) = run.lines("ERROR")
    assert line == (
        "The catalog cannot be used: this version has no stream of it (alerts, issues); write it "
        "again with --discover."
    )
    assert account.requests == []


def test_streams_of_an_old_catalog_and_state_that_are_gone_or_new_are_named(account, sync, catalog):
    account.lists["users"] = [USER]
    selection = catalog(*(stream.name for stream in STREAMS if stream.name != "standards"))
    for entry in selection["streams"]:
        (root,) = [m["metadata"] for m in entry["metadata"] if not m["breadcrumb"]]
        root["selected"] = entry["tap_stream_id"] == "users"
    selection["streams"] += gone("alerts", "issues")
    state = {"bookmarks": {"users": {}, "issues": {"replication_key_value": "x"}}}
    run = sync(selection=selection, state=state)
    assert run.exit_code == 0, run.log
    assert run.ids("users") == ["U1"]
    (line,) = run.lines("WARNING")
    assert line == (
        "This version has no streams alerts, issues, which the catalog selects; nothing is read "
        "for them."
    )
    lines = run.lines("INFO")
    assert "The catalog lacks standards, which this version has; --discover adds it." in lines
    assert "This version has no stream issues, whose bookmark the state has; it is kept." in lines
    assert run.state["bookmarks"]["issues"] == {"replication_key_value": "x"}


NO_CATALOGS = {
    "null": "null",
    "a list": "[]",
    "a text": '"users"',
    "an empty object": "{}",
    "streams by name": '{"streams": {"users": {}}}',
    "names of streams": '{"streams": ["users"]}',
    "without ids": '{"streams": [{"stream": "users"}]}',
    "metadata by name": '{"streams": [{"tap_stream_id": "users", "metadata": {"a": 1}}]}',
    "metadata without breadcrumbs": (
        '{"streams": [{"tap_stream_id": "users", "metadata": [{"metadata": {}}]}]}'
    ),
    "a text for a schema": '{"streams": [{"tap_stream_id": "users", "schema": "x"}]}',
}


@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
@pytest.mark.parametrize("content", NO_CATALOGS.values(), ids=NO_CATALOGS)
def test_what_is_no_catalog_is_one_line(account, command, config_file, content, mode):
    path = config_file().with_name("catalog.json")
    path.write_text(content)
    run = command("--config", config_file(), "--catalog", path, *mode)
    assert run.exit_code == 1
    (line,) = run.lines("ERROR")
    assert line.startswith("The catalog cannot be used: ")
    assert account.requests == []


def test_a_run_of_no_stream_warns(account, sync, catalog):
    selection = catalog("users")
    entry_of(selection, "users")["metadata"] = [{"breadcrumb": [], "metadata": {"selected": False}}]
    run = sync(selection=selection)
    assert run.lines("WARNING") == ["No stream is selected."]
    assert account.requests == []


# -- Stream maps


@pytest.mark.parametrize("pattern", ["users", "*", "user*", "[tu]*"])
def test_maps_of_streams_that_are_not_read_are_ignored(account, sync, catalog, pattern):
    account.lists["teams"] = [{"id": "T1", "name": "Ops"}]
    selection = catalog("teams", "users", "incidents", "team_members")
    for entry in selection["streams"]:
        (root,) = [m["metadata"] for m in entry["metadata"] if not m["breadcrumb"]]
        root["selected"] = entry["tap_stream_id"] == "teams"
    run = sync(selection=selection, stream_maps={pattern: {"name": "md5(name)", "x": "'y'"}})
    assert run.exit_code == 0, run.log
    assert run.ids("teams") == ["T1"]
    assert run.records("teams")[0]["name"] == ("Ops" if pattern.startswith("user") else MD5)


MD5 = "526bb9ac8b1b62d0e97d02ee2ff71de0"


def test_maps_of_a_parent_that_is_read_for_its_children_only_are_ignored(account, sync, catalog):
    account.lists["teams"] = [{"id": "T1", "name": "Ops"}]
    account.bodies["team_members"] = [{"members": [{"user": {"id": "U1"}}], "more": False}]
    selection = catalog("teams", "team_members")
    (root,) = [
        m["metadata"] for m in entry_of(selection, "teams")["metadata"] if not m["breadcrumb"]
    ]
    root["selected"] = False
    run = sync(selection=selection, stream_maps={"teams": {"__filter__": "nothing > 1"}})
    assert run.exit_code == 0, run.log
    assert len(run.records("team_members")) == 1


MAPS = {
    "an expression": ({"users": {"x": "1 +"}}, "stream_maps cannot be used for users: "),
    "a text": ({"users": "name"}, "'name' is not valid under any of the given schemas"),
    "no such option": ({"__other__": None}, "stream_maps cannot be used: "),
    "a removed key": ({"users": {"id": None}}, "stream_maps cannot be used for users: "),
}


@pytest.mark.parametrize(("maps", "line"), MAPS.values(), ids=MAPS)
def test_a_map_that_cannot_be_used_is_one_line(account, sync, maps, line):
    run = sync("users", stream_maps=maps)
    assert run.exit_code == 1
    (said,) = run.lines("ERROR")
    assert said.startswith(line)
    assert account.requests == []


# -- Batches


def test_batches_say_that_gone_rows_stay(account, sync, tmp_path):
    account.lists["users"] = [USER]
    encoding = {"format": "jsonl", "compression": "gzip"}
    batches = {"encoding": encoding, "storage": {"root": tmp_path.as_uri()}}
    line = (
        "With batch_config, rows that are gone from the account stay in the target; "
        "emit_activate_version_messages: false confirms that."
    )
    run = sync("users", batch_config=batches)
    assert "ACTIVATE_VERSION" not in run.stdout
    assert run.lines("WARNING") == [line]
    confirmed = sync("users", batch_config=batches, emit_activate_version_messages=False)
    assert confirmed.lines("WARNING") == []
    assert sync("incidents", batch_config=batches).lines("WARNING") == []


@pytest.mark.parametrize(
    "stream", ["users", "incidents", "log_entries", "user_contact_methods", "team_members"]
)
def test_a_map_that_fails_on_a_record_is_one_line_and_nothing_vanishes(account, sync, stream):
    people = [{"id": f"U{n}", "summary": None if n == 1 else "a", "name": "b"} for n in range(3)]
    for each in people:
        each["contact_methods"] = [{**each, "id": f"C{each['id']}"}]
    happened = [{**each, "created_at": account.at(hours=1)} for each in people]
    account.lists |= {
        "users": people,
        "incidents": [{**each, "status": "resolved"} for each in happened],
        "log_entries": happened,
        "teams": [{"id": "T1"}],
        "/teams/T1/members": [{"user": each, "role": each["summary"]} for each in people],
    }
    column = "role" if stream == "team_members" else "summary"
    run = sync(stream, "tags", stream_maps={stream: {"x": f"{column}.upper()"}})
    assert run.exit_code == 1
    assert "Traceback" not in run.log
    assert f"{stream} is incomplete: stream_maps cannot be used for the record" in run.log
    assert "tags: 0 records" in run.log
    kinds = {(message["type"], message.get("stream")) for message in run.messages}
    assert ("ACTIVATE_VERSION", "tags") in kinds
    assert ("ACTIVATE_VERSION", stream) not in kinds
    # The next run reads the record again: of incidents, those created since the start.
    position = "created_until" if stream == "incidents" else "replication_key_value"
    assert position not in run.states[-1]["bookmarks"].get(stream, {})
