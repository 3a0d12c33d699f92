"""No secret is emitted, wherever it stands, unless `include_secrets` is on."""

import copy
import json
from unittest import mock

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tap_pagerduty.records import plain_records
from tap_pagerduty.records.findings import Findings
from tap_pagerduty.records.lazy_records import FieldPeek, LazyRecord
from tap_pagerduty.records.preparation import Preparation
from tap_pagerduty.records.secrets import origin, public_part, remove_secrets
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.child import ChildStream
from tests.support.account import READ, sample, sample_of
from tests.support.columns import CREDENTIALS, KEYS, without

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
NAMES = sorted({stream.name for stream in READ} - TURNED)


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_at_any_depth_of_any_stream_is_not_emitted(account, sync, name):
    stream = BY_NAME[name]
    account.has_samples = True
    record = planted(stream, sorted(KEYS | CREDENTIALS))
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


def test_addresses_that_monitoring_tools_wrote_into_an_event_stay():
    record = {"details": {"endpoint_url": "https://example.com/health", "password": "hush"}}
    remove_secrets(record, carries_events=True)
    assert json.dumps(record) == '{"details": {"endpoint_url": "https://example.com/health"}}'


# -- In records that stay encoded

PEEKED = [stream for stream in STREAMS if stream.peeked_fields]


def emitted(encoded, stream, peek):
    """Return a record as it is emitted, and whether it stayed encoded."""
    found = peek(msgspec.Raw(encoded))
    if isinstance(found, LazyRecord):
        return json.loads(bytes(found.content)), True
    as_decoded(found, stream)
    return found, False


def as_decoded(record, stream):
    """Prepare a decoded record, in place."""
    Preparation(
        stream.schema,
        Findings(),
        secrets=stream.secrets,
        addresses=stream.addresses,
        carries_events=True,
    )(record)


def objects_in(value):
    """Yield each object in a value, at any depth."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, (dict, list)):
            yield from objects_in(each)


@pytest.mark.parametrize("name", [*sorted(KEYS | CREDENTIALS), "X_Api_Key", "my_service_key"])
@pytest.mark.parametrize("stream", PEEKED, ids=lambda stream: stream.name)
def test_a_secret_at_any_depth_of_an_encoded_record_is_not_emitted(stream, name, monkeypatch):
    monkeypatch.setattr(plain_records, "_REFUSED", 10)
    clean = without(sample(stream.schema), KEYS)
    peek = FieldPeek(stream.schema, stream.peeked_fields)
    assert emitted(json.dumps(clean).encode(), stream, peek) == (clean, True)
    count = len(list(objects_in(clean)))
    assert count > 10
    for number in range(count):
        for secret in ({name: SECRET}, {name: [SECRET]}, {name: None}):
            record = copy.deepcopy(clean)
            list(objects_in(record))[number].update(secret)
            for _ in "ab":  # the second time, what is undeclared is known
                found, _ = emitted(json.dumps(record).encode(), stream, peek)
                assert found == clean


# -- Encoded records are emitted as decoded ones

TEXTS = st.sampled_from(
    ["", "x", "a\n", "ü", "\U0001f600", '{"token": "x"}, ', "token", "api_key", "5", "2024-05-31Z",
     "2024-05-31T12:00:00Z", "2024-05-31T12:00:00+02:00"]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.sampled_from([0.5, 3.0]) | TEXTS
ODD_NAMES = st.sampled_from(
    ["token", "service_key", "Client_Secret", "cal_url", "name", "value", "properties", "id",
     "brand_new", "incident_key", "x.y", "", "from", "__init__", "größe_api_key", "password"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(ODD_NAMES, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def values_of(draw, schema, *, fits=False):
    """Draw a value for a schema: mostly of its type, unless it FITS at times another."""
    if not fits and draw(st.integers(0, 19)) == 0:
        return draw(VALUES)
    if schema.get("format") == "date-time":
        return draw(st.none() | st.just("2024-05-31T12:00:00Z"))
    kind, *others = [kind for kind in schema.get("type", ()) if kind != "null"] or ["any"]
    if "items" in schema:
        return draw(st.lists(values_of(schema["items"]), max_size=2))
    if schema.get("properties"):
        declared = schema["properties"]
        names = draw(st.lists(st.sampled_from(sorted(declared)), max_size=6, unique=True))
        record = {name: draw(values_of(declared[name])) for name in names}
        if draw(st.integers(0, 4)) == 0:
            record |= draw(st.dictionaries(ODD_NAMES, VALUES, max_size=2))
        return record
    kinds = {"string": TEXTS, "integer": st.integers(), "number": st.just(0.5)}
    kinds |= {"boolean": st.booleans(), "object": st.dictionaries(ODD_NAMES, VALUES, max_size=2)}
    return draw(VALUES if others else kinds.get(kind, VALUES))


def told_apart(value):
    """Return a value in which true is not 1."""
    if isinstance(value, dict):
        return {name: told_apart(each) for name, each in value.items()}
    if isinstance(value, list):
        return [told_apart(each) for each in value]
    return (bool, value) if isinstance(value, bool) else value


@pytest.mark.parametrize("stream", PEEKED, ids=lambda stream: stream.name)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), has_escapes=st.booleans())
def test_an_encoded_record_is_emitted_as_the_decoded_one(stream, data, has_escapes):
    peek = FieldPeek(stream.schema, stream.peeked_fields)
    with mock.patch.object(plain_records, "_REFUSED", 1):
        for _ in range(data.draw(st.integers(1, 3))):
            record = {**data.draw(values_of(stream.schema, fits=True)), "id": "Q1"}
            encoded = json.dumps(record, ensure_ascii=data.draw(st.booleans())).encode()
            if has_escapes:
                encoded = encoded.replace(b'"token"', b'"tok\\u0065n"')
            due = json.loads(encoded)
            as_decoded(due, stream)
            for _ in range(2):  # the second time, what is undeclared is known
                found, is_encoded = emitted(encoded, stream, peek)
                event(f"encoded: {is_encoded}")
                assert told_apart(found) == told_apart(due)
