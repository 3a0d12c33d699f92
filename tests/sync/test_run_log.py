"""`sync_runs`: what each run has done is in the target, however the run ended."""

import gzip
import json
import signal
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest

from tap_pagerduty.streams.sync_runs import SyncRuns
from tests.support import harness
from tests.support.harness import NOW, START, Warehouse, ago, sandbox, sync

LOG = "sync_runs"


@pytest.fixture
def box():
    with sandbox() as box:
        yield box


def rows(run):
    """Return the rows of the log that a run wrote, by stream, as the schema has them."""
    [schema] = [m for m in run.messages if m["type"] == "SCHEMA" and m["stream"] == LOG]
    validator = jsonschema.Draft202012Validator(schema["schema"])
    found = {}
    for row in run.records(LOG):
        validator.validate(row)
        assert row.keys() == SyncRuns.schema["properties"].keys()
        found[row["run_id"], row["stream"]] = row
    assert len(found) == len(run.records(LOG))
    return {stream: row for (_, stream), row in found.items()}


def test_each_stream_of_a_run_has_a_row(box):
    run = sync(box, LOG, "tags", "incidents", "notifications")
    assert run.messages[0]["type"] == "SCHEMA"
    assert run.messages[0]["stream"] == LOG
    last = [m for m in run.messages if m["type"] != "STATE"][-3:]
    assert [m["stream"] for m in last] == [LOG] * 3
    found = rows(run)
    assert found.keys() == {"tags", "incidents", "notifications"}
    for name, row in found.items():
        assert (row["outcome"], row["reason"]) == ("complete", None)
        assert row["records"] == len(run.records(name)) > 0
        assert row["run_started_at"] <= row["started_at"] <= row["ended_at"] <= row["run_ended_at"]
        assert row["is_first_load"]
        assert row["subdomain"] == "acme"
    assert sum(row["requests"] for row in found.values()) == len(box.requests)
    assert found["tags"]["windows"] == 0
    assert found["notifications"]["windows"] > 1
    assert found["notifications"]["bookmark_before"] is None
    assert found["notifications"]["bookmark_after"] == NOW
    assert len({row["run_id"] for row in found.values()}) == 1


def test_the_next_run_resumes_and_says_from_where(box):
    first = sync(box, LOG, "tags", "notifications")
    box.advance(harness.DAY)
    second = sync(box, LOG, "tags", "notifications", state=first.state)
    before, after = rows(first), rows(second)
    assert after["notifications"]["bookmark_before"] == before["notifications"]["bookmark_after"]
    assert not after["notifications"]["is_first_load"]
    assert not after["tags"]["is_first_load"]
    assert after["tags"]["run_id"] != before["tags"]["run_id"]


def test_the_log_takes_no_request(box):
    assert sync(box, LOG).status == 0
    assert len(box.requests) == 0
    sync(box, "tags", "incidents")
    without = sorted(str((r.path, r.query)) for r in box.requests)
    box.requests.clear()
    sync(box, LOG, "tags", "incidents")
    assert sorted(str((r.path, r.query)) for r in box.requests) == without


def test_a_stream_that_is_skipped_or_fails_says_why(box):
    box.faults.add("status", status=402, path="/priorities")
    box.faults.add("status", status=429, reset=0, path="/users", times=1)
    box.faults.add("status", status=400, path="/teams")
    run = sync(box, LOG, "priorities", "users", "teams", "vendors")
    assert run.status == 1
    found = rows(run)
    outcomes = {name: row["outcome"] for name, row in found.items()}
    assert outcomes == {
        "priorities": "skipped",
        "users": "complete",
        "teams": "incomplete",
        "vendors": "complete",
    }
    assert found["priorities"]["reason"].startswith("402 ")
    assert found["teams"]["reason"].startswith("400 ")
    assert (found["users"]["refusals"], found["users"]["retries"]) == (1, 1)
    assert found["users"]["requests"] == 2


def row_of(run):
    """Return when the run started, by its own row."""
    return run.records(LOG)[-1]["run_started_at"]


def test_a_run_that_cannot_sign_in_is_in_the_log(box):
    run = sync(box, LOG, "tags", "users", api_key="another-key")
    assert run.status == 1
    # `meltano config test` would take a RECORD for a sign that the key works.
    assert [m for m in run.messages if m["type"] == "RECORD"] == []
    following = sync(box, LOG, "tags", state=run.state)
    of_run = [row for row in following.records(LOG) if row["run_ended_at"] < row_of(following)]
    assert {row["stream"] for row in of_run} == {"tags", "users"}
    for row in of_run:
        assert row["outcome"] == "interrupted"
        assert row["reason"].startswith("PagerDuty refused the key")
        assert "another-key" not in json.dumps(row)
        assert row["ended_at"] is None
    assert len(sync(box, LOG, "tags", state=following.state).records(LOG)) == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_told_to_stop_writes_its_log_and_no_further_state(box, tmp_path, how):
    run = harness.run(box, tmp_path, LOG, "log_entries", "users", end=(how, 80_000))
    assert run.status == 128 + how
    assert run.out.endswith(b"\n")
    found = rows(run)
    assert found["users"]["outcome"] == "interrupted"
    assert found["users"]["reason"] == f"stopped by {how.name}"
    *_, before, last = [m["value"]["bookmarks"] for m in run.messages if m["type"] == "STATE"]
    assert "run_ended_at" in last.pop(LOG)
    assert "streams" in before.pop(LOG)
    assert last == before


