"""What a run prints: how far it is, and in the end what it did."""

import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from unittest import mock

import pytest
from rich.console import Console

from tap_pagerduty.api.windows import Window, cut
from tap_pagerduty.reporting import progress_lines
from tap_pagerduty.reporting.progress import Progress
from tap_pagerduty.reporting.progress_bars import ProgressBars
from tap_pagerduty.streams import STREAMS
from tests.conftest import Clock
from tests.support.harness import PATIENCE, arguments, sandbox
from tests.support.project import ROOT

PAGE = (ROOT / "docs" / "progress.md").read_text(encoding="utf-8")
CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
CURSOR_OFF, CURSOR_ON = "\x1b[?25l", "\x1b[?25h"
MESSAGE = re.compile(r"^\S+ \S+ \| (\w+) +\| (\S+) +\| (.*)$", re.MULTILINE)
# What the SDK tells of its own doing.
STEPS = ("METRIC", "Beginning sync of", "Skipping deselected stream", "Starting incremental sync")
LEVELS = ("TAP_PAGERDUTY_LOGLEVEL", "LOGLEVEL", "SINGER_SDK_LOG_CONFIG")


@dataclass
class Printed:
    """What a run printed, and how it ended."""

    status: int
    out: bytes
    # What came on standard error; on a terminal, with its control sequences.
    err: str

    @property
    def lines(self):
        """The lines for people, without time, level and name.

        The one about streams that the catalog lacks is left out: the tests' have few.
        """
        found = [text for _, _, text in MESSAGE.findall(self.err)]
        return [text for text in found if not text.startswith("The catalog lacks")]

    @property
    def plain(self):
        """What a terminal got, without colours and movements."""
        return CONTROL.sub("", self.err).replace("\r", "\n")


@pytest.fixture
def start(tmp_path):
    """Start the real command; give it, on demand, a TERMINAL of so many columns and rows."""
    processes = []

    def start(box, *streams, terminal=None, env=None, **how):
        environment = {name: each for name, each in os.environ.items() if name not in LEVELS}
        near, far = pty.openpty() if terminal else os.pipe()
        if terminal:
            columns, rows = terminal
            fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen(
            arguments(box, tmp_path, *streams, **how),
            stdout=subprocess.PIPE,
            stderr=far,
            env={**environment, "TERM": "xterm-256color", **(env or {})},
        )
        os.close(far)
        processes.append(process)
        return process, near

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def printed(start):
    """Run the real command to its end, or send it the signal STOP once it prints UNTIL."""

    def printed(box, *streams, stop=None, until="", **how):
        process, near = start(box, *streams, **how)
        guard = threading.Timer(PATIENCE, process.kill)
        guard.start()
        out = []
        reader = threading.Thread(target=lambda: out.append(process.stdout.read()))
        reader.start()
        err = b""
        while chunk := _read(near):
            err += chunk
            if stop and until in err.decode(errors="replace"):
                process.send_signal(stop)
                stop = None
        reader.join()
        process.stdout.close()
        os.close(near)
        guard.cancel()
        return Printed(process.wait(), out[0], err.decode())

    return printed


def _read(source):
    try:
        return os.read(source, 1 << 16)
    except OSError:  # how a terminal tells that nobody writes to it any more
        return b""


def records_by_stream(out):
    counts = {}
    for line in out.splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            counts[message["stream"]] = counts.get(message["stream"], 0) + 1
    return counts


def summary(lines):
    """Return the rows of the summary: stream, four numbers, and what follows."""
    rows = re.findall(
        r"^(\w+) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+)(?:  +(.*))?$",
        "\n".join(lines),
        re.MULTILINE,
    )
    return {
        name: (*(int(number.replace(",", "")) for number in numbers), rest)
        for name, *numbers, rest in rows
    }


def without_moments(out):
    """Return what a run wrote, without the time at which each record was read."""
    return re.sub(rb'"time_extracted":"[^"]*"', b"", out)


