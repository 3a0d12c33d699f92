"""What hosts and settings say is printed without secrets, and without orders to the terminal."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from urllib.parse import quote

import backoff
import pytest
from singer_sdk.logging import ConsoleFormatter, StructuredFormatter

from tap_pagerduty import preflight
from tap_pagerduty.reporting import logs
from tap_pagerduty.reporting.printable import hide
from tests.support.harness import SECRET, TOKEN, oauth_app
from tests.support.hostile import PAGE, USER, hostile

KEY = "u+SECRETKEY123456789"
GRANTED = "pdus+GRANTEDTOKEN"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    """Shorten the waits between attempts, and the time until the check gives up."""
    monkeypatch.setattr(backoff, "full_jitter", lambda _: 0.1)
    monkeypatch.setattr(preflight, "RETRY_TIMEOUT", 0.3)


# -- Secrets


def echo(exchange):
    """Refuse in words that hold what came with the request."""
    said = exchange.headers["Authorization"]
    exchange.send({"error": {"message": f"refused: {said}", "errors": [said]}}, 401)


def test_a_refusal_that_echoes_the_key_is_printed_without_it(tap):
    with hostile(echo) as server:
        run = tap(server.settings(), "users")
    assert run.exit_code == 1
    assert "refused: Token token=(secret)" in run.log
    assert "SECRETKEY" not in run.log


@pytest.mark.parametrize("form", [quote, lambda key: quote(quote(key)), str], ids=range(3))
@pytest.mark.parametrize("length", range(277, 300, 4))
def test_an_echo_that_is_cut_off_shows_no_part_of_the_key(tap, form, length):
    message = "." * length + form(KEY)
    with hostile(lambda exchange: exchange.send({"error": {"message": message}}, 400)) as server:
        run = tap(server.settings(), "users")
    assert run.exit_code == 1
    assert "..." in run.log
    assert "SEC" not in run.log


@pytest.mark.parametrize("where", ["error_description", "error"])
def test_a_token_host_that_echoes_the_secret_is_printed_without_it(tap, where):
    body = {"error": "invalid_client", where: f"no such secret: {SECRET}"}
    with hostile(lambda exchange: exchange.send(body, 400)) as server:
        run = tap(oauth_app(server), "users")
    assert run.exit_code == 1
    assert "no such secret: (secret)" in run.log


def test_an_echo_of_a_token_that_was_granted_is_printed_without_it(tap):
    def respond(exchange):
        if exchange.path == TOKEN:
            exchange.send({"access_token": GRANTED, "expires_in": 60, "scope": "users.read"})
        else:
            said = exchange.headers["Authorization"]
            exchange.send({"error": {"message": f"refused: {said}"}}, 400)

    with hostile(respond) as server:
        run = tap(oauth_app(server), "users")
    assert "refused: Bearer (secret)" in run.log
    assert "GRANTED" not in run.log


def test_the_check_prints_no_key_that_the_host_echoes(tap):
    def respond(exchange):
        said = exchange.headers["Authorization"]
        if exchange.path == "/users/me":
            exchange.send({"user": {**USER, "name": said, "role": said}})
        else:
            exchange.send({"error": {"message": said}}, 403)

    with hostile(respond) as server:
        run = tap(server.settings(), "users", arguments=["--test"])
    assert "SECRETKEY" not in run.stdout
    assert "(secret)" in run.stdout


def test_the_password_of_a_proxy_is_not_printed(tap, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:HIDDENpassword@127.0.0.1:9 ")
    monkeypatch.setenv("NO_PROXY", "")
    run = tap({"api_key": KEY, "api_url": "https://api.test", "retry_timeout_seconds": 1}, "users")
    assert run.exit_code == 1
    assert "HIDDEN" not in run.log


@pytest.fixture(params=[ConsoleFormatter, StructuredFormatter])
def log(request, monkeypatch):
    """A log as the SDK sets it up, or as `SINGER_SDK_LOG_CONFIG` may."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:HIDDENpassword@proxy.test:3128")
    out, logger = io.StringIO(), logging.getLogger("safety")
    handler = logging.StreamHandler(out)
    handler.setFormatter(request.param())
    logger.addHandler(handler)
    logs.make_safe()
    yield logger, out
    logger.removeHandler(handler)


def test_a_traceback_holds_no_secret(log):
    logger, out = log
    hide(KEY)
    message = f"no such key {KEY}: HIDDENpassword, http://a:PASS@b/c"
    try:
        raise ValueError(message)  # noqa: TRY301
    except ValueError as error:
        logger.exception("%s", {"key": KEY})
        logger.exception(error)  # noqa: TRY401
    text = out.getvalue()
    assert "SECRETKEY" not in text
    assert "HIDDEN" not in text
    assert "PASS" not in text
    assert text.count("ValueError") >= 2
    assert text.count("(secret)") >= 4


# -- What a terminal acts on

UNSAFE = "\x1b]0;owned\x07\x1b[31m\x9b32m\u202eevil\u2066\r\nfake | ERROR\u2028line\x7f\x85"


def is_unsafe(char):
    return unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"}


def unsafe_of(text):
    return [char for line in text.split("\n") for char in line if is_unsafe(char)]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 429, 500])
@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
def test_escapes_of_a_message_do_not_reach_the_terminal(tap, status, mode):
    body = {"error": {"message": UNSAFE, "errors": [UNSAFE], "required_scopes": [UNSAFE]}}
    # After a 429 the tap waits until the reset.
    with hostile(lambda exchange: exchange.send(body, status, ratelimit_reset="1")) as server:
        run = tap(server.settings(), "users", arguments=mode)
    printed = run.log + run.stdout.replace(UNSAFE, "")
    assert unsafe_of(printed) == []
    assert "evil" in printed
    assert not re.search("^fake", printed, re.MULTILINE)


def test_escapes_of_a_status_line_do_not_reach_the_terminal(tap):
    with hostile(lambda e: e.send({}, 418, reason="\x1b[31m\x9b tea\u00ad")) as server:
        run = tap(server.settings(), "users")
    assert unsafe_of(run.log) == []
    assert "tea" in run.log


def test_escapes_of_names_do_not_reach_the_terminal_by_the_check(tap):
    address = f"https://{UNSAFE.strip()}x.pagerduty.com/users/P1"

    def respond(exchange):
        user = {**USER, "name": UNSAFE, "role": UNSAFE, "html_url": address}
        exchange.send({"user": user} if exchange.path == "/users/me" else {**PAGE, "users": [user]})

    with hostile(respond) as server:
        run = tap(server.settings(), "users", arguments=["--test"])
    assert run.exit_code == 0
    assert unsafe_of(run.stdout) == []
    assert "evil" in run.stdout
    assert not re.search("^fake", run.stdout, re.MULTILINE)


def test_a_line_break_in_a_message_makes_no_line_of_its_own(log):
    logger, out = log
    logger.error("before %s after", "\n2026-01-01 | INFO | fake")
    [line] = out.getvalue().splitlines()
    assert "before" in line
    assert "fake" in line
