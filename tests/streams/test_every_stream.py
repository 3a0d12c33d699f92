"""All streams at once, by the real command: each row is what the account holds.

What an account should give is worked out here from what a stream declares: its path, its
parent, its columns, its secrets. The few streams that do more than that are in `SPECIAL`. So
a stream that is added to the registry is tested without being named here, and fails until the
sandbox serves its endpoint and holds a record for it.
"""

import json
import re
from collections import Counter
from datetime import datetime, timedelta, timezone

import jsonschema
import pytest

from docs.references import references
from sandbox.endpoints.registry import ENDPOINTS, find
from sandbox.values.timestamps import iso, moment_of
from tap_pagerduty import streams
from tap_pagerduty.records.paths import leave_out
from tap_pagerduty.sync.child import ChildStream, WindowedChildStream
from tap_pagerduty.sync.windowed import WindowedStream
from tests.support import harness
from tests.support.columns import as_emitted
from tests.support.harness import DAY, UPDATED, Warehouse, ago, in_utc

# What the tap makes itself has no endpoint: `sync/test_run_log.py`, `sync/test_record_counts.py`.
STREAMS = [stream for stream in streams.STREAMS if stream.path]
NAMES = [stream.name for stream in STREAMS]
BY_NAME = {stream.name: stream for stream in STREAMS}
EVENTS = [stream for stream in STREAMS if issubclass(stream, WindowedStream)]
# Days: the account is older than what is loaded of it, and its plans reach so far ahead.
AGE, LOADED, AHEAD = 60, 50, 90
# Parameters that add to a record, or show it whole, besides `include[]`.
ADDING = {"additional_fields[]", "overflow"}


def account(**options):
    """Make an account that has something for every stream.

    No shift begins when it is opened; else `oncall_shifts` looks further back for its begin.
    """
    box = harness.sandbox(days=AGE, now="2024-06-12T12:34:56Z", **options)
    for hours in (1, 2):  # half of the open incidents impact business services
        box.account.create_incident(at=ago(box, hours=hours))
    return box


# -- What the streams should hold


def at(value, path):
    """Return all values at a dotted path, in each element of the lists on the way."""
    if isinstance(value, list):
        return [found for each in value for found in at(each, path)]
    if not path:
        return [value]
    name, _, rest = path.partition(".")
    return at(value[name], rest) if isinstance(value, dict) and name in value else []


def first_at(record, path):
    return next(iter(at(record, path)), None)


def normalised(value, schema):
    """Return a value with what its schema calls a time in UTC."""
    if schema.get("format") == "date-time":
        return in_utc(value)
    if isinstance(value, list):
        return [normalised(each, schema.get("items", {})) for each in value]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {name: normalised(each, known.get(name, {})) for name, each in value.items()}
    return value


def key_of(stream, row):
    return tuple(row.get(name) for name in stream.primary_keys)


def endpoint_of(stream):
    """Return what the sandbox serves the stream from; None if it does not."""
    path = stream.path.replace("{entity_type}", "users")
    found = find(re.sub(r"{\w+}", "x", path))
    return found and found[0]


def is_shared(stream):
    """Return whether several parents may list a record: the key does not hold the parent's."""
    columns = getattr(stream, "parent_columns", {})
    return issubclass(stream, ChildStream) and not set(columns) & set(stream.primary_keys)


def parent_of(stream, row):
    return [str(row.get(name)) for name in stream.parent_columns]


