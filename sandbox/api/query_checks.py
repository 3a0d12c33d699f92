"""Checks the parameters and the body of a request as strictly as PagerDuty does, or more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sandbox.api.errors import TOO_DEEP, refusal
from sandbox.values.timestamps import zone_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from sandbox.api.endpoint import Endpoint, GeneratedEndpoint, Query
    from sandbox.values.json_types import Record

MAX_REACH = 10_000


def check(query: Query, endpoint: Endpoint) -> None:
    """Check the parameters of a request; raises ApiError for what the API refuses."""
    unknown = sorted(query.values.keys() - endpoint.accepted)
    if unknown:
        raise refusal(400, 2001, *(f"Unknown parameter: {name}" for name in unknown))
    query.zone = query.home_zone
    if "time_zone" in endpoint.accepted:
        query.zone = _zone(query)
    query.include = _include(query, endpoint)
    query.sort = _sort(query, endpoint)
    _choices(query, endpoint)
    _abilities(query)
    if "limit" in endpoint.accepted:
        default = min(endpoint.max_limit, endpoint.default_limit)
        query.limit = min(endpoint.max_limit, _number(query, "limit", default, 1))
    if endpoint.paged:
        query.offset = _number(query, "offset", 0, 0)
        query.total = query.flag("total")
        if query.offset + query.limit > MAX_REACH:
            raise refusal(400, 2002, TOO_DEEP)
    if endpoint.window is not None:
        endpoint.window(query)


def _zone(query: Query) -> tzinfo:
    name = query.one("time_zone")
    try:
        return query.home_zone if name is None else zone_of(name)
    except ValueError:
        raise refusal(400, 2001, "Time zone is invalid.") from None


def _include(query: Query, endpoint: Endpoint) -> frozenset[str]:
    include = query.many("include[]")
    for name in sorted(include - set(endpoint.includes)):
        raise refusal(400, 2001, f"include[] {name} is invalid.")
    return include


def _sort(query: Query, endpoint: Endpoint) -> tuple[tuple[str, bool], ...]:
    text = query.one("sort_by")
    if text is None:
        return ()
    fields = []
    for part in text.split(","):
        name, _, direction = part.partition(":")
        if name not in endpoint.sorts or direction not in {"", "asc", "desc"}:
            raise refusal(400, 2001, f"sort_by {part} is invalid.")
        fields.append((name, direction == "desc"))
    if len(fields) > endpoint.max_sorts or len(query.values["sort_by"]) > 1:
        raise refusal(400, 2001, f"sort_by takes at most {endpoint.max_sorts} fields.")
    return tuple(fields)


def _choices(query: Query, endpoint: Endpoint) -> None:
    for name, allowed in endpoint.choices.items():
        for value in query.values.get(name, ()):
            if value not in allowed:
                raise refusal(400, 2001, f"{name} {value} is invalid.")


def _abilities(query: Query) -> None:
    """Refuse filters for which the account's plan lacks the ability, as their text says."""
    for name, ability in (("team_ids[]", "teams"), ("urgencies[]", "urgencies")):
        if name in query.values and ability in query.options.plan_without:
            raise refusal(402, 2014, f"The account lacks the ability {ability}.")


def _number(query: Query, name: str, default: int, least: int) -> int:
    """Read a whole number."""
    text = query.one(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise refusal(400, 2001, f"{name.capitalize()} is invalid.")
    return int(text)


def body_of(endpoint: GeneratedEndpoint, text: bytes) -> Record:
    """Read what a request brought, and refuse what the endpoint does not know."""
    if not text or not endpoint.body_keys:
        return {}
    try:
        body = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise refusal(400, 2001, "The body is not JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("filters", {}), dict):
        raise refusal(400, 2001, "The body is not an object.")
    given = {*body, *(f"filters.{name}" for name in body.get("filters", {}))}
    unknown = sorted(given - endpoint.body_keys)
    if unknown:
        raise refusal(400, 2001, *(f"Unknown property: {name}" for name in unknown))
    return body
