"""The catalog and `--about` tell all there is, and selections are honoured."""

from __future__ import annotations

import copy
import json
import re
import resource
import runpy
import socket
import subprocess
import sys
from datetime import datetime
from itertools import chain

import pytest
from singer_sdk.helpers._flattening import flatten_schema

from tap_pagerduty.api.responses import WHOLE_BODY
from tap_pagerduty.records.paths import leave_out
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.windowed import WindowedStream
from tap_pagerduty.tap import TapPagerDuty
from tests.support.account import CORE, READ, stream_of
from tests.support.columns import as_emitted
from tests.support.project import ROOT

SHARED = ROOT.parent / "shared"
CONTRACT = SHARED / "tools" / "contract_check.py"
VENDOR = SHARED / "pagerduty-api" / "openapiv3.json"

# Of all streams that are not full tables.
REPLICATION_KEYS = {
    "incidents": "updated_at",
    "log_entries": "created_at",
    "notifications": "started_at",
    "oncall_shifts": "start",
    "paused_incident_alerts": "since",
    "paused_incident_counts": "since",
    "change_events": "timestamp",
    "audit_records": "execution_time",
    "analytics_incidents": "updated_at",
    "analytics_incident_metrics": "range_start",
    "analytics_service_metrics": "range_start",
    "analytics_team_metrics": "range_start",
    "analytics_escalation_policy_metrics": "range_start",
    "analytics_responder_metrics": "range_start",
    "analytics_responder_team_metrics": "range_start",
    "analytics_user_metrics": "range_start",
    "analytics_pd_advance_usage": "range_start",
}


@pytest.fixture
def offline(monkeypatch):
    """Fail whatever opens a connection."""

    def refuse(*_):
        pytest.fail("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


# -- Discovery


@pytest.mark.usefixtures("offline")
def test_discovery_needs_neither_configuration_nor_network(command):
    run = command("--discover")
    assert run.exit_code == 0
    found = {stream["tap_stream_id"] for stream in json.loads(run.stdout)["streams"]}
    assert found == {stream.name for stream in STREAMS}
    assert len(found) == len(STREAMS) >= 129
    assert len(CORE) == 13
    assert run.lines("WARNING") == run.lines("ERROR") == []


@pytest.mark.usefixtures("offline")
def test_discovery_with_settings_finds_the_same(command, config_file, discovered):
    run = command("--config", config_file(), "--discover")
    assert json.loads(run.stdout) == json.loads(discovered)


def test_discovery_of_the_whole_catalog_takes_less_than_two_seconds():
    def seconds():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "tap_pagerduty", "--discover"]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # By the processor's time, and the best of a few: a machine with more to do is no failure.
    assert any(seconds() < 2 for _ in range(3))


def test_discovery_tells_a_mistake_in_the_settings(command, config_file):
    run = command("--config", config_file(region="mars"), "--discover")
    assert run.exit_code == 1
    assert "'mars' is not one of ['us', 'eu']" in run.lines("ERROR")[0]
    assert "Traceback" not in run.log


def test_keys_and_replication_keys_are_in_the_metadata(discovered):
    for stream in json.loads(discovered)["streams"]:
        metadata = {tuple(each["breadcrumb"]): each["metadata"] for each in stream["metadata"]}
        key = REPLICATION_KEYS.get(stream["tap_stream_id"])
        keys = ["id"] if stream["tap_stream_id"] in CORE_NAMES else KEYS[stream["tap_stream_id"]]
        assert stream["key_properties"] == keys
        assert metadata[()]["table-key-properties"] == keys
        for name in keys:
            assert metadata["properties", name]["inclusion"] == "automatic"
        assert stream.get("replication_key") == key
        assert metadata[()].get("valid-replication-keys", []) == ([key] if key else [])
        if key:
            assert metadata["properties", key]["inclusion"] == "automatic"


