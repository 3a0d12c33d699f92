"""The key is sent to the address of the settings, and nowhere else."""

from __future__ import annotations

import os

import pytest

from tests.support.harness import TOKEN, oauth_app
from tests.support.hostile import PAGE, hostile

KEY = "u+SECRETKEY123456789"


@pytest.fixture(autouse=True)
def _plain_network(monkeypatch, waits):  # noqa: ARG001, no waits between attempts
    for name in list(os.environ):
        if "_PROXY" in name.upper():
            monkeypatch.delenv(name)


# -- Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_records_of_a_host_that_the_api_redirects_to_are_not_loaded(tap, status):
    other = {**PAGE, "users": [{"id": "POTHER1", "type": "user"}]}
    with hostile(lambda exchange: exchange.send(other)) as elsewhere:
        target = f"{elsewhere.url}/users"
        with hostile(lambda exchange: exchange.send({}, status, Location=target)) as server:
            run = tap(server.settings(), "users")
            assert run.exit_code == 1
            assert run.records("users") == []
            assert elsewhere.seen == []
            assert server.paths.count("/users") == 1
            assert any(
                line.startswith(f"users is incomplete: {status} ")
                and line.endswith(
                    f"redirects to {elsewhere.url.removeprefix('http://')}, which the tap does "
                    "not follow; check the address"
                )
                for line in run.lines("ERROR")
            )


def test_a_redirect_to_itself_is_one_request(tap):
    with hostile(lambda exchange: exchange.send({}, 302, Location=exchange.path)) as server:
        run = tap(server.settings(), "users")
        assert run.exit_code == 1
        assert server.paths.count("/users") == 1


@pytest.mark.parametrize("target", ["http://[", "//[::1", "", None, "http://u:pw@x\x1b[31m/?a=b"])
def test_a_redirect_to_what_is_no_address_is_a_line(tap, target):
    with hostile(lambda exchange: exchange.send({}, 302, Location=target)) as server:
        run = tap(server.settings(), "users")
        assert run.exit_code == 1
        assert "users is incomplete: 302 " in run.log
        assert "pw@" not in run.log
        assert "\x1b" not in run.log


def test_a_redirect_is_not_followed_by_the_check(tap):
    with (
        hostile() as elsewhere,
        hostile(lambda exchange: exchange.send({}, 302, Location=elsewhere.url)) as server,
    ):
        run = tap(server.settings(), "users", arguments=["--test"])
        assert run.exit_code == 1
        assert elsewhere.seen == []
        assert "which the tap does not follow" in run.stdout


# -- Proxies


@pytest.fixture(params=["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def proxy(request, monkeypatch):
    """A proxy that the environment names; it writes down what it sees."""
    with hostile() as server:
        monkeypatch.setenv(request.param, server.url)
        yield server


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_the_key_for_this_machine_goes_to_no_proxy(tap, proxy, monkeypatch, host):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1" if host != "127.0.0.1" else "localhost")
    with hostile(host="127.0.0.1" if host == "localhost" else host) as server:
        url = f"http://{host}:{server.server_port}"
        run = tap(server.settings(api_url=url), "users")
        assert proxy.seen == []
        assert run.exit_code == 0
        assert run.ids("users") == ["PUSER01"]


def test_the_secret_for_a_token_host_on_this_machine_goes_to_no_proxy(tap, proxy):
    def respond(exchange):
        token = {"access_token": "pdus+token", "expires_in": 60, "scope": "users.read"}
        exchange.send(token if exchange.path == TOKEN else PAGE)

    with hostile(respond) as server:
        run = tap(oauth_app(server), "users")
        assert proxy.seen == []
        assert run.exit_code == 0


@pytest.mark.parametrize(
    "address",
    ["ftp://proxy:3128", "http://", "http://proxy:port", "://", "http://[", "socks9://x:1"],
)
@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
def test_a_proxy_that_cannot_be_one_is_a_line(tap, monkeypatch, address, mode):
    monkeypatch.setenv("HTTPS_PROXY", address)
    run = tap({"api_key": KEY, "api_url": "https://api.test"}, "users", arguments=mode)
    assert run.exit_code == 1
    [line] = run.lines("ERROR")
    assert line == (
        "The proxy that the environment names for https://api.test cannot be used: write it as "
        "http://host:port, in HTTPS_PROXY."
    )
