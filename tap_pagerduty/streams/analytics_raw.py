"""Analytics by incident, response and user: the figures that the metrics are made of."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_pagerduty.api.pagination import STARTING_AFTER, SinglePage
from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.streams.common import (
    BUSINESS_HOURS,
    OFF_HOURS,
    SLEEP_HOURS,
    boolean,
    integer,
    key,
    key_time,
    personal,
    personal_texts,
    properties,
    text,
    text_or_integer,
    texts,
    time,
)
from tap_pagerduty.streams.users import Users
from tap_pagerduty.sync.analytics import OF_INCIDENTS, Analytics
from tap_pagerduty.sync.child import ChildStream, WindowedChildStream
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from singer_sdk.helpers.types import Context

    from tap_pagerduty.records import Record

# Days: PagerDuty names no longest range for these, but a year for the metrics.
LONGEST_RANGE = 365


class AnalyticsIncidents(Analytics, WindowedStream):
    """Figures of each incident (`POST /analytics/raw/incidents`).

    Read by creation at first, by change later. Like that of the incidents, the state has
    two positions: `created_until` for the first load, and the bookmark for changes.
    """

    name = "analytics_incidents"
    path = "/analytics/raw/incidents"
    filters = OF_INCIDENTS
    params = {"order": "asc", "order_by": "created_at"}
    paginator = STARTING_AFTER
    replication_key = "updated_at"
    max_window_days = LONGEST_RANGE
    # Figures come up to a day late.
    overlap_days = 2
    schema = properties(
        key("id", "Id of the incident.", to="incidents"),
        integer(
            "incident_number", "Number by which people call the incident; unique in the account."
        ),
        text("description", "What happened, in a line."),
        text("incident_type_id", "Id of the incident's type.", to="incident_types"),
        text("incident_type_name", "Name of the type, such as `incident_default`."),
        text(
            "status",
            "State when the figures were worked out: `triggered`, `acknowledged` or `resolved`.",
        ),
        text("urgency", "Urgency, which decides how users are notified: `high` or `low`."),
        boolean(
            "major",
            "Whether it is a major incident: its priority is one of the two highest, or several "
            "responders acknowledged it.",
        ),
        text("priority_id", "Id of the priority; null when none is set.", to="priorities"),
        text("priority_name", "Name of the priority, such as `P1`."),
        integer("priority_order", "Rank of the priority: the higher, the more severe."),
        text("service_id", "Id of the service.", to="services"),
        text("service_name", "Name of the service."),
        text("escalation_policy_id", "Id of the escalation policy.", to="escalation_policies"),
        text("escalation_policy_name", "Name of the escalation policy."),
        text("team_id", "Id of the incident's team; null when it has none.", to="teams"),
        text("team_name", "Name of the incident's team."),
        time("created_at", "When the incident was first triggered."),
        time("resolved_at", "When the incident was resolved; null while it is open."),
        time(
            "updated_at",
            "When the figures were last worked out; not the same time as `updated_at` of "
            "`incidents`.",
        ),
        text(
            "resolved_by_user_id", "Id of the user who resolved it; null if none did.", to="users"
        ),
        personal("resolved_by_user_name", "Name of the user who resolved it."),
        boolean(
            "auto_resolved",
            "Whether it was resolved automatically: by an integration, or by PagerDuty after a "
            "time.",
        ),
        texts("assigned_user_ids", "Ids of the users who were assigned.", to="users"),
        personal_texts("assigned_user_names", "Names of the users who were assigned."),
        texts("acknowledged_user_ids", "Ids of the users who acknowledged.", to="users"),
        personal_texts("acknowledged_user_names", "Names of the users who acknowledged."),
        texts(
            "joined_user_ids", "Ids of the users who acknowledged or agreed to help.", to="users"
        ),
        personal_texts(
            "joined_user_names", "Names of the users who acknowledged or agreed to help."
        ),
        integer(
            "assignment_count",
            "Number of assignments, including those by reassigning and escalating.",
        ),
        integer("acknowledgement_count", "Number of acknowledgements."),
        integer("active_user_count", "Number of users who acknowledged or agreed to help."),
        integer(
            "engaged_user_count",
            "Number of users who engaged: acknowledged, or agreed to help; documented to be the "
            "same as `active_user_count`.",
        ),
        integer("reassignment_count", "Number of reassignments."),
        integer("escalation_count", "Number of escalations within the escalation policy."),
        integer("manual_escalation_count", "Number of escalations that a user made."),
        integer("timeout_escalation_count", "Number of escalations because nobody acted in time."),
        integer(
            "seconds_to_first_ack",
            "Seconds from the start of the incident to the first acknowledgement.",
        ),
        integer(
            "seconds_to_engage",
            "Seconds from the first user's engagement to the last user's: how fast people "
            "respond; null unless several engaged.",
        ),
        integer(
            "seconds_to_mobilize",
            "Seconds from the start of the incident to the acknowledgement of the last responder "
            "who joined; null unless there were several.",
        ),
        integer("seconds_to_resolve", "Seconds from the start of the incident to its resolution."),
        integer(
            "engaged_seconds",
            "Seconds that all responders together were engaged, each from acknowledging, or "
            "agreeing to help, to the resolution.",
        ),
        integer(
            "user_defined_effort_seconds",
            "Seconds of effort, as a user set them by hand; null when none did.",
        ),
        integer("snoozed_seconds", "Seconds that the incident was snoozed."),
        integer("total_notifications", "Number of notifications that were sent."),
        integer("total_interruptions", "Number of interruptions of users."),
        integer("business_hour_interruptions", f"Number of interruptions in {BUSINESS_HOURS}."),
        integer("off_hour_interruptions", f"Number of interruptions in {OFF_HOURS}."),
        integer("sleep_hour_interruptions", f"Number of interruptions in {SLEEP_HOURS}."),
    )

    def request_records(self, context: Context | None) -> Iterable[Record]:
        """Yield the incidents created since `start_date`; in later runs those changed.

        "Get raw data - multiple incidents" (`POST /analytics/raw/incidents`) filters by
        creation (`created_at_start`, `created_at_end`) and by change (`updated_after`), but
        can only be sorted by creation. So a first load goes on where it was interrupted,
        and what has changed is read all at once. A slice holds what was created in it; the
        changes are for the runs after the last slice.
        """
        now, end = self.sync_range.run_started_at, self.sync_range.end()
        if self.replication_method != REPLICATION_INCREMENTAL:
            yield from self._created(self.load_start, end)
            return
        found = self.bookmarks.start("created_until", self.load_start, now, self.log)
        created = found or self.load_start
        # What changes while the first load is under way is due from its start on.
        changed = instant(self.stream_state.setdefault("replication_key_value", isoformat(now)))
        self.unread_parents.start(
            min(created, self.load_start) if self.has_gap else created,
            changed,
            self.bookmarks.loaded_since if found else None,
        )
        yield from self._created(created, end if self.sync_range.is_slice else changed)
        if self.sync_range.is_slice:
            self.bookmark(created_until=end)
            return
        if changed < now:
            for records in self._changed(changed):
                yield from self.child_readers.read_with(records)
        self.bookmark(replication_key_value=now, created_until=now)
        yield from self.read_gap()
        self.unread_parents.read(
            lambda since: self._created_until(since, created),
            lambda since: ((now, records) for records in self._changed(since)),
            self.bookmark,
        )

    def _changed(self, since: datetime) -> Iterator[Iterable[Record]]:
        """Yield, by page, the incidents that changed since an instant."""
        updated_after = isoformat(since - timedelta(days=self.overlap_days))
        filter_params = self.filter_params.get("filters", {})
        params = {**self.params, "filters": {**filter_params, "updated_after": updated_after}}
        for response in self.read_pages([replace(self.list_request(), params=params)]):
            yield response.records

    def _created_until(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, Iterable[Record]]]:
        """Yield, by page, the incidents created in a range, with how far the page comes."""
        requests = map(self.list_request, self.windows(start, end))
        for response in self.read_pages(requests):
            records = response.records
            last = records[-1].get("created_at") if records else None
            yield (instant(last) if last else start), records

    def _created(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents created in a range, oldest first; page by page they are done."""
        for until, records in self._created_until(start, end):
            yield from self.child_readers.read_with(records)
            if records:
                self.bookmark(created_until=until)


