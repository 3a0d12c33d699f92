"""Status pages, their posts and subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.configuration import API
from sandbox.api.declarations import Settings, declare, single
from sandbox.api.endpoint_records import records_of
from sandbox.values.seeded_random import hash_of, hash_of_text

if TYPE_CHECKING:
    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.values.json_types import Record

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
    return hash_of(query.seeded.seed, *map(hash_of_text, ids)) % 3 == 0


def _posts(query: Query) -> list[Record]:
    page = query.ids[0]
    records = []
    for number in range(query.seeded.count(_POST, (page,))):
        made = query.records.make(_POST, (page,), number, query.zone)
        ids = (page, str(made["id"]))
        link = {"id": f"{ids[1][:-1]}M", "type": "status_page_post_postmortem"}
        updates = records_of(_UPDATES, query.api.query(ids)).all()
        postmortem = link if _has_postmortem(query, ids) else None
        records.append({**made, "postmortem": postmortem, "updates": updates})
    return records


def _postmortem(query: Query) -> list[Record]:
    if not _has_postmortem(query, query.ids):
        return []
    made = query.records.make(f"{_POST}/{{id}}/postmortem", query.ids, 0, query.zone)
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
