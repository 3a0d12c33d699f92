"""Thirty days of a busy account, with kills and faults; then every row and field is compared.

Each day things happen to new and old incidents and to the lists, and `tap-pagerduty |
target-postgres` runs. Every third run is killed at some byte, every fourth meets faults.
"""

import random
import re
import signal
import subprocess
from contextlib import ExitStack
from math import ceil

import pytest

from demo.stores import Postgres as Store
from demo.verify import verify
from sandbox.values.timestamps import moment_of
from tests.docs.test_readme import document
from tests.support.harness import (
    DAY,
    EVENTS,
    LISTS,
    PATIENCE,
    START,
    STREAMS,
    allowed,
    arguments,
    differences,
    run,
    sandbox,
    truth,
)
from tests.support.targets import SCHEMA, Postgres, ended, row_of, started, words

DAYS = 30
FAULTS = (
    "status=503,nth=7",
    "reset,nth=9",
    "reset_body,nth=8",
    "truncate,nth=11",
    "status=429,body=empty,nth=10",
    "html,nth=6",
)
NAMES = ("Ops \U0001f525", 'naïve "quotes"', "back\\slash \\u0000", "Größe & Co", "line\nbreak")


@pytest.fixture
def database(tmp_path):
    server = Postgres(tmp_path / "postgres")
    yield server.database()
    server.stop()


class Life:
    """What people do to the account, day by day, always the same."""

    def __init__(self, box, seed):
        self.account, self.box = box.account, box
        self.dice = random.Random(seed)
        self.incidents = []
        self.own = {"users": [], "services": [], "teams": [], "tags": [], "vendors": []}
        # Ids of what was renamed or deleted, and is referred to.
        self.stale = set()

    def day(self):
        """Let a day pass."""
        self.incidents = [each["id"] for each in self.box.truth("incidents")]
        for _ in range(self.dice.randint(4, 9)):
            self.box.advance(DAY / 12)
            self.incidents += self.account.burst(self.dice.randint(0, 4))
            for _ in range(self.dice.randint(0, 3)):
                self.change_an_incident()
            self.change_a_list()
        self.box.advance(600)

    def change_an_incident(self):
        """Let something happen to any incident, of today or of a year ago."""
        dice = self.dice
        own, other = dice.sample(self.incidents, 2)
        users = [user["id"] for user in self.box.truth("users")]
        priorities = [priority["id"] for priority in self.box.truth("priorities")]
        changes = [
            lambda: self.account.reassign(own, dice.choice(users)),
            lambda: self.account.reprioritise(own, dice.choice([None, *priorities])),
            lambda: self.account.change_urgency(own, dice.choice(["high", "low"])),
            lambda: self.account.add_note(own, dice.choice(NAMES)),
            lambda: self.account.set_custom_field(own, "region", dice.choice(["eu", None])),
            lambda: self.account.merge(own, other),
        ]
        if self.status_of(own) != "resolved":
            changes += [
                lambda: self.account.acknowledge(own),
                lambda: self.account.resolve(own),
                lambda: self.account.snooze(own, 3600),
                lambda: self.account.escalate(own, dice.choice(users)),
                lambda: self.retitle(own),
            ]
        else:
            changes += [lambda: self.account.reopen(own)] * 3
        dice.choice(changes)()

    def status_of(self, own):
        return self.account.incident_store.state(self.account.serial_of(own)).status

    def retitle(self, own):
        self.account.retitle(own, self.dice.choice(NAMES))
        self.stale.add(own)

    def change_a_list(self):
        """Add, rename or delete a user, a service, a team, …"""
        kind = self.dice.choice(list(self.own))
        what = self.dice.choice(["add", "add", "rename", "delete"])
        if what == "add" or not self.own[kind]:
            self.own[kind].append(self.account.create(kind))
            return
        own = self.dice.choice(self.own[kind])
        if what == "delete" or kind == "users":  # log entries tell the names of users
            self.account.delete(kind, own)
            self.own[kind].remove(own)
            self.stale.add(own)
        else:
            name = "label" if kind == "tags" else "name"
            self.account.update(kind, own, **{name: self.dice.choice(NAMES)})


def bound(box, state):
    """Return how many requests the run of a day may make that goes on from a state."""
    marks = state["bookmarks"] if state else {}
    since = {
        stream: moment_of(marks.get(stream, {}).get("replication_key_value", START))
        for stream in EVENTS
    }
    pages = sum(ceil(len(box.truth(stream)) / 99) for stream in LISTS)
    for stream in ("log_entries", "notifications"):
        new = [r for r in box.truth(stream) if moment_of(r[EVENTS[stream]]) >= since[stream]]
        pages += ceil(len(new) / 100) + 1
    return pages + allowed(box, since["incidents"])


