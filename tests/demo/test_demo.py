"""`make run`: a stranger's first look, with the real Meltano, targets and PostgreSQL."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import psutil
import psycopg
import pytest

from demo import postgres, server_directory
from demo.outcome import SHOWN
from demo.postgres import EmbeddedPostgres
from demo.processes import DemoError, Processes
from tap_pagerduty.streams import STREAMS
from tests.support.project import ROOT

# The log of runs is not part of what a run shows.
NAMES = {stream.name for stream in STREAMS if stream.selected_by_default and stream.path}
NAMES |= {"oncall_shifts"}
# Seconds after which a run that does not end is a failed test.
PATIENCE = 240


@pytest.fixture
def project(tmp_path):
    """A Meltano project with data and state of its own, and the plugins of the checkout."""
    shutil.copy(ROOT / "meltano.yml", tmp_path)
    (tmp_path / ".meltano").mkdir()
    for kind in ("extractors", "loaders"):
        (tmp_path / ".meltano" / kind).symlink_to(ROOT / ".meltano" / kind)
    yield tmp_path
    assert not left_behind(tmp_path)
    assert not open_to_others(tmp_path)


@pytest.fixture
def start(project):
    """Start a run as `make run` does, with nothing set."""

    def start(*arguments):
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TAP_", "TARGET_", "MELTANO_"))
        }
        return subprocess.Popen(
            [sys.executable, "-m", "demo", "--project", project, *arguments],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            umask=0o022,
        )

    return start


def left_behind(project):
    """Return the processes that work on the project, or where root's PostgreSQL has its data."""
    directories = {
        each.path for each in server_directory.every() if each.home and project in each.home.parents
    }
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        about = [*(process.info["cmdline"] or []), process.info["cwd"] or ""]
        if any(str(place) in text for text in about for place in {project, *directories}):
            found.append(about)
    return found


def open_to_others(project):
    """Return the files that other users of the machine could read, or change."""
    return [
        path
        for place in (project / "output", project / ".meltano" / "run")
        for path in (place, *place.rglob("*"))
        if path.exists() and not path.is_symlink() and path.stat().st_mode & 0o077
    ]


def table(said):
    """Return the table of streams: rows, records that came in, requests, bookmark."""
    found = re.findall(r"^(\w+) +([\d,]+) +([\d,]+) +([\d,]+)  (\S.*)$", said, re.MULTILINE)
    return {
        name: (*(int(number.replace(",", "")) for number in numbers), bookmark)
        for name, *numbers, bookmark in found
    }


def nothing_new(said):
    """Return the rows of the streams that brought nothing new."""
    [found] = re.findall(r"^Nothing new, with rows: (.+)\.$", said, re.MULTILINE)
    pairs = re.findall(r"(\w+) ([\d,]+)(?:, |$)", found)
    return {name: int(count.replace(",", "")) for name, count in pairs}


def finished(run):
    said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, said
    assert "Traceback" not in said
    return said


def test_an_account_lands_in_postgres_and_a_second_run_brings_what_changed(start):
    said = finished(start())
    assert "No credentials are set (TAP_PAGERDUTY_API_KEY, or those of an OAuth app)" in said
    assert "Not read again" not in said
    first = table(said)
    assert set(first) == NAMES
    for rows, came_in, _, _ in first.values():
        assert rows == came_in > 0

    total = sum(came_in for _, came_in, _, _ in first.values())
    assert re.search(
        rf"^{total:,} records of {len(NAMES)} streams with [\d,]+ requests in ", said, re.MULTILINE
    )
    assert "Account acme.pagerduty.com, service region US: " in said
    assert "Nothing new" not in said

    said = finished(start("--advance", "1d"))
    second, same = table(said), nothing_new(said)
    assert set(second) | set(same) == NAMES
    assert not set(second) & set(same)
    assert {name: first[name][0] for name in same} == same
    for name in ("incidents", "log_entries", "notifications"):
        rows, came_in, requests, bookmark = second[name]
        assert rows >= first[name][0]
        assert 0 < came_in < first[name][1]
        assert requests < first[name][2]
        assert bookmark > first[name][3]
        assert f"{name} before {first[name][3]}" in said
    for title in SHOWN:
        heading = rf"^{title} \((\d+) of (\d+) rows; docs/recipes.md has the SQL\):\n"
        [(shown, found, result)] = re.findall(rf"{heading}((?:.+\n)+)", said, re.MULTILINE)
        assert 0 < int(shown) < int(found)
        # The lines of the heading have no numbers but those of the percentiles.
        assert len(re.findall(r"^.* \d", result, re.MULTILINE)) == int(shown)

    look = start("--psql")
    said, _ = look.communicate(r"\copy (SELECT count(*) FROM incidents) TO STDOUT", PATIENCE)
    assert int(said) == second["incidents"][0]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="DuckDB 1.1.3 is not there for it")