class Expected:
    """The rows that a run should leave of an account, as it is now, by stream and key.

    The children of a parent come in the order in which the RUN wrote the parents.
    """

    def __init__(self, box, run, start):
        self.box, self.start, self.now = box, start, iso(box.now())
        self.ahead = iso(box.now() + AHEAD * DAY)
        self.left_out = Counter()
        self._run, self._rows = run, {}

    def rows(self, stream):
        if stream not in self._rows:
            records = SPECIAL.get(stream.name, Expected.records)(self, stream)
            self._rows[stream] = rows = {}
            for record in records:
                row = self.row(stream, record)
                known = rows.setdefault(key_of(stream, row), row)
                if is_shared(stream) and parent_of(stream, row) < parent_of(stream, known):
                    rows[key_of(stream, row)] = row
        return self._rows[stream]

    def row(self, stream, record):
        """Return a record with its times, its columns and its id, without its secrets."""
        for path in stream.secrets:
            self.left_out[stream.name, path] += len(at(record, path))
        row = as_emitted(normalised(record, stream.schema), stream)
        row.update({name: first_at(row, path) for name, path in stream.columns.items()})
        if stream.id_columns:
            parts = [row.get(name) for name in stream.id_columns]
            row["id"] = ":".join("" if part is None else str(part) for part in parts)
        for path in stream.secrets:
            leave_out(row, path)
        return row

    def records(self, stream):
        if issubclass(stream, ChildStream):
            for parent in self.parents(stream):
                yield from self.children(stream, parent)
        elif issubclass(stream, WindowedStream):
            for record in self.asked(stream):
                if self.start <= in_utc(record[stream.replication_key]) < self.now:
                    yield record
        else:
            yield from self.asked(stream)

    def parents(self, stream):
        written = [key_of(stream.parent, row) for row in self._run.records(stream.parent.name)]
        order = {key: place for place, key in enumerate(written)}
        rows = self.rows(stream.parent)
        return [rows[key] for key in sorted(rows, key=lambda key: order.get(key, len(order)))]

    def children(self, stream, parent, **how):
        columns = {name: first_at(parent, path) for name, path in stream.parent_columns.items()}
        for record in self.asked(stream, stream.path.format(**columns), **how):
            if not issubclass(stream, WindowedChildStream) or self.is_due(record):
                yield {**record, **columns}

    def asked(self, stream, path=None, **how):
        """Yield what a path holds, out of the records that it is nested in."""
        include = stream.params.get("include[]", [])
        include = [include] if isinstance(include, str) else include
        adding = {name: value for name, value in stream.params.items() if name in ADDING}
        path = path or stream.path
        for found in self.box.truth_of(path, include, params=adding, **how):
            # Of an answer that is a yes or no, the sandbox tells that only.
            record = {path.rpartition("/")[2]: found} if isinstance(found, bool) else found
            if not stream.nested:
                yield record
                continue
            columns = {name: first_at(record, p) for name, p in stream.parent_columns.items()}
            for item in at(record, f"{stream.nested}."):
                yield {**item, **columns}

    def is_due(self, record):
        """Return whether a shift touches the time that is read."""
        begin, end = (record.get(name, record.get(f"{name}_time")) for name in ("start", "end"))
        return begin is None or (in_utc(end) > self.start and in_utc(begin) < self.ahead)

    @property
    def days(self):
        """The days that are read, as (begin, end)."""
        return self._cut(lambda begin: begin + timedelta(days=1))

    def months(self, until=None):
        """Return the months that are read, as (begin, end)."""
        return self._cut(lambda begin: (begin + timedelta(days=31)).replace(day=1), 1, until)

    def _cut(self, following, day=None, until=None):
        begin = datetime.fromisoformat(self.start[:10]).replace(tzinfo=timezone.utc)
        begin = begin.replace(day=day or begin.day)
        found = []
        while (text := iso(int(begin.timestamp()))) < (until or self.now):
            begin = following(begin)
            found.append((text, min(iso(int(begin.timestamp())), until or self.now)))
        return found

    def body(self, stream, since, until):
        """Return what is to be asked of analytics for a range."""
        filters = dict(zip(stream.range_filters, (since, until), strict=False))
        return {**stream.params, "filters": filters}


def incidents(expected, stream):
    """Those created since the start, and the older ones that are still open."""
    for record in expected.asked(stream):
        created = in_utc(record["created_at"])
        if expected.start <= created < expected.now or record["status"] != "resolved":
            changed = next(filter(None, (record.get(name) for name in UPDATED)), None)
            yield {**record, "updated_at": changed}


def abilities(expected, stream):
    return [{"name": name} for name in expected.asked(stream)]


def entity_tags(expected, stream):
    for tag in expected.parents(stream):
        for kind in ("users", "teams", "escalation_policies"):
            for entity in expected.box.truth_of(f"/tags/{tag['id']}/{kind}"):
                yield {**tag, "entity_type": kind, "entity_id": entity["id"]}


