"""`--test`: what it tells before the first run, and that it is true."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from math import ceil
from pathlib import Path

import pytest

from tap_pagerduty.api import connection
from tap_pagerduty.streams import STREAMS
from tests.support.account import READ
from tests.support.harness import SECRET, START, ceiling_of, oauth_app, sandbox
from tests.support.project import ROOT

PARTIES = ("teams", "users", "vendors")


@pytest.fixture
def box():
    with sandbox(incidents=300, users=120) as box:
        yield box


def key(box, **settings):
    nothing = dict.fromkeys(("client_id", "client_secret", "subdomain", "oauth_url"))
    return oauth_app(box, **nothing, **{"api_key": box.api_key, **settings})


@pytest.fixture
def check(tap, waits):  # noqa: ARG001, no waits between tries
    """Check a sandbox by its key or with SETTINGS, and some streams."""

    def check(box, *streams, settings=None, arguments=(), **more):
        given = settings or key(box, **more)
        return tap(given, *streams, arguments=[*arguments, "--test"])

    return check


def table(run):
    """Return what is told of each stream that can be read: records, requests."""
    rows = re.findall(r"^(\(?\w+\)?) +([\d,?]+\+?) +([\d,?]+\+?)$", run.stdout, re.MULTILINE)
    return {name: (records, requests) for name, records, requests in rows}


def problems(run):
    """Return why streams cannot be read."""
    return dict(re.findall(r"^  (\w+): (.+)$", run.stdout, re.MULTILINE))


# -- What is told


def test_the_account_the_credentials_and_the_limit_are_told(check, box):
    run = check(box, "users")
    assert run.exit_code == 0
    assert run.stdout.splitlines()[:4] == [
        f"Account      acme.pagerduty.com ({box.url})",
        "Signed in    with the key of the account",
        "Rate limit   100,000 requests a minute, 99,998 left now",
        "First load   from 2024-05-01T00:00:00Z (`start_date`)",
    ]
    assert run.lines("ERROR") == run.lines("WARNING") == []


def test_a_user_is_told_whose_key_it_is(check):
    with sandbox(user_key=True) as box:
        [user, *_] = box.truth("users")
        run = check(box, "users")
        assert (
            f"Signed in    with the key of the user {user['name']} ({user['role']})\n" in run.stdout
        )


def test_the_region_is_told(check, box, monkeypatch):
    monkeypatch.setitem(connection.HOSTS, "eu", box.url)
    run = check(box, "users", api_url=None, region="eu")
    assert f"Account      acme.pagerduty.com (EU region, {box.url})\n" in run.stdout


def test_without_a_start_date_a_year_is_told(check, box):
    run = check(box, "users", start_date=None)
    assert (
        "First load   from 2023-06-12T12:00:00Z (no `start_date` is set: a year ago)" in run.stdout
    )


def test_the_ends_of_a_slice_are_told(check, box):
    run = check(box, "incidents", start_date="2024-05-01", end_date="2024-05-03")
    ends = "2024-05-01T00:00:00Z to 2024-05-03T00:00:00Z (`start_date`, `end_date`)"
    assert f"First load   from {ends}\n" in run.stdout


def test_credentials_that_may_not_ask_who_they_are_are_told_by_kind(check, box):
    box.faults.add_spec("status=403,path=/users/me")
    assert "Signed in    with the key\n" in check(box, "users").stdout


def test_records_are_counted_and_requests_are_those_of_a_run(check, tap, box):
    streams = ("incidents", "log_entries", "notifications", *PARTIES)
    told = check(box, *streams, start_date=START)
    assert told.exit_code == 0
    before = len(box.requests)
    run = tap(key(box, start_date=START), *streams)
    made = Counter(request.path[1:] for request in box.requests[before:])
    made["incidents"] -= 1  # those that are open
    for stream, (records, requests) in table(told).items():
        assert int(records.replace(",", "")) == len(run.records(stream))
        assert int(requests) == made[stream]
    total = sum(int(requests) for _, requests in table(told).values())
    assert f"All 6 selected streams can be read.\nA first load takes about {total} requests" in (
        told.stdout
    )


def test_streams_of_parts_take_a_request_for_each_part(check, tap):
    streams = ("entity_tags", "schedule_users", "standard_scores", "team_members")
    with sandbox() as box:
        told = check(box, *streams)
        before = len(box.requests)
        tap(key(box), *streams)
        made = box.requests[before:]
        teams = len(box.truth("teams"))
    paths = {
        "entity_tags": r"/tags/\w+/\w+",
        "schedule_users": r"/schedules/\w+/users",
        "standard_scores": r"/standards/scores/technical_services",
        "team_members": r"/teams/\w+/members",
    }
    assert (
        table(told).items()
        >= {
            stream: ("?", str(sum(bool(re.fullmatch(path, each.path)) for each in made)))
            for stream, path in paths.items()
        }.items()
    )
    # Their parents are read as well.
    assert table(told)["(teams)"] == (str(teams), "1")
    assert "All 4 selected streams can be read." in told.stdout


def test_where_the_api_does_not_count_it_is_told(check, box):
    run = check(box, "audit_records", "user_contact_methods")
    assert table(run)["user_contact_methods"] == ("?", str(ceil(len(box.truth("users")) / 99)))
    assert re.fullmatch(r"\d+\+", table(run)["audit_records"][1])
    assert "A first load takes at least " in run.stdout
    assert run.exit_code == 0


def test_no_mark_is_explained_that_does_not_stand_there(check, box):
    run = check(box, "teams")
    cost = "about 1 request, or 1 s at the pace of the rate limit"
    assert run.stdout.splitlines()[-2:] == [
        "The 1 selected stream can be read.",
        f"A first load takes {cost}, for {len(box.truth('teams'))} records.",
    ]
    assert "stands" not in run.stdout


def test_the_time_is_that_of_the_rate_limit(check):
    with sandbox(rate_limit=960, incidents=5000, days=30) as box:
        run = check(box, "incident_notes", requests_per_second=None)
        requests = 5000 + 50 + 1
        minutes = ceil(requests / (960 * 0.9))
        assert re.search(rf"takes about 5,05\d requests, or {minutes} minutes", run.stdout)
        slow = check(box, "incident_notes", requests_per_second=1)
        assert re.search(r"takes about 5,05\d requests, or 85 minutes", slow.stdout)


def test_a_list_that_cannot_be_paged_to_its_end_is_told(check):
    with ceiling_of(300), sandbox(users=400) as box:
        run = check(box, "users", "teams")
        assert run.exit_code == 1
        assert problems(run)["users"].endswith(" records, and the API pages no further than 300")


def test_windows_that_are_cut_are_counted_nearly(check, tap, monkeypatch):
    monkeypatch.setattr("tap_pagerduty.preflight.CEILING", 300)
    with ceiling_of(300), sandbox(incidents=800, days=60) as box:
        told = check(box, "log_entries", start_date=START)
        before = len(box.requests)
        tap(key(box, start_date=START), "log_entries")
        [(_, requests)] = table(told).values()
        assert int(requests) == pytest.approx(len(box.requests) - before, rel=0.2)


def test_the_readme_shows_what_is_told(check, clock, monkeypatch):  # noqa: ARG001, no waiting
    streams = ("audit_records", "incidents", "log_entries", "notifications", "services")
    with sandbox(rate_limit=960, incidents=5000, days=400) as box:
        monkeypatch.setitem(connection.HOSTS, "us", box.url)
        settings = key(box, api_url=None, start_date="2023-06-01", max_concurrency=1)
        del settings["requests_per_second"]
        run = check(box, *streams, "team_members", "teams", "users", settings=settings)
        told = run.stdout.replace(box.url, "https://api.pagerduty.com")
    page = (ROOT / "docs" / "quick-start.md").read_text(encoding="utf-8")
    [shown] = re.findall("<!-- checkup -->\n```text\n(.*?)```", page, re.DOTALL)
    assert told == shown


# -- What it costs


def test_all_streams_are_checked_by_about_a_request_each(check):
    with sandbox() as box:
        run = check(box, *(stream.name for stream in STREAMS))
        assert run.exit_code == 0
        assert table(run).keys() | {"none"} >= {stream.name for stream in READ}
        # Events are counted in each of their windows.
        assert len(box.requests) <= len(STREAMS) + 20
        assert len(run.stdout.splitlines()) < len(STREAMS) + 15


def test_only_what_is_selected_is_checked(check, box):
    run = check(box, "teams", "team_members")
    assert table(run).keys() == {"teams", "team_members"}
    assert {request.path.split("/")[1] for request in box.requests} == {"users", "teams"}
    assert [each.path for each in box.requests if each.path.startswith("/users")] == ["/users/me"]


def test_the_selection_may_stand_behind_the_option(command, catalog, box, tmp_path):
    files = {"config": key(box), "catalog": catalog("teams")}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    run = command("--test", "--catalog", tmp_path / "catalog", "--config", tmp_path / "config")
    assert run.exit_code == 0
    assert table(run).keys() == {"teams"}


# -- What cannot be read


def test_a_key_without_scopes_is_told_for_each_stream(check):
    with sandbox(scopes={"users.read"}) as box:
        run = check(box, "users", "teams", "team_members")
        assert run.exit_code == 1
        assert table(run).keys() == {"users"}
        assert problems(run) == {
            "teams": "403 Forbidden: Token missing required scopes (teams.read); it requires "
            "the scope `teams.read`",
            "team_members": "teams cannot be read",
        }
        assert "1 of 3 selected streams can be read." in run.stdout


def test_a_plan_without_features_is_told_for_each_stream(check):
    with sandbox(plan_without={"priorities", "/audit/records", "/teams/{id}/members"}) as box:
        run = check(box, "users", "priorities", "audit_records", "team_members")
        assert run.exit_code == 1
        assert table(run).keys() == {"users", "(teams)"}
        assert problems(run).keys() == {"priorities", "audit_records", "team_members"}
        assert problems(run)["priorities"].startswith("402 Payment Required: ")
        assert "and the Audit Trail" in problems(run)["audit_records"]


def test_a_quota_that_is_used_up_is_told(check):
    with sandbox(analytics_daily_quota=0) as box:
        run = check(box, "analytics_users", "users")
        assert run.exit_code == 1
        assert problems(run)["analytics_users"].startswith("the account's daily quota is used up")


def test_scopes_that_an_app_lacks_are_told_with_their_streams(check):
    with sandbox(scopes={"users.read"}, narrow_tokens=True, client_secret=SECRET) as box:
        run = check(box, "users", "teams", settings=oauth_app(box))
        assert run.exit_code == 1
        assert "Signed in    with the OAuth app of the account\n" in run.stdout
        assert run.lines("WARNING") == [
            "The OAuth app lacks scopes: `teams.read` (for teams). What needs them is skipped."
        ]
        assert problems(run).keys() == {"teams"}


def test_a_stream_that_fails_is_told_with_the_others(check, box):
    box.faults.add_spec("status=400,path=/teams")
    box.faults.add_spec("html,path=/vendors")
    run = check(box, *PARTIES, "tags")
    assert run.exit_code == 1
    assert problems(run) == {
        "teams": "400 Bad Request: Invalid Input Provided",
        "vendors": "200 with a body that is not valid JSON (cut off, or a proxy's)",
    }
    assert table(run).keys() == {"users", "tags"}


def test_what_has_no_parent_to_be_tried_on_is_told(check, box):
    box.replace("/rulesets", [])
    run = check(box, "ruleset_rules")
    assert run.exit_code == 0
    assert "Not tried, because their parents have no records: ruleset_rules.\n" in run.stdout


def test_a_refused_key_is_told_in_a_line(check, box):
    run = check(box, *PARTIES, api_key="another-key")
    assert run.exit_code == 1
    assert run.stdout == ""
    assert run.lines("ERROR")[0].startswith(f"PagerDuty refused the key at {box.url} (401")
    assert len(box.requests) == 1


def test_a_key_of_the_other_region_is_told(check, box, monkeypatch):
    with sandbox(api_key="us-key") as us:
        monkeypatch.setitem(connection.HOSTS, "us", us.url)
        monkeypatch.setitem(connection.HOSTS, "eu", box.url)
        run = check(box, *PARTIES, api_url=None)
        assert run.exit_code == 1
        [line] = run.lines("ERROR")
        assert line.endswith("It belongs to the EU region: set `region: eu`.")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://nowhere.invalid"])
def test_a_network_that_is_down_is_told_in_seconds(check, box, monkeypatch, url):
    monkeypatch.setattr("tap_pagerduty.preflight.RETRY_TIMEOUT", 1)
    monkeypatch.setattr("backoff.full_jitter", lambda _: 0.3)
    run = check(box, *PARTIES, api_url=url, retry_timeout_seconds=300)
    assert run.exit_code == 1
    assert run.stdout == ""
    assert run.lines("ERROR") == [
        f"Could not reach {url}; check the network, `region` and `api_url`."
    ]


def test_a_selection_of_nothing_is_told(box, catalog, tmp_path, command):
    found = catalog("teams")
    for each in found["streams"][0]["metadata"]:
        each["metadata"]["selected"] = False
    for name, content in {"config": key(box), "catalog": found}.items():
        (tmp_path / name).write_text(json.dumps(content))
    run = command("--config", tmp_path / "config", "--catalog", tmp_path / "catalog", "--test")
    assert run.exit_code == 1
    assert run.lines("ERROR") == ["No stream is selected."]


# -- The SDK's other modes


def test_schemas_can_still_be_tried_alone(command, box, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(key(box)))
    run = command("--config", path, "--test=schema")
    assert run.exit_code == 0
    messages = [json.loads(line) for line in run.stdout.splitlines()]
    assert {message["type"] for message in messages} == {"SCHEMA"}
    assert len(messages) == len(STREAMS)
    assert box.requests == []


# -- Through Meltano


@pytest.fixture(scope="module")
def meltano(tmp_path_factory):
    """Run Meltano in a project with the plugins of the checkout, on a sandbox."""
    root, place = ROOT, tmp_path_factory.mktemp("project")
    shutil.copy(root / "meltano.yml", place)
    (place / ".meltano").mkdir()
    (place / ".meltano" / "extractors").symlink_to(root / ".meltano" / "extractors")
    env = {n: v for n, v in os.environ.items() if not n.startswith(("TAP_", "MELTANO_"))}

    with sandbox(rate_limit=960) as box:
        env["TAP_PAGERDUTY_API_URL"] = box.url

        def meltano(*arguments, key=box.api_key):
            return subprocess.run(
                [str(Path(sys.executable).with_name("meltano")), *arguments],
                cwd=place,
                env={**env, "TAP_PAGERDUTY_API_KEY": key},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=120,
            )

        yield meltano


def test_meltano_shows_the_check_of_the_selected_streams(meltano):
    run = meltano("invoke", "tap-pagerduty", "--test")
    assert run.returncode == 0
    assert "Signed in    with the key of the account\n" in run.stdout
    count = sum(stream.selected_by_default for stream in READ)
    assert f"All {count} selected streams can be read." in run.stdout


def test_meltano_finds_that_the_settings_work(meltano):
    run = meltano("config", "test", "tap-pagerduty")
    assert run.returncode == 0
    assert "Plugin configuration is valid" in run.stdout


def test_meltano_shows_why_the_settings_do_not_work(meltano):
    run = meltano("config", "test", "tap-pagerduty", key="another-key")
    assert run.returncode == 1
    said = run.stdout.partition("Plugin configuration is invalid\n")[2]
    assert "PagerDuty refused the key at" in said.partition("\n")[0]
