"""The lists that every account has, and what belongs to them: incidents, users, services.

Each is a row of one table: its path, the name of its records in the response, where they come from
(`core_sources.py`), what it accepts and requires. Other areas have files of their own;
`registry.py` gathers all and finds the endpoint of a path.
"""

from __future__ import annotations

from sandbox.api import windows
from sandbox.api.endpoint import PAGED, RANGE, ZONED, Endpoint
from sandbox.endpoints import core_sources

_ENTRY_INCLUDES = ("incidents", "services", "channels", "teams")
_INCIDENT_INCLUDES = (
    "acknowledgers",
    "agents",
    "assignees",
    "conference_bridge",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
)
_NOTIFICATION_TYPES = (
    "sms_notification",
    "email_notification",
    "phone_notification",
    "push_notification",
)
_SCHEDULE_INCLUDES = ("schedule_layers", "overrides_subschedule", "final_schedule")
_USER_INCLUDES = ("contact_methods", "notification_rules", "teams", "subdomains")
_SERVICE_INCLUDES = (
    "escalation_policies",
    "teams",
    "integrations",
    "auto_pause_notifications_parameters",
)
_POLICY_INCLUDES = ("services", "teams", "targets", "escalation_rule_assignment_strategies")

CORE = (
    Endpoint(
        "/incidents",
        "incidents",
        core_sources.incidents,
        scope="incidents.read",
        params=PAGED
        | RANGE
        | ZONED
        | {
            "date_range",
            "incident_key",
            "service_ids[]",
            "statuses[]",
            "team_ids[]",
            "urgencies[]",
            "user_ids[]",
        },
        includes=_INCIDENT_INCLUDES,
        sorts=("incident_number", "created_at", "resolved_at", "urgency"),
        max_sorts=2,
        window=windows.creation_window,
        choices={
            "date_range": ("all",),
            "statuses[]": ("triggered", "acknowledged", "resolved"),
            "urgencies[]": ("high", "low"),
        },
    ),
    Endpoint(
        "/incidents/{id}",
        "incident",
        core_sources.incident,
        scope="incidents.read",
        includes=(*_INCIDENT_INCLUDES, "custom_fields"),
    ),
    Endpoint(
        "/incidents/{id}/log_entries",
        "log_entries",
        core_sources.log_entries_of_incident,
        scope="incidents.read",
        params=PAGED | RANGE | ZONED | {"is_overview"},
        includes=_ENTRY_INCLUDES,
        window=windows.any_window,
    ),
    Endpoint(
        "/log_entries",
        "log_entries",
        core_sources.log_entries,
        scope="incidents.read",
        params=PAGED | RANGE | ZONED | {"is_overview", "team_ids[]"},
        includes=_ENTRY_INCLUDES,
        window=windows.any_window,
    ),
    Endpoint(
        "/log_entries/{id}",
        "log_entry",
        core_sources.log_entry,
        scope="incidents.read",
        params=ZONED,
        includes=_ENTRY_INCLUDES,
    ),
    Endpoint(
        "/notifications",
        "notifications",
        core_sources.notifications,
        scope="users:notifications.read",
        params=PAGED | RANGE | ZONED | {"filter"},
        includes=("users",),
        window=windows.required_window,
        choices={"filter": _NOTIFICATION_TYPES},
    ),
    Endpoint(
        "/oncalls",
        "oncalls",
        core_sources.on_calls,
        scope="oncalls.read",
        params=PAGED
        | RANGE
        | ZONED
        | {"user_ids[]", "escalation_policy_ids[]", "schedule_ids[]", "earliest"},
        includes=("escalation_policies", "users", "schedules"),
        window=windows.overlap_window,
    ),
    Endpoint(
        "/users",
        "users",
        core_sources.configuration_list("users"),
        scope="users.read",
        params=PAGED | {"query", "team_ids[]"},
        includes=_USER_INCLUDES,
    ),
    Endpoint("/users/me", "user", core_sources.current_user, includes=_USER_INCLUDES),
    Endpoint(
        "/users/{id}",
        "user",
        core_sources.configuration_item("users"),
        scope="users.read",
        includes=(*_USER_INCLUDES, "calendar_urls"),
    ),
    Endpoint(
        "/teams",
        "teams",
        core_sources.configuration_list("teams"),
        scope="teams.read",
        params=PAGED | {"query"},
        ability="teams",
    ),
    Endpoint(
        "/teams/{id}",
        "team",
        core_sources.configuration_item("teams"),
        scope="teams.read",
        includes=("privileges",),
        ability="teams",
    ),
    Endpoint(
        "/services",
        "services",
        core_sources.configuration_list("services"),
        scope="services.read",
        params=PAGED | ZONED | {"query", "team_ids[]", "name"},
        includes=_SERVICE_INCLUDES,
        sorts=("name",),
    ),
    Endpoint(
        "/services/{id}",
        "service",
        core_sources.configuration_item("services"),
        scope="services.read",
        includes=_SERVICE_INCLUDES,
    ),
    Endpoint(
        "/escalation_policies",
        "escalation_policies",
        core_sources.configuration_list("escalation_policies"),
        scope="escalation_policies.read",
        params=PAGED | {"query", "user_ids[]", "team_ids[]"},
        includes=_POLICY_INCLUDES,
        sorts=("name",),
    ),
    Endpoint(
        "/escalation_policies/{id}",
        "escalation_policy",
        core_sources.configuration_item("escalation_policies"),
        scope="escalation_policies.read",
        includes=_POLICY_INCLUDES,
    ),
    Endpoint(
        "/schedules",
        "schedules",
        core_sources.schedules,
        scope="schedules.read",
        params=PAGED | RANGE | ZONED | {"query", "team_ids[]", "include_next_oncall_for_user"},
        includes=_SCHEDULE_INCLUDES,
        window=windows.rendering_window,
    ),
    Endpoint(
        "/schedules/{id}",
        "schedule",
        core_sources.schedule,
        scope="schedules.read",
        params=RANGE | ZONED | {"overflow", "include_next_oncall_for_user"},
        window=windows.rendering_window,
    ),
    Endpoint(
        "/priorities",
        "priorities",
        core_sources.configuration_list("priorities"),
        scope="priorities.read",
        params=PAGED,
        ability="priorities",
    ),
    Endpoint(
        "/vendors",
        "vendors",
        core_sources.configuration_list("vendors"),
        scope="vendors.read",
        params=PAGED,
    ),
    Endpoint(
        "/vendors/{id}", "vendor", core_sources.configuration_item("vendors"), scope="vendors.read"
    ),
    Endpoint(
        "/tags",
        "tags",
        core_sources.configuration_list("tags"),
        scope="tags.read",
        params=PAGED | {"query"},
    ),
    Endpoint("/tags/{id}", "tag", core_sources.configuration_item("tags"), scope="tags.read"),
    Endpoint(
        "/business_services",
        "business_services",
        core_sources.configuration_list("business_services"),
        scope="services.read",
        params=PAGED,
    ),
    Endpoint(
        "/business_services/{id}",
        "business_service",
        core_sources.configuration_item("business_services"),
        scope="services.read",
    ),
    Endpoint("/abilities", "abilities", core_sources.abilities, scope="abilities.read"),
    Endpoint("/abilities/{id}", None, core_sources.ability, scope="abilities.read"),
)

LISTS = {str(each.key): each for each in CORE if each.paged and "{id}" not in each.path}
"""The lists that need no id, by the name of their records."""
