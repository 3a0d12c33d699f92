"""The real tap on the sandbox: runs of it, what a target keeps of them, and what it should.

Time is the sandbox's own and stands still while a run lasts, unless a test moves it. So what a
run that was killed after N bytes leaves is what a whole one wrote, cut after N bytes: `Run.cut`.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache, cached_property
from math import ceil
from pathlib import Path
from unittest import mock

from sandbox import Sandbox
from sandbox.api import query_checks
from sandbox.values.timestamps import iso, moment_of
from tap_pagerduty.api import pagination, rate_limit, windows
from tap_pagerduty.streams import STREAMS as SHEETS
from tap_pagerduty.sync import windowed
from tap_pagerduty.tap import TapPagerDuty
from tests.support.columns import as_emitted

DAY = 86_400
NOW = "2024-06-12T12:00:00Z"
# Before anything that a sandbox of this file holds.
START = "2022-06-01T00:00:00Z"

EVENTS = {"incidents": "created_at", "log_entries": "created_at", "notifications": "started_at"}
LISTS = (
    "users",
    "teams",
    "services",
    "escalation_policies",
    "schedules",
    "priorities",
    "vendors",
    "tags",
    "business_services",
    "oncalls",
)
STREAMS = (*LISTS, *EVENTS)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
# What the tap asks to be embedded in a record.
INCLUDES = {"log_entries": {"channels"}, "schedules": {"schedule_layers"}}
# Times that the tap fills `updated_at` of an incident from, the first that is there.
UPDATED = ("updated_at", "last_status_change_at", "created_at")

COMMAND = [str(Path(sys.executable).with_name("tap-pagerduty"))]
# Seconds after which a run that does not end is a failed test.
PATIENCE = 60


def sandbox(**options):
    """Make a small account whose time stands still, with requests to spare."""
    usual = {"now": NOW, "frozen": True, "incidents": 40, "days": 300, "rate_limit": 100_000}
    return Sandbox(**{**usual, **options})


def ago(box, **units):
    """Return the time that lies so many days, hours, … before the sandbox's now."""
    seconds = {"days": DAY, "hours": 3600, "minutes": 60, "seconds": 1}
    return iso(box.now() - int(sum(seconds[unit] * count for unit, count in units.items())))


# -- Runs


@dataclass
class Run:
    """What a run wrote, and how it ended."""

    status: int
    out: bytes
    log: str = ""

    @cached_property
    def messages(self):
        """The messages that are whole: a target cannot read a torn one."""
        return [
            json.loads(line) for line in self.out.splitlines(keepends=True) if line[-1:] == b"\n"
        ]

    def records(self, stream):
        return [
            m["record"] for m in self.messages if m["type"] == "RECORD" and m["stream"] == stream
        ]

    @property
    def state(self):
        """The last state, if there is one: all that stands before it has been seen."""
        states = [m["value"] for m in self.messages if m["type"] == "STATE"]
        return states[-1] if states else None

    @property
    def activated(self):
        """The streams whose older rows the target was told to remove."""
        return [m["stream"] for m in self.messages if m["type"] == "ACTIVATE_VERSION"]

    @property
    def errors(self):
        """The lines of the log that say ERROR or worse, without time and name."""
        entries = [line.split(" | ", 3) for line in self.log.splitlines()]
        return [e[3] for e in entries if len(e) == 4 and e[1].strip() in {"ERROR", "CRITICAL"}]

    def cut(self, size):
        """Return the run as if it had been killed when so many bytes were out."""
        return Run(-signal.SIGKILL, self.out[:size])


def settings_of(box, **settings):
    return {"api_key": box.api_key, "api_url": box.url, "start_date": START, **settings}


# Of the OAuth app of an account, and where its tokens come from.
SECRET = "a-very-secret-secret"
TOKEN = "/oauth/token"


def oauth_app(box, **settings):
    """Return the settings that sign in as the account's OAuth app; None leaves one out."""
    found = {
        "client_id": "sandbox-client",
        "client_secret": SECRET,
        "subdomain": "acme",
        "api_url": box.url,
        "oauth_url": box.url + TOKEN,
        "start_date": "2024-05-01T00:00:00Z",
        "request_timeout_seconds": 5,
        "retry_timeout_seconds": 1,
        "requests_per_second": 1000,
    }
    return {name: value for name, value in {**found, **settings}.items() if value is not None}


@cache
def discovered():
    return json.dumps(TapPagerDuty(validate_config=False).catalog_dict)


@cache
def _entries():
    """Return the entries of the catalog as JSON text, by stream."""
    found = json.loads(discovered())["streams"]
    return {entry["tap_stream_id"]: json.dumps(entry) for entry in found}


