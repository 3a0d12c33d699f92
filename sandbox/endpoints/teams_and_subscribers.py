"""Members of teams, subscribers and subscriptions, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.configuration import KINDS, Ref
from sandbox.api.declarations import Settings, declare

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

_ACCOUNT = "PACCT01"
_ROLES = ("manager", "responder", "observer")


def _members(query: Query) -> list[Record]:
    """List who is in a team: those whose record says so; in the oldest team everybody."""
    configuration, team = query.account.configuration, query.ids[0]
    everybody = team == query.account.initial_configuration.ids["teams"][0]
    full = "users" in query.include
    return [
        {
            "user": configuration.refer("users", each["id"], query.zone, full=full),
            "role": query.seeded.random("role", team, each["id"]).pick(_ROLES),
        }
        for each in configuration.all("users")
        if everybody or any(isinstance(ref, Ref) and ref.id == team for ref in each["teams"])
    ]


def _subscriptions(word: str) -> Callable[[Query], list[Record]]:
    def source(query: Query) -> list[Record]:
        own = query.ids[0]
        random = query.seeded.random("subscriptions", own)
        records: dict[str, Record] = {}
        for _ in range(random.below(5)):
            kind = random.pick(("incidents", "business_services"))
            about = query.seeded.some_id(kind, random)
            records[about] = {
                "subscription": {
                    "subscriber_id": own,
                    "subscriber_type": word,
                    "subscribable_id": about,
                    "subscribable_type": KINDS[kind][0] if kind in KINDS else "incident",
                    "account_id": _ACCOUNT,
                },
                "subscribable_name": None
                if kind == "incidents"
                else f"{query.seeded.texts.word} {about}",
            }
        return list(records.values())

    return source


def subscribers(query: Query) -> list[Record]:
    """List who is subscribed to an incident or a business service: users and teams, or nobody."""
    random = query.seeded.random("subscribers", *query.ids)
    records: dict[str, Record] = {}
    for _ in range(random.below(5)):
        kind = random.pick(("users", "users", "teams"))
        own = query.seeded.some_id(kind, random)
        records[own] = {"subscriber_id": own, "subscriber_type": KINDS[kind][0]}
    return list(records.values())


def account_id(_query: Query) -> Record:
    """Give what else lists of subscribers say."""
    return {"account_id": _ACCOUNT}


def _tags_of(query: Query, own: str) -> list[str]:
    ids = query.account.initial_configuration.ids["tags"]
    random = query.seeded.random("tags", own)
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
TEAMS_AND_SUBSCRIBERS = (
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
