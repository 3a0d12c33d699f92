"""What PagerDuty sends in several types arrives in one."""

import json

import msgspec
import pytest

from tap_pagerduty.records.column_types import Conformer
from tap_pagerduty.records.findings import Findings
from tap_pagerduty.records.lazy_records import FieldPeek, LazyRecord
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.streams.common import anything, properties, text, text_or_integer, time

SCHEMA = properties(
    anything("value", "Any."), text_or_integer("count", "A count."), text("name", "A name.")
)
VALUES = {
    "text": ("as it is", "as it is"),
    "text that looks like JSON": ('{"a": 1}', '{"a": 1}'),
    "empty text": ("", ""),
    "number": (5, "5"),
    "decimal": (2.5, "2.5"),
    "yes": (True, "true"),
    "no": (False, "false"),
    "zero": (0, "0"),
    "list": (["eu", 1, None], '["eu",1,null]'),
    "empty list": ([], "[]"),
    "object": ({"value": "gr\u00fcn"}, '{"value":"gr\u00fcn"}'),
    "nothing": (None, None),
}


def conform(schema, record):
    """Bring a record to its schema; return the paths of values that it cannot hold."""
    findings = Findings()
    Conformer(schema, findings)(record)
    return findings.misfits


@pytest.mark.parametrize(("sent", "due"), VALUES.values(), ids=VALUES)
def test_what_is_not_text_becomes_json_text(sent, due):
    record = {"value": sent, "name": "5"}
    assert not conform(SCHEMA, record)
    assert record == {"value": due, "name": "5"}
    if not isinstance(sent, str) and sent is not None:
        assert json.loads(record["value"]) == sent


@pytest.mark.parametrize(("sent", "due"), [("12", 12), (12, 12), (None, None)])
def test_a_count_that_comes_as_text_becomes_a_number(sent, due):
    record = {"count": sent}
    assert not conform(SCHEMA, record)
    assert record == {"count": due}


def test_a_column_that_a_record_lacks_is_not_added():
    record = {}
    assert not conform(SCHEMA, record)
    assert record == {}


def test_times_are_brought_to_utc_as_well():
    record = {"at": "2024-05-31T12:00:00+02:00", "value": 1}
    schema = properties(anything("value", "Any."), time("at", "When."))
    assert not conform(schema, record)
    assert record == {"at": "2024-05-31T10:00:00Z", "value": "1"}


def test_an_incident_is_decoded_only_if_it_has_a_value_to_convert():
    (stream,) = [stream for stream in STREAMS if stream.name == "incidents"]
    peek = FieldPeek(stream.schema, stream.peeked_fields)

    def taken(value):
        record = {"id": "Q1", "title": "T", "basic_alert_grouping": value}
        return peek(msgspec.Raw(json.dumps(record).encode()))

    for value in (None, "text"):
        record = taken(value)
        assert isinstance(record, LazyRecord)
        assert isinstance(record.content, msgspec.Raw)
    record = taken({"a": 1})
    assert not conform(stream.schema, record)
    assert record["basic_alert_grouping"] == '{"a":1}'
