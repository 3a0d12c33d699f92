"""The same two streams on the SDK's defaults: what one writes after reading its guide."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import APIKeyAuthenticator
from singer_sdk.pagination import OffsetPaginator

from tap_pagerduty.streams.incidents import Incidents as OurIncidents
from tap_pagerduty.streams.log_entries import LogEntries as OurLogEntries

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests
    from singer_sdk.helpers.types import Context, Record

PAGE_SIZE = 100


class Paginator(OffsetPaginator):
    """Goes on while there is more."""

    @override
    def has_more(self, response: requests.Response) -> bool:
        more: bool = response.json()["more"]
        return more


class Stream(RESTStream[int]):
    """A list, read a window after another, a page after another."""

    primary_keys = ("id",)

    @property
    @override
    def url_base(self) -> str:
        return str(self.config["api_url"])

    @property
    @override
    def authenticator(self) -> APIKeyAuthenticator:
        token = f"Token token={self.config['api_key']}"
        return APIKeyAuthenticator(key="Authorization", value=token)

    @override
    def get_new_paginator(self) -> Paginator:
        return Paginator(0, PAGE_SIZE)

    @override
    def get_url_params(
        self,
        context: Context | None,
        next_page_token: int | None,
    ) -> dict[str, Any]:
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "limit": PAGE_SIZE,
            "offset": next_page_token,
        }

    @override
    def request_records(self, context: Context | None) -> Iterable[Record]:
        """Keep windows small enough for the API's ceiling of 10,000 records."""
        self.since = datetime.fromisoformat(self.config["since"])
        end = datetime.fromisoformat(self.config["until"])
        while self.since < end:
            self.until = min(end, self.since + timedelta(seconds=self.config["window_seconds"]))
            yield from super().request_records(context)
            self.since = self.until


class Incidents(Stream):
    """Incidents."""

    name = "incidents"
    replication_key = "updated_at"
    path = "/incidents"
    records_jsonpath = "$.incidents[*]"
    schema = OurIncidents.schema


class LogEntries(Stream):
    """Log entries."""

    name = "log_entries"
    replication_key = "created_at"
    path = "/log_entries"
    records_jsonpath = "$.log_entries[*]"
    schema = OurLogEntries.schema


class TapStock(Tap):
    """A tap of the SDK without any care for speed."""

    name = "tap-stock"
    config_jsonschema = th.PropertiesList(
        th.Property("api_key", th.StringType, required=True, secret=True),
        th.Property("api_url", th.StringType, required=True),
        th.Property("since", th.StringType, required=True),
        th.Property("until", th.StringType, required=True),
        th.Property("window_seconds", th.IntegerType, required=True),
        th.Property("stream", th.StringType, allowed_values=["incidents", "log_entries"]),
    ).to_dict()

    @override
    def discover_streams(self) -> list[Stream]:
        streams = (Incidents(self), LogEntries(self))
        return [each for each in streams if self.config.get("stream", each.name) == each.name]


if __name__ == "__main__":
    TapStock.cli()
