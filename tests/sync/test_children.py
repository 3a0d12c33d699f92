"""What belongs to the records of another stream comes with them: once, whole, and in order."""

from __future__ import annotations

import itertools
import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_pagerduty.records.paths import leave_out
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.child import MOST_REFUSED, ChildStream
from tests.support.account import sample_of

START = "2023-04-01T00:00:00Z"
CHILDREN = [stream for stream in STREAMS if issubclass(stream, ChildStream)]
TEAM_CHILDREN = ("team_members", "team_notification_subscriptions")
OF_SERVICES = ("service_event_rules", "service_custom_field_values", "service_enablements")
ACTIVATE = "ACTIVATE_VERSION"


def kinds(run, kind):
    """Return the streams of the messages of a kind, in order."""
    return [message["stream"] for message in run.messages if message["type"] == kind]


def teams(account, count=3, members=2):
    """Make teams of so many members each; return the keys of the memberships."""
    account.lists["teams"] = [{"id": f"T{n}"} for n in range(count)]
    keys = []
    for team in account.lists["teams"]:
        found = [{"user": {"id": f"{team['id']}U{n}"}, "role": "manager"} for n in range(members)]
        account.lists[f"/teams/{team['id']}/members"] = found
        keys += [(team["id"], member["user"]["id"]) for member in found]
    return keys


def memberships(run):
    return [(row["team_id"], row["user_id"]) for row in run.records("team_members")]


def add_incident(account, number, created_at, **fields):
    """Add an incident with a note, whose id is that of the incident."""
    incident = account.add_incident(number, created_at, **fields)
    account.lists[f"/incidents/I{number}/notes"] = [{"id": f"N{number}", "content": "On it."}]
    return incident


def pages(account, count=2, posts=2):
    """Make status pages with posts and their updates; return the ids of the updates."""
    account.lists["status_pages"] = [{"id": f"P{n}"} for n in range(count)]
    ids = []
    for page in range(count):
        own = [{"id": f"P{page}O{n}"} for n in range(posts)]
        account.lists[f"/status_pages/P{page}/posts"] = own
        for post in own:
            update = {"id": f"{post['id']}U"}
            account.lists[f"/status_pages/P{page}/posts/{post['id']}/post_updates"] = [update]
            ids.append(update["id"])
    return ids


# -- Which parents


def test_children_come_of_new_open_and_changed_incidents_only_and_once(account, sync):
    add_incident(account, 1, account.at(days=200))
    add_incident(account, 2, account.at(hours=2), status="triggered")
    add_incident(account, 3, account.at(days=200), status="acknowledged")
    add_incident(account, 4, account.at(days=200), updated_at=account.at(hours=1))
    for number in (2, 4):
        account.add_entry(number, account.at(hours=1), f"I{number}")
    run = sync("incidents", "incident_notes", state=account.loaded(days=1), start_date=START)
    assert sorted(run.ids("incidents")) == ["I2", "I3", "I4"]
    assert sorted(run.ids("incident_notes")) == ["N2", "N3", "N4"]
    asked = [request.path for request in account.requests if request.path.endswith("/notes")]
    assert sorted(asked) == [f"/incidents/I{number}/notes" for number in (2, 3, 4)]


def test_an_incident_that_changes_during_the_run_brings_its_children_again(account, sync):
    new = add_incident(account, 1, account.at(hours=2), status="triggered")

    def before(request):
        if "statuses[]" in request.params:
            new.update(status="acknowledged", updated_at=account.at())
            account.lists["/incidents/I1/notes"].append({"id": "LATE"})

    account.before = before
    run = sync("incident_notes", state=account.loaded(days=1), start_date=START)
    assert {*run.ids("incident_notes")} == {"N1", "LATE"}


def test_with_nothing_new_no_children_are_asked_for(account, sync):
    add_incident(account, 1, account.at(days=30))
    run = sync("incidents", "incident_notes", state=account.loaded(days=1), start_date=START)
    assert run.exit_code == 0
    assert run.records("incident_notes") == []
    assert not any(request.path.endswith("/notes") for request in account.requests)


