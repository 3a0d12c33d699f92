"""Contact methods, notification rules, licences, sessions of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.initial_configuration import ACCOUNT_CREATED
from sandbox.api.declarations import Settings, declare, single
from sandbox.values.seeded_random import hash_of_text
from sandbox.values.timestamps import DAY, iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

_ACCOUNT = "PACCT01"
_ROLES = ("manager", "responder", "observer")


def _user_part(name: str) -> Callable[[Query], list[Record]]:
    """Make the source of what `GET /users?include[]=…` embeds."""

    def source(query: Query) -> list[Record]:
        configuration = query.account.configuration
        user = configuration.get("users", query.ids[0])
        records: list[Record] = configuration.show("users", user or {}, query.zone, {name})[name]
        if "contact_methods" in query.include and name == "notification_rules":
            methods = {each["id"]: each for each in _methods(query)}
            for record in records:
                link = record["contact_method"]
                record["contact_method"] = methods.get(link["id"], link)
        return records

    return source


_methods = _user_part("contact_methods")


def _licence_of(query: Query, user: str) -> Record:
    number = query.seeded.random("licence", user).below(query.seeded.count("/licenses"))
    made = query.records.make("/licenses", (), number, query.zone)
    counts = {"current_value", "allocations_available"}
    return {name: value for name, value in made.items() if name not in counts}


def _licence(query: Query) -> Record:
    return _licence_of(query, query.ids[0])


def _allocations(query: Query) -> list[Record]:
    configuration = query.account.configuration
    return [
        {
            "user": configuration.reference("users", each["id"]),
            "license": _licence_of(query, each["id"]),
            "allocated_at": iso(
                ACCOUNT_CREATED + hash_of_text(each["id"]) % (1500 * DAY), query.zone
            ),
        }
        for each in configuration.all("users")
    ]


_CONTACTS: Settings = {"scope": "users:contact_methods.read"}
_METHODS = declare("/users/{id}/contact_methods", "contact_methods", source=_methods, **_CONTACTS)
_NOTIFICATION_RULES = declare(
    "/users/{id}/notification_rules",
    "notification_rules",
    source=_user_part("notification_rules"),
    includes="contact_methods",
    choices="urgency=high,low,all",
    filters="urgency=urgency",
    **_CONTACTS,
)
_HANDOFF = declare(
    "/users/{id}/oncall_handoff_notification_rules",
    "oncall_handoff_notification_rules",
    scope="users.read",
    count=(0, 2),
)
_UPDATE_RULES = declare(
    "/users/{id}/status_update_notification_rules",
    "status_update_notification_rules",
    scope="users.read",
    includes="contact_methods",
    count=(0, 2),
)
_DELEGATIONS = declare(
    "/users/{id}/oauth_delegations",
    "oauth_delegations",
    "cursor",
    scope="oauth_delegations.read",
    ability="oauth_delegations",
    choices="delegation_type=mobile,web,integration status=issued,revoked",
    filters="delegation_type=delegation_type status=status",
    count=(0, 4),
)
USERS = (
    _METHODS,
    single("/users/{id}/contact_methods/{id}", "contact_method", _METHODS),
    _NOTIFICATION_RULES,
    single("/users/{id}/notification_rules/{id}", "notification_rule", _NOTIFICATION_RULES),
    _HANDOFF,
    single(
        "/users/{id}/oncall_handoff_notification_rules/{id}",
        "oncall_handoff_notification_rule",
        _HANDOFF,
    ),
    _UPDATE_RULES,
    single(
        "/users/{id}/status_update_notification_rules/{id}",
        "status_update_notification_rule",
        _UPDATE_RULES,
    ),
    _DELEGATIONS,
    single("/users/{id}/oauth_delegations/{id}", "oauth_delegation", _DELEGATIONS),
    declare("/users/{id}/sessions", "user_sessions", scope="users:sessions.read", count=(0, 3)),
    declare("/users/{id}/license", "license", "single", _licence, scope="licenses.read"),
    declare("/licenses", "licenses", scope="licenses.read", count=(2, 4)),
    declare(
        "/license_allocations",
        "license_allocations",
        "classic",
        _allocations,
        scope="licenses.read",
        no_total=True,
    ),
    declare(
        "/session_configurations",
        "session_configurations",
        scope="session_configurations.read",
        choices="type=mobile,web",
        filters="type=type",
        count=(2, 2),
    ),
)
