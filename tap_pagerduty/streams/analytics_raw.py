"""Analytics by incident, response and user: the figures that the metrics are made of."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_pagerduty.analytics import OF_INCIDENTS, Analytics
from tap_pagerduty.children import ChildStream, WindowedChildStream
from tap_pagerduty.events import EventStream
from tap_pagerduty.pagination import STARTING_AFTER, SinglePage
from tap_pagerduty.streams.common import (
    boolean,
    integer,
    key,
    key_time,
    properties,
    text,
    text_or_integer,
    texts,
    time,
)
from tap_pagerduty.streams.users import Users
from tap_pagerduty.times import instant
from tap_pagerduty.windows import isoformat

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record

# Days: PagerDuty names no longest range for these, but a year for the metrics.
LONGEST_RANGE = 365


class AnalyticsIncidents(Analytics, EventStream):
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
        integer("incident_number", "Number that people call the incident by; one per account."),
        text("description", "What happened, in a line."),
        text("incident_type_id", "Id of the incident's type.", to="incident_types"),
        text("incident_type_name", "Name of the type, such as `incident_default`."),
        text("status", "State then: `triggered`, `acknowledged` or `resolved`."),
        text("urgency", "How it notifies: `high` or `low`."),
        boolean(
            "major",
            "Whether it is a major incident: of the two highest priorities, or with several "
            "responders who acknowledged.",
        ),
        text("priority_id", "Id of the priority; null when none is set.", to="priorities"),
        text("priority_name", "Name of the priority, such as `P1`."),
        integer("priority_order", "Rank of the priority: the higher, the more severe."),
        text("service_id", "Id of the service.", to="services"),
        text("service_name", "Name of the service."),
        text("escalation_policy_id", "Id of the escalation policy.", to="escalation_policies"),
        text("escalation_policy_name", "Name of the escalation policy."),
        text("team_id", "Id of the team; null when it has none.", to="teams"),
        text("team_name", "Name of the team."),
        time("created_at", "When the incident was first triggered."),
        time("resolved_at", "When the incident was resolved; null while it is open."),
        time(
            "updated_at",
            "When the figures were last worked out; another time than that of the incident.",
        ),
        text(
            "resolved_by_user_id", "Id of the user who resolved it; null if none did.", to="users"
        ),
        text("resolved_by_user_name", "Name of the user who resolved it."),
        boolean("auto_resolved", "Whether it was resolved by a tool or by itself."),
        texts("assigned_user_ids", "Ids of the users who were assigned.", to="users"),
        texts("assigned_user_names", "Names of the users who were assigned."),
        texts("acknowledged_user_ids", "Ids of the users who acknowledged.", to="users"),
        texts("acknowledged_user_names", "Names of the users who acknowledged."),
        texts(
            "joined_user_ids", "Ids of the users who acknowledged or agreed to help.", to="users"
        ),
        texts("joined_user_names", "Names of the users who acknowledged or agreed to help."),
        integer("assignment_count", "Assignments, those by reassigning and escalating as well."),
        integer("acknowledgement_count", "Acknowledgements."),
        integer("active_user_count", "Users who acknowledged or agreed to help."),
        integer("engaged_user_count", "Users who engaged: acknowledged, or agreed to help."),
        integer("reassignment_count", "Reassignments."),
        integer("escalation_count", "Escalations within the policy."),
        integer("manual_escalation_count", "Escalations that a user made."),
        integer("timeout_escalation_count", "Escalations because nobody acted in time."),
        integer("seconds_to_first_ack", "Seconds from the begin to the first acknowledgement."),
        integer(
            "seconds_to_engage",
            "Seconds from the begin until users had engaged: how fast people respond.",
        ),
        integer(
            "seconds_to_mobilize",
            "Seconds from the begin to the last further responder's acknowledgement; 0 with one.",
        ),
        integer("seconds_to_resolve", "Seconds from the begin to the resolution."),
        integer("engaged_seconds", "Seconds that all responders together were engaged."),
        integer(
            "user_defined_effort_seconds",
            "Seconds of effort, as a user set them by hand; null when none did.",
        ),
        integer("snoozed_seconds", "Seconds that the incident was snoozed."),
        integer("total_notifications", "Notifications that were sent."),
        integer("total_interruptions", "Interruptions of users."),
        integer("business_hour_interruptions", "Interruptions on weekdays from 8 to 18 h."),
        integer("off_hour_interruptions", "Interruptions from 18 to 22 h, or on a weekend's day."),
        integer("sleep_hour_interruptions", "Interruptions from 22 to 8 h."),
    )

    def request_records(self, context: Context | None) -> Iterable[Record]:
        """Yield the incidents created since `start_date`; in later runs those changed.

        "Get raw data - multiple incidents" (`POST /analytics/raw/incidents`) filters by
        creation (`created_at_start`, `created_at_end`) and by change (`updated_after`), but
        can only be sorted by creation. So a first load goes on where it was interrupted,
        and what has changed is read all at once. A slice holds what was created in it; the
        changes are for the runs after the last slice.
        """
        now, end = self.run_started_at, self.last_end()
        if self.replication_method != REPLICATION_INCREMENTAL:
            yield from self._created(self.first_start, end)
            return
        state = self.stream_state
        # What changes while the first load is under way is due from its start on.
        changed = instant(state.setdefault("replication_key_value", isoformat(now)))
        created = instant(state["created_until"]) if "created_until" in state else self.first_start
        yield from self._created(created, end if self.is_slice else changed)
        if self.is_slice:
            self.bookmark(created_until=end)
            return
        if changed < now:
            since = isoformat(changed - timedelta(days=self.overlap_days))
            narrowing = self.narrowing.get("filters", {})
            params = {**self.params, "filters": {**narrowing, "updated_after": since}}
            for answer in self.read([replace(self.call(), params=params)]):
                yield from self.with_children(answer.records)
        self.bookmark(replication_key_value=now, created_until=now)

    def _created(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents created in a range, oldest first; page by page they are done."""
        for answer in self.read(self.call(window) for window in self.windows(start, end)):
            yield from self.with_children(answer.records)
            if answer.records and (last := answer.records[-1].get("created_at")):
                self.bookmark(created_until=instant(last))