def oncall_shifts(expected, stream):
    return expected.asked(stream, since=expected.start, until=expected.ahead)


def schedule_entries(expected, stream):
    for schedule in expected.parents(stream):
        yield from expected.children(stream, schedule, since=expected.start, until=expected.ahead)


def schedule_users(expected, stream):
    for schedule in expected.parents(stream):
        for since, until in expected.months(expected.ahead):
            path = f"/schedules/{schedule['id']}/users"
            for user in expected.box.truth_of(path, since=since, until=until):
                columns = {"schedule_id": schedule["id"], "since": since, "until": until}
                yield {**user, **columns}


def standard_scores(expected, stream):
    return expected.asked(stream)


def business_service_priority_thresholds(expected, stream):
    return expected.box.truth_of(stream.path)


def automation_action_invocations(expected, stream):
    for action in expected.parents(stream):
        runs = expected.box.truth_of(stream.path)
        yield from [run for run in runs if run["action_id"] == action["id"]][:25]


def paused_incidents(expected, stream):
    for since, until in expected.days:
        yield from expected.asked(stream, since=since, until=until)


def analytics_incidents(expected, stream):
    return expected.asked(stream, body=expected.body(stream, expected.start, expected.now))


def analytics_responder_incidents(expected, stream):
    for user in expected.parents(stream):
        body = expected.body(stream, expected.start, expected.now)
        path = stream.path.format(responder_id=user["id"])
        for record in expected.box.truth_of(path, body=body):
            yield {**record, "responder_id": user["id"]}


def daily_metrics(expected, stream):
    body = expected.body(stream, expected.days[0][0], expected.now)
    return expected.asked(stream, body=body)


def monthly_metrics(expected, stream):
    for since, until in expected.months():
        for record in expected.asked(stream, body=expected.body(stream, since, until)):
            yield {**record, "range_start": since, "range_end": until}


def analytics_user_metrics(expected, stream):
    since, until = expected.days[-1]
    return [{**r, "range_start": since, "range_end": until} for r in expected.asked(stream)]


SPECIAL = {
    "incidents": incidents,
    "abilities": abilities,
    "entity_tags": entity_tags,
    "oncall_shifts": oncall_shifts,
    "schedule_entries": schedule_entries,
    "schedule_users": schedule_users,
    "standard_scores": standard_scores,
    "business_service_priority_thresholds": business_service_priority_thresholds,
    "automation_action_invocations": automation_action_invocations,
    "paused_incident_alerts": paused_incidents,
    "paused_incident_counts": paused_incidents,
    "analytics_incidents": analytics_incidents,
    "analytics_responder_incidents": analytics_responder_incidents,
    "analytics_incident_metrics": daily_metrics,
    "analytics_service_metrics": daily_metrics,
    "analytics_team_metrics": daily_metrics,
    "analytics_escalation_policy_metrics": daily_metrics,
    "analytics_responder_metrics": monthly_metrics,
    "analytics_responder_team_metrics": monthly_metrics,
    "analytics_pd_advance_usage": monthly_metrics,
    "analytics_user_metrics": analytics_user_metrics,
}


def differences(rows, expected):
    """Return where rows differ from those expected, a line each."""
    lines = []
    for key in sorted(rows.keys() | expected.keys(), key=str):
        mine, theirs = rows.get(key), expected.get(key)
        if mine is None or theirs is None:
            lines.append(f"{key} is {'missing' if mine is None else 'too many'}")
            continue
        lines += [
            f"{key} {name}: {mine.get(name, '(absent)')!r:.99} "
            f"is not {theirs.get(name, '(absent)')!r:.99}"
            for name in sorted(mine.keys() | theirs.keys())
            if (name in mine, mine.get(name)) != (name in theirs, theirs.get(name))
        ]
    return lines


# -- A first run


@pytest.fixture(scope="module")
def box():
    with account() as box:
        yield box


