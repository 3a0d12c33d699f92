"""Every value is emitted in its declared type, and nothing undeclared is lost."""

import json

import pytest

from tap_pagerduty.records.column_types import Conformer
from tap_pagerduty.records.findings import Findings
from tap_pagerduty.streams import STREAMS
from tests.support.account import READ

BY_NAME = {stream.name: stream for stream in STREAMS}


def nullable(kind, **more):
    return {"type": ["null", kind], **more}


SCHEMA = {
    "properties": {
        "text": nullable("string"),
        "mixed": nullable("string", **{"x-converted": True}),
        "count": nullable("integer"),
        "share": nullable("number"),
        "on": nullable("boolean"),
        "at": nullable("string", format="date-time"),
        "names": nullable("array", items={"type": ["string"]}),
        "team": nullable("object", properties={"summary": nullable("string")}),
        "teams": nullable(
            "array", items={"type": ["object"], "properties": {"at": nullable("integer")}}
        ),
        "free": nullable("object"),
        "_undocumented": nullable("object"),
    }
}

PLAIN = [
    ("text", 5, "5"),
    ("text", True, "true"),
    ("mixed", {"a": 1}, '{"a":1}'),
    ("count", "12", 12),
    ("count", 3.0, 3),
    ("share", "0.5", 0.5),
    ("on", "true", True),
    ("at", "2026-09-16T11:27:31+03:00", "2026-09-16T08:27:31Z"),
    ("at", "", None),
    ("names", "one", ["one"]),
    ("names", ["one", None, 2], ["one", "2"]),
    ("team", "Ops", {"summary": "Ops"}),
    ("team", [{"summary": "Ops"}], {"summary": "Ops"}),
    ("teams", {"at": "1"}, [{"at": 1}]),
    ("free", {"any": [1, "x"]}, {"any": [1, "x"]}),
]


@pytest.mark.parametrize(("name", "sent", "emitted"), PLAIN, ids=str)
def test_a_value_is_brought_to_its_type_where_that_is_plain(name, sent, emitted):
    findings, record = Findings(), {name: sent}
    Conformer(SCHEMA, findings)(record)
    assert record == {name: emitted}
    assert not findings.misfits


MISFITS = [
    ("text", ["a"], {"text": ["a"]}, "text"),
    ("count", "many", {"count": "many"}, "count"),
    ("on", 2, {"on": 2}, "on"),
    ("at", "soon", {"at": "soon"}, "at"),
    ("names", {"a": 1}, {"names": {"a": 1}}, "names"),
    ("free", "text", {"free": "text"}, "free"),
    ("teams", [{"at": 1}, {"at": "x"}], {"teams.1.at": "x"}, "teams[].at"),
]


@pytest.mark.parametrize(("name", "sent", "aside", "path"), MISFITS, ids=str)
def test_what_does_not_fit_stands_under_its_path_in_undocumented(name, sent, aside, path):
    findings, record = Findings(), {name: sent}
    Conformer(SCHEMA, findings)(record)
    assert record["_undocumented"] == aside
    assert findings.misfits == {path}


def test_a_new_property_is_emitted_in_undocumented_with_its_times_in_utc(account, sync):
    new = {"since": "2026-09-16T11:27:31+03:00", "note": "2026"}
    account.lists["teams"] = [
        {"id": "T1", "name": "One", "brand_new": [new]},
        {"id": "T2", "name": "Two", "other": None},
    ]
    run = sync("teams")
    assert run.exit_code == 0
    one, two = run.records("teams")
    assert one["_undocumented"] == {
        "brand_new": [{"since": "2026-09-16T08:27:31Z", "note": "2026"}]
    }
    assert two["_undocumented"] == {"other": None}
    assert "brand_new" not in one
    (line,) = [line for line in run.lines("INFO") if "does not know" in line]
    assert line.startswith("teams has properties that this version does not know: brand_new, other")
    assert "2026" not in line


def test_the_column_is_absent_when_all_is_known(account, sync):
    account.lists["teams"] = [{"id": "T1", "name": "One"}]
    (team,) = sync("teams").records("teams")
    assert team == {"id": "T1", "name": "One"}


@pytest.mark.parametrize("name", ["incidents", "log_entries"])
def test_a_new_property_of_what_stays_encoded_is_not_lost(account, sync, name):
    if name == "incidents":
        account.add_incident(1, account.at(hours=1), brand_new={"at": 1})
        account.add_incident(2, account.at(hours=1))
    else:
        account.add_entry(1, account.at(hours=1), brand_new={"at": 1})
        account.add_entry(2, account.at(hours=1))
    run = sync(name)
    found = {record["id"][1:]: record.get("_undocumented") for record in run.records(name)}
    assert found == {"1": {"brand_new": {"at": 1}}, "2": None}


def test_a_resolve_reason_that_is_a_text_arrives_as_an_object(account, sync):
    account.add_incident(1, account.at(hours=1), resolve_reason="Fixed by hand")
    run = sync("incidents")
    (incident,) = run.records("incidents")
    assert incident["resolve_reason"] == {"summary": "Fixed by hand"}
    assert "_undocumented" not in incident


def test_a_value_of_another_type_is_reported_once_and_its_content_never(account, sync):
    account.lists["users"] = [
        {"id": f"U{number}", "teams": "hush", "billed": [1]} for number in range(3)
    ]
    run = sync("users")
    assert run.exit_code == 0
    assert {json.dumps(user["_undocumented"]) for user in run.records("users")} == {
        '{"teams": "hush", "billed": [1]}'
    }
    (line,) = run.lines("WARNING")
    assert "another type than documented: billed, teams" in line
    assert "hush" not in run.log


def test_every_stream_has_the_column():
    for stream in READ:
        assert "_undocumented" in stream.schema["properties"], stream.name


def test_a_deselected_property_is_left_out_and_not_undocumented(account, sync, catalog):
    account.lists["teams"] = [{"id": "T1", "name": "One", "description": "Hush"}]
    selection = catalog("teams")
    for each in selection["streams"][0]["metadata"]:
        if each["breadcrumb"][-1:] == ["description"]:
            each["metadata"]["selected"] = False
    assert sync(selection=selection).records("teams") == [{"id": "T1", "name": "One"}]


def test_a_property_that_a_trimmed_catalog_lacks_is_not_undocumented(account, sync, catalog):
    account.lists["teams"] = [{"id": "T1", "name": "One", "description": "Hush"}]
    selection = catalog("teams")
    del selection["streams"][0]["schema"]["properties"]["description"]
    run = sync(selection=selection)
    assert all("_undocumented" not in team for team in run.records("teams"))
