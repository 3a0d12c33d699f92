"""Analytics by day or month: sums and means of incidents, responders, users, AI features."""

from __future__ import annotations

import typing as t

from tap_pagerduty.api.windows import Window, midnight
from tap_pagerduty.streams.common import (
    BUSINESS_HOURS,
    OFF_HOURS,
    SLEEP_HOURS,
    anything,
    integer,
    key,
    key_time,
    number,
    personal,
    properties,
    text,
    time,
)
from tap_pagerduty.sync.analytics import OF_INCIDENTS, Analytics
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

NOTIFICATIONS_SENT = integer(
    "total_notifications",
    "Number of notifications that were sent: e-mails, SMS, phone calls and push messages.",
)

INTERRUPTIONS_BY_HOUR = (
    integer("total_business_hour_interruptions", f"Number of interruptions in {BUSINESS_HOURS}."),
    integer("total_off_hour_interruptions", f"Number of interruptions in {OFF_HOURS}."),
    integer("total_sleep_hour_interruptions", f"Number of interruptions in {SLEEP_HOURS}."),
)

# Of incidents that were created in the period.
INCIDENT_METRICS = (
    integer("total_incident_count", "Number of incidents that were created."),
    integer("total_incidents_acknowledged", "Number of acknowledged incidents."),
    integer(
        "total_incidents_auto_resolved",
        "Number of incidents that were resolved automatically: by an integration, or by PagerDuty "
        "after a time.",
    ),
    integer("total_incidents_reassigned", "Number of incidents that were reassigned."),
    integer("total_incidents_manual_escalated", "Number of incidents that a user escalated."),
    integer(
        "total_incidents_timeout_escalated",
        "Number of incidents that were escalated as nobody acted in time.",
    ),
    integer("total_escalation_count", "Number of escalations within escalation policies."),
    number(
        "mean_assignment_count",
        "Mean number of assignments per incident; users who agreed to help count as well.",
    ),
    number(
        "mean_engaged_user_count",
        "Mean number of users per incident who engaged: acknowledged it, or agreed to help.",
    ),
    number(
        "mean_seconds_to_first_ack",
        "Mean seconds from the start of an incident to its first acknowledgement.",
    ),
    number(
        "p50_seconds_to_first_ack",
        "Median seconds from the start of an incident to its first acknowledgement.",
    ),
    number(
        "p75_seconds_to_first_ack",
        "75th percentile of the seconds from the start of an incident to its first "
        "acknowledgement.",
    ),
    number(
        "p90_seconds_to_first_ack",
        "90th percentile of the seconds from the start of an incident to its first "
        "acknowledgement.",
    ),
    number(
        "p95_seconds_to_first_ack",
        "95th percentile of the seconds from the start of an incident to its first "
        "acknowledgement.",
    ),
    number(
        "mean_seconds_to_engage",
        "Mean seconds from the first user's engagement in an incident to the last user's; null "
        "unless several engaged.",
    ),
    number(
        "mean_seconds_to_mobilize",
        "Mean seconds from the start of an incident to the acknowledgement of the last responder "
        "who joined; null unless several engaged.",
    ),
    number(
        "mean_seconds_to_resolve", "Mean seconds from the start of an incident to its resolution."
    ),
    number(
        "p50_seconds_to_resolve", "Median seconds from the start of an incident to its resolution."
    ),
    number(
        "p75_seconds_to_resolve",
        "75th percentile of the seconds from the start of an incident to its resolution.",
    ),
    number(
        "p90_seconds_to_resolve",
        "90th percentile of the seconds from the start of an incident to its resolution.",
    ),
    number(
        "p95_seconds_to_resolve",
        "95th percentile of the seconds from the start of an incident to its resolution.",
    ),
    number(
        "mean_engaged_seconds",
        "Mean seconds per incident that its responders were engaged; see `total_engaged_seconds`.",
    ),
    number(
        "mean_user_defined_engaged_seconds",
        "The same as `mean_engaged_seconds`, with the users' own figures where they gave some.",
    ),
    integer(
        "total_engaged_seconds",
        "Seconds that all responders together were engaged, each from acknowledging, or agreeing "
        "to help, to the resolution.",
    ),
    integer(
        "total_user_defined_engaged_seconds",
        "The same as `total_engaged_seconds`, with the users' own figures where they gave some.",
    ),
    integer("total_snoozed_seconds", "Seconds that incidents were snoozed."),
    NOTIFICATIONS_SENT,
    integer("total_interruptions", "Number of interruptions of users."),
    *INTERRUPTIONS_BY_HOUR,
    number("up_time_pct", "Percentage of the day without a major incident."),
)

