"""A small PagerDuty account on requests-mock, and the real command run against it."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import sys
import threading
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache, partial
from http.client import responses
from urllib.parse import parse_qs, urlsplit, urlunsplit

import backoff
import pytest
import requests_mock
from hypothesis import HealthCheck, settings

from tap_pagerduty import connection, events, pagination, windows
from tap_pagerduty.answers import WHOLE_BODY
from tap_pagerduty.events import EventStream
from tap_pagerduty.pacing import Pacer
from tap_pagerduty.streams import AREAS, STREAMS
from tap_pagerduty.streams.incidents import LISTED
from tap_pagerduty.tap import TapPagerDuty

# A loaded machine is slow, and that is no failure.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

KEY = "u+SECRETKEY123456789"
NAMES = [stream.name for stream in STREAMS]
# The streams that are lists of the account, or of what happened, read by themselves.
CORE = AREAS["Core"]
# By which time of a record its list's `since` and `until` select.
SELECTED_BY = {
    "incidents": "created_at",
    "log_entries": "created_at",
    "notifications": "started_at",
    "change_events": "timestamp",
    "audit_records": "execution_time",
    "analytics_incidents": "created_at",
    "oncall_shifts": "start",
    "paused_incident_alerts": "since",
    "paused_incident_counts": "since",
    "analytics_incident_metrics": "range_start",
    "analytics_service_metrics": "range_start",
    "analytics_team_metrics": "range_start",
    "analytics_escalation_policy_metrics": "range_start",
    "analytics_responder_metrics": "range_start",
    "analytics_responder_team_metrics": "range_start",
    "analytics_pd_advance_usage": "range_start",
}
# Properties that every listed incident has.
INCIDENT = dict.fromkeys(LISTED)


class Clock:
    """A clock that moves only when someone sleeps."""

    def __init__(self):
        self.now = 0.0
        self._lock = threading.Lock()

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        with self._lock:
            self.now += max(seconds, 1e-6)


@dataclass
class Request:
    url: str
    path: str
    params: dict
    headers: dict
    timeout: float
    method: str = "GET"
    body: dict | None = None

    @property
    def offset(self):
        """Where the page begins; the tokens of this account's pages are offsets."""
        sources = {**self.params, **(self.body or {})}
        names = ("offset", "cursor", "after", "starting_after")
        return int(next((sources[name] for name in names if name in sources), 0))

    @property
    def limit(self):
        return int((self.body or self.params).get("limit", 25))

    @property
    def window(self):
        """The range of time that is asked for, in the query or in a body; None if none is."""
        if "since" in self.params:
            return self.params["since"], self.params["until"]
        filters = (self.body or {}).get("filters", {})
        ends = [value for name, value in filters.items() if name.endswith(("_start", "_end"))]
        return tuple(ends) if ends else None


def sample(schema, name=""):
    """Return a value for a schema: a record in which every field has one."""
    if schema.get("format") == "date-time":
        # What has a begin and an end lasts.
        return f"2024-05-31T{13 if name in {'end', 'until'} else 12}:00:00Z"
    if "items" in schema:
        return [sample(schema["items"])]
    if "properties" in schema:
        return {own: sample(field, own) for own, field in schema["properties"].items()}
    (kind,) = {*schema["type"]} - {"null"} if len(schema["type"]) <= 2 else [None]
    samples = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "object": {"x": 1}}
    return samples.get(kind)


@cache
def pattern(path):
    """Return what matches the paths that a stream asks for."""
    return re.compile(re.sub(r"{\w+}", r"[^/]+", path))


def stream_of(request):
    """Return the stream whose request this is, as its sheet has it; None if it is of none."""
    includes = set(request.params.get("include[]", ()))
    found = [
        stream
        for stream in STREAMS
        if getattr(stream, "method", "GET") == request.method
        and pattern(stream.path).fullmatch(request.path)
        # What the path of another stream shows in more detail, or by time.
        and includes >= {*stream.params.get("include[]", ())}
        and (stream.path != "/oncalls" or issubclass(stream, EventStream) == bool(request.window))
    ]
    found.sort(key=lambda stream: (stream.path.count("{"), -len(stream.params)))
    return found[0] if found else None


