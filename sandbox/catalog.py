"""Every endpoint by path, and how a path is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.analytics import ANALYTICS
from sandbox.changes import CHANGES
from sandbox.config_reads import CONFIG
from sandbox.endpoints import ENDPOINTS
from sandbox.incident_reads import INCIDENTS
from sandbox.metrics import METRICS
from sandbox.page_reads import PAGES
from sandbox.people_reads import PEOPLE
from sandbox.schedule_reads import SCHEDULES

if TYPE_CHECKING:
    from sandbox.endpoints import Endpoint

CATALOG: dict[str, Endpoint] = {
    each.path: each
    for each in (
        *ENDPOINTS,
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
_Tree = dict[str, "_Tree | Endpoint"]  # type: ignore[misc]


def find(path: str) -> tuple[Endpoint, tuple[str, ...]] | None:
    """Find the endpoint of a path, and the ids in the path; fixed words go before `{id}`."""
    return _find(_TREE, path.strip("/").split("/"), ())


def _find(
    tree: dict,
    parts: list[str],
    ids: tuple[str, ...],  # type: ignore[type-arg]
) -> tuple[Endpoint, tuple[str, ...]] | None:
    if not parts:
        endpoint = tree.get("")
        return (endpoint, ids) if endpoint is not None else None
    part, rest = parts[0], parts[1:]
    found = _find(tree[part], rest, ids) if part and part in tree else None
    if found is None and part and "{id}" in tree:
        found = _find(tree["{id}"], rest, (*ids, part))
    return found


def _tree() -> dict:  # type: ignore[type-arg]
    tree: dict = {}  # type: ignore[type-arg]
    for path, endpoint in CATALOG.items():
        branch = tree
        for part in path.strip("/").split("/"):
            branch = branch.setdefault(part, {})
        branch[""] = endpoint
    return tree


_TREE = _tree()
