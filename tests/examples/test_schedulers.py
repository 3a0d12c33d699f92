"""The examples for schedulers, as far as they can be run without the scheduler.

cron mails what a command prints; GitHub runs a step's script in bash; a container runs a command
and gets SIGTERM. That is what happens here. Airflow's own is in test_airflow.py.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.support.harness import NOW
from tests.support.project import ROOT
from tests.support.scheduled import EXAMPLES, STREAMS

MELTANO = Path(sys.executable).with_name("meltano")
PATIENCE = 120
# By which Meltano keeps the state of a pipeline: the environment, tap and target.
STATE_ID = "dev:tap-pagerduty-to-target-postgres"
# What the check prints while there is no table.
ABSENT = 'relation "users" does not exist'


# -- cron


CRONTAB = (EXAMPLES / "cron" / "crontab").read_text()
FIELD = r"(?:\*|\d+)(?:[-/,]\d+)*"


def crontab():
    """Return the variables of the crontab, and its commands: what loads, and what checks."""
    lines = [line for line in CRONTAB.splitlines() if line and not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    entries = [line for line in lines if not re.match(r"\w+=", line)]
    found = [re.fullmatch(rf"((?:{FIELD} ){{5}})(.+)", line) for line in entries]
    assert all(found), entries
    load, check = (entry[2] for entry in found)
    # cron makes a line break of each.
    assert "%" not in load + check
    return variables, load, check


@pytest.fixture
def mailed(home):
    """Return what cron would mail, if anything, of a command, and the recipient."""
    variables, *_ = crontab()
    # An environment as cron gives it: HOME, LOGNAME, and what the crontab sets. The paths are of
    # an installation; here they are those of the test.
    set_here = {"PATH", "PAGERDUTY_HOME"} | {name for name in variables if name.startswith("PG")}
    given = {name: value for name, value in home.env.items() if name.startswith("PG")}
    home.env = {
        **{name: value for name, value in variables.items() if name not in set_here},
        **given,
        "PATH": home.env["PATH"],
        "PAGERDUTY_HOME": str(home.place),
        "HOME": str(home.place),
        "LOGNAME": "pagerduty",
    }
    assert set_here - {"PGSERVICE", "PGSERVICEFILE"} <= home.env.keys()

    def mailed(command):
        _, printed = home.run(variables["SHELL"], "-c", command)
        return printed and (variables["MAILTO"], printed)

    return mailed


def test_cron_mails_nothing_while_all_is_well_and_the_reason_if_not(home, box, mailed):
    _, load, check = crontab()
    [to, printed] = mailed(check)
    assert to == "data-team@example.com"
    assert ABSENT in printed
    assert not mailed(load)
    assert home.bookmark() == NOW
    for kept in ("log", "state.json", "states.jsonl"):
        assert (home.place / kept).stat().st_mode & 0o077 == 0, f"others can read {kept}"
    assert not mailed(check)
    box.faults.add("status", path="/users", status=400)
    [to, printed] = mailed(load)
    assert to == "data-team@example.com"
    assert printed.startswith("load.sh: exit status 1\n")
    assert "users is incomplete: 400" in printed


# -- Kubernetes


CRON_JOB, CLAIM = yaml.safe_load_all((EXAMPLES / "kubernetes" / "cronjob.yaml").read_text())
POD = CRON_JOB["spec"]["jobTemplate"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]


def test_the_container_loads_with_the_state_and_the_settings_of_its_volumes(light):
    mounts = {each["mountPath"]: each["name"] for each in CONTAINER["volumeMounts"]}
    variables = {each["name"]: each["value"] for each in CONTAINER["env"]}
    volumes = {each["name"]: each for each in POD["volumes"]}
    assert mounts[variables["PAGERDUTY_HOME"]] == "state"
    assert mounts[variables["PAGERDUTY_CONFIG"]] == "config"
    assert volumes.keys() == set(mounts.values())
    claimed = volumes["state"]["persistentVolumeClaim"]["claimName"]
    assert claimed == CLAIM["metadata"]["name"]
    # A Secret is mounted read-only: the script writes to its home only.
    config, state = light.place / "etc", light.place / "var"
    config.mkdir()
    state.mkdir()
    for name in ("config.json", "target.json", "catalog.json"):
        shutil.move(light.place / name, config)
    config.chmod(0o555)
    light.env.update({"PAGERDUTY_HOME": str(state), "PAGERDUTY_CONFIG": str(config)})
    status, printed = light.run(*CONTAINER["command"])
    assert status == 0, printed
    kept = json.loads((state / "state.json").read_text())
    assert kept["bookmarks"]["incidents"]["created_until"] == NOW
    assert sorted(path.name for path in config.iterdir()) == [
        "catalog.json",
        "config.json",
        "target.json",
    ]


def test_no_run_overlaps_another_and_each_has_an_end():
    spec = CRON_JOB["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 6 * 3600
    assert POD["terminationGracePeriodSeconds"] > 60
    assert POD["restartPolicy"] == "Never"


# -- Meltano and GitHub Actions, which runs it


@pytest.fixture
def project(tmp_path, box, database):
    """A Meltano project with the plugins of the checkout; its environment."""
    shutil.copy(ROOT / "meltano.yml", tmp_path)
    (tmp_path / ".meltano").mkdir()
    for kind in ("extractors", "loaders"):
        if not (ROOT / ".meltano" / kind).exists():
            pytest.fail("Meltano has not installed its plugins: run `make test`")
        (tmp_path / ".meltano" / kind).symlink_to(ROOT / ".meltano" / kind)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TAP_", "TARGET_", "MELTANO_"))
    }
    names = ("host", "port", "user", "password", "database")
    (tmp_path / "bin").mkdir()
    return {
        **kept,
        **{f"TARGET_POSTGRES_{name.upper()}": str(database.settings[name]) for name in names},
        "PATH": f"{tmp_path / 'bin'}:{MELTANO.parent}:{os.environ['PATH']}",
        "TAP_PAGERDUTY_API_KEY": box.api_key,
        "TAP_PAGERDUTY_API_URL": box.url,
        "TAP_PAGERDUTY__SELECT": json.dumps([f"{name}.*" for name in STREAMS]),
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "NO_COLOR": "1",
    }


def meltano(tmp_path, project, *words):
    done = subprocess.run(
        [MELTANO, *words],
        cwd=tmp_path,
        env=project,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_schedule_of_the_meltano_project_loads(tmp_path, project, box, database):
    shutil.copy(EXAMPLES / "meltano" / "schedules.yml", tmp_path)
    with (tmp_path / "meltano.yml").open("a") as file:
        file.write("include_paths: [schedules.yml]\n")
    listed = json.loads(meltano(tmp_path, project, "schedule", "list", "--format=json"))
    [schedule] = listed["schedules"]["job"]
    assert (schedule["name"], schedule["cron_interval"]) == ("pagerduty-hourly", "17 * * * *")
    meltano(tmp_path, project, "schedule", "run", schedule["name"])
    assert database.count("incidents") == len(box.truth("incidents"))
    with contextlib.closing(sqlite3.connect(tmp_path / ".meltano" / "meltano.db")) as state:
        assert state.execute("SELECT state_id FROM state").fetchall() == [(STATE_ID,)]


WORKFLOW = yaml.safe_load((EXAMPLES / "github-actions" / "pagerduty.yml").read_text())
LOAD, REPORT = WORKFLOW["jobs"]["load"], WORKFLOW["jobs"]["report"]


@pytest.fixture
def runner(tmp_path, project, database):
    """Start the scripts of a job's steps as the runner does; what fetches is a stand-in."""
    for name in ("pip", "gh"):
        path = tmp_path / "bin" / name
        path.write_text('#!/bin/sh\necho "$0 $*" >> "$LOG"\n')
        path.chmod(0o755)
    program = tmp_path / "bin" / "meltano"
    program.write_text(f'#!/bin/sh\n[ "$1" = install ] || exec {MELTANO} "$@"\n')
    program.chmod(0o755)
    address = database.settings
    uri = "postgresql+psycopg://{user}:{password}@{host}:{port}/{database}".format(**address)

    def start(job, step):
        secrets = {name for name in job["env"] if f"secrets.{name} " in job["env"][name]}
        given = {**project, "MELTANO_DATABASE_URI": uri, "LOG": str(tmp_path / "log")}
        assert secrets <= given.keys()
        rest = {name: f"<{name}>" for name in job["env"].keys() - secrets}
        return subprocess.Popen(
            ["bash", "-e", "-c", step["run"]],
            cwd=tmp_path,
            env={**given, **rest},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start


def test_a_run_that_github_stops_is_made_good_by_the_next_on_another_machine(
    tmp_path, runner, box, database
):
    *installs, load = [step for step in LOAD["steps"] if "run" in step]
    for step in installs:
        with runner(LOAD, step) as process:
            assert process.wait(PATIENCE) == 0
    assert "meltano[postgres]==" in (tmp_path / "log").read_text()
    box.faults.add("hang", seconds=PATIENCE, path="/log_entries", after=2)
    with runner(LOAD, load) as process:
        end = time.monotonic() + PATIENCE
        while not any(each.fault for each in box.requests):
            assert time.monotonic() < end
            time.sleep(0.1)
        # The runner's way, to the process of the step alone.
        for number, seconds in ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5), (signal.SIGKILL, 60)):
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=seconds)
                break
    assert process.returncode != 0
    # What the next one gets is what is checked out, and the database of Meltano.
    (tmp_path / ".meltano" / "meltano.db").unlink(missing_ok=True)
    shutil.rmtree(tmp_path / ".meltano" / "run", ignore_errors=True)
    box.faults.clear()
    box.advance(60)
    with runner(LOAD, load) as process:
        printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, printed
    for stream in ("incidents", "log_entries"):
        assert database.count(stream) == len(box.truth(stream))
    [(state,)] = database.ask("SELECT completed_state FROM public.state")
    kept = json.loads(state)["singer_state"]["bookmarks"]
    assert kept["incidents"]["created_until"] > NOW


def test_a_failure_becomes_an_issue_that_names_the_run(tmp_path, runner):
    assert REPORT["if"] == "failure() || cancelled()"
    assert REPORT["needs"] == "load"
    [step] = REPORT["steps"]
    with runner(REPORT, step) as process:
        assert process.wait(PATIENCE) == 0
    log = (tmp_path / "log").read_text()
    assert log.endswith("gh issue create --title PagerDuty was not loaded --body <RUN>\n")
    assert "github.run_id" in REPORT["env"]["RUN"]
    assert REPORT["permissions"] == {"issues": "write"}


def test_examples_take_the_actions_that_our_workflows_take():
    ours = (ROOT / ".github" / "workflows" / "pins.yml").read_text() + (
        ROOT / ".github" / "workflows" / "build.yml"
    ).read_text()
    for step in LOAD["steps"]:
        assert step.get("uses", "") in ours