def catalog(streams):
    """Return a catalog of these streams, selected; of `STREAMS` if there are none.

    The other streams are left out: a short run would spend most of its time on their schemas.
    """
    wanted = streams or STREAMS
    found = {"streams": [json.loads(e) for name, e in _entries().items() if name in wanted]}
    for stream in found["streams"]:
        root = next(m["metadata"] for m in stream["metadata"] if not m["breadcrumb"])
        root["selected"] = True
    return found


@contextlib.contextmanager
def _as_it_was():
    """Put back what a tap in this process sets for the whole process."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    logger = logging.getLogger()
    level, hook = logger.level, sys.excepthook
    try:
        yield
    finally:
        logger.setLevel(level)
        sys.excepthook = hook
        for number, handler in handlers.items():
            signal.signal(number, handler)


def sync(box, *streams, state=None, **settings):
    """Run the tap in this process: as the command does, without its second of start-up."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    status = 0
    with _as_it_was(), mock.patch.object(rate_limit, "DEFAULT_RATE", 10_000.0):
        logging.disable(logging.CRITICAL)
        try:
            with contextlib.redirect_stdout(out):
                tap = TapPagerDuty(
                    config=settings_of(box, **settings),
                    catalog=catalog(streams),
                    state=deepcopy(state),
                )
                tap.sync_all()
        except SystemExit as end:
            status = end.code
        finally:
            logging.disable(logging.NOTSET)
    out.flush()
    return Run(status, out.buffer.getvalue())