class Loaded:
    """A run of all streams, what a target has after it, and what it should have."""

    def __init__(self, box, place, warehouse, start, state=None):
        before = len(box.requests)
        self.run = harness.run(box, place, *NAMES, start_date=start, state=state)
        self.requests = box.requests[before:]
        warehouse.load(self.run)
        self.tables = {
            name: {key: row for key, (_, row) in warehouse.tables[name].items()} for name in NAMES
        }
        expected = Expected(box, self.run, start)
        self.expected = {
            stream.name: expected.rows(stream) if endpoint_of(stream) else {} for stream in STREAMS
        }
        self.left_out = expected.left_out
        self.start, self.warehouse = start, warehouse


@pytest.fixture(scope="module")
def first(box, tmp_path_factory):
    return Loaded(box, tmp_path_factory.mktemp("first"), Warehouse(), ago(box, days=LOADED))


def test_a_run_of_all_streams_succeeds_without_a_warning(first):
    assert first.run.status == 0
    assert lines(first.run) == []
    schemas = [m["stream"] for m in first.run.messages if m["type"] == "SCHEMA"]
    assert sorted(schemas) == sorted(NAMES)


def test_the_state_of_all_streams_is_flat_and_small(first):
    for name, bookmark in first.run.state["bookmarks"].items():
        assert all(isinstance(value, str) for value in bookmark.values()), name
        assert len(bookmark) <= (5 if name == "incidents" else 4), name
        assert bool(bookmark) == issubclass(BY_NAME[name], WindowedStream), name


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_those_of_the_account(first, name):
    assert endpoint_of(BY_NAME[name]), "the sandbox does not serve the endpoint"
    assert first.tables[name], "the account has no record to test it with"
    assert differences(first.tables[name], first.expected[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_each_record_comes_once_and_fits_the_schema(first, name):
    (schema,) = [m for m in first.run.messages if m["type"] == "SCHEMA" and m["stream"] == name]
    validator = jsonschema.Draft202012Validator(schema["schema"], format_checker=TIMES)
    records = first.run.records(name)
    for record in records:
        validator.validate(record)
    assert schema["key_properties"] == list(BY_NAME[name].primary_keys)
    keys = Counter(key_of(BY_NAME[name], record) for record in records)
    if is_shared(BY_NAME[name]):  # again, if a parent with a lesser id lists it, too
        assert len(records) > 0
    else:
        assert set(keys.values()) == {1}
    assert all(None not in key and "" not in key for key in keys)


@pytest.mark.parametrize(
    ("name", "path"), [(stream.name, path) for stream in STREAMS for path in stream.secrets]
)
def test_no_secret_is_written(first, name, path):
    assert first.left_out[name, path] or path in UNSEEN
    assert not [row for row in first.tables[name].values() if at(row, path)]


# Secrets that the sandbox does not have.
DEEPEST = "inline_steps_inputs.value.steps.action_configuration.inline_steps_inputs.value"
UNSEEN = {
    "integration_email",
    f"steps.action_configuration.{DEEPEST}",
    *BY_NAME["incident_workflow_triggers"].secrets,
}


# -- Where the ids lead

REFERENCES = {(stream.name, each.path): each for stream in STREAMS for each in references(stream)}
# Ids that the sandbox does not have, or makes up: paths, or parts of them.
NOT_IN_THE_SANDBOX = (
    "[].actions.priority",
    "actions.escalation_policy",
    "actions.priority.value",
    "actions.route.value",
    "addons[]",
    "alert_grouping_parameters",
    "catch_all.actions.priority",
    "custom_shift_id",
    "enrichments[].schema_to_search",
    "external_references[]",
    "incident_custom_field_updates[]",
    "next_oncall_for_user",
    "pagerduty_automation_actions[]",
    "pause_alerts[].id",
    "rendered_schedule_entries[]",
    "responder_request_targets[].i",
    "supporting_services[]",
)
# Of what the sandbox has, in streams of which it does not hold for others.
NOT_THERE = {
    ("analytics_responder_metrics", "team_id"),
    ("event_enrichment_associations", "id"),
    # Seen in recorded responses only.
    ("incidents", "impacted_services[].id"),
    ("log_entries", "responder.id"),
    ("teams", "parent.id"),
    *(
        (stream, f"coordinated_incidents[].{name}.id")
        for stream in ("users", "schedule_users")
        for name in ("incident", "requester")
    ),
}


def test_references_lead_to_streams_by_their_key():
    targets = {target for each in REFERENCES.values() for target in each.targets}
    assert {BY_NAME[target].primary_keys for target in targets} == {("id",)}


def test_what_a_child_takes_of_its_parent_leads_there():
    for stream in STREAMS:
        for column, path in stream.parent_columns.items():
            if issubclass(stream, ChildStream) and path == "id":
                # The parent's own id may be that of another stream's record.
                whose = REFERENCES.get((stream.parent.name, path))
                targets = whose.targets if whose else (stream.parent.name,)
                assert REFERENCES[stream.name, column].targets == targets, stream


def test_a_column_leads_where_what_it_repeats_leads():
    for stream in STREAMS:
        for column, path in stream.columns.items():
            if (stream.name, path) in REFERENCES:
                repeated = REFERENCES[stream.name, path]
                assert REFERENCES[stream.name, column].targets == repeated.targets, stream


@pytest.fixture(scope="module")
def streams_of(first):
    """The streams that have a record with an id of their own, by id."""
    found = {}
    for name, rows in first.tables.items():
        if BY_NAME[name].primary_keys == ("id",) and (name, "id") not in REFERENCES:
            for (key,) in rows:
                found.setdefault(key, set()).add(name)
    return found


@pytest.mark.parametrize(("name", "path"), REFERENCES)
def test_ids_are_those_of_the_streams_that_they_lead_to(first, streams_of, name, path):
    rows = list(first.tables[name].values())
    # Some are of users that are gone, of incidents before the first load, of the account.
    owners = [streams_of[each] for each in at(rows, path.replace("[]", "")) if each in streams_of]
    assert all(each & set(REFERENCES[name, path].targets) for each in owners)
    if (name, path) not in NOT_THERE:
        assert bool(owners) != any(part in path for part in NOT_IN_THE_SANDBOX)


TIMES = jsonschema.FormatChecker(formats=())


@TIMES.checks("date-time", raises=ValueError)
def is_utc(value):
    if not isinstance(value, str):
        return True
    datetime.fromisoformat(value.removesuffix("Z"))
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value))