RESPONDER_METRICS = (
    anything(
        "responder_id",
        "Id of the user; null where the row is of all responders; documented as a number.",
        to="users",
    ),
    personal("responder_name", "Name of the user."),
    text("team_id", "Id of the user's team; null where the row is of all teams.", to="teams"),
    text("team_name", "Name of that team."),
    integer("total_incident_count", "Number of incidents that were created."),
    integer(
        "total_incidents_acknowledged",
        "Number of incidents assigned to the user that the user acknowledged.",
    ),
    integer(
        "total_incidents_reassigned_from",
        "Number of incidents that were reassigned from the user to another.",
    ),
    integer(
        "total_incidents_reassigned_to", "Number of incidents that were reassigned to the user."
    ),
    integer(
        "total_incidents_manual_escalated_from",
        "Number of incidents that were escalated by hand, away from the user.",
    ),
    integer(
        "total_incidents_manual_escalated_to",
        "Number of incidents that were escalated by hand, to the user.",
    ),
    integer(
        "total_incidents_timeout_escalated_from",
        "Number of incidents that were escalated away from the user, who did not act in time.",
    ),
    integer(
        "total_incidents_timeout_escalated_to",
        "Number of incidents that were escalated to the user, as another did not act in time.",
    ),
    number(
        "mean_time_to_acknowledge_seconds",
        "Mean seconds from an assignment to the user to the user's acknowledgement.",
    ),
    number(
        "mean_engaged_seconds",
        "Mean seconds per incident that the user was engaged; see `total_engaged_seconds`.",
    ),
    integer(
        "total_engaged_seconds",
        "Seconds that the user was engaged in incidents, each from acknowledging, or agreeing to "
        "help, to the resolution.",
    ),
    NOTIFICATIONS_SENT,
    integer("total_interruptions", "Number of interruptions of the user."),
    *INTERRUPTIONS_BY_HOUR,
    integer("total_seconds_on_call", "Seconds that the user was on call."),
    integer(
        "total_seconds_on_call_level_1",
        "Seconds that the user was on call at an escalation policy's level 1.",
    ),
    integer(
        "total_seconds_on_call_level_2_plus",
        "Seconds that the user was on call at an escalation policy's level 2 or higher.",
    ),
)

TEAM = (
    text(
        "team_id",
        "Id of the team that the incidents were assigned to; null when there is none.",
        to="teams",
    ),
    text("team_name", "Name of the team."),
)

OF_DAY = "Start of the day (UTC); the figures are of the incidents created on it."
OF_MONTH = "Start of the month (UTC)."
RANGE_END = time("range_end", "End of the month (UTC); for the current month, the time of reading.")


class DailyMetrics(Analytics, WindowedStream):
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


class MonthlyMetrics(Analytics, WindowedStream):
    """Figures for which the API has no unit: a request for each month.

    By day it would be thirty times as many of the few that the API takes a day.
    """

    replication_key = "range_start"
    period = "month"
    max_window_days = 31
    overlap_days = 14
    window_columns = ("range_start", "range_end")