@contextlib.contextmanager
def ceiling_of(records):
    """Let the API page through so many records only, in place of 10,000, and the tap know it."""
    with (
        mock.patch.object(query_checks, "MAX_REACH", records),
        mock.patch.object(pagination, "CEILING", records),
        mock.patch.object(windowed, "CEILING", records),
        mock.patch.object(windows, "COMFORTABLE", records * 4 // 5),
    ):
        yield


def arguments(box, place, *streams, state=None, **settings):
    """Write the files of a run to a directory; return the command line."""
    files = {"config": settings_of(box, **settings), "catalog": catalog(streams), "state": state}
    line = [*COMMAND]
    for option, content in files.items():
        if content is not None:
            path = place / f"{option}.json"
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            line += [f"--{option}", str(path)]
    return line


def run(box, place, *streams, end=None, **how):
    """Run the real command; END is (how, after so many bytes of output), if it is to be ended.

    How: a signal, or "closed" for a reader that goes away. A process that is killed takes with
    it what the pipe still holds; of one that is told to stop, the reader takes all.
    """
    with (place / "log.txt").open("w+") as log:
        process = subprocess.Popen(
            arguments(box, place, *streams, **how), stdout=subprocess.PIPE, stderr=log
        )
        guard = threading.Timer(PATIENCE, process.kill)
        guard.start()
        try:
            out = process.stdout.read() if end is None else _end(process, *end)
            process.stdout.close()
            status = process.wait()
            assert guard.is_alive(), f"no end after {PATIENCE} s"
        finally:
            guard.cancel()
            process.kill()
        log.seek(0)
        return Run(status, out, log.read())


def _end(process, how, size):
    out = process.stdout.read(size)
    if how == "closed":
        return out
    process.send_signal(how)
    return out if how == signal.SIGKILL else out + process.stdout.read()


# -- What a target keeps


class Warehouse:
    """Tables of rows by key, as a target keeps them that removes what a version lacks."""

    def __init__(self):
        self.tables = defaultdict(dict)
        self.state = None
        self._keys = {}

    def load(self, run):
        """Take what a run wrote, as far as it is whole; return it."""
        for message in run.messages:
            if message["type"] == "STATE":
                self.state = message["value"]
                continue
            table = self.tables[message["stream"]]
            if message["type"] == "SCHEMA":
                self._keys[message["stream"]] = message["key_properties"]
            elif message["type"] == "RECORD":
                record = message["record"]
                key = tuple(record[name] for name in self._keys[message["stream"]])
                assert all(key), f"{message['stream']} has a record without its key"
                table[key] = message.get("version"), record
            elif message["type"] == "ACTIVATE_VERSION":
                for key in [
                    key for key, (version, _) in table.items() if is_older(version, message)
                ]:
                    del table[key]
        return run

    def rows(self, stream):
        """Return the rows of a table by id."""
        return {record["id"]: record for _, record in self.tables[stream].values()}


def is_older(version, message):
    return version is None or version < message["version"]


# -- What it should keep


def truth(box, stream):
    """Return what the account holds, as the tap shows it, by id."""
    shown = {}
    for record in map(in_utc, box.truth(stream, INCLUDES.get(stream, ()))):
        if stream == "oncalls":
            parties = {
                name: (record[name] or {}).get("id")
                for name in ("escalation_policy", "user", "schedule")
            }
            record.update({f"{name}_id": own for name, own in parties.items()})
            policy, user, schedule = parties.values()
            parts = (policy, record["escalation_level"], user, schedule, record["start"])
            record["id"] = ":".join("" if part is None else str(part) for part in parts)
        if stream == "incidents":
            record["updated_at"] = next(filter(None, map(record.get, UPDATED)), None)
        shown[record["id"]] = as_emitted(record, BY_NAME[stream])
    return shown


_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?")


def in_utc(value):
    """Return a value with all times in it in UTC; one without a zone is taken for it."""
    if isinstance(value, dict):
        return {name: in_utc(each) for name, each in value.items()}
    if isinstance(value, list):
        return [in_utc(each) for each in value]
    if isinstance(value, str) and (found := _TIME.fullmatch(value)):
        date, clock, zone = found.groups()
        if zone != "Z":
            clock, _, fraction = clock.partition(".")
            at = datetime.fromisoformat(f"{date}T{clock}{zone or '+00:00'}")
            text = at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
            return f"{text}.{fraction:0<6}Z" if fraction else f"{text}Z"
    return value


def differences(warehouse, box, *streams, since="", stale=(), gone=(), shown=None):  # noqa: PLR0913
    """Return where a warehouse (what has `rows`) differs from the account, a line each.

    What happens in the second in which a run begins is the next run's. What happened before
    SINCE may be missing. STALE are ids of things that were renamed or deleted: what happened
    before still refers to them as they were called then. GONE are ids that the account no
    longer shows. SHOWN makes a row of a record.
    """
    lines = []
    now = iso(box.now())
    for stream in streams or STREAMS:
        kept, held = warehouse.rows(stream), truth(box, stream)
        if shown:
            held = {own: shown(stream, record) for own, record in held.items()}
        for own in sorted(kept.keys() | held.keys()):
            mine, theirs = kept.get(own), held.get(own)
            happened = theirs and theirs.get("updated_at", theirs.get(EVENTS.get(stream), ""))
            if own in gone or (stream in EVENTS and happened and happened >= now):
                continue
            if mine is None:
                if stream in EVENTS and theirs[EVENTS[stream]] < since:
                    continue
                lines.append(f"{stream} {own} is missing")
            elif theirs is None:
                lines.append(f"{stream} {own} is gone from the account")
            else:
                if stream in EVENTS:
                    mine, theirs = _unnamed(mine, stale), _unnamed(theirs, stale)
                lines += [
                    f"{stream} {own} {name}: {mine.get(name)!r:.99} is not {theirs.get(name)!r:.99}"
                    for name in sorted(mine.keys() | theirs.keys())
                    if mine.get(name, _ABSENT) != theirs.get(name, _ABSENT)
                ]
    return lines


def passes(incident, filters):
    """Return whether FILTERS, by setting, let an incident through, by what it says itself."""
    has = {
        "team_ids": {each["id"] for each in incident["teams"]},
        "service_ids": {incident["service"]["id"]},
        "urgencies": {incident["urgency"]},
    }
    return all(has[setting] & set(wanted) for setting, wanted in filters.items())


class Passing:
    """The incidents of a warehouse that filters let through, by what their rows say."""

    def __init__(self, warehouse, filters):
        self._warehouse, self._filters = warehouse, filters

    def rows(self, stream):
        rows = self._warehouse.rows(stream)
        return {own: row for own, row in rows.items() if passes(row, self._filters)}


def filtered_differences(warehouse, box, filters, **how):
    """Return where the incidents of a warehouse that pass differ from those of the account."""
    passing = Passing(warehouse, filters)
    outside = {own for own, each in truth(box, "incidents").items() if not passes(each, filters)}
    gone = outside - passing.rows("incidents").keys()
    return differences(passing, box, "incidents", gone=gone, **how)


_ABSENT = object()


def _unnamed(value, stale):
    """Return a value without the names and addresses in references to what is STALE."""
    if not stale:
        return value
    if isinstance(value, list):
        return [_unnamed(each, stale) for each in value]
    if isinstance(value, dict):
        refers = value.get("id") in stale and str(value.get("type")).endswith("_reference")
        hidden = {"summary", "self", "html_url"} if refers else set()
        return {name: _unnamed(each, stale) for name, each in value.items() if name not in hidden}
    return value


# -- What it may cost


def allowed(box, since, handful=6):
    """Return how many requests an incremental run of `incidents` may make.

    SINCE is when the last run began: the pages of what was created, what was logged, and what
    is open now, and a handful.
    """
    since = moment_of(since) if isinstance(since, str) else since
    incidents, entries = box.truth("incidents"), box.truth("log_entries")
    created = sum(moment_of(each["created_at"]) >= since for each in incidents)
    logged = sum(moment_of(each["created_at"]) >= since for each in entries)
    still_open = sum(each["status"] != "resolved" for each in incidents)
    return sum(ceil(count / 100) for count in (created, logged, still_open)) + handful
