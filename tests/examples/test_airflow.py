"""examples/airflow and the schema of examples/kubernetes, by the schedulers' own tools.

They have an environment of their own: `make test-examples`.
"""

import os
import socketserver
import subprocess
import threading
from email import message_from_string, policy

import pytest

from tests.support.harness import NOW
from tests.support.scheduled import EXAMPLES

BIN = EXAMPLES / ".venv-schedulers" / "bin"
PATIENCE = 240
pytestmark = pytest.mark.skipif(
    not (BIN / "airflow").exists(), reason="there are no schedulers: see `make test-examples`"
)

# As `airflow dags test`, which waits for each retry, but for less long.
IMPATIENTLY = """
import sys
from datetime import timedelta
import pagerduty
for task in pagerduty.dag.tasks:
    task.retry_delay = timedelta(seconds=1)
    task.execution_timeout = task.execution_timeout and timedelta(seconds=float(sys.argv[1]))
tasks = pagerduty.dag.test().get_task_instances()
print("STATES", *sorted(f"{each.task_id}:{each.state}:{each.try_number}" for each in tasks))
"""


class Mail(socketserver.StreamRequestHandler):
    """Takes mail and keeps it."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.received.append(text.decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mails():
    """What is mailed through `smtp_default`, and the port of that."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        server.received = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.received, server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("airflow")
    subprocess.run(
        [BIN / "airflow", "db", "migrate"],
        env=airflow(home),
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return home


def airflow(home):
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(EXAMPLES / "airflow"),
    }


@pytest.fixture
def worker(home, mails, airflow_home):
    """Run a command as an Airflow worker; return what it printed."""
    smtp = f"smtp://127.0.0.1:{mails[1]}?disable_ssl=true&disable_tls=true&retry_limit=1"
    home.env.update(
        {
            **airflow(airflow_home),
            **home.env,
            "PAGERDUTY_SCRIPTS": str(home.place / "bin"),
            "PAGERDUTY_MAIL_FROM": "airflow@example.com",
            "PAGERDUTY_MAIL_TO": "data-team@example.com",
            "AIRFLOW_CONN_SMTP_DEFAULT": smtp,
        }
    )
    return lambda *command: home.run(*map(str, command), patience=PATIENCE)


def test_airflow_dags_test_loads_and_checks(worker, home, mails, database, box):
    status, printed = worker(BIN / "airflow", "dags", "test", "pagerduty")
    assert status == 0, printed[-3000:]
    assert home.bookmark() == NOW
    assert database.count("incidents") == len(box.truth("incidents"))
    assert mails[0] == []


def test_a_task_that_fails_is_tried_again_and_then_mailed(worker, mails, box):
    box.faults.add("status", path="/users", status=400)
    status, printed = worker(BIN / "python", "-c", IMPATIENTLY, 600)
    assert status == 0, printed[-3000:]
    # There is no table of users, so the check fails, too.
    assert "STATES check:failed:1 load:failed:3\n" in printed
    assert "users is incomplete: 400" in printed
    found = [message_from_string(text, policy=policy.default) for text in mails[0]]
    assert {mail["To"] for mail in found} == {"data-team@example.com"}
    subjects = [mail["Subject"].partition(", run of ")[0] for mail in found]
    assert subjects == ["PagerDuty: load failed", "PagerDuty: check failed"]


def test_a_task_that_is_timed_out_keeps_what_has_arrived(worker, home, mails, database, box):
    box.faults.add("hang", seconds=PATIENCE, path="/log_entries", after=2)
    timeout = 15
    status, printed = worker(BIN / "python", "-c", IMPATIENTLY, timeout)
    assert status == 0, printed[-3000:]
    assert "load:failed:3" in printed
    assert "Sending SIGTERM signal to process group" in printed
    assert any("Subject: PagerDuty: load failed" in mail for mail in mails[0])
    # The target ends after Airflow has.
    with home.start("flock", "lock", "true") as end:
        assert end.wait(60) == 0
        end.communicate()
    assert home.bookmark("incidents") == NOW
    assert database.count("incidents") == len(box.truth("incidents"))


@pytest.mark.parametrize(("field", "known"), [("schedule", True), ("cron", False)])
def test_kubernetes_knows_the_fields_of_the_cron_job(tmp_path, field, known):
    text = (EXAMPLES / "kubernetes" / "cronjob.yaml").read_text()
    given = tmp_path / "cronjob.yaml"
    given.write_text(text.replace("  schedule:", f"  {field}:"))
    done = subprocess.run(
        [BIN / "kubernetes-validate", "--strict", "-k", "1.37.0", given],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == known, done.stdout + done.stderr
