"""What the documents say of upgrades, a person's erasure, another database, and a backup."""

import gzip
import json
import os
import re
import subprocess
from pathlib import Path

from demo.postgres import programs
from tap_pagerduty.streams import STREAMS as CLASSES
from tests.docs.test_readme import document
from tests.support.harness import COMMAND, catalog, differences, sync, truth
from tests.support.scheduled import EXAMPLES
from tests.support.targets import SCHEMA, ended, pipe, row_of, started, words

TARGET = "target-postgres"
PATIENCE = 120
PAGE = document("docs/keep-data.md")


def program(database, name, *arguments, **how):
    """Run one of PostgreSQL's programs on a database; return what it printed."""
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    reach = {f"PG{name}": str(database.settings[key]) for key, name in names.items()}
    done = subprocess.run(
        [programs() / name, *arguments],
        env={**os.environ, **reach, "PGDATABASE": database.settings["database"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **how,
    )
    return done.returncode, done.stdout + done.stderr


def columns(database, stream):
    found = database.ask(
        "SELECT column_name FROM information_schema.columns "
        f"WHERE table_schema = '{SCHEMA}' AND table_name = '{stream}'"
    )
    return {name for (name,) in found}


def load(database, place, out):
    """Load what a run wrote."""
    with started(TARGET, place, **database.settings) as loader:
        loader.stdin.write(out)
        state = ended(loader)
        assert loader.returncode == 0, words(loader)[-3000:]
    return state


# -- Upgrading


# As version 0.1.0 has left it.
STATE = {
    "bookmarks": {
        "incidents": {
            "replication_key": "updated_at",
            "replication_key_value": "2024-06-10T12:00:00Z",
            "created_until": "2024-06-10T12:00:00Z",
            "seen_until": "2024-06-10T12:00:00Z",
        },
        "log_entries": {
            "replication_key": "created_at",
            "replication_key_value": "2024-06-10T12:00:00Z",
        },
        "users": {},
    }
}


def test_a_state_of_0_1_0_is_resumed_from(box):
    done = sync(box, "incidents", "log_entries", "users", state=STATE)
    assert done.status == 0
    since = [each.query["since"][0] for each in box.requests if "since" in each.query]
    assert since
    assert min(since) == "2024-06-10T11:45:00Z"  # the overlap of 15 minutes
    for stream, position in (("incidents", "created_until"), ("log_entries", None)):
        bookmark = done.state["bookmarks"][stream]
        assert bookmark["replication_key_value"] == "2024-06-12T12:00:00Z"
        assert position is None or bookmark[position] == "2024-06-12T12:00:00Z"


def older(streams, without):
    """Return a catalog as a version had it that did not know some properties of users."""
    found = catalog(streams)
    found["streams"] = [each for each in found["streams"] if each["tap_stream_id"] in streams]
    for stream in found["streams"]:
        if stream["tap_stream_id"] == "users":
            for name in without:
                del stream["schema"]["properties"][name]
            stream["metadata"] = [
                each
                for each in stream["metadata"]
                if each["breadcrumb"][1:2] not in [[n] for n in without]
            ]
    return found


def run_with(box, tmp_path, selection):
    """Run the command with a catalog; return what it wrote."""
    (tmp_path / "catalog.json").write_text(json.dumps(selection))
    config = {"api_key": box.api_key, "api_url": box.url, "start_date": "2022-06-01T00:00:00Z"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    return subprocess.run(
        [*COMMAND, "--config", "config.json", "--catalog", "catalog.json"],
        cwd=tmp_path,
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    ).stdout


def test_an_upgrade_adds_new_columns_and_going_back_leaves_them_null(box, tmp_path, database):
    known = {"time_zone", "job_title"}
    # With the catalog of an older version what it names is loaded, and no more.
    load(database, tmp_path, run_with(box, tmp_path, older(["users"], known)))
    assert not known & columns(database, "users")
    assert database.count("users") == len(box.truth("users"))
    # The new version, with a catalog of its own, adds the columns to the table that is there.
    load(database, tmp_path, run_with(box, tmp_path, catalog(["users"])))
    assert known < columns(database, "users")
    assert differences(database, box, "users", shown=row_of) == []
    # Without them the columns stay, and are null in new rows.
    new = box.account.create("users", time_zone="Europe/Paris")
    load(database, tmp_path, run_with(box, tmp_path, older(["users"], known)))
    rows = database.rows("users")
    assert rows[new]["time_zone"] is None
    assert known < columns(database, "users")


# -- Erasing a person


def everything(database):
    """Return all rows of all tables, as text."""
    tables = database.ask(
        f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{SCHEMA}'"
    )
    return {
        table: "\n".join(
            row for (row,) in database.ask(f"SELECT to_jsonb(t)::text FROM {SCHEMA}.{table} AS t")
        )
        for (table,) in tables
    }


def erase(database, **who):
    given = [f"--set={name}={value}" for name, value in who.items()]
    return program(database, "psql", "--no-psqlrc", *given, "-f", EXAMPLES / "erase_person.sql")


def addresses(database, user):
    """Return where the notifications of a user went."""
    return database.ask(
        f"SELECT DISTINCT address FROM {SCHEMA}.notifications WHERE \"user\"->>'id' = '{user}'"
    )


def test_nothing_of_an_erased_person_is_left_but_the_id(box, tmp_path, database):
    notified = box.truth("notifications")[0]["user"]["id"]
    name, email = 'Zoë "Zed" O\'Neil \\ Smith', "zoe.zed@example.org"
    box.account.update("users", notified, name=name, email=email)
    own = box.account.create_incident(title=f"Call {name} or {email}")
    box.account.acknowledge(own)
    box.account.reassign(own, notified)
    box.account.add_note(own, f"{name} <{email}> was here")
    box.advance(60)
    streams = ("users", "incidents", "log_entries", "notifications", "oncalls", "team_members")
    assert pipe(box, tmp_path, TARGET, database.settings, *streams)[0] == 0
    in_json = json.dumps(name, ensure_ascii=False)[1:-1]
    before = everything(database)
    named = {table for table, text in before.items() if in_json in text}
    assert named >= {"users", "incidents", "log_entries"}
    assert addresses(database, notified) != [(None,)]

    status, printed = erase(database, id=notified, name=name, email=email)
    assert status == 0, printed
    assert "users: 1 rows deleted" in printed
    assert re.search(r"log_entries\.\w+: erased in [1-9]", printed)
    after = everything(database)
    for table, text in after.items():
        assert in_json not in text, table
        assert email not in text, table
    assert notified in after["log_entries"]
    assert addresses(database, notified) == [(None,)]
    # Nobody else has lost anything: what is left is what was there, but for these words.
    for table in ("incidents", "log_entries"):
        expected = before[table].replace(in_json, "(erased)").replace(email, "(erased)")
        assert sorted(after[table].splitlines()) == sorted(expected.splitlines())
    assert len(after["users"].splitlines()) == len(before["users"].splitlines()) - 1
    # Once more changes nothing.
    status, printed = erase(database, id=notified, name=name, email=email)
    assert (status, printed) == (0, "")


def test_an_erasure_without_a_name_changes_nothing(database):
    database.ask(f"CREATE SCHEMA {SCHEMA}")
    database.ask(f"CREATE TABLE {SCHEMA}.users AS SELECT 'PJANE' AS id, 'Jane' AS name")
    before = everything(database)
    status, printed = erase(database, id="PJANE", name="", email="a@example.com")
    assert status != 0
    assert "id, name and email are needed" in printed
    assert everything(database) == before


# -- Moving, and a backup


def test_in_a_database_that_was_moved_the_next_run_continues(box, tmp_path, postgres, database):
    streams = ("incidents", "log_entries", "users")
    status, state = pipe(box, tmp_path, TARGET, database.settings, *streams)
    assert status == 0
    moved = postgres.database()
    dump = tmp_path / "pagerduty.dump"
    how = ["--schema=pagerduty", "--format=custom", f"--file={dump}"]
    assert program(database, "pg_dump", *how) == (0, "")
    name = moved.settings["database"]
    assert program(moved, "pg_restore", f"--dbname={name}", "--no-owner", dump) == (0, "")
    box.advance(3600)
    box.account.create_incident()
    box.account.resolve(box.truth("incidents")[0]["id"])
    box.advance(60)
    box.requests.clear()
    assert pipe(box, tmp_path, TARGET, moved.settings, *streams, state=state)[0] == 0
    assert len(box.requests) < 12
    assert differences(moved, box, *streams, shown=row_of) == []


def test_a_backup_that_was_killed_and_resumed_is_files_that_a_target_loads(box, tmp_path, database):
    streams = ("incidents", "log_entries", "users", "teams", "tags")
    first = sync(box, *streams)
    part = first.cut(int(0.6 * len(first.out)))
    # The last state in the file is where the next run starts.
    files = [part.out, sync(box, *streams, state=part.state).out]
    for number, out in enumerate(files):
        path = tmp_path / f"{number}.jsonl.gz"
        path.write_bytes(gzip.compress(out[: out.rindex(b"\n") + 1]))
    for number in range(len(files)):
        out = gzip.decompress((tmp_path / f"{number}.jsonl.gz").read_bytes())
        state = load(database, tmp_path, out)
    assert state == first.state
    assert differences(database, box, *streams, shown=row_of) == []
    assert database.count("incidents") == len(truth(box, "incidents"))


def test_the_command_of_the_page_selects_every_stream(tmp_path):
    [line] = re.findall(r"^ *(tap-pagerduty --discover \| .*)$", PAGE, re.MULTILINE)
    path = f"{Path(COMMAND[0]).parent}:{os.environ['PATH']}"
    subprocess.run(["bash", "-c", line], cwd=tmp_path, env={**os.environ, "PATH": path}, check=True)
    streams = json.loads((tmp_path / "catalog.json").read_text())["streams"]
    roots = [
        each["metadata"] for one in streams for each in one["metadata"] if not each["breadcrumb"]
    ]
    assert len(roots) == len(CLASSES)
    assert all(root["selected"] for root in roots)
