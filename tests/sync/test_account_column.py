"""The setting `account`: several accounts in the same tables."""

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tap_pagerduty.streams import STREAMS
from tap_pagerduty.tap import TapPagerDuty
from tests.support.harness import START, Warehouse, ago, sandbox, sync, truth
from tests.support.project import ROOT
from tests.support.targets import SCHEMA, Postgres

CONFIG = {"api_key": "key", "account": "north"}


def test_each_stream_has_the_column_and_has_it_first_among_its_keys():
    plain = TapPagerDuty(config={"api_key": "key"}).catalog_dict["streams"]
    stamped = TapPagerDuty(config=CONFIG).catalog_dict["streams"]
    assert len(plain) == len(STREAMS)
    for without, entry in zip(plain, stamped, strict=True):
        assert "account" not in without["schema"]["properties"]
        assert entry["schema"]["properties"].pop("account")["type"] == ["string"]
        assert entry["schema"] == without["schema"]
        assert [*entry["key_properties"]] == ["account", *without["key_properties"]]


@pytest.mark.parametrize("then", [None, "north"], ids=["without", "with"])
@pytest.mark.parametrize("now", [None, "north"], ids=["without", "with"])
def test_a_catalog_of_another_setting_does_no_harm(then, now):
    setting = {"account": then} if then else {}
    old = TapPagerDuty(config={"api_key": "key", **setting}).catalog_dict
    setting = {"account": now} if now else {}
    tap = TapPagerDuty(config={"api_key": "key", **setting}, catalog=json.loads(json.dumps(old)))
    new = TapPagerDuty(config={"api_key": "key", **setting}).catalog_dict
    expected = TapPagerDuty(
        config={"api_key": "key", **setting}, catalog=json.loads(json.dumps(new))
    )
    for name, stream in tap.streams.items():
        assert list(stream.primary_keys) == list(expected.streams[name].primary_keys)
        assert stream.effective_schema == expected.streams[name].effective_schema
        [mapped] = stream.stream_maps
        assert list(mapped.transformed_key_properties) == list(stream.primary_keys)
        if stream.selected:
            assert ("account" in mapped.transformed_schema["properties"]) is bool(now)


STREAMS_OF_ALL_KINDS = (
    "users",  # a list read whole
    "user_contact_methods",  # nested
    "team_members",  # children
    "schedule_entries",  # children by time
    "incidents",
    "incident_notes",
    "paused_incident_counts",  # made up of the answer
    "oncalls",  # with an id of the tap's
)


def test_accounts_share_tables_whose_ids_they_share():
    warehouse = Warehouse()
    alone = {}
    for name in ("north", "south"):
        # The same ids, and something else under them.
        with sandbox(seed=1, incidents=20, days=60, subdomain=name) as box:
            how = {"start_date": ago(box, days=20), "account": name}
            done = warehouse.load(sync(box, *STREAMS_OF_ALL_KINDS, **how))
            assert done.status == 0
            assert done.activated == []  # the other account's rows are not gone
            alone[name] = {each: done.records(each) for each in STREAMS_OF_ALL_KINDS}
    for stream in STREAMS_OF_ALL_KINDS:
        rows = [record for _, record in warehouse.tables[stream].values()]
        for name in alone:
            mine = [row for row in rows if row["account"] == name]
            assert mine
            assert mine == alone[name][stream]


def test_the_column_is_there_with_maps_and_flattening():
    with sandbox(incidents=5) as box:
        maps = {"users": {"name": "name", "id": "id", "account": "account", "__else__": None}}
        mapped = sync(box, "users", account="north", stream_maps=maps)
        flat = sync(box, "users", account="north", flattening_enabled=True, flattening_max_depth=1)
    assert {row["account"] for row in mapped.records("users")} == {"north"}
    assert {tuple(sorted(row)) for row in mapped.records("users")} == {("account", "id", "name")}
    assert {row["account"] for row in flat.records("users")} == {"north"}
    schema = next(m for m in mapped.messages if m["type"] == "SCHEMA")
    assert schema["key_properties"] == ["account", "id"]


def test_an_empty_account_is_none():
    with sandbox(incidents=5) as box:
        done = sync(box, "users", account="")
    assert "account" not in done.records("users")[0]
    assert done.activated == ["users"]


# -- Through Meltano


@pytest.fixture
def project(tmp_path):
    """A Meltano project with an entry for each account, as docs/accounts.md has them."""
    page = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1]
    content = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    content["plugins"]["extractors"] += yaml.safe_load(block)
    for entry in content["plugins"]["extractors"]:
        entry["select"] = ["users.*", "incidents.*"]
    (tmp_path / "meltano.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (tmp_path / ".meltano").mkdir()
    for kind in ("extractors", "loaders"):
        (tmp_path / ".meltano" / kind).symlink_to(ROOT / ".meltano" / kind)
    return tmp_path


def test_two_accounts_of_a_meltano_project_share_a_database(project, tmp_path):
    server = Postgres(tmp_path / "postgres")
    database = server.database()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TAP_", "TARGET_", "MELTANO_"))}
    for name in ("host", "port", "user", "password", "database"):
        env[f"TARGET_POSTGRES_{name.upper()}"] = str(database.settings[name])
    boxes = {name: sandbox(seed=seed, incidents=20) for name, seed in (("north", 1), ("south", 2))}
    with ExitStack() as stack:
        stack.callback(server.stop)
        blocks = []
        for name, box in boxes.items():
            stack.enter_context(box)
            box.account.create("users", id="PSHARED", name=f"Somebody in the {name}")
            prefix = f"TAP_PAGERDUTY__{name.upper()}"
            env.update({f"{prefix}_API_KEY": box.api_key, f"{prefix}_API_URL": box.url})
            env[f"{prefix}_START_DATE"] = START
            blocks += [f"tap-pagerduty--{name}", "target-postgres"]
        done = subprocess.run(
            [Path(sys.executable).with_name("meltano"), "run", *blocks],
            cwd=project,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:]
        for stream in ("users", "incidents"):
            found = database.ask(f"SELECT account, id FROM {SCHEMA}.{stream} ORDER BY 1, 2")
            held = [(name, own) for name, box in boxes.items() for own in truth(box, stream)]
            assert found == sorted(held)
        shared = f"SELECT account, name FROM {SCHEMA}.users WHERE id = 'PSHARED' ORDER BY 1"
        assert database.ask(shared) == [
            ("north", "Somebody in the north"),
            ("south", "Somebody in the south"),
        ]