class AnalyticsIncidentResponses(Analytics, ChildStream):
    """Who was asked to respond, and when (`GET /analytics/raw/incidents/{id}/responses`).

    A GET whose parameters are documented to stand in a body, as those of the POSTs do.
    """

    name = "analytics_incident_responses"
    parent = AnalyticsIncidents
    method = "GET"
    path = "/analytics/raw/incidents/{incident_id}/responses"
    records_key = "responses"
    params = {"order": "asc", "order_by": "requested_at"}
    paginator = SinglePage(limit=1000)
    parent_columns = {"incident_id": "id"}
    primary_keys = ("incident_id", "responder_id", "requested_at")
    scope = "analytics.read"
    schema = properties(
        key("incident_id", "Id of the incident.", to="incidents"),
        key("responder_id", "Id of the user.", to="users"),
        key_time("requested_at", "When the user was asked."),
        time("responded_at", "When the user responded; null when the user did not."),
        integer("time_to_respond_seconds", "Seconds from `requested_at` to `responded_at`."),
        personal("responder_name", "Name of the user."),
        text(
            "responder_type",
            "How the user came to be asked: `assigned` (at creation), `reassigned`, `escalated` "
            "or `added_responder`.",
        ),
        text(
            "response_status", "Response so far: `joined` (or `accepted`), `pending` or `declined`."
        ),
    )