def test_a_parent_that_is_not_selected_is_read_once_and_writes_nothing(account, sync):
    account.lists["services"] = [{"id": f"S{n}"} for n in range(3)]
    account.has_samples = True
    run = sync(*OF_SERVICES)
    assert run.exit_code == 0
    assert len(account.asked("/services")) == 1
    streams = {m["stream"] for m in run.messages if m["type"] != "STATE"}
    assert streams == {*OF_SERVICES}
    for name in OF_SERVICES:
        assert {row["service_id"] for row in run.records(name)} <= {"S0", "S1", "S2"}
        assert run.records(name)
    assert "services" not in run.state["bookmarks"] or run.state["bookmarks"]["services"] == {}


def test_a_parent_that_is_selected_is_read_once_too_and_comes_first(account, sync):
    expected = teams(account)
    run = sync("teams", *TEAM_CHILDREN)
    assert memberships(run) == expected
    assert len(account.asked("/teams")) == 1
    records = kinds(run, "RECORD")
    assert records == ["teams"] * 3 + ["team_members"] * 6


@pytest.mark.parametrize("stream", CHILDREN, ids=lambda stream: stream.name)
def test_a_catalog_that_lists_a_child_alone_is_enough(account, sync, stream):
    account.has_samples = True
    run = sync(stream.name)
    assert run.exit_code == 0
    assert {m["stream"] for m in run.messages if m["type"] != "STATE"} == {stream.name}
    assert run.records(stream.name)


def test_a_catalog_may_name_a_parent_without_selecting_it(account, sync, catalog):
    expected = teams(account)
    selection = catalog("teams", "team_members")
    for entry in selection["streams"]:
        root = next(each for each in entry["metadata"] if not each["breadcrumb"])
        root["metadata"]["selected"] = entry["tap_stream_id"] == "team_members"
    run = sync(selection=selection)
    assert memberships(run) == expected
    assert {m["stream"] for m in run.messages if m["type"] != "STATE"} == {"team_members"}


def test_what_is_mapped_of_a_child_needs_no_parent_in_the_catalog(account, sync):
    expected = teams(account)
    maps = {"team_members": {"pair": "team_id + user_id"}}
    run = sync("team_members", stream_maps=maps)
    assert [row["pair"] for row in run.records("team_members")] == [
        team + user for team, user in expected
    ]


def test_children_take_columns_from_fields_of_the_parent_that_are_not_selected(
    account, sync, catalog
):
    account.lists["tags"] = [{"id": "G1", "type": "tag", "label": "Paris", "summary": "Paris"}]
    account.has_samples = True
    selection = catalog("tags", "entity_tags")
    for entry in selection["streams"]:
        for each in entry["metadata"]:
            if entry["tap_stream_id"] == "tags" and each["breadcrumb"]:
                each["metadata"]["selected"] = False
    run = sync(selection=selection)
    assert run.records("tags") == [{"id": "G1"}]
    assert {row["label"] for row in run.records("entity_tags")} == {"Paris"}


# -- What is written


@pytest.mark.parametrize("count", [99, 100, 101, 250])
def test_children_of_many_parents_come_whole_under_one_schema(account, sync, count):
    expected = teams(account, count, members=1)
    run = sync("teams", "team_members")
    assert memberships(run) == expected
    assert sorted(kinds(run, "SCHEMA")) == ["team_members", "teams"]
    first = {}
    for place, message in enumerate(run.messages):
        if message["type"] != "STATE":
            first.setdefault((message["type"], message["stream"]), place)
    for name in ("teams", "team_members"):
        assert first["SCHEMA", name] < first["RECORD", name] < first[ACTIVATE, name]


def measure(sync, account, count):
    """Return bytes, number of STATEs and size of the last one of a run with so many incidents."""
    account.requests.clear()
    account.lists["incidents"] = []
    for number in range(count):
        add_incident(account, 10_000 + number, account.at(minutes=number + 1))
    run = sync("incidents", "incident_notes", "incident_alerts")
    assert len(run.records("incident_notes")) == count
    schema = [line for line in run.stdout.splitlines() if '"type":"SCHEMA"' in line]
    size = len(run.stdout) - sum(map(len, schema))
    return size, len(run.states), len(json.dumps(run.state)), run.state


