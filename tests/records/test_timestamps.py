"""All times of a record come in UTC with a Z, and nothing else of it is touched."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_pagerduty.records.column_types import Conformer
from tap_pagerduty.records.findings import Findings
from tap_pagerduty.records.timestamps import instant, utc
from tap_pagerduty.streams import STREAMS

TIMES = {
    "2024-05-01T10:00:00Z": "2024-05-01T10:00:00Z",
    "2024-05-01T10:00:00.000Z": "2024-05-01T10:00:00.000Z",
    "2024-05-01T10:00:00+00:00": "2024-05-01T10:00:00Z",
    "2024-05-01T10:00:00-05:00": "2024-05-01T15:00:00Z",
    "2024-05-01T00:30:00+05:30": "2024-04-30T19:00:00Z",
    "2024-05-01T10:00:00": "2024-05-01T10:00:00Z",
    "2024-05-01 10:00:00": "2024-05-01T10:00:00Z",
    "2024-05-01": "2024-05-01T00:00:00Z",
    "2024-05-01T10:00:00.123+02:00": "2024-05-01T08:00:00.123000Z",
    "2024-05-01T10:00:00.123456+02:00": "2024-05-01T08:00:00.123456Z",
    # New York, an hour before and after its clocks are set forward, and back.
    "2024-03-10T01:30:00-05:00": "2024-03-10T06:30:00Z",
    "2024-03-10T03:30:00-04:00": "2024-03-10T07:30:00Z",
    "2024-11-03T01:30:00-04:00": "2024-11-03T05:30:00Z",
    "2024-11-03T01:30:00-05:00": "2024-11-03T06:30:00Z",
}
NO_TIMES = [
    "0:",
    "",
    "now",
    "soon",
    "10:00",
    "P1Y",
    "2024-02-30T00:00:00+01:00",
    "2024-05-01/2024-05-02",
    "9999-12-31T23:59:59-05:00",
    None,
    0,
    1714557600,
    True,
    ["2024-05-01T10:00:00-05:00"],
    {"at": "2024-05-01T10:00:00-05:00"},
]
OFFSET, ZULU = "2024-05-01T10:00:00-05:00", "2024-05-01T15:00:00Z"
TIME = {"type": ["string", "null"], "format": "date-time"}
TEXT = {"type": ["string", "null"]}
SAMPLES = {
    "null": None,
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "object": {},
    "array": [],
}
OPEN = {"type": ["object", "null"], "additionalProperties": True}


@pytest.mark.parametrize(("sent", "emitted"), TIMES.items(), ids=TIMES)
def test_a_time_is_emitted_in_utc(sent, emitted):
    assert utc(sent) == emitted


@pytest.mark.parametrize("value", NO_TIMES, ids=repr)
def test_what_is_no_time_stays_as_it_is(value):
    assert utc(value) is value


@given(st.text() | st.from_regex(r"[0-9TZ:+. -]{1,25}"))
def test_no_text_in_place_of_a_time_stops_the_run(text):
    assert isinstance(utc(text), str)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_the_instant_is_the_same_whatever_the_zone(moment, minutes):
    sent = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert instant(utc(sent.isoformat())) == sent
    assert utc(sent.isoformat()).endswith("Z")


def an_object(fields):
    return {"type": ["object", "null"], "properties": fields}


def an_array(items):
    return {"type": ["array", "null"], "items": items}


def conformed(schema, record):
    Conformer({"properties": schema}, Findings())(record)
    return record


def test_times_within_objects_and_arrays_are_found():
    schema = {
        "at": TIME,
        "name": TEXT,
        "one": an_object({"at": TIME, "name": TEXT}),
        "many": an_array(an_object({"at": TIME, "deep": an_object({"at": TIME})})),
        "plain": an_array(TIME),
    }
    record = {
        "at": OFFSET,
        "name": OFFSET,
        "one": {"at": OFFSET, "name": OFFSET},
        "many": [{"at": OFFSET, "deep": {"at": OFFSET}}, {"at": None}, {}],
        "plain": [OFFSET],
    }
    assert conformed(schema, record) == {
        "at": ZULU,
        "name": OFFSET,
        "one": {"at": ZULU, "name": OFFSET},
        "many": [{"at": ZULU, "deep": {"at": ZULU}}, {"at": None}, {}],
        "plain": [ZULU],
    }


def test_free_form_objects_are_not_touched():
    custom = {"at": OFFSET, "created_at": OFFSET, "list": [{"at": OFFSET}]}
    record = {"details": dict(custom), "at": OFFSET}
    assert conformed({"details": OPEN, "at": TIME}, record) == {"details": custom, "at": ZULU}


def sample(schema):
    """Return a record with an offset time wherever the schema has a time, and what is due."""
    if schema.get("format") == "date-time":
        return OFFSET, ZULU
    if "items" in schema:
        sent, due = sample(schema["items"])
        return [sent, sent], [due, due]
    if "properties" in schema:
        pairs = {name: sample(field) for name, field in schema["properties"].items()}
        sent = {name: value for name, (value, _) in pairs.items()}
        return sent, {name: value for name, (_, value) in pairs.items()}
    kinds = schema.get("type", "string")
    value = SAMPLES[kinds if isinstance(kinds, str) else kinds[0]]
    return value, value


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_every_time_of_every_stream_comes_in_utc(stream):
    sent, due = sample(stream.schema)
    assert conformed(stream.schema["properties"], sent) == due
