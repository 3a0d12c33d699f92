"""Analytics by day or month: sums and means of incidents, responders, users, AI features."""

from __future__ import annotations

import typing as t

from tap_pagerduty.analytics import OF_INCIDENTS, Analytics
from tap_pagerduty.events import EventStream
from tap_pagerduty.streams.common import (
    integer,
    key,
    key_time,
    number,
    properties,
    text,
    text_or_integer,
    time,
)
from tap_pagerduty.windows import Window, midnight

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

# Of incidents that were created in the period.
INCIDENT_METRICS = (
    integer("total_incident_count", "Incidents that were created."),
    integer("total_incidents_acknowledged", "Of them, those that somebody acknowledged."),
    integer("total_incidents_auto_resolved", "Those resolved by a tool or by themselves."),
    integer("total_incidents_reassigned", "Those that were reassigned."),
    integer("total_incidents_manual_escalated", "Those that a user escalated."),
    integer("total_incidents_timeout_escalated", "Those escalated as nobody acted in time."),
    integer("total_escalation_count", "Escalations within policies."),
    number("mean_assignment_count", "Mean number of assignments of an incident."),
    number("mean_engaged_user_count", "Mean number of users who engaged in an incident."),
    number("mean_seconds_to_first_ack", "Mean seconds from begin to first acknowledgement."),
    number("p50_seconds_to_first_ack", "The same, median."),
    number("p75_seconds_to_first_ack", "The same, 75th percentile."),
    number("p90_seconds_to_first_ack", "The same, 90th percentile."),
    number("p95_seconds_to_first_ack", "The same, 95th percentile."),
    number("mean_seconds_to_engage", "Mean seconds until users had engaged."),
    number(
        "mean_seconds_to_mobilize",
        "Mean seconds from begin to the last further responder's acknowledgement.",
    ),
    number("mean_seconds_to_resolve", "Mean seconds from begin to resolution."),
    number("p50_seconds_to_resolve", "The same, median."),
    number("p75_seconds_to_resolve", "The same, 75th percentile."),
    number("p90_seconds_to_resolve", "The same, 90th percentile."),
    number("p95_seconds_to_resolve", "The same, 95th percentile."),
    number("mean_engaged_seconds", "Mean seconds that all responders of an incident engaged."),
    number("mean_user_defined_engaged_seconds", "The same, where users corrected it by hand."),
    integer("total_engaged_seconds", "Seconds that all responders together were engaged."),
    integer("total_user_defined_engaged_seconds", "The same, where users corrected it by hand."),
    integer("total_snoozed_seconds", "Seconds that incidents were snoozed."),
    integer("total_notifications", "Notifications that were sent."),
    integer("total_interruptions", "Interruptions of users."),
    integer("total_business_hour_interruptions", "Those on weekdays from 8 to 18 h."),
    integer("total_off_hour_interruptions", "Those from 18 to 22 h, or on a weekend's day."),
    integer("total_sleep_hour_interruptions", "Those from 22 to 8 h."),
    number("up_time_pct", "Percentage of the time without a major incident."),
)

RESPONDER_METRICS = (
    text_or_integer(
        "responder_id",
        "Id of the user; null where the row is of all responders. Documented as a number.",
        to="users",
    ),
    text("responder_name", "Name of the user."),
    text("team_id", "Id of the user's team; null where the row is of all teams.", to="teams"),
    text("team_name", "Name of that team."),
    integer("total_incident_count", "Incidents that were created."),
    integer("total_incidents_acknowledged", "Of those assigned, how many were acknowledged."),
    integer("total_incidents_reassigned_from", "Those reassigned to somebody else."),
    integer("total_incidents_reassigned_to", "Those reassigned to the user."),
    integer("total_incidents_manual_escalated_from", "Those that a user escalated away."),
    integer("total_incidents_manual_escalated_to", "Those that a user escalated to this one."),
    integer("total_incidents_timeout_escalated_from", "Those lost by not acting in time."),
    integer("total_incidents_timeout_escalated_to", "Those got as others did not act."),
    number("mean_time_to_acknowledge_seconds", "Mean seconds from assignment to acknowledgement."),
    number("mean_engaged_seconds", "Mean seconds that an incident was engaged in."),
    integer("total_engaged_seconds", "Seconds engaged in incidents."),
    integer("total_notifications", "Notifications that were sent."),
    integer("total_interruptions", "Interruptions."),
    integer("total_business_hour_interruptions", "Those on weekdays from 8 to 18 h."),
    integer("total_off_hour_interruptions", "Those from 18 to 22 h, or on a weekend's day."),
    integer("total_sleep_hour_interruptions", "Those from 22 to 8 h."),
    integer("total_seconds_on_call", "Seconds on call."),
    integer("total_seconds_on_call_level_1", "Those at level 1 of an escalation policy."),
    integer("total_seconds_on_call_level_2_plus", "Those at level 2 or higher."),
)

