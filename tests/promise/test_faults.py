"""Whatever goes wrong, a run ends in the whole truth, or says what is missing and claims nothing.

The table below is also `docs/faults.md`: `python -m tests.promise.test_faults --write` renews it.
"""

import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from unittest import mock

import pytest

from sandbox.values.timestamps import iso
from tests.support import harness
from tests.support.harness import (
    DAY,
    LISTS,
    STREAMS,
    Warehouse,
    ago,
    differences,
    run,
    sandbox,
    sync,
)
from tests.support.project import ROOT

PAGE = ROOT / "docs" / "faults.md"

# The clock of a run that waits between its tries.
FAST = 20

COMPLETE = "Everything arrives."
LATER = "What was finished is in the state; the next run reads the rest."
# Settings that make giving up quick.
BRIEF = {"retry_timeout_seconds": 1, "request_timeout_seconds": 1}


def nothing(box):
    """Leave the account as it is."""


@dataclass
class Case:
    """A fault, and what comes of it."""

    what: str
    # Faults of the server, as its command line has them.
    faults: tuple[str, ...] = ()
    # What the run says of it in the end, at the levels WARNING and ERROR, in its own words; an
    # ellipsis stands for what differs from run to run. Nothing: all is there.
    says: tuple[str, ...] = ()
    # In the words of the page, where those do not do.
    outcome: str = ""
    status: int = 0
    # Streams that the run could not read.
    without: tuple[str, ...] = ()
    options: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    # What happens to the account before a first load, or between it and the run under test.
    before: Callable = nothing
    meanwhile: Callable | None = None
    # What happens before each answer.
    hook: Callable | None = None
    # By how much faster than ours the clock of the run goes.
    speed: int = 1


def editing(box, request):
    """Remove and insert people and services, and let incidents come in, while they are read."""
    changes = box.__dict__.setdefault("changes", [0])
    offset = request.query.get("offset", ["0"])
    if request.path in {"/users", "/services"} and offset != ["0"] and changes[0] < 6:
        changes[0] += 1
        kind = request.path[1:]
        box.account.delete(kind, box.truth(kind)[changes[0] % 3]["id"])
        box.account.create(kind, name=f" new {changes[0]}")
    if request.path in {"/incidents", "/log_entries"} and changes[0] < 40:
        changes[0] += 1
        box.advance(1)
        box.account.add_note(box.account.create_incident(), "Came in while the run was reading")


def crowd(box):
    for kind in ("users", "services"):
        for _ in range(230):
            box.account.create(kind)


def odd_times(box):
    for number, text in enumerate(
        (
            "2024-06-10T11:12:13.123456Z",
            "2024-06-10T11:12:13.123Z",
            "2024-06-10T11:12:13",
            "2024-06-10T11:12:13.5-05:00",
            "2024-06-10T11:12:13+05:45",
        )
    ):
        own = box.account.create_incident(at=f"2024-06-10T11:12:1{number}Z")
        box.account.override(own, created_at=text, updated_at=text, last_status_change_at=text)
    box.account.update("services", box.truth("services")[0]["id"], created_at=text)


def nulls(box):
    own = box.account.create_incident(at=ago(box, hours=5))
    shown = next(each for each in box.truth("incidents") if each["id"] == own)
    box.account.override(own, **dict.fromkeys(shown.keys() - {"id", "created_at"}))
    for kind in LISTS:
        if kind != "oncalls":
            record = box.truth(kind)[0]
            # PagerDuty promises arrays not to be null; the sandbox needs them, and this zone.
            kept = {"id", "summary", "time_zone"}
            kept |= {name for name, value in record.items() if isinstance(value, list)}
            box.account.update(kind, record["id"], **dict.fromkeys(record.keys() - kept))


def five_megabytes(box):
    box.account.add_note(box.truth("incidents")[3]["id"], "ÿ€\U0001f525\\" * 500_000)


ODD = "\"'`\\ \\u0000 \\x00 \n\r\t\u2028 \u0085 \U0001f525 é e\u0301 \ufeff \u202e {{}} %s $1 --"


