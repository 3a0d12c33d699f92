"""What the account itself counts, for comparison with what is loaded."""

from __future__ import annotations

from tap_pagerduty.streams.common import integer, key, own_properties, time
from tap_pagerduty.streams.incidents import Incidents
from tap_pagerduty.streams.log_entries import LogEntries
from tap_pagerduty.streams.notifications import Notifications
from tap_pagerduty.sync.record_counts import RecordCounts


class AccountCounts(RecordCounts):
    """How many records PagerDuty counts of each selected stream, by month where it can.

    Two counts of the same month may differ: PagerDuty removes what it no longer keeps.
    """

    name = "account_counts"
    primary_keys = ("stream", "period")
    counted = {Incidents: "created_at", LogEntries: "created_at", Notifications: "started_at"}
    cost = (
        "1 per full table that PagerDuty counts, 1 per closed month of `incidents`, "
        "`log_entries` and `notifications`; at most `max_count_requests`"
    )
    schema = own_properties(
        key("stream", "Name of the stream."),
        key("period", "Month that is counted, such as `2026-01`; `all` for a full table."),
        time("since", "Start of the month, in UTC; null for a full table."),
        time("until", "End of the month, which is not in it; null for a full table."),
        integer("records", "Records that PagerDuty counts; null if it does not count them."),
        time("counted_at", "When PagerDuty counted, by the clock of the machine the tap ran on."),
        time("run_started_at", "When the run started, by the same clock."),
    )
