"""All streams load into the targets as meltano.yml ships them: every row, every field."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.targets.comparison import compare
from benchmarks.targets.emission import emit
from benchmarks.targets.places import DuckDB, JSONLines
from benchmarks.targets.places import Postgres as PostgresTables
from tap_pagerduty.streams import STREAMS
from tests.support.targets import Postgres, executable, shipped

# Seconds that a target may take.
PATIENCE = 240


@pytest.fixture(scope="module")
def emission(tmp_path_factory):
    """What the tap emits of all streams of an account."""
    emission = emit(tmp_path_factory.mktemp("emission") / "run", every=True, runs=1)
    assert len(emission.schemas) == len(STREAMS)
    assert sum(map(bool, emission.rows.values())) > 120
    return emission


def loaded(emission, target, place, home, address):
    """Load the messages as meltano.yml has the target; return what a comparison finds."""
    settings = {**shipped(target), **place.settings(home, address)}
    config = home / "config.json"
    config.write_text(json.dumps(settings))
    with emission.runs[0].open("rb") as messages:
        done = subprocess.run(
            [executable(target), "--config", config],
            stdin=messages,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    findings = compare(emission, place.tables(home, address, sys.executable))
    assert findings.rows == sum(map(len, emission.rows.values()))
    assert findings.fields > 20 * findings.rows / 2
    return findings


def test_target_postgres_holds_every_field_of_every_stream(emission, tmp_path):
    server = Postgres(tmp_path / "server")
    try:
        address = {
            name: str(server.database().settings[name])
            for name in ("host", "port", "user", "password", "database")
        }
        findings = loaded(emission, "target-postgres", PostgresTables(), tmp_path, address)
    finally:
        server.stop()
    assert findings.changes == []
    assert findings.faults == {}


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="DuckDB 1.1.3 is not there for it")
def test_target_duckdb_holds_every_field_of_every_stream(emission, tmp_path):
    findings = loaded(emission, "target-duckdb", DuckDB(), tmp_path, {})
    # It loads an empty text as null.
    assert set(findings.faults) <= {'`""` becomes null'}, findings.changes


def test_target_jsonl_holds_every_field_of_every_stream(emission, tmp_path):
    place = JSONLines("destination_path")
    lines = tmp_path / "lines"
    lines.mkdir()
    findings = loaded(emission, "target-jsonl", place, lines, {})
    assert findings.faults == {}