def test_output_is_linear_in_the_parents_and_the_state_does_not_grow(account, sync):
    small, large = (measure(sync, account, count) for count in (50, 400))
    assert large[0] / small[0] == pytest.approx(8, rel=0.1)
    assert large[1:3] == small[1:3]
    assert small[1] <= 8
    assert "partitions" not in json.dumps(large[3])
    # Of the children there is nothing to keep.
    assert not any(large[3]["bookmarks"].get(name) for name in ("incident_notes",))


def test_requests_are_one_for_each_parent_and_those_of_the_parents(account, sync):
    teams(account, count=250)
    sync(*TEAM_CHILDREN)
    assert len(account.requests) == 3 + 2 * 250


def test_a_child_that_shows_up_under_two_parents_comes_once(account, sync):
    account.lists["services"] = [{"id": "S1"}, {"id": "S2"}]
    edge = {
        "id": "D1",
        "supporting_service": {"id": "S1"},
        "dependent_service": {"id": "S2"},
    }
    for own in ("S1", "S2"):
        path = f"/service_dependencies/technical_services/{own}"
        account.lists[path] = [edge, {**edge, "id": f"D-{own}"}]
    run = sync("technical_service_dependencies")
    assert sorted(run.ids("technical_service_dependencies")) == ["D-S1", "D-S2", "D1"]


def test_the_same_id_of_two_parents_comes_twice_where_the_parent_is_in_the_key(account, sync):
    account.lists["schedules"] = [{"id": "S1"}, {"id": "S2"}]
    for own in ("S1", "S2"):
        account.lists[f"/schedules/{own}/overrides"] = [{"id": "O1"}]
    run = sync("schedule_overrides")
    rows = [(row["schedule_id"], row["id"]) for row in run.records("schedule_overrides")]
    assert rows == [("S1", "O1"), ("S2", "O1")]


# -- What is out of reach


@pytest.mark.parametrize("status", [402, 403])
def test_a_child_that_is_refused_at_once_is_skipped_and_the_rest_goes_on(account, sync, status):
    expected = teams(account)
    account.refusals["team_notification_subscriptions"] = status
    run = sync("teams", *TEAM_CHILDREN)
    assert run.exit_code == 0
    assert run.ids("teams") == ["T0", "T1", "T2"]
    assert memberships(run) == expected
    (warning,) = run.lines("WARNING")
    assert warning.startswith(f"team_notification_subscriptions was skipped: {status} ")
    assert sorted(kinds(run, ACTIVATE)) == ["team_members", "teams"]


def test_a_child_that_is_refused_for_ten_parents_is_asked_for_no_more(account, sync):
    teams(account, count=250)
    account.refusals["team_members"] = 403
    run = sync("teams", "team_members", max_concurrency=1)
    assert run.exit_code == 0
    assert len([r for r in account.requests if r.path.endswith("/members")]) == MOST_REFUSED


def test_a_child_that_is_closed_for_one_parent_comes_of_the_others(account, sync):
    expected = teams(account)
    account.plan("/teams/T1/members", {"status": 403})
    run = sync("teams", "team_members")
    assert run.exit_code == 0
    assert memberships(run) == [key for key in expected if key[0] != "T1"]
    (warning,) = run.lines("WARNING")
    assert "403" in warning
    # The rows of the parent that is closed are to stay in the target.
    assert kinds(run, ACTIVATE) == ["teams"]


def test_a_child_that_is_gone_meanwhile_is_passed_over(account, sync):
    expected = teams(account)
    account.plan("/teams/T0/members", {"status": 404})
    run = sync("teams", "team_members")
    assert run.exit_code == 0
    assert run.lines("WARNING") == run.lines("ERROR") == []
    assert memberships(run) == [key for key in expected if key[0] != "T0"]
    assert kinds(run, ACTIVATE) == ["teams", "team_members"]