class AnalyticsResponderIncidents(Analytics, WindowedChildStream):
    """A user's part in each incident (`POST /analytics/raw/responders/{responder_id}/incidents`).

    Of the incidents created since `start_date`.
    """

    name = "analytics_responder_incidents"
    parent = Users
    path = "/analytics/raw/responders/{responder_id}/incidents"
    filters = OF_INCIDENTS
    params = {"order": "asc", "order_by": "incident_created_at"}
    paginator = STARTING_AFTER
    max_window_days = LONGEST_RANGE
    days_ahead = 0
    parent_columns = {"responder_id": "id"}
    primary_keys = ("responder_id", "incident_id")
    schema = properties(
        key("responder_id", "Id of the user.", to="users"),
        key("incident_id", "Id of the incident.", to="incidents"),
        personal("responder_name", "Name of the user."),
        integer(
            "incident_number", "Number by which people call the incident; unique in the account."
        ),
        text("incident_description", "What happened, in a line."),
        time("incident_created_at", "When the incident was first triggered."),
        text("incident_urgency", "Urgency, which decides how users are notified: `high` or `low`."),
        text("incident_priority_id", "Id of the priority; null when none is set.", to="priorities"),
        text("incident_priority_name", "Name of the priority, such as `P1`."),
        integer("incident_priority_order", "Rank of the priority: the higher, the more severe."),
        text("service_id", "Id of the service.", to="services"),
        text("service_name", "Name of the service."),
        text(
            "service_team_id",
            "Id of the team that owns the service; null when none does.",
            to="teams",
        ),
        text("service_team_name", "Name of the team that owns the service."),
        integer(
            "mean_time_to_acknowledge_seconds",
            "Mean seconds from an assignment to the user to the user's acknowledgement.",
        ),
        integer(
            "total_acknowledgements", "Number of times that the user acknowledged the incident."
        ),
        integer(
            "total_engaged_seconds",
            "Seconds that the user was engaged, from acknowledging, or agreeing to help, to the "
            "resolution.",
        ),
        integer(
            "total_reassignments_from",
            "Number of times that the incident was reassigned from the user to another.",
        ),
        integer(
            "total_reassignments_to",
            "Number of times that the incident was reassigned to the user.",
        ),
        integer(
            "total_manual_escalations_from",
            "Number of times that the incident was escalated by hand, away from the user.",
        ),
        integer(
            "total_manual_escalations_to",
            "Number of times that the incident was escalated by hand, to the user.",
        ),
        integer(
            "total_timeout_escalations_from",
            "Number of times that the incident was escalated away from the user, who did not act "
            "in time.",
        ),
        integer(
            "total_timeout_escalations_to",
            "Number of times that the incident was escalated to the user, as another did not act "
            "in time.",
        ),
        integer("total_interruptions", "Number of interruptions of the user."),
        integer(
            "total_business_hour_interruptions", f"Number of interruptions in {BUSINESS_HOURS}."
        ),
        text_or_integer(
            "total_off_hour_interruptions",
            f"Number of interruptions in {OFF_HOURS}; documented as text.",
        ),
        integer("total_sleep_hour_interruptions", f"Number of interruptions in {SLEEP_HOURS}."),
    )


class AnalyticsUsers(Analytics):
    """How each user is set up to be notified (`POST /analytics/raw/users`)."""

    name = "analytics_users"
    path = "/analytics/raw/users"
    filters = {"team_ids": "team_ids"}
    params = {"order": "asc", "order_by": "user_id"}
    paginator = STARTING_AFTER
    schema = properties(
        key("id", "Id of the user.", to="users"),
        personal("user_name", "Name of the user."),
        personal("email", "E-mail address of the user."),
        integer("account_id", "Id of the account."),
        text("description", "What the user wrote about themselves; null when empty."),
        text("time_zone", "Time zone of the user; null when not set."),
        text("role", "Role in the account, such as `user`."),
        text("team_id", "Id of a team of the user; null when in none.", to="teams"),
        text("team_name", "Name of that team."),
        integer("team_count", "Number of teams that the user is in."),
        time("created_at", "When the user was created."),
        time("last_sign_in_at", "When the user last signed in; null if never."),
        boolean("signed_up", "Whether the user has ever signed in."),
        boolean("downloaded_mobile_app", "Whether the user has the mobile app."),
        boolean("notification_methods", "Whether there is a way to notify the user."),
        integer("default_notification_channel_count", "Number of ways to notify the user."),
        texts(
            "channel_types_configured", "Kinds of ways to notify the user, such as `EmailChannel`."
        ),
        boolean("on_escalation_policy", "Whether the user is on an escalation policy."),
        integer("escalation_policies_count", "Number of escalation policies that the user is on."),
        boolean("on_schedule", "Whether the user is on a schedule."),
        integer("schedules_count", "Number of schedules that the user is on."),
    )
