"""docs/recipes.md: each recipe gives, in both databases, what the account holds."""

import os
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest

from demo import models
from demo.recipes import DOCUMENT, recipes
from demo.stores import Table
from demo.tables import text_of
from sandbox.values.timestamps import moment_of
from tap_pagerduty.streams import STREAMS
from tests.support.figures import Figures, sums
from tests.support.warehouse import DATABASES

TEXT = DOCUMENT.read_text(encoding="utf-8")
UTC = ZoneInfo("UTC")
# Rows of a sample.
SAMPLE = 5


@pytest.fixture(scope="module")
def seen(warehouse):
    return warehouse.seen


@pytest.fixture(scope="module")
def figures(seen):
    return Figures(seen)


@pytest.fixture(scope="module", params=DATABASES)
def ask(request, warehouse):
    models.build(warehouse.stores[request.param])
    with warehouse.stores[request.param].query() as ask:
        yield ask


# -- What the account holds


DAY = 86_400


def weeks_ago(figures):
    groups = defaultdict(list)
    for own, record in figures.seen.lists["incidents"].items():
        created = moment_of(record["created_at"])
        age = figures.seen.now - created
        if 0 < age <= 56 * DAY and not figures.incidents[own]["is_merged"]:
            groups[-(-age // (7 * DAY)) - 1].append((record, own))
    rows = []
    for week, some in sorted(groups.items()):
        found = sums([figures.incidents[own] for _, own in some])
        high = sum(record["urgency"] == "high" for record, _ in some)
        unattended = percent(found["unattended_incidents"], len(some))
        rows.append((week, len(some), high, *times(found), unattended))
    return rows


def times(found):
    """Return medians and 90th percentiles of a row of figures."""
    kinds = ("minutes_to_acknowledge", "minutes_to_resolve")
    return tuple(found[f"{share}_{kind}"] for kind in kinds for share in ("p50", "p90"))


def open_now(figures):
    seen = figures.seen
    found = []
    for own, record in seen.lists["incidents"].items():
        if record["status"] == "resolved":
            continue
        entries = [e for e in seen.entries if (e.get("incident") or {}).get("id") == own]
        acknowledged = [e for e in entries if e["type"] == "acknowledge_log_entry"]
        first = min(acknowledged, key=lambda e: (e["created_at"], e["id"]), default={})
        agent = first.get("agent") or {}
        is_user = agent.get("type") == "user_reference"
        row = (
            record["incident_number"],
            record["title"],
            seen.name("services", record["service"]),
            (record["priority"] or {}).get("summary"),
            record["urgency"],
            record["status"],
            figures.incidents[own]["minutes_open"],
            seen.name("users", agent) if is_user else None,
            record["html_url"],
        )
        found.append(((record["urgency"], record["created_at"], own), row))
    return [row for _, row in sorted(found)]


def on_call_now(figures):
    seen = figures.seen
    rows = [
        (
            seen.name("escalation_policies", each["escalation_policy"]),
            each["escalation_level"],
            seen.name("users", each["user"]),
            (each["schedule"] or {}).get("summary"),
            each["end"] and at(each["end"]),
        )
        for each in seen.oncalls
    ]
    return sorted(rows, key=lambda row: row[:3])


def by_week(figures):
    groups = defaultdict(list)
    for own, record in figures.seen.lists["incidents"].items():
        if not figures.incidents[own]["is_merged"]:
            day = date.fromisoformat(record["created_at"][:10])
            groups[day - timedelta(days=day.weekday())].append((record, own))
    rows = []
    for week, some in sorted(groups.items()):
        kinds = Counter(record["urgency"] for record, _ in some)
        found = sums([figures.incidents[own] for _, own in some])
        rows.append((week, len(some), kinds["high"], kinds["low"], *times(found)))
    return rows


def response_times(figures, stream, groups_of):
    rows = [
        (
            figures.seen.lists[stream][own]["name"],
            row["incidents"],
            row["previous_incidents"],
            *times(row),
            row["unattended_incidents"],
            row["sleep_hour_interruptions"],
            row["mean_minutes_to_acknowledge"],
            row["mean_minutes_to_resolve"],
        )
        for (own, days), row in figures.periods(stream, groups_of).items()
        if days == 30 and row["incidents"]
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def by_service(figures):
    return response_times(figures, "services", lambda record: [record["service"]["id"]])


def by_team(figures):
    return response_times(figures, "teams", lambda record: [t["id"] for t in record["teams"]])


def time_line(figures):
    seen = figures.seen
    entries = defaultdict(list)
    for entry in seen.entries:
        if entry.get("incident"):
            entries[entry["incident"]["id"]].append(entry)
    own = min(entries, key=lambda own: (-len(entries[own]), own))
    created = moment_of(seen.lists["incidents"][own]["created_at"])
    return [
        (
            at(entry["created_at"]),
            (moment_of(entry["created_at"]) - created) / 60,
            entry["type"].removesuffix("_log_entry"),
            (entry["agent"] or {}).get("summary"),
            entry.get("note") or entry["summary"],
        )
        for entry in sorted(entries[own], key=lambda each: (each["created_at"], each["id"]))
    ]


def noise(figures):
    groups = defaultdict(list)
    for own, record in figures.seen.lists["incidents"].items():
        if not figures.incidents[own]["is_merged"]:
            title = re.sub("[0-9]+", "#", record["title"])
            groups[title, record["service"]["id"]].append((record, own))
    rows = []
    for (title, service), some in groups.items():
        found = [figures.incidents[own] for _, own in some]
        count = sum(each["is_noise"] for each in found)
        if count:
            interruptions = sum(each["interruption_count"] for each in found)
            at_night = sum(each["sleep_hour_interruption_count"] for each in found)
            name = figures.seen.name("services", some[0][0]["service"])
            share = 100 * count / len(some)
            row = (title, name, len(some), count, share, interruptions, at_night)
            rows.append(((-count, -len(some), title, service), row))
    return [row for _, row in sorted(rows)][:50]


def interruptions(seen):
    """Return the minutes in which people were interrupted: user, name, zone, local time."""
    minutes = {}
    for each in seen.events("notifications"):
        if each["type"] != "email_notification":
            user, minute = each["user"], each["started_at"][:16]
            zone = seen.lists["users"].get(user["id"], {}).get("time_zone") or "UTC"
            local = datetime.fromisoformat(f"{minute}:00+00:00").astimezone(ZoneInfo(zone))
            minutes[user["id"], minute] = (user["id"], seen.name("users", user), zone, local)
    return list(minutes.values())


def is_night(local):
    return local.hour >= 22 or local.hour < 8


def is_weekend(local):
    return local.strftime("%A") in {"Saturday", "Sunday"}


def by_person(figures):
    seen = figures.seen
    groups, before = defaultdict(list), Counter()
    for user, name, zone, local in interruptions(seen):
        age = seen.now - local.timestamp()
        if user in seen.lists["users"] and age <= 30 * DAY:
            groups[user, name, zone].append(local)
        elif age <= 60 * DAY:
            before[user] += 1
    rows = []
    for (user, name, zone), times in groups.items():
        nights = [local for local in times if is_night(local)]
        # A night is called after its evening.
        evenings = {local.date() - timedelta(days=local.hour < 8) for local in nights}
        weekends = sum(map(is_weekend, times))
        counts = (len(times), before[user], len(nights), len(evenings), weekends)
        rows.append((name, zone, *counts))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def by_hour(figures):
    weekends, weekdays, people = Counter(), Counter(), defaultdict(set)
    for user, _, _, local in interruptions(figures.seen):
        (weekends if is_weekend(local) else weekdays)[local.hour] += 1
        people[local.hour].add(user)
    return [(hour, weekdays[hour], weekends[hour], len(people[hour])) for hour in sorted(people)]


def on_call(figures):
    seen = figures.seen
    today = datetime.fromtimestamp(seen.now, UTC).date()
    totals = defaultdict(Counter)
    for (user, day), hours in figures.oncall_days().items():
        if day > today - timedelta(days=28):
            totals[user].update(hours)
    names = {shift["user"]["id"]: seen.name("users", shift["user"]) for shift in seen.shifts}
    rows = []
    for user, hours in totals.items():
        zone = seen.lists["users"].get(user, {}).get("time_zone") or "UTC"
        kinds = (hours["sleep"], hours["off"], hours["business"])
        rows.append((names[user], zone, float(sum(kinds)), *map(float, kinds)))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def escalations(figures):
    found = figures.periods(
        "escalation_policies", lambda record: [record["escalation_policy"]["id"]]
    )
    rows = [
        (
            figures.seen.lists["escalation_policies"][own]["name"],
            row["incidents"],
            row["escalated_incidents"],
            percent(row["escalated_incidents"], row["incidents"]),
            row["escalations"],
            row["exhausted_incidents"],
        )
        for (own, days), row in found.items()
        if days == 30 and row["incidents"]
    ]
    return sorted(rows, key=lambda row: (-row[3], row[0]))


def changes(figures):
    rows = []
    for record in sorted(figures.seen.events("audit_records"), key=lambda each: each["id"]):
        fields = (record["details"] or {}).get("fields") or []
        rows.append(
            (
                at(record["execution_time"]),
                ", ".join(sorted(actor["summary"] for actor in record["actors"] or [])) or None,
                record["method"]["type"],
                record["action"],
                record["root_resource"]["type"].removesuffix("_reference"),
                record["root_resource"]["summary"],
                ", ".join(field["name"] for field in fields if field["name"]) or None,
            )
        )
    return sorted(rows, key=lambda row: row[0], reverse=True)[:50]


def changers(figures):
    groups = defaultdict(list)
    for record in figures.seen.events("audit_records"):
        for actor in record["actors"] or [{"summary": "(unknown)"}]:
            groups[actor["summary"]].append(record)
    rows = []
    for who, records in groups.items():
        kinds = Counter(record["action"] for record in records)
        latest = max(at(record["execution_time"]) for record in records)
        rows.append(
            (who, len(records), *(kinds[kind] for kind in ("create", "update", "delete")), latest)
        )
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def at(text):
    """Return a time as the databases have it: in UTC, without saying so."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def percent(part, whole):
    tenths = Decimal(1000 * part) / whole
    return float(tenths.quantize(Decimal(1), ROUND_HALF_UP) / 10)


TRUTH = {
    "Incidents by week": by_week,
    "Response times by service": by_service,
    "Response times by team": by_team,
    "Interruptions by person": by_person,
    "Interruptions by hour": by_hour,
    "On-call load": on_call,
    "On call now": on_call_now,
    "Open incidents": open_now,
    "The last eight weeks": weeks_ago,
    "Alert noise": noise,
    "Escalations by policy": escalations,
    "An incident and its time line": time_line,
    "Who changed what": changes,
    "Changes by person": changers,
}


# -- What the databases say


def alike(rows):
    """Return rows with which others can be compared: figures may be rounded to a tenth."""
    return [
        tuple(
            pytest.approx(value, abs=0.0501) if isinstance(value, float) else value for value in row
        )
        for row in rows
    ]


def plain(rows):
    return [
        tuple(float(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows
    ]


def test_each_recipe_has_a_test():
    assert list(recipes()) == list(TRUTH)
    assert TEXT.count("\nModels: ") == len(TRUTH)


def test_recipes_give_what_the_account_holds(ask, figures, subtests):
    for title, truth in TRUTH.items():
        with subtests.test(title):
            expected = truth(figures)
            assert plain(ask(recipes()[title].sql).rows) == alike(expected)
            # Of figures that are all the same, or of few rows, many a wrong query would do.
            assert len(expected) >= 5
            for column in zip(*expected, strict=True):
                assert len(set(column)) > 1


# Mistakes: the recipe, what it says, and what it might say instead.
MISTAKES = [
    ("The last eight weeks", "NOT is_merged AND ", ""),
    ("The last eight weeks", "604800", "86400"),
    ("The last eight weeks", "ceil(", "floor("),
    ("The last eight weeks", "NOT is_acted_on", "is_noise"),
    ("Open incidents", "WHERE is_open", ""),
    ("Open incidents", "minutes_open,", "engaged_minutes,"),
    ("Open incidents", "ORDER BY urgency", "ORDER BY status"),
    ("On call now", "ends_at AS until", "starts_at AS until"),
    ("Incidents by week", "date_trunc('week'", "date_trunc('month'"),
    ("Incidents by week", "date_trunc('week', ", "(INTERVAL '12 hours' + "),
    ("Incidents by week", "WHERE NOT is_merged", ""),
    ("Response times by service", "period_days = 30", "period_days = 90"),
    ("Response times by service", "p50_minutes_to_resolve", "mean_minutes_to_resolve"),
    ("Response times by service", "unattended_incidents", "noise_incidents"),
    ("Response times by service", "sleep_hour_interruptions", "interruptions"),
    ("Response times by team", "period_days = 30", "period_days = 7"),
    ("Interruptions by person", "sleep_hour_interruptions", "off_hour_interruptions"),
    ("Interruptions by person", "disturbed_nights", "sleep_hour_interruptions"),
    ("Interruptions by person", "previous_interruptions", "interruptions"),
    ("Interruptions by hour", "local_interrupted_at", "interrupted_at"),
    ("Interruptions by hour", "NOT is_weekend", "hours = 'business'"),
    ("Interruptions by hour", "DISTINCT user_id", "user_id"),
    ("On-call load", "- 28", "- 20"),
    ("On-call load", "sum(sleep_hours)", "sum(off_hours)"),
    ("Alert noise", "noise_incidents > 0", "true"),
    ("Alert noise", "noise_incidents AS noise", "unattended_incidents AS noise"),
    ("Escalations by policy", "escalated_incidents AS", "exhausted_incidents AS"),
    ("Escalations by policy", "period_days = 30", "period_days = 90"),
    ("An incident and its time line", "ORDER BY count(*) DESC", "ORDER BY count(*)"),
    ("Who changed what", "ORDER BY executed_at DESC", "ORDER BY executed_at"),
    ("Changes by person", "LEFT JOIN", "JOIN"),
]


@pytest.mark.parametrize("ask", DATABASES[:1], indirect=True)
def test_the_account_would_show_a_mistake(ask, figures, subtests):
    for title, says, instead in MISTAKES:
        with subtests.test(title, says=says):
            sql = recipes()[title].sql
            assert says in sql
            assert plain(ask(sql.replace(says, instead)).rows) != alike(TRUTH[title](figures))


# -- What the document says besides


def test_recipes_name_the_models_that_they_take():
    streams = {stream.name for stream in STREAMS}
    for recipe in recipes().values():
        taken = re.findall(r"(?:FROM|JOIN) (\w*pagerduty__\w+)", recipe.sql)
        assert set(recipe.models) == set(taken)
        assert set(recipe.streams) <= streams


def test_the_document_says_which_streams_are_to_be_selected():
    needed = {name for recipe in recipes().values() for name in recipe.streams}
    costly = {s.name for s in STREAMS if s.name in needed and not s.selected_by_default}
    assert (
        set(re.findall(r'^meltano select tap-pagerduty (\w+) "\*"$', TEXT, re.MULTILINE)) == costly
    )


def test_samples_are_what_the_recipes_give(ask):
    text = TEXT
    for title, recipe in recipes().items():
        found = ask(recipe.sql)
        sample = text_of(Table(found.columns, found.rows[:SAMPLE]))
        before, heading, rest = text.partition(f"## {title}\n")
        rest = re.sub(
            r"(```sql\n[^`]+```\n)(?:\n```text\n[^`]*```\n)?",
            lambda sql, sample=sample: f"{sql[1]}\n```text\n{sample}\n```\n",
            rest,
            count=1,
        )
        text = before + heading + rest
    if os.environ.get("RENEW_SAMPLES"):
        DOCUMENT.write_text(text, encoding="utf-8")
    else:
        assert text == TEXT, "RENEW_SAMPLES=1 writes them anew"