@pytest.mark.parametrize("selected", [True, False])
def test_children_of_a_parent_that_is_refused_are_skipped_and_say_why(account, sync, selected):
    account.refusals["teams"] = 403
    run = sync(*(["teams"] if selected else []), "team_members", "tags")
    assert run.exit_code == 0
    assert kinds(run, ACTIVATE) == ["tags"]
    (warning,) = [line for line in run.lines("WARNING") if line.startswith("team_members")]
    assert "403" in warning
    assert "`teams.read`" in warning


# -- What goes wrong


FAULT = {"status": 400, "json": {"error": "Not today"}}


def test_a_child_that_fails_is_incomplete_and_the_others_are_not(account, sync):
    teams(account)
    account.plan("/teams/T1/members", FAULT)
    run = sync("teams", *TEAM_CHILDREN)
    assert run.exit_code == 1
    assert run.lines("ERROR")[-2] == "team_members is incomplete: 400 Bad Request: Not today"
    assert run.ids("teams") == ["T0", "T1", "T2"]
    assert sorted(kinds(run, ACTIVATE)) == ["team_notification_subscriptions", "teams"]


@pytest.mark.parametrize("selected", [True, False])
@pytest.mark.parametrize("failing", [1, 3, 4])
def test_the_bookmark_does_not_move_when_a_child_failed(account, sync, failing, selected):
    streams = ["incident_notes", *(["incidents"] if selected else [])]
    for number in range(6):
        add_incident(account, number, account.at(days=1 + 80 * (5 - number)))
    account.plan(f"/incidents/I{failing}/notes", FAULT)
    first = sync(*streams, start_date=START, max_concurrency=1)
    assert first.exit_code == 1
    bookmark = first.state["bookmarks"]["incidents"].get("created_until", START)
    assert bookmark <= account.lists["incidents"][failing]["created_at"]
    account.now = account.now.replace(hour=18)
    second = sync(*streams, start_date=START, state=first.state)
    assert second.exit_code == 0
    found = {*first.ids("incident_notes"), *second.ids("incident_notes")}
    assert found == {f"N{number}" for number in range(6)}
    assert second.state["bookmarks"]["incidents"]["created_until"] == account.at()


def test_the_bookmark_of_changes_does_not_move_when_a_child_failed(account, sync):
    add_incident(account, 1, account.at(days=200), updated_at=account.at(hours=1))
    account.add_entry(1, account.at(hours=1), "I1")
    account.plan("/incidents/I1/notes", FAULT)
    state = account.loaded(days=1)
    first = sync("incidents", "incident_notes", state=deepcopy(state), start_date=START)
    assert first.exit_code == 1
    kept = first.state["bookmarks"]["incidents"]
    assert kept["replication_key_value"] == state["bookmarks"]["incidents"]["replication_key_value"]
    second = sync("incidents", "incident_notes", state=first.state, start_date=START)
    assert second.ids("incident_notes") == ["N1"]
    assert second.state["bookmarks"]["incidents"]["replication_key_value"] == account.at()


@pytest.mark.parametrize("begun", [0, 1], ids=["at once", "in the middle"])
def test_children_that_a_daily_quota_keeps_back_are_due_the_next_day(account, sync, begun):
    for number in (1, 2):
        time = account.at(days=3 - number)
        record = {"id": f"I{number}", "created_at": time, "updated_at": time}
        account.lists["analytics_incidents"].append(record)
        path = f"/analytics/raw/incidents/I{number}/responses"
        account.lists[path] = [{"responder_id": f"U{number}", "requested_at": time}]
    headers = {"daily-ratelimit-remaining": "0", "daily-ratelimit-reset": "3600"}
    path = f"/analytics/raw/incidents/I{1 + begun}/responses"
    account.plan(path, {"status": 429, "headers": headers})
    streams = ("analytics_incidents", "analytics_incident_responses")
    first = sync(*streams, max_concurrency=1)
    account.now = account.now.replace(day=2)
    second = sync(*streams, state=first.state, max_concurrency=1)
    assert second.exit_code == 0
    rows = [*first.records(streams[1]), *second.records(streams[1])]
    assert {row["responder_id"] for row in rows} == {"U1", "U2"}


