"""docs/recipes.md: each recipe gives, in both databases, what the account holds."""

import os
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean, median
from zoneinfo import ZoneInfo

import pytest

from demo.recipes import DOCUMENT, recipes
from demo.stores import Table
from demo.tables import text_of
from sandbox.values.timestamps import moment_of
from tap_pagerduty.streams import STREAMS
from tests.support.warehouse import DATABASES

TEXT = DOCUMENT.read_text(encoding="utf-8")
UTC = ZoneInfo("UTC")
# Rows of a sample.
SAMPLE = 5


@pytest.fixture(scope="module")
def seen(warehouse):
    return warehouse.seen


@pytest.fixture(scope="module", params=DATABASES)
def ask(request, warehouse):
    with warehouse.stores[request.param].query() as ask:
        yield ask


# -- What the account holds


def by_incident(seen, kind):
    """Return the times of log entries of a KIND, by incident."""
    found = defaultdict(list)
    for entry in seen.events("log_entries"):
        if entry["type"] == f"{kind}_log_entry" and entry.get("incident"):
            found[entry["incident"]["id"]].append(moment_of(entry["created_at"]))
    return found


def response_times(seen, groups_of, order):
    acknowledged, resolved = by_incident(seen, "acknowledge"), by_incident(seen, "resolve")
    groups = defaultdict(list)
    for own, incident in seen.lists["incidents"].items():
        if incident["resolve_reason"]:
            continue
        created = moment_of(incident["created_at"])
        to_acknowledge = to_resolve = None
        if acknowledged[own] and not min(acknowledged[own]) > min([*resolved[own], 9e9]):
            to_acknowledge = (min(acknowledged[own]) - created) / 60
        if incident["resolved_at"]:
            to_resolve = (moment_of(incident["resolved_at"]) - created) / 60
        for group in groups_of(incident):
            groups[group].append((to_acknowledge, to_resolve))
    rows = []
    for group, times in groups.items():
        row = [group, len(times)]
        for column in zip(*times, strict=True):
            known = [value for value in column if value is not None]
            row += [len(known), fmean(known), median(known)] if known else [0, None, None]
        rows.append(tuple(row))
    return sorted(rows, key=order)


def by_service(seen):
    return response_times(
        seen, lambda each: [seen.name("services", each["service"])], lambda row: (-row[1], row[0])
    )


def by_team(seen):
    return response_times(
        seen,
        lambda each: [seen.name("teams", team) for team in each["teams"]] or ["(no team)"],
        lambda row: (-row[1], row[0]),
    )


def by_week(seen):
    def week(incident):
        day = date.fromisoformat(incident["created_at"][:10])
        return [day - timedelta(days=day.weekday())]

    return response_times(seen, week, lambda row: row[0])


def time_line(seen):
    entries = defaultdict(list)
    for entry in seen.events("log_entries"):
        if entry.get("incident"):
            entries[entry["incident"]["id"]].append(entry)
    own = min(entries, key=lambda own: (-len(entries[own]), own))
    created = moment_of(seen.lists["incidents"][own]["created_at"])
    rows = []
    for entry in sorted(entries[own], key=lambda each: (each["created_at"], each["id"])):
        told = (entry.get("note"), entry["channel"].get("summary"), entry["summary"])
        minute = (moment_of(entry["created_at"]) - created) / 60
        rows.append(
            (
                at(entry["created_at"]),
                minute,
                entry["type"].removesuffix("_log_entry"),
                (entry["agent"] or {}).get("summary"),
                next(text for text in told if text is not None),
            )
        )
    return rows


def noise(seen):
    acknowledged, notified = by_incident(seen, "acknowledge"), by_incident(seen, "notify")
    groups = defaultdict(lambda: [0, 0, 0, 0])
    for own, incident in seen.lists["incidents"].items():
        group = groups[seen.name("services", incident["service"])]
        group[0] += 1
        group[1] += (incident["alert_counts"] or {}).get("all", 0)
        group[2] += len(notified[own])
        group[3] += (
            incident["status"] == "resolved"
            and not acknowledged[own]
            and not incident["resolve_reason"]
            and (incident["last_status_change_by"] or {}).get("type") == "service_reference"
        )
    rows = [(name, *counts, percent(counts[3], counts[0])) for name, counts in groups.items()]
    return sorted(rows, key=lambda row: (-row[4], row[0]))


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


