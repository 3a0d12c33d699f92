"""The account that the sandbox makes by default is one that a company could have."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timezone
from itertools import pairwise
from statistics import fmean, median

import pytest

from sandbox import Sandbox
from sandbox.values.timestamps import moment_of

NOW = "2026-11-04T12:00:00Z"
HOUR = 3600


@pytest.fixture(scope="module")
def box():
    return Sandbox(now=NOW, frozen=True, incidents=1200, days=300)


@pytest.fixture(scope="module")
def incidents(box):
    return box.truth("incidents")


@pytest.fixture(scope="module")
def entries(box):
    found = defaultdict(list)
    for entry in box.truth("log_entries"):
        if entry.get("incident"):
            found[entry["incident"]["id"]].append(entry)
    return found


def at(text):
    return datetime.fromtimestamp(moment_of(text), timezone.utc)


def share(part, whole):
    return len(list(part)) / len(list(whole))


def test_few_incidents_are_reopened_or_merged(incidents, entries):
    kinds = {own: Counter(e["type"] for e in some) for own, some in entries.items()}
    reopened = [own for own in kinds if kinds[own]["reopen_log_entry"]]
    assert 0 < share(reopened, incidents) < 0.03
    merged = [each for each in incidents if each["resolve_reason"]]
    assert 0 < share(merged, incidents) < 0.03


def test_an_outage_is_merged_into_the_incident_that_names_it(incidents):
    by_id = {each["id"]: each for each in incidents}
    for each in incidents:
        if reason := each["resolve_reason"]:
            root = by_id[reason["incident"]["id"]]
            assert root["title"].startswith("Outage: ")
            assert root["priority"]["summary"] == "P1"
            assert root["created_at"] < each["created_at"] < each["resolved_at"]
            assert each["resolved_at"] < (root["resolved_at"] or NOW)


def test_means_are_hours_not_weeks(incidents):
    times = [
        moment_of(each["resolved_at"]) - moment_of(each["created_at"])
        for each in incidents
        if each["resolved_at"] and each["urgency"] == "high"
    ]
    assert 10 * 60 < median(times) < HOUR
    assert fmean(times) < 2 * HOUR


def test_priority_and_urgency_agree(incidents):
    pairs = {(each["urgency"], each["priority"]["summary"]) for each in incidents}
    assert pairs == {("high", "P1"), ("high", "P2"), ("high", "P3"), ("low", "P4"), ("low", "P5")}


def test_incidents_have_rhythm(incidents):
    times = [at(each["created_at"]) for each in incidents]
    days = Counter(each.weekday() for each in times)
    # A weekend day has less than half of a working day; the release day most.
    assert max(days[5], days[6]) < min(days[day] for day in range(5)) / 2
    assert days.most_common(1)[0][0] == 1
    weekdays = [each for each in times if each.weekday() < 5]
    assert share((e for e in weekdays if 8 <= e.hour < 18), weekdays) > 0.6


def test_one_team_is_woken_up(incidents):
    nights = Counter(
        each["teams"][0]["summary"]
        for each in incidents
        if each["urgency"] == "high" and at(each["created_at"]).hour < 5
    )
    [(team, count), (_, second)] = nights.most_common(2)
    assert team == "Data"
    assert count > 1.5 * second


def test_alerts_flap_and_end_by_themselves(incidents, entries):
    titles = [each["title"] for each in sorted(incidents, key=lambda each: each["created_at"])]
    assert any(a == b == c for (a, b), (_, c) in pairwise(pairwise(titles)))
    acknowledged = {
        own for own, some in entries.items() for e in some if e["type"] == "acknowledge_log_entry"
    }
    assert 0.05 < share((e for e in incidents if e["id"] not in acknowledged), incidents) < 0.25


def test_who_is_on_call_responds(box, incidents, entries):
    policies = {each["id"]: each for each in box.truth("escalation_policies")}
    first = {own: each["escalation_rules"][0]["targets"][0]["id"] for own, each in policies.items()}
    latest = [each for each in incidents if each["urgency"] == "high"][-40:]
    seen = 0
    for incident in latest:
        for entry in entries[incident["id"]]:
            if entry["type"] != "acknowledge_log_entry" or not entry["agent"]:
                continue
            schedule = first[incident["escalation_policy"]["id"]]
            on_call = {
                row["user"]["summary"]
                for row in box.truth_of(
                    "/oncalls", since=entry["created_at"], until=entry["created_at"]
                )
                if row["schedule"]
                and (row["schedule"]["id"] == schedule or row["escalation_level"] == 2)
            }
            assert entry["agent"]["summary"] in on_call
            seen += 1
    assert seen > 20


def test_nothing_lies_in_the_future(box, incidents, entries):
    for records in (incidents, *entries.values(), box.truth_of("/change_events")):
        for record in records:
            times = [record.get(name) for name in ("created_at", "updated_at", "timestamp")]
            assert all(each <= NOW for each in times if each)


def test_texts_are_what_people_and_monitoring_write(box, incidents):
    texts = {each["title"] for each in incidents}
    for stream in ("users", "teams", "services", "escalation_policies", "schedules"):
        texts |= {each["name"] for each in box.truth(stream)}
    texts |= {each["summary"] for each in box.truth_of("/change_events")} - {None}
    assert all(re.fullmatch(r"[\w .,:;%()#/'&-]{3,70}", each, re.ASCII) for each in texts)
    titles = Counter(each["title"] for each in incidents)
    assert titles.most_common(1)[0][1] < len(incidents) / 8


def test_something_is_open(incidents):
    open_now = [each for each in incidents if each["status"] != "resolved"]
    assert 1 <= len(open_now) < 20


def test_incidents_are_found_by_their_time():
    box = Sandbox(now=NOW, frozen=True, incidents=40_000, days=400)
    times = box.account.incident_store.incident_times
    end = times.before(box.now())
    moments = [times.created_at(number) for number in range(end - 3000, end)]
    assert moments == sorted(moments)
    for number, moment in enumerate(moments, end - 3000):
        assert times.created_at(times.before(moment)) == moment
        assert times.before(moment) <= number < times.before(moment + 1)


def test_the_same_seed_gives_the_same_company():
    settings = {"now": NOW, "frozen": True, "incidents": 60, "days": 30}
    first, second = (Sandbox(**settings).truth("log_entries") for _ in range(2))
    assert first == second
    assert first != Sandbox(**settings, seed=2).truth("log_entries")


def test_a_hostile_account_has_what_breaks_readers():
    hostile = Sandbox(now=NOW, frozen=True, profile="hostile")
    titles = {each["title"] for each in hostile.truth("incidents")}
    assert any("DROP TABLE" in each for each in titles)
    assert any("\n" in each for each in titles)
    assert any(not each.isascii() for each in titles)


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="company or hostile"):
        Sandbox(profile="strange")