class AnalyticsIncidentMetrics(DailyMetrics):
    """Figures of all incidents, by day (`POST /analytics/metrics/incidents/all`)."""

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
    """Figures of incidents by service and day (`POST /analytics/metrics/incidents/services`)."""

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
    """Figures of incidents by team and day (`POST /analytics/metrics/incidents/teams`)."""

    name = "analytics_team_metrics"
    path = "/analytics/metrics/incidents/teams"
    # An incident may have no team: see the example of `POST /analytics/raw/incidents`.
    id_columns = ("team_id", "range_start")
    schema = properties(
        key(
            "id",
            "Made by the tap, as a team id may be null: team id and `range_start`, joined by a "
            "colon; what is null is left empty.",
        ),
        time("range_start", OF_DAY),
        text("service_id", "Always null: the row is of all services."),
        text("service_name", "Always null: the row is of all services."),
        *TEAM,
        *INCIDENT_METRICS,
    )


class AnalyticsEscalationPolicyMetrics(DailyMetrics):
    """Figures of incidents by escalation policy and day (`…/incidents/escalation_policies`)."""

    name = "analytics_escalation_policy_metrics"
    path = "/analytics/metrics/incidents/escalation_policies"
    primary_keys = ("escalation_policy_id", "range_start")
    schema = properties(
        key(
            "escalation_policy_id",
            "Id of the escalation policy that the incidents were last assigned to.",
            to="escalation_policies",
        ),
        key_time("range_start", OF_DAY),
        text("escalation_policy_name", "Name of the escalation policy."),
        integer(
            "distinct_responder_count",
            "Number of users who engaged in incidents of the escalation policy.",
        ),
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
            "Made by the tap, as the ids may be null: responder id, team id and `range_start`, "
            "joined by colons; what is null is left empty.",
        ),
        time("range_start", OF_MONTH),
        RANGE_END,
        *RESPONDER_METRICS,
    )


class AnalyticsResponderMetrics(ResponderMetrics):
    """Work of all responders together, by month (`POST /analytics/metrics/responders/all`)."""

    name = "analytics_responder_metrics"
    path = "/analytics/metrics/responders/all"


class AnalyticsResponderTeamMetrics(ResponderMetrics):
    """Work of responders by team and month (`POST /analytics/metrics/responders/teams`)."""

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
        key("feature_id", "Id of the feature that was used, such as `genai_status_updates`."),
        key_time("range_start", OF_MONTH),
        RANGE_END,
        integer("total_use_count", "Number of times that the feature was used."),
        integer("total_credits_used", "Number of credits that the uses took."),
        integer(
            "total_proactive_use_count",
            "Number of the uses that PagerDuty Advance started automatically, not a user.",
        ),
        integer(
            "total_proactive_credits_used",
            "Number of credits that the uses started by PagerDuty Advance took.",
        ),
    )


class AnalyticsUserMetrics(Analytics, WindowedStream):
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
        key_time("range_start", "Start of the day (UTC) on which the users were counted."),
        time("range_end", "When the users were counted, for the last time on that day."),
        integer("total_user_count", "Number of users of the account."),
        integer("total_signed_up_count", "Number of users who have signed in."),
        number("total_signed_up_percentage", "Percentage of users who have signed in."),
        integer("total_downloaded_mobile_app_count", "Number of users who have the mobile app."),
        number(
            "total_downloaded_mobile_app_percentage", "Percentage of users who have the mobile app."
        ),
        integer(
            "total_with_notification_methods_count",
            "Number of users who have set up a way to be notified.",
        ),
        number(
            "total_with_notification_methods_percentage",
            "Percentage of users who have set up a way to be notified.",
        ),
        integer(
            "total_on_escalation_policy_count", "Number of users who are on an escalation policy."
        ),
        number(
            "total_on_escalation_policy_percentage",
            "Percentage of users who are on an escalation policy.",
        ),
    )

    def windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Yield the day of the run; nothing for a slice of the past.

        "Get aggregated metrics for all users" (`POST /analytics/metrics/users/all`) tells
        how users are set up now, and has no history of it: the rows of the runs are one.
        """
        if not self.sync_range.is_slice:
            yield Window(midnight(end), end)