def odd_texts(box):
    own = box.account.create_incident(title=ODD, incident_key=ODD, at=ago(box, hours=2))
    box.account.add_note(own, ODD, at=ago(box, hours=1))
    box.account.set_custom_field(own, ODD, {"": ODD, ODD: [ODD, None]}, at=ago(box, minutes=59))
    for kind in ("users", "teams", "services", "vendors", "business_services"):
        box.account.create(kind, id=f'P"{ODD}', name=ODD, description=ODD)


def across_daylight_saving(box):
    for _ in range(4):
        box.account.burst(10, seconds=3600)
        box.advance(1800)
    box.advance(4 * 3600)


def a_change(box):
    box.advance(DAY)
    box.account.reopen(old_and_resolved(box)[0])
    box.account.burst(30, seconds=3600)
    box.advance(7200)


def changes_to_read_again(box):
    for own in old_and_resolved(box)[:2]:
        box.account.add_note(own, "again")
    box.advance(3600)


def old_and_resolved(box):
    return [each["id"] for each in box.truth("incidents") if each["status"] == "resolved"]


HALF = STREAMS[::2], STREAMS[1::2]
PLAN = "{} was skipped: 402 Payment Required: …; it requires the scope …"
SCOPE = "{} was skipped: 403 Forbidden: Token missing required scopes…; it requires the scope …"


def refused(streams):
    """Let the plan lack some streams (402), and the key the scope of the others (403)."""
    other = [name for name in STREAMS if name not in streams]
    return {
        "faults": (
            *(f"status=402,path=/{name}" for name in streams),
            *(f"status=403,body=scope,path=/{name}" for name in other),
        ),
        "says": (
            *(PLAN.format(name) for name in streams),
            *(SCOPE.format(name) for name in other),
        ),
        "without": STREAMS,
    }