# -- The two forms


def test_a_pipe_gets_plain_lines_and_a_summary_that_adds_up(printed):
    with sandbox() as box:
        done = printed(box, "users", "incidents", "log_entries")
        sent, url = len(box.requests), box.url
        bookmark = json.loads(done.out.splitlines()[-1])["value"]["bookmarks"]["log_entries"]
    assert done.status == 0
    assert "\x1b" not in done.err
    assert not any(step in done.err for step in STEPS)
    assert done.lines[0] == f"tap-pagerduty 0.1.0 reads 3 streams from {url}."
    rows = summary(done.lines)
    counts = records_by_stream(done.out)
    assert {name: row[0] for name, row in rows.items() if name != "total"} == counts
    assert rows["total"][:4] == (sum(counts.values()), sent, 0, 0)
    assert rows["log_entries"][4] == bookmark["replication_key_value"]
    assert [line for line in done.lines if re.match(r"users: \d+ records, 1 request, ", line)]


def test_a_terminal_gets_a_bar_for_each_stream_and_stdout_is_the_same(printed):
    streams = ("users", "teams", "log_entries", "tags")
    with sandbox(latency=0.06, incidents=150) as box:
        shown = printed(box, *streams, terminal=(80, 24))
    with sandbox(incidents=150) as box:
        piped = printed(box, *streams)
    assert shown.status == piped.status == 0
    assert without_moments(shown.out) == without_moments(piped.out)
    for name in streams:
        assert re.search(rf"^{name} +━+", shown.plain, re.MULTILINE)
    assert re.search(r"\n[01] of 4 streams done · [\d.]+ of 1666\.7 requests/s", shown.plain)
    # The bars are gone in the end: the summary stands alone, and without times in front.
    after = shown.err.rpartition(CURSOR_ON)[2]
    assert "━" not in after
    assert summary(CONTROL.sub("", after).splitlines()).keys() == {*streams, "total"}
    assert shown.err.count(CURSOR_OFF) <= shown.err.count(CURSOR_ON)


def test_a_line_of_the_log_stays_whole_above_the_bars(printed):
    with sandbox(latency=0.06, incidents=150) as box:
        box.faults.add("status", status=503, path="/log_entries", nth=2)
        done = printed(box, "log_entries", terminal=(80, 24))
    assert done.status == 0
    assert re.search(
        r"\| WARNING  \| tap-pagerduty.log_entries +\| 503 .*; retrying in .* \(attempt 2\)\r",
        done.err,
    )


def test_a_terminal_that_cannot_draw_gets_lines(printed):
    with sandbox() as box:
        done = printed(box, "tags", terminal=(80, 24), env={"TERM": "dumb"})
    assert done.status == 0
    assert "━" not in done.err
    assert "tags: " in done.err


def test_a_dumb_run_loads_nothing_that_draws():
    code = "import sys, tap_pagerduty.tap; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("name", "terminal"), [(LEVELS[0], None), (LEVELS[1], (80, 24))])
def test_the_usual_log_level_silences_all(printed, name, terminal):
    with sandbox() as box:
        done = printed(box, "tags", "users", terminal=terminal, env={name: "WARNING"})
    assert done.status == 0
    assert done.err == ""
    assert records_by_stream(done.out)


# -- For programs


