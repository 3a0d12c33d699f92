"""The records behind a path: all of them, one of them, the parents that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.configuration import KINDS
from sandbox.api.endpoint import Endpoint, GeneratedEndpoint, Query
from sandbox.api.errors import not_found, refusal
from sandbox.api.record_list import RecordList, list_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.values.json_types import Json, Record

_PARENTS = {
    "/service_dependencies/technical_services": "services",
    "/service_dependencies/business_services": "business_services",
    "/event_orchestrations/services": "services",
    "/standards/scores/technical_services": "services",
    "/analytics/raw/incidents": "incidents",
    "/analytics/raw/responders": "users",
}
"""What the id is of that follows a path which does not say so itself."""


# -- records ---------------------------------------------------------------------------------------


def records_of(endpoint: Endpoint, query: Query) -> RecordList:
    """List all records of an endpoint under the parents in the path, in the endpoint's order."""
    path = endpoint.path
    for own in query.ids:
        path = path.replace("{id}", own, 1)
    found = query.api.replaced.get(path)
    if found is None:
        found = endpoint.source(query)
    return found if isinstance(found, RecordList) else list_of(found, lambda record: record)


def one_of(many: Endpoint, ids: tuple[str, ...], own: str, place: str, query: Query) -> Record:
    """Find the record of a list whose property `place` is `own`; 404 if there is none."""
    asked = query.api.query(ids, zone=query.zone, include=query.include)
    for record in records_of(many, asked).all():
        if str(record.get(place)) == own:
            return record
        if many.path == "/incidents/types" and record["name"] == own:
            return record
    check_family(query, many.path, own)
    raise not_found()


def everything(endpoint: Endpoint, query: Query) -> list[Json]:
    """Return all records of an endpoint, or its one record, as a list."""
    if _is_single(endpoint):
        found = endpoint.source(query)
        return found if isinstance(found, list) else [found]
    return records_of(endpoint, query).all()


def _is_single(endpoint: Endpoint) -> bool:
    """Return whether the source of an endpoint gives one record, no list."""
    if isinstance(endpoint, GeneratedEndpoint):
        return endpoint.paging == "single"
    return not endpoint.paged


def ids_of(query: Query, path: str, ids: tuple[str, ...] = ()) -> list[str]:
    """List the ids of an endpoint's records; of incident types their names as well."""
    records = records_of(query.api.endpoints[path], query.api.query(ids)).all()
    found = [str(each["id"]) for each in records if "id" in each]
    if path == "/incidents/types":
        found += [str(each["name"]) for each in records]
    return found


# -- parents ---------------------------------------------------------------------------------------


def check_parents(query: Query, path: str, ids: tuple[str, ...]) -> None:
    """Refuse (404; 400 for a schedule of the other family) unless all parents are there."""
    pieces = path.split("{id}")
    for place, own in enumerate(ids):
        if not pieces[place + 1] and _is_own(path):
            return
        prefix = "{id}".join(pieces[: place + 1]).rstrip("/")
        if not _is_there(query, prefix, ids[:place], own):
            check_family(query, prefix, own)
            raise not_found()


def check_family(query: Query, prefix: str, own: str) -> None:
    """Refuse the id of a legacy schedule among the flexible ones, and the other way round."""
    legacy = query.account.configuration.get("schedules", own) is not None
    if prefix.startswith("/v3/schedules") and legacy:
        raise refusal(400, 2001, "Schedule is not a v3 schedule.")
    if prefix == "/schedules" and own in ids_of(query, "/v3/schedules"):
        raise refusal(400, 2001, "Schedule is a v3 schedule.")


def parents(query: Query, path: str) -> Iterator[tuple[str, ...]]:
    """List the ids of all parents (tuples, one id for each `{id}` in the path)."""
    places = path.count("{id}")
    pieces = path.split("{id}")
    account = query.account

    def under(place: int, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if place == places:
            yield before
            return
        prefix = "{id}".join(pieces[: place + 1]).rstrip("/")
        kind = _kind(prefix)
        if kind == "incidents":
            store = account.incident_store
            own = [store.facts(each).id for each in store.between(None, None)]
        elif kind is not None:
            own = [str(each["id"]) for each in account.configuration.all(kind)]
        else:
            own = _names(query, prefix, before)
            own = own[: len(own) // 2] if prefix == "/incidents/types" else own
        for each in own:
            yield from under(place + 1, (*before, each))

    return under(0, ())


def _is_own(path: str) -> bool:
    """Return whether the last id in a path is that of the record itself."""
    prefix = path[: -len("/{id}")]
    return prefix not in _PARENTS


def _is_there(query: Query, prefix: str, before: tuple[str, ...], own: str) -> bool:
    kind = _kind(prefix)
    if kind == "incidents":
        return query.account.serial_of(own) is not None and not own.isdigit()
    if kind is not None:
        return query.account.configuration.get(kind, own) is not None
    return own in _names(query, prefix, before)


def _names(query: Query, prefix: str, before: tuple[str, ...]) -> list[str]:
    """List what may stand for the records of an endpoint in a path."""
    if prefix == "/status_dashboards/url_slugs":
        boards = records_of(query.api.endpoints["/status_dashboards"], query.api.query()).all()
        return [str(each["url_slug"]) for each in boards]
    return ids_of(query, prefix, before)


def _kind(prefix: str) -> str | None:
    """Return of which core kind the records are whose id follows; None: of an endpoint."""
    kind = _PARENTS.get(prefix, prefix[1:])
    return kind if kind in KINDS or kind == "incidents" else None
