"""The setting `account`: several accounts in the same tables."""

import json

import pytest

from tap_pagerduty.streams import STREAMS
from tap_pagerduty.tap import TapPagerDuty
from tests.harness import Warehouse, ago, sandbox, sync

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
    expected = TapPagerDuty(config={"api_key": "key", **setting})
    for name, stream in tap.streams.items():
        assert list(stream.primary_keys) == list(expected.streams[name].primary_keys)
        assert stream.effective_schema == expected.streams[name].effective_schema
        [mapped] = tap.mapper.stream_maps[name]
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
