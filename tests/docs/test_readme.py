"""What the documents say is what the code does."""

import contextlib
import json
import os
import re
import shlex
import signal
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import trustme

from docs.pictures import badges
from tap_pagerduty.api.pagination import CEILING
from tap_pagerduty.streams.incidents import Incidents
from tap_pagerduty.streams.log_entries import LogEntries
from tap_pagerduty.streams.notifications import Notifications
from tap_pagerduty.tap import TapPagerDuty
from tests.support.account import READ
from tests.support.harness import catalog
from tests.support.project import ROOT

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "examples/README.md",
    *PAGES,
]


def document(name):
    return (ROOT / name).read_text(encoding="utf-8")


README = document("README.md")
PAGE = document("docs/streams.md")


# -- Generated tables


def generate(*arguments, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-m", "docs.generate", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_tables_of_streams_and_settings_are_up_to_date():
    run = generate("--check")
    assert run.returncode == 0, run.stderr


def test_what_is_stale_is_noticed_and_renewed(tmp_path):
    names = ["README.md", *(f"docs/{page}.md" for page in ("settings", "streams", "diagram"))]
    names.append("docs/streams/core.md")
    for folder in ("docs", ".github"):
        (tmp_path / folder).mkdir()
    more = ("meltano.yml", ".github/CODEOWNERS", "docs/quick-start.md", "docs/personal-data.md")
    for path in [*(ROOT / "docs").glob("*.py"), *map(ROOT.joinpath, more)]:
        (tmp_path / path.relative_to(ROOT)).write_bytes(path.read_bytes())
    (tmp_path / "tap_pagerduty").symlink_to(ROOT / "tap_pagerduty")
    (tmp_path / "docs" / "streams").mkdir()
    # In each, the first row of the first table that has areas, streams or settings, or the first
    # line of the first diagram.
    begin = re.compile(r"(?<=\| --- \|\n)(?=\| (?:\[?`[a-z_]+`|\[Core\]))|(?<=erDiagram\n)")
    stale = {name: begin.sub("stale", document(name), count=1) for name in names}
    for name, text in stale.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = generate("--check", cwd=tmp_path)
    assert run.returncode == 1
    for name in names:
        assert name in run.stderr
        assert (tmp_path / name).read_text(encoding="utf-8") == stale[name] != document(name)
    assert generate(cwd=tmp_path).returncode == 0
    for name in names:
        assert (tmp_path / name).read_text(encoding="utf-8") == document(name)


@pytest.mark.parametrize(
    ("stream", "requests"),
    [
        ("users", "1 per 100 records"),
        ("user_contact_methods", "1 per 100 users"),
        ("abilities", "1"),
        ("recommended_orchestration_rules", "1 per 50 records"),
        ("log_entries", "1 per 100 records, and per 180 days"),
        ("paused_incident_counts", "1 per day"),
        ("analytics_responder_metrics", "1 per month"),
        ("team_members", "1 per record of `teams`; more for one that has over 100"),
        ("incident_notes", "1 per new or changed record of `incidents`"),
        ("schedule_entries", "1 per record of `schedules` and 88 days"),
        ("entity_tags", "3 per record of `tags`"),
    ],
)
def test_the_page_of_streams_tells_what_each_costs(stream, requests):
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| [`{stream}`]")]
    assert row.endswith(f"| {requests} |")


def test_what_is_said_to_be_left_out_is_not_read():
    text = document("docs/left-out.md")
    left_out = re.findall(r"^\| `((?:GET|POST) /\S+)` \|", text, re.MULTILINE)
    read = re.findall(r"`((?:GET|POST) /\S+)`", PAGE)
    assert len(left_out) > 30
    assert len(read) == len(READ)
    anonymous = {re.sub(r"{\w+}", "{}", endpoint) for endpoint in read}
    assert not {each for each in left_out if re.sub(r"{\w+}", "{}", each) in anonymous}


# -- Numbers, links, commands


def test_numbers_are_those_of_the_code():
    days = {Incidents.max_window_days, LogEntries.max_window_days}
    text = document("docs/incremental.md")
    assert [f"at most {day} days" in text for day in days] == [True]
    assert f"`notifications`: {Notifications.max_window_days} days" in text
    assert f"more than {CEILING:,} records" in text
    overlap = TapPagerDuty.config_jsonschema["properties"]["overlap_minutes"]["default"]
    assert f"(default: {overlap}) before the bookmark" in text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_relative_links_lead_somewhere(name):
    for link in re.findall(r"\]\(([^)]*)\)", document(name)):
        parts = urlsplit(link)
        assert " " not in link, link
        if parts.scheme:
            assert parts.scheme == "https", link
            assert "." in parts.netloc, link
            continue
        target = (ROOT / name).parent / parts.path if parts.path else ROOT / name
        assert target.exists(), link
        if parts.fragment:
            assert parts.fragment in anchors(target.read_text(encoding="utf-8")), link


def test_each_page_is_in_the_contents_of_the_site():
    contents = re.findall(r"^```{toctree}\n([^`]*)", document("docs/index.md"), re.MULTILINE)
    lines = [line for part in contents for line in part.splitlines()]
    listed = [f"docs/{line}.md" for line in lines if line and not line.startswith(":")]
    assert sorted([*listed, "docs/index.md"]) == PAGES


def anchors(text):
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def shell_commands():
    for name in DOCUMENTS:
        text = document(name)
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            for line in block.replace("\\\n", " ").splitlines():
                yield from (part.strip() for part in re.split(r"\|\|?|&&|;", line))


def options_of(is_ours):
    """Yield the options that our documents give to a command."""
    for text in shell_commands():
        words = shlex.split(text, comments=True)
        if is_ours(words):
            yield from (
                word.split("=")[0] for word in words if word.startswith("-") and word != "-m"
            )


def test_tap_knows_the_options_that_the_documents_give_it():
    known = {option for parameter in TapPagerDuty.cli.params for option in parameter.opts}
    given = set(options_of(lambda words: words[:1] == ["tap-pagerduty"]))
    assert given >= {"--config", "--catalog", "--state", "--discover"}
    assert given <= known


def test_sandbox_knows_the_options_that_the_documents_give_it():
    given = set(options_of(lambda words: words[1:3] == ["-m", "sandbox"]))
    assert given
    text = subprocess.check_output([sys.executable, "-m", "sandbox", "--help"], cwd=ROOT, text=True)
    assert given <= set(re.findall(r"--[\w-]+", text))


def test_make_knows_the_targets_that_the_documents_name():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    for name in DOCUMENTS:
        text = document(name)
        assert set(re.findall(r"(?:^|`)make ([\w-]+)", text, re.MULTILINE)) <= targets


# -- Messages


# So that the tap need not go slowly.
GENEROUS = [("ratelimit-limit", "6000"), ("ratelimit-remaining", "6000"), ("ratelimit-reset", "1")]


class Account:
    """An empty account on a local port, but for what FAULTS says of a path.

    If SECURE, with a certificate that nobody knows.
    """

    def __init__(self, *, secure=False, **faults):
        self.faults, self.secure = faults, secure

    def answer(self, path):
        fault = self.faults.get(path)
        if callable(fault):
            return fault()
        return fault or (200, {path: [], "total": 0, "more": False})

    @contextlib.contextmanager
    def serving(self):
        account = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body, *headers = account.answer(urlsplit(self.path).path.strip("/"))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    for header in dict([*GENEROUS, *headers]).items():
                        self.send_header(*header)
                    self.end_headers()
                    self.wfile.write(json.dumps(body).encode())

            do_POST = do_GET  # noqa: N815

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            if self.secure:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"http{'s' * self.secure}://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()


def listed(name, count, **more):
    records = [{"id": str(number), "created_at": "2026-01-01T00:00:00Z"} for number in range(count)]
    return 200, {name: records, "total": count, "more": False, **more}


def shifting():
    """Return an answer for a list that loses a record between its pages."""
    calls = []

    def answer():
        calls.append(None)
        first = 0 if len(calls) % 2 or len(calls) > 2 else 150
        return 200, {
            "users": [{"id": str(first + number)} for number in range(100)],
            "total": 100 if len(calls) > 2 else 150,
            "more": False,
        }

    return answer


def refusing(times, answer):
    """Return an answer for a token host that refuses a scope so many times, then gives ANSWER."""
    calls = []

    def token():
        calls.append(None)
        return (400, INVALID) if len(calls) <= times else answer

    return token


def run_tap(tmp_path, account, stop=None, arguments=(), state=None, **settings):
    """Return what the tap prints to people, and its exit status.

    STOP is the signal that it is sent, if any, and what it prints when that is due. PATCHED is
    code that is run before it, ENVIRONMENT more variables; `{url}` stands for the account's
    address.
    """
    stop, due = stop or (None, "")
    patched, more = settings.pop("patched", ""), settings.pop("environment", {})
    files = {"state": state, "catalog": settings.pop("catalog", None)}
    for option, content in files.items():
        if content is not None:
            path = tmp_path / f"{option}.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            arguments = (*arguments, f"--{option}", str(path))
    config = tmp_path / "config.json"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TAP_PAGERDUTY")}
    environment.update(more)
    with account.serving() as url:
        base = {
            "api_key": "key",
            "api_url": url,
            "requests_per_second": 1000,
            "retry_timeout_seconds": 1,
            "request_timeout_seconds": 1,
            "start_date": "2026-01-01T00:00:00Z",
        }
        merged = {k: v for k, v in {**base, **settings}.items() if v is not None}
        config.write_text(json.dumps(merged).replace("{url}", url), encoding="utf-8")
        program = ["-m", "tap_pagerduty"]
        if patched:
            run = "from tap_pagerduty.tap import TapPagerDuty; TapPagerDuty.cli()"
            program = ["-c", f"{patched.replace('{url}', url)}; {run}"]
        tap = subprocess.Popen(
            [sys.executable, *program, "--config", str(config), *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE if stop == "close" else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        log = ""
        if stop == "close":
            tap.stdout.close()
        elif stop:
            for line in tap.stderr:
                log += line
                if due in line:
                    break
            tap.send_signal(stop)
        log += tap.stderr.read()
        tap.stderr.close()
        return log, tap.wait(timeout=60)


REFUSED = {"error": {"message": "Access Denied", "code": 2010}}
INVALID = {"error": "invalid_request", "error_description": "Invalid scope"}
ISSUED = {"access_token": "t", "scope": "as_account-us.acme users.read", "expires_in": 60}
APP = {
    "api_key": None,
    "client_id": "c",
    "client_secret": "s",
    "subdomain": "acme",
    "oauth_url": "{url}/token",
    "scopes": "users.read teams.read",
}

# Runs that go wrong: faults of the account, settings and more, exit status, and what is printed.
RUNS = {
    "one stream fails": (
        {"tags": (400, REFUSED)},
        {},
        1,
        [
            "Incomplete: 400 …",
            "… is incomplete: …",
            "What was finished is in the state; the next run reads the rest.",
        ],
    ),
    "the key is refused": (
        {"business_services": (401, {"error": {"message": "Authentication failed"}})},
        {},
        1,
        ["PagerDuty refused the … at … (401 Unauthorized…). Check …"],
    ),
    "the key is the other region's": (
        {"us/abilities": (401, {"error": {"message": "Authentication failed"}})},
        {
            "api_url": None,
            "patched": "from tap_pagerduty.api.connection import HOSTS; "
            "HOSTS.update(us='{url}/us', eu='{url}')",
        },
        1,
        [
            (
                "PagerDuty refused the … at … (401 Unauthorized…). It belongs to the … region: set "
                "`region: …`."
            )
        ],
    ),
    "the app is unknown": (
        {"token": (401, {"error": "invalid_client"})},
        APP,
        1,
        ["No access token from … (…). Check …"],
    ),
    "the token host fails": (
        {"token": (503, None)},
        APP,
        1,
        ["no access token from …: …; given up after … s. Check …"],
    ),
    "the app is not for the account": (
        {"token": (400, INVALID)},
        APP,
        1,
        ["No access token for the account … (…). Check …"],
    ),
    "the app is for the other region": (
        {"token": refusing(4, (200, ISSUED))},
        APP,
        1,
        [("No access token for the account … (…). It belongs to the … region: set `region: …`.")],
    ),
    "the app lacks a scope": (
        {"token": refusing(2, (200, ISSUED))},
        APP,
        1,
        ["The OAuth app lacks scopes (…): … Add them to the app, or deselect the streams."],
    ),
    "the app gets fewer scopes": (
        {"token": (200, ISSUED), "teams": (403, REFUSED)},
        {**APP, "catalog": catalog(["teams", "users"])},
        0,
        ["The OAuth app lacks scopes: … What needs them is skipped."],
    ),
    "the certificate is not trusted": (
        {"secure": True},
        {},
        1,
        ["The certificate of … is not trusted (…). If a proxy of yours stands in between, …"],
    ),
    "no certificates are there": (
        {},
        {"environment": {"REQUESTS_CA_BUNDLE": "missing.pem"}},
        1,
        ["REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names …, which is not there."],
    ),
    "the file holds no certificates": (
        {"secure": True},
        {"environment": {"REQUESTS_CA_BUNDLE": __file__}},
        1,
        ["The file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names holds no certificates (PEM)."],
    ),
    "nothing is selected": (
        {},
        {"arguments": ("--test",), "catalog": {"streams": []}},
        1,
        ["No stream is selected."],
    ),
    "streams are skipped, lists are odd": (
        {
            "tags": (402, REFUSED),
            "teams": (403, REFUSED),
            "users": shifting(),
            "log_entries": listed("log_entries", 1, total=2),
        },
        {},
        1,
        [
            "… was skipped: 402 …; it requires the scope …",
            "… was skipped: 403 …; it requires the scope …",
            "The list changed while it was read; reading it again.",
            "Incomplete: PagerDuty counts … records from … to … and lists …",
            (
                "To load what was skipped, use a key and plan with the required access, or "
                "deselect it."
            ),
        ],
    ),
    "faults that do not pass": (
        {
            "oncalls": (429, REFUSED),
            "priorities": (503, None),
            "teams": lambda: threading.Event().wait(1.5) or (200, {}),
            "users": (
                429,
                REFUSED,
                ("daily-ratelimit-remaining", "0"),
                ("daily-ratelimit-reset", "7200"),
            ),
        },
        {},
        1,
        [
            "…; retrying in … s (attempt …)",
            "Incomplete: 429 …",
            "Incomplete: 503 …; given up after … s",
            "Incomplete: no response in time; given up after … s",
            "… was skipped: the account's daily quota is used up; it is renewed in … h",
        ],
    ),
    "too many records": (
        {
            "log_entries": listed("log_entries", 1, total=20_001),
            "users": listed("users", 100, total=12_345, more=True),
        },
        {},
        1,
        [
            (
                "Incomplete: more than can be paged in one second, …: … records, of which the API "
                "lists 10,000"
            ),
            "Incomplete: … records, and the API pages no further than 10,000",
        ],
    ),
    "a server that is not PagerDuty's": (
        {
            "business_services": (
                200,
                {"business_services": [], "more": False},
                ("ratelimit-limit", "0"),
                ("ratelimit-remaining", "0"),
                ("ratelimit-reset", "30"),
            ),
            "escalation_policies": (
                200,
                {"escalation_policies": [{"id": "P1", "name": "x" * 1_100_000}], "more": False},
            ),
            "log_entries": (
                200,
                {
                    "log_entries": [
                        {
                            "id": "R1",
                            "type": "annotate_log_entry",
                            "created_at": "2026-01-02T00:00:00Z",
                            "incident": {"id": ""},
                        }
                    ],
                    "more": False,
                    "total": 1,
                },
            ),
            "services": (200, {"services": [], "more": False, "total": "many"}),
            "tags": (302, {}, ("Location", "http://127.0.0.1:9/tags")),
            "teams": (
                200,
                {"teams": [{"id": name} for name in ("", " ", "T1")], "more": False, "total": 3},
            ),
        },
        {
            "max_response_mb": 1,
            "catalog": catalog(
                [
                    "business_services",
                    "escalation_policies",
                    "incidents",
                    "services",
                    "tags",
                    "team_members",
                ]
            ),
            "state": {
                "bookmarks": {
                    "incidents": {
                        "replication_key": "updated_at",
                        "replication_key_value": "2026-01-02T00:00:00Z",
                        "created_until": "2026-01-02T00:00:00Z",
                        "loaded_since": "2026-01-01T00:00:00Z",
                    }
                }
            },
        },
        1,
        [
            "Incomplete: …: redirects to …, which the tap does not follow; check the address",
            (
                "Incomplete: … with a body of more than … MB; raise `max_response_mb` if that can "
                "be right"
            ),
            "Incomplete: 200 with a `total` that is not a count; given up after … s",
            "PagerDuty reports a rate limit that cannot be (…); such reports are ignored.",
            "… parents have an id that cannot be one (empty, or no text) and are left out.",
            "Left out … whose id cannot be one (empty, or no text).",
        ],
    ),
    "the proxy cannot be one": (
        {},
        {"api_url": "https://api.test", "environment": {"HTTPS_PROXY": "ftp://proxy"}},
        1,
        [
            (
                "The proxy that the environment names for … cannot be used: write it as "
                "http://host:port, in …_PROXY."
            )
        ],
    ),
    "nobody answers": (
        {},
        {"api_url": "http://127.0.0.1:9"},
        1,
        ["Could not reach …; check the network, `region` and `api_url`."],
    ),
    "settings that the schema refuses": (
        {},
        {"region": "mars", "token": "t", "urgencies": ["all"], "service_ids": ["Mail server"]},
        1,
        [
            "… is not one of ['us', 'eu'] in config['region']",
            "… is not one of ['high', 'low'] in config['urgencies']…",
            "… does not match … in config…",
            "Additional properties are not allowed (… was unexpected)",
        ],
    ),
    "settings that make no sense": (
        {},
        {
            "start_date": "soon",
            "anchor_date": "2999-01-01",
            "api_url": "http://example.com",
            "oauth_url": "https://me@example.com",
            "user_agent": "a\tb",
        },
        1,
        [
            "… is not a date; write 2026-01-31T00:00:00Z.",
            "… lies in the future.",
            "… must start with https://, or http:// for this machine only.",
            "… must be a plain address such as https://host:port/path: without …",
            "user_agent holds characters that no header can have.",
        ],
    ),
    "no credentials": (
        {},
        {"api_key": None},
        1,
        [
            (
                "No credentials: set api_key, or access_token, or client_id, client_secret and "
                "subdomain, in the file given with --config, or as TAP_PAGERDUTY_API_KEY and so on "
                "with --config=ENV."
            )
        ],
    ),
    "credentials that make no sense": (
        {},
        {"access_token": "t\tt", "client_id": "c", "subdomain": "acme.pagerduty.com"},
        1,
        [
            "… are set; give one kind of credentials.",
            "client_id, client_secret and subdomain go together; missing: ….",
            "subdomain is what the account's web address starts with, such as acme.",
            "… holds characters that it cannot have.",
        ],
    ),
    "two start dates": (
        {},
        {"anchor_date": "2025-01-01"},
        1,
        ["start_date and anchor_date mean the same, but differ; give one."],
    ),
    "an end that is no later": (
        {},
        {"end_date": "2025-12-31"},
        1,
        ["end_date … is not after start_date."],
    ),
    "an end without a start": (
        {},
        {"start_date": None, "end_date": "2025-12-31"},
        1,
        ["end_date is the end of a slice; give its start_date as well."],
    ),
    "a file that is no JSON": (
        {},
        {"arguments": ("--config", "README.md")},
        1,
        ["The … file is not valid JSON: …."],
    ),
    "a file that is not there": (
        {},
        {"arguments": ("--config", "missing.json")},
        1,
        ["The config file cannot be read: …."],
    ),
    "a variable that is no number": (
        {},
        {"arguments": ("--config=ENV",), "environment": {"TAP_PAGERDUTY_MAX_CONCURRENCY": "x"}},
        1,
        ["TAP_PAGERDUTY_… must be a …."],
    ),
    "a number beyond all measure": (
        {},
        {"incident_lookback_days": 10_000_000},
        1,
        ["… is greater than the maximum of … in config…"],
    ),
    "a catalog of another tap": (
        {},
        {"catalog": {"streams": [{"tap_stream_id": "issues"}]}},
        1,
        ["The catalog cannot be used: …."],
    ),
    "a stream that is gone": (
        {},
        {"catalog": {"streams": [*catalog(["users"])["streams"], {"tap_stream_id": "gone"}]}},
        0,
        ["This version has no …, which the catalog selects; nothing is read for …."],
    ),
    "a team that is not there": (
        {"teams/PNONE": (404, {"error": {"message": "Not Found", "code": 2100}})},
        {"team_ids": ["PNONE"], "catalog": catalog(["users"])},
        0,
        ["There is no … …, which … names; nothing passes by it."],
    ),
    "a stream to reload that is none": (
        {},
        {"reload_streams": ["alerts"]},
        1,
        ["reload_streams names no stream of this tap: …."],
    ),
    "a map that is wrong": (
        {},
        {"stream_maps": {"users": {"x": "1 +"}}},
        1,
        ["stream_maps cannot be used for …: …"],
    ),
    "columns of one name": (
        {},
        {"flattening_enabled": True, "flattening_max_depth": 1, "flattening_separator": "_"},
        1,
        ["… cannot be flattened: Duplicate column name … flattening_separator unset."],
    ),
    "batch files": (
        {},
        {
            "batch_config": {"encoding": {"format": "jsonl"}, "storage": {"root": "file:///"}},
            "catalog": catalog(["tags"]),
        },
        0,
        [
            (
                "With batch_config, rows that are gone from the account stay in the target; "
                "emit_activate_version_messages: false confirms that."
            )
        ],
    ),
    "a state of something else": (
        {},
        {"state": {"bookmarks": []}},
        1,
        ["The state cannot be used: …."],
    ),
    "the target ends": (
        {},
        {"stop": ("close", "")},
        1,
        ["The target stopped reading; see its own messages."],
    ),
    "others use up the limit": (
        {"abilities": (429, REFUSED, ("ratelimit-remaining", "0"), ("ratelimit-reset", "30"))},
        {"stop": (signal.SIGTERM, "All requests wait"), "retry_timeout_seconds": 60},
        143,
        [
            (
                "All requests wait until … (…): the rate limit is used up, by this run or by "
                "others with the same key."
            ),
        ],
    ),
    "what is counted is refused, or too much for the budget": (
        {"tags": (402, REFUSED), "notifications": (403, REFUSED)},
        {
            "catalog": catalog(("account_counts", "tags", "incidents", "notifications")),
            "max_count_requests": 4,
            "strict": True,
        },
        1,
        [
            "… is not counted before …: max_count_requests is reached.",
            "… is not counted: …",
            "The run fails as `strict` is on: what was skipped is missing.",
        ],
    ),
    "the run is stopped": (
        {"business_services": lambda: threading.Event().wait(1) or (200, {})},
        {"stop": (signal.SIGTERM, " reads ")},
        143,
        ["Stopped by signal …; the next run resumes from the last state."],
    ),
}


def messages_of_page():
    text = document("docs/troubleshooting.md")
    table = re.search("<!-- messages -->(.*)<!-- /messages -->", text, re.DOTALL)
    rows = re.findall(r"^\| (`+) ?(.+?) ?\1 \|", table.group(1), re.MULTILINE)
    return {message for _, message in rows}


def test_each_message_of_the_troubleshooting_table_is_tried_here():
    assert messages_of_page() == {message for run in RUNS.values() for message in run[3]}


@pytest.mark.parametrize("run", RUNS)
def test_the_tap_prints_what_the_troubleshooting_table_says(tmp_path, run):
    faults, how, status, messages = RUNS[run]
    log, returned = run_tap(tmp_path, Account(**faults), **how)
    for message in messages:
        pattern = ".*".join(re.escape(part) for part in message.split("…"))
        assert re.search(rf"(?:\| |^){pattern}$", log, re.MULTILINE), (message, log)
    assert returned == status


def test_the_badges_are_true():
    for name, text in badges().items():
        assert document(f"docs/_static/{name}") == text, (
            f"{name}: run python -m docs.pictures badges"
        )


def test_the_cpu_of_other_taps_on_the_front_page_is_that_of_the_benchmark():
    measured = dict(
        re.findall(
            r"^\| incidents \| 10,000 \| ([\w-]+==\S+) \|.* ([\d.]+) \|$",
            document("docs/benchmarks.md"),
            re.MULTILINE,
        )
    )
    (row,) = re.findall(r"^\| CPU per incident \|.*$", document("README.md"), re.MULTILINE)
    assert re.findall(r"([\d.]+) \S ours", row) == [
        measured["tap-pagerduty==0.3.0"],
        measured["bmaquet-tap-pagerduty==1.0.2"],
    ], "README.md: take the figures from the last column of docs/benchmarks.md"


def test_the_layout_names_every_module_of_the_tap():
    tree = document("CONTRIBUTING.md").partition("```text")[2].partition("```")[0]
    modules = {
        path.name
        for path in (ROOT / "tap_pagerduty").rglob("*.py")
        if path.parent.name != "streams" and not path.name.startswith("__")
    }
    assert {name for name in modules if name not in tree} == set()


def test_make_help_names_what_people_call():
    makefile = document("Makefile")
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    internal = {"help", "target", "browser"}
    run = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(phony.split()) - set(re.findall(r"make ([\w-]+)", run.stdout)) == internal
