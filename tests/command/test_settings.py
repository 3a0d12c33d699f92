"""Each setting does what it says; each mistake in them is told in a line."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from tap_pagerduty.records.timestamps import instant
from tap_pagerduty.tap import TapPagerDuty

KEY = "u+SECRETKEY123456789"
TOMORROW = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat()
OFFSET = timezone(timedelta(hours=-11))

NONE = (
    "No credentials: set api_key, or access_token, or client_id, client_secret and subdomain, in "
    "the file given with --config, or as TAP_PAGERDUTY_API_KEY and so on with --config=ENV."
)
OAUTH = {"client_id": "c", "client_secret": "s", "subdomain": "acme"}

NOT_PLAIN = (
    "{} must be a plain address such as https://host:port/path: without a user or password, "
    "query, fragment, blank or backslash."
)
MISTAKES = {
    "no credentials": ({"api_key": ...}, NONE),
    "an empty key": ({"api_key": " "}, NONE),
    "a subdomain alone": ({"api_key": ..., "subdomain": "acme"}, NONE),
    "broken key": ({"api_key": "a\nb"}, "api_key holds characters that it cannot have."),
    "odd key": ({"api_key": "kéy"}, "api_key holds characters that it cannot have."),
    "odd token": (
        {"api_key": ..., "access_token": "a\nb"},
        "access_token holds characters that it cannot have.",
    ),
    "a key and a token": (
        {"access_token": "t"},
        "api_key and access_token are set; give one kind of credentials.",
    ),
    "a key and an app": (
        OAUTH,
        "api_key and client_id are set; give one kind of credentials.",
    ),
    "three kinds": (
        {**OAUTH, "access_token": "t"},
        "api_key and access_token and client_id are set; give one kind of credentials.",
    ),
    "an app without its secret": (
        {**OAUTH, "api_key": ..., "client_secret": ...},
        "client_id, client_secret and subdomain go together; missing: client_secret.",
    ),
    "an app without its account": (
        {**OAUTH, "api_key": ..., "subdomain": ""},
        "client_id, client_secret and subdomain go together; missing: subdomain.",
    ),
    "a secret without its app": (
        {"api_key": ..., "client_secret": "98765432101234"},
        "client_id, client_secret and subdomain go together; missing: client_id, subdomain.",
    ),
    **{
        subdomain: (
            {**OAUTH, "api_key": ..., "subdomain": subdomain},
            "subdomain is what the account's web address starts with, such as acme.",
        )
        for subdomain in ("acme.pagerduty.com", "acme eu", "https://acme")
    },
    "a number for the key": (
        {"api_key": 98765432101234},
        "(secret) is not of type 'string', 'null' in config['api_key']",
    ),
    "a list for the key": (
        {"api_key": ["98765432101234"]},
        "(secret) is not of type 'string', 'null' in config['api_key']",
    ),
    "a number for the secret": (
        {"api_key": ..., **OAUTH, "client_secret": 98765432101234},
        "(secret) is not of type 'string', 'null' in config['client_secret']",
    ),
    "unknown setting": (
        {"api_token": "x"},
        "Additional properties are not allowed ('api_token' was unexpected)",
    ),
    "unknown region": (
        {"region": "mars"},
        "'mars' is not one of ['us', 'eu'] in config['region']",
    ),
    "no date": (
        {"start_date": "yesterday"},
        "start_date 'yesterday' is not a date; write 2026-01-31T00:00:00Z.",
    ),
    "impossible date": (
        {"start_date": "2024-02-30"},
        "start_date '2024-02-30' is not a date; write 2026-01-31T00:00:00Z.",
    ),
    "time of day": (
        {"start_date": "12:00"},
        "start_date '12:00' is not a date; write 2026-01-31T00:00:00Z.",
    ),
    "future": ({"start_date": TOMORROW}, f"start_date '{TOMORROW}' lies in the future."),
    "future in another zone": (
        {"start_date": "2999-01-01T00:00:00-11:00"},
        "start_date '2999-01-01T00:00:00-11:00' lies in the future.",
    ),
    "no date by the other name": (
        {"start_date": ..., "anchor_date": "soon"},
        "anchor_date 'soon' is not a date; write 2026-01-31T00:00:00Z.",
    ),
    "both names": (
        {"start_date": "2024-01-01", "anchor_date": "2024-01-02"},
        "start_date and anchor_date mean the same, but differ; give one.",
    ),
    "no end": (
        {"end_date": "soon"},
        "end_date 'soon' is not a date; write 2026-01-31T00:00:00Z.",
    ),
    "an end without a start": (
        {"start_date": ..., "end_date": "2024-02-01"},
        "end_date is the end of a slice; give its start_date as well.",
    ),
    "an end that is no later": (
        {"start_date": "2024-02-01", "end_date": "2024-01-31T23:00:00-01:00"},
        "end_date '2024-01-31T23:00:00-01:00' is not after start_date.",
    ),
    "an id that is none": (
        {"team_ids": ["P1", ""]},
        "'' does not match '^[A-Za-z0-9_-]+$' in config['team_ids'][1]",
    ),
    "no such urgency": (
        {"urgencies": ["medium"]},
        "'medium' is not one of ['high', 'low'] in config['urgencies'][0]",
    ),
    **{
        f"{name} {url}": (
            {name: url},
            f"{name} must start with https://, or http:// for this machine only.",
        )
        for name in ("api_url", "oauth_url")
        for url in (
            "http://api.pagerduty.com",
            "http://10.0.0.1:8080",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "api.pagerduty.com",
            "ftp://localhost",
        )
    },
    **{
        f"{name} {url}": (
            {name: url},
            NOT_PLAIN.format(name),
        )
        for name in ("api_url", "oauth_url")
        for url in ("http://127.0.0.1@example.com", "https://")
    },
    "header of two lines": (
        {"user_agent": "x\r\nHost: example.com"},
        "user_agent holds characters that no header can have.",
    ),
    "no concurrency": (
        {"max_concurrency": 0},
        "0 is less than the minimum of 1 in config['max_concurrency']",
    ),
    "text for a number": (
        {"request_timeout_seconds": "60"},
        "'60' is not of type 'integer', 'null' in config['request_timeout_seconds']",
    ),
    "all reserved": (
        {"rate_limit_reserve_percent": 100},
        "100 is greater than the maximum of 90 in config['rate_limit_reserve_percent']",
    ),
}


@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_one_line(account, command, config_file, mistake, mode):
    settings, line = mistake
    run = command("--config", config_file(**settings), *mode)
    assert run.exit_code == 1
    assert run.lines("ERROR") == [line]
    assert "Traceback" not in run.log
    assert "98765432101234" not in run.log
    assert account.requests == []


@pytest.mark.parametrize(
    "settings",
    [{"max_concurrency": 0, "region": "mars"}, {"start_date": "soon", "api_url": "here"}],
)
def test_every_mistake_has_its_line(command, config_file, settings):
    run = command("--config", config_file(**settings))
    mistakes = run.lines("ERROR")
    assert [name for name in settings if any(name in line for line in mistakes)] == [*settings]
    assert len(mistakes) == 2


@pytest.mark.parametrize("setting", ["start_date", "anchor_date"])
@pytest.mark.parametrize(
    "date",
    [
        ("2024-05-01", "2024-05-01T00:00:00Z"),
        ("2024-05-01T10:20:30", "2024-05-01T10:20:30Z"),
        ("2024-05-01T10:20:30Z", "2024-05-01T10:20:30Z"),
        ("2024-05-01T10:20:30+05:30", "2024-05-01T04:50:30Z"),
        ("2024-05-01T10:20:30.999Z", "2024-05-01T10:20:30Z"),
    ],
)
def test_the_first_load_begins_at_the_start_date(account, sync, config, setting, date):
    config.pop("start_date")
    value, since = date
    account.add_entry(1, since)
    assert sync("log_entries", **{setting: value}).ids("log_entries") == ["R1"]
    assert account.asked("/log_entries")[0].params["since"] == since


def test_both_names_of_the_start_date_may_say_the_same(account, sync):
    both = {"start_date": "2024-05-01", "anchor_date": "2024-05-01T02:00:00+02:00"}
    assert sync("log_entries", **both).exit_code == 0
    assert account.asked("/log_entries")[0].params["since"] == "2024-05-01T00:00:00Z"


def test_a_start_date_just_passed_in_another_zone_is_no_future(sync):
    just = (datetime.now(timezone.utc) - timedelta(minutes=1)).astimezone(OFFSET)
    assert sync("users", start_date=just.isoformat()).exit_code == 0


def test_without_a_start_date_the_last_year_is_read(account, sync, config):
    config.pop("start_date")
    account.now = datetime.now(timezone.utc)
    sync("log_entries", max_concurrency=1)
    since = instant(account.asked("/log_entries")[0].params["since"])
    assert timedelta(days=364) < account.now - since < timedelta(days=367)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://api.pagerduty.com/users"),
        ({"region": "us"}, "https://api.pagerduty.com/users"),
        ({"region": "eu"}, "https://api.eu.pagerduty.com/users"),
        ({"api_url": "https://proxy.example.com/pd/"}, "https://proxy.example.com/pd/users"),
        ({"api_url": "http://localhost:8080"}, "http://localhost:8080/users"),
        ({"api_url": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080/users"),
        ({"api_url": "http://[::1]:8080"}, "http://[::1]:8080/users"),
        ({"api_url": "http://localhost", "region": "eu"}, "http://localhost/users"),
    ],
)
def test_requests_go_to_the_host_of_the_settings(account, sync, settings, url):
    account.plan("/pd/users", {"json": {"users": [], "more": False}})
    assert sync("users", **settings).exit_code == 0
    assert [request.url for request in account.requests] == [url]


def test_requests_carry_key_version_and_name(account, sync):
    sync("users")
    headers = account.requests[0].headers
    assert headers["Authorization"] == f"Token token={KEY}"
    assert headers["Accept"] == "application/vnd.pagerduty+json;version=2"
    assert headers["User-Agent"] == f"tap-pagerduty/{TapPagerDuty.plugin_version}"


def test_the_line_break_at_the_end_of_a_key_file_does_no_harm(account, sync):
    sync("users", api_key=f"{KEY}\n")
    assert account.requests[0].headers["Authorization"] == f"Token token={KEY}"


def test_the_user_agent_can_be_set(account, sync):
    sync("users", user_agent="ours/1.0")
    assert account.requests[0].headers["User-Agent"] == "ours/1.0"


def test_the_request_timeout_is_that_of_every_request(account, sync):
    sync("users", "teams", request_timeout_seconds=7)
    assert [request.timeout for request in account.requests] == [7, 7]


def test_requests_keep_the_pace_that_is_set(account, sync, clock):
    when = []
    account.before = lambda _: when.append(clock.now)
    account.lists["users"] = [{"id": str(number)} for number in range(1000)]
    headers = {"ratelimit-limit": "960", "ratelimit-remaining": "959", "ratelimit-reset": "60"}
    account.headers = headers
    assert sync("users", requests_per_second=2, max_concurrency=1).exit_code == 0
    assert len(when) == 11
    gaps = [later - earlier for earlier, later in pairwise(when)]
    assert min(gaps) >= 0.499


def test_no_activate_version_message_comes_when_it_is_off(account, sync):
    account.lists["users"] = [{"id": "U1"}]
    on, off = (sync("users", emit_activate_version_messages=value) for value in (True, False))
    kinds = [[message["type"] for message in run.messages] for run in (on, off)]
    assert kinds[0].count("ACTIVATE_VERSION") == 1
    assert kinds[1].count("ACTIVATE_VERSION") == 0
    assert on.ids("users") == off.ids("users") == ["U1"]


# -- The environment

ENVIRONMENT = {
    "client_id": ("an-app", "an-app"),
    "client_secret": ("its-secret", "its-secret"),
    "subdomain": ("acme", "acme"),
    "scopes": ("users.read teams.read", "users.read teams.read"),
    "oauth_url": ("https://proxy.example.com/token", "https://proxy.example.com/token"),
    "start_date": ("2024-03-01", "2024-03-01T00:00:00Z"),
    "anchor_date": ("2024-03-01", "2024-03-01"),
    "end_date": ("2024-04-01", "2024-04-01T00:00:00Z"),
    "reload_streams": ('["users"]', ["users"]),
    "team_ids": ('["P1", "P2"]', ["P1", "P2"]),
    "service_ids": ('["P3"]', ["P3"]),
    "urgencies": ('["high"]', ["high"]),
    "account": ("north", "north"),
    "region": ("eu", "eu"),
    "api_url": ("https://proxy.example.com", "https://proxy.example.com"),
    "user_agent": ("ours", "ours"),
    "request_timeout_seconds": ("7", 7),
    "retry_timeout_seconds": ("8", 8),
    "max_response_mb": ("50", 50),
    "max_concurrency": ("2", 2),
    "requests_per_second": ("9", 9),
    "rate_limit_reserve_percent": ("0", 0),
    "incident_lookback_days": ("3", 3),
    "overlap_minutes": ("20", 20),
    "max_count_requests": ("50", 50),
    "strict": ("true", True),
    "emit_activate_version_messages": ("false", False),
    "include_secrets": ("true", True),
    "stream_patterns": ('["incidents", "!users.email"]', ["incidents", "!users.email"]),
    "personal_data": ("pseudonymize", "pseudonymize"),
    "personal_data_key": ("sixteen characters", "sixteen characters"),
}


def own_settings():
    """Return the settings of the tap, without those that the SDK adds."""
    added = {"properties": {}}
    TapPagerDuty.append_builtin_config(added)
    return TapPagerDuty.config_jsonschema["properties"].keys() - added["properties"].keys()


@pytest.mark.parametrize("other", ["client_id", "api_key", "access_token"])
def test_every_setting_can_come_from_the_environment(account, command, monkeypatch, other):
    environment = dict(ENVIRONMENT)
    if other != "client_id":  # the other kinds of credentials
        environment = {n: v for n, v in ENVIRONMENT.items() if n not in {*OAUTH, "scopes"}}
        environment[other] = ("another-key", "another-key")
    assert ENVIRONMENT.keys() | {"api_key", "access_token"} == own_settings()
    for name, (text, _) in environment.items():
        monkeypatch.setenv(f"TAP_PAGERDUTY_{name.upper()}", text)
    taps = []
    monkeypatch.setattr(TapPagerDuty, "sync_all", lambda self: taps.append(self))  # noqa: PLW0108
    assert command("--config", "ENV").exit_code == 0
    assert dict(taps[0].config) == {name: value for name, (_, value) in environment.items()}
    assert account.requests == []


NUMBERS = sorted(name for name, (_, value) in ENVIRONMENT.items() if type(value) is int)


@pytest.mark.parametrize("value", ["many", "1.5", "0x10"])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_variable_that_holds_no_number_is_told_in_one_line(command, monkeypatch, name, value):
    monkeypatch.setenv("TAP_PAGERDUTY_API_KEY", KEY)
    monkeypatch.setenv(f"TAP_PAGERDUTY_{name.upper()}", value)
    run = command("--config", "ENV")
    assert run.exit_code == 1
    assert run.lines("ERROR") == [f"TAP_PAGERDUTY_{name.upper()} must be a whole number."]
    assert "Traceback" not in run.log


def test_variables_do_not_matter_unless_asked_for(sync, monkeypatch):
    monkeypatch.setenv("TAP_PAGERDUTY_REGION", "mars")
    monkeypatch.setenv("TAP_PAGERDUTY_MAX_CONCURRENCY", "many")
    assert sync("users").exit_code == 0


def test_a_mistake_in_the_environment_is_told_in_one_line(command, monkeypatch):
    monkeypatch.setenv("TAP_PAGERDUTY_REGION", "mars")
    monkeypatch.setenv("TAP_PAGERDUTY_API_KEY", KEY)
    run = command("--config", "ENV")
    assert run.exit_code == 1
    assert run.lines("ERROR")[0] == "'mars' is not one of ['us', 'eu'] in config['region']"
