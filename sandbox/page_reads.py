"""Endpoints for standards of services and for status pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.dice import hash_of
from sandbox.directory import API
from sandbox.errors import refusal
from sandbox.making import hash_of_text
from sandbox.reads import declare, single

if TYPE_CHECKING:
    from sandbox.directory import Record
    from sandbox.query import Query
    from sandbox.reads import GeneratedEndpoint, Settings

# -- standards -----------------------------------------------------------------------------------

_MAX_IDS = 100


def _scored(query: Query, own: str) -> list[Record]:
    library = query.library
    records = []
    for number in range(library.count("/standards")):
        made = library.make("/standards", (), number, query.zone)
        part = {name: made[name] for name in ("id", "name", "description", "type", "active")}
        passes = hash_of(hash_of_text(own), number, library.seed) % 3 > 0
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

# -- status pages --------------------------------------------------------------------------------

_PAGES_SCOPE: Settings = {"scope": "status_pages.read"}
_POST_TYPES = "post_type=incident,maintenance"
_POST = "/status_pages/{id}/posts"
_UPDATES = declare(
    f"{_POST}/{{id}}/post_updates",
    "post_updates",
    "undocumented",
    choices="reviewed_status=approved,not_reviewed",
    filters="reviewed_status=reviewed_status",
    count=(0, 4),
    **_PAGES_SCOPE,
)


def _has_postmortem(query: Query, ids: tuple[str, ...]) -> bool:
    return hash_of(query.library.seed, *map(hash_of_text, ids)) % 3 == 0


def _posts(query: Query) -> list[Record]:
    library, page = query.library, query.ids[0]
    records = []
    for number in range(library.count(_POST, (page,))):
        made = library.make(_POST, (page,), number, query.zone)
        ids = (page, str(made["id"]))
        link = {"id": f"{ids[1][:-1]}M", "type": "status_page_post_postmortem"}
        updates = library.rows(_UPDATES, library.query(ids)).all()
        postmortem = link if _has_postmortem(query, ids) else None
        records.append({**made, "postmortem": postmortem, "updates": updates})
    return records


def _postmortem(query: Query) -> list[Record]:
    if not _has_postmortem(query, query.ids):
        return []
    made = query.library.make(f"{_POST}/{{id}}/postmortem", query.ids, 0, query.zone)
    own = f"{query.ids[1][:-1]}M"
    address = f"{API}/status_pages/{query.ids[0]}/posts/{query.ids[1]}/postmortem"
    return [{**made, "id": own, "self": address}]


_ALL_PAGES = declare(
    "/status_pages",
    "status_pages",
    "undocumented",
    choices="status_page_type=public,private",
    filters="status_page_type=status_page_type",
    count=(3, 5),
    **_PAGES_SCOPE,
)


def _on_page(
    name: str, word: str, count: tuple[int, int], choices: str = _POST_TYPES
) -> list[GeneratedEndpoint]:
    by = {each.partition("=")[0]: each.partition("=")[0] for each in choices.split()}
    if "reviewed_status" in by:
        by.update({"reviewed_status": "updates.reviewed_status", "status[]": "updates.status.id"})
    many = declare(
        f"/status_pages/{{id}}/{name}",
        name,
        "undocumented",
        _posts if name == "posts" else None,
        choices=choices,
        filters=" ".join(f"{each}={where}" for each, where in by.items()),
        count=count,
        **_PAGES_SCOPE,
    )
    return [many, single(f"{many.path}/{{id}}", word, many)]


STATUS_PAGES = (
    _ALL_PAGES,
    *_on_page("impacts", "impact", (3, 6)),
    *_on_page("services", "service", (0, 8), ""),
    *_on_page("severities", "severity", (3, 6)),
    *_on_page("statuses", "status", (3, 8)),
    *_on_page("posts", "post", (0, 40), f"{_POST_TYPES} reviewed_status=approved,not_reviewed"),
    *_on_page(
        "subscriptions",
        "subscription",
        (0, 30),
        "status=active,pending channel=webhook,email,slack",
    ),
    _UPDATES,
    single(f"{_UPDATES.path}/{{id}}", "post_update", _UPDATES),
    declare(
        f"{_POST}/{{id}}/postmortem",
        "postmortem",
        "first",
        _postmortem,
        count=(1, 1),
        **_PAGES_SCOPE,
    ),
)
PAGES = (*STANDARDS, *STATUS_PAGES)
