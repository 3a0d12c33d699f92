"""What stands between the tap and PagerDuty: certificates, proxies."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from tap_pagerduty.api.connection import Connection
from tests.support.harness import PATIENCE, SECRET, TOKEN, oauth_app, sandbox

# The settings that a connection takes, as the schema fills them in.
CONFIG = {
    "region": "us",
    "request_timeout_seconds": 60,
    "retry_timeout_seconds": 300,
    "rate_limit_reserve_percent": 10,
    "max_concurrency": 3,
}


@pytest.fixture(autouse=True)
def _plain_network(monkeypatch, waits):  # noqa: ARG001, no waits between tries
    """Nothing that this machine's environment says of certificates and proxies."""
    for name in list(os.environ):
        if name.upper() in {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} or "_PROXY" in name.upper():
            monkeypatch.delenv(name)


@pytest.fixture
def box():
    with sandbox(client_secret=SECRET) as box:
        yield box


# -- Certificates


@pytest.fixture(scope="session")
def authority():
    """A certificate authority that this machine does not know."""
    return trustme.CA()


@pytest.fixture
def bundle(authority, tmp_path):
    """The file with the authority's certificate."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


# Another name of the sandbox, as no proxy is used for `localhost`; see `elsewhere`.
ELSEWHERE = "api.elsewhere.test"


@pytest.fixture
def secure(box, authority):
    """The address of the sandbox, which speaks TLS with a certificate for `localhost`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", ELSEWHERE).configure_cert(context)
    box._server.socket = context.wrap_socket(box._server.socket, server_side=True)
    return box.url.replace("http://127.0.0.1", "https://localhost")


def over_tls(box, url, **settings):
    return oauth_app(box, api_url=url, oauth_url=url + TOKEN, **settings)