def load(box, place, loader, end, *streams, state):
    """Run the tap into a target that waits for it; return its status and the next state.

    A tap that is killed leaves the target a torn line, on which that ends, too; of one that is
    told to stop, the target takes all that there is.
    """
    if end:
        done = run(box, place, *streams, state=state, end=end)
        loader.stdin.write(done.out)
        status = done.status
    else:
        with (place / "tap.log").open("w") as log:
            line = arguments(box, place, *streams, state=state)
            tap = subprocess.run(
                line, stdout=loader.stdin, stderr=log, timeout=PATIENCE, check=False
            )
        status = tap.returncode
    reached = ended(loader)
    return status, reached or state


def test_after_thirty_days_of_changes_kills_and_faults_postgres_equals_the_account(
    tmp_path, database, capsys
):
    with sandbox(incidents=60, days=365, incident_embed_short=0.2) as box, ExitStack() as targets:
        life, state, killed, size = Life(box, 1), None, 0, 300_000
        # Runs that the state knows, by how they were ended.
        noted = {signal.SIGKILL: 0, signal.SIGTERM: 0}

        def start(day):
            (tmp_path / str(day)).mkdir()
            target = started("target-postgres", tmp_path / str(day), **database.settings)
            return targets.enter_context(target)

        following = start(0)
        for day in range(DAYS):
            # The next target starts up while this one works.
            loader, following = following, start(day + 1)
            life.day()
            limit = bound(box, state)
            box.faults.clear()
            if day % 4 == 3:
                box.faults.add_spec(life.dice.choice(FAULTS))
            end = None
            if day % 3 == 1:
                how = (signal.SIGKILL, signal.SIGTERM)[killed % 2]
                end = how, life.dice.randrange(size)
            box.requests.clear()
            streams = (*STREAMS, "sync_runs", *(["account_counts"] * (day == DAYS - 1)))
            before = run_of(state)

            status, state = load(box, tmp_path / str(day), loader, end, *streams, state=state)

            faults = sum(request.fault is not None for request in box.requests)
            counts = sum(request.query.get("limit") == ["1"] for request in box.requests)
            # To find out whether `until` is included takes a list for each stream.
            limit += counts + len(EVENTS) if counts else 0
            assert day == 0 or len(box.requests) - faults <= limit, f"day {day}"
            if end:
                killed += 1
                noted[end[0]] += run_of(state) != before
                assert status in {-end[0], 128 + end[0]}
            else:
                assert (status, loader.returncode) == (0, 0), words(loader)[-2000:]

        assert killed == DAYS // 3
        assert len(truth(box, "incidents")) > 300
        assert differences(database, box, stale=life.stale, shown=row_of) == []
        the_log_has_every_run(database, noted)
        the_account_counts_what_is_loaded(database, capsys)


def run_of(state):
    """Return the id of the run that a state is of."""
    return state and state["bookmarks"]["sync_runs"]["run_id"]


def the_log_has_every_run(database, noted):
    """See that runs of which the target has seen anything are there, as they ended."""
    ways = dict(
        database.ask(
            "SELECT CASE WHEN reason LIKE 'the run did not end%' THEN 'SIGKILL' "
            "WHEN reason = 'stopped by SIGTERM' THEN 'SIGTERM' ELSE outcome END, "
            f"count(DISTINCT run_id) FROM {SCHEMA}.sync_runs GROUP BY 1"
        )
    )
    # A target that ends on a torn line has stored nothing of the run.
    assert ways.get("SIGKILL", 0) == noted[signal.SIGKILL]
    assert ways["SIGTERM"] == noted[signal.SIGTERM] > 0
    assert ways["complete"] >= DAYS - DAYS // 3
    assert ways.keys() <= {"SIGKILL", "SIGTERM", "complete"}


def the_account_counts_what_is_loaded(database, capsys):
    """See that counts and tables agree, and that a row removed by hand is found."""
    names = ("host", "port", "user", "password", "database")
    env = {f"TARGET_POSTGRES_{name.upper()}": str(database.settings[name]) for name in names}
    store = Store({**env, "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": SCHEMA}, None)
    capsys.readouterr()
    assert verify(store) == 0
    assert capsys.readouterr().out == "complete: 24 of 24 months, 10 of 10 full tables\n"
    database.ask(
        f"DELETE FROM {SCHEMA}.log_entries WHERE id = (SELECT id FROM {SCHEMA}.log_entries "
        "WHERE created_at >= '2024-03-01' AND created_at < '2024-04-01' LIMIT 1)"
    )
    assert verify(store) == 1
    said = capsys.readouterr().out
    assert said.startswith("log_entries 2024-03: PagerDuty counts ")
    assert "start_date: 2024-03-01T00:00:00Z, end_date: 2024-04-01T00:00:00Z" in said
    assert said.endswith("incomplete: 23 of 24 months, 10 of 10 full tables\n")
    # The queries of docs/monitoring.md say the same.
    page = document("docs/monitoring.md")
    queries = {
        name: re.search(f"<!-- {name} -->\n```sql\n(.*?)```", page, re.DOTALL)[1]
        for name in ("runs", "counts")
    }
    [(stream, month, counted, loaded)] = database.ask(queries["counts"])
    assert (stream, month, loaded) == ("log_entries", "2024-03", counted - 1)
    assert database.ask(queries["runs"]) == []
