"""Service standards: what a well-kept service has, and which services have it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.api.responses import WHOLE_BODY
from tap_pagerduty.compat import override
from tap_pagerduty.streams.common import (
    array,
    boolean,
    integer,
    key,
    obj,
    properties,
    references,
    text,
)
from tap_pagerduty.streams.services import Services
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.records import Record

# Services that one request may ask for.
BATCH = 100

STANDARD = (
    text("type", "What is checked, such as `has_technical_service_description`."),
    text("name", "Name of the standard."),
    text("description", "Why the standard matters."),
    boolean("active", "Whether the account applies the standard."),
)


class Standards(PagerDutyStream):
    """Standards that services are held to (`GET /standards`)."""

    name = "standards"
    path = "/standards"
    scope = "standards.read"
    paginator = WHOLE
    schema = properties(
        key("id", "Id that PagerDuty gave the standard; never reused."),
        *STANDARD,
        text(
            "resource_type",
            "Kind of resource that the standard is applied to: `technical_service`.",
        ),
        references("exclusions", "services", "Services that the standard is not applied to."),
        references(
            "inclusions",
            "services",
            "Services that the standard is applied to; empty when it is applied to all.",
        ),
    )


class StandardScores(ChildStream):
    """How each service meets the standards (`GET /standards/scores/technical_services`)."""

    name = "standard_scores"
    parent = Services
    path = "/standards/scores/technical_services"
    scope = "standards.read"
    records_key = "resources"
    paginator = WHOLE
    cost = "1 per 100 records of `services`"
    primary_keys = ("resource_type", "resource_id")
    schema = properties(
        key("resource_type", "Kind of resource that is scored: `technical_service`."),
        key("resource_id", "Id of the service.", to="services"),
        obj(
            "score",
            "How many of the standards are met.",
            integer("passing", "Number of standards that the service meets."),
            integer("total", "Number of standards that are applied to the service."),
        ),
        array(
            "standards",
            "The standards that are applied to the service.",
            text("id", "Id of the standard.", to="standards"),
            *STANDARD,
            boolean("pass", "Whether the service meets the standard."),
        ),
    )

    @override
    def child_requests(self, parents: Iterable[Record]) -> Iterator[PageRequest]:
        """Yield a request for many services at a time.

        Parameter `ids` of "List standards applied to a set of resources": "Maximum of 100
        items".
        """
        ids = [service["id"] for service in parents]
        for start in range(0, len(ids), BATCH):
            batch = {"ids": ids[start : start + BATCH]}
            yield replace(self.list_request(), params=batch, parent={})

    @override
    def next_requests(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return a request for each service that is missing from a response.

        How `ids` is to be repeated is not documented ("List standards applied to a set of
        resources"), and where only the last counts, the API says nothing of the others. That
        of a single service (`GET /standards/scores/technical_services/{id}`) leaves no doubt.
        """
        found = {record["resource_id"] for record in response.records}
        return [
            replace(request, path=f"{self.path}/{own}", records_key=WHOLE_BODY, params={})
            for own in request.params.get("ids", ())
            if own not in found and not response.refusal_message
        ]
