"""The account's configuration records: kept, changed, deleted, referred to, rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.values.timestamps import UTC, iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import tzinfo

    from sandbox.values.json_types import Record

NOTHING: frozenset[str] = frozenset()

API = "https://api.pagerduty.com"

# The word for one record of a kind, and the page of it in the web app (None: there is none).
KINDS: dict[str, tuple[str, str | None]] = {
    "users": ("user", "users"),
    "teams": ("team", "teams"),
    "services": ("service", "service-directory"),
    "escalation_policies": ("escalation_policy", "escalation_policies"),
    "schedules": ("schedule", "schedules"),
    "priorities": ("priority", None),
    "vendors": ("vendor", None),
    "tags": ("tag", None),
    "business_services": ("business_service", None),
}


class Ref(NamedTuple):
    """Stands for a reference to a record; for the full record when `via` (or its kind) is asked."""

    kind: str
    id: str
    via: str = ""

    @staticmethod
    def url(kind: str, own: str) -> str:
        """Give the API address of a record."""
        return f"{API}/{kind}/{own}"


class At(NamedTuple):
    """Stands for a moment, which is written in the zone that the reader asked for."""

    moment: int


class Part(NamedTuple):
    """Stands for a part with an id of its own: a reference unless `include` is asked for.

    In `record`, `self` and `html_url` are paths without the id.
    """

    include: str
    record: Record


class Extra(NamedTuple):
    """Stands for a field that is only there when `include` is asked for."""

    include: str
    value: Any


class Configuration:
    """All configuration records of the account by kind and id."""

    def __init__(self, subdomain: str) -> None:
        """Start empty."""
        self._web = f"https://{subdomain}.pagerduty.com"
        self._records: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        self._gone: dict[tuple[str, str], str] = {}
        self._references: dict[tuple[str, str], Record] = {}
        self._made = dict.fromkeys(KINDS, 0)
        self.version = 0

    def put(self, kind: str, record: Record) -> None:
        """Add a record, or replace the one with the same id."""
        if record["id"] not in self._records[kind]:
            self._made[kind] += 1
        self._records[kind][record["id"]] = record
        self._changed()

    def remove(self, kind: str, own: str) -> None:
        """Delete a record; references to it stay, without addresses."""
        record = self._records[kind].pop(own)
        self._gone[kind, own] = record["summary"]
        self._changed()

    def made(self, kind: str) -> int:
        """Count the records of a kind that there ever were."""
        return self._made[kind]

    def get(self, kind: str, own: str) -> Record | None:
        """Find a record (with placeholders) by id."""
        return self._records[kind].get(own)

    def all(self, kind: str) -> list[Record]:
        """List the records of a kind (with placeholders) as the API orders them: by name."""
        records = list(self._records[kind].values())
        if kind == "priorities":
            return records
        return sorted(records, key=lambda each: (str(each["summary"]).casefold(), each["id"]))

    def reference(self, kind: str, own: str) -> Record:
        """Make the reference to a record, as other records carry it."""
        known = self._references.get((kind, own))
        if known is None:
            word, page = KINDS[kind]
            record = self._records[kind].get(own)
            there = record is not None
            summary = record["summary"] if record is not None else self._gone.get((kind, own))
            known = self._references[kind, own] = {
                "id": own,
                "type": f"{word}_reference",
                "summary": summary,
                "self": Ref.url(kind, own) if there else None,
                "html_url": f"{self._web}/{page}/{own}" if there and page else None,
            }
        return known

    def show(
        self,
        kind: str,
        record: Record,
        zone: tzinfo = UTC,
        include: Collection[str] = NOTHING,
    ) -> Record:
        """Render a record of a kind as the API sends it."""
        own, page = record["id"], KINDS[kind][1]
        shown: Record = self._render(record, zone, include)
        shown.setdefault("self", Ref.url(kind, own))
        shown.setdefault("html_url", f"{self._web}/{page}/{own}" if page else None)
        return shown

    def refer(self, kind: str, own: str, zone: tzinfo = UTC, *, full: bool = False) -> Record:
        """Give a reference, or the full record when it is asked for and still there."""
        record = self._records[kind].get(own) if full else None
        return self.show(kind, record, zone) if record else self.reference(kind, own)

    def web(self, path: str) -> str:
        """Give the address of a page of the web app."""
        return f"{self._web}/{path}"

    def _changed(self) -> None:
        self._references.clear()
        self.version += 1

    def _render(self, value: Any, zone: tzinfo, include: Collection[str]) -> Any:  # noqa: ANN401
        """Replace the placeholders in a value."""
        if isinstance(value, dict):
            return dict(self._fields(value, zone, include))
        if isinstance(value, list):
            return [self._render(each, zone, include) for each in value]
        if isinstance(value, Ref):
            full = (value.via or value.kind) in include
            return self.refer(value.kind, value.id, zone, full=full)
        if isinstance(value, At):
            return iso(value.moment, zone)
        if isinstance(value, Part):
            return self._part(value, zone, full=value.include in include)
        return value

    def _fields(
        self, record: Record, zone: tzinfo, include: Collection[str]
    ) -> Iterator[tuple[str, Any]]:
        """Render the fields of a record, without those that must be asked for and were not."""
        for name, value in record.items():
            if not isinstance(value, Extra):
                yield name, self._render(value, zone, include)
            elif value.include in include:
                yield name, self._render(value.value, zone, include)

    def _part(self, part: Part, zone: tzinfo, *, full: bool) -> Record:
        record, own = part.record, part.record["id"]
        page = record["html_url"]
        reference = {
            "id": own,
            "type": record["type"] if full else f"{record['type']}_reference",
            "summary": record["summary"],
            "self": f"{API}/{record['self']}/{own}",
            "html_url": self.web(f"{page}/{own}") if page else None,
        }
        return {**self._render(record, zone, NOTHING), **reference} if full else reference


def bare_reference(own: str, kind: str, summary: str | None) -> Record:
    """Make a reference without addresses."""
    return {"id": own, "type": kind, "summary": summary, "self": None, "html_url": None}