TEAM = (
    text("team_id", "Id of the team; null when there is none.", to="teams"),
    text("team_name", "Name of the team."),
)

OF_DAY = "Begin of the day (UTC); its incidents are those created on it."
OF_MONTH = "Begin of the month (UTC)."
RANGE_END = time("range_end", "End of the month; of the current one, the time of reading.")


class DailyMetrics(Analytics, EventStream):
    """Figures of the incidents created on each day.

    What becomes of an incident changes them, so the latest days are read again. It costs
    nothing: all days are in one answer.
    """

    params = {"aggregate_unit": "day"}
    filters = OF_INCIDENTS
    replication_key = "range_start"
    period = "day"
    max_window_days = 365
    overlap_days = 14


class MonthlyMetrics(Analytics, EventStream):
    """Figures for which the API has no unit: a request for each month.

    By day it would be thirty times as many of the few that the API takes a day.
    """

    replication_key = "range_start"
    period = "month"
    max_window_days = 31
    overlap_days = 14
    window_columns = ("range_start", "range_end")


class AnalyticsIncidentMetrics(DailyMetrics):
    """All incidents, by day (`POST /analytics/metrics/incidents/all`)."""

    name = "analytics_incident_metrics"
    path = "/analytics/metrics/incidents/all"
    primary_keys = ("range_start",)
    schema = properties(
        key_time("range_start", OF_DAY),
        text("service_id", "Always null: the row is of all services."),
        text("service_name", "Always null: the row is of all services."),
        text("team_id", "Always null: the row is of all teams."),
        text("team_name", "Always null: the row is of all teams."),
        *INCIDENT_METRICS,
    )


class AnalyticsServiceMetrics(DailyMetrics):
    """Incidents by service and day (`POST /analytics/metrics/incidents/services`)."""

    name = "analytics_service_metrics"
    path = "/analytics/metrics/incidents/services"
    primary_keys = ("service_id", "range_start")
    schema = properties(
        key("service_id", "Id of the service.", to="services"),
        key_time("range_start", OF_DAY),
        text("service_name", "Name of the service."),
        *TEAM,
        *INCIDENT_METRICS,
    )


class AnalyticsTeamMetrics(DailyMetrics):
    """Incidents by team and day (`POST /analytics/metrics/incidents/teams`)."""

    name = "analytics_team_metrics"
    path = "/analytics/metrics/incidents/teams"
    # An incident may have no team: see the example of `POST /analytics/raw/incidents`.
    id_columns = ("team_id", "range_start")
    schema = properties(
        key("id", "Made by the tap: team id, empty for no team, and `range_start`, with a colon."),
        time("range_start", OF_DAY),
        text("service_id", "Always null: the row is of all services."),
        text("service_name", "Always null: the row is of all services."),
        *TEAM,
        *INCIDENT_METRICS,
    )