CORE_NAMES = {stream.name for stream in CORE}
KEYS = {stream.name: list(stream.primary_keys) for stream in STREAMS}


def properties(schema, path=""):
    """Yield each property of a schema, at every depth, with its path."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}{name}", field
        yield from properties(field, f"{path}{name}.")
    if "items" in schema:
        yield from properties(schema["items"], f"{path[:-1]}[].")


PROPERTIES = [
    (stream.name, path, field) for stream in STREAMS for path, field in properties(stream.schema)
]


def test_every_property_at_every_depth_is_described():
    assert len(PROPERTIES) > 2500
    assert [(name, path) for name, path, field in PROPERTIES if not field.get("description")] == []


def test_descriptions_are_sentences():
    bad = [
        (name, path)
        for name, path, field in PROPERTIES
        if not field["description"].endswith(".") or field["description"][0].islower()
    ]
    assert bad == []


def test_every_property_but_the_keys_may_be_null():
    required = [(name, path) for name, path, field in PROPERTIES if "null" not in field["type"]]
    keys = {(stream.name, name) for stream in STREAMS for name in KEYS[stream.name]}
    assert set(required) == keys
    assert len(required) == len(keys)
    for stream in STREAMS:
        assert sorted(stream.schema["required"]) == sorted(KEYS[stream.name])


def test_every_object_is_open_so_that_nothing_is_dropped():
    closed = [
        (name, path)
        for name, path, field in PROPERTIES
        if "object" in field["type"] and not field.get("additionalProperties", True)
    ]
    assert closed == []


# -- What targets need of a schema


def test_no_schema_names_a_draft_which_old_targets_refuse(discovered, sync):
    assert "$schema" not in discovered
    run = sync()
    schemas = [m["schema"] for m in run.messages if m["type"] == "SCHEMA"]
    assert len(schemas) == len(STREAMS)
    assert not [schema for schema in schemas if "$schema" in schema]


def test_no_free_form_object_has_empty_properties_of_which_targets_make_no_column():
    free = [
        (name, path)
        for name, path, field in PROPERTIES
        if any("properties" in each and not each["properties"] for each in parts(field))
    ]
    assert free == []
    assert ("change_events", "custom_details") in {(name, path) for name, path, _ in PROPERTIES}


def parts(field):
    """Return a property's schema and that of the items of its array."""
    return [field, *(parts(field["items"]) if "items" in field else [])]


def test_every_column_has_one_type():
    several = [
        (stream.name, name)
        for stream in STREAMS
        for name, column in stream.schema["properties"].items()
        if len({*column["type"]} - {"null"}) != 1
    ]
    assert several == []


def test_arrays_and_objects_in_columns_leave_their_type_open_only_where_pagerduty_does():
    # Targets load the object around these as JSON.
    open_ones = {
        (name, path) for name, path, field in PROPERTIES if len({*field["type"]} - {"null"}) > 1
    }
    assert open_ones == {
        ("escalation_policies", "escalation_rules[].escalation_rule_assignment_strategy"),
        ("incident_alerts", "body.details"),
        ("incident_related_incidents", "relationships[].metadata.dependent_services"),
        ("incident_related_incidents", "relationships[].metadata.supporting_services"),
        ("incidents", "body.details"),
        ("log_entries", "channel.changeset.application_fields[].old_value"),
        ("log_entries", "channel.changeset.application_fields[].value"),
        ("log_entries", "channel.changeset.customer_fields[].old_value"),
        ("log_entries", "channel.changeset.customer_fields[].value"),
        ("log_entries", "channel.details"),
        *((name, f"{place}.cef_details.{field}") for name, place in CEF for field in CEF_FIELDS),
    }


# What an event said: the format's own parts, of which no answer shows the type.
CEF = (("incident_alerts", "body"), ("log_entries", "channel"))
CEF_FIELDS = ("contexts", "details", "mutations", "priority", "reporter")