def test_duckdb_gets_every_record(start):
    # With a wrong version or setting, this target loses the first one of a load.
    counts = table(finished(start("--target=target-duckdb")))
    assert set(counts) == NAMES
    for rows, came_in, _, _ in counts.values():
        assert rows == came_in > 0


def test_jsonl_gets_every_record(start):
    counts = table(finished(start("--target=target-jsonl")))
    assert set(counts) == NAMES
    for rows, came_in, _, _ in counts.values():
        assert rows == came_in > 0


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("reading the sandbox", signal.SIGTERM),
        ("loading into", signal.SIGINT),
        ("meltano run", signal.SIGTERM),
        ("  incidents:", signal.SIGINT),
        ("  tags:", signal.SIGINT),
    ],
)
def test_a_signal_leaves_no_process_and_a_usable_state(start, project, moment, number):
    run = start()
    for line in run.stdout:
        if moment in line:
            break
    run.send_signal(number)
    said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 128 + number, said
    last = said.splitlines()[-1]
    assert last.startswith("Stopped. ")
    if moment.startswith("  "):
        # The tap was stopped first, so that the target could finish and Meltano store its state.
        assert re.search("; the next run resumes from .*incidents up to 20.*Z", last), said
    assert "Traceback" not in said
    assert not left_behind(project)
    if moment == "  incidents:":
        again = finished(start())
        rows = {name: rows for name, (rows, *_) in table(again).items()} | nothing_new(again)
        assert set(rows) == NAMES
        assert all(rows.values())
        for name, reached in re.findall(r"(\w+) up to ([\d:TZ-]+)", last):
            assert f"{name} before {reached}" in again


def test_two_runs_do_not_share_a_database(start):
    run = start()
    assert "reading the sandbox" in run.stdout.readline()
    other = start()
    said, _ = other.communicate(timeout=PATIENCE)
    assert other.returncode == 1
    assert said == "Another run is at work here; try again when it is done.\n"
    run.terminate()
    run.communicate(timeout=PATIENCE)


def test_a_server_that_was_left_behind_is_ended(tmp_path):
    # Its parent was killed with SIGKILL, say.
    server = EmbeddedPostgres(tmp_path / "postgres")
    with Processes() as first:
        server.start(first)
        [process] = [
            process
            for process in psutil.Process().children()
            if str(server.data) in process.cmdline()
        ]
        with Processes() as second:
            address = server.start(second)
            process.wait(PATIENCE)
            assert address["host"] == "127.0.0.1"
    assert not left_behind(tmp_path)


def test_the_database_asks_for_a_password(tmp_path):
    server = EmbeddedPostgres(tmp_path / "postgres")
    with Processes() as processes:
        reach = {**server.start(processes), "dbname": "pagerduty"}
        del reach["database"]
        psycopg.connect(**reach).close()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**{**reach, "password": "guessed"})
    assert (server.home / "password").stat().st_mode & 0o077 == 0


def test_who_takes_the_port_first_does_not_get_the_password(tmp_path, monkeypatch):
    received, listening = bytearray(), [True]

    def serve(listener):
        """Ask for the password as it is, in PostgreSQL's protocol."""
        while listening:
            with suppress(OSError), listener.accept()[0] as connection:
                while (request := connection.recv(8)) and request[4:6] == b"\x04\xd2":
                    connection.sendall(b"N")  # neither TLS nor GSSAPI
                connection.recv(1000)
                connection.sendall(b"R\0\0\0\x08\0\0\0\x03")
                received.extend(connection.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listener, Processes() as processes:
        thread = threading.Thread(target=serve, args=[listener])
        thread.start()
        monkeypatch.setattr(postgres, "_free_port", lambda: listener.getsockname()[1])
        server = EmbeddedPostgres(tmp_path / "postgres")
        with pytest.raises(DemoError, match="does not start"):
            server.start(processes)
        listening.clear()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)
    assert not received.startswith(b"p")
    assert (server.home / "password").read_bytes() not in received