def log_config(place, **loggers):
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "singer_sdk.logging.StructuredFormatter"}},
        "handlers": {
            name: {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
            for name in ("console", "metrics")
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": loggers,
    }
    path = place / "logging.json"
    path.write_text(json.dumps(config))
    return {"SINGER_SDK_LOG_CONFIG": str(path)}


def test_structured_lines_tell_the_same_to_programs(printed, tmp_path):
    with sandbox() as box:
        env = log_config(tmp_path)
        done = printed(box, "users", "notifications", terminal=(80, 24), env=env)
    entries = [json.loads(line) for line in done.err.splitlines()]
    assert all(entry["level"] == "info" for entry in entries)
    ends = [each["extra"]["progress"] for each in entries if "progress" in each["extra"]]
    assert [each["streams_done"] for each in ends][-2:] == [1, 2]
    assert ends[0]["limit_per_second"] == pytest.approx(100_000 / 60)
    [event] = [each["extra"]["summary"] for each in entries if "summary" in each["extra"]]
    rows = {row["stream"]: row for row in event["streams"]}
    assert {name: row["records"] for name, row in rows.items()} == records_by_stream(done.out)
    assert rows["notifications"]["bookmark_after"] == "2024-06-12T12:00:00Z"
    assert rows["notifications"]["outcome"] == "complete"
    assert event["seconds"] >= 0


def test_what_the_sdk_tells_of_its_steps_is_left_to_debug(printed, tmp_path):
    with sandbox() as box:
        debug = printed(box, "tags", "notifications", env={"LOGLEVEL": "DEBUG"})
        metrics = {"singer_sdk.metrics": {"handlers": ["metrics"], "level": "INFO"}}
        asked = printed(box, "tags", env=log_config(tmp_path, **metrics))
    assert '"metric":"http_request_duration"' in debug.err
    for step in STEPS:
        assert step in debug.err
        assert (step in asked.err) == (step == "METRIC")


# -- When something is wrong


def test_the_summary_tells_what_went_wrong_and_what_to_do(printed):
    with sandbox() as box:
        box.faults.add("status", status=402, path="/priorities")
        box.faults.add("status", status=429, reset=0, path="/users", times=2)
        box.faults.add("status", status=503, path="/teams", nth=1)
        box.faults.add("status", status=400, path="/tags")
        done = printed(box, "users", "teams", "tags", "priorities", "notifications")
        sent = len(box.requests)
    assert done.status == 1
    counts = records_by_stream(done.out)
    rows = summary(done.lines)
    assert rows["users"] == (counts["users"], 3, 2, 2, "")
    assert rows["teams"] == (counts["teams"], 2, 0, 1, "")
    assert rows["tags"] == (0, 1, 0, 0, "incomplete")
    assert rows["priorities"] == (0, 1, 0, 0, "skipped")
    assert rows["notifications"][4] == "2024-06-12T12:00:00Z"
    assert rows["total"][:4] == (sum(counts.values()), sent, 2, 3)
    last = done.lines[-4:]
    assert last[0].startswith("priorities was skipped: 402 ")
    assert last[1].startswith("To load what was skipped, ")
    assert last[2].startswith("tags is incomplete: 400 ")
    assert last[3] == "What was finished is in the state; the next run reads the rest."


def test_a_run_that_ends_early_tells_what_it_did(printed):
    with sandbox() as box:
        box.faults.add("status", status=401, path="/teams")
        done = printed(box, "tags", "teams", "users")
    assert done.status == 1
    rows = summary(done.lines)
    assert rows["tags"][0] == records_by_stream(done.out)["tags"]
    assert rows["teams"] == (0, 1, 0, 0, "not finished")


@pytest.mark.parametrize(
    ("number", "terminal"), [(signal.SIGTERM, None), (signal.SIGINT, (80, 24))]
)
def test_a_run_that_is_stopped_ends_at_once_and_tells_what_it_did(start, number, terminal):
    with sandbox(latency=0.3, incidents=300) as box:
        streams = ("abilities", "log_entries", "tags", "teams", "users", "vendors")
        process, near = start(box, *streams, terminal=terminal)
        while len([each for each in box.requests if each.path == "/log_entries"]) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        stopped = time.monotonic()
        process.send_signal(number)
        out = process.stdout.read()
        status = process.wait(PATIENCE)
        assert time.monotonic() - stopped < 1
        err = b""
        while chunk := _read(near):
            err += chunk
    done = Printed(status, out, err.decode())
    process.stdout.close()
    os.close(near)
    assert done.status == 128 + number
    assert out.endswith(b"\n")
    rows = summary(done.plain.splitlines() if terminal else done.lines)
    assert rows["log_entries"][4].endswith("not finished")
    assert re.search(r"[1-4] streams? not started", done.plain)
    assert done.err.count(CURSOR_OFF) <= done.err.count(CURSOR_ON)
    assert "Traceback" not in done.err


def test_a_long_wait_is_told_once_when_it_begins(printed):
    with sandbox() as box:
        box.faults.add("status", status=429, reset=40, path="/log_entries", nth=1)
        done = printed(
            box, "log_entries", stop=signal.SIGTERM, until="All requests wait", max_concurrency=3
        )
    waits = [line for line in done.lines if line.startswith("All requests wait until ")]
    assert len(waits) == 1
    assert re.search(r"until 20\S+Z \((?:39|40) s\): the rate limit is used up", waits[0])


# -- Every ten seconds


def test_a_line_now_and_then_tells_how_far_it_is(sync, account, monkeypatch):
    monkeypatch.setattr(progress_lines, "INTERVAL", 0.0)
    account.headers = {
        "ratelimit-limit": "960",
        "ratelimit-remaining": "900",
        "ratelimit-reset": "30",
    }
    for number in range(350):
        account.add_entry(number, account.at(days=1 + number))
    run = sync("log_entries", "users", start_date=account.at(days=400))
    lines = [line for line in run.lines("INFO") if line.endswith("of 2 streams done")]
    assert len(lines) == len(account.asked("/log_entries")) + len(account.asked("/users"))
    assert re.match(
        r"log_entries: [1-9]\d* records, 1 of 3 windows; .* of 16\.0 requests/s; 0 of 2 streams",
        lines[2],
    )


# -- What it reckons with


def stream_progress():
    clock = Clock()
    run = Progress(clock)
    run.start(["incidents"])
    found = run.stream("incidents")
    found.start()
    return found, clock, run


SINCE = datetime(2024, 1, 1, tzinfo=timezone.utc)
FOUR = list(cut(SINCE, SINCE + timedelta(days=40), timedelta(days=10)))


def test_time_left_follows_from_the_share_of_the_range():
    found, clock, _ = stream_progress()
    with found.windows_in_progress(FOUR):
        assert found.share == 0
        assert found.seconds_left is None
        found.page_received(FOUR[0], 100, 200)
        clock.now = 2
        assert found.share == pytest.approx(1 / 8)
        assert found.seconds_left is None, "two seconds tell nothing"
        found.page_received(FOUR[0], 100, 0)
        found.page_received(FOUR[1], 0, 0)
        clock.now = 20
        assert found.windows == (1, 4)
        assert found.share == pytest.approx(1 / 4)
        assert found.seconds_left == pytest.approx(60)


def test_a_window_that_was_cut_counts_by_its_parts():
    found, _, _ = stream_progress()
    with found.windows_in_progress(FOUR):
        found.page_received(FOUR[0], 100, 12_000)
        for part in FOUR[0].split(12_000):
            found.page_received(part, 100, 100)
        assert found.windows == (1, 4)
        assert found.share == pytest.approx(1 / 4)


def test_windows_that_overlap_by_a_second_are_counted():
    found, _, _ = stream_progress()
    second = timedelta(seconds=1)
    overlapping = [FOUR[0], *(Window(each.since - second, each.until) for each in FOUR[1:])]
    with found.windows_in_progress(overlapping):
        for number, window in enumerate(overlapping):
            found.page_received(window, 0, 0)
            assert found.windows[0] in {number, number + 1}
    assert found.windows == (0, 0)


def test_a_list_without_a_count_has_no_time_left():
    found, clock, _ = stream_progress()
    found.page_received(None, 100, 0)
    clock.now = 100
    assert found.share is None
    assert found.seconds_left is None


def test_a_child_has_come_as_far_as_its_parent():
    found, clock, run = stream_progress()
    child = run.stream("incident_notes")
    child.parent = found
    found.page_received(None, 100, 400)
    child.start()
    child.page_received(None, 3, 3)
    clock.now = 10
    assert child.share == 1 / 4
    assert child.seconds_left == pytest.approx(30)


def test_counts_of_several_threads_add_up():
    found, _, run = stream_progress()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:

        def work():
            for _ in range(2_000):
                found.request_sent()
                found.request_retried()
                found.rate_limited()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert (found.requests, found.retries, found.refusals) == (8_000, 8_000, 8_000)
    assert run.pace == 8_000


def test_a_metric_that_is_told_meanwhile_does_not_lose_records(monkeypatch):
    found, _, _ = stream_progress()
    found.counter.log_interval = -1
    told = []
    logger = mock.Mock()
    logger.info.side_effect = lambda _, point: told.append(point.value)
    monkeypatch.setattr(found.counter, "logger", logger)
    with found.counter:
        for number in range(3):
            found.counter.increment()
            found.page_received(None, number, 0)
        found.counter.increment()
    assert told == [1, 1, 1, 1]
    assert found.records == 4


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 50), (60, 10)])
@pytest.mark.parametrize("count", [13, 29, 129])
def test_bars_never_overflow_the_terminal(columns, rows, count):
    clock = Clock()
    run = Progress(clock)
    names = [stream.name for stream in STREAMS][:count]
    run.start(names)
    out = io.StringIO()
    console = Console(file=out, width=columns, height=rows, force_terminal=True)
    bars = ProgressBars(run, console)
    for before, name in pairwise([None, *names]):
        if before:
            run.stream(before).finish(failed="x" if len(before) % 2 else "")
        run.stream(name).start()
        run.stream(name).page_received(None, 100, 1_234_567)
        clock.now += 7
        if names.index(name) not in {0, 1, 12, count // 2, count - 1}:
            continue
        out.seek(0)
        out.truncate()
        console.print(bars._screen())
        lines = CONTROL.sub("", out.getvalue()).splitlines()
        assert len(lines) < rows
        assert max(map(len, lines)) <= columns
        assert any(line.startswith(name[:15]) for line in lines)
        assert f"of {count} streams done" in lines[-1]


# -- What the document shows


def blocks_of_readme():
    part = re.search("<!-- prints -->(.*)<!-- /prints -->", PAGE, re.DOTALL).group(1)
    return re.findall(r"^```text\n(.*?)^```", part, re.DOTALL | re.MULTILINE)


def test_bars_look_as_in_the_readme():
    clock = Clock()
    run = Progress(clock)
    run.start(["incidents", "log_entries", "tags", "teams"])
    run.limit = 16.0
    first, second = run.stream("incidents"), run.stream("log_entries")
    first.start()
    for _ in range(31):
        first.request_sent()
        clock.now += 0.1
    first.counter.increment(2_748)
    first.finish()
    second.start()
    with second.windows_in_progress(FOUR):
        for _ in range(111):
            second.request_sent()
            clock.now += 0.08
        second.page_received(FOUR[1], 60, 100)
        second.counter.increment(10_780)
        out = io.StringIO()
        console = Console(file=out, width=80, height=24)
        console.print(ProgressBars(run, console)._screen())
    drawn = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
    assert drawn == blocks_of_readme()[0]


def test_a_run_prints_what_the_readme_shows(printed):
    with sandbox() as box:
        box.faults.add("status", status=402, path="/priorities")
        box.faults.add("status", status=429, reset=0, path="/users", times=1)
        done = printed(box, "incidents", "priorities", "tags", "users")
    shown = blocks_of_readme()[1].splitlines()
    # Requests are made ahead: when the one that is refused is told of differs.
    assert sorted(without_durations(done.lines)) == sorted(without_durations(shown))


def without_durations(lines):
    lines = [re.sub(r"(?<=[ ,])(<1|[\d.]+) s\b", "… s", line) for line in lines]
    return [re.sub(r"https?://\S+\.$|20\S+Z", "…", line) for line in lines]
