"""What is written: the same by the fast way and the SDK's, with 1 request under way or 8."""

from __future__ import annotations

import gzip
import json
import re
import signal
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from tap_pagerduty.records.message_writer import MessageWriter
from tests.support import harness

EXTRACTED = re.compile(rb'"time_extracted":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(\+00:00|Z)"')


def without_times(out):
    """Return an output without the one thing that no two runs share."""
    return EXTRACTED.sub(b'"now":1', out)


def decoded(out):
    """Return what the lines of an output mean, in their order and that of the properties.

    By the short way texts come with the escapes that the API wrote, by the SDK's without.
    """
    decoder = json.JSONDecoder(object_pairs_hook=tuple)
    return [decoder.decode(line.decode()) for line in without_times(out).splitlines()]


@pytest.fixture
def short(monkeypatch):
    """The streams of which records were written the short way."""
    streams, write = set(), MessageWriter.write_record

    def note(self, stream, *record):
        streams.add(stream)
        write(self, stream, *record)

    monkeypatch.setattr(MessageWriter, "write_record", note)
    return streams


def test_the_short_way_and_the_sdks_write_the_same(short, monkeypatch):
    with harness.sandbox() as box:
        by_the_short_way = harness.sync(box)
        assert short == set(harness.STREAMS)
        short.clear()
        monkeypatch.setattr(MessageWriter, "has_fast_path", False)
        by_the_sdks = harness.sync(box)
    assert not short
    assert len(by_the_sdks.messages) > 500
    assert decoded(by_the_short_way.out) == decoded(by_the_sdks.out)


@pytest.mark.parametrize("state", [None, "of a week ago"])
def test_the_number_of_requests_under_way_changes_nothing(state):
    outputs = set()
    with harness.ceiling_of(200), harness.sandbox(latency=(0.002, 0.002)) as box:
        if state:
            state = harness.sync(box).state
            box.advance(7 * harness.DAY)
        for concurrency in (1, 3, 8):
            run = harness.sync(box, state=state, max_concurrency=concurrency)
            assert run.status == 0
            outputs.add(without_times(run.out))
    assert len(outputs) == 1


def test_a_process_writes_what_a_run_in_this_one_does(tmp_path):
    with harness.sandbox() as box:
        streams = "incidents", "log_entries", "users"
        there = harness.run(box, tmp_path, *streams, requests_per_second=1000)
        here = harness.sync(box, *streams, requests_per_second=1000)
    assert there.status == here.status == 0
    assert without_times(there.out) == without_times(here.out)


def test_a_stop_leaves_whole_lines(tmp_path):
    # More than the pipe holds and the tap gathers, so that it is stopped while it writes.
    with harness.sandbox(incidents=400) as box:
        run = harness.run(box, tmp_path, "log_entries", end=(signal.SIGTERM, 100_000))
    assert run.status == 128 + signal.SIGTERM
    assert run.out.endswith(b"\n")
    assert len(run.messages) == run.out.count(b"\n")


# -- What a user may ask of the SDK


@pytest.fixture
def users(account):
    account.lists["users"] = [
        {"id": f"P{n}", "name": f"User {n}", "email": f"{n}@example.com", "color": "red"}
        | {"teams": []}
        for n in range(3)
    ]


@pytest.fixture
def teams(account):
    account.lists["teams"] = [
        {"id": f"P{n}", "name": f"Team {n}", "parent": {"id": f"L{n}", "summary": "All"}}
        for n in range(3)
    ]


@pytest.mark.usefixtures("users")
def test_stream_maps_apply(sync, short):
    maps = {"users": {"shout": "name.upper()", "email": None, "__filter__": "id != 'P1'"}}
    run = sync("users", stream_maps=maps)
    records = run.records("users")
    assert [record["shout"] for record in records] == ["USER 0", "USER 2"]
    assert not any("email" in record for record in records)
    assert not short


@pytest.mark.usefixtures("users")
def test_a_stream_map_of_another_stream_changes_nothing(sync, short):
    run = sync("users", "teams", stream_maps={"teams": {"shout": "name.upper()"}})
    assert run.ids("users") == ["P0", "P1", "P2"]
    assert short == {"users"}


@pytest.mark.usefixtures("users")
def test_an_alias_applies(sync, short):
    run = sync("users", stream_maps={"users": {"__alias__": "people"}})
    assert run.ids("people") == ["P0", "P1", "P2"]
    assert not short


@pytest.mark.usefixtures("teams")
def test_flattening_applies(sync, short):
    run = sync("teams", flattening_enabled=True, flattening_max_depth=1)
    assert [record["parent__id"] for record in run.records("teams")] == ["L0", "L1", "L2"]
    assert not any("parent" in record for record in run.records("teams"))
    assert not short


@pytest.mark.usefixtures("teams")
@pytest.mark.parametrize("breadcrumb", [("name",), ("parent", "summary")])
def test_a_deselected_field_is_left_out(sync, catalog, short, breadcrumb):
    selection = catalog("teams")
    entry = next(s for s in selection["streams"] if s["tap_stream_id"] == "teams")
    path = [part for name in breadcrumb for part in ("properties", name)]
    entry["metadata"] = [m for m in entry["metadata"] if m["breadcrumb"] != path]
    entry["metadata"].append({"breadcrumb": path, "metadata": {"selected": False}})
    run = sync("teams", selection=selection)
    *parents, name = breadcrumb
    for record in run.records("teams"):
        for parent in parents:
            record = record[parent]  # noqa: PLW2901
        assert name not in record
        assert "id" in record
    assert not short


@pytest.mark.usefixtures("users")
def test_batches_hold_the_records(sync, short, tmp_path):
    storage = {"root": tmp_path.as_uri(), "prefix": "batch-"}
    encoding = {"format": "jsonl", "compression": "gzip"}
    run = sync("users", batch_config={"encoding": encoding, "storage": storage})
    (batch,) = [message for message in run.messages if message["type"] == "BATCH"]
    (path,) = [Path(url2pathname(urlsplit(url).path)) for url in batch["manifest"]]
    with gzip.open(path, "rt") as lines:
        assert [json.loads(line)["id"] for line in lines] == ["P0", "P1", "P2"]
    assert not run.records("users")
    assert not short


@pytest.mark.usefixtures("users")
def test_records_are_counted(sync, monkeypatch):
    monkeypatch.setenv("LOGLEVEL", "DEBUG")
    run = sync("users")
    (count,) = [line for line in run.log.splitlines() if '"record_count"' in line]
    assert '"value":3' in count
