"""What a plain pipe keeps if it is stopped: the table in docs/deploy.md, tried with each target."""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import subprocess
import time

import pytest

from tests.support.harness import NOW, arguments, sandbox
from tests.support.project import ROOT
from tests.support.targets import Postgres, executable, shipped

PATIENCE = 60
# Each trial takes seconds; the other targets are tried by `make targets`.
EVERY = bool(os.environ.get("TRY_ALL_TARGETS"))
RESUMES, STARTS_OVER = "resumes", "starts over"
# By what is stopped and how: from where the next run reads, with each target.
STOPS = {
    "The tap alone, by SIGTERM or SIGINT": ("tap", signal.SIGTERM),
    "Both, by Ctrl-C in their terminal (SIGINT)": ("both", signal.SIGINT),
    "Both, by SIGTERM": ("both", signal.SIGTERM),
    "Both, by SIGKILL": ("both", signal.SIGKILL),
}
TARGETS = ("target-postgres", "target-duckdb", "target-jsonl")
OUTCOMES = {
    "The tap alone, by SIGTERM or SIGINT": (RESUMES, RESUMES, RESUMES),
    "Both, by Ctrl-C in their terminal (SIGINT)": (RESUMES, STARTS_OVER, STARTS_OVER),
    "Both, by SIGTERM": (RESUMES, STARTS_OVER, STARTS_OVER),
    "Both, by SIGKILL": (STARTS_OVER, STARTS_OVER, STARTS_OVER),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Postgres(tmp_path_factory.mktemp("interrupted"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def box():
    with sandbox(incidents=40, days=30) as box:
        # The account falls silent amid the log entries, behind all incidents.
        box.faults.add("hang", seconds=120, path="/log_entries")
        yield box


def settings(target, server, tmp_path):
    if target == "target-postgres":
        return server.database().settings
    place = {"target-duckdb": "filepath", "target-jsonl": "destination_path"}[target]
    path = tmp_path / "warehouse.duckdb" if target == "target-duckdb" else tmp_path
    return {**shipped(target), place: str(path)}


@pytest.mark.parametrize(
    "target",
    [
        "target-postgres",
        *(
            pytest.param(each, marks=pytest.mark.skipif(not EVERY, reason="see `make targets`"))
            for each in TARGETS[1:]
        ),
    ],
)
@pytest.mark.parametrize("stop", STOPS)
def test_the_next_run_reads_from_where_the_table_says(box, server, tmp_path, stop, target):
    (tmp_path / "target.json").write_text(json.dumps(settings(target, server, tmp_path)))
    line = arguments(box, tmp_path, "incidents", "log_entries")
    with (tmp_path / "log").open("w") as log, (tmp_path / "states").open("w") as states:
        loader = subprocess.Popen(
            [executable(target), "--config", str(tmp_path / "target.json")],
            stdin=subprocess.PIPE,
            stdout=states,
            stderr=log,
            preexec_fn=os.setpgrp,  # noqa: PLW1509, as a shell does with the parts of a pipe
        )
        join = functools.partial(os.setpgid, 0, loader.pid)
        tap = subprocess.Popen(line, stdout=loader.stdin, stderr=log, preexec_fn=join)  # noqa: PLW1509
        loader.stdin.close()
        # The tap has emitted the state behind the incidents once it says so.
        until = time.monotonic() + PATIENCE
        while "incidents: 40 records" not in (tmp_path / "log").read_text():
            if time.monotonic() > until:
                os.killpg(loader.pid, signal.SIGKILL)
                pytest.fail((tmp_path / "log").read_text())
            time.sleep(0.05)
        time.sleep(0.5)  # the target reads what is in the pipe
        what, number = STOPS[stop]
        if what == "tap":
            tap.send_signal(number)
        else:
            os.killpg(loader.pid, number)
        tap.wait(PATIENCE)
        loader.wait(PATIENCE)
    lines = (tmp_path / "states").read_text().splitlines()
    reached = json.loads(lines[-1])["bookmarks"] if lines else {}
    outcome = RESUMES if reached.get("incidents", {}).get("created_until") == NOW else STARTS_OVER
    assert outcome == OUTCOMES[stop][TARGETS.index(target)]


def test_the_table_of_interrupted_pipes_is_that_of_the_trials():
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    [table] = re.findall("<!-- interrupted -->\n(.*?)<!-- /interrupted -->", page, re.DOTALL)
    head = ("What is stopped, and how", *(f"`{target}`" for target in TARGETS))
    rows = [head, ("---",) * len(head), *((stop, *found) for stop, found in OUTCOMES.items())]
    assert table == "".join(f"| {' | '.join(row)} |\n" for row in rows)