def test_a_killed_run_appears_in_the_log_as_such(box):
    warehouse = Warehouse()
    whole = sync(box, LOG, "notifications", "tags")
    size = whole.out.index(b'"type":"ACTIVATE') if b'"type":"ACTIVATE' in whole.out else -100
    killed = warehouse.load(whole.cut(size))
    assert killed.records(LOG) == []
    following = sync(box, LOG, "notifications", "tags", "users", state=warehouse.state)
    assert following.status == 0
    own = whole.state["bookmarks"][LOG]["run_id"]
    of_killed = {row["stream"]: row for row in following.records(LOG) if row["run_id"] == own}
    assert of_killed.keys() == {"notifications", "tags"}
    for row in of_killed.values():
        assert row["outcome"] == "interrupted"
        assert row["reason"] == "the run did not end: it was killed, or its machine stopped"
        assert row["run_started_at"] == whole.state["bookmarks"][LOG]["run_started_at"]
        assert row["run_ended_at"] is row["records"] is None
    assert of_killed["notifications"]["bookmark_after"] == NOW
    # It is out before the first STATE that knows the new run: a second kill loses nothing.
    kinds = [(m["type"], m.get("stream")) for m in following.messages]
    assert kinds[:4] == [("SCHEMA", LOG), ("RECORD", LOG), ("RECORD", LOG), ("STATE", None)]
    again = sync(box, LOG, "tags", state=following.state)
    assert {row["run_id"] for row in again.records(LOG)} != {own}
    assert len(again.records(LOG)) == 1


@pytest.mark.parametrize(
    "bookmark",
    [{}, {"run_id": "x"}, {"run_id": 1, "run_started_at": 2, "streams": 3}],
    ids=["empty", "part", "nonsense"],
)
def test_a_state_without_a_run_or_with_nonsense_is_read(box, bookmark):
    state = {"bookmarks": {LOG: bookmark, "users": {}}}
    run = sync(box, LOG, "tags", state=state)
    assert run.status == 0
    assert rows(run).keys() == {"tags"}


def test_with_batch_the_rows_are_in_a_file_and_the_state_does_not_run_ahead(box, tmp_path):
    batch = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": f"file://{tmp_path}"},
    }
    run = sync(box, LOG, "notifications", "tags", batch_config=batch)
    assert run.status == 0
    [message] = [m for m in run.messages if m["type"] == "BATCH" and m["stream"] == LOG]
    [manifest] = message["manifest"]
    with gzip.open(Path(urlsplit(manifest).path), "rt") as lines:
        written = {row["stream"]: row for row in map(json.loads, lines)}
    assert {name: row["outcome"] for name, row in written.items()} == {
        "notifications": "complete",
        "tags": "complete",
    }
    assert run.state["bookmarks"]["notifications"]["replication_key_value"] == NOW


def test_stream_maps_and_the_column_account_apply(box):
    maps = {LOG: {"__alias__": "loads", "reason": "__NULL__", "text": "stream"}}
    run = sync(box, LOG, "tags", stream_maps=maps, account="north")
    [row] = run.records("loads")
    assert row["text"] == "tags"
    assert "reason" not in row
    assert row["account"] == "north"
    [schema] = [m for m in run.messages if m["type"] == "SCHEMA" and m["stream"] == "loads"]
    assert schema["key_properties"] == ["account", "run_id", "stream"]


def test_a_slice_and_the_children_of_a_stream_have_rows(box):
    run = sync(
        box,
        LOG,
        "incidents",
        "incident_notes",
        start_date=ago(box, days=60),
        end_date=ago(box, days=30),
    )
    found = rows(run)
    assert found["incidents"]["bookmark_after"] == ago(box, days=30)
    assert found["incident_notes"]["records"] == len(run.records("incident_notes"))
    assert found["incident_notes"]["requests"] > 0
    assert found["incident_notes"]["is_first_load"]


def test_the_log_can_be_deselected(box):
    run = sync(box, "tags", start_date=START)
    assert {m.get("stream") for m in run.messages} <= {"tags", None}
    assert LOG not in run.state["bookmarks"]


# -- `strict`


@pytest.mark.parametrize(("strict", "status"), [(False, 0), (True, 1)])
def test_with_strict_a_skipped_stream_fails_the_run_after_all_else_is_loaded(box, strict, status):
    box.faults.add("status", status=402, path="/priorities")
    run = sync(box, LOG, "priorities", "users", strict=strict)
    assert run.status == status
    assert len(run.records("users")) > 0
    assert rows(run)["priorities"]["outcome"] == "skipped"


def test_with_strict_a_run_of_which_nothing_is_skipped_succeeds(box):
    assert sync(box, "users", strict=True).status == 0
