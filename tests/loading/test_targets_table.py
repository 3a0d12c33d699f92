"""`make targets` sees what targets do to records, and its table has all that it tries."""

import json
from datetime import datetime, timezone

import pytest

from benchmarks.targets.__main__ import Load, cells_of, error_in, row_of, table
from benchmarks.targets.comparison import compare, difference
from benchmarks.targets.emission import Emission
from benchmarks.targets.sheet import TARGETS
from tests.support.project import ROOT
from tests.support.targets import shipped

PAGE = (ROOT / "docs" / "targets.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("<!-- targets -->")[2].partition("<!-- /targets -->")[0]

TIME = {"format": "date-time"}
HELD = {
    "the same text": ("a", "a", {}, ""),
    "an object": ({"a": [1]}, {"a": [1]}, {}, ""),
    "an object as JSON text": ({"a": [1]}, '{"a": [1]}', {}, ""),
    "an array of JSON texts": ([{"a": 1}], ['{"a": 1}'], {}, ""),
    "an array of texts": (["1"], ["1"], {}, ""),
    "a time without a zone": ("2024-05-31T12:00:00Z", datetime(2024, 5, 31, 12), TIME, ""),  # noqa: DTZ001
    "a time as text": ("2024-05-31T12:00:00Z", "2024-05-31 12:00:00", TIME, ""),
    "a number as text": (5, "5", {}, ""),
    "a boolean as text": (True, "True", {}, ""),
    "nothing": (None, None, {}, ""),
    "another text": ("a", "b", {}, "values change"),
    "another object": ({"a": [1]}, '{"a": [2]}', {}, "values change"),
    "an array that was cut": ([1, 2], [1], {}, "values change"),
    "an array that grew": ([1], [1, 2], {}, "values change"),
    "another time": (
        "2024-05-31T12:00:00Z",
        datetime(2024, 5, 31, 14, tzinfo=timezone.utc),
        TIME,
        "values change",
    ),
    "a time that was cut": (
        "2024-05-31T12:00:00.123456Z",
        "2024-05-31T12:00:00.1234+00:00",
        TIME,
        "times lose their last digits",
    ),
    "another number": (5, "6", {}, "values change"),
    "a text that became nothing": ("a", None, {}, "values are lost"),
    "an empty text that became nothing": ("", None, {}, '`""` becomes null'),
    "nothing that became empty": (None, "", {}, "null becomes ''"),
    "nothing that became zero": (None, 0, {}, "null becomes 0"),
    "a line break that was escaped": (
        "a\nb",
        "a\\nb",
        {},
        "line breaks and tabs become `\\n` and `\\t`",
    ),
    "Python's notation": ({"a": None}, "{'a': None}", {}, "objects become Python's notation"),
}


@pytest.mark.parametrize(("emitted", "held", "schema", "due"), HELD.values(), ids=HELD)
def test_a_difference_has_a_name(emitted, held, schema, due):
    assert difference(emitted, held, schema) == due


@pytest.fixture
def emission(tmp_path):
    """A run that emits two users, and one after which one of them has gone."""
    schema = {"properties": {"id": {}, "name": {}, "teams": {"items": {}}}}
    users = [{"id": "U1", "name": "Zoë"}, {"id": "U2", "name": ""}]
    emission = Emission()
    for version, records in ((1, users), (2, users[:1])):
        described = {"schema": schema, "key_properties": ["id"]}
        messages = [
            {"type": "SCHEMA", "stream": "users", **described},
            *(
                {"type": "RECORD", "stream": "users", "record": record, "version": version}
                for record in records
            ),
            {"type": "ACTIVATE_VERSION", "stream": "users", "version": version},
            {"type": "STATE", "value": {}},
        ]
        run = tmp_path / f"{version}.jsonl"
        run.write_text("".join(f"{json.dumps(message)}\n" for message in messages))
        emission.take(run)
    return emission


def test_what_is_held_rightly_has_no_faults(emission):
    found = compare(emission, {"users": [{"id": "U1", "name": "old"}, {"id": "U1", "name": "Zoë"}]})
    assert found.faults == {}
    assert found.rows == 1
    assert found.deletions == {"removed": 1}


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "rows are missing"),
        ([{"id": "U1", "name": None}], "values are lost"),
        ([{"id": "U1"}], "values are lost"),
        ([{"id": "U1", "name": "Zoë"}, {"id": "U3"}], "rows nobody emitted"),
    ],
)
def test_what_is_held_wrongly_is_a_fault(emission, rows, fault):
    assert compare(emission, {"users": rows}).faults == {fault: 1}


def test_a_row_that_has_gone_may_stay_or_be_marked(emission):
    kept = [{"id": "U1", "name": "Zoë"}]
    for gone, fate in (
        ({"id": "U2"}, "stay"),
        ({"id": "U2", "_sdc_deleted_at": "2024-06-01"}, "marked in `_sdc_deleted_at`"),
    ):
        found = compare(emission, {"users": [*kept, gone]})
        assert found.faults == {}
        assert found.deletions == {fate: 1}


def test_the_line_that_says_why_a_target_stopped_is_found():
    log = "INFO starting\nTraceback\n  File x\nValueError: no such field: {'a': 1}\nbye\n"
    assert error_in(log) == "ValueError: no such field: …"
    assert error_in("INFO starting\n") == ""


def test_a_load_that_failed_shows_why():
    row = row_of(TARGETS[0], Load(error="ValueError: x"), Load(error="ValueError: x"))
    assert row[2:4] == ("no: `ValueError: x`",) * 2


def test_rows_that_are_not_tried_again_stay_as_they_are():
    rows = [(f"`{n}`", "1", "yes", "no: `a | b`", "", "", "", "c | d") for n in ("one", "two")]
    assert cells_of(f"<!-- targets -->\n{table(rows)}\n<!-- /targets -->\n") == rows


def test_the_table_has_every_target_that_is_tried():
    rows = [line.split(" | ")[:2] for line in TABLE.splitlines() if line.startswith("| `")]
    tried = [
        [
            f"| `{target.package}`",
            " ".join([target.version, *(f"`{each}`" for each in target.beside)]),
        ]
        for target in TARGETS
    ]
    assert rows == tried


@pytest.mark.parametrize("name", ["target-postgres", "target-duckdb", "target-jsonl"])
def test_targets_are_tried_as_they_are_shipped(name):
    pins = (ROOT / "requirements" / f"{name}.in").read_text().split("#")[0].split()
    places = {"filepath", "destination_path", "do_timestamp_file", "default_target_schema", "port"}
    settings = {own: value for own, value in shipped(name).items() if own not in places}
    tried = [
        target.settings
        for target in TARGETS
        if {f"{target.package}=={target.version}", *target.beside} == {*pins}
    ]
    assert settings in tried
