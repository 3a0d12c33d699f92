"""The catalog and `--about` tell all there is, and selections are honoured."""

from __future__ import annotations

import contextlib
import copy
import json
import runpy
import socket
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tap_pagerduty.events import EventStream
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.tap import TapPagerDuty

SHARED = Path(__file__).parent.parent.parent / "shared"
CONTRACT = SHARED / "tools" / "contract_check.py"
VENDOR = SHARED / "pagerduty-api" / "openapiv3.json"

REPLICATION_KEYS = {
    "incidents": "updated_at",
    "log_entries": "created_at",
    "notifications": "started_at",
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
    assert len(found) == 13
    assert run.lines("WARNING") == run.lines("ERROR") == []


@pytest.mark.usefixtures("offline")
def test_discovery_with_settings_finds_the_same(command, config_file, discovered):
    run = command("--config", config_file(), "--discover")
    assert json.loads(run.stdout) == json.loads(discovered)


def test_discovery_tells_a_mistake_in_the_settings(command, config_file):
    run = command("--config", config_file(region="mars"), "--discover")
    assert run.exit_code == 1
    assert "'mars' is not one of ['us', 'eu']" in run.lines("ERROR")[0]
    assert "Traceback" not in run.log


def test_keys_and_replication_keys_are_in_the_metadata(discovered):
    for stream in json.loads(discovered)["streams"]:
        metadata = {tuple(each["breadcrumb"]): each["metadata"] for each in stream["metadata"]}
        key = REPLICATION_KEYS.get(stream["tap_stream_id"])
        assert stream["key_properties"] == ["id"]
        assert metadata[()]["table-key-properties"] == ["id"]
        assert metadata["properties", "id"]["inclusion"] == "automatic"
        assert stream.get("replication_key") == key
        assert metadata[()].get("valid-replication-keys", []) == ([key] if key else [])
        if key:
            assert metadata["properties", key]["inclusion"] == "automatic"


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
    assert len(PROPERTIES) > 500
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
    assert required == [(stream.name, "id") for stream in STREAMS]
    for stream in STREAMS:
        assert stream.schema["required"] == ["id"]


def test_every_object_is_open_so_that_nothing_is_dropped():
    closed = [
        (name, path)
        for name, path, field in PROPERTIES
        if "object" in field["type"] and not field.get("additionalProperties", True)
    ]
    assert closed == []


def test_every_stream_says_what_it_is_and_which_scope_it_takes():
    for stream in STREAMS:
        assert f"GET {stream.path}`" in stream.__doc__ or "GET /" in stream.__doc__
        assert stream.scope.endswith(".read")
        assert issubclass(stream, EventStream) == (stream.name in REPLICATION_KEYS)


# -- Selection


def test_only_selected_streams_are_asked_for(account, sync):
    run = sync("teams", "tags")
    assert {request.path for request in account.requests} == {"/teams", "/tags"}
    assert {m["stream"] for m in run.messages if m["type"] == "SCHEMA"} == {"teams", "tags"}


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
    assert about["settings"]["required"] == ["api_key"]
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


@vendor
def test_the_schemas_hold_what_the_vendor_documents(discovered, tmp_path, monkeypatch, capsys):
    path = tmp_path / "catalog.json"
    path.write_text(discovered)
    arguments = [str(CONTRACT), str(path), "--tier", "1", "--min", "98", "--verbose"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(CONTRACT), run_name="__main__")
    assert end.value.code == 0, capsys.readouterr().out


def example(name):
    """Return the vendor's example responses for a list."""
    document = json.loads(VENDOR.read_text())
    answer = document["paths"][f"/{name}"]["get"]["responses"]["200"]
    return [each["value"] for each in answer["content"]["application/json"]["examples"].values()]


def in_utc(value):
    """Return VALUE with its times in UTC; computed in another way than the tap does."""
    if isinstance(value, dict):
        return {name: in_utc(found) for name, found in value.items()}
    if isinstance(value, list):
        return [in_utc(found) for found in value]
    with contextlib.suppress(TypeError, ValueError):
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    return value


@vendor
@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_the_vendors_examples_come_through_whole(account, sync, stream):
    for body in example(stream.name):
        documented = copy.deepcopy(body[stream.name])
        account.plan(stream.path, {"json": {**body, "more": False}}, *[no(stream.name)] * 9)
        emitted = sync(stream.name).records(stream.name)
        assert documented
        assert len(emitted) == len(documented)
        for one, other in zip(emitted, documented, strict=True):
            added = one.keys() - other.keys()
            assert added <= ADDED.get(stream.name, set())
            kept = {name: value for name, value in one.items() if name in other}
            assert in_utc(kept) == in_utc(other)


ADDED = {
    "oncalls": {"id", "escalation_policy_id", "user_id", "schedule_id"},
    "incidents": {"updated_at"},
}


def no(name):
    """Return an answer without records."""
    return {"json": {name: [], "more": False}}
