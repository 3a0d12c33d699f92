"""Tags: labels for users, teams and escalation policies."""

from __future__ import annotations

import typing as t

from tap_pagerduty.compat import override
from tap_pagerduty.records.findings import UNDOCUMENTED
from tap_pagerduty.streams.common import RESOURCE, key, properties, resource, text
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records import Record

LABEL = text("label", "Text of the tag.")


class Tags(PagerDutyStream):
    """Tags of the account (`GET /tags`)."""

    name = "tags"
    path = "/tags"
    scope = "tags.read"
    schema = properties(*RESOURCE, LABEL)


class EntityTags(ChildStream):
    """Which tags a user, team or escalation policy has (`GET /tags/{id}/{entity_type}`).

    The same as `GET /{entity_type}/{id}/tags`, in three requests per tag in place of one per
    user, team and escalation policy.
    """

    name = "entity_tags"
    parent = Tags
    path = "/tags/{id}/{entity_type}"
    parent_columns = {name: name for name in Tags.schema["properties"] if name != UNDOCUMENTED}
    primary_keys = ("entity_type", "entity_id", "id")
    scope = "tags.read"
    cost = "3 per record of `tags`"
    schema = properties(
        key("entity_type", "Kind of what has the tag: `users`, `teams` or `escalation_policies`."),
        key(
            "entity_id",
            "Id of the user, team or escalation policy.",
            to=("users", "teams", "escalation_policies"),
        ),
        *resource(Tags.name),
        LABEL,
    )

    @override
    def child_requests(self, parents: Iterable[Record]) -> Iterator[PageRequest]:
        """Yield a request for each kind of entity, whose plural also holds the records.

        Documented in "Get connected entities" (`GET /tags/{id}/{entity_type}`).
        """
        for tag in parents:
            for kind in ("users", "teams", "escalation_policies"):
                columns = {**self.columns_for_child(tag), "entity_type": kind}
                yield from self.requests_for(columns, records_key=kind)

    @override
    def unnested(self, records: Iterable[Record]) -> Iterable[Record]:
        """Yield what remains of the entities: their ids. The rest is the tag's."""
        return ({"entity_id": record["id"]} for record in records)