class AnalyticsIncidentResponses(Analytics, ChildStream):
    """Who was asked to respond, and did (`GET /analytics/raw/incidents/{id}/responses`).

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
        time("responded_at", "When the user responded; null if not."),
        integer("time_to_respond_seconds", "Seconds from the one to the other."),
        text("responder_name", "Name of the user."),
        text(
            "responder_type",
            "Why the user was asked: `assigned` at the begin, `reassigned`, `escalated` or "
            "`added_responder`.",
        ),
        text("response_status", "`joined` (or `accepted`), `pending` or `declined`."),
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
        text("responder_name", "Name of the user."),
        integer("incident_number", "Number that people call the incident by; one per account."),
        text("incident_description", "What happened, in a line."),
        time("incident_created_at", "When the incident was first triggered."),
        text("incident_urgency", "How the incident notifies: `high` or `low`."),
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
            "Mean seconds from being assigned to acknowledging.",
        ),
        integer("total_acknowledgements", "Times that the user acknowledged."),
        integer("total_engaged_seconds", "Seconds that the user was engaged."),
        integer("total_reassignments_from", "Times that it was reassigned away from the user."),
        integer("total_reassignments_to", "Times that it was reassigned to the user."),
        integer("total_manual_escalations_from", "Times that it was escalated away by a user."),
        integer("total_manual_escalations_to", "Times that a user escalated it to this one."),
        integer("total_timeout_escalations_from", "Times that it left as the user did not act."),
        integer("total_timeout_escalations_to", "Times that it came as another did not act."),
        integer("total_interruptions", "Interruptions of the user."),
        integer("total_business_hour_interruptions", "Those on weekdays from 8 to 18 h."),
        text_or_integer(
            "total_off_hour_interruptions",
            "Those from 18 to 22 h, or on a weekend's day; documented as text.",
        ),
        integer("total_sleep_hour_interruptions", "Those from 22 to 8 h."),
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
        text("user_name", "Name of the user."),
        text("email", "E-mail address of the user."),
        integer("account_id", "Number of the account."),
        text("description", "What the user says of themselves; null when empty."),
        text("time_zone", "Time zone of the user; null when not set."),
        text("role", "Role in the account, such as `user`."),
        text("team_id", "Id of a team of the user; null when in none.", to="teams"),
        text("team_name", "Name of that team."),
        integer("team_count", "Teams that the user is in."),
        time("created_at", "When the user was created."),
        time("last_sign_in_at", "When the user last signed in; null if never."),
        boolean("signed_up", "Whether the user has ever signed in."),
        boolean("downloaded_mobile_app", "Whether the user has the mobile app."),
        boolean("notification_methods", "Whether there is a way to notify the user."),
        integer("default_notification_channel_count", "Ways to notify the user."),
        texts("channel_types_configured", "Kinds of these, such as `EmailChannel`."),
        boolean("on_escalation_policy", "Whether an escalation policy notifies the user."),
        integer("escalation_policies_count", "Escalation policies that do."),
        boolean("on_schedule", "Whether the user is on a schedule."),
        integer("schedules_count", "Schedules that the user is on."),
    )
