"""Signals and pipes: the tap ends soon, whatever the target does, and never leaves half a line."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import termios
import threading
import time
from contextlib import contextmanager

import pytest

from tap_pagerduty.records.output import LineOutput
from tests.support.harness import arguments, sandbox

# Seconds within which a run that is stopped has ended; the machine may be slow to notice.
SOON = 2
PATIENCE = 60


def waiting(process):
    """Return once a process waits for its reader: the pipe is full, and stays so."""
    before, until = -1, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(0.3)
        (unread,) = struct.unpack("i", fcntl.ioctl(process.stdout, termios.FIONREAD, b"\0" * 4))
        if unread == before > 500_000:
            return
        before = unread


@contextmanager
def unread(box, place, *streams, **how):
    """Run the command into a pipe that nobody reads, until it waits there."""
    with (
        (place / "log").open("w+") as log,
        subprocess.Popen(
            arguments(box, place, *streams, requests_per_second=1000, **how),
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        try:
            waiting(process)
            assert process.poll() is None, "it ended before"
            process.log = place / "log"
            yield process
        finally:
            process.kill()


def stopped(process, *signals):
    """Send SIGNALS; return the seconds until a process ends."""
    began = time.monotonic()
    for number in signals:
        process.send_signal(number)
        time.sleep(0.1)
    process.wait(PATIENCE)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def large():
    """An account that does not fit into a pipe."""
    with sandbox(incidents=2_500, days=200) as box:
        yield box


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_the_target_does_not_read_ends_within_two_seconds(large, tmp_path, number):
    with unread(large, tmp_path, "log_entries") as process:
        assert stopped(process, number) < SOON
        assert process.returncode == 128 + number
        out = process.stdout.read()
        assert len(out) > 500_000
        # A target that reads on finds whole lines.
        assert out.endswith(b"\n")
        assert all(json.loads(line) for line in out.splitlines())
        log = process.log.read_text()
        assert "Traceback" not in log
        assert f"Stopped by signal {number}; the next run resumes" in log


def test_further_signals_change_nothing(large, tmp_path):
    with unread(large, tmp_path, "log_entries") as process:
        assert stopped(process, signal.SIGINT, signal.SIGTERM, signal.SIGINT) < SOON + 0.3
        assert process.returncode == 128 + signal.SIGINT
        assert "Traceback" not in process.log.read_text()
        assert process.log.read_text().count("Stopped by signal") == 1


# -- One line at a time


@contextmanager
def piped(capacity=None):
    """Make a pipe of which the reader may pause; yield the output and the reading end."""
    reader, writer = os.pipe()
    try:
        output = LineOutput(writer)
        if capacity is not None:
            output._capacity = capacity
        yield output, reader
    finally:
        for fd in (reader, writer):
            os.close(fd)


class StoppedError(Exception):
    """The run is over."""


def end():
    raise StoppedError


def write_for_ever(output, line):
    while True:
        output.write(line)
        output.flush()


def reading(reader, after, into):
    """Read a pipe to its end, on a thread, after some seconds."""

    def read():
        time.sleep(after)
        while found := os.read(reader, 1 << 16):
            into.extend(found)
            if found.endswith(b"E\n"):
                break

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("size", [100, 5_000, 100_000, 900_000])
def test_a_line_that_a_full_pipe_has_no_room_for_is_not_begun(size):
    line = b"x" * size + b"\n"
    with piped() as (output, reader):
        timer = threading.Timer(0.5, lambda: output.stop(end, 0.3))
        timer.start()
        with pytest.raises(StoppedError):
            write_for_ever(output, line)
        timer.join()
        os.set_blocking(reader, False)
        out = b""
        while True:
            try:
                out += os.read(reader, 1 << 20)
            except BlockingIOError:
                break
        assert out
        assert len(out) % len(line) == 0


def test_a_line_that_is_larger_than_the_pipe_is_finished_if_the_reader_goes_on():
    line = b"x" * 5_000_000 + b"E\n"
    out = bytearray()
    with piped() as (output, reader):
        thread = reading(reader, 0.5, out)
        threading.Timer(0.2, lambda: output.stop(end, 30)).start()
        with pytest.raises(StoppedError):
            output.write(line)
        thread.join(PATIENCE)
    assert bytes(out) == line


def test_a_line_that_is_larger_than_the_pipe_does_not_hold_up_the_end():
    with piped() as (output, _):
        threading.Timer(0.2, lambda: output.stop(end, 0.3)).start()
        began = time.monotonic()
        with pytest.raises(StoppedError):
            output.write(b"x" * 5_000_000 + b"\n")
        assert time.monotonic() - began < SOON


@pytest.mark.parametrize("capacity", [None, 0, 65536])
def test_all_lines_arrive_in_order_through_a_slow_reader(capacity):
    lines = [f"{n}:{'y' * (n * 997 % 70_000)}\n".encode() for n in range(60)] + [b"E\n"]
    out = bytearray()
    with piped(capacity) as (output, reader):
        thread = reading(reader, 0.2, out)
        for line in lines:
            output.write(line)
        output.flush()
        thread.join(PATIENCE)
    assert bytes(out) == b"".join(lines)


def test_a_reader_that_goes_away_while_the_pipe_is_full_is_an_error():
    reader, writer = os.pipe()
    output = LineOutput(writer)
    threading.Timer(0.3, os.close, [reader]).start()
    with pytest.raises(BrokenPipeError):
        write_for_ever(output, b"x" * 10_000 + b"\n")
    os.close(writer)


# -- What is closed


@pytest.mark.parametrize("closed", ["2>&-", "2>&- </dev/null", "<&- 2>&-"])
def test_with_standard_error_closed_a_run_loads_all(tmp_path, closed):
    with sandbox() as box:
        run = shell(arguments(box, tmp_path, "users"), closed)
        assert run.returncode == 0
        found = [json.loads(line) for line in run.stdout.splitlines()]
        assert len([m for m in found if m["type"] == "RECORD"]) == len(box.truth("users"))
        assert found[-1]["type"] == "STATE"


@pytest.mark.parametrize("mode", [[], ["--test"], ["--discover"], ["--about"]])
def test_with_standard_output_closed_a_run_says_one_line(tmp_path, mode):
    with sandbox() as box:
        run = shell([*arguments(box, tmp_path, "users"), *mode], ">&-")
        assert run.returncode == 1
        assert len(run.stderr.splitlines()) == 1
        assert "The output cannot be written: standard output is closed." in run.stderr
        assert box.requests == []


def shell(line, redirection):
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *line],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