CASES = (
    *(
        Case(f"{status} on every 7th request", (f"status={status},every=7",), speed=FAST)
        for status in (500, 502, 503, 504)
    ),
    Case("408 on every 5th request", ("status=408,every=5",), speed=FAST),
    Case(
        "A proxy's HTML page with 502 on every 5th request",
        ("status=502,body=html,every=5",),
        speed=FAST,
    ),
    Case("An HTML page with 200 on every 5th request", ("html,every=5",), speed=FAST),
    Case("A burst of 429 with headers", ("status=429,reset=1,after=4,times=6",), speed=FAST),
    Case(
        "A burst of 429 without headers and body",
        ("status=429,body=empty,after=4,times=4",),
        speed=FAST,
    ),
    Case(
        "429 for longer than a minute",
        ("status=429,reset=45,after=4,times=3",),
        settings={"max_concurrency": 1},
        speed=FAST,
    ),
    Case(
        "A rate limit lower than the run needs",
        options={"rate_limit": 20, "rate_window": 1.0},
    ),
    Case(
        "Another client that uses up half of the rate limit",
        options={"rate_limit": 40, "rate_window": 1.0, "other_client": 0.5, "bare_429": True},
    ),
    Case("Connection reset before the status line, every 6th time", ("reset,every=6",), speed=FAST),
    Case("Connection reset in mid-body, every 6th time", ("reset_body,every=6",), speed=FAST),
    Case("Truncated JSON with 200, every 6th time", ("truncate,every=6",), speed=FAST),
    Case(
        "No response in time, every 15th time",
        ("hang,every=15,seconds=8",),
        settings={"request_timeout_seconds": 1},
    ),
    Case(
        "A response that trickles in",
        ("slow,path=/log_entries,seconds=2,times=2",),
        settings={"request_timeout_seconds": 1},
    ),
    Case(
        "A list that never responds",
        ("hang,path=/users,seconds=60",),
        says=("users is incomplete: no response in time; given up after 1 s", LATER),
        status=1,
        without=("users",),
        settings=BRIEF,
    ),
    Case(
        "A list that always fails",
        ("status=500,path=/services",),
        says=("services is incomplete: 500 Internal Server Error…; given up after 1 s", LATER),
        status=1,
        without=("services",),
        settings=BRIEF,
    ),
    Case(
        "Event streams that break off in the middle, for good",
        ("status=503,path=/log_entries,after=3", "reset,path=/notifications,after=2"),
        says=(
            "log_entries is incomplete: 503 Service Unavailable…; given up after 1 s",
            "notifications is incomplete: connection failed: …; given up after 1 s",
            LATER,
        ),
        status=1,
        without=("log_entries", "notifications"),
        settings=BRIEF,
    ),
    Case(
        "A request that the API calls bad",
        ("status=400,body=map,path=/tags",),
        says=("tags is incomplete: 400 Bad Request: Invalid Input Provided: …", LATER),
        status=1,
        without=("tags",),
    ),
    Case(
        "A host name that does not resolve",
        says=("Could not reach https://pagerduty.invalid; check the network, …",),
        status=1,
        without=STREAMS,
        settings={**BRIEF, "api_url": "https://pagerduty.invalid"},
    ),
    Case(
        "A host that refuses connections",
        says=("Could not reach http://127.0.0.1:9; check the network, …",),
        status=1,
        without=STREAMS,
        settings={**BRIEF, "api_url": "http://127.0.0.1:9"},
    ),
    Case(
        "401 in the middle of a run",
        ("status=401,after=12",),
        says=("PagerDuty refused the key at … (401 Unauthorized…). Check `api_key`, …",),
        status=1,
        without=STREAMS,
    ),
    *(
        Case(
            what,
            outcome="Each is skipped, with one warning that names it and what is missing.",
            **refused(streams),
        )
        for what, streams in zip(
            ("402 on half of the streams, 403 on the others", "The same, the other way round"),
            HALF,
            strict=True,
        )
    ),
    Case(
        "402 and 403 on some streams",
        (
            "status=402,path=/priorities",
            "status=403,body=scope,path=/oncalls",
            "status=403,path=/users",
        ),
        says=(PLAN.format("priorities"), SCOPE.format("oncalls"), "users was skipped: 403…"),
        without=("priorities", "oncalls", "users"),
        outcome="They are skipped, each with a warning; the others arrive.",
    ),
    Case(
        "403 in the middle of a stream",
        ("status=403,path=/log_entries,after=2",),
        says=("log_entries is incomplete: access was withdrawn while reading: 403…", LATER),
        status=1,
        without=("log_entries",),
        # In order: a first answer that is a 403 is a stream that is out of reach.
        settings={"max_concurrency": 1},
    ),
    Case(
        "404 on an incident that is read again",
        ("status=404,path=/incidents/*,times=1",),
        options={"incident_embed_short": 1.0},
        meanwhile=changes_to_read_again,
        outcome="It is passed over: it is gone. Everything else arrives.",
    ),
    Case(
        "A proxy's HTML page with 404 on every 6th request",
        ("status=404,body=html,every=6",),
        speed=FAST,
    ),
    Case(
        "404 on a whole list: the account does not have the feature",
        options={"features_off": {"priorities"}},
        says=("priorities was skipped: 404 Not Found: Not Found; the account does not …",),
        without=("priorities",),
    ),
    Case(
        "501 on a list",
        ("status=501,path=/tags",),
        says=("tags is incomplete: 501 Not Implemented: Internal Server Error", LATER),
        status=1,
        without=("tags",),
    ),
    Case("Pages of more than 30 records fail for good", options={"heavy_records": 30}, speed=FAST),
    Case("Pages of more than 20 KB fail for good", options={"heavy_bytes": 20_000}, speed=FAST),
    Case(
        "Lists of 25 records a page that do not say whether more follows",
        options={"bare_lists": True, "largest_page": 25},
    ),
    Case("Empty lists that come as 204", options={"empty_lists": "204"}),
    Case("Empty lists that come as null", options={"empty_lists": "null"}),
    Case("The clock of the machine an hour slow", options={"ahead": 3600}, meanwhile=a_change),
    Case("The clock of the machine an hour fast", options={"ahead": -3600}, meanwhile=a_change),
    Case(
        "Account time zone: clocks go ahead within the window",
        options={"now": "2024-03-10T06:10:00Z", "time_zone": "America/New_York"},
        meanwhile=across_daylight_saving,
    ),
    Case(
        "Account time zone: clocks go back within the window",
        options={"now": "2023-11-05T05:10:00Z", "time_zone": "America/New_York"},
        meanwhile=across_daylight_saving,
    ),
    Case(
        "Records are inserted and removed while they are paged",
        before=crowd,
        hook=editing,
        outcome="Everything that was there when the run started arrives; what was added or changed "
        "since, with the next run.",
    ),
    Case("Times with micro- and milliseconds, offsets, and no zone", before=odd_times),
    Case("null in every field that may be null", before=nulls),
    Case("A log entry of 5 MB", before=five_megabytes),
    Case("Ids and titles with quotes, line breaks, emoji", before=odd_texts),
)