def test_free_form_objects_and_open_values_become_json_text_when_flattened(account, sync):
    account.lists["change_events"] = [
        {"id": "C1", "timestamp": account.at(hours=1), "custom_details": {"build": {"n": 7}}}
    ]
    account.lists["extensions"] = [{"id": "E1", "config": {"notify": ["a", {"b": None}]}}]
    how = {"flattening_enabled": True, "flattening_max_depth": 5, "include_secrets": True}
    run = sync("change_events", "extensions", **how)
    assert run.exit_code == 0, run.log
    schemas = {m["stream"]: m["schema"] for m in run.messages if m["type"] == "SCHEMA"}
    for stream, column in (("change_events", "custom_details"), ("extensions", "config")):
        assert "string" in schemas[stream]["properties"][column]["type"]
        (record,) = run.records(stream)
        assert json.loads(record[column]) == account.lists[stream][0][column]


def test_every_column_has_one_type_when_flattened():
    several = [
        (stream.name, name)
        for stream in STREAMS
        for name, column in flatten_schema(stream.schema, max_level=9)["properties"].items()
        if len({*column["type"]} - {"null"}) != 1
    ]
    assert several == []


def test_every_stream_says_what_it_is_and_which_scope_it_takes():
    for stream in READ:
        assert re.search(rf"{getattr(stream, 'method', 'GET')} /|`…/", stream.__doc__)
        # Where PagerDuty documents no scope, it is a feature that not all accounts have.
        assert re.fullmatch(r"([\w:]+\.(read|write) ?)+", stream.scope) or (
            not stream.scope and stream.plan
        )
        assert issubclass(stream, WindowedStream) == (stream.name in REPLICATION_KEYS)
    assert {stream for stream in CORE if not stream.scope.endswith(".read")} == set()


def test_what_a_path_names_is_a_column():
    for stream in STREAMS:
        named = set(re.findall(r"{(\w+)}", stream.path))
        assert named <= stream.schema["properties"].keys()
        assert named == set() or issubclass(stream, ChildStream)
        for name in (*stream.columns, *stream.parent_columns, *stream.id_columns):
            assert name in stream.schema["properties"]


def test_secrets_are_documented_fields_or_stand_in_free_form_ones():
    for stream in STREAMS:
        known = {path for name, path, _ in PROPERTIES if name == stream.name}
        for path in stream.secrets:
            assert path.partition(".")[0] in known


# -- Selection


def test_only_selected_streams_are_asked_for(account, sync):
    run = sync("teams", "tags")
    assert {request.path for request in account.requests} == {"/teams", "/tags"}
    assert {m["stream"] for m in run.messages if m["type"] == "SCHEMA"} == {"teams", "tags"}


def test_a_catalog_of_all_streams_may_select_a_few(account, sync, discovered):
    selection = json.loads(discovered)
    for stream in selection["streams"]:
        (root,) = [each for each in stream["metadata"] if not each["breadcrumb"]]
        root["metadata"]["selected"] = stream["tap_stream_id"] in {"teams", "tags"}
    run = sync(selection=selection)
    assert {request.path for request in account.requests} == {"/teams", "/tags"}
    assert {m["stream"] for m in run.messages if m["type"] == "SCHEMA"} == {"teams", "tags"}


def test_without_a_catalog_those_come_that_are_selected_by_default(account, sync):
    run = sync(selection=...)
    chosen = {stream.name for stream in STREAMS if stream.selected_by_default}
    assert {m["stream"] for m in run.messages if m["type"] == "SCHEMA"} == chosen
    assert chosen > CORE_NAMES
    read = {stream.name for stream in READ}
    assert {stream_of(request).name for request in account.requests} == chosen & read
    assert chosen - read == {"sync_runs"}


