"""A small PagerDuty account on requests-mock, and the real command run against it."""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import shutil
import signal
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import backoff
import pytest
import requests_mock
from hypothesis import HealthCheck, settings

from demo import server_directory
from tap_pagerduty.api import connection, pagination, windows
from tap_pagerduty.api.prefetch import Workers
from tap_pagerduty.api.rate_limit import RateLimiter
from tap_pagerduty.sync import windowed
from tap_pagerduty.tap import TapPagerDuty
from tests.support.account import NAMES, Account
from tests.support.harness import SECRET

# A loaded machine is slow, and that is no failure.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# Of the requests of a test that does not wait between them.
MOST_RETRIES = 5_000
KEY = "u+SECRETKEY123456789"

# Tests that take longest, the longest first. The run ends with its last test, so none of these
# should start late.
LONGEST = (
    "test_after_thirty_days_of_changes_kills_and_faults_postgres_equals_the_account",
    "test_the_package_builds_and_says_what_the_account_holds",
    "test_the_last_version_by_key_of_all_that_was_emitted_is_the_account",
    "test_more_than_10000_log_entries_in_a_day_arrive_whole",
    "test_more_than_10000_incidents_in_a_month_arrive_whole",
    "test_a_project_of_ones_own_builds_the_models_whatever_is_loaded",
    "test_a_signal_leaves_no_process_and_a_usable_state",
    "test_a_backfill_by_month_and_the_days_after_it_are_the_account",
    "test_so_it_is_for_the_incidents_that_a_filter_lets_through",
    "test_an_account_lands_in_postgres_and_a_second_run_brings_what_changed",
    "test_recorded_answers_come_through_whole",
    "test_target_duckdb_holds_every_field_of_every_stream",
    "test_two_accounts_of_a_meltano_project_share_a_database",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Start each worker on its share of the longest tests.

    pytest-xdist gives each worker an equal part of the tests, in order. An idle worker later takes
    tests from the end of another worker's part.
    """
    if not hasattr(config, "workerinput"):
        return
    count = config.workerinput["workercount"]
    longest = [item for item in items if item.originalname in LONGEST]
    longest.sort(key=lambda item: LONGEST.index(item.originalname))
    others = iter([item for item in items if item.originalname not in LONGEST])
    # Where `WorkStealingScheduling` cuts them.
    ends = [len(items) * number // count for number in range(1, count + 1)]
    ordered = []
    for number, end in enumerate(ends):
        ordered += longest[number::count]
        ordered += islice(others, max(0, end - len(ordered)))
    items[:] = ordered


class Clock:
    """A clock that moves only when someone sleeps."""

    def __init__(self):
        self.now = 0.0
        self._lock = threading.Lock()

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        with self._lock:
            self.now += max(seconds, 1e-6)


@dataclass
class Run:
    """What a run of the command wrote, and how it ended."""

    exit_code: int
    stdout: str
    log: str
    messages: list = field(default_factory=list)

    def records(self, stream):
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    def ids(self, stream):
        return [record["id"] for record in self.records(stream)]

    @property
    def states(self):
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def state(self):
        """The last state: where the next run goes on."""
        return self.states[-1]

    def lines(self, level):
        """Return what the log says at a LEVEL, without time and name."""
        entries = [line.split(" | ", 3) for line in self.log.splitlines()]
        return [entry[3] for entry in entries if len(entry) == 4 and entry[1].strip() == level]


@pytest.fixture
def config():
    return {
        "api_key": KEY,
        "start_date": "2024-05-01T00:00:00Z",
        "requests_per_second": 1000,
    }


@pytest.fixture
def clock(monkeypatch):
    """The clock of the request budgets: no test waits for them."""
    clock = Clock()
    monkeypatch.setattr(
        connection, "RateLimiter", partial(RateLimiter, clock=clock, sleep=clock.sleep)
    )
    return clock


@pytest.fixture
def waits(monkeypatch):
    """The longest waits between tries of requests; none of them is waited."""
    waits = []

    def no_wait(longest):
        waits.append(longest)
        assert len(waits) < MOST_RETRIES, "the tap retries without end"
        return 0

    monkeypatch.setattr(backoff, "full_jitter", no_wait)
    return waits


@pytest.fixture
def account(clock, waits, end_crews):  # noqa: ARG001, no real waiting where there is an account
    account = Account()
    with requests_mock.Mocker(case_sensitive=True) as mocker:
        mocker.get(requests_mock.ANY, content=account.answer)
        mocker.post(requests_mock.ANY, content=account.answer)
        yield account
        # The calls that are under way still need it.
        end_crews()


@pytest.fixture
def low_ceiling(account, monkeypatch):
    """Let the API page no further than 300 records, so that tests need few of them."""
    account.ceiling = 300
    for module in (pagination, windowed):
        monkeypatch.setattr(module, "CEILING", 300)
    monkeypatch.setattr(windows, "COMFORTABLE", 240)


@pytest.fixture
def command(monkeypatch):
    """Run the real command in this process: `command("--about")`."""
    for name in [name for name in os.environ if name.startswith("TAP_PAGERDUTY_")]:
        monkeypatch.delenv(name)
    root, hook = logging.getLogger(), sys.excepthook
    before, level = root.handlers[:], root.level
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments):
        stdout, stderr = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with redirect_stdout(stdout), redirect_stderr(stderr), pytest.raises(SystemExit) as end:
            TapPagerDuty.cli.main([str(argument) for argument in arguments])
        root.handlers[:] = before
        stdout.seek(0)
        return Run(end.value.code, stdout.read(), stderr.getvalue())

    yield run
    root.setLevel(level)
    sys.excepthook = hook
    for number, handler in handlers.items():
        signal.signal(number, handler)
    logging.captureWarnings(capture=False)


@pytest.fixture(scope="session")
def discovered():
    """The catalog as discovered, as JSON text."""
    return json.dumps(TapPagerDuty(validate_config=False).catalog_dict)


@pytest.fixture(scope="session")
def entries(discovered):
    """The catalog's entries as JSON text, by stream: most of a short run would go into those
    that it does not need.
    """
    found = json.loads(discovered)["streams"]
    return {entry["tap_stream_id"]: json.dumps(entry) for entry in found}


@pytest.fixture
def catalog(entries):
    """Return a catalog of these streams, or all, selected; FORCED to full table if so."""

    def catalog(*streams, forced=False):
        found = {"streams": [json.loads(entries[name]) for name in sorted(streams or NAMES)]}
        for stream in found["streams"]:
            (root,) = [each for each in stream["metadata"] if not each["breadcrumb"]]
            root["metadata"]["selected"] = True
            if forced:
                root["metadata"]["forced-replication-method"] = "FULL_TABLE"
        return found

    return catalog


@pytest.fixture
def config_file(config, tmp_path):
    """Write the configuration with these SETTINGS; one that is `...` is left out."""

    def config_file(**settings):
        found = {**config, **settings}
        path = tmp_path / "config.json"
        path.write_text(json.dumps({n: value for n, value in found.items() if value is not ...}))
        return path

    return config_file


@pytest.fixture(autouse=True)
def end_crews(monkeypatch):
    """Have a run leave nothing in this process, as its own process would.

    Its threads end with the test, or when this is called, and the calls that are under way:
    they would meet the next test. The garbage collector stays as it is.
    """
    crews = set()
    start = Workers._start

    def note(crew):
        crews.add(crew)
        start(crew)

    def end():
        for crew in crews:
            gate = threading.Barrier(crew.count + 1)
            for _ in range(crew.count):
                crew.submit(gate.wait)
            gate.wait(timeout=60)
            crew.stop()
        crews.clear()

    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda _: None)
    monkeypatch.setattr(Workers, "_start", note)
    yield end
    end()


@pytest.fixture
def sync(account, command, catalog, config_file, tmp_path):  # noqa: ARG001, it comes first
    """Run a sync of some streams, or all, or of a SELECTION; return what it wrote.

    The selection is a catalog, or `...` for none.
    """

    def sync(*streams, state=None, selection=None, **settings):
        arguments = ["--config", config_file(**settings)]
        if selection is None:
            selection = catalog(*streams)
        inputs = {"catalog": None if selection is ... else selection, "state": state}
        for option, content in inputs.items():
            if content is not None:
                path = tmp_path / f"{option}.json"
                path.write_text(json.dumps(content))
                arguments += [f"--{option}", path]
        run = command(*arguments)
        run.messages = [json.loads(line) for line in run.stdout.splitlines()]
        # Whatever happens: no stack trace, and no secret.
        assert "Traceback" not in run.log
        assert KEY not in run.log + run.stdout
        return run

    return sync


@pytest.fixture
def tap(command, catalog, tmp_path):
    """Run the command with SETTINGS on some streams of a sandbox, or with ARGUMENTS.

    Nothing that is secret is printed.
    """

    def tap(settings, *streams, state=None, arguments=()):
        line = []
        files = {"config": settings, "catalog": streams and catalog(*streams), "state": state}
        for option, content in files.items():
            if content:
                path = tmp_path / f"{option}.json"
                path.write_text(json.dumps(content))
                line += [f"--{option}", path]
        run = command(*line, *arguments)
        found = (text for text in run.stdout.split("\n") if text.startswith("{"))
        run.messages = [json.loads(text) for text in found]
        printed = run.stdout + run.log
        assert "Traceback" not in printed
        assert not [each for each in (SECRET, "pdus+", "u+") if each in printed]
        return run

    return tap


@pytest.fixture
def patience(account, monkeypatch):  # noqa: ARG001, comes after it
    """Wait a little between tries after all, so that giving up takes few of them."""
    monkeypatch.setattr(backoff, "full_jitter", lambda _: 0.3)


@pytest.fixture(autouse=True, scope="session")
def no_server_directories(tmp_path_factory):
    """Remove what root's PostgreSQL keeps outside the directories of the tests."""
    yield
    for each in server_directory.every():
        if each.home and each.home.is_relative_to(tmp_path_factory.getbasetemp()):
            shutil.rmtree(each.path)
    with suppress(OSError):  # it is not there, or others use it
        server_directory.PARENT.rmdir()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless Chromium, driven by Selenium."""
    from tests.support.browser import start  # noqa: PLC0415, few tests need it

    browser = start(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.quit()


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory):
    """An account in the databases of the real targets; see there."""
    from tests.support.warehouse import Warehouse  # noqa: PLC0415, few tests need it

    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"))
    yield warehouse
    warehouse.stop()