def years(account):
    """Make incidents of two years, each with a note; return the ids of the notes."""
    for number in range(30):
        add_incident(account, number, account.at(days=1 + 14 * number), status="resolved")
    return {f"N{number}" for number in range(30)}


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("number", [29, 17, 5, 0])
def test_a_run_that_ends_between_parents_and_children_loses_no_child(
    account, sync, number, concurrency
):
    notes = years(account)
    account.plan(f"/incidents/I{number}/notes", SystemExit(7))
    first = sync("incidents", "incident_notes", start_date=START, max_concurrency=concurrency)
    assert first.exit_code == 7
    assert f"N{number}" not in first.ids("incident_notes")
    second = sync("incidents", "incident_notes", start_date=START, state=last_state(first))
    assert {*first.ids("incident_notes"), *second.ids("incident_notes")} == notes


def last_state(run):
    return run.states[-1] if run.states else None


@pytest.mark.parametrize("part", [number / 12 for number in range(12)])
def test_a_run_that_is_cut_anywhere_loses_no_child(account, sync, part):
    notes = years(account)
    whole = sync("incident_notes", start_date=START)
    assert {*whole.ids("incident_notes")} == notes
    written = whole.messages[: int(part * len(whole.messages))]
    states = [message["value"] for message in written if message["type"] == "STATE"]
    held = {message["record"]["id"] for message in written if message["type"] == "RECORD"}
    rest = sync("incident_notes", start_date=START, state=states[-1] if states else None)
    assert held | {*rest.ids("incident_notes")} == notes


# -- Rows that vanish


@pytest.mark.usefixtures("account")
def test_the_target_drops_what_has_vanished_when_no_parent_is_left(sync):
    run = sync("teams", "team_members")
    assert run.exit_code == 0
    assert sorted(kinds(run, ACTIVATE)) == ["team_members", "teams"]
    alone = sync("team_members")
    assert kinds(alone, ACTIVATE) == ["team_members"]


def test_all_children_of_a_run_have_one_version(account, sync):
    teams(account, count=150, members=1)
    run = sync("team_members")
    versions = {m["version"] for m in run.messages if m["type"] in {"RECORD", ACTIVATE}}
    assert len(versions) == 1


def test_nothing_of_an_incremental_parent_is_said_to_have_vanished(account, sync):
    years(account)
    run = sync("incidents", "incident_notes", start_date=START)
    assert kinds(run, ACTIVATE) == []
    assert not any("version" in m for m in run.messages if m["type"] == "RECORD")


def test_without_versions_no_child_has_one(account, sync):
    teams(account)
    run = sync("teams", "team_members", emit_activate_version_messages=False)
    assert kinds(run, ACTIVATE) == []
    assert not any("version" in m for m in run.messages if m["type"] == "RECORD")


def test_a_parent_that_fails_leaves_the_rows_of_its_children_alone(account, sync):
    teams(account, count=150, members=1)
    account.plan("/teams", None, FAULT)
    run = sync("teams", "team_members")
    assert run.exit_code == 1
    assert kinds(run, ACTIVATE) == []


# -- Children of children


GRANDCHILDREN = ("status_page_post_updates", "status_page_postmortems")


@pytest.mark.parametrize("between", [(), ("status_page_posts",)])
def test_grandchildren_come_and_what_lies_between_is_read_once(account, sync, between):
    ids = pages(account)
    run = sync(*GRANDCHILDREN, *between)
    assert run.exit_code == 0
    assert run.ids("status_page_post_updates") == ids
    assert len(account.asked("/status_pages")) == 1
    assert len(account.asked("/status_pages/P0/posts")) == 1
    streams = {*GRANDCHILDREN, *between}
    assert {m["stream"] for m in run.messages if m["type"] != "STATE"} == streams
    assert sorted(kinds(run, "SCHEMA")) == sorted(kinds(run, ACTIVATE)) == sorted(streams)
    row = run.records("status_page_post_updates")[0]
    assert row == {"id": "P0O0U", "post_id": "P0O0", "status_page_id": "P0"}


