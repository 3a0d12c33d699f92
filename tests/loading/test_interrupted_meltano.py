"""A run of Meltano that is stopped: what its next run starts from, as docs/deploy.md says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import yaml

from tests.support.harness import START, ago, sandbox, truth
from tests.support.project import ROOT
from tests.support.targets import Postgres

MELTANO = Path(sys.executable).with_name("meltano")
PATIENCE = 240
STREAMS = ("log_entries", "users")


@pytest.fixture
def project(tmp_path):
    """A Meltano project of two streams, with the plugins of the checkout."""
    content = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    content["plugins"]["extractors"][0]["select"] = [f"{name}.*" for name in STREAMS]
    (tmp_path / "meltano.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (tmp_path / ".meltano").mkdir()
    for kind in ("extractors", "loaders"):
        (tmp_path / ".meltano" / kind).symlink_to(ROOT / ".meltano" / kind)
    return tmp_path


@pytest.fixture
def database(tmp_path):
    server = Postgres(tmp_path / "postgres")
    yield server.database()
    server.stop()


def stored(project):
    """Return the bookmarks that Meltano has stored."""
    with closing(sqlite3.connect(project / ".meltano" / "meltano.db")) as database:
        rows = database.execute("SELECT completed_state, partial_state FROM state").fetchall()
    states = [json.loads(text) for row in rows for text in row if text]
    found = {}
    for state in states:
        found |= state.get("singer_state", {}).get("bookmarks", {})
    return found


def started(project, database, box):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TAP_", "TARGET_", "MELTANO_"))}
    for name in ("host", "port", "user", "password", "database"):
        env[f"TARGET_POSTGRES_{name.upper()}"] = str(database.settings[name])
    for name, value in (("KEY", box.api_key), ("URL", box.url)):
        env[f"TAP_PAGERDUTY_API_{name}"] = value
    with (project / "log").open("a") as log:
        return subprocess.Popen(
            [MELTANO, "run", "--force", "tap-pagerduty", "target-postgres"],
            cwd=project,
            env={**env, "TAP_PAGERDUTY_START_DATE": START},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def plugins(process):
    """Return the commands of the tap and the target that Meltano has started."""
    found = {}
    for child in psutil.Process(process.pid).children(recursive=True):
        words = " ".join(child.cmdline())
        for name in ("tap-pagerduty", "target-postgres"):
            if f"bin/{name} --config" in words:
                found[name] = child
    return found


def second_window(process, box):
    """Wait until the tap reads the second window of log entries; return Meltano's plugins."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None
        starts = {each.query["since"][0] for each in [*box.requests] if each.path == "/log_entries"}
        if len(starts) >= 2 and len(box.requests) >= SOME:
            return plugins(process)
        time.sleep(0.05)
    pytest.fail("the second window was not reached")


SOME = 12
EARLIEST = "replication_key_value"


def test_the_next_run_of_meltano_starts_where_the_page_says(project, database):
    with sandbox(incidents=300, days=300, latency=(0.2, 0.2)) as box:
        # Meltano is killed: no state.
        process = started(project, database, box)
        running = second_window(process, box)
        process.kill()
        process.wait()
        psutil.wait_procs(running.values(), timeout=30)
        assert stored(project) == {}

        # Meltano is told to stop: the target keeps its rows, and Meltano stores no state.
        box.requests.clear()
        process = started(project, database, box)
        second_window(process, box)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        assert process.returncode != 0
        assert stored(project) == {}
        assert min_since(box) <= START

        # The tap alone is told to stop: the target finishes, and Meltano stores the state.
        box.requests.clear()
        process = started(project, database, box)
        second_window(process, box)["tap-pagerduty"].send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        assert process.returncode != 0
        bookmark = stored(project)["log_entries"][EARLIEST]
        assert START < bookmark < ago(box, days=0)
        assert database.count("log_entries") > 0

        # And the next run reads only what is after it.
        box.requests.clear()
        process = started(project, database, box)
        assert process.wait(PATIENCE) == 0, (project / "log").read_text()[-3000:]
        assert START < min_since(box) <= bookmark
        for stream in STREAMS:
            assert database.rows(stream).keys() == truth(box, stream).keys()
    shutil.rmtree(project / ".meltano" / "run", ignore_errors=True)


def min_since(box):
    return min(each.query["since"][0] for each in box.requests if each.path == "/log_entries")