class Account:
    """What the API lists, and how it answers."""

    def __init__(self):
        self.now = datetime(2024, 6, 1, 12, tzinfo=timezone.utc)
        # By the name of the stream, or where it is of a parent, by the path.
        self.lists = {name: [] for name in NAMES}
        # Whether a list that is empty has a sample in place of nothing.
        self.has_samples = False
        # The status that the API answers to all requests of a stream, by its name.
        self.refusals = {}
        self.requests = []
        # Answers given before the true ones, by path: see `plan`.
        self._plans = defaultdict(lambda: iter(()))
        # Called before each answer with the request; may change the account.
        self.before = lambda _: None
        self.until_inclusive = True
        self.ceiling = 10_000
        # The incident as a log entry embeds it.
        self.embed = dict
        self.headers = {}

    def plan(self, path, *answers):
        """Let ANSWERS come first: None (the true one), an exception, or a dictionary.

        That has `status`, `json` or `text`, and `headers`, all optional. A single iterator
        may stand for the answers.
        """
        self._plans[path] = iter(answers[0] if hasattr(answers[0], "__next__") else answers)

    def asked(self, path):
        """Return the requests for a path, in the order they came in."""
        return [request for request in self.requests if request.path == path]

    def at(self, **ago):
        """Return the time that lies so far before now, as the API writes it."""
        return (self.now - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def loaded(self, **ago):
        """Return the state of a run of all event streams that ended so far before now."""
        bookmarks = {
            stream.name: {
                "replication_key": stream.replication_key,
                "replication_key_value": self.at(**ago),
            }
            for stream in STREAMS
            if issubclass(stream, EventStream)
        }
        for name in ("incidents", "analytics_incidents"):
            bookmarks[name]["created_until"] = self.at(**ago)
        return {"bookmarks": bookmarks}

    def add_incident(self, number, created_at, **fields):
        incident = {
            **INCIDENT,
            "id": f"I{number}",
            "type": "incident",
            "incident_number": number,
            "status": "resolved",
            "created_at": created_at,
            "updated_at": created_at,
            **fields,
        }
        self.lists["incidents"].append(incident)
        return incident

    def add_entry(self, number, created_at, incident_id=None, **fields):
        entry = {
            "id": f"R{number}",
            "type": "annotate_log_entry",
            "created_at": created_at,
            "incident": incident_id and {"id": incident_id, "type": "incident_reference"},
            **fields,
        }
        self.lists["log_entries"].append(entry)
        return entry

    def answer(self, request, context):
        url = urlsplit(request.url)
        params = {
            name: values if name.endswith("[]") or len(values) > 1 else values[0]
            for name, values in parse_qs(url.query).items()
        }
        plain = urlunsplit((*url[:3], "", ""))
        seen = Request(plain, url.path, params, request.headers, request.timeout)
        seen.method, seen.body = request.method, json.loads(request.body or "null")
        self.requests.append(seen)
        self.before(seen)
        context.headers["Date"] = format_datetime(self.now, usegmt=True)
        context.headers.update(self.headers)
        planned = next(self._plans[url.path], None)
        if isinstance(planned, BaseException):
            raise planned
        if planned is None:
            context.status_code, body = self._truth(seen)
            return json.dumps(body).encode()
        context.headers.update(planned.get("headers", {}))
        context.status_code = planned.get("status", 200)
        context.reason = planned.get("reason", responses.get(context.status_code, ""))
        if "json" in planned:
            return json.dumps(planned["json"]).encode()
        return planned.get("text", "").encode()

    def _truth(self, request):
        if request.path == "/abilities" and not self.has_samples:
            return self.refusals.get("abilities", 200), {"abilities": []}
        if found := re.fullmatch(r"/incidents/(\w+)", request.path):
            for incident in self.lists["incidents"]:
                if incident["id"] == found[1]:
                    return 200, {"incident": incident}
        stream = stream_of(request)
        if stream is None:
            return 404, {"error": {"message": "Not Found", "code": 2100}}
        if stream.name in self.refusals:
            return self.refusals[stream.name], {}
        limit = min(1000 if request.body else 100, request.limit)
        if "offset" in request.params and request.offset + limit > self.ceiling:
            return 400, {
                "error": {
                    "message": "Arguments Caused Error",
                    "code": 2002,
                    "errors": ["Offset+limit exceeds maximum allowed value of 10000."],
                },
            }
        found = self._select(stream, request)
        if "limit" in (request.body or request.params):
            page = found[request.offset : request.offset + limit]
        else:
            page, limit = found, len(found)
        if stream.name == "log_entries" and "incidents" in request.params.get("include[]", ()):
            page = [self._embedding(entry) for entry in page]
        more = request.offset + limit < len(found)
        body = _body(stream, request, page)
        if stream.records_key == WHOLE_BODY:
            return 200, body
        following = str(request.offset + limit) if more else None
        return 200, {
            **body,
            "limit": limit,
            "offset": request.offset,
            "more": more,
            "total": len(found) if request.params.get("total") == "true" else None,
            **dict.fromkeys(("next_cursor", "after", "last"), following),
        }

    def _select(self, stream, request):
        name, params = stream.name, request.params
        found = self.lists.get(request.path, self.lists[name])
        if not found and self.has_samples:
            found = [_as_sent(stream, sample(stream.schema))]
        if not found and stream.nested and "{" not in stream.path:
            found = self.lists[request.path[1:]]
        by = SELECTED_BY.get(name)
        # In both ways a range is required: the API would fill in a month. All are in UTC.
        if by and params.get("date_range") != "all" and request.window:
            since, until = request.window
            # Rows of whole days and months begin in the range, moments may end it.
            inclusive = self.until_inclusive and not stream.period
            found = [
                record
                for record in found
                if since <= record.get(by, since) < until or (inclusive and record[by] == until)
            ]
        elif after := (request.body or {}).get("filters", {}).get("updated_after"):
            found = [record for record in found if record["updated_at"] > after]
        elif by:
            assert params.get("date_range") == "all"
        if by:
            newest_first = name in {"log_entries", "audit_records"}
            found = sorted(found, key=lambda record: record.get(by, ""), reverse=newest_first)
        if statuses := params.get("statuses[]"):
            found = [record for record in found if record["status"] in statuses]
        return found

    def _embedding(self, entry):
        for incident in self.lists["incidents"]:
            if incident["id"] == (entry.get("incident") or {}).get("id"):
                return {**entry, "incident": self.embed(incident)}
        return entry


def _as_sent(stream, record):
    """Return a record as the API sends it: without the columns that the tap adds."""
    added = {*stream.parent_columns, *stream.columns, *getattr(stream, "window_columns", ())}
    added |= {"id"} if stream.id_columns else set()
    return {name: value for name, value in record.items() if name not in added}


def _body(stream, request, page):
    """Return the records of a page as they stand in an answer of the stream's endpoint."""
    key = stream.records_key or stream.name
    if stream.name == "entity_tags":
        key = request.path.rpartition("/")[2]
        page = [{"id": f"{key}-1"} for _ in page]
    if stream.name == "abilities":
        page = [record["name"] for record in page]
    if stream.nested and page and stream.nested.partition(".")[0] not in page[0]:
        for name in reversed(stream.nested.split(".")):
            page = {name: page}
        page = [{"id": "text", **page}]
    if key == WHOLE_BODY:
        return page[0] if page else {}
    return {key: page}


@dataclass
class Run:
    """What a run of the command wrote, and how it ended."""

    exit_code: int
    stdout: str
    log: str
    messages: list = field(default_factory=list)

    def records(self, stream):
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    def ids(self, stream):
        return [record["id"] for record in self.records(stream)]

    @property
    def states(self):
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def state(self):
        """The last state: where the next run goes on."""
        return self.states[-1]

    def lines(self, level):
        """Return what the log says at a LEVEL, without time and name."""
        entries = [line.split(" | ", 3) for line in self.log.splitlines()]
        return [entry[3] for entry in entries if len(entry) == 4 and entry[1].strip() == level]


@pytest.fixture
def config():
    return {
        "api_key": KEY,
        "start_date": "2024-05-01T00:00:00Z",
        "requests_per_second": 1000,
    }


@pytest.fixture
def clock(monkeypatch):
    """The clock of the request budgets: no test waits for them."""
    clock = Clock()
    monkeypatch.setattr(connection, "Pacer", partial(Pacer, clock=clock, sleep=clock.sleep))
    return clock


@pytest.fixture
def waits(monkeypatch):
    """The longest waits between tries of requests; none of them is waited."""
    waits = []
    monkeypatch.setattr(backoff, "full_jitter", lambda value: waits.append(value) or 0)
    return waits


@pytest.fixture
def account(clock, waits):  # noqa: ARG001, no real waiting where there is an account
    account = Account()
    with requests_mock.Mocker(case_sensitive=True) as mocker:
        mocker.get(requests_mock.ANY, content=account.answer)
        mocker.post(requests_mock.ANY, content=account.answer)
        yield account


@pytest.fixture
def low_ceiling(account, monkeypatch):
    """Let the API page no further than 300 records, so that tests need few of them."""
    account.ceiling = 300
    for module in (pagination, events):
        monkeypatch.setattr(module, "CEILING", 300)
    monkeypatch.setattr(windows, "COMFORTABLE", 240)


@pytest.fixture
def command(monkeypatch):
    """Run the real command in this process: `command("--about")`."""
    for name in [name for name in os.environ if name.startswith("TAP_PAGERDUTY_")]:
        monkeypatch.delenv(name)
    root, hook = logging.getLogger(), sys.excepthook
    before, level = root.handlers[:], root.level
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments):
        stdout, stderr = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with redirect_stdout(stdout), redirect_stderr(stderr), pytest.raises(SystemExit) as end:
            TapPagerDuty.cli.main([str(argument) for argument in arguments])
        root.handlers[:] = before
        stdout.seek(0)
        return Run(end.value.code, stdout.read(), stderr.getvalue())

    yield run
    root.setLevel(level)
    sys.excepthook = hook
    for number, handler in handlers.items():
        signal.signal(number, handler)
    logging.captureWarnings(capture=False)


