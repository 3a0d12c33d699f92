"""What the SDK flattens fits the flattened schema, at any depth, in every stream."""

from __future__ import annotations

import copy
from itertools import cycle

import pytest
from jsonschema import Draft7Validator
from singer_sdk.helpers._flattening import FlatteningOptions
from singer_sdk.mapper import SameRecordTransform

from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.stream_maps import FlattenedColumns

DEPTHS = range(1, 6)
BY_NAME = {stream.name: stream for stream in STREAMS}


def flattened(stream, records, depth, fit=FlattenedColumns.fit):
    """Return the flattened schema of a stream, and its RECORDS as the tap emits them then."""
    options = FlatteningOptions(enabled=True, max_level=depth)
    how = SameRecordTransform(stream.name, stream.schema, stream.primary_keys, options)
    columns, found = FlattenedColumns([how]), []
    for record in records:
        found.append(how.transform(copy.deepcopy(record)))
        fit(columns, stream.name, found[-1])
    return how.transformed_schema, found


def misfits(stream, records, depth, **how):
    schema, found = flattened(stream, records, depth, **how)
    validator = Draft7Validator({**schema, "additionalProperties": False})
    return [
        f"{stream.name}: {e.json_path} {e.message}" for r in found for e in validator.iter_errors(r)
    ]


VALUES = {
    "string": "text",
    "integer": 7,
    "number": 1.5,
    "boolean": False,
    "object": {"free": {"form": [1]}},
    "array": [{"a": 1}, "b", 2.5],
    "null": None,
}


def value_of(schema, kinds):
    """Return a value for a SCHEMA, of the type that is next in turn where it allows several."""
    allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(each for each in kinds if each in allowed)
    if kind == "object" and schema.get("properties"):
        return {name: value_of(each, kinds) for name, each in schema["properties"].items()}
    if kind == "array" and schema.get("items"):
        return [value_of(schema["items"], kinds)]
    return VALUES[kind]


def made_up(stream):
    """Return records in which each property has each of its types in turn."""
    orders = [[*VALUES][place:] + [*VALUES][:place] for place in range(len(VALUES))]
    records = [value_of({"type": "object", **stream.schema}, order) for order in orders]
    records.append(value_of({"type": "object", **stream.schema}, cycle(VALUES)))
    for record in records:
        record.update({name: "key" for name in stream.primary_keys if record[name] is None})
    return records


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_type_that_a_schema_allows_fits_when_flattened(depth):
    assert len(STREAMS) >= 127
    assert [line for stream in STREAMS for line in misfits(stream, made_up(stream), depth)] == []


def test_a_check_of_flattened_records_can_fail():
    found = [line for s in STREAMS for line in misfits(s, made_up(s), 2, fit=lambda *_: None)]
    assert any("log_entries: $.channel__details 1.5 is not of type" in line for line in found), (
        found
    )


OPEN = {
    "log_entries": ("channel", {"type": "api", "details": 5}, "channel__details", "5"),
    "incidents": ("body", {"type": "x", "details": False}, "body__details", "false"),
}


@pytest.mark.parametrize("stream", OPEN)
def test_a_number_in_an_open_field_is_text_when_flattened(account, sync, stream):
    name, value, column, text = OPEN[stream]
    if stream == "incidents":
        account.add_incident(1, account.at(hours=1), **{name: value})
    else:
        account.add_entry(1, account.at(hours=1), **{name: value})
    run = sync(stream, flattening_enabled=True, flattening_max_depth=2)
    (record,) = run.records(stream)
    assert record[column] == text
    (schema,) = [m["schema"] for m in run.messages if m["type"] == "SCHEMA"]
    Draft7Validator(schema).validate(record)


def test_a_null_object_leaves_no_column_that_the_schema_lacks(account, sync):
    account.lists["teams"] = [{"id": "T1", "name": "Ops", "parent": None}]
    run = sync("teams", flattening_enabled=True, flattening_max_depth=1)
    (schema,) = [m["schema"] for m in run.messages if m["type"] == "SCHEMA"]
    (record,) = run.records("teams")
    assert record.keys() <= schema["properties"].keys()
    assert record == {"id": "T1", "name": "Ops"}


@pytest.mark.parametrize("depth", DEPTHS)
def test_names_of_63_characters_do_not_collide_with_the_key_length_of_the_docs(depth):
    for stream in STREAMS:
        options = FlatteningOptions(enabled=True, max_level=depth, max_key_length=63)
        how = SameRecordTransform(stream.name, stream.schema, stream.primary_keys, options)
        names = how.transformed_schema["properties"]
        assert len({name[:63] for name in names}) == len(names)


def test_without_it_two_names_collide():
    stream = BY_NAME["automation_action_invocations"]
    schema, _ = flattened(stream, [], 5)
    assert len({name[:63] for name in schema["properties"]}) < len(schema["properties"])


def test_a_key_length_that_makes_two_columns_one_is_one_line(account, sync):
    how = {"flattening_enabled": True, "flattening_max_depth": 1, "flattening_separator": "_"}
    run = sync("oncalls", **how)
    assert run.exit_code == 1
    (line,) = run.lines("ERROR")
    assert line.startswith("oncalls cannot be flattened: Duplicate column name")
    assert account.requests == []
    # Only what is read counts.
    assert sync("users", **how).exit_code == 0