class AnalyticsEscalationPolicyMetrics(DailyMetrics):
    """Incidents by policy and day (`POST /analytics/metrics/incidents/escalation_policies`)."""

    name = "analytics_escalation_policy_metrics"
    path = "/analytics/metrics/incidents/escalation_policies"
    primary_keys = ("escalation_policy_id", "range_start")
    schema = properties(
        key(
            "escalation_policy_id",
            "Id of the policy that the incidents were last assigned to.",
            to="escalation_policies",
        ),
        key_time("range_start", OF_DAY),
        text("escalation_policy_name", "Name of the escalation policy."),
        integer("distinct_responder_count", "Users who engaged in incidents of the policy."),
        *TEAM,
        *INCIDENT_METRICS,
    )


class ResponderMetrics(MonthlyMetrics):
    """Work of responders in each month, on call and on incidents."""

    filters = {"team_ids": "team_ids", "urgencies": "urgency"}
    range_filters = ("date_range_start", "date_range_end")
    id_columns = ("responder_id", "team_id", "range_start")
    schema = properties(
        key(
            "id",
            "Made by the tap: responder id, team id and `range_start`, joined by colons; what "
            "is null is left empty.",
        ),
        time("range_start", OF_MONTH),
        RANGE_END,
        *RESPONDER_METRICS,
    )


class AnalyticsResponderMetrics(ResponderMetrics):
    """All responders, by month (`POST /analytics/metrics/responders/all`)."""

    name = "analytics_responder_metrics"
    path = "/analytics/metrics/responders/all"


class AnalyticsResponderTeamMetrics(ResponderMetrics):
    """Responders of each team, by month (`POST /analytics/metrics/responders/teams`)."""

    name = "analytics_responder_team_metrics"
    path = "/analytics/metrics/responders/teams"


class AnalyticsPdAdvanceUsage(MonthlyMetrics):
    """Use of AI features, by month (`POST /analytics/metrics/pd_advance_usage/features`)."""

    name = "analytics_pd_advance_usage"
    path = "/analytics/metrics/pd_advance_usage/features"
    filters = OF_INCIDENTS
    primary_keys = ("feature_id", "range_start")
    plan = f"PagerDuty Advance; {Analytics.plan}"
    schema = properties(
        key("feature_id", "Feature that was used, such as `genai_status_updates`."),
        key_time("range_start", OF_MONTH),
        RANGE_END,
        integer("total_use_count", "Times that it was used."),
        integer("total_credits_used", "Credits that this took."),
        integer("total_proactive_use_count", "Of the uses, those that nobody asked for."),
        integer("total_proactive_credits_used", "Credits that those took."),
    )


class AnalyticsUserMetrics(Analytics, EventStream):
    """How users are set up, counted once a day (`POST /analytics/metrics/users/all`)."""

    name = "analytics_user_metrics"
    path = "/analytics/metrics/users/all"
    filters = {"team_ids": "team_ids"}
    cost = "1"
    # Filters by range are on the users' creation: all are counted.
    range_filters = ()
    primary_keys = ("range_start",)
    replication_key = "range_start"
    max_window_days = 1
    window_columns = ("range_start", "range_end")
    schema = properties(
        key_time("range_start", "Begin of the day (UTC) on which they were counted."),
        time("range_end", "When they were counted; the last time on that day."),
        integer("total_user_count", "Users of the account."),
        integer("total_signed_up_count", "Users who have signed in."),
        number("total_signed_up_percentage", "The same, in percent of the users."),
        integer("total_downloaded_mobile_app_count", "Users who have the mobile app."),
        number("total_downloaded_mobile_app_percentage", "The same, in percent of the users."),
        integer("total_with_notification_methods_count", "Users who can be notified."),
        number("total_with_notification_methods_percentage", "The same, in percent of the users."),
        integer("total_on_escalation_policy_count", "Users on an escalation policy."),
        number("total_on_escalation_policy_percentage", "The same, in percent of the users."),
    )

    def windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Yield the day of the run; nothing for a slice of the past.

        "Get aggregated metrics for all users" (`POST /analytics/metrics/users/all`) tells
        how users are set up now, and has no history of it: the rows of the runs are one.
        """
        if not self.is_slice:
            yield Window(midnight(end), end)