@pytest.fixture(scope="session")
def discovered():
    """The catalog as discovered, as JSON text."""
    return json.dumps(TapPagerDuty(validate_config=False).catalog_dict)


@pytest.fixture(scope="session")
def entries(discovered):
    """The catalog's entries as JSON text, by stream: most of a short run would go into those
    that it does not need.
    """
    found = json.loads(discovered)["streams"]
    return {entry["tap_stream_id"]: json.dumps(entry) for entry in found}


@pytest.fixture
def catalog(entries):
    """Return a catalog of these streams, or all, selected; FORCED to full table if so."""

    def catalog(*streams, forced=False):
        found = {"streams": [json.loads(entries[name]) for name in sorted(streams or NAMES)]}
        for stream in found["streams"]:
            (root,) = [each for each in stream["metadata"] if not each["breadcrumb"]]
            root["metadata"]["selected"] = True
            if forced:
                root["metadata"]["forced-replication-method"] = "FULL_TABLE"
        return found

    return catalog


@pytest.fixture
def config_file(config, tmp_path):
    """Write the configuration with these SETTINGS; one that is `...` is left out."""

    def config_file(**settings):
        found = {**config, **settings}
        path = tmp_path / "config.json"
        path.write_text(json.dumps({n: value for n, value in found.items() if value is not ...}))
        return path

    return config_file


@pytest.fixture
def sync(account, command, catalog, config_file, tmp_path):  # noqa: ARG001, the run needs the account
    """Run a sync of some streams, or all; return what it wrote."""

    def sync(*streams, state=None, selection=None, **settings):
        arguments = ["--config", config_file(**settings)]
        inputs = {"catalog": selection or catalog(*streams), "state": state}
        for option, content in inputs.items():
            if content is not None:
                path = tmp_path / f"{option}.json"
                path.write_text(json.dumps(content))
                arguments += [f"--{option}", path]
        run = command(*arguments)
        run.messages = [json.loads(line) for line in run.stdout.splitlines()]
        # Whatever happens: no stack trace, and no secret.
        assert "Traceback" not in run.log
        assert KEY not in run.log + run.stdout
        return run

    return sync


@pytest.fixture
def patience(account, monkeypatch):  # noqa: ARG001, comes after it
    """Wait a little between tries after all, so that giving up takes few of them."""
    monkeypatch.setattr(backoff, "full_jitter", lambda _: 0.3)