def test_only_selected_fields_come_and_the_keys_with_them(account, sync, catalog):
    account.lists["users"] = [{"id": "U1", "name": "Zoë", "email": "z@example.com", "new": 1}]
    account.add_incident(1, account.at(hours=1), title="Secret")
    selection = catalog("users", "incidents")
    for stream in selection["streams"]:
        for each in stream["metadata"]:
            if each["breadcrumb"]:
                each["metadata"]["selected"] = each["breadcrumb"][-1] == "name"
    run = sync(selection=selection)
    (user,) = run.records("users")
    assert {"id", "name"} <= user.keys()
    assert "email" not in user
    (incident,) = run.records("incidents")
    assert {"id", "updated_at"} <= incident.keys()
    assert "title" not in incident
    (schema,) = [m["schema"] for m in run.messages if m["type"] == "SCHEMA"][-1:]
    assert "email" not in schema["properties"]


# -- About


def test_about_lists_every_setting_with_title_and_description(command):
    run = command("--about", "--format", "json")
    about = json.loads(run.stdout)
    settings = about["settings"]["properties"]
    assert settings.keys() >= {"api_key", "start_date", "region", "max_concurrency"}
    for name, setting in settings.items():
        assert setting.get("title"), name
        assert setting.get("description"), name
    assert settings["api_key"]["secret"] is True
    assert "required" not in about["settings"]
    assert about["description"].startswith("Singer tap for PagerDuty")


def test_about_tells_every_setting_in_words(command):
    run = command("--about", "--format", "markdown")
    text = " ".join(run.stdout.split())
    for name, setting in TapPagerDuty.config_jsonschema["properties"].items():
        assert name in text
        assert " ".join(setting["description"].split()) in text


def test_about_tells_every_setting_and_its_variable(command):
    run = command("--about")
    for name in TapPagerDuty.config_jsonschema["properties"]:
        assert name in run.stdout
        assert f"TAP_PAGERDUTY_{name.upper()}" in run.stdout


def test_the_version_is_told(command):
    run = command("--version")
    assert run.stdout.startswith(f"tap-pagerduty v{TapPagerDuty.plugin_version}")


# -- The vendor's own document

vendor = pytest.mark.skipif(not VENDOR.exists(), reason="the vendor's document is not here")


# Columns whose type is not the documented one, and why. PagerDuty also sends other types there,
# and a column has one.
DEVIATIONS = {
    # Documented as objects. The values that PagerDuty shows are texts, numbers and lists.
    ("incident_custom_field_values", "value"),
    ("service_custom_field_values", "value"),
    ("incident_type_custom_fields", "default_value"),
    # Documented as text. PagerDuty shows numbers, and so do the other counts of the record.
    ("analytics_responder_incidents", "total_off_hour_interruptions"),
    # Documented as a number. PagerDuty shows ids of users, which are texts.
    ("analytics_responder_metrics", "responder_id"),
    ("analytics_responder_team_metrics", "responder_id"),
}


@vendor
def test_the_schemas_hold_what_the_vendor_documents(discovered, tmp_path, monkeypatch, capsys):
    path = tmp_path / "catalog.json"
    path.write_text(discovered)
    arguments = [str(CONTRACT), str(path), "--tier", "3", "--min", "98", "--verbose"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit):
        runpy.run_path(str(CONTRACT), run_name="__main__")
    said = capsys.readouterr().out
    stream, wrong, short = "", set(), set()
    for line in said.splitlines():
        if found := re.match(r" +type +(\w+): documented", line):
            wrong.add((stream, found[1]))
        elif not line.startswith(" "):
            stream = line.partition(" ")[0]
            short |= {stream} if line.endswith("<-- short") else set()
    assert wrong == DEVIATIONS, said
    assert short <= {name for name, _ in DEVIATIONS}, said
    found, total = map(int, re.search(r"^properties (\d+)/(\d+);", said, re.MULTILINE).groups())
    assert total - found == len(DEVIATIONS)