def lines(run, *levels):
    """Return the log's lines of warnings and worse."""
    entries = [line.split(" | ", 3) for line in run.log.splitlines()]
    assert all(len(entry) == 4 for entry in entries)
    return [entry[3] for entry in entries if entry[1].strip() in (levels or SERIOUS)]


SERIOUS = ("WARNING", "ERROR", "CRITICAL")


# -- A run two days later


@pytest.fixture(scope="module")
def second(box, first, tmp_path_factory):
    """What has changed meanwhile, and the run that goes on from the state of the first.

    The latest incidents change: figures of days long past are not read again.
    """
    latest = [i["id"] for i in box.truth("incidents") if i["status"] != "resolved"][-2:]
    box.advance(DAY)
    box.account.add_note(latest[0], "It is the disk.")
    box.account.acknowledge(latest[0])
    box.account.resolve(latest[1])
    box.account.create_incident(title="Disk full")
    box.account.create("users", name="Änne")
    box.account.create("tags", label="new")
    box.account.delete("tags", box.truth("tags")[0]["id"])
    for path in ("/addons", f"/teams/{box.truth('teams')[0]['id']}/members"):
        box.replace(path, box.truth_of(path)[1:])
    box.advance(DAY)
    place, state = tmp_path_factory.mktemp("second"), first.run.state
    return Loaded(box, place, first.warehouse, first.start, state)


def test_a_later_run_of_all_streams_succeeds_without_a_warning(second):
    assert second.run.status == 0
    assert lines(second.run) == []


@pytest.mark.parametrize("name", NAMES)
def test_later_rows_are_those_of_the_account(first, second, name):
    expected = second.expected[name]
    if name in HISTORY:
        expected = {**first.expected[name], **expected}
    assert differences(second.tables[name], expected) == []


# Streams of which the account shows the present only, and the target keeps what was.
HISTORY = {"analytics_user_metrics"}


