"""Singer tap for PagerDuty: the account's REST API v2 as SCHEMA, RECORD and STATE messages."""

# The name of the plugin and of its log.
NAME = "tap-pagerduty"
