"""Standards of services and their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.declarations import Settings, declare
from sandbox.api.errors import refusal
from sandbox.values.seeded_random import hash_of, hash_of_text

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

_MAX_IDS = 100


def _scored(query: Query, own: str) -> list[Record]:
    records = []
    for number in range(query.seeded.count("/standards")):
        made = query.records.make("/standards", (), number, query.zone)
        part = {name: made[name] for name in ("id", "name", "description", "type", "active")}
        passes = hash_of(hash_of_text(own), number, query.seeded.seed) % 3 > 0
        records.append({**part, "pass": passes})
    return records


def _scores(query: Query) -> list[Record]:
    """Score the services whose ids are asked for; all of them when the truth is."""
    given = [each for text in query.values.get("ids", ()) for each in text.split(",") if each]
    if query.values and len(given) > _MAX_IDS:
        raise refusal(400, 2001, "ids takes at most 100 ids.")
    configuration = query.account.configuration
    wanted = given or [str(each["id"]) for each in configuration.all("services")]
    records = []
    for own in dict.fromkeys(wanted):
        if configuration.get("services", own) is not None:
            standards = _scored(query, own)
            passing = sum(each["pass"] for each in standards)
            records.append(
                {
                    "resource_id": own,
                    "resource_type": "technical_service",
                    "score": {"passing": passing, "total": len(standards)},
                    "standards": standards,
                }
            )
    return records


def _ids_needed(query: Query) -> None:
    if not query.one("ids"):
        raise refusal(400, 2003, "ids cannot be empty.")


_STANDARDS: Settings = {"scope": "standards.read"}
STANDARDS = (
    declare(
        "/standards",
        "standards",
        choices="active=true,false resource_type=technical_service",
        filters="active=active resource_type=resource_type",
        **_STANDARDS,
    ),
    declare(
        "/standards/scores/technical_services",
        "resources",
        source=_scores,
        params="ids",
        check=_ids_needed,
        **_STANDARDS,
    ),
    declare(
        "/standards/scores/technical_services/{id}",
        "standards",
        source=lambda query: _scored(query, query.ids[0]),
        **_STANDARDS,
    ),
)