# Of these the records are not just what is in the answer: see the tests of their areas.
TURNED = {"abilities", "entity_tags", "paused_incident_alerts"}


def examples():
    """Yield each stream with one of the vendor's example answers of its endpoint."""
    document = json.loads(VENDOR.read_text()) if VENDOR.exists() else {"paths": {}}
    paths = {re.sub(r"{\w+}", "{}", path): methods for path, methods in document["paths"].items()}
    for stream in STREAMS:
        methods = paths.get(re.sub(r"{\w+}", "{}", stream.path), {})
        answer = methods.get(getattr(stream, "method", "GET").lower(), {}).get("responses", {})
        content = answer.get("200", {}).get("content", {}).get("application/json", {})
        for number, example in enumerate(content.get("examples", {}).values()):
            if stream.name not in TURNED and (body := example.get("value")):
                yield pytest.param(stream, body, id=f"{stream.name}-{number}")


TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?")


def in_utc(value):
    """Return VALUE with its times in UTC; computed in another way than the tap does."""
    if isinstance(value, dict):
        return {name: in_utc(found) for name, found in value.items()}
    if isinstance(value, list):
        return [in_utc(found) for found in value]
    if isinstance(value, str) and (found := TIME.fullmatch(value)):
        at, fraction, zone = found.groups()
        moment = datetime.strptime(at + (zone or "Z"), "%Y-%m-%dT%H:%M:%S%z")
        return moment.timestamp() + float(fraction or 0)
    return value


def documented(stream, body):
    """Return the records in an example answer, each once, without their secrets."""
    key = stream.records_key or stream.name
    found = copy.deepcopy(body if key == WHOLE_BODY else body[key])
    for name in filter(None, stream.nested.split(".")):
        found = [each[name] for each in (found if isinstance(found, list) else [found])]
        found = [*chain.from_iterable(found)] if isinstance(found[0], list) else found
    found = [each for each in (found if isinstance(found, list) else [found]) if each]
    for path in stream.secrets:
        leave_out(found, path)
    if stream.nested:
        return found
    return list({each.get("id", number): each for number, each in enumerate(found)}.values())


@vendor
@pytest.mark.parametrize(("stream", "body"), [*examples()])
def test_the_vendors_examples_come_through_whole(account, sync, stream, body):
    account.has_samples = True
    body = copy.deepcopy(body)
    if "range_start" in stream.primary_keys:  # some examples are without the key
        for row in body["data"]:
            row.setdefault("range_start", "2024-05-01T00:00:00Z")
    expected = documented(stream, body)
    ends = dict.fromkeys(("next_cursor", "after", "last"))
    nothing = {} if stream.records_key == WHOLE_BODY else {stream.records_key or stream.name: []}
    ends |= {"more": False, "total": None}
    account.bodies[stream.name] = [{**body, **ends}, *[nothing] * 99]
    run = sync(stream.name)
    assert run.exit_code == 0, run.log
    emitted = run.records(stream.name)
    assert len(emitted) == len(expected)
    added = {*stream.columns, *stream.parent_columns, *getattr(stream, "window_columns", ())}
    added |= {"id"} if stream.id_columns else ADDED.get(stream.name, set())
    added |= {"_undocumented"}
    for one, other in zip(emitted, expected, strict=True):
        assert one.keys() - other.keys() <= added
        assert None not in [one.get(name, "") for name in stream.primary_keys]
        come = {name: value for name, value in one.items() if name in other and name not in added}
        due = as_emitted(other, stream)
        assert in_utc(come) == in_utc({n: v for n, v in due.items() if n not in added})


# Columns that streams make in ways of their own.
ADDED = {
    "incidents": {"updated_at"},
    "schedule_users": {"since", "until"},
}


@vendor
def test_most_streams_have_such_an_example():
    assert {stream.name for stream in CORE} <= {each.values[0].name for each in examples()}
    assert len({each.values[0].name for each in examples()}) > 90
