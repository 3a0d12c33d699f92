"""examples/load.sh: however a run ends, the next one resumes from what is committed."""

import os
import shutil
import signal
import subprocess
import threading
import time

import psutil
import pytest

from tests.support.harness import NOW, differences
from tests.support.scheduled import STREAMS
from tests.support.targets import SCHEMA, row_of

# Seconds after which something that does not happen is a failed test.
PATIENCE = 30


def until(happens):
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not (found := happens()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def hanging(box):
    """Let the account fall silent amid the log entries; return whether it has."""
    box.faults.add("hang", seconds=120, path="/log_entries", after=2)
    return lambda: any(each.fault for each in box.requests)


def reads_log_entries(database):
    """Whether the target has received the SCHEMA of the log entries, hence all incidents."""
    return database.ask(f"SELECT to_regclass('{SCHEMA}.log_entries')") != [(None,)]


def test_two_runs_load_the_account_and_the_second_reads_what_is_new(home, box, database):
    status, printed = home.run()
    assert (status, home.bookmark()) == (0, NOW), printed
    first = len(box.requests)
    box.advance(3600)
    box.account.create_incident()
    box.advance(60)
    assert home.run()[0] == 0
    assert len(box.requests) - first < first
    assert differences(database, box, "incidents", "log_entries", "users", shown=row_of) == []


def test_a_stream_that_fails_is_the_exit_status_and_the_rest_is_kept(light, box):
    box.faults.add("status", path="/users", status=400)
    status, printed = light.run()
    assert status == 1
    assert "users is incomplete: 400" in printed
    assert light.bookmark() == NOW


@pytest.mark.parametrize("missing", ["tap", "target"])
def test_a_command_that_is_not_there_is_an_error(light, missing):
    light.env[f"{missing.upper()}_COMMAND"] = "not-there"
    status, printed = light.run()
    assert status in {1, 127}
    assert "not-there: command not found" in printed


def test_a_target_that_fails_is_the_exit_status_and_the_state_stays(light, box):
    assert light.run()[0] == 0
    before = light.state.read_bytes()
    light.add("target-postgres", "#!/bin/bash\nhead -n 1 > /dev/null; exit 3\n")
    box.advance(60)
    assert light.run()[0] == 3
    assert light.state.read_bytes() == before


def test_a_second_run_beside_the_first_ends_at_once(light, box):
    reached = hanging(box)
    with light.start() as first:
        until(reached)
        assert light.run() == (75, "Another run is active; this one ends.\n")
        first.terminate()
        first.communicate()


def test_sigterm_commits_what_has_arrived_and_the_next_run_reads_the_rest(home, box, database):
    reached = hanging(box)
    # `timeout` signals both: its child, and then the group.
    with home.start() as run:
        until(reached)
        # The tap reads ahead: it may be at the incidents still.
        until(lambda: reads_log_entries(database))
        run.terminate()
        os.killpg(run.pid, signal.SIGTERM)
        printed, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 143, printed
    assert "Stopped by signal 15" in printed
    assert home.bookmark("incidents") == NOW
    assert database.count("incidents") == len(box.truth("incidents"))
    box.faults.clear()
    assert_the_next_run_reads_what_is_new(home, box, "/incidents")
    assert differences(database, box, *STREAMS, shown=row_of) == []


def test_a_target_of_the_sdk_commits_on_sigterm(home, box, database):
    reached = hanging(box)
    with home.start() as run:
        until(reached)
        until(lambda: reads_log_entries(database))
        children = psutil.Process(run.pid).children()
        [target] = [each for each in children if "target.json" in " ".join(each.cmdline())]
        target.terminate()
        target.wait(PATIENCE)
        run.terminate()
        printed, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 143, printed
    assert home.bookmark("incidents") == NOW
    assert database.count("incidents") == len(box.truth("incidents"))


def test_as_process_1_of_a_container_it_stops_on_sigterm(light, box):
    # The kernel gives process 1 no signal for which it has no handler.
    container = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
    if not shutil.which("unshare") or subprocess.run([*container, "true"], check=False).returncode:
        pytest.skip("unshare is not allowed here")
    reached = hanging(box)
    with light.start(*container, "load.sh") as outer:
        until(reached)
        [first] = psutil.Process(outer.pid).children()
        first.terminate()
        printed, _ = outer.communicate(timeout=PATIENCE)
    assert outer.returncode == 143, printed
    assert light.bookmark("incidents") == NOW


def test_when_all_is_killed_the_next_run_resumes_from_the_last_state_printed(light, box):
    (light.place / "eager").touch()
    reached = hanging(box)
    with light.start() as run:
        until(reached)
        until(lambda: f'"created_until":"{NOW}"' in light.printed().replace(" ", ""))
        for process in [psutil.Process(run.pid), *psutil.Process(run.pid).children()]:
            process.kill()
        run.communicate(timeout=PATIENCE)
    assert light.state.read_text() == "{}\n"
    # The kill may have cut a line off.
    with (light.place / "states.jsonl").open("a") as states:
        states.write('{"bookmarks": {"log_entries": {}}')
    box.faults.clear()
    assert_the_next_run_reads_what_is_new(light, box, "/incidents")


def test_when_only_the_script_is_killed_the_run_goes_on_and_the_next_one_has_its_state(light, box):
    (light.place / "eager").touch()
    gate = threading.Event()
    box.on_request(lambda _, request: request.path == "/users" and gate.wait(PATIENCE))
    with light.start() as run:
        until(lambda: any(each.path == "/log_entries" for each in box.requests))
        left = psutil.Process(run.pid).children()
        run.kill()
        run.wait()
        assert light.run()[0] == 75
        gate.set()
        psutil.wait_procs(left, timeout=PATIENCE)
        run.communicate()
    assert light.state.read_text() == "{}\n"
    assert_the_next_run_reads_what_is_new(light, box, "/log_entries")


def assert_the_next_run_reads_what_is_new(home, box, path):
    box.requests.clear()
    box.advance(60)
    assert home.run()[0] == 0
    asked = [each.query for each in box.requests if each.path == path]
    found = [query["since"] for query in asked if "since" in query]
    # Windowed streams overlap by 15 minutes.
    assert found
    assert all(moment >= "2024-06-12T11:45:00Z" for [moment] in found)