# Rows of what the sandbox does not send: what goes wrong, exit status, result. Each is a test in
# tests/records/test_odd_json.py, tests/records/test_undocumented.py, tests/api/test_heavy_pages.py,
# tests/api/test_refusals.py or tests/sync/test_unread_parents.py.
OF_RECORDS = (
    (
        "U+0000, half of a surrogate pair or bytes that are not UTF-8 in a text",
        0,
        "The record arrives with U+FFFD in their place; one warning per stream.",
    ),
    (
        "A property that the schema does not declare, or a value of another type",
        0,
        "It arrives in the column `_undocumented`; one line per stream.",
    ),
    (
        "A record whose key is null or empty",
        0,
        "The record is left out, since targets cannot store it; one warning per stream.",
    ),
    (
        "A record nested more than 500 levels deep, or with a number beyond a float's range",
        1,
        "The stream is incomplete and the message names the record; other streams load.",
    ),
    (
        "A record that cannot be had, while its neighbours can",
        1,
        "The stream is incomplete and the message names the record's position; other streams load.",
    ),
    (
        "404 or 410 on a parent of a child stream",
        0,
        "The parent is gone; one line with the number of such parents.",
    ),
    (
        "404 on every parent of a child stream",
        1,
        "The child stream is incomplete; other streams load.",
    ),
    (
        "403 on single parents of a child stream",
        0,
        "They are passed over, with a warning; those of incidents are asked for on the next run.",
    ),
    (
        "403 on all further parents of a child stream",
        1,
        "Access was withdrawn: the child stream is incomplete; other streams load.",
    ),
    (
        "A child stream of incidents that is selected later, or skipped for some runs",
        0,
        "The next run that can read it catches up.",
    ),
    (
        "A GET with a body that a proxy refuses",
        0,
        "It is sent without the body. Everything arrives.",
    ),
)

