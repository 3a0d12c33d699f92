"""Endpoints about users, teams, services and business services, and about the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import fields
from sandbox.directory import KINDS, Ref
from sandbox.founding import ACCOUNT_CREATED
from sandbox.ids import short_id
from sandbox.making import hash_of_text
from sandbox.reads import declare, single
from sandbox.times import DAY, iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.dice import SeededRandom
    from sandbox.directory import Record
    from sandbox.query import Query
    from sandbox.reads import Settings

_ACCOUNT = "PACCT01"
_ROLES = ("manager", "responder", "observer")

# -- users ---------------------------------------------------------------------------------------


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
    library = query.library
    number = library.random("licence", user).below(library.count("/licenses"))
    made = library.make("/licenses", (), number, query.zone)
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

# -- teams, subscribers, tags --------------------------------------------------------------------


def _members(query: Query) -> list[Record]:
    """List who is in a team: those whose record says so; in the oldest team everybody."""
    configuration, team = query.account.configuration, query.ids[0]
    everybody = team == query.account.initial_configuration.ids["teams"][0]
    full = "users" in query.include
    return [
        {
            "user": configuration.refer("users", each["id"], query.zone, full=full),
            "role": query.library.random("role", team, each["id"]).pick(_ROLES),
        }
        for each in configuration.all("users")
        if everybody or any(isinstance(ref, Ref) and ref.id == team for ref in each["teams"])
    ]


def _subscriptions(word: str) -> Callable[[Query], list[Record]]:
    def source(query: Query) -> list[Record]:
        library, own = query.library, query.ids[0]
        random = library.random("subscriptions", own)
        records: dict[str, Record] = {}
        for _ in range(random.below(5)):
            kind = random.pick(("incidents", "business_services"))
            about = library.some_id(kind, random)
            records[about] = {
                "subscription": {
                    "subscriber_id": own,
                    "subscriber_type": word,
                    "subscribable_id": about,
                    "subscribable_type": KINDS[kind][0] if kind in KINDS else "incident",
                    "account_id": _ACCOUNT,
                },
                "subscribable_name": None if kind == "incidents" else f"Größe {about}",
            }
        return list(records.values())

    return source


def subscribers(query: Query) -> list[Record]:
    """List who is subscribed to an incident or a business service: users and teams, or nobody."""
    library = query.library
    random = library.random("subscribers", *query.ids)
    records: dict[str, Record] = {}
    for _ in range(random.below(5)):
        kind = random.pick(("users", "users", "teams"))
        own = library.some_id(kind, random)
        records[own] = {"subscriber_id": own, "subscriber_type": KINDS[kind][0]}
    return list(records.values())


def account_id(_query: Query) -> Record:
    """Give what else lists of subscribers say."""
    return {"account_id": _ACCOUNT}


def _tags_of(query: Query, own: str) -> list[str]:
    ids = query.account.initial_configuration.ids["tags"]
    random = query.library.random("tags", own)
    return random.some(ids, random.below(4))


def _tags(query: Query) -> list[Record]:
    configuration = query.account.configuration
    tags = [configuration.get("tags", each) for each in _tags_of(query, query.ids[0])]
    return [configuration.show("tags", each, query.zone) for each in tags if each]


def _tagged(kind: str) -> Callable[[Query], list[Record]]:
    def source(query: Query) -> list[Record]:
        configuration, tag = query.account.configuration, query.ids[0]
        return [
            configuration.reference(kind, each["id"])
            for each in configuration.all(kind)
            if tag in _tags_of(query, each["id"])
        ]

    return source


_TAGGABLE = ("users", "teams", "escalation_policies")
_SUBSCRIBERS: Settings = {"scope": "subscribers.read"}
TEAMS = (
    declare(
        "/teams/{id}/members",
        "members",
        "classic",
        _members,
        scope="teams.read",
        ability="teams",
        includes="users",
    ),
    *(
        declare(
            f"/{kind}/{{id}}/notification_subscriptions",
            "subscriptions",
            "undocumented",
            _subscriptions(word),
            **_SUBSCRIBERS,
        )
        for kind, word in (("teams", "team"), ("users", "user"))
    ),
    declare(
        "/business_services/{id}/subscribers",
        "subscribers",
        "undocumented",
        subscribers,
        extra=account_id,
        **_SUBSCRIBERS,
    ),
    *(
        declare(f"/{kind}/{{id}}/tags", "tags", "classic", _tags, scope="tags.read")
        for kind in _TAGGABLE
    ),
    *(
        declare(f"/tags/{{id}}/{kind}", kind, "classic", _tagged(kind), scope="tags.read")
        for kind in _TAGGABLE
    ),
)

# -- services ------------------------------------------------------------------------------------


def _integrations(query: Query) -> list[Record]:
    """List the integrations of a service (there is no such list; for the one by its id)."""
    configuration = query.account.configuration
    service = configuration.get("services", query.ids[0])
    shown: list[Record] = configuration.show(
        "services", service or {}, query.zone, {"integrations"}
    )["integrations"]
    return shown


def _relationships(kind: str) -> Callable[[Query], list[Record]]:
    """Make the source of the dependencies that a service is part of, on either side."""

    def source(query: Query) -> list[Record]:
        return [
            each
            for each in _all_relationships(query)
            if {"type": f"{kind}_reference", "id": query.ids[0]}
            in (each["supporting_service"], each["dependent_service"])
        ]

    return source


def _all_relationships(query: Query) -> list[Record]:
    configuration, library = query.account.configuration, query.library
    technical = [str(each["id"]) for each in configuration.all("services")]
    business = [str(each["id"]) for each in configuration.all("business_services")]
    found = []
    for kind, owns in (("business_service", business), ("technical_service", technical)):
        for own in owns:
            random = library.random("depends", own)
            others = random.some(
                query.account.initial_configuration.ids["services"], random.below(4)
            )
            found += [
                _relationship(other, kind, own)
                for other in others
                if other != own and other in technical
            ]
    return found


def _relationship(supporting: str, kind: str, dependent: str) -> Record:
    return {
        "id": f"D{short_id(hash_of_text(supporting), hash_of_text(dependent))}{dependent[:6]}",
        "type": "service_dependency",
        "supporting_service": {"id": supporting, "type": "technical_service_reference"},
        "dependent_service": {"id": dependent, "type": f"{kind}_reference"},
    }


def impact(query: Query, own: str, random: SeededRandom) -> Record:
    """Tell whether a business service is impacted."""
    record = query.account.configuration.get("business_services", own)
    worst = random.pick(
        (None, {"id": query.account.initial_configuration.ids["priorities"][0], "order": 4000})
    )
    asked = "services.highest_impacting_priority" in query.many("additional_fields[]")
    more = {"additional_fields": {"highest_impacting_priority": worst}} if asked else {}
    return {
        "id": own,
        "name": record["name"] if record else None,
        "type": "business_service",
        "status": random.pick(("impacted", "not_impacted")),
        **more,
    }


def _impacts(query: Query) -> list[Record]:
    ids = [str(each["id"]) for each in query.account.configuration.all("business_services")]
    return [impact(query, own, query.library.random("impact", own)) for own in ids]


def _supporting(query: Query) -> list[Record]:
    """List the business services that another one stands on."""
    random = query.library.random
    others = [each for each in _impacts(query) if each["id"] != query.ids[0]]
    return [each for each in others if random("supports", query.ids[0], each["id"]).one_in(3)]


def _dashboard_impacts(query: Query) -> list[Record]:
    random = query.library.random
    return [each for each in _impacts(query) if random(query.ids[0], each["id"]).below(2)]


def _slug_impacts(query: Query) -> list[Record]:
    dashboard = query.library.one(_DASHBOARDS, (), query.ids[0], "url_slug", query)
    query.ids = (str(dashboard["id"]),)
    return _dashboard_impacts(query)


def _by_slug(query: Query) -> Record:
    return query.library.one(_DASHBOARDS, (), query.ids[0], "url_slug", query)


def _impacted(query: Query) -> Record:
    if "total_impacted_count" not in query.many("additional_fields[]"):
        return {}
    count = sum(each["status"] == "impacted" for each in _impacts(query))
    return {"additional_fields": {"total_impacted_count": count}}


def _impactors(query: Query) -> list[Record]:
    incident_store = query.account.incident_store
    return [
        {"id": incident_store.facts(each).id, "type": "incident"}
        for each in incident_store.open_serials()
        if each % 2 == 0
    ]


def _threshold(query: Query) -> Record:
    return {"id": query.account.initial_configuration.ids["priorities"][1], "order": 3000}


_MORE_FIELDS = "additional_fields[]=services.highest_impacting_priority,total_impacted_count"
_SERVICES: Settings = {"scope": "services.read"}
_BOARD: Settings = {"scope": "status_dashboards.read"}
_DASHBOARDS = declare(
    "/status_dashboards", "status_dashboards", "next_only", count=(3, 6), **_BOARD
)
_INTEGRATIONS = declare("/services/{id}/integrations", "integrations", source=_integrations)
SERVICES = (
    single(
        "/services/{id}/integrations/{id}",
        "integration",
        _INTEGRATIONS,
        scope="services.read",
        includes="services vendors",
    ),
    *(
        declare(
            f"/service_dependencies/{kind}s/{{id}}",
            "relationships",
            source=_relationships(kind),
            **_SERVICES,
        )
        for kind in ("technical_service", "business_service")
    ),
    declare(
        "/business_services/impacts",
        "services",
        "top",
        _impacts,
        choices=_MORE_FIELDS,
        filters="ids[]=id",
        extra=_impacted,
        **_SERVICES,
    ),
    declare(
        "/business_services/{id}/supporting_services/impacts",
        "services",
        "top",
        _supporting,
        choices=_MORE_FIELDS,
        filters="ids[]=id",
        extra=_impacted,
        **_SERVICES,
    ),
    declare(
        "/business_services/impactors",
        "impactors",
        "top",
        _impactors,
        params="ids[]",
        **_SERVICES,
    ),
    declare(
        "/business_services/priority_thresholds",
        "global_threshold",
        "single",
        _threshold,
        **_SERVICES,
    ),
    _DASHBOARDS,
    single("/status_dashboards/{id}", "status_dashboard", _DASHBOARDS),
    declare("/status_dashboards/url_slugs/{id}", "status_dashboard", "single", _by_slug, **_BOARD),
    declare(
        "/status_dashboards/{id}/service_impacts",
        "services",
        "top",
        _dashboard_impacts,
        choices=_MORE_FIELDS,
        extra=_impacted,
        **_BOARD,
    ),
    declare(
        "/status_dashboards/url_slugs/{id}/service_impacts",
        "services",
        "top",
        _slug_impacts,
        choices=_MORE_FIELDS,
        extra=_impacted,
        **_BOARD,
    ),
    *fields.SERVICE_FIELDS,
)
PEOPLE = (*USERS, *TEAMS, *SERVICES)
