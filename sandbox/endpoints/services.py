"""Integrations and dependencies of services, business services, status dashboards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import Settings, declare, single
from sandbox.api.endpoint_records import one_of
from sandbox.endpoints import custom_fields
from sandbox.values.ids import short_id
from sandbox.values.seeded_random import SeededRandom, hash_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

_ACCOUNT = "PACCT01"
_ROLES = ("manager", "responder", "observer")


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
    configuration = query.account.configuration
    technical = [str(each["id"]) for each in configuration.all("services")]
    business = [str(each["id"]) for each in configuration.all("business_services")]
    found = []
    for kind, owns in (("business_service", business), ("technical_service", technical)):
        for own in owns:
            random = query.seeded.random("depends", own)
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
    """Return whether a business service is impacted."""
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
    return [impact(query, own, query.seeded.random("impact", own)) for own in ids]


def _supporting(query: Query) -> list[Record]:
    """List the business services that another one stands on."""
    random = query.seeded.random
    others = [each for each in _impacts(query) if each["id"] != query.ids[0]]
    return [each for each in others if random("supports", query.ids[0], each["id"]).one_in(3)]


def _dashboard_impacts(query: Query) -> list[Record]:
    random = query.seeded.random
    return [each for each in _impacts(query) if random(query.ids[0], each["id"]).below(2)]


def _slug_impacts(query: Query) -> list[Record]:
    dashboard = one_of(_DASHBOARDS, (), query.ids[0], "url_slug", query)
    query.ids = (str(dashboard["id"]),)
    return _dashboard_impacts(query)


def _by_slug(query: Query) -> Record:
    return one_of(_DASHBOARDS, (), query.ids[0], "url_slug", query)


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
    *custom_fields.SERVICE_FIELDS,
)
