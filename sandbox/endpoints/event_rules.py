"""Rulesets and event orchestrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import Settings, declare, one_for_each_parent, single
from sandbox.values.seeded_random import hash_of, hash_of_text

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record


def _recommended(query: Query) -> list[Record]:
    path, teams = "/recommendations/event_orchestrations/rules", query.many("team_ids[]")
    configuration = query.account.configuration
    records = [
        query.records.make(path, (), each, query.zone) for each in range(query.seeded.count(path))
    ]
    owners = [configuration.get("services", each["parent"]["id"]) for each in records]
    return [
        record
        for record, owner in zip(records, owners, strict=True)
        if not teams or (owner and any(ref.id in teams for ref in owner["teams"]))
    ]


def _active(query: Query) -> bool:
    return hash_of(hash_of_text(query.ids[0])) % 2 == 0


_RULESETS = declare("/rulesets", "rulesets", "classic", scope="event_rules.read", count=(26, 30))
_RULES = declare("/rulesets/{id}/rules", "rules", "classic", scope="event_rules.read", count=(0, 4))
_SERVICE_RULES = declare(
    "/services/{id}/rules",
    "rules",
    "classic",
    scope="services.read",
    includes="migrated_metadata",
    count=(0, 3),
)
_ORCHESTRATIONS = declare(
    "/event_orchestrations",
    "orchestrations",
    "classic",
    scope="event_orchestrations.read",
    sorts="name routes created_at",
    no_total=True,
    count=(26, 30),
)
_EO: Settings = {"scope": "event_orchestrations.read"}
_EO_INTEGRATIONS = declare(
    "/event_orchestrations/{id}/integrations", "integrations", count=(0, 3), **_EO
)
_EO_CACHE = declare(
    "/event_orchestrations/{id}/cache_variables", "cache_variables", count=(0, 3), **_EO
)
_SERVICE_CACHE = declare(
    "/event_orchestrations/services/{id}/cache_variables",
    "cache_variables",
    scope="services.read",
    count=(0, 2),
)
EVENT_RULES = (
    _RULESETS,
    single("/rulesets/{id}", "ruleset", _RULESETS),
    _RULES,
    single("/rulesets/{id}/rules/{id}", "rule", _RULES),
    _SERVICE_RULES,
    single("/services/{id}/rules/{id}", "rule", _SERVICE_RULES, includes=""),
    _ORCHESTRATIONS,
    single("/event_orchestrations/{id}", "orchestration", _ORCHESTRATIONS),
    _EO_INTEGRATIONS,
    single("/event_orchestrations/{id}/integrations/{id}", "integration", _EO_INTEGRATIONS),
    _EO_CACHE,
    single("/event_orchestrations/{id}/cache_variables/{id}", "cache_variable", _EO_CACHE),
    declare("/event_orchestrations/{id}/enablements", "enablements", count=(0, 2), **_EO),
    one_for_each_parent("/event_orchestrations/{id}/router", "orchestration_path", **_EO),
    one_for_each_parent("/event_orchestrations/{id}/global", "orchestration_path", **_EO),
    one_for_each_parent("/event_orchestrations/{id}/unrouted", "orchestration_path", **_EO),
    one_for_each_parent(
        "/event_orchestrations/services/{id}",
        "orchestration_path",
        scope="services.read",
        includes="migrated_metadata",
    ),
    declare(
        "/event_orchestrations/services/{id}/active",
        "active",
        "single",
        _active,
        scope="services.read",
    ),
    _SERVICE_CACHE,
    single(
        "/event_orchestrations/services/{id}/cache_variables/{id}",
        "cache_variable",
        _SERVICE_CACHE,
    ),
    declare("/services/{id}/enablements", "enablements", scope="services.read", count=(0, 2)),
    declare(
        "/recommendations/event_orchestrations/rules",
        "recommended_rules",
        "cursor",
        _recommended,
        params="team_ids[]",
        scope="recommendations.read",
        choices="actions[]=suppress,severity,priority",
        filters="service_id=parent.id service_ids[]=parent.id",
        max_limit=50,
        count=(51, 70),
    ),
)
