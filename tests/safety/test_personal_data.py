"""`personal_data`: no name and no address of a person is in what leaves, in any stream."""

import copy
import json
import re

import pytest

from tap_pagerduty.records.findings import Findings
from tap_pagerduty.records.personal_data import (
    ALWAYS,
    OF_A_USER,
    OMIT,
    PERSONAL,
    PSEUDONYMIZE,
    PersonalData,
    columns,
    replacement,
)
from tap_pagerduty.records.preparation import Preparation
from tap_pagerduty.records.timestamps import instant
from tap_pagerduty.streams import STREAMS

KEY = "a key of at least sixteen characters"
NAME, EMAIL, PHONE, IP = "Jane Doe", "jane.doe@example.com", "+4915112345678", "203.0.113.7"
PLANTED = (NAME, EMAIL, PHONE, IP)
JANE = {
    "id": "PJANE01",
    "type": "user_reference",
    "summary": NAME,
    "self": "https://api.pagerduty.com/users/PJANE01",
    "html_url": "https://acme.pagerduty.com/users/PJANE01",
}
# Fields that sound personal and are not: what stands for no person, or only for a number or kind.
NOT_PERSONAL = {
    "support_email",  # of a vendor
    "integration_email",  # a service's, and a secret
    "email_filter_mode", "email_filters", "email_incident_creation", "email_parsers",
    "email_parsing_fallback", "email_subject", "email_body", "from_email_mode", "from_email_regex",
    "send_html_email", "send_short_email",
}  # fmt: skip


def planted(schema, within=""):
    """Return a value of a schema in which each mark, and each reference, is a person."""
    if PERSONAL in schema and schema[PERSONAL] == ALWAYS:
        return [NAME, EMAIL] if "items" in schema else f" {EMAIL} " if "mail" in within else NAME
    if "items" in schema:
        return [planted(schema["items"], within)]
    if "properties" in schema:
        found = {name: planted(field, name) for name, field in schema["properties"].items()}
        marks = [field.get(PERSONAL) for field in schema["properties"].values()]
        if OF_A_USER in marks or "self" in found:
            found |= JANE
        return {name: value for name, value in found.items() if value is not None}
    return {"deep": [{"user": dict(JANE)}]} if "object" in str(schema.get("type")) else None


def prepared(stream, record, mode):
    prepare = Preparation(stream.schema, Findings(), secrets=(), addresses=(), carries_events=False)
    record = copy.deepcopy(record)
    prepare(record)
    if replace := replacement(mode, KEY):
        PersonalData(stream.schema, replace)(record)
    return record


@pytest.mark.parametrize("mode", [PSEUDONYMIZE, OMIT])
def test_a_person_planted_in_every_stream_is_in_no_record(mode, subtests):
    for stream in STREAMS:
        record = {
            **planted(stream.schema),
            "new_owner": {**JANE, "email": EMAIL, "phone": PHONE},
            "email_address": EMAIL,
            "list": [{"deeper": {"phone_number": PHONE, "remote_ip": IP}}],
        }
        with subtests.test(stream.name):
            text = json.dumps(prepared(stream, record, mode))
            assert not [each for each in PLANTED if each.lower() in text.lower()], text
            assert "PJANE01" in text  # joins by id still work


def test_all_that_sounds_personal_is_marked():
    sounds = re.compile(r"e?mail|phone|address|avatar|first_name|last_name|user_names?$")

    def unmarked(schema):
        for name, field in schema.get("properties", {}).items():
            inner = field.get("items", field)
            is_address_of_web = "web address" in field.get("description", "").lower()
            if sounds.search(name) and PERSONAL not in field and not is_address_of_web:
                yield name
            yield from unmarked(inner)

    found = {name for stream in STREAMS for name in unmarked(stream.schema)}
    assert found - NOT_PERSONAL == set()
    assert found >= NOT_PERSONAL  # no exception without a field


def test_kept_data_is_as_it_came():
    users = next(stream for stream in STREAMS if stream.name == "users")
    record = {"id": "PJANE01", "type": "user", "name": NAME, "email": EMAIL, "summary": NAME}
    assert prepared(users, record, "keep") == record


def test_the_same_person_has_the_same_pseudonym_everywhere():
    sheets = {stream.name: stream for stream in STREAMS}
    user = {"id": "U1", "type": "user", "name": NAME, "email": "Jane.Doe@Example.com"}
    notification = {"id": "N1", "address": f" {EMAIL}", "user": dict(JANE)}
    user = prepared(sheets["users"], user, PSEUDONYMIZE)
    notification = prepared(sheets["notifications"], notification, PSEUDONYMIZE)
    assert user["email"] == notification["address"] != EMAIL
    assert user["name"] == notification["user"]["summary"] != NAME
    assert re.fullmatch(r"p_[0-9a-f]{20}", user["name"])


