"""Singer tap for PagerDuty: the account's REST API v2 as SCHEMA, RECORD and STATE messages."""