def by_person(seen):
    groups = defaultdict(list)
    for user, name, zone, local in interruptions(seen):
        groups[user, name, zone].append(local)
    rows = []
    for (_, name, zone), times in groups.items():
        nights = [local for local in times if is_night(local)]
        # A night is called after its evening.
        evenings = {local.date() - timedelta(days=local.hour < 8) for local in nights}
        weekends = sum(map(is_weekend, times))
        rows.append((name, zone, len(times), len(nights), len(evenings), weekends))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def by_hour(seen):
    weekends, weekdays, people = Counter(), Counter(), defaultdict(set)
    for user, _, _, local in interruptions(seen):
        (weekends if is_weekend(local) else weekdays)[local.hour] += 1
        people[local.hour].add(user)
    return [(hour, weekdays[hour], weekends[hour], len(people[hour])) for hour in sorted(people)]


def on_call(seen):
    end = seen.now // 3600 * 3600
    slots = defaultdict(set)
    for shift in seen.events("oncall_shifts"):
        if not shift["start"]:
            continue
        until = min(moment_of(shift["end"]), shift["read"], end)
        first = max(moment_of(shift["start"]), end - 28 * 86_400)
        slots[shift["user"]["id"], seen.name("users", shift["user"])].update(
            range(-(-first // 1800) * 1800, int(until), 1800)
        )
    rows = []
    for (user, name), times in slots.items():
        zone = seen.lists["users"].get(user, {}).get("time_zone") or "UTC"
        local = [datetime.fromtimestamp(time, ZoneInfo(zone)) for time in times]
        counts = (len(local), sum(map(is_night, local)), sum(map(is_weekend, local)))
        if local:
            rows.append((name, zone, *(count / 2 for count in counts)))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def escalations(seen):
    escalated = by_incident(seen, "escalate")
    exhausted = by_incident(seen, "exhaust_escalation_path")
    groups = defaultdict(list)
    for own, incident in seen.lists["incidents"].items():
        groups[seen.name("escalation_policies", incident["escalation_policy"])].append(own)
    rows = []
    for policy, ids in groups.items():
        some = sum(bool(escalated[own]) for own in ids)
        count = sum(len(escalated[own]) for own in ids)
        none = sum(bool(exhausted[own]) for own in ids)
        rows.append((policy, len(ids), some, percent(some, len(ids)), count, none))
    return sorted(rows, key=lambda row: (-row[3], row[0]))


def changes(seen):
    rows = []
    for record in sorted(seen.events("audit_records"), key=lambda each: each["id"]):
        fields = (record["details"] or {}).get("fields") or []
        rows.append(
            (
                at(record["execution_time"]),
                ", ".join(sorted(actor["summary"] for actor in record["actors"] or [])) or None,
                record["method"]["type"],
                record["action"],
                record["root_resource"]["type"].removesuffix("_reference"),
                record["root_resource"]["summary"],
                ", ".join(field["name"] for field in fields[:3] if field["name"]) or None,
            )
        )
    return sorted(rows, key=lambda row: row[0], reverse=True)[:50]


def changers(seen):
    groups = defaultdict(list)
    for record in seen.events("audit_records"):
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
    "Response times by service": by_service,
    "Response times by team": by_team,
    "Response times by week": by_week,
    "An incident and its time line": time_line,
    "Alert noise by service": noise,
    "Interruptions by person": by_person,
    "Interruptions by hour": by_hour,
    "On-call load": on_call,
    "Escalations by policy": escalations,
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
    assert TEXT.count("\nStreams: ") == len(TRUTH)


def test_recipes_give_what_the_account_holds(ask, seen, subtests):
    for title, truth in TRUTH.items():
        with subtests.test(title):
            expected = truth(seen)
            assert plain(ask(recipes()[title].sql).rows) == alike(expected)
            # Of figures that are all the same, or of few rows, many a wrong query would do.
            assert len(expected) >= 5
            for column in zip(*expected, strict=True):
                assert len(set(column)) > 1


# Mistakes: the recipe, what it says, and what it might say instead.
MISTAKES = [
    ("Response times by service", "min(created_at) FILTER", "max(created_at) FILTER"),
    ("Response times by service", "earliest.acknowledged_at > earliest.resolved_at", "false"),
    ("Response times by service", "WHERE (incidents.resolve_reason->>'type') IS NULL", ""),
    ("Response times by service", "LEFT JOIN services", "JOIN services"),
    ("Response times by service", "coalesce(services.name, ", "coalesce("),
    ("Response times by service", "incidents.resolved_at -", "earliest.resolved_at -"),
    ("Response times by service", "count(to_acknowledge)", "count(*)"),
    ("Response times by team", "LEFT JOIN LATERAL", "JOIN LATERAL"),
    ("Response times by team", "coalesce(teams.name, ", "coalesce("),
    ("Response times by week", "date_trunc('week'", "date_trunc('month'"),
    ("Response times by week", "date_trunc('week', ", "(INTERVAL '12 hours' + "),
    ("An incident and its time line", "ORDER BY count(*) DESC", "ORDER BY count(*)"),
    ("Alert noise by service", "AND coalesce(activity.acknowledged, 0) = 0", ""),
    (
        "Alert noise by service",
        "AND (incidents.last_status_change_by->>'type') <> 'user_reference'",
        "",
    ),
    ("Alert noise by service", "AND (incidents.resolve_reason->>'type') IS NULL", ""),
    ("Interruptions by person", "<> 'email_notification'", "IS NOT NULL"),
    ("Interruptions by person", "date_trunc('minute', ", "date_trunc('second', "),
    ("Interruptions by person", "AT TIME ZONE time_zone", "AT TIME ZONE 'UTC'"),
    ("Interruptions by person", "BETWEEN 8 AND 21", "BETWEEN 8 AND 22"),
    ("Interruptions by person", "at - INTERVAL '8 hours'", "at"),
    ("Interruptions by person", "IN (6, 7)", "IN (5, 6)"),
    ("Interruptions by person", "LEFT JOIN users", "JOIN users"),
    ("Interruptions by person", "coalesce(users.name, ", "coalesce("),
    ("Interruptions by hour", "< 6", "<= 6"),
    ("Interruptions by hour", "AT TIME ZONE time_zone", "AT TIME ZONE 'UTC'"),
    ("On-call load", 'least(oncall_shifts."end", oncall_shifts._sdc_extracted_at)', '"end"'),
    ("On-call load", "oncall_shifts._sdc_extracted_at)", "TIMESTAMP '2024-06-15 12:00:00')"),
    ("On-call load", "SELECT DISTINCT", "SELECT"),
    ("On-call load", "28 days", "27 days"),
    ("On-call load", "AT TIME ZONE time_zone", "AT TIME ZONE 'UTC'"),
    ("Escalations by policy", "activity.escalations > 0", "activity.escalations > 1"),
    ("Escalations by policy", "coalesce(sum(activity.escalations), 0)", "count(*)"),
    ("Who changed what", "ORDER BY execution_time DESC", "ORDER BY execution_time"),
    ("Changes by person", "LEFT JOIN LATERAL", "JOIN LATERAL"),
]


@pytest.mark.parametrize("ask", DATABASES[:1], indirect=True)
def test_the_account_would_show_a_mistake(ask, seen, subtests):
    for title, says, instead in MISTAKES:
        with subtests.test(title, says=says):
            sql = recipes()[title].sql
            assert says in sql
            assert plain(ask(sql.replace(says, instead)).rows) != alike(TRUTH[title](seen))


# -- What the document says besides


def test_recipes_name_the_streams_that_they_take():
    names = {stream.name for stream in STREAMS}
    for recipe in recipes().values():
        taken = {name for name in re.findall(r"(?:FROM|JOIN) (\w+)", recipe.sql) if name in names}
        assert set(recipe.streams) == taken


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
