"""The records of all endpoints but the core ones: made, kept, replaced, looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.dice import SeededRandom, hash_of
from sandbox.directory import KINDS, Part
from sandbox.errors import not_found, refusal
from sandbox.making import RecordContext, bare_reference, hash_of_text, own_id
from sandbox.query import Query
from sandbox.rows import RecordList, list_of
from sandbox.times import UTC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from sandbox.account import Account
    from sandbox.directory import Record
    from sandbox.endpoints import Endpoint
    from sandbox.options import Options
    from sandbox.reads import GeneratedEndpoint
    from sandbox.words import Json

_KEPT = 20_000

_PARENTS = {
    "/service_dependencies/technical_services": "services",
    "/service_dependencies/business_services": "business_services",
    "/event_orchestrations/services": "services",
    "/standards/scores/technical_services": "services",
    "/analytics/raw/incidents": "incidents",
    "/analytics/raw/responders": "users",
}
"""What the id is of that follows a path which does not say so itself."""


class Library:
    """Everything that the endpoints of `catalog.py` tell of an account."""

    def __init__(self, account: Account, options: Options, reads: Mapping[str, Endpoint]) -> None:
        """Take the account and the endpoints by path; nothing is made yet."""
        self.account: Account = account
        self.options = options
        self.seed = hash_of(options.seed, 0x11B)
        self._reads = reads
        self._made: dict[tuple[Any, ...], Record] = {}
        self._version = -1
        self._replaced: dict[str, list[Record]] = {}

    # -- records that are made up --------------------------------------------------------------

    def make(
        self,
        path: str,
        ids: tuple[str, ...],
        number: int,
        zone: tzinfo,
        include: frozenset[str] = frozenset(),
    ) -> Record:
        """Make the number-th record of an endpoint."""
        if self._version != self.account.configuration.version or len(self._made) > _KEPT:
            self._made.clear()
            self._version = self.account.configuration.version
        key = (path, ids, number, zone, include)
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = RecordContext(self, path, ids, number, zone, include).record()
        return known

    def count(self, path: str, ids: tuple[str, ...] = ()) -> int:
        """Count the records of an endpoint that are made up."""
        least, most = self.read(path).count
        return least + hash_of(self.seed, hash_of_text(path), *map(hash_of_text, ids), 2) % (
            most - least + 1
        )

    def random(self, *key: int | str) -> SeededRandom:
        """Give throws that depend on the account and a key only."""
        return SeededRandom(
            self.seed, *(hash_of_text(each) if isinstance(each, str) else each for each in key)
        )

    def some_id(self, kind: str, random: SeededRandom) -> str:
        """Choose the id of some record: of a kind (`users`, …) or of an endpoint (its path)."""
        if kind.startswith("/"):
            count = self.count(kind)
            return own_id(self, kind, (), random.below(count) if count else 0)
        if kind == "incidents":
            return self.account.incident_store.facts(self._some_serial(random)).id
        return random.pick(self.account.initial_configuration.ids[kind])

    def _some_serial(self, random: SeededRandom) -> int:
        """Choose one of the incidents that the account has had from its start."""
        return self.account.incident_store.first + random.below(self.options.incidents)

    def refer(self, kind: str, context: RecordContext, name: str) -> Record:
        """Refer to some record; the full record if `include[]` asks for it."""
        full = not {kind, name, f"{name}s"}.isdisjoint(context.include)
        random = context.random
        if kind == "incidents":
            serial = self._some_serial(random)
            incidents = self.account.incident_view
            return incidents.show(serial, context.zone) if full else incidents.reference(serial)
        if kind == "integrations":
            return self.integration(random)
        if kind == "contact_methods":
            return random.pick(self.contact_methods(context.ids[0], context.zone, full=full))
        own = self.some_id(kind, random)
        return self.account.configuration.refer(kind, own, context.zone, full=full)

    def integration(self, random: SeededRandom) -> Record:
        """Refer to an integration of some service."""
        configuration = self.account.configuration
        services = [
            configuration.get("services", each)
            for each in self.account.initial_configuration.ids["services"]
        ]
        parts = [part for each in services if each for part in each["integrations"]]
        part = random.pick(parts) if parts else None
        if not isinstance(part, Part):
            return bare_reference("PINTEG0", "inbound_integration_reference", None)
        shown: Record = configuration.show("services", {"id": "", "x": part}, UTC)["x"]
        return shown

    def contact_methods(self, user: str, zone: tzinfo, *, full: bool = True) -> list[Record]:
        """List the contact methods of a user, or references to them."""
        configuration = self.account.configuration
        record = configuration.get("users", user)
        if record is None:
            return [bare_reference("PCONT00", "email_contact_method_reference", None)]
        include = {"contact_methods"} if full else ()
        shown: list[Record] = configuration.show("users", record, zone, include)["contact_methods"]
        return shown or [bare_reference("PCONT00", "email_contact_method_reference", None)]

    def web(self, path: str) -> str:
        """Give the address of a page of the web app."""
        return self.account.configuration.web(path)

    # -- parents -------------------------------------------------------------------------------

    def check_parents(self, path: str, ids: tuple[str, ...]) -> None:
        """Refuse (404; 400 for a schedule of the other family) unless all parents are there."""
        pieces = path.split("{id}")
        for place, own in enumerate(ids):
            if not pieces[place + 1] and self._is_own(path):
                return
            prefix = "{id}".join(pieces[: place + 1]).rstrip("/")
            if not self._is_there(prefix, ids[:place], own):
                self.check_family(prefix, own)
                raise not_found()

    def _is_own(self, path: str) -> bool:
        """Tell whether the last id in a path is that of the record itself."""
        prefix = path[: -len("/{id}")]
        return prefix not in _PARENTS

    def check_family(self, prefix: str, own: str) -> None:
        """Refuse the id of a legacy schedule among the flexible ones, and the other way round."""
        legacy = self.account.configuration.get("schedules", own) is not None
        if prefix.startswith("/v3/schedules") and legacy:
            raise refusal(400, 2001, "Schedule is not a v3 schedule.")
        if prefix == "/schedules" and own in self.own_ids("/v3/schedules"):
            raise refusal(400, 2001, "Schedule is a v3 schedule.")

    def _is_there(self, prefix: str, before: tuple[str, ...], own: str) -> bool:
        kind = self._kind(prefix)
        if kind == "incidents":
            return self.account.serial_of(own) is not None and not own.isdigit()
        if kind is not None:
            return self.account.configuration.get(kind, own) is not None
        return own in self._names(prefix, before)

    def _names(self, prefix: str, before: tuple[str, ...]) -> list[str]:
        """List what may stand for the records of an endpoint in a path."""
        if prefix == "/status_dashboards/url_slugs":
            boards = self.rows(self.read("/status_dashboards"), self.query()).all()
            return [str(each["url_slug"]) for each in boards]
        return self.own_ids(prefix, before)

    def _kind(self, prefix: str) -> str | None:
        """Tell of which core kind the records are whose id follows; None: of an endpoint here."""
        kind = _PARENTS.get(prefix, prefix[1:])
        return kind if kind in KINDS or kind == "incidents" else None

    def own_ids(self, path: str, ids: tuple[str, ...] = ()) -> list[str]:
        """List the ids of an endpoint's records; of incident types their names as well."""
        records = self.rows(self.read(path), self.query(ids)).all()
        found = [str(each["id"]) for each in records if "id" in each]
        if path == "/incidents/types":
            found += [str(each["name"]) for each in records]
        return found

    def parents(self, path: str) -> Iterator[tuple[str, ...]]:
        """List the ids of all parents (tuples, one id for each `{id}` in the path)."""
        places = path.count("{id}")
        pieces = path.split("{id}")

        def under(place: int, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
            if place == places:
                yield before
                return
            prefix = "{id}".join(pieces[: place + 1]).rstrip("/")
            kind = self._kind(prefix)
            if kind == "incidents":
                incident_store = self.account.incident_store
                own = [incident_store.facts(each).id for each in incident_store.between(None, None)]
            elif kind is not None:
                own = [str(each["id"]) for each in self.account.configuration.all(kind)]
            else:
                own = self._names(prefix, before)
                own = own[: len(own) // 2] if prefix == "/incidents/types" else own
            for each in own:
                yield from under(place + 1, (*before, each))

        return under(0, ())

    # -- what endpoints answer with ------------------------------------------------------------

    def read(self, path: str) -> GeneratedEndpoint:
        """Give the data sheet of a path."""
        return self._reads[path]  # type: ignore[return-value]

    def query(self, ids: tuple[str, ...] = (), **more: Any) -> Query:  # noqa: ANN401
        """Make the query that asks for everything, in UTC."""
        now = self.account.clock.now()
        own = ids[0] if ids else ""
        return Query(self.account, self.options, now, own, ids=ids, library=self, **more)

    def rows(self, endpoint: Endpoint, query: Query) -> RecordList:
        """Give all records of an endpoint."""
        path = endpoint.path
        for own in query.ids:
            path = path.replace("{id}", own, 1)
        found = self._replaced.get(path)
        if found is None:
            found = endpoint.source(query)
        return found if isinstance(found, RecordList) else list_of(found, lambda record: record)

    def replace(self, path: str, records: list[Record]) -> None:
        """Make the records of a path (with ids in it) be these from now on."""
        self._replaced[path] = records
        self._made.clear()

    def one(
        self, many: GeneratedEndpoint, ids: tuple[str, ...], own: str, place: str, query: Query
    ) -> Record:
        """Find one record of a list."""
        everything = self.query(ids, zone=query.zone, include=query.include)
        for record in self.rows(many, everything).all():
            if str(record.get(place)) == own:
                return record
            if many.path == "/incidents/types" and record["name"] == own:
                return record
        self.check_family(many.path, own)
        raise not_found()

    def everything(self, endpoint: Endpoint, query: Query) -> list[Json]:
        """Give all records of an endpoint, or its one record, as a list."""
        found = endpoint.source(query) if _is_single(endpoint) else self.rows(endpoint, query).all()
        return found if isinstance(found, list) else [found]


def _is_single(endpoint: Endpoint) -> bool:
    """Tell whether the source of an endpoint gives one record, no list."""
    paging = getattr(endpoint, "paging", None)
    return paging == "single" or (paging is None and not endpoint.paged)