@pytest.fixture(params=["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def trusted(request, bundle, monkeypatch):
    """Have the authority trusted."""
    monkeypatch.setenv(request.param, str(bundle))


def test_a_certificate_of_ones_own_authority_is_trusted(tap, box, secure, trusted):  # noqa: ARG001
    run = tap(over_tls(box, secure), "teams", "users")
    assert run.exit_code == 0
    assert run.records("users")
    # The token came that way as well.
    assert box.requests[0].path == TOKEN


NOT_TRUSTED = (
    "The certificate of {} is not trusted ({}). If a proxy of yours stands in between, name the "
    "file with its CA's certificate in REQUESTS_CA_BUNDLE."
)


@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
@pytest.mark.parametrize("credentials", ["key", "app"])
def test_a_certificate_that_is_not_trusted_is_told_at_once(tap, box, secure, credentials, mode):
    nothing = dict.fromkeys(("client_id", "client_secret", "subdomain"))
    key = {**nothing, "api_key": box.api_key} if credentials == "key" else {}
    run = tap(over_tls(box, secure, **key), "users", arguments=mode)
    assert run.exit_code == 1
    host = secure.removeprefix("https://")
    why = "unable to get local issuer certificate"
    assert run.lines("ERROR") == [NOT_TRUSTED.format(host, why)]
    assert run.lines("WARNING") == []  # it is not tried again
    assert box.requests == []


def test_a_certificate_of_another_host_is_told(tap, box, secure, bundle, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    run = tap(over_tls(box, secure.replace("localhost", "127.0.0.1")), "users")
    [line] = run.lines("ERROR")
    assert "certificate is not valid for '127.0.0.1'" in line


def test_a_bundle_that_is_not_there_is_told(tap, box, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such.pem")
    run = tap(oauth_app(box), "users")
    assert run.exit_code == 1
    assert run.lines("ERROR") == [
        "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names /no/such.pem, which is not there."
    ]


NO_CERTIFICATE = "not a certificate\n"
BROKEN = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.fixture(params=[NO_CERTIFICATE, BROKEN], ids=["other", "broken"])
def without_certificates(request, bundle, monkeypatch):
    """Have a file named that holds no certificates."""
    bundle.write_text(request.param)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))


@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
@pytest.mark.usefixtures("without_certificates")
def test_a_bundle_without_certificates_is_told(tap, box, secure, mode):
    run = tap(over_tls(box, secure), "users", arguments=mode)
    assert run.exit_code == 1
    assert run.lines("ERROR") == [
        "The file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names holds no certificates (PEM)."
    ]
    assert run.lines("WARNING") == []


# -- Proxies


@contextlib.contextmanager
def proxy():
    """An HTTP proxy on a local port; yields its address, and the URLs it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_CONNECT(self):
            asked.append(f"CONNECT {self.path}")
            _, _, port = self.path.partition(":")
            with socket.create_connection(("localhost", int(port))) as server:
                self.send_response(200)
                self.end_headers()
                ends = {self.connection: server, server: self.connection}
                while ready := select.select(list(ends), [], [])[0]:
                    for end in ready:
                        if not (some := end.recv(65536)):
                            self.close_connection = True
                            return
                        ends[end].sendall(some)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.fixture
def elsewhere(secure, bundle, monkeypatch):
    """The address of the sandbox as another machine's; it responds with and without a proxy."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    resolve = socket.getaddrinfo

    def look_up(host, *args, **kwargs):
        return resolve("127.0.0.1" if host == ELSEWHERE else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return secure.replace("localhost", ELSEWHERE)


def test_all_requests_go_through_a_tunnel_of_the_proxy(tap, box, elsewhere, monkeypatch):
    with proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        run = tap(over_tls(box, elsewhere), "teams", "users")
        assert run.exit_code == 0
        assert run.records("users")
        # One for the token, and one for each of the threads at most.
        assert set(asked) == {f"CONNECT {elsewhere.removeprefix('https://')}"}
        assert len(asked) <= 4
        assert [request.path for request in box.requests] == [TOKEN, "/teams", "/users"]


def test_hosts_of_no_proxy_are_asked_directly(tap, box, elsewhere, monkeypatch):
    with proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("NO_PROXY", f"example.com,{ELSEWHERE}")
        run = tap(over_tls(box, elsewhere), "users")
        assert run.exit_code == 0
        assert run.records("users")
        assert asked == []


def test_a_proxy_that_is_not_there_is_told_without_its_password(tap, box, elsewhere, monkeypatch):
    monkeypatch.setattr("backoff.full_jitter", lambda _: 0.4)
    monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:{SECRET}@127.0.0.1:9")
    nothing = dict.fromkeys(("client_id", "client_secret", "subdomain"))
    run = tap(over_tls(box, elsewhere, api_key="key", **nothing), "users")
    assert run.exit_code == 1
    assert run.lines("ERROR")[-1] == (
        f"Could not reach {elsewhere}; check the network, `region` and `api_url`."
    )
    assert box.requests == []


# -- Names


def test_a_host_that_does_not_resolve_is_given_up_soon(tap, monkeypatch):
    # `meltano config test` hung for five minutes without a line.
    monkeypatch.setattr("tap_pagerduty.api.connection.NAME_RESOLVED_WITHIN", 0.2)
    monkeypatch.setattr("backoff.full_jitter", lambda _: 0.05)
    settings = {"api_key": "key", "api_url": "https://pagerduty.invalid"}
    began = time.monotonic()
    run = tap(settings, "users")
    assert time.monotonic() - began < PATIENCE
    assert run.exit_code == 1
    assert run.lines("ERROR")[-1].startswith("Could not reach https://pagerduty.invalid; ")
    assert any("given up after 0.2 s" in line for line in run.lines("ERROR"))


def test_a_name_that_fails_after_a_response_is_retried_as_long_as_any_fault(config):
    connection = Connection({**CONFIG, **config}, dict)
    connection.has_responded = True
    assert not connection.is_nowhere()
    assert connection.retry_timeout == 300
