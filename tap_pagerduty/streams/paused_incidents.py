"""Paused incidents: alerts that were held back for a while, as most of them pass by themselves."""

from __future__ import annotations

import typing as t

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.api.responses import WHOLE_BODY
from tap_pagerduty.streams.common import AIOPS, array, key_time, number, properties, text, time
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from singer_sdk.helpers.types import Context

    from tap_pagerduty.records import Record

PAUSED_ALERT = (
    text("id", "Id of the alert.", to="incident_alerts"),
    text("service_id", "Id of the alert's service.", to="services"),
    time("created_at", "When the alert was created."),
)

DAY = (
    key_time("since", "Start of the day (UTC) that the record is about."),
    time("until", "End of the day (UTC); for the latest day, the time of reading."),
)


class PausedIncidentReport(WindowedStream):
    """A report on alerts that were paused, one record a day.

    The API reports on any range within the last six months.
    """

    paginator = WHOLE
    scope = "incidents.read"
    plan = AIOPS
    primary_keys = ("since",)
    replication_key = "since"
    period = "day"
    max_window_days = 1
    history_days = 180
    # What becomes of an alert paused at the end of a day shows on the next.
    overlap_days = 1
    window_columns = ("since", "until")
    selected_by_default = False


class PausedIncidentAlerts(PausedIncidentReport):
    """Latest alerts that were paused on each day (`GET /paused_incident_reports/alerts`)."""

    name = "paused_incident_alerts"
    path = "/paused_incident_reports/alerts"
    records_key = WHOLE_BODY
    schema = properties(
        *DAY,
        array(
            "triggered_after_pause_alerts",
            "Up to five alerts that notified users after the pause, latest first.",
            *PAUSED_ALERT,
        ),
        array(
            "resolved_after_pause_alerts",
            "Up to five alerts that were resolved during the pause, latest first.",
            *PAUSED_ALERT,
        ),
    )

    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        """Take the report out of the response, under whatever name it stands there.

        In "Get Paused Incident Reporting on Alerts" (`GET /paused_incident_reports/alerts`)
        the schema calls it `paused_incident_reporting_alerts`, and the example
        `paused_incident_reporting_counts`.
        """
        window = {name: row.pop(name) for name in self.window_columns}
        report = next((value for value in row.values() if isinstance(value, dict)), row)
        return super().post_process({**report, **window}, context)


class PausedIncidentCounts(PausedIncidentReport):
    """Numbers of alerts paused on each day (`GET /paused_incident_reports/counts`)."""

    name = "paused_incident_counts"
    path = "/paused_incident_reports/counts"
    records_key = "paused_incident_reporting_counts"
    schema = properties(
        *DAY,
        number("paused_count", "Number of alerts that were paused."),
        number(
            "triggered_after_pause_count",
            "Number of the paused alerts that notified users after the pause.",
        ),
        number(
            "resolved_after_pause_count",
            "Number of the paused alerts that were resolved during the pause and notified nobody.",
        ),
    )
