"""Records that stay encoded behave, and are written, as the decoded ones would be."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec
import pytest

from tap_pagerduty.api.responses import decode
from tap_pagerduty.records.lazy_records import FieldPeek, LazyRecord
from tap_pagerduty.records.message_writer import MessageWriter
from tap_pagerduty.records.paths import dig, leave_out
from tap_pagerduty.streams import STREAMS
from tests.support import harness
from tests.support.account import sample
from tests.support.columns import KEYS, without

PEEKED = {stream.name: stream for stream in STREAMS if stream.peeked_fields}
NAMES = pytest.mark.parametrize("stream", PEEKED.values(), ids=PEEKED)

RECORD = {"id": "Q1", "status": None, "service": {"id": "P1", "key": "secret"}, "title": "T\n"}
SCHEMA = {
    "properties": {
        "id": {"type": ["string"]},
        "status": {"type": ["null", "string"]},
        "service": {"type": ["null", "object"]},
        "title": {"type": ["null", "string"]},
        "urgency": {"type": ["null", "string"]},
        "at": {"type": ["null", "string"], "format": "date-time"},
    },
    "required": ["id"],
}
PEEKED_FIELDS = ("id", "status", "urgency")


def taken(record, schema=SCHEMA, peeked_fields=PEEKED_FIELDS):
    """Return a record as a peek leaves it."""
    return FieldPeek(schema, peeked_fields)(msgspec.Raw(json.dumps(record).encode()))


def is_encoded(record):
    return isinstance(record, LazyRecord) and isinstance(record.content, msgspec.Raw)


def test_what_is_looked_at_leaves_a_record_encoded():
    record = taken(RECORD)
    assert record["id"] == record.get("id") == "Q1"
    assert record["status"] is None
    assert record.get("status", "open") is None
    assert record.get("urgency") is None
    assert record.get("urgency", "low") == "low"
    with pytest.raises(KeyError):
        record["urgency"]
    record.update({})
    assert is_encoded(record)
    assert msgspec.json.encode(record.content) == json.dumps(RECORD).encode()


USES = {
    "another property": (lambda record: record["service"], RECORD["service"]),
    "another by get": (lambda record: record.get("title"), "T\n"),
    "one that is absent": (lambda record: record.get("teams", "none"), "none"),
    "all": (dict, RECORD),
    "their order": (list, list(RECORD)),
    "their number": (len, 4),
    "whether one is there": (
        lambda record: ("title" in record, "urgency" in record),
        (True, False),
    ),
    "the names": (lambda record: record.keys() >= {"id", "title"}, True),
    "the whole, unpacked": (lambda record: {**record, "more": 1}, {**RECORD, "more": 1}),
    "as text": (str, str(RECORD)),
    "deeper": (lambda record: dig(record, "service.id"), "P1"),
    "equality": (lambda record: record == RECORD, True),
}


@pytest.mark.parametrize(("use", "due"), USES.values(), ids=USES)
def test_any_use_of_the_rest_is_as_of_a_dict(use, due):
    record = taken(RECORD)
    assert use(record) == due
    assert record.content == RECORD
    assert record["id"] == "Q1"


def test_what_is_changed_is_written():
    record = taken(RECORD)
    record["status"] = "resolved"
    record.update(urgency="high")
    del record["title"]
    leave_out(record, "service.key")
    due = {"id": "Q1", "status": "resolved", "service": {"id": "P1"}, "urgency": "high"}
    assert record.content == due
    assert record["status"] == "resolved"
    assert record.get("urgency") == "high"


def test_who_does_not_know_of_it_cannot_write_it():
    with pytest.raises(TypeError):
        msgspec.json.encode(taken(RECORD))
    with pytest.raises(TypeError):
        json.dumps(taken(RECORD))


# -- What has to be decoded


def places_of_times(value, way=()):
    """Yield where a sample has its times."""
    if isinstance(value, (dict, list)):
        for at, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places_of_times(each, (*way, at))
    elif isinstance(value, str) and value.startswith("2024-05-31T"):
        yield way


def put(record, way, value):
    """Return a copy of a record with a value at one place."""
    copy = json.loads(json.dumps(record))
    inner = copy
    for at in way[:-1]:
        inner = inner[at]
    inner[way[-1]] = value
    return copy


@NAMES
def test_a_record_with_all_its_times_in_utc_stays_encoded(stream):
    record = without(sample(stream.schema), KEYS)
    assert is_encoded(taken(record, stream.schema, stream.peeked_fields))


@NAMES
def test_a_single_time_that_is_not_in_utc_is_seen_wherever_it_stands(stream):
    record = without(sample(stream.schema), KEYS)
    places = list(places_of_times(record))
    assert len(places) >= 4
    for way in places:
        changed = put(record, way, "2024-05-31T14:00:00+02:00")
        assert taken(changed, stream.schema, stream.peeked_fields) == changed
        assert type(taken(changed, stream.schema, stream.peeked_fields)) is dict


@NAMES
@pytest.mark.parametrize("value", [5, "text", [5], {}, {"at": [1]}], ids=repr)
def test_another_type_than_documented_is_decoded(stream, value):
    shapes = {int: "integer", str: "string", list: "array", dict: "object"}
    for name, schema in stream.schema["properties"].items():
        record = {"id": "Q1", name: value}
        found = taken(record, stream.schema, stream.peeked_fields)
        assert dict(found) == record
        fits = shapes[type(value)] in schema["type"] and value != [5]
        is_time = schema.get("format") == "date-time"
        assert is_encoded(taken(record, stream.schema, stream.peeked_fields)) == (
            fits and not is_time
        )


@NAMES
@pytest.mark.parametrize(
    "odd",
    [
        {"brand_new": 1},
        {"id": None},
        {"id": ""},
        {"service": {"service_key": "hush"}},
        {"teams": [{"x": [{"integration_key": "hush"}]}]},
        {"service": {"schedule": {"personal_http_cal_url": "hush"}}},
        {"service": {"routing_keys": ["hush"]}},
    ],
    ids=str,
)
def test_what_cannot_be_emitted_as_it_is_gets_decoded(stream, odd):
    record = {"id": "Q1", **odd}
    found = taken(record, stream.schema, stream.peeked_fields)
    assert type(found) is dict
    assert found == record


@NAMES
def test_other_names_that_end_in_key_leave_a_record_encoded(stream):
    keys = {"incident_key": "a", "dedup_key": "b", "alert_key": "c"}
    record = {"id": "Q1", "service": {"x": keys}}
    assert is_encoded(taken(record, stream.schema, stream.peeked_fields))


class Response:
    """As much of a `requests.Response` as it takes."""

    status_code = 200

    def __init__(self, content):
        self.content = content

    def iter_content(self, _):
        return iter([self.content])


PAGES = {
    "on one line": (b'{"incidents":[{"id":"Q1","title":"\xc3\xbc \\u00fc \\n"}]}', True),
    "with line ends": (b'{"incidents":[{"id":"Q1",\n"title":"T"}]}', False),
    "with other line ends": (b'{"incidents":[{"id":"Q1",\r"title":"T"}]}', False),
    "one not in UTF-8": (b'{"incidents":[{"id":"Q1","title":"T"},{"title":"\xff"}]}', True),
}


@pytest.mark.parametrize(("page", "stays"), PAGES.values(), ids=PAGES)
def test_a_page_stays_encoded_if_its_records_can_be_written_as_they_are(page, stays):
    records = decode(Response(page), "incidents", FieldPeek(SCHEMA, PEEKED_FIELDS))["incidents"]
    assert records[0]["id"] == "Q1"
    assert is_encoded(records[0]) == stays


# -- In a run


@pytest.fixture
def written(monkeypatch):
    """Of which streams records were written encoded, and of which decoded."""
    found, write = {"encoded": set(), "decoded": set()}, MessageWriter.write_record

    def note(self, stream, record, *rest):
        found["encoded" if isinstance(record, msgspec.Raw) else "decoded"].add(stream)
        write(self, stream, record, *rest)

    monkeypatch.setattr(MessageWriter, "write_record", note)
    return found


def test_a_first_load_leaves_nearly_all_encoded(written):
    with harness.sandbox() as box:
        run = harness.sync(box)
    assert run.status == 0
    assert written["encoded"] == set(PEEKED)


@pytest.mark.parametrize(
    "settings",
    [
        {"stream_maps": {name: {"shout": "id.lower()"} for name in PEEKED}},
        {"flattening_enabled": True, "flattening_max_depth": 1},
    ],
    ids=["stream maps", "flattening"],
)
def test_who_changes_records_gets_them_decoded(written, settings):
    with harness.sandbox() as box:
        run = harness.sync(box, *PEEKED, **settings)
    assert run.status == 0
    assert not written["encoded"]
    assert run.messages


def test_the_column_account_is_written_too(written):
    with harness.sandbox() as box:
        plain = harness.sync(box, *PEEKED)
        assert written["encoded"] == set(PEEKED)
        written["encoded"].clear()
        run = harness.sync(box, *PEEKED, account="acme")
    assert not written["encoded"]
    records = [m["record"] for m in run.messages if m["type"] == "RECORD"]
    assert {record.pop("account") for record in records} == {"acme"}
    assert records == [m["record"] for m in plain.messages if m["type"] == "RECORD"]


def path_of(url):
    return Path(url2pathname(urlsplit(url).path))


def test_batches_hold_the_whole_records(tmp_path):
    storage = {"root": tmp_path.as_uri(), "prefix": "batch-"}
    encoding = {"format": "jsonl", "compression": "gzip"}
    with harness.sandbox() as box:
        plain = harness.sync(box, *PEEKED)
        run = harness.sync(box, *PEEKED, batch_config={"encoding": encoding, "storage": storage})
    assert run.status == 0
    found = {
        message["stream"]: [
            json.loads(line)
            for url in message["manifest"]
            for line in gzip.decompress(path_of(url).read_bytes()).splitlines()
        ]
        for message in run.messages
        if message["type"] == "BATCH"
    }
    for name in PEEKED:
        due = [m["record"] for m in plain.messages if m.get("stream") == name and "record" in m]
        assert found[name] == due


def test_a_page_with_a_key_in_one_record_leaves_the_others_encoded():
    page = b'{"incidents":[{"id":"Q1"},{"id":"Q2","service":{"service_key":"hush"}}]}'
    records = decode(Response(page), "incidents", FieldPeek(SCHEMA, PEEKED_FIELDS))["incidents"]
    assert [is_encoded(record) for record in records] == [True, False]
