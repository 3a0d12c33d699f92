"""JSON that is allowed but that no target can store, or no parser can read."""

import json
import time

import pytest

from tap_pagerduty.records.json_text import check_depth, repaired

LONE = {
    rb'"\ud83d"': rb'"\ufffd"',
    rb'"a\ude00b"': rb'"a\ufffdb"',
    rb'"\ud83d\ude00"': rb'"\ud83d\ude00"',
    rb'"\ud83d\ud83d\ude00"': rb'"\ufffd\ud83d\ude00"',
    rb'"\\ud83d"': rb'"\\ud83d"',
    rb'"\\\ud83d"': rb'"\\\ufffd"',
    rb'"\u0000\u0001"': rb'"\ufffd\u0001"',
    rb'"\\u0000"': rb'"\\u0000"',
    b'"\xff\xc3\xbc"': '"\ufffdü"'.encode(),
}


@pytest.mark.parametrize(("sent", "due"), LONE.items(), ids=str)
def test_only_what_cannot_be_stored_is_replaced(sent, due):
    found, what = repaired(sent)
    assert found == due
    assert bool(what) == (sent != due)


PAGES = {
    "half of a surrogate pair": (rb"a\ud83d", "a\ufffd"),
    "U+0000": (rb"a\u0000b", "a\ufffdb"),
    "not valid UTF-8": (b"a\xff", "a\ufffd"),
}


@pytest.mark.parametrize("name", ["incidents", "users"])
@pytest.mark.parametrize("what", PAGES)
def test_the_rest_of_the_page_is_emitted_and_the_text_with_a_replacement(account, sync, what, name):
    text, due = PAGES[what]
    if name == "incidents":
        records = [
            json.dumps(account.add_incident(number, account.at(hours=1))).encode()
            for number in (1, 2)
        ]
        column = b'"title"'
    else:
        records, column = [b'{"id": "I1"}', b'{"id": "I2"}'], b'"name"'
    records[0] = records[0][:-1] + b", " + column + b': "' + text + b'"}'
    body = b'{"%s": [%s], "more": false, "total": null}' % (name.encode(), b", ".join(records))
    account.plan(f"/{name}", {"text": body.decode(errors="surrogateescape")})
    run = sync(name)
    assert run.exit_code == 0, run.log
    first, second = run.records(name)[:2]
    assert first[column.decode().strip('"')] == due
    assert (first["id"], second["id"]) == ("I1", "I2")
    (line,) = [line for line in run.lines("WARNING") if "U+FFFD" in line]
    assert what in line
    assert line.startswith(f"{name}: ")


def nested(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [980, 5000])
@pytest.mark.parametrize("settings", [{}, {"account": "acme"}], ids=str)
@pytest.mark.parametrize("name", ["incidents", "users"])
def test_a_record_nested_too_deep_ends_only_its_stream(account, sync, name, settings, depth):
    account.lists["teams"] = [{"id": "T1"}]
    body = f'{{"{name}": [{{"id": "X1"}}, {{"id": "X2", "status": {nested(depth)}}}]}}'
    account.plan(f"/{name}", {"text": body})
    run = sync(name, "teams", **settings)
    assert run.exit_code == 1
    assert [team["id"] for team in run.records("teams")] == ["T1"]
    assert "X2" in run.lines("ERROR")[0]
    assert "Traceback" not in run.log


def test_what_lies_deep_but_ends_in_steps_is_seen_too(account, sync):
    account.lists["teams"] = [{"id": "T1"}]
    deep = "[" * 980 + "1" + ",2]" * 980
    account.plan("/users", {"text": f'{{"users": [{{"id": "X2", "name": {deep}}}]}}'})
    run = sync("users", "teams")
    assert run.exit_code == 1
    assert run.records("teams")
    assert "X2" in run.lines("ERROR")[0]
    assert "Traceback" not in run.log


def test_a_real_depth_passes():
    check_depth(b'{"x": %s}' % nested(300).encode())
    with pytest.raises(RecursionError):
        check_depth(b'{"x": %s}' % nested(600).encode())


def test_a_text_without_an_end_is_looked_through_once():
    start = time.process_time()
    check_depth(b'{"users": ["' + b'\\"' * 300_000 + b"}" * 32)
    assert time.process_time() - start < 5


def test_an_error_body_nested_too_deep_is_no_traceback(account, sync):
    account.lists["teams"] = [{"id": "T1"}]
    for depth in (980, 5000):
        text = f'{{"error": {nested(depth)}}}'
        account.plan("/users", {"status": 400, "text": text})
        run = sync("users", "teams")
        assert run.exit_code == 1
        assert run.records("teams")
        assert "Traceback" not in run.log


@pytest.mark.parametrize("settings", [{}, {"account": "acme"}], ids=str)
@pytest.mark.parametrize("name", ["incidents", "log_entries"])
def test_a_number_out_of_range_ends_only_its_stream(account, sync, name, settings):
    account.lists["teams"] = [{"id": "T1"}]
    place = '"body": {"details"' if name == "incidents" else '"channel": {"details"'
    at = f'"created_at": "{account.at(hours=1)}"'
    body = f'{{"{name}": [{{"id": "X2", {at}, {place}: {{"x": 1e400}}}}}}]}}'
    account.plan(f"/{name}", {"text": body})
    run = sync(name, "teams", **settings)
    assert run.exit_code == 1
    assert [team["id"] for team in run.records("teams")] == ["T1"]
    assert "X2" in run.lines("ERROR")[0]
    assert "out of range" in run.lines("ERROR")[0]
    assert "Traceback" not in run.log


# -- Records without a key


def test_records_without_a_key_are_reported_and_not_emitted(account, sync):
    account.lists["license_allocations"] = [
        {"user": {"id": "U1"}, "license": {"id": "L1"}},
        {"user": None, "license": {"id": "L1"}},
    ]
    account.lists["teams"] = [{"id": ""}, {"id": "T1"}, {"id": None}]
    run = sync("license_allocations", "teams")
    assert run.exit_code == 0
    assert [each["user_id"] for each in run.records("license_allocations")] == ["U1"]
    assert [each["id"] for each in run.records("teams")] == ["T1"]
    lines = [line for line in run.lines("WARNING") if "without its key" in line]
    assert lines[0].startswith("license_allocations: 1 records have no `user_id`")
    assert lines[1].startswith("teams: 2 records have no `id`")
