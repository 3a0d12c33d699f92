"""Every endpoint by path, and how a path is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.analytics import ANALYTICS
from sandbox.changes import CHANGES
from sandbox.config_reads import CONFIG
from sandbox.endpoints import CORE
from sandbox.incident_reads import INCIDENTS
from sandbox.metrics import METRICS
from sandbox.page_reads import PAGES
from sandbox.people_reads import PEOPLE
from sandbox.schedule_reads import SCHEDULES

if TYPE_CHECKING:
    from sandbox.endpoints import Endpoint

ENDPOINTS: dict[str, Endpoint] = {
    each.path: each
    for each in (
        *CORE,
        *PEOPLE,
        *INCIDENTS,
        *SCHEDULES,
        *CHANGES,
        *CONFIG,
        *PAGES,
        *ANALYTICS,
        *METRICS,
    )
}


def find(path: str) -> tuple[Endpoint, tuple[str, ...]] | None:
    """Find the endpoint of a path, and the ids in the path; fixed words go before `{id}`."""
    return _ROOT.find(path.strip("/").split("/"), ())


class _Branch:
    """What may come after the same first words of a path."""

    def __init__(self) -> None:
        self.endpoint: Endpoint | None = None
        self.words: dict[str, _Branch] = {}

    def add(self, parts: list[str], endpoint: Endpoint) -> None:
        """Add an endpoint."""
        if parts:
            self.words.setdefault(parts[0], _Branch()).add(parts[1:], endpoint)
        else:
            self.endpoint = endpoint

    def find(
        self, parts: list[str], ids: tuple[str, ...]
    ) -> tuple[Endpoint, tuple[str, ...]] | None:
        """Find the endpoint of the rest of a path."""
        if not parts:
            return (self.endpoint, ids) if self.endpoint else None
        fixed, free = self.words.get(parts[0]), self.words.get("{id}")
        found = fixed.find(parts[1:], ids) if fixed else None
        if found is None and free and parts[0]:
            found = free.find(parts[1:], (*ids, parts[0]))
        return found


_ROOT = _Branch()
for _path, _endpoint in ENDPOINTS.items():
    _ROOT.add(_path.strip("/").split("/"), _endpoint)
