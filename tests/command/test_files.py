"""Files and variables as people have them are read; each that cannot be is one line."""

from __future__ import annotations

import json

import pytest

from tap_pagerduty.tap import TapPagerDuty

KEY = "u+SECRETKEY123456789"
PASSWORD = "HIDDEN/password1"
SECRETS = ("SECRETKEY", "HIDDEN")

# No run of a mistake gets further than the settings.
pytestmark = pytest.mark.usefixtures("account")

# What PowerShell and Notepad write.
ENCODINGS = {
    "UTF-16 of PowerShell": "utf-16",
    "UTF-16, big-endian": "utf-16-be",
    "UTF-16 without a mark": "utf-16-le",
    "UTF-8 of Notepad": "utf-8-sig",
    "UTF-32": "utf-32",
}


@pytest.fixture
def arguments(account, config, catalog, tmp_path):
    """Write the three files of a run in an ENCODING; return the command line."""
    bookmark = {"replication_key": "created_at", "replication_key_value": account.at(hours=1)}
    files = {
        "config": {**config, "account": "Zoë"},
        "catalog": catalog("users", "log_entries"),
        "state": {"bookmarks": {"log_entries": bookmark}},
    }

    def arguments(encoding):
        mark = "\ufeff" if encoding == "utf-16-be" else ""
        for option, content in files.items():
            path = tmp_path / option
            path.write_bytes((mark + json.dumps(content)).encode(encoding))
            yield from (f"--{option}", path)

    return arguments


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
def test_files_of_windows_are_read(account, command, arguments, encoding, mode):
    account.lists["users"] = [{"id": "U1"}]
    run = command(*mode, *arguments(encoding))
    assert run.exit_code == 0, run.log
    asked = {request.path for request in account.requests}
    assert {"/users", "/log_entries"} <= asked
    assert "/teams" not in asked
    assert mode or '"account":"Zoë"' in run.stdout


@pytest.fixture
def written(tmp_path):
    """Make what stands at the place of a file: a directory for None; return its path."""

    def written(content):
        path = tmp_path / "given.json"
        if content is None:
            path.mkdir()
        elif content is not ...:
            path.write_bytes(content)
        return path

    return written


NO_OBJECT = "The config file cannot be read: … must be a JSON object of settings."
CONFIGS = {
    "a directory": (None, "The config file cannot be read: … Is a directory…"),
    "nothing": (..., "The config file cannot be read: …"),
    "null": (b"null", NO_OBJECT),
    "a text": (b'"pdus+HIDDENkey"', NO_OBJECT),
    "a list": (b"[]", NO_OBJECT),
    "a number": (b"7", NO_OBJECT),
    "an empty file": (b"", "The config file is not valid JSON: …"),
    "a torn file": (b'{"api_key": "HIDDEN', "The config file is not valid JSON: …"),
    "an image": (b"\x89PNG\r\n\x1a\n\x00\xff", "The config file is not valid JSON: …"),
}


def says(line, pattern):
    start, *rest = pattern.split("…")
    return line.startswith(start) and all(part in line for part in rest)


@pytest.mark.parametrize("mode", [[], ["--test"], ["--discover"]], ids=["sync", "test", "discover"])
@pytest.mark.parametrize(("content", "line"), CONFIGS.values(), ids=CONFIGS)
def test_a_config_that_holds_no_settings_is_one_line(command, written, content, line, mode):
    run = command("--config", written(content), *mode)
    assert run.exit_code == 1
    (said,) = run.lines("ERROR")
    assert says(said, line), said
    assert "Traceback" not in run.log
    assert "HIDDEN" not in run.log


def test_a_config_that_may_not_be_read_is_one_line(command, monkeypatch, written):
    # Root may read all files, so this is what others see.
    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    run = command("--config", written(b"{}"))
    assert run.exit_code == 1
    (said,) = run.lines("ERROR")
    assert says(said, "The config file cannot be read: … Permission denied…")


@pytest.mark.parametrize("option", ["--state", "--catalog"])
@pytest.mark.parametrize(
    "content", [None, ..., b"\xff\x00\xff"], ids=["directory", "none", "image"]
)
def test_a_state_or_catalog_that_cannot_be_read_is_one_line(
    command, config_file, written, option, content
):
    run = command("--config", config_file(), option, written(content))
    assert run.exit_code == 2
    assert run.log.splitlines()[-1].startswith(f"Error: Invalid value for '{option}': ")
    assert "Traceback" not in run.log


# -- Variables

