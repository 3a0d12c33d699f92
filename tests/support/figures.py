"""What the models of the dbt package should say, worked out another way than in SQL.

From the account itself: events are played one after the other, times on call are counted minute
by minute, and groups are made of lists.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from statistics import fmean
from zoneinfo import ZoneInfo

from sandbox.values.timestamps import moment_of
from tests.support.harness import DAY

PERIODS = (7, 30, 90)
CHANGE_WINDOW = 4 * 3600


def kind_of_hours(local):
    """Return the kind of hours that a local time is in."""
    if local.hour in {22, 23, 0, 1, 2, 3, 4, 5, 6, 7}:
        return "sleep"
    weekend = local.strftime("%A") in {"Saturday", "Sunday"}
    return "off" if weekend or local.hour >= 18 else "business"


def at(moment):
    """Return a time as the databases have it: in UTC, without saying so."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, timezone.utc).replace(tzinfo=None)


def minutes(since, until):
    return None if since is None or until is None else (until - since) / 60


def quantile(values, share):
    """Return a quantile, interpolated between the two values around it."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    place = share * (len(known) - 1)
    low = int(place)
    high = min(low + 1, len(known) - 1)
    return known[low] + (known[high] - known[low]) * (place - low)


def mean(values):
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


class Figures:
    """The figures of an account that was `seen`."""

    def __init__(self, seen):
        self.seen = seen
        self._entries = defaultdict(list)
        for entry in sorted(seen.entries, key=lambda each: (each["created_at"], each["id"])):
            if entry.get("incident"):
                self._entries[entry["incident"]["id"]].append(entry)
        self.incidents = {own: self._incident(own) for own in seen.lists["incidents"]}
        merged = Counter(
            each["root_incident_id"] for each in self.incidents.values() if each["is_merged"]
        )
        for own, each in self.incidents.items():
            each["merged_incident_count"] = merged[own]

    def _local(self, user, moment):
        zone = self.seen.lists["users"].get(user, {}).get("time_zone") or "UTC"
        return datetime.fromtimestamp(moment, ZoneInfo(zone))

    # -- Incidents

    def _incident(self, own):
        record = self.seen.lists["incidents"][own]
        created, now = moment_of(record["created_at"]), self.seen.now
        events = [
            (e["type"].removesuffix("_log_entry"), moment_of(e["created_at"]), e)
            for e in self._entries[own]
        ]
        kinds = Counter(kind for kind, _, _ in events)
        is_open = record["status"] != "resolved"
        resolved = moment_of(record["resolved_at"]) if record["resolved_at"] else None
        play = self._play(created, events)
        merge = (record["resolve_reason"] or {}).get("type") == "merge_resolve_reason"
        how = self._how(record, events, merge=merge)
        engaged = self._engaged(record, events)
        first_engaged = [
            moment for moment in engaged.values() if moment <= (play["first_resolved"] or now)
        ]
        manual = sum(kind == "escalate" and _agent(entry) == "user" for kind, _, entry in events)
        return {
            "is_open": is_open,
            "is_merged": merge,
            "root_incident_id": self._root(own),
            "reopen_count": kinds["reopen"],
            "resolved_how": how,
            "is_noise": how in {"automatic", "timeout"} and not kinds["acknowledge"],
            "is_acted_on": how in {"person", "merge"}
            or any(
                kind == "acknowledge"
                or (_agent(entry) == "user" and kind not in {"notify", "trigger", "reopen"})
                for kind, _, entry in events
            ),
            "first_acknowledged_at": at(play["first_acknowledged"]),
            "minutes_to_acknowledge": minutes(created, play["acknowledged_at_first"]),
            "minutes_to_acknowledge_with_reopening": minutes(created, play["first_acknowledged"]),
            "minutes_to_first_resolve": minutes(created, play["first_resolved"]),
            "minutes_to_resolve": minutes(created, resolved),
            "minutes_open": play["open"] / 60,
            "snoozed_minutes": play["snoozed"] / 60,
            "minutes_to_engage": (max(first_engaged) - min(first_engaged)) / 60
            if len(first_engaged) > 1
            else None,
            "minutes_to_engage_with_reopening": (max(engaged.values()) - min(engaged.values())) / 60
            if len(engaged) > 1
            else None,
            "engaged_user_count": len(engaged),
            "engaged_minutes": sum(
                max((now if resolved is None else resolved) - moment, 0)
                for moment in engaged.values()
            )
            / 60,
            "acknowledgement_count": kinds["acknowledge"],
            "unacknowledgement_count": kinds["unacknowledge"],
            "escalation_count": kinds["escalate"],
            "manual_escalation_count": manual,
            "exhaustion_count": kinds["exhaust_escalation_path"],
            "note_count": kinds["annotate"],
            "notification_count": kinds["notify"],
            **self._interrupted(events),
            "custom_fields": {
                each["name"]: each["value"]
                if isinstance(each["value"], str)
                else json.dumps(each["value"])
                for each in self.seen.custom_fields[own]
                if each["value"] is not None and each["value"] != ""
                if not isinstance(each["value"], (list, dict))
            },
        }

    def _play(self, created, events):
        """Play what happened to an incident, in order; return what came of it, in seconds."""
        acknowledged = [moment for kind, moment, _ in events if kind == "acknowledge"]
        resolved = [moment for kind, moment, _ in events if kind == "resolve"]
        first = min(resolved, default=None)
        return {
            "first_acknowledged": min(acknowledged, default=None),
            "acknowledged_at_first": min(
                (each for each in acknowledged if first is None or each <= first), default=None
            ),
            "first_resolved": first,
            "open": self._seconds_open(created, events),
            "snoozed": self._seconds_snoozed(events),
        }

    def _seconds_open(self, created, events):
        total, opened = 0, created
        for kind, moment, _ in events:
            if kind == "resolve" and opened is not None:
                total, opened = total + moment - opened, None
            elif kind == "reopen":
                opened = moment
        return total if opened is None else total + self.seen.now - opened

    def _seconds_snoozed(self, events):
        total, asleep = 0, None  # since when, and until when at the latest
        for kind, moment, entry in [*events, ("resolve", self.seen.now, None)]:
            if kind in {"snooze", "unacknowledge", "resolve"} and asleep:
                total, asleep = total + min(moment, asleep[1]) - asleep[0], None
            if kind == "snooze":
                asleep = (moment, moment + entry["channel"]["duration"])
        return total

    @staticmethod
    def _how(record, events, *, merge):
        if record["status"] != "resolved":
            return None
        if merge:
            return "merge"
        last = [entry for kind, _, entry in events if kind == "resolve"][-1]
        by = (record["last_status_change_by"] or last["agent"] or {}).get("type")
        if by == "user_reference":
            return "person"
        if (last["channel"] or {}).get("type") == "timeout":
            return "timeout"
        return "automatic" if by else "unknown"

    @staticmethod
    def _engaged(record, events):
        """Return when each person first engaged."""
        moments = defaultdict(list)
        for kind, moment, entry in events:
            if kind == "acknowledge" and _agent(entry) == "user":
                moments[entry["agent"]["id"]].append(moment)
        for each in record.get("incidents_responders") or ():
            if each["state"] == "joined":
                moments[each["user"]["id"]].append(moment_of(each["updated_at"]))
        return {user: min(found) for user, found in moments.items()}

    def _root(self, own):
        incidents = self.seen.lists["incidents"]
        while reason := (incidents.get(own) or {}).get("resolve_reason"):
            own = reason["incident"]["id"]
        return own

    def _interrupted(self, events):
        minutes = set()
        for kind, moment, entry in events:
            sent = (entry["channel"] or {}).get("notification") if kind == "notify" else None
            if sent and sent["type"] != "email_notification":
                minutes.add((sent["user"]["id"], moment // 60))
        kinds = Counter(kind_of_hours(self._local(user, minute * 60)) for user, minute in minutes)
        return {
            "interruption_count": len(minutes),
            **{
                f"{kind}_hour_interruption_count": kinds[kind]
                for kind in ("business", "off", "sleep")
            },
        }

    # -- Services

    def services(self):
        """Return the figures of each service and period."""
        return self.periods("services", lambda record: [record["service"]["id"]])

    def periods(self, stream, groups_of):
        """Return the figures of each record of a STREAM and period, and of the period before.

        GROUPS_OF an incident are the ids of those that it counts for.
        """
        found = {}
        for own in self.seen.lists[stream]:
            incidents = [
                (moment_of(record["created_at"]), self.incidents[incident])
                for incident, record in self.seen.lists["incidents"].items()
                if own in groups_of(record)
            ]
            for days in PERIODS:
                ends = self.seen.now
                row = {}
                for prefix, until in (("", ends), ("previous_", ends - days * DAY)):
                    part = [
                        each for moment, each in incidents if until - days * DAY <= moment < until
                    ]
                    row |= {f"{prefix}{name}": value for name, value in sums(part).items()}
                found[own, days] = row
        return found

    # -- People

    def interruptions(self):
        """Return the kind of hours of each user and minute in which they were interrupted."""
        return {
            (each["user"]["id"], at(moment)): kind_of_hours(self._local(each["user"]["id"], moment))
            for each in self.seen.notifications
            if each["type"] != "email_notification"
            for moment in [moment_of(each["started_at"]) // 60 * 60]
        }

    def oncall_days(self):
        """Return the hours of each user and local day, by kind, any policy and level once."""
        return self._on_call(lambda _: None)

    def oncall_hours(self):
        """Return the hours of each user, local day and level, by kind."""
        return self._on_call(lambda shift: shift["escalation_level"])

    def _on_call(self, level_of):
        quarters = defaultdict(set)
        for shift in self.seen.shifts:
            if shift["start"]:
                since, until = moment_of(shift["start"]), moment_of(shift["end"])
                until = min(until, shift["read"], self.seen.now)
                assert since % 900 == until % 900 == 0
                user = shift["user"]["id"]
                quarters[user, level_of(shift)].update(range(int(since), int(until), 900))
        found = defaultdict(lambda: {"business": 0, "off": 0, "sleep": 0})
        for (user, level), moments in quarters.items():
            for moment in moments:
                local = self._local(user, moment)
                key = (user, local.date()) if level is None else (user, local.date(), level)
                found[key][kind_of_hours(local)] += 0.25
        return dict(found)

    # -- Days and changes

    def open_at_end_of_days(self, service):
        """Return how many incidents of a service were open when each day ended, in UTC."""
        spans = []
        for own, record in self.seen.lists["incidents"].items():
            if record["service"]["id"] == service:
                opened = moment_of(record["created_at"])
                for entry in self._entries[own]:
                    if entry["type"] == "resolve_log_entry" and opened is not None:
                        spans.append((opened, moment_of(entry["created_at"])))
                        opened = None
                    elif entry["type"] == "reopen_log_entry":
                        opened = moment_of(entry["created_at"])
                if opened is not None:
                    spans.append((opened, float("inf")))
        day, found = at(min(since for since, _ in spans)).date(), {}
        while day <= at(self.seen.now).date():
            ends = datetime(*(day + timedelta(days=1)).timetuple()[:3], tzinfo=timezone.utc)
            end = ends.timestamp()
            found[day] = sum(since < end <= until for since, until in spans)
            day += timedelta(days=1)
        return found

    def changes(self):
        """Return the incidents that count for each change event and service."""
        by_service = defaultdict(list)
        for change in self.seen.changes:
            for service in change["services"]:
                by_service[service["id"]].append((moment_of(change["timestamp"]), change["id"]))
        found = {(own, service): [] for service, many in by_service.items() for _, own in many}
        for own, record in self.seen.lists["incidents"].items():
            service, created = record["service"]["id"], moment_of(record["created_at"])
            before = [each for each in by_service[service] if each[0] <= created]
            if before and not self.incidents[own]["is_merged"]:
                moment, change = max(before)
                if created - moment < CHANGE_WINDOW:
                    found[change, service].append(own)
        return found


def _agent(entry):
    return ((entry["agent"] or {}).get("type") or "").removesuffix("_reference")


def sums(incidents):
    """Return the figures of several incidents together."""
    counted = [each for each in incidents if not each["is_merged"]]
    found = {
        "incidents": len(counted),
        "acknowledged_incidents": sum(
            each["minutes_to_acknowledge"] is not None for each in counted
        ),
        "open_incidents": sum(each["is_open"] for each in counted),
        "reopened_incidents": sum(each["reopen_count"] > 0 for each in counted),
        "escalated_incidents": sum(each["escalation_count"] > 0 for each in counted),
        "escalations": sum(each["escalation_count"] for each in counted),
        "exhausted_incidents": sum(each["exhaustion_count"] > 0 for each in counted),
        "noise_incidents": sum(each["is_noise"] for each in counted),
        "unattended_incidents": sum(not each["is_acted_on"] for each in counted),
        "interruptions": sum(each["interruption_count"] for each in incidents),
        "sleep_hour_interruptions": sum(
            each["sleep_hour_interruption_count"] for each in incidents
        ),
    }
    for time in ("minutes_to_acknowledge", "minutes_to_resolve"):
        values = [each[time] for each in counted]
        found[f"p50_{time}"] = quantile(values, 0.5)
        found[f"p90_{time}"] = quantile(values, 0.9)
        found[f"mean_{time}"] = mean(values)
    return found
