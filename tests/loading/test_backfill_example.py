"""The example as someone would run it: Dagster, the sandbox, the real target, a PostgreSQL."""

import json
import os
import subprocess

import psutil
import pytest

from sandbox import Sandbox
from tests.support.harness import COMMAND, differences
from tests.support.project import ROOT
from tests.support.targets import Postgres, executable, row_of

EXAMPLES = ROOT / "examples"
DAGSTER = EXAMPLES / ".venv" / "bin" / "dagster"
SINCE, UNTIL = "2024-04-01", "2024-06-01"
STREAMS = ("incidents", "log_entries", "notifications", "users", "services", "oncalls")
# Seconds after which a run that does not end is a failed test.
PATIENCE = 240


@pytest.fixture
def database(tmp_path):
    server = Postgres(tmp_path / "postgres")
    yield server.database()
    server.stop()


@pytest.fixture
def execute(tmp_path, database):
    """Run a job of the example on an account."""
    if not DAGSTER.exists():
        pytest.fail(f"there is no Dagster at {DAGSTER}: run `make test`")
    (tmp_path / "dagster.yaml").write_bytes((EXAMPLES / "dagster.yaml").read_bytes())
    (tmp_path / "target.json").write_text(json.dumps(database.settings))

    def execute(job, box):
        told = {
            "DAGSTER_HOME": tmp_path,
            "BACKFILL_HOME": tmp_path,
            "BACKFILL_SINCE": SINCE,
            "BACKFILL_UNTIL": UNTIL,
            "PAGERDUTY_API_KEYS": f"{box.api_key},{box.api_key}",
            "TARGET_POSTGRES_CONFIG": tmp_path / "target.json",
            "TAP_SETTINGS": json.dumps({"api_url": box.url}),
            "TAP_COMMAND": COMMAND[0],
            "TARGET_COMMAND": executable("target-postgres"),
            "RETRY_DELAY": 1,
        }
        done = subprocess.run(
            [DAGSTER, "job", "execute", "-f", EXAMPLES / "backfill.py", "-j", job],
            env={**os.environ, **{name: str(value) for name, value in told.items()}},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:]

    return execute


def kill(config, *, target):
    """Kill the tap that has been given this file; with its TARGET, or without."""
    for tap in psutil.process_iter(["cmdline"]):
        if str(config) in (tap.info["cmdline"] or []):
            for process in tap.parent().children() if target else [tap]:
                process.kill()


def test_a_backfill_by_month_and_the_days_after_it_are_the_account(tmp_path, database, execute):
    months = {"2024-04-01T00:00:00Z": "2024_04", "2024-05-01T00:00:00Z": "2024_05"}
    left = dict(months)
    with Sandbox(
        profile="hostile",
        now="2024-06-12T12:00:00Z",
        frozen=True,
        incidents=250,
        days=100,
        rate_limit=100_000,
    ) as box:
        old = [each["id"] for each in box.truth("incidents") if each["created_at"] > "2024-04-02"]

        def meanwhile(box, request):
            # When incidents of the slice are on their way already. It is noted first: to find the
            # process takes time, in which the next tap may have come as far as this.
            [since, *_] = request.query.get("since", [""])
            if request.path == "/log_entries" and (month := left.pop(since, None)):
                kill(tmp_path / f"slice_{month}.json", target=month == "2024_05")
                box.advance(60)
                box.account.add_note(old[0], "while slices are read")

        box.on_request(meanwhile)
        execute("backfill", box)
        begun = [
            request.query.get("since", [""])[0]
            for request in box.requests
            if request.path == "/incidents" and request.query["offset"] == ["0"]
        ]
        # The slices that were killed are read once more, and only once.
        assert [begun.count(since) for since in months] == [2, 2]
        box.advance(86_400)
        box.account.resolve(old[1])
        box.account.change_urgency(old[2], "low")
        box.account.create_incident()
        box.advance(60)
        execute("daily", box)
        assert differences(database, box, *STREAMS, since=SINCE, shown=row_of) == []
        assert database.count("incidents") > 100
