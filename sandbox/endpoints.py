"""The endpoints of the sandbox: one table.

To add an endpoint, add a row: its path, the name of its records in the answer, where they come
from (`sources.py`), and what it accepts and demands. Everything else follows from the row. These
are the lists that everybody reads; `catalog.py` adds all others and finds the row of a path.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import query as windows
from sandbox import sources
from sandbox.query import DEFAULT_LIMIT, MAX_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.query import Query

PAGED = frozenset({"limit", "offset", "total"})
RANGE = frozenset({"since", "until"})
ZONED = frozenset({"time_zone"})


@dataclass(frozen=True)
class Endpoint:
    """A GET endpoint as a data sheet."""

    path: str
    """`{id}` stands for one segment."""
    key: str | None
    """Name of the record(s) in the answer; None: the answer has no body (204)."""
    source: Callable[[Query], Any]
    """Gives `Rows` for a list that has pages, otherwise what belongs under `key`."""
    scope: str | None = None
    """OAuth scope that is needed."""
    params: frozenset[str] = frozenset()
    """Query parameters that are accepted."""
    includes: tuple[str, ...] = ()
    """Values of `include[]` that are accepted."""
    sorts: tuple[str, ...] = ()
    """Fields that `sort_by` accepts."""
    max_sorts: int = 1
    window: Callable[[Query], None] | None = None
    """Rule for `since` and `until`."""
    ability: str | None = None
    """What the account's plan must have."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that a parameter accepts."""
    method: str = "GET"
    max_limit: int = MAX_LIMIT
    default_limit: int = DEFAULT_LIMIT
    accepted: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the names of all parameters."""
        more = {"include[]"} if self.includes else set()
        more |= {"sort_by"} if self.sorts else set()
        object.__setattr__(self, "accepted", self.params | more)

    @property
    def paged(self) -> bool:
        """Tell whether it has classic pages."""
        return "offset" in self.params


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
        sources.incidents,
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
        sources.incident,
        scope="incidents.read",
        includes=(*_INCIDENT_INCLUDES, "custom_fields"),
    ),
    Endpoint(
        "/incidents/{id}/log_entries",
        "log_entries",
        sources.log_entries_of_incident,
        scope="incidents.read",
        params=PAGED | RANGE | ZONED | {"is_overview"},
        includes=_ENTRY_INCLUDES,
        window=windows.any_window,
    ),
    Endpoint(
        "/log_entries",
        "log_entries",
        sources.log_entries,
        scope="incidents.read",
        params=PAGED | RANGE | ZONED | {"is_overview", "team_ids[]"},
        includes=_ENTRY_INCLUDES,
        window=windows.any_window,
    ),
    Endpoint(
        "/log_entries/{id}",
        "log_entry",
        sources.log_entry,
        scope="incidents.read",
        params=ZONED,
        includes=_ENTRY_INCLUDES,
    ),
    Endpoint(
        "/notifications",
        "notifications",
        sources.notifications,
        scope="users:notifications.read",
        params=PAGED | RANGE | ZONED | {"filter"},
        includes=("users",),
        window=windows.required_window,
        choices={"filter": _NOTIFICATION_TYPES},
    ),
    Endpoint(
        "/oncalls",
        "oncalls",
        sources.on_calls,
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
        sources.configuration_list("users"),
        scope="users.read",
        params=PAGED | {"query", "team_ids[]"},
        includes=_USER_INCLUDES,
    ),
    Endpoint("/users/me", "user", sources.current_user, includes=_USER_INCLUDES),
    Endpoint(
        "/users/{id}",
        "user",
        sources.configuration_item("users"),
        scope="users.read",
        includes=(*_USER_INCLUDES, "calendar_urls"),
    ),
    Endpoint(
        "/teams",
        "teams",
        sources.configuration_list("teams"),
        scope="teams.read",
        params=PAGED | {"query"},
        ability="teams",
    ),
    Endpoint(
        "/teams/{id}",
        "team",
        sources.configuration_item("teams"),
        scope="teams.read",
        includes=("privileges",),
        ability="teams",
    ),
    Endpoint(
        "/services",
        "services",
        sources.configuration_list("services"),
        scope="services.read",
        params=PAGED | ZONED | {"query", "team_ids[]", "name"},
        includes=_SERVICE_INCLUDES,
        sorts=("name",),
    ),
    Endpoint(
        "/services/{id}",
        "service",
        sources.configuration_item("services"),
        scope="services.read",
        includes=_SERVICE_INCLUDES,
    ),
    Endpoint(
        "/escalation_policies",
        "escalation_policies",
        sources.configuration_list("escalation_policies"),
        scope="escalation_policies.read",
        params=PAGED | {"query", "user_ids[]", "team_ids[]"},
        includes=_POLICY_INCLUDES,
        sorts=("name",),
    ),
    Endpoint(
        "/escalation_policies/{id}",
        "escalation_policy",
        sources.configuration_item("escalation_policies"),
        scope="escalation_policies.read",
        includes=_POLICY_INCLUDES,
    ),
    Endpoint(
        "/schedules",
        "schedules",
        sources.schedules,
        scope="schedules.read",
        params=PAGED | RANGE | ZONED | {"query", "team_ids[]", "include_next_oncall_for_user"},
        includes=_SCHEDULE_INCLUDES,
        window=windows.rendering_window,
    ),
    Endpoint(
        "/schedules/{id}",
        "schedule",
        sources.schedule,
        scope="schedules.read",
        params=RANGE | ZONED | {"overflow", "include_next_oncall_for_user"},
        window=windows.rendering_window,
    ),
    Endpoint(
        "/priorities",
        "priorities",
        sources.configuration_list("priorities"),
        scope="priorities.read",
        params=PAGED,
        ability="priorities",
    ),
    Endpoint(
        "/vendors",
        "vendors",
        sources.configuration_list("vendors"),
        scope="vendors.read",
        params=PAGED,
    ),
    Endpoint(
        "/vendors/{id}", "vendor", sources.configuration_item("vendors"), scope="vendors.read"
    ),
    Endpoint(
        "/tags",
        "tags",
        sources.configuration_list("tags"),
        scope="tags.read",
        params=PAGED | {"query"},
    ),
    Endpoint("/tags/{id}", "tag", sources.configuration_item("tags"), scope="tags.read"),
    Endpoint(
        "/business_services",
        "business_services",
        sources.configuration_list("business_services"),
        scope="services.read",
        params=PAGED,
    ),
    Endpoint(
        "/business_services/{id}",
        "business_service",
        sources.configuration_item("business_services"),
        scope="services.read",
    ),
    Endpoint("/abilities", "abilities", sources.abilities, scope="abilities.read"),
    Endpoint("/abilities/{id}", None, sources.ability, scope="abilities.read"),
)

LISTS = {str(each.key): each for each in CORE if each.paged and "{id}" not in each.path}
"""The lists that need no id, by the name of their records."""
