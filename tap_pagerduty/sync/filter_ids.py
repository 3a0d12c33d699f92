"""Whether what the settings filter by exists: a typing error would pass as an empty load."""

from __future__ import annotations

import typing as t

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError

from tap_pagerduty.api.errors import RETRIED, STOPPING, NotFoundError
from tap_pagerduty.api.pagination import WHOLE, Page
from tap_pagerduty.api.requests import PageRequest

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_pagerduty.sync.client import PagerDutyStream

# The settings that hold ids, with where one is and what it is.
_KINDS = {"team_ids": ("/teams", "team"), "service_ids": ("/services", "service")}


def unknown_ids(stream: PagerDutyStream) -> Iterator[str]:
    """Yield a line for each id that the settings filter by and the account does not have.

    It takes a request of STREAM for each id ("Get a team", "Get a service"). One that the key may
    not read is left open.
    """
    for setting, (path, kind) in _KINDS.items():
        for each in stream.config.get(setting) or ():
            request = PageRequest(f"{path}/{each}", kind, {}, WHOLE, Page({}))
            try:
                stream.fetch(request)
            except NotFoundError:
                yield f"There is no {kind} {each}, which `{setting}` names; nothing passes by it."
            except (FatalAPIError, SkippableAPIError, RetriableAPIError, *RETRIED, *STOPPING):
                continue
