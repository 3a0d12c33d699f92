"""What arrives in real targets is what the account holds."""

import json
import sys

import pytest

from tests.support.harness import DAY, STREAMS, ago, sandbox, truth
from tests.support.targets import SCHEMA, Postgres, pipe, row_of

TARGET = "target-postgres"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture
def database(postgres):
    return postgres.database()


@pytest.fixture
def box():
    with sandbox() as box:
        yield box


def rows(box, stream):
    """Return the rows that the account should have become."""
    return {own: row_of(stream, record) for own, record in truth(box, stream).items()}


def test_postgres_holds_the_account_and_later_what_has_become_of_it(box, database, tmp_path):
    leaver = box.account.create("users")
    status, state = pipe(box, tmp_path, TARGET, database.settings)
    assert status == 0
    counts = {stream: database.count(stream) for stream in STREAMS}
    assert counts == {stream: len(truth(box, stream)) for stream in STREAMS}
    for stream in STREAMS:
        assert database.rows(stream) == rows(box, stream)

    old = next(own for own, each in truth(box, "incidents").items() if each["status"] == "resolved")
    box.advance(DAY)
    box.account.reopen(old)
    box.account.burst(12, seconds=60)
    box.account.delete("users", leaver)
    box.advance(3600)
    requests = len(box.requests)
    assert pipe(box, tmp_path, TARGET, database.settings, state=state)[0] == 0
    assert len(box.requests) - requests < 25
    assert database.count("incidents") > counts["incidents"]
    assert database.rows("incidents")[old]["status"] == "triggered"
    for stream in STREAMS:
        assert database.rows(stream) == rows(box, stream)


def test_who_is_deleted_vanishes_but_not_while_the_list_cannot_be_read(box, database, tmp_path):
    leaver = box.account.create("users")
    assert pipe(box, tmp_path, TARGET, database.settings, "users", "teams")[0] == 0
    box.account.delete("users", leaver)
    team = box.truth("teams")[0]["id"]
    box.account.delete("teams", team)
    box.faults.add("status", path="/users", status=400)
    box.advance(60)
    assert pipe(box, tmp_path, TARGET, database.settings, "users", "teams")[0] == 1
    assert leaver in database.rows("users")
    assert team not in database.rows("teams")
    box.faults.clear()
    box.advance(60)
    assert pipe(box, tmp_path, TARGET, database.settings, "users", "teams")[0] == 0
    assert database.rows("users") == rows(box, "users")
    assert leaver not in database.rows("users")


ODD = "\"'`\\ \\u0000 \\x00 \n\r\t\u2028 \u0085 \U0001f525 é e\u0301 \ufeff \u202e %s $1 -- {{}} ;"


def odd(box):
    """Fill an account with texts that have broken loaders, and with fields nobody documents."""
    own = box.account.create_incident(title=ODD, incident_key=ODD, at=ago(box, hours=2))
    box.account.override(own, brand_new={"a": [1, {"b": None}]}, other_new=[1, "x"], third="3")
    box.account.add_note(own, ODD, at=ago(box, hours=1))
    box.account.set_custom_field(own, ODD, {"": ODD, ODD: [ODD, None]}, at=ago(box, minutes=9))
    box.account.create("users", name=ODD, description=ODD, brand_new={"x": ODD})
    box.account.create("teams", id=f"P{ODD}", name=ODD)
    return own


def test_odd_texts_and_undocumented_fields_survive_in_postgres(box, database, tmp_path):
    own = odd(box)
    streams = ("incidents", "log_entries", "users", "teams")
    # With the target's own check of each record, which meltano.yml turns off.
    checking = {**database.settings, "validate_records": True}
    assert pipe(box, tmp_path, TARGET, checking, *streams)[0] == 0
    for stream in streams:
        assert database.rows(stream) == rows(box, stream)
    assert database.rows("incidents")[own]["title"] == ODD
    assert f"P{ODD}" in database.rows("teams")


def test_a_text_with_a_nul_loads_into_postgres(box, database, tmp_path):
    own = box.account.create_incident(title="a\0b", at=ago(box, hours=2))
    box.account.create("users", id="PNUL", name="x\0y", brand_new={"deep": ["\0"]})
    box.advance(1)
    assert pipe(box, tmp_path, TARGET, database.settings, "incidents", "users")[0] == 0
    assert database.rows("incidents")[own]["title"] == "a\ufffdb"
    user = database.rows("users")["PNUL"]
    assert user["name"] == "x\ufffdy"
    assert user["_undocumented"] == {"brand_new": {"deep": ["\ufffd"]}}


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="DuckDB 1.1.3 is not there for it")
def test_duckdb_holds_every_row(box, tmp_path):
    import duckdb  # noqa: PLC0415, see above

    odd(box)
    box.advance(1)
    file = tmp_path / "warehouse.duckdb"
    # Without these columns it takes a first record of texts only for a header, and drops it.
    how = {"default_target_schema": SCHEMA, "add_metadata_columns": True}
    assert pipe(box, tmp_path, "target-duckdb", {"filepath": str(file), **how})[0] == 0
    with duckdb.connect(str(file)) as database:
        for stream in STREAMS:
            found = database.execute(f"SELECT id FROM {SCHEMA}.{stream}").fetchall()
            assert sorted(own for (own,) in found) == sorted(truth(box, stream)), stream


def test_json_lines_hold_every_record_whole(box, tmp_path):
    odd(box)
    box.advance(1)
    place = tmp_path / "out"
    place.mkdir()
    settings = {"destination_path": str(place), "do_timestamp_file": False}
    assert pipe(box, tmp_path, "target-jsonl", settings)[0] == 0
    for stream in STREAMS:
        lines = (place / f"{stream}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        found = {record["id"]: record for record in map(json.loads, lines)}
        assert found == truth(box, stream)
