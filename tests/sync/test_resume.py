"""A run that is cut short at any byte is gone on with from the last state, and nothing is lost."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sandbox.values.timestamps import moment_of
from tap_pagerduty.streams import STREAMS as CLASSES
from tap_pagerduty.sync.windowed import WindowedStream
from tests.support.harness import (
    DAY,
    EVENTS,
    PATIENCE,
    Warehouse,
    ago,
    arguments,
    ceiling_of,
    differences,
    run,
    sandbox,
    sync,
)

ENDS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "Ctrl-C": signal.SIGINT}
ENDS["a target that dies"] = "closed"
LONGEST = {
    stream.name: stream.max_window_days * DAY
    for stream in CLASSES
    if issubclass(stream, WindowedStream)
}


@pytest.fixture(scope="module")
def years():
    """An account of two years, which no test changes."""
    with sandbox(incidents=70, days=735) as box:
        yield box


@pytest.fixture(scope="module")
def whole(years):
    """What an undisturbed first load of it writes."""
    return sync(years)


def resumed(box, warehouse, **settings):
    """Run again from the last state; return what that wrote."""
    done = warehouse.load(sync(box, state=warehouse.state, **settings))
    assert done.status == 0
    return done


# -- The real command, ended


@pytest.mark.parametrize("part", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("how", ENDS.values(), ids=ENDS)
def test_a_first_load_of_two_years_goes_on_where_it_was_ended(years, whole, tmp_path, how, part):
    warehouse = Warehouse()
    size = 1 + int(part * len(whole.out))
    ended = warehouse.load(run(years, tmp_path, end=(how, size)))
    assert len(ended.out) < len(whole.out)
    assert_ended_in_order(ended, how)
    resumed(years, warehouse)
    assert differences(warehouse, years) == []


@pytest.mark.parametrize("how", ENDS.values(), ids=ENDS)
def test_a_later_run_goes_on_where_it_was_ended(tmp_path, how):
    with sandbox() as box:
        warehouse = Warehouse()
        warehouse.load(sync(box))
        box.advance(20 * DAY)
        box.account.burst(40, seconds=DAY)
        box.account.burst_log_entries(200, seconds=DAY)
        box.advance(2 * DAY)
        for part in (0.2, 0.5):
            size = int(part * len(sync(box, state=warehouse.state).out))
            ended = warehouse.load(run(box, tmp_path, state=warehouse.state, end=(how, size)))
            assert_ended_in_order(ended, how)
        resumed(box, warehouse)
        assert differences(warehouse, box) == []


def assert_ended_in_order(ended, how):
    """What a person sees of it, and what an orchestrator."""
    said = {
        signal.SIGKILL: (-9, []),
        signal.SIGTERM: (143, []),
        signal.SIGINT: (130, []),
        "closed": (1, ["The target stopped reading; see its own messages."]),
    }
    assert (ended.status, ended.errors) == said[how]
    assert "Traceback" not in ended.log
    if how in {signal.SIGTERM, signal.SIGINT}:
        assert f"Stopped by signal {int(how)}" in ended.log
        # All that it wrote is whole: the target, which reads on, does not stumble.
        assert ended.out.endswith(b"\n")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_stops_within_a_second_while_no_answer_comes(tmp_path, how):
    with sandbox() as box:
        box.faults.add("hang", seconds=PATIENCE, after=2)
        with (tmp_path / "log").open("w+") as log:
            process = subprocess.Popen(arguments(box, tmp_path), stdout=subprocess.PIPE, stderr=log)
            try:
                while not any(request.fault for request in box.requests):
                    assert process.poll() is None
                    time.sleep(0.02)
                told = time.monotonic()
                process.send_signal(how)
                out, _ = process.communicate(timeout=PATIENCE)
                took = time.monotonic() - told
            finally:
                process.kill()
            assert took < 1
            assert process.returncode == 128 + how
            assert out.endswith(b"\n")


def test_a_full_disk_ends_the_run_with_one_line(years, tmp_path):
    with Path("/dev/full").open("wb") as full, (tmp_path / "log").open("w+") as log:
        done = subprocess.run(
            arguments(years, tmp_path), stdout=full, stderr=log, timeout=PATIENCE, check=False
        )
        log.seek(0)
        said = log.read()
    assert done.returncode == 1
    assert "Traceback" not in said
    assert sum(" | ERROR " in line for line in said.splitlines()) == 1
    assert "No space left on device" in said


# -- Any byte


@pytest.mark.parametrize("part", [number / 30 for number in range(30)])
def test_wherever_it_is_cut_nothing_is_lost_and_one_window_repeats(years, whole, part):
    warehouse = Warehouse()
    ended = warehouse.load(whole.cut(int(part * len(whole.out))))
    again = resumed(years, warehouse)
    assert differences(warehouse, years) == []
    for stream, happened in EVENTS.items():
        seen = {record["id"] for record in ended.records(stream)}
        # Incidents that are open are read at each run.
        repeated = [
            moment_of(record[happened])
            for record in again.records(stream)
            if record["id"] in seen and record.get("status") in {None, "resolved", "success"}
        ]
        if repeated:
            assert max(repeated) - min(repeated) <= LONGEST[stream]
            bookmark = (ended.state or {"bookmarks": {}})["bookmarks"].get(stream, {})
            position = "created_until" if stream == "incidents" else "replication_key_value"
            done = bookmark.get(position)
            assert done is None or min(repeated) >= moment_of(done)


def test_no_state_runs_ahead_of_the_records(years, whole):
    # To go on from each state loses nothing of what stands behind it.
    lines = whole.out.splitlines(keepends=True)
    sizes = [sum(map(len, lines[: n + 1])) for n, line in enumerate(lines) if b'"STATE"' in line]
    assert len(sizes) > 20
    for size in sizes[::4]:
        warehouse = Warehouse()
        warehouse.load(whole.cut(size))
        resumed(years, warehouse)
        assert differences(warehouse, years) == []


def test_a_run_that_is_ended_again_and_again_gets_there(years, whole):
    warehouse = Warehouse()
    size = int(0.35 * len(whole.out))
    done, runs = whole, 0
    while len(done.out) > size:
        done = sync(years, state=warehouse.state)
        warehouse.load(done.cut(size))
        runs += 1
    assert runs > 2
    assert differences(warehouse, years) == []


# -- The first load, days later


@pytest.mark.parametrize("short", [0.0, 1.0], ids=["whole", "short"])
@pytest.mark.parametrize("part", [0.3, 0.5, 0.7])
def test_what_changed_before_a_first_load_goes_on_days_later_arrives(part, short):
    with sandbox(incidents=100, days=735, incident_embed_short=short) as box:
        old = [box.account.create_incident(at=ago(box, days=days)) for days in range(20, 720, 70)]
        for own in old:
            box.account.resolve(own, at=ago(box, days=19))
        warehouse = Warehouse()
        first = sync(box, "incidents")
        warehouse.load(first.cut(int(part * len(first.out))))
        loaded = [own for own in old if own in warehouse.rows("incidents")]
        assert loaded
        for number, own in enumerate(old):
            box.advance(DAY / 2)
            if number % 2:
                box.account.reprioritise(own, box.truth("priorities")[0]["id"])
            else:
                box.account.reopen(own)
        box.advance(DAY)
        warehouse.load(sync(box, "incidents", state=warehouse.state))
        assert differences(warehouse, box, "incidents") == []


# -- The state itself


def test_the_state_is_small_and_does_not_grow_with_the_account():
    sizes = []
    for incidents in (5, 400):
        with sandbox(incidents=incidents) as box:
            warehouse = Warehouse()
            for _ in range(3):
                resumed(box, warehouse)
                box.advance(DAY)
            sizes.append(len(json.dumps(warehouse.state)))
            assert all(len(json.dumps(b)) < 300 for b in warehouse.state["bookmarks"].values())
    assert sizes[0] == sizes[1] < 1000


def test_a_state_stays_as_small_while_windows_are_cut():
    with sandbox(incidents=300) as box, ceiling_of(150):
        done = sync(box)
        states = [m["value"] for m in done.messages if m["type"] == "STATE"]
        assert len(states) > 30
        assert max(len(json.dumps(state)) for state in states) < 1000


def test_a_state_with_more_in_it_than_this_version_knows_is_taken(years):
    warehouse = Warehouse()
    warehouse.load(sync(years))
    state = warehouse.state
    state["bookmarks"]["incidents"]["from_a_later_version"] = 1
    state["bookmarks"]["a_later_stream"] = {"replication_key_value": "2024-01-01T00:00:00Z"}
    resumed(years, warehouse)
    assert differences(warehouse, years) == []


GOOD = {"replication_key": "created_at", "replication_key_value": "2024-06-01T00:00:00Z"}
DAMAGED = {
    "cut off": ('{"bookmarks": {"incid', "The state or catalog file is not valid JSON"),
    "empty": ("", "The state or catalog file is not valid JSON"),
    "a list": ([], "it is not an object"),
    "a number": (7, "it is not an object"),
    "without bookmarks": ({"value": 1}, "it holds no `bookmarks`"),
    "a whole message": ({"type": "STATE", "value": {"bookmarks": {}}}, "it is a STATE message"),
    "another tap's": ({"bookmarks": {"issues": GOOD}}, "of other streams than this tap's"),
    "on another key": ({"bookmarks": {"notifications": GOOD}}, "is on created_at"),
    "with a bookmark that is not an object": (
        {"bookmarks": {"log_entries": 7}},
        "is not an object",
    ),
    "with one of an unknown stream": (
        {"bookmarks": {"log_entries": GOOD, "later": None}},
        "the bookmark of later is not an object",
    ),
    "with a time that is none": (
        {"bookmarks": {"log_entries": {**GOOD, "replication_key_value": "yesterday"}}},
        "replication_key_value of log_entries is not a time",
    ),
    "nested 5,000 deep": ('{"bookmarks":' + '{"a":' * 5000 + "1" + "}" * 5001, "nested too deep"),
    "with a number of 5,000 digits": ('{"bookmarks":' + "9" * 5000 + "}", "thousands of digits"),
    "with partitions that are none": (
        {"bookmarks": {"incidents": {"partitions": [1]}}},
        "partitions of incidents does not hold what it should",
    ),
    "with recent incidents that are none": (
        {"bookmarks": {"incidents": {"recent": {"P1": 5}}}},
        "recent of incidents does not hold",
    ),
    "with refused parents that are none": (
        {"bookmarks": {"incident_notes": {"refused": 5}}},
        "refused of incident_notes does not hold",
    ),
    "with counts that are none": (
        {"bookmarks": {"users": {"miscounted": {"/users": [1]}}}},
        "miscounted of users does not hold",
    ),
}


@pytest.mark.parametrize(("state", "said"), DAMAGED.values(), ids=DAMAGED)
def test_a_state_that_cannot_be_used_is_one_clear_line_and_no_reload(years, tmp_path, state, said):
    years.requests.clear()
    content = state if isinstance(state, str) else json.dumps(state)
    done = run(years, tmp_path, state=content)
    assert done.status in {1, 2}  # 2: the command line names a file that is none
    assert len(done.errors) == (done.status == 1)
    assert said in done.log.splitlines()[-1]
    assert "Traceback" not in done.log
    assert (done.out, years.requests) == (b"", [])
