"""Analytics streams: parameters go into the body of a request, not into its query."""

from __future__ import annotations

import typing as t

from singer_sdk.streams.rest import HTTPRequest

from tap_pagerduty.api.pagination import WHOLE, Paginator
from tap_pagerduty.compat import override
from tap_pagerduty.sync.client import PagerDutyStream

if t.TYPE_CHECKING:
    from singer_sdk.streams.rest import PageContext

    from tap_pagerduty.api.requests import PageRequest


# Filters of endpoints that are about incidents.
OF_INCIDENTS = {"team_ids": "team_ids", "service_ids": "service_ids", "urgencies": "urgency"}


class Analytics(PagerDutyStream):
    """Figures that PagerDuty works out about an account, up to a day late.

    Parameters, window and page are put into the body. Times come without a zone, in the
    one that is asked for: UTC. The API has a daily quota of such requests, which it does
    not document; so few are made, for ranges as long as can be.

    A key of a user, not of the account, has to name teams or services, and is refused
    here ("Get raw data - multiple incidents", `POST /analytics/raw/incidents`).
    """

    method: t.ClassVar[str] = "POST"
    # The filters that take the start and the end of a window.
    range_filters: t.ClassVar[tuple[str, ...]] = ("created_at_start", "created_at_end")
    records_key = "data"
    paginator: t.ClassVar[Paginator] = WHOLE
    scope = "analytics.write"
    plan = "an API key of the account, not of a user; PagerDuty limits such requests by day"
    budget = "analytics"
    selected_by_default = False

    @property
    @override
    def filter_params(self) -> dict[str, t.Any]:
        """The filters of the settings, as part of the body. Of the urgencies it takes one."""
        filters = super().filter_params
        if "urgency" in filters:
            filters["urgency"] = filters["urgency"][0]
        return {"filters": filters} if filters else {}

    @override
    def first_requests(self) -> list[PageRequest]:
        """Return none: few requests are allowed in a day, so none is sent ahead of its stream."""
        return []

    @override
    def get_http_request(self, *, page: PageContext[PageRequest]) -> HTTPRequest:
        request = t.cast("PageRequest", page.next_page_token)
        body = {"time_zone": "Etc/UTC", **request.params, **request.page.params}
        if request.window and self.range_filters:
            ends = dict(zip(self.range_filters, request.window.params.values(), strict=False))
            body["filters"] = {**ends, **body.get("filters", {})}
        return HTTPRequest(
            url=self.url_base + request.path,
            method=self.method,
            headers=self.http_headers,
            data=body,
        )
