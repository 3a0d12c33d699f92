"""No secret is emitted, wherever it stands, unless `include_secrets` is on."""

import copy
import json

import pytest

from tap_pagerduty.records.secrets import origin, public_part, remove_secrets
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.child import ChildStream
from tests.support.account import sample_of
from tests.support.columns import CREDENTIALS, KEYS

SECRET = "hush-hush-0123456789"
BY_NAME = {stream.name: stream for stream in STREAMS}


def plant(value, names):
    """Put a secret of each name into every object of a record, and new ones below it."""
    if isinstance(value, list):
        for each in value:
            plant(each, names)
    elif isinstance(value, dict):
        for each in list(value.values()):
            plant(each, names)
        for name in names:
            value.setdefault(name, SECRET)
            value[name] = SECRET
        value["brand_new"] = [{"deeper": dict.fromkeys(names, SECRET)}]
        value["changes"] = [{"name": next(iter(names)), "value": SECRET, "before_value": SECRET}]


def planted(stream, names):
    """Return a record of a stream, as the API sends it, with secrets at every depth."""
    record = sample_of(stream)
    inner = record
    for name in filter(None, stream.nested.split(".")):
        inner = inner[name]
    plant(inner, names)
    return record


# Their bodies are not lists of objects: see the tests of their areas.
TURNED = {"abilities", "entity_tags", "paused_incident_alerts"}
NAMES = sorted(set(BY_NAME) - TURNED)


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_at_any_depth_of_any_stream_is_not_emitted(account, sync, name):
    stream = BY_NAME[name]
    account.has_samples = True
    names = KEYS if stream.peeked_fields else KEYS | CREDENTIALS
    record = planted(stream, sorted(names))
    key = stream.records_key or stream.name
    body = record if key == "." else {key: [record]}
    account.bodies[name] = [copy.deepcopy(body) for _ in range(1 + isinstance(stream, ChildStream))]
    run = sync(name)
    assert run.exit_code == 0, run.log
    assert run.records(name)
    assert SECRET not in run.stdout
    assert SECRET not in run.log


@pytest.mark.parametrize("name", ["incidents", "log_entries", "schedules"])
def test_secrets_are_emitted_if_they_are_asked_for(account, sync, name):
    stream = BY_NAME[name]
    account.has_samples = True
    account.bodies[name] = [{name: [planted(stream, sorted(KEYS))]}]
    run = sync(name, include_secrets=True)
    assert run.exit_code == 0
    assert SECRET in run.stdout
    assert SECRET not in run.log


ADDRESSES = {
    "https://user:word@example.com:8443/in?token=1#x": "https://example.com:8443/in",
    "https://example.com/hook": "https://example.com/hook",
    "https://hooks.slack.com/services/T0/B0/xyz": "https://hooks.slack.com",
    "https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/3": (
        "https://acme.webhook.office.com"
    ),
    "https://chat.example.com/hooks/abcdefghijklmnopqrstuvwxyz": "https://chat.example.com/hooks",
    "https://example.com/v1/0a1b2c3d4e5f60718293a4b5c6d7e8f9/in": "https://example.com/v1",
    "/relative": "/relative",
    "no address?key=1": "",
    "https://[broken": "",
}


@pytest.mark.parametrize(("address", "shown"), ADDRESSES.items())
def test_of_an_address_only_the_public_part_is_shown(address, shown):
    assert public_part(address) == shown


def test_of_an_endpoint_only_scheme_and_host_are_shown():
    assert origin("https://u:p@chat.example.com:8443/hooks/x?y") == "https://chat.example.com:8443"
    record = {"x": [{"endpoint_url": "https://chat.example.com/hooks/x"}]}
    remove_secrets(record, carries_events=False)
    assert record == {"x": [{"endpoint_url": "https://chat.example.com"}]}


STANDS = [
    ("extensions", "endpoint_url", "https://hooks.slack.com/services/T0/B0/SECRET"),
    ("webhook_subscriptions", "delivery_method.url", "https://u:SECRET@example.com/in?k=SECRET"),
    ("addons", "src", "https://example.com/board?key=SECRET"),
    ("automation_actions", "action_data_reference.script", "curl -H SECRET"),
    ("automation_actions", "action_data_reference.invocation_command", "run SECRET"),
    ("automation_actions", "action_data_reference.process_automation_job_arguments", "-p SECRET"),
    ("automation_action_invocations", "action_snapshot.action_data_reference.script", "SECRET"),
    (
        "event_orchestration_global_paths",
        "catch_all.actions.automation_actions.0.url",
        "https://example.com/run?token=SECRET",
    ),
    (
        "incident_workflow_triggers",
        "workflow.steps",
        [{"action_configuration": {"inputs": [{"name": "Key", "value": "SECRET"}]}}],
    ),
]


@pytest.mark.parametrize(("name", "path", "value"), STANDS, ids=lambda each: str(each)[:40])
def test_secrets_by_the_shape_of_an_address_or_by_place(account, sync, name, path, value):
    stream = BY_NAME[name]
    account.has_samples = True
    record = sample_of(stream)
    inner = record
    *way, last = path.split(".")
    for part in way:
        inner = inner[int(part)] if isinstance(inner, list) else inner[part]
    inner[last] = value
    account.bodies[name] = [
        {stream.records_key or name: record if "global" in name else [record]} for _ in "ab"
    ]
    plain, full = (sync(name, include_secrets=wanted) for wanted in (False, True))
    assert "SECRET" not in plain.stdout + plain.log
    assert "SECRET" in full.stdout
    assert len(plain.records(name)) == len(full.records(name)) == 1


def test_a_schema_that_describes_a_password_stays_whole():
    schema = {"properties": {"password": {"type": "string"}, "url": {"type": "string"}}}
    record = {"secrets_schema": copy.deepcopy(schema), "password": "hush"}
    remove_secrets(record, carries_events=False)
    assert record == {"secrets_schema": schema}


def test_what_monitoring_tools_wrote_into_an_event_stays_but_for_pagerdutys_keys():
    record = {"details": {"password": "their own", "service_key": "hush"}}
    remove_secrets(record, carries_events=True)
    assert json.dumps(record) == '{"details": {"password": "their own"}}'
