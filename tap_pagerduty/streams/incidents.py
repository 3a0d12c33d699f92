"""Incidents: what went wrong, and how urgent it is."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_pagerduty.api.pagination import CeilingError, Page
from tap_pagerduty.api.requests import PageRequest
from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.streams.common import (
    BY_SERVICE,
    BY_TEAM,
    PENDING_ACTION,
    RESOURCE,
    any_value,
    anything,
    array,
    boolean,
    integer,
    obj,
    properties,
    reference,
    references,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.filter_exits import FilterExits
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_pagerduty.api.connection import Connection

ASSIGNMENT = (
    time("at", "When the assignment was made."),
    reference("assignee", "users", "User to whom the incident is assigned."),
)

ACKNOWLEDGEMENT = (
    time("at", "When the acknowledgement was made."),
    reference("acknowledger", ("users", "services"), "User or service that acknowledged."),
)

RESPONDER = (
    text("state", "Answer so far: `pending`, `joined`, `declined` or `user_cancelled`."),
    reference("user", "users", "User who was asked to help."),
    reference("incident", "incidents", "Incident that needs help."),
    time("updated_at", "When the state last changed."),
    text("message", "Text sent along with the request."),
    reference("requester", "users", "User who asked for help."),
    time("requested_at", "When help was asked for."),
    texts("escalation_policy_requests", "Names of escalation policies that brought the user in."),
)

TARGET = (
    text("type", "Kind of target: a user or an escalation policy."),
    text("id", "Id of the user or escalation policy.", to=("users", "escalation_policies")),
    text("summary", "Name of the user or escalation policy."),
)

RESPONDER_REQUEST = (
    text("id", "Id of the request."),
    reference("incident", "incidents", "Incident that needs help."),
    reference("requester", "users", "User who asked for help."),
    time("requested_at", "When help was asked for."),
    text("message", "Text sent along with the request."),
    array(
        "responder_request_targets",
        "Users and escalation policies that were asked.",
        *TARGET,
        array("incident_responders", "Users that the target stands for.", *RESPONDER),
        obj(
            "responder_request_target",
            "Not documented by PagerDuty, but in its examples: the target's properties, one level "
            "further down.",
            *TARGET,
            array("incidents_responders", "Users that the target stands for.", *RESPONDER),
        ),
    ),
)

EXTERNAL_REFERENCE = (
    text("external_id", "Not documented by PagerDuty; id of the item in the other tool."),
    url("external_url", "Not documented by PagerDuty; address of the item in the other tool."),
    boolean("sync", "Not documented by PagerDuty; seems to say whether the two are kept in step."),
    reference(
        "webhook",
        "webhook_subscriptions",
        "Not documented by PagerDuty; webhook that links the two.",
    ),
)


# How far before its bookmark the change feed begins: an entry may be listed a little late.
FEED_OVERLAP = timedelta(minutes=5)


# Properties of a listed incident, less those that only some accounts or requests have.
LISTED = frozenset(
    {
        "acknowledgements",
        "alert_counts",
        "assigned_via",
        "assignments",
        "created_at",
        "escalation_policy",
        "first_trigger_log_entry",
        "html_url",
        "id",
        "incident_key",
        "incident_number",
        "is_mergeable",
        "last_status_change_at",
        "last_status_change_by",
        "pending_actions",
        "priority",
        "resolve_reason",
        "resolved_at",
        "self",
        "service",
        "status",
        "summary",
        "teams",
        "title",
        "type",
        "updated_at",
        "urgency",
    },
)


class Incidents(WindowedStream):
    """Incidents with their state at the time of reading (`GET /incidents`).

    PagerDuty lists incidents by creation only, so the stream has two positions in the
    state: `created_until` for those created, and the bookmark for those changed since.
    """

    name = "incidents"
    path = "/incidents"
    filters = {**BY_TEAM, **BY_SERVICE, "urgencies": "urgencies[]"}
    scope = "incidents.read"
    params = {"time_zone": "UTC", "sort_by": "created_at:asc,incident_number:asc"}
    replication_key = "updated_at"
    max_window_days = 180
    peeked_fields = ("id", "status", "updated_at")
    cost = "1 per 100 that are new, 1 per 100 that are open, 1 per 100 new log entries"
    schema = properties(
        *RESOURCE,
        integer(
            "incident_number", "Number by which people call the incident; unique in the account."
        ),
        text("title", "What happened, in a line."),
        text("description", "Not documented by PagerDuty; the same text as the title where seen."),
        time("created_at", "When the incident was first triggered."),
        time(
            "updated_at",
            "When the incident last changed; if PagerDuty sends no such time, the tap fills in "
            "that of the last status change, or else of the creation.",
        ),
        text("status", "State now: `triggered`, `acknowledged` or `resolved`."),
        text(
            "incident_key",
            "Key by which events are recognised as the same incident; null when the incident has "
            "alerts.",
        ),
        reference("service", "services", "Service that the incident is on."),
        array("assignments", "Who has to act now; empty once resolved.", *ASSIGNMENT),
        text(
            "assigned_via",
            "How the assignees were found: `escalation_policy` or `direct_assignment` (which "
            "does not escalate).",
        ),
        time(
            "last_status_change_at",
            "When the status last changed; while triggered, the same as `updated_at`.",
        ),
        time("resolved_at", "When the incident was resolved; null while it is open."),
        reference(
            "first_trigger_log_entry", "log_entries", "Log entry with which the incident began."
        ),
        obj(
            "alert_counts",
            "How many alerts belong to the incident.",
            integer("triggered", "Number of open alerts."),
            integer("resolved", "Number of resolved alerts."),
            integer("all", "Number of all alerts."),
        ),
        boolean(
            "is_mergeable",
            "Whether the incident can be merged: it has alerts, or a person opened it.",
        ),
        obj(
            "incident_type",
            "Type of the incident.",
            text("name", "Name of the incident type, such as `incident_default`."),
        ),
        reference("escalation_policy", "escalation_policies", "Escalation policy of the incident."),
        references("teams", "teams", "Teams involved in the incident."),
        array(
            "pending_actions",
            "What PagerDuty will do by itself if nobody acts.",
            *PENDING_ACTION,
        ),
        array(
            "acknowledgements",
            "Who has acknowledged the incident; empty, sometimes null, unless its status is "
            "`acknowledged`.",
            *ACKNOWLEDGEMENT,
        ),
        obj(
            "alert_grouping",
            "How alerts are grouped into the incident; null without alerts.",
            text("grouping_type", "Kind of grouping: `basic`, `advanced` or `rules`."),
            time("started_at", "When grouping began."),
            time("ended_at", "When grouping ended; null while it is active."),
            boolean("alert_grouping_active", "Whether new alerts still join."),
        ),
        anything(
            "basic_alert_grouping",
            "Not documented by PagerDuty; null in every answer seen.",
        ),
        reference(
            "last_status_change_by",
            ("users", "services", "service_integrations"),
            "User, service or integration that last changed the status; may be null.",
        ),
        reference(
            "priority",
            "priorities",
            "Priority of the incident; null when none is set.",
            text("name", "Name of the priority, such as `P1`."),
            text("description", "What the priority means."),
        ),
        obj(
            "resolve_reason",
            "Why the incident was resolved, if by a merge; null otherwise.",
            text("type", "Kind of reason: `merge_resolve_reason`."),
            reference("incident", "incidents", "Incident that this one was merged into."),
        ),
        obj(
            "conference_bridge",
            "Where responders meet; null when there is none, and mostly absent from lists.",
            text("conference_number", "Phone number, with `,` for pauses and `#` after codes."),
            url("conference_url", "Address of the web conference or chat."),
        ),
        array(
            "incidents_responders",
            "Users asked to help, with their answers; absent on plans without responder requests.",
            *RESPONDER,
        ),
        array(
            "responder_requests",
            "Requests for help; absent on plans without responder requests.",
            *RESPONDER_REQUEST,
        ),
        text("urgency", "Urgency, which decides how users are notified: `high` or `low`."),
        obj(
            "body",
            "Details given at creation; mostly absent from lists.",
            any_value("details", "Free-form; documented as an object, also seen as text."),
        ),
        array(
            "subscriber_requests",
            "Not documented by PagerDuty; empty in every answer seen.",
        ),
        text("alert_hash", "Not documented by PagerDuty; seen in one report, meaning unknown."),
        references(
            "external_references",
            None,
            "Not documented by PagerDuty; links to items in other tools, such as a chat.",
            *EXTERNAL_REFERENCE,
        ),
        array(
            "linked_incidents",
            "Not documented by PagerDuty; seems to list related incidents.",
        ),
    )

    def __init__(self, tap: Tap, connection: Connection) -> None:
        super().__init__(tap, connection)
        # What this run has emitted and may meet again: when it was last changed, by id.
        self._emitted: dict[str, str] = {}
        # Properties that an embedded incident has when it is as full as a listed one.
        self._expected = set(LISTED)
        # What is due of lists that the filters do not narrow down; None without filters.
        self._filter_exits: FilterExits | None = None

    def request_records(self, context: Context | None) -> Iterable[Record]:
        """Yield the incidents created since the last run, those now open, those changed.

        `since` and `until` of `GET /incidents` select by creation, and no list is by
        change. But a change writes a log entry, which can embed the incident as it is now;
        what changes without one is caught while the incident is open.

        A slice has what was created in it, and leaves changes to the run that goes on from
        its state, or from that of a run before it.
        """
        now, start, end = self.run_started_at, self.first_load_start, self.sync_end()
        if self.replication_method != REPLICATION_INCREMENTAL:
            yield from self._created(start, end)
            return
        state = self.stream_state
        # A first load needs no feed, but changes to what it has read are due from its start
        # on, even if it is interrupted and goes on days later.
        changes_since = instant(state.setdefault("replication_key_value", isoformat(now)))
        created = instant(state["created_until"]) if "created_until" in state else start
        if self.config.get("start_date"):
            created = max(created, start)
        if self.filter_params:
            self._filter_exits = FilterExits(self.config, state, changes_since - FEED_OVERLAP, end)
        # A run that is killed may have loaded incidents of which no other position tells. If
        # the next one has filters, it has to know.
        self.bookmark(seen_until=end)
        if self.is_slice:
            yield from self._created(created, end)
            return
        self._log_what_is_read(created, changes_since if changes_since < now else None)
        lookback = timedelta(days=self.config["incident_lookback_days"])
        first = min(created, max(start, now - lookback))
        if self._filter_exits and first < created:
            yield from self._created(first, created, changes_since, filtered=False)
            first = created
        yield from self._created(first, now, changes_since if changes_since < now else None)
        yield from self.with_children(self._open(start, now))
        if changes_since < now:
            yield from self._changed(changes_since - FEED_OVERLAP, now)

    def _log_what_is_read(self, created: datetime, changes_since: datetime | None) -> None:
        since = f"Reading incidents created since {isoformat(created)}"
        if changes_since:
            self.log(
                "%s, changed since %s, or open; others are loaded already.",
                since,
                isoformat(changes_since),
            )
        else:
            self.log("%s, or open.", since)

    def _created(
        self,
        start: datetime,
        end: datetime,
        changes_since: datetime | None = None,
        *,
        filtered: bool = True,
    ) -> Iterator[Record]:
        """Yield the incidents created in a range; note those that this run will meet again.

        Unless it is to be NARROWED, the API filters nothing.
        """
        requests = (self.list_request(window) for window in self.windows(start, end))
        if not filtered:
            requests = (replace(request, params=self.params) for request in requests)
        for window, records in self.read_windows(requests):
            recent = bool(changes_since and window.until > changes_since - FEED_OVERLAP)
            due = records if filtered else filter(self._is_due, records)
            yield from self.with_children(self._listed(due, recent=recent))
            self.bookmark(created_until=window.until)

    def _listed(self, records: Iterable[Record], *, recent: bool) -> Iterator[Record]:
        """Yield listed incidents; note the open ones and, if RECENT, the others as well."""
        for record in records:
            if recent or record.get("status") != "resolved":
                self._learn(record)
                self._note(record)
            yield record

    def _open(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents that are open now, whenever they were created."""
        params = {**self.params, "statuses[]": ["triggered", "acknowledged"]}
        request = replace(
            self.list_request(), params=params, paginator=PagerDutyStream.paginator, peek=None
        )
        try:
            records = self.read_list(replace(request, params={**params, "date_range": "all"}))
        except CeilingError:
            requests = (replace(request, window=window) for window in self.windows(start, end))
            records = chain.from_iterable(records for _, records in self.read_windows(requests))
        for record in records:
            self._learn(record)
            if self._is_due(record):
                yield from self._news(record)

    def _changed(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents that the log entries of a range are about."""
        feed = PageRequest(
            "/log_entries",
            "log_entries",
            {"time_zone": "UTC", "include[]": ["incidents"]},
            self.paginator,
            self.paginator.first_page(),
        )
        requests = (replace(feed, window=window) for window in self.windows(start, end))
        for window, entries in self.read_windows(requests):
            yield from self.with_children(self._embedded(entries))
            self.bookmark(replication_key_value=window.until)

    def _embedded(self, entries: Iterable[Record]) -> Iterator[Record]:
        """Yield the incidents in these log entries; what is less than listed, read again."""
        short: dict[str, set[str]] = {}
        for entry in entries:
            record, kind = entry.get("incident"), entry.get("type") or ""
            if not record or not self._is_due(record, {kind}):
                continue
            if self._is_whole(record):
                yield from self._news(record)
            elif not self._is_emitted(record):
                short.setdefault(record["id"], set()).add(kind)
        yield from self._again(short)

    def _again(self, entries: dict[str, set[str]]) -> Iterator[Record]:
        """Yield the incidents, each read by itself, that these ENTRIES are about, by their id."""
        for response in self.read_pages(
            PageRequest(f"/incidents/{i}", "incident", {}, self.paginator, Page({}), parent={})
            for i in entries
        ):
            if response.refusal_message:
                self.log("A changed incident is closed to the key: %s", response.refusal_message)
            for record in response.records:
                if self._is_due(record, entries.get(record["id"], ())):
                    yield from self._news(record)

    def _is_due(self, record: Record, entries: Collection[str] = ()) -> bool:
        """Return whether an incident is due that the API has not filtered; see `FilterExits`."""
        return (
            self._filter_exits is None
            or record["id"] in self._emitted
            or self._filter_exits.is_due(record, entries)
        )

    def _learn(self, record: Record) -> None:
        """Take from a listed incident what an embedded one has to have as well."""
        if not self._is_whole(record):
            self._expected &= record.keys()

    def _is_whole(self, record: Record) -> bool:
        """Return whether an embedded incident is as full as a listed one."""
        return record.keys() >= self._expected

    def _is_emitted(self, record: Record) -> bool:
        """Return whether this run has emitted the incident as new as this."""
        changed, known = record.get("updated_at"), self._emitted.get(record["id"])
        if not changed or not known:
            return False
        return bool(changed == known or instant(changed) <= instant(known))

    def _news(self, record: Record) -> Iterator[Record]:
        """Yield the incident, unless this run has emitted it as new as this."""
        if not self._is_emitted(record):
            self._note(record)
            yield record

    def _note(self, record: Record) -> None:
        """Remember that the incident is emitted as it is here."""
        if changed := record.get("updated_at"):
            self._emitted[record["id"]] = changed

    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        """Fill in `updated_at` where it is missing or null, so that the bookmark can use it.

        PagerDuty added the field in 2023 (API changelog, 8 May 2023) and does not promise it:
        see "List incidents" (`GET /incidents`, schema `Incident`) in the API reference.
        """
        record = super().post_process(row, context)
        if record is not None and not record.get("updated_at"):
            record["updated_at"] = record.get("last_status_change_at") or record.get("created_at")
        return record


class Priorities(PagerDutyStream):
    """Priorities of the account, from most to least severe (`GET /priorities`)."""

    name = "priorities"
    path = "/priorities"
    scope = "priorities.read"
    schema = properties(
        *RESOURCE,
        text("name", "Name of the priority, such as `P1`."),
        text("description", "What the priority means."),
    )