ENTRIES = {
    "STREAM_MAPS": ("{bad", "must be a JSON object."),
    "STREAM_MAP_CONFIG": ("[1]", "must be a JSON object."),
    "FAKER_CONFIG": ("oops", "must be a JSON object."),
    "BATCH_CONFIG": ("HIDDEN", "must be a JSON object."),
    "FLATTENING_MAX_DEPTH": ("x", "must be a whole number."),
    "FLATTENING_MAX_KEY_LENGTH": ("1.5", "must be a whole number."),
    "FLATTENING_ENABLED": ("maybe", "must be true or false."),
    "INCLUDE_SECRETS": ("ja", "must be true or false."),
    "MAX_CONCURRENCY": ("many", "must be a whole number."),
}


@pytest.fixture
def dotenv(monkeypatch, tmp_path):
    """The path of a file `.env` that the SDK finds."""
    path = tmp_path / ".env"
    monkeypatch.setattr("singer_sdk.configuration._dict_config.find_dotenv", lambda: str(path))
    return path


@pytest.mark.parametrize("from_file", [False, True], ids=["environment", "dotenv"])
@pytest.mark.parametrize("name", ENTRIES)
def test_a_variable_that_cannot_be_parsed_is_one_line(
    command, monkeypatch, dotenv, name, from_file
):
    value, line = ENTRIES[name]
    variable = f"TAP_PAGERDUTY_{name}"
    monkeypatch.setenv("TAP_PAGERDUTY_API_KEY", KEY)
    monkeypatch.setenv(variable, value)  # and have it removed in the end
    if from_file:
        monkeypatch.delenv(variable)
        dotenv.write_text(f"{variable}={value}\n")
    run = command("--config", "ENV")
    assert run.exit_code == 1
    assert run.lines("ERROR") == [f"{variable} {line}"]
    assert "Traceback" not in run.log
    assert "HIDDEN" not in run.log


@pytest.mark.parametrize("blank", ["", " "])
def test_blank_variables_count_as_unset(command, monkeypatch, blank):
    monkeypatch.setenv("TAP_PAGERDUTY_API_KEY", KEY)
    taps = []
    monkeypatch.setattr(TapPagerDuty, "sync_all", lambda self: taps.append(self))  # noqa: PLW0108
    assert command("--config", "ENV").exit_code == 0
    for name in TapPagerDuty.setting_schemas():
        if name != "api_key":
            monkeypatch.setenv(f"TAP_PAGERDUTY_{name.upper()}", blank)
    assert command("--config", "ENV").exit_code == 0
    unset, blank = (dict(tap.config) for tap in taps)
    assert blank == unset
    # The SDK takes a blank for false.
    assert blank["emit_activate_version_messages"] is True


@pytest.mark.parametrize("blank", ["", " ", "\n", None])
def test_blank_values_in_a_file_count_as_unset(account, sync, blank):
    account.lists["users"] = [{"id": "U1"}]
    blank_ones = TapPagerDuty.setting_schemas().keys() - {"api_key"}
    run = sync("users", **dict.fromkeys(blank_ones, blank))
    assert run.exit_code == 0, run.log
    assert run.ids("users") == ["U1"]
    assert "ACTIVATE_VERSION" in {message["type"] for message in run.messages}


def test_a_blank_value_of_an_unknown_setting_is_still_a_mistake(command, config_file):
    run = command("--config", config_file(api_token=""))
    assert run.exit_code == 1
    assert "('api_token' was unexpected)" in run.lines("ERROR")[0]


# -- Values

NUMBERS = {
    "incident_lookback_days": 10_000_000,
    "retry_timeout_seconds": 10**12,
    "request_timeout_seconds": 10**12,
    "max_response_mb": 10**15,
    "requests_per_second": 10**400,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_beyond_all_measure_is_one_line(account, sync, name):
    run = sync("incidents", "users", **{name: NUMBERS[name]})
    assert run.exit_code == 1
    (line,) = run.lines("ERROR")
    assert "is greater than the maximum of" in line
    assert line.endswith(f"in config['{name}']")
    assert account.requests == []


@pytest.mark.parametrize("start", ["0001-01-01", "0001-01-01T00:00:00+14:00", "1969-12-31"])
def test_a_start_date_before_pagerduty_existed_is_one_line_or_read(sync, start):
    run = sync("users", "incidents", "log_entries", start_date=start)
    assert run.exit_code in {0, 1}
    assert len(run.lines("ERROR")) == run.exit_code
    assert "Traceback" not in run.log


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{PASSWORD}@api.test",
        f"https://user:{PASSWORD}@api.test:port",
        [f"https://user:{PASSWORD}@api.test"],
        {"url": f"user:{PASSWORD}@api.test"},
    ],
)
@pytest.mark.parametrize("name", ["api_url", "oauth_url"])
def test_a_password_in_an_address_is_not_repeated(command, config_file, name, url):
    run = command("--config", config_file(**{name: url}))
    assert run.exit_code == 1
    assert len(run.lines("ERROR")) == 1
    assert not [part for part in (*SECRETS, "password1") if part in run.log]
