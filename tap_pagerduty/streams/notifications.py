"""Notifications: what was sent to whom."""

from __future__ import annotations

from tap_pagerduty.streams.common import NOTIFICATION, key, properties
from tap_pagerduty.sync.windowed import WindowedStream


class Notifications(WindowedStream):
    """Messages and calls sent to users (`GET /notifications`); they do not name an incident."""

    name = "notifications"
    path = "/notifications"
    scope = "users:notifications.read"
    params = {"time_zone": "UTC"}
    replication_key = "started_at"
    # The API refuses three months, and 1 February to 1 May is 89 days.
    max_window_days = 88
    schema = properties(
        key("id", "Id that PagerDuty gave the notification."),
        *NOTIFICATION,
    )