# Rows of what operators do: files, variables, catalogs, signals. Each is a test in
# tests/command/test_files.py, tests/command/test_signals.py, tests/streams/test_user_catalogs.py,
# tests/streams/test_flattening.py, tests/sync/test_filter_ids.py or tests/api/test_network.py.
NOTHING = "One line, before any request."
OF_OPERATORS = (
    ("A config, catalog or state in UTF-16, as PowerShell writes it", 0, COMPLETE),
    ("A directory, an unreadable file, `null` or a text as config", 1, NOTHING),
    ("A variable that cannot be parsed; a number that is too large", 1, NOTHING),
    ("Blank values in files and variables", 0, "They count as unset."),
    ("A password in `api_url`", 1, "One line, without the password."),
    (
        "A catalog without some fields, or with fields deselected",
        0,
        "What it does not have is not emitted, at any depth; keys are always kept.",
    ),
    ("A replication key or method that the stream does not have", 0, "It is ignored."),
    ("A catalog that has only streams that are gone", 1, NOTHING),
    (
        "A catalog or state with some streams that are gone, or without new ones",
        0,
        "The log names them; the others arrive.",
    ),
    ("Stream maps of streams that are not selected", 0, "They are ignored."),
    ("Stream maps or flattening that do not fit a stream", 1, NOTHING),
    (
        "Numbers and booleans in open fields, with flattening",
        0,
        "They arrive as JSON text, which the flattened schema allows.",
    ),
    ("Batch files", 0, "A warning: rows that are gone from the account stay."),
    ("An id in a filter that the account does not have", 0, "The first run and `--test` name it."),
    (
        "SIGTERM or Ctrl-C, once or more, while the target does not read",
        "143, 130",
        "The run ends within 2 s and leaves whole lines; lines larger than 1 MB excepted.",
    ),
    ("Standard error is closed", 0, "Everything arrives, without a log."),
    ("Standard output is closed", 1, NOTHING),
    ("A host name that has never resolved", 1, "The run gives up after 20 s."),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_run_ends_in_the_truth_or_says_what_is_missing(case, tmp_path):
    options = dict(case.options)
    if "ahead" in options:
        options["now"] = iso(int(time.time()))
    with sandbox(**{"incidents": 30, "days": 200, **options}) as box:
        warehouse = Warehouse()
        case.before(box)
        if case.meanwhile:
            box.advance(1)
            assert warehouse.load(sync(box)).status == 0
            box.advance(1)
            case.meanwhile(box)
        box.advance(1)
        began = {name: set(harness.truth(box, name)) for name in STREAMS}
        rules = [box.faults.add_spec(fault) for fault in case.faults]
        if case.hook:
            box.on_request(case.hook)
        box.requests.clear()

        with mock.patch.object(harness, "COMMAND", command_of(case.speed)):
            done = warehouse.load(run(box, tmp_path, state=warehouse.state, **case.settings))

        assert all(rule.done for rule in rules), "the fault did not strike"
        assert done.status == case.status
        assert_says(done, case)
        gone = [each.path.rpartition("/")[2] for each in box.requests if each.status == 404]
        for stream in STREAMS:
            if case.hook:
                kept = began[stream] & set(harness.truth(box, stream))
                assert kept <= warehouse.rows(stream).keys(), stream
            elif stream not in case.without:
                assert differences(warehouse, box, stream, gone=gone) == []

        # No false state: a run without the fault makes up for everything.
        box.faults.clear()
        object.__setattr__(box.options, "features_off", frozenset())
        box._hooks.clear()
        box.advance(1)
        assert warehouse.load(sync(box, state=warehouse.state)).status == 0
        assert differences(warehouse, box, gone=gone) == []


def assert_says(done, case):
    assert "Traceback" not in done.log
    said = last_words(done.log)
    assert len(said) == len(case.says), said
    for line, pattern in zip(sorted(said), sorted(case.says), strict=True):
        assert re.fullmatch(re.escape(pattern).replace("…", ".*"), line), line


# What is said while a run goes on: that a request is made again, that a stream is incomplete.
_MEANWHILE = re.compile(r".*; retrying in .* \(attempt \d+\)|Incomplete: .*")


def last_words(log):
    """Return what a log says at WARNING and ERROR, but for what is said along the way."""
    entries = [line.split(" | ", 3) for line in log.splitlines()]
    lines = [e[3] for e in entries if len(e) == 4 and e[1].strip() in {"WARNING", "ERROR"}]
    return [line for line in lines if not _MEANWHILE.fullmatch(line)]


def command_of(speed):
    """Return the command; for a SPEED, the same with a clock that goes faster."""
    if speed == 1:
        return harness.COMMAND
    return [sys.executable, "-c", FASTER.format(speed=speed)]


FASTER = """
import time
sleep, monotonic = time.sleep, time.monotonic
time.sleep = lambda seconds: sleep(seconds / {speed})
time.monotonic = lambda: monotonic() * {speed}
from tap_pagerduty.tap import TapPagerDuty
from tests.support.project import ROOT
TapPagerDuty.cli()
"""


# -- The page


def page():
    """Return `docs/faults.md` as the table has it."""
    lines = [
        "# Failure modes",
        "",
        "What the tap does when something goes wrong, and what it prints. Each row has a test that",
        "runs the command against a local API server. After each, a clean run brings the target",
        "fully up to date. [Troubleshooting](troubleshooting.md) says what to do about a message;",
        "[Deploy](deploy.md#when-a-scheduler-stops-a-run) says what holds when a run is stopped.",
        "",
        "<!-- Written by `python -m tests.promise.test_faults --write`. -->",
        "",
        "| What goes wrong | Exit status | Result |",
        "| --- | --- | --- |",
    ]
    for case in CASES:
        says = "<br>".join(f"`` {line} ``" for line in case.says if line != LATER)
        lines.append(f"| {case.what} | {case.status} | {case.outcome or says or COMPLETE} |")
    lines += [
        f"| {what} | {status} | {outcome} |"
        for what, status, outcome in (*OF_RECORDS, *OF_OPERATORS)
    ]
    return "\n".join(lines) + "\n"


def test_the_page_of_faults_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
