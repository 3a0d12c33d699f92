"""Every endpoint by path, and how a path is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.endpoints.analytics_metrics import ANALYTICS_METRICS
from sandbox.endpoints.analytics_raw import ANALYTICS_RAW
from sandbox.endpoints.audit_records import AUDIT_RECORDS
from sandbox.endpoints.automation import AUTOMATION
from sandbox.endpoints.change_events import CHANGE_EVENTS
from sandbox.endpoints.core import CORE
from sandbox.endpoints.enrichment import ENRICHMENT
from sandbox.endpoints.event_rules import EVENT_RULES
from sandbox.endpoints.extensions import EXTENSIONS
from sandbox.endpoints.incident_details import INCIDENT_DETAILS
from sandbox.endpoints.maintenance_windows import MAINTENANCE_WINDOWS
from sandbox.endpoints.paused_alerts import PAUSED_ALERTS
from sandbox.endpoints.schedules import SCHEDULES
from sandbox.endpoints.services import SERVICES
from sandbox.endpoints.standards import STANDARDS
from sandbox.endpoints.status_pages import STATUS_PAGES
from sandbox.endpoints.teams_and_subscribers import TEAMS_AND_SUBSCRIBERS
from sandbox.endpoints.users import USERS
from sandbox.endpoints.workflows import WORKFLOWS

if TYPE_CHECKING:
    from sandbox.api.endpoint import Endpoint

ENDPOINTS: dict[str, Endpoint] = {
    each.path: each
    for each in (
        *CORE,
        *USERS,
        *TEAMS_AND_SUBSCRIBERS,
        *SERVICES,
        *INCIDENT_DETAILS,
        *SCHEDULES,
        *AUDIT_RECORDS,
        *CHANGE_EVENTS,
        *MAINTENANCE_WINDOWS,
        *PAUSED_ALERTS,
        *WORKFLOWS,
        *EXTENSIONS,
        *EVENT_RULES,
        *AUTOMATION,
        *ENRICHMENT,
        *STANDARDS,
        *STATUS_PAGES,
        *ANALYTICS_RAW,
        *ANALYTICS_METRICS,
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
