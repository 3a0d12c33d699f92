"""What `make run` and `make report` write is for one user, whatever the umask."""

import os
import subprocess
import sys

import pytest

from tests.support.project import ROOT

PATIENCE = 60


def demo(project, *arguments):
    """Run it as make does, where everybody may read what is made."""
    return subprocess.run(
        [sys.executable, "-m", "demo", "--project", project, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        umask=0o022,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def modes(place):
    return {path.name: path.stat().st_mode & 0o777 for path in (place, *place.rglob("*"))}


def test_a_report_is_for_one_user_and_closes_what_was_open(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    home = tmp_path / "output" / "sandbox"
    home.mkdir(parents=True)
    (tmp_path / "output").chmod(0o755)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA pagerduty; CREATE TABLE pagerduty.teams (id text)")
    run = demo(tmp_path, "--report", "--target=target-duckdb")
    assert run.returncode == 0, run.stdout + run.stderr
    found = modes(tmp_path / "output")
    assert found["output"] == 0o700
    assert found["report.html"] == found[".lock"] == 0o600


def test_an_output_that_cannot_be_used_is_told_in_a_line(tmp_path):
    (tmp_path / "output").write_text("no directory")
    run = demo(tmp_path, "--report")
    assert run.returncode == 1
    assert not run.stderr
    reason = "cannot be used (File exists): run this as its owner, or remove it."
    assert run.stdout == f"{tmp_path / 'output'} {reason}\n"