def test_grandchildren_of_what_is_refused_are_skipped(account, sync):
    pages(account)
    account.refusals["status_page_posts"] = 402
    run = sync("status_pages", "status_page_posts", *GRANDCHILDREN)
    assert run.exit_code == 0
    assert kinds(run, ACTIVATE) == ["status_pages"]
    skipped = {line.partition(" ")[0] for line in run.lines("WARNING")}
    assert skipped == {"status_page_posts", *GRANDCHILDREN}


@pytest.mark.parametrize("status", [400, 403])
def test_grandchildren_of_a_part_are_not_said_to_be_whole(account, sync, status):
    ids = pages(account)
    account.plan("/status_pages/P1/posts", {"status": status})
    run = sync(*GRANDCHILDREN)
    assert run.exit_code == (1 if status == 400 else 0)
    come = [own for own in ids if own.startswith("P0")]
    # Posts are gathered for their children: those that came before a failure are due again.
    assert run.ids("status_page_post_updates") == (come if status == 403 else [])
    assert kinds(run, ACTIVATE) == []


def test_a_grandchild_that_fails_leaves_the_others_alone(account, sync):
    ids = pages(account)
    account.plan("/status_pages/P0/posts/P0O1/postmortem", FAULT)
    run = sync("status_page_posts", *GRANDCHILDREN)
    assert run.exit_code == 1
    assert run.ids("status_page_post_updates") == ids
    assert run.ids("status_page_posts") == ["P0O0", "P0O1", "P1O0", "P1O1"]
    assert sorted(kinds(run, ACTIVATE)) == ["status_page_post_updates", "status_page_posts"]


# -- Secrets


def put(value, path, secret):
    """Put a SECRET at a dotted path, in each element of the lists on the way."""
    name, _, rest = path.partition(".")
    if isinstance(value, list):
        for element in value:
            put(element, path, secret)
    elif not rest:
        value[name] = secret
    else:
        if not isinstance(value.get(name), (dict, list)):
            value[name] = {}
        put(value[name], rest, secret)


SECRETS = [(stream, path) for stream in STREAMS for path in stream.secrets]


@pytest.mark.parametrize(("stream", "path"), SECRETS, ids=lambda each: getattr(each, "name", each))
def test_secrets_come_only_if_they_are_asked_for(account, sync, stream, path):
    account.has_samples = True
    record = sample_of(stream)
    inner = record
    for name in filter(None, stream.nested.split(".")):
        inner = inner[name]
    is_object = "object" in stream.schema["properties"].get(path, {}).get("type", ())
    put(inner, path, {"x": "hush-hush"} if is_object else "hush-hush")
    key = stream.records_key or stream.name
    account.bodies[stream.name] = [deepcopy({key: [record], "more": False}) for _ in range(2)]
    plain, full = (sync(stream.name, include_secrets=wanted) for wanted in (False, True))
    assert "hush-hush" not in plain.stdout + plain.log
    assert "hush-hush" in full.stdout
    assert "hush-hush" not in full.log
    # Nothing else is left out.
    (without,), (whole,) = plain.records(stream.name), full.records(stream.name)
    for each in stream.secrets:
        leave_out(whole, each)
    for record in (without, whole):  # only its host remains; see tests/records/test_secrets.py
        record.pop("endpoint_url", None)
    assert without == whole
    assert without.keys() >= {*stream.primary_keys}


NAMES = st.sampled_from("abc")
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(".".join)
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def at(value, path):
    """Yield what stands at a path, in each element of the lists on the way."""
    if isinstance(value, list):
        for element in value:
            yield from at(element, path)
    elif isinstance(value, dict) and path[0] in value:
        if path[1:]:
            yield from at(value[path[0]], path[1:])
        else:
            yield value[path[0]]


@given(st.dictionaries(NAMES, VALUES), PATHS)
def test_what_is_left_out_is_nowhere_and_all_else_stays(record, path):
    left = deepcopy(record)
    leave_out(left, path)
    assert list(at(left, path.split("."))) == []
    others = [
        list(other)
        for length in (1, 2, 3)
        for other in itertools.product("abc", repeat=length)
        if not ".".join(other).startswith(path)
    ]
    for other in others:
        kept = json.dumps(list(at(left, other)))
        assert (kept == json.dumps(list(at(record, other)))) or path.startswith(".".join(other))