def test_another_key_gives_other_pseudonyms():
    assert replacement(PSEUDONYMIZE, KEY)(NAME) != replacement(PSEUDONYMIZE, KEY + "!")(NAME)


def test_what_is_omitted_is_null_and_lists_are_empty():
    sheet = next(stream for stream in STREAMS if stream.name == "analytics_incidents")
    record = {"id": "I1", "assigned_user_names": [NAME], "resolved_by_user_name": NAME}
    found = prepared(sheet, record, OMIT)
    assert (found["assigned_user_names"], found["resolved_by_user_name"]) == ([], None)


def test_services_and_teams_keep_their_names():
    sheet = next(stream for stream in STREAMS if stream.name == "log_entries")
    service = {"id": "S1", "type": "service_reference", "summary": "Checkout"}
    record = {"id": "L1", "agent": dict(service), "service": dict(service), "user": dict(JANE)}
    found = prepared(sheet, record, OMIT)
    assert found["agent"] == found["service"] == service
    assert found["user"]["summary"] is None


def test_values_of_an_audited_user_are_replaced_and_others_stay():
    sheet = next(stream for stream in STREAMS if stream.name == "audit_records")
    fields = [
        {"name": "name", "value": NAME, "before_value": "J. Doe"},
        {"name": "email", "value": EMAIL},
        {"name": "role", "value": "admin"},
    ]
    of_user = {"id": "A1", "details": {"resource": dict(JANE), "fields": copy.deepcopy(fields)}}
    service = {"id": "S1", "type": "service_reference", "summary": "Checkout"}
    of_service = {
        "id": "A2",
        "details": {"resource": service, "fields": [{"name": "name", "value": "x"}]},
    }
    found = prepared(sheet, of_user, OMIT)["details"]["fields"]
    assert [each.get("value") for each in found] == [None, None, "admin"]
    assert found[0]["before_value"] is None
    assert prepared(sheet, of_service, OMIT)["details"]["fields"][0]["value"] == "x"


@pytest.mark.parametrize("batches", [False, True])
def test_a_run_emits_pseudonyms_by_each_way_of_writing(account, sync, tmp_path, batches):
    incident = {"id": "I1", "created_at": "2024-05-01T00:00:00Z", "status": "resolved"}
    account.lists["users"] = [{"id": "U1", "type": "user", "name": NAME, "email": EMAIL}]
    account.lists["incidents"] = [{**incident, "last_status_change_by": dict(JANE)}]
    encoding = {"format": "jsonl", "compression": "none"}
    config = {"encoding": encoding, "storage": {"root": tmp_path.as_uri()}}
    run = sync(
        "users",
        "incidents",
        personal_data=PSEUDONYMIZE,
        personal_data_key=KEY,
        **({"batch_config": config} if batches else {}),
    )
    assert run.exit_code == 0, run.log
    text = run.stdout + "".join(path.read_text() for path in tmp_path.glob("tap-*"))
    assert replacement(PSEUDONYMIZE, KEY)(NAME) in text
    for each in (*PLANTED, KEY):
        assert each not in text + run.log


@pytest.mark.parametrize("key", [None, "", "too short"])
def test_a_pseudonym_without_a_key_is_one_line(sync, key):
    run = sync("users", personal_data=PSEUDONYMIZE, personal_data_key=key)
    assert run.exit_code == 1
    assert "personal_data: pseudonymize needs personal_data_key" in run.log
    assert not key or key not in run.log


def test_the_page_of_personal_data_names_columns_of_users_and_of_references():
    sheets = {stream.name: stream for stream in STREAMS}
    assert {"name", "email", "avatar_url"} <= {*columns(sheets["users"].schema)}
    assert "assignments.assignee.summary" in {*columns(sheets["incidents"].schema)}


def test_a_value_that_cannot_be_read_is_neither_in_the_log_nor_in_the_log_of_runs(
    account, sync, monkeypatch
):
    account.lists["users"] = [{"id": "U1", "name": NAME}]
    sheet = next(stream for stream in STREAMS if stream.name == "users")
    monkeypatch.setattr(sheet, "request_records", lambda *_: map(instant, [NAME]))
    run = sync("users", "sync_runs")
    assert run.exit_code == 1
    assert (
        "users is incomplete: a record is not as the API documents it (ParserError in timesta"
        in run.log
    )
    assert NAME not in run.log + run.stdout