@pytest.mark.parametrize("stream", EVENTS, ids=lambda stream: stream.name)
def test_a_later_run_does_not_read_what_happened_long_before(first, second, stream):
    bookmark = moment_of(first.run.state["bookmarks"][stream.name]["replication_key_value"])
    days = stream.overlap_days + {"day": 1, "month": 31}.get(stream.period, 0) + 1
    asked = [begin_of(request) for request in second.requests if request.path == stream.path]
    assert asked
    assert all(begin is None or begin >= bookmark - days * DAY for begin in asked)


def begin_of(request):
    """Return from when on a request asks for records; None if it does not say so."""
    filters = json.loads(request.body or b"{}").get("filters", {})
    given = [request.query.get("since", [None])[0], *map(filters.get, BEGINS)]
    return next((moment_of(each) for each in given if each), None)


BEGINS = ("created_at_start", "date_range_start", "updated_after")


@pytest.mark.parametrize(
    ("prefix", "parents"),
    [("/incidents/", "incidents"), ("/analytics/raw/incidents/", "analytics_incidents")],
)
def test_a_later_run_reads_the_children_of_changed_incidents_only(first, second, prefix, parents):
    paths = [r.path.removeprefix(prefix) for r in second.requests if r.path.startswith(prefix)]
    changed = {record["id"] for record in second.run.records(parents)}
    assert {path.split("/")[0] for path in paths} - {"types"} == changed
    assert len(changed) < len(first.tables[parents]) / 2


# -- An account that lacks much, and a key that may read little

LACKING = {
    "scopes": {each.scope for each in ENDPOINTS.values() if each.scope}
    - {"analytics.write", "status_pages.read", "standards.read", "tags.read"},
    "plan_without": {
        "automation_actions",
        "enrichment",
        "event_intelligence",
        "incident_types",
        "incident_workflows",
        "ip_allow_lists",
        "status_update_templates",
    },
    "plain_key": True,
}


@pytest.fixture(scope="module")
def poor(tmp_path_factory):
    with account(**LACKING) as box:
        start = ago(box, days=LOADED)
        return harness.run(box, tmp_path_factory.mktemp("poor"), *NAMES, start_date=start)


def is_refused(stream):
    """Return whether the sandbox refuses the stream itself."""
    endpoint = endpoint_of(stream)
    return endpoint and (
        (endpoint.scope is not None and endpoint.scope not in LACKING["scopes"])
        or endpoint.ability in LACKING["plan_without"]
        or getattr(endpoint, "enrolment", None) in LACKING["plan_without"]
        or getattr(endpoint, "admin", False)
    )


def obstacle_of(stream):
    """Return the stream that is refused: the nearest to it, itself or one of its parents."""
    if issubclass(stream, ChildStream) and (found := obstacle_of(stream.parent)):
        return found
    return stream if is_refused(stream) else None


OBSTACLES = {stream.name: obstacle_of(stream) for stream in STREAMS}


def test_what_is_refused_does_not_end_a_run(poor):
    assert poor.status == 0
    assert lines(poor, "ERROR", "CRITICAL") == []


@pytest.mark.parametrize("name", [name for name in NAMES if OBSTACLES[name]])
def test_what_is_refused_is_told_in_one_warning_with_what_it_needs(poor, name):
    (line,) = [line for line in lines(poor) if line.startswith(f"{name} was skipped: ")]
    cause = OBSTACLES[name]
    scope = cause.scope and f"the scope `{cause.scope}`"
    assert line.endswith(f"it requires {' and '.join(filter(None, (scope, cause.plan)))}")
    assert ("cannot be read" in line) == (cause.name != name)
    assert poor.records(name) == []
    assert name not in poor.activated


@pytest.mark.parametrize("name", [name for name in NAMES if not OBSTACLES[name]])
def test_what_is_not_refused_is_complete(first, poor, name):
    rows = {key_of(BY_NAME[name], row): row for row in poor.records(name)}
    expected = first.expected[name]
    if name == "abilities":
        expected = {
            key: row for key, row in expected.items() if not {*key} & LACKING["plan_without"]
        }
    assert differences(rows, expected) == []
    assert (name in poor.activated) == (name in first.run.activated)


def test_nothing_else_is_warned_of(poor):
    assert {line.partition(" was skipped: ")[0] for line in lines(poor)} == {
        name for name in NAMES if OBSTACLES[name]
    }
