"""Signing in with an OAuth app or a token: what is asked for, and what a refusal says."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import requests

from sandbox.endpoints.registry import find
from tap_pagerduty.api import connection
from tap_pagerduty.api.connection import Connection
from tests.support.account import READ
from tests.support.harness import SECRET, TOKEN, oauth_app, sandbox


@pytest.fixture
def box(waits):  # noqa: ARG001, no waits between tries
    """An account whose time stands still, with an OAuth app and requests to spare."""
    with account() as box:
        yield box


def account(**options):
    return sandbox(**{"incidents": 30, "days": 60, "client_secret": SECRET, **options})


def forms(box):
    """Return what the token host was asked for, each time."""
    asked = [request for request in box.requests if request.path == TOKEN]
    return [{n: v for n, [v] in parse_qs(each.body.decode()).items()} for each in asked]


# -- Tokens


@pytest.mark.parametrize(
    ("streams", "scopes"),
    [
        (["users"], "users.read"),
        (["users", "teams"], "teams.read users.read"),
        (["incidents"], "incidents.read"),
        (["team_members"], "teams.read"),
        (["schedule_users"], "schedules.read users.read"),
        (["user_contact_methods"], "users.read users:contact_methods.read"),
    ],
)
def test_an_app_asks_for_what_the_selected_streams_need(tap, box, streams, scopes):
    run = tap(oauth_app(box), *streams)
    assert run.exit_code == 0
    assert all(run.records(stream) for stream in streams)
    assert "skipped" not in run.log
    [form] = forms(box)
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "sandbox-client",
        "client_secret": SECRET,
        "scope": f"as_account-us.acme {scopes}",
    }


@pytest.mark.parametrize("stream", READ, ids=lambda stream: stream.name)
def test_a_stream_declares_the_scopes_of_its_requests(stream):
    path = re.sub(
        r"{(\w+)}", lambda name: "users" if name[1] == "entity_type" else "X", stream.path
    )
    endpoint, _ = find(path)
    assert {endpoint.scope} - {None} <= stream.scopes()
    parent = getattr(stream, "parent", None)
    assert parent is None or parent.scopes() <= stream.scopes()


def test_changed_incidents_need_no_more_scopes_than_incidents(tap, box):
    state = tap(oauth_app(box), "incidents").state
    box.advance(86_400)
    run = tap(oauth_app(box), "incidents", state=state)
    assert run.exit_code == 0
    assert "/log_entries" in {request.path for request in box.requests}
    # That tells the account's time, whatever it answers.
    assert {each.path for each in box.requests if each.status == 403} <= {"/abilities"}


def test_scopes_of_the_settings_are_asked_for_instead(tap, box):
    run = tap(oauth_app(box, scopes="users.read  incidents.read"), "users")
    assert run.exit_code == 0
    assert forms(box)[0]["scope"] == "as_account-us.acme users.read incidents.read"


def test_an_app_in_the_eu_asks_for_its_account_there(tap):
    with account(region="eu") as box:
        assert tap(oauth_app(box, region="eu"), "users").exit_code == 0
        assert forms(box)[0]["scope"].startswith("as_account-eu.acme ")


def sign_in(box, **settings):
    """Return an authenticator that needs `users.read`."""
    given = oauth_app(box, region="us", max_concurrency=8, rate_limit_reserve_percent=0, **settings)
    return Connection(given, lambda: {"users.read": ["users"]}).authenticator


def together(threads, call):
    """Make a call on so many threads at once; return the results."""
    gate, results = threading.Barrier(threads), []

    def work():
        gate.wait()
        results.append(call())

    crew = [threading.Thread(target=work) for _ in range(threads)]
    for each in crew:
        each.start()
    for each in crew:
        each.join()
    return results


def test_eight_threads_ask_for_one_token():
    with account(latency=0.05) as box:
        authenticator = sign_in(box)

        def request():
            return authenticator(requests.Request("GET", box.url).prepare())

        signed = together(8, request)
        assert len({each.headers["Authorization"] for each in signed}) == 1
        assert len(forms(box)) == 1
        # The same when it is refused to all of them at once.
        assert all(together(8, lambda: authenticator.renew(signed[0])))
        again = together(8, request)
        assert len({each.headers["Authorization"] for each in [*signed, *again]}) == 2
        assert len(forms(box)) == 2
        # A late refusal of the old one does not cost the new one.
        authenticator.renew(signed[0])
        assert request().headers == again[0].headers
        assert len(forms(box)) == 2


def test_a_token_is_renewed_before_it_ends(box):
    authenticator = sign_in(box)
    request = requests.Request("GET", box.url).prepare()
    authenticator(request)
    for passed, tokens in ((86_000, 1), (86_200, 2)):
        authenticator.last_refreshed -= timedelta(seconds=passed)
        authenticator(request)
        assert len(forms(box)) == tokens


def test_a_run_longer_than_a_token_lives_is_whole(tap):
    with account(token_lifetime=1, latency=0.15, users=900) as box:
        run = tap(
            oauth_app(box, max_concurrency=2), "users", "teams", "services", "vendors", "tags"
        )
        assert run.exit_code == 0
        assert len(forms(box)) > 1
        assert len(run.records("users")) == len(box.truth("users"))


def test_a_token_that_is_revoked_in_mid_run_is_replaced(tap, box):
    revoked = []

    def revoke(box, request):
        if request.path == "/teams" and not revoked:
            revoked.append(box.app.tokens.revoke())

    box.on_request(revoke)
    run = tap(oauth_app(box), "services", "teams", "users")
    assert run.exit_code == 0
    assert len(forms(box)) == 2
    for stream in ("services", "teams", "users"):
        assert len(run.records(stream)) == len(box.truth(stream))
    assert [request.status for request in box.requests if request.path == "/teams"] == [401, 200]


def test_a_new_token_that_is_refused_too_stops_the_run(tap, box):
    box.on_request(lambda box, request: request.path == "/users" and box.app.tokens.revoke())
    run = tap(oauth_app(box), "teams", "users", "vendors")
    assert run.exit_code == 1
    assert run.lines("ERROR") == [
        (
            f"PagerDuty refused the OAuth app at {box.url} (401 Unauthorized: Authentication "
            "failed). Check `client_id` and `client_secret`, and `region`: one of the other "
            "region is a usual cause."
        )
    ]
    assert [request.status for request in box.requests if request.path == "/users"] == [401, 401]
    assert run.records("teams")
    assert not run.records("vendors")


# -- Refusals


@pytest.fixture
def hurry(box, monkeypatch):  # noqa: ARG001, comes after it
    """Wait a little between tries after all, so that giving up takes few of them."""
    monkeypatch.setattr("backoff.full_jitter", lambda _: 0.4)


INVALID = "(400 Bad Request: invalid_request: Invalid scope)"
REFUSALS = {
    "a wrong secret": (
        {"client_secret": "another"},
        (
            "No access token from {token} (401 Unauthorized: invalid_client: Client authentication "
            "failed.). Check `client_id`, `client_secret` and `oauth_url`."
        ),
    ),
    "an unknown app": (
        {"client_id": "another"},
        (
            "No access token from {token} (401 Unauthorized: invalid_client: Client authentication "
            "failed.). Check `client_id`, `client_secret` and `oauth_url`."
        ),
    ),
    "scopes that the app lacks": (
        {"scopes": {"users.read", "services.read"}},
        (
            f"The OAuth app lacks scopes {INVALID}: `schedules.read` (for schedule_users), "
            "`teams.read` (for team_members, teams). Add them to the app, or deselect the streams."
        ),
    ),
    "all scopes": (
        {"scopes": set()},
        (
            f"No access token for the account us.acme {INVALID}. Check `subdomain` and `region`, "
            "and if the app has these scopes: `schedules.read` (for schedule_users), `teams.read` "
            "(for team_members, teams), `users.read` (for schedule_users, users)."
        ),
    ),
    "another account": (
        {"subdomain": "other"},
        (
            f"No access token for the account us.acme {INVALID}. Check `subdomain` and `region`, "
            "and if the app has these scopes: `schedules.read` (for schedule_users), `teams.read` "
            "(for team_members, teams), `users.read` (for schedule_users, users)."
        ),
    ),
    "the other region": (
        {"region": "eu"},
        (
            f"No access token for the account us.acme {INVALID}. It belongs to the EU region: set "
            "`region: eu`."
        ),
    ),
}


@pytest.mark.parametrize("mode", [[], ["--test"]], ids=["sync", "test"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refused_token_is_told_in_a_line_that_says_what_to_do(tap, refusal, mode):
    options, line = REFUSALS[refusal]
    with account(**options) as box:
        run = tap(
            oauth_app(box), "schedule_users", "team_members", "teams", "users", arguments=mode
        )
        assert run.exit_code == 1
        assert run.lines("ERROR") == [line.format(token=box.url + TOKEN)]
        assert {request.path for request in box.requests} == {TOKEN}


def test_a_refusal_is_not_asked_for_by_every_thread():
    with account(scopes={"teams.read"}, latency=0.02) as box:
        authenticator = sign_in(box)

        def refused():
            with pytest.raises(connection.StopError) as stop:
                authenticator(requests.Request("GET", box.url).prepare())
            return str(stop.value)

        assert len(set(together(8, refused))) == 1
        assert len(forms(box)) < 8


def test_scopes_that_are_left_out_silently_are_named_and_their_streams_skipped(tap):
    with account(narrow_tokens=True, scopes={"users.read"}) as box:
        run = tap(oauth_app(box), "teams", "team_members", "users")
        assert run.exit_code == 0
        assert run.records("users")
        warnings = run.lines("WARNING")
        assert warnings[0] == (
            "The OAuth app lacks scopes: `teams.read` (for team_members, teams). What needs them "
            "is skipped."
        )
        assert [line.partition(" was skipped: ")[0] for line in warnings[1:]] == [
            "team_members",
            "teams",
        ]


FAULTS = {
    "a server error": ("status=503,times=2", "503 Service Unavailable: Internal Server Error"),
    "a proxy's page": (
        "html,times=2",
        "200 with a body that is not valid JSON (cut off, or a proxy's)",
    ),
    "a cut connection": ("reset,times=2", "connection failed"),
    "no answer": ("hang,seconds=2,times=1", "no response in time"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_token_host_that_passes_is_retried(tap, box, fault):
    spec, said = FAULTS[fault]
    box.faults.add_spec(f"{spec},path={TOKEN}")
    run = tap(oauth_app(box, request_timeout_seconds=1, retry_timeout_seconds=30), "users")
    assert run.exit_code == 0
    assert run.records("users")
    told = f"no access token from {box.url}{TOKEN}: {said}"
    assert all(line.startswith(told) for line in run.lines("WARNING"))
    assert run.lines("WARNING")


@pytest.mark.parametrize(
    "fault",
    [
        ({}, "status=503", "503 Service Unavailable: Internal Server Error; given up after 1 s"),
        (
            {},
            "html",
            "200 with a body that is not valid JSON (cut off, or a proxy's); given up after 1 s",
        ),
        ({"oauth_url": "http://127.0.0.1:9/x"}, "", "connection failed: [Errno 111] Connection "),
    ],
)
def test_a_token_host_that_stays_away_stops_the_run(tap, box, hurry, fault):  # noqa: ARG001
    settings, spec, said = fault
    if spec:
        box.faults.add_spec(f"{spec},path={TOKEN}")
    run = tap(oauth_app(box, **settings), "teams", "users")
    assert run.exit_code == 1
    [line] = run.lines("ERROR")
    host = settings.get("oauth_url", box.url + TOKEN)
    assert line.startswith(f"no access token from {host}: {said}")
    assert line.endswith("Check the network and `oauth_url`.")
    assert {request.path for request in box.requests} <= {TOKEN}


def test_a_redirected_token_request_does_not_take_the_secret_elsewhere(tap, box):
    box.faults.add_spec(f"status=307,path={TOKEN}")
    run = tap(oauth_app(box), "users")
    assert run.lines("ERROR") == [
        (
            f"No access token from {box.url}{TOKEN} (307 Temporary Redirect: Invalid Input "
            "Provided). Check `client_id`, `client_secret` and `oauth_url`."
        )
    ]
    assert len(forms(box)) == 1


# -- A token that is given


def given(box, **settings):
    nothing = dict.fromkeys(("client_id", "client_secret", "subdomain"))
    return oauth_app(box, **nothing, **settings)


def test_an_access_token_is_used_as_it_is(tap):
    with account(bearer_token="a-token") as box:
        run = tap(given(box, access_token="a-token\n"), "users")
        assert run.exit_code == 0
        assert run.records("users")
        assert forms(box) == []


def test_an_access_token_that_is_refused_stops_the_run(tap, box):
    run = tap(given(box, access_token="an-old-token"), "users")
    assert run.exit_code == 1
    assert run.lines("ERROR") == [
        (
            f"PagerDuty refused the access token at {box.url} (401 Unauthorized: Authentication "
            "failed). Check `access_token`, and `region`: one of the other region is a usual cause."
        )
    ]
    assert "an-old-token" not in run.log
    assert len(box.requests) == 1


# -- The other region


@pytest.fixture
def regions(monkeypatch):
    """The hosts of both regions; only that of the EU knows the key."""
    with account(api_key="us-key") as us, account(api_key="eu-key") as eu:
        monkeypatch.setitem(connection.HOSTS, "us", us.url)
        monkeypatch.setitem(connection.HOSTS, "eu", eu.url)
        yield us, eu


def test_a_key_of_the_other_region_is_told_from_a_wrong_one(tap, regions):
    us, eu = regions
    run = tap(given(us, api_key="eu-key", api_url=None), "users")
    assert run.exit_code == 1
    assert run.lines("ERROR") == [
        (
            f"PagerDuty refused the key at {us.url} (401 Unauthorized: Authentication failed). It "
            "belongs to the EU region: set `region: eu`."
        )
    ]
    assert [request.path for request in eu.requests] == ["/abilities"]
    run = tap(given(us, api_key="us-key", api_url=None, region="eu"), "users")
    assert run.lines("ERROR")[0].endswith("It belongs to the US region: set `region: us`.")


def test_a_key_that_both_regions_refuse_is_wrong(tap, regions):
    us, eu = regions
    run = tap(given(us, api_key="no-key", api_url=None), "users")
    usual = (
        f"PagerDuty refused the key at {us.url} (401 Unauthorized: Authentication failed). Check "
        "`api_key`, and `region`: a key of the other region is a usual cause."
    )
    assert run.lines("ERROR") == [usual]
    eu.stop()
    run = tap(given(us, api_key="eu-key", api_url=None), "users")
    assert run.lines("ERROR") == [usual]


def test_the_other_region_is_not_asked_about_an_address_of_ones_own(tap, regions):
    us, eu = regions
    run = tap(given(us, api_key="eu-key"), "users")
    assert "usual cause" in run.lines("ERROR")[0]
    assert eu.requests == []


# -- The sandbox's token host


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 200, None),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "x"}, 401, "invalid_client"),
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"scope": "users.read"}, 400, "invalid_request"),
        ({"scope": "as_account-eu.acme users.read"}, 400, "invalid_request"),
        ({"scope": "as_account-us.acme users.raed"}, 400, "invalid_request"),
    ],
)
def test_the_sandbox_issues_tokens_as_strictly_as_pagerduty(box, form, status, error):
    right = {
        "grant_type": "client_credentials",
        "client_id": "sandbox-client",
        "client_secret": SECRET,
        "scope": "as_account-us.acme users.read",
    }
    answer = requests.post(box.url + TOKEN, data={**right, **form}, timeout=5)
    assert answer.status_code == status
    body = answer.json()
    assert body.get("error") == error
    if status == 200:
        assert body["scope"] == right["scope"]
        assert body["expires_in"] == 86_400
        headers = {"Authorization": f"Bearer {body['access_token']}"}
        paths = {"/users": 200, "/teams": 403}
        for path, expected in paths.items():
            assert requests.get(box.url + path, headers=headers, timeout=5).status_code == expected
    assert requests.post(box.url + TOKEN, json=right, timeout=5).status_code == 400
    assert requests.get(box.url + TOKEN, timeout=5).status_code == 405
