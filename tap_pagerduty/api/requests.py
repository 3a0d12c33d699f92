"""A request as the streams think of it: which page of which path, in which window."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_pagerduty.api.pagination import Page, Paginator
    from tap_pagerduty.api.windows import Window
    from tap_pagerduty.records.lazy_records import FieldPeek


@dataclass(frozen=True)
class PageRequest:
    """One request: a page of a path, within a time window where it has one."""

    path: str
    # Where the response holds the records; `responses.WHOLE_BODY` if it is the record itself.
    records_key: str
    params: Mapping[str, t.Any]
    paginator: Paginator
    page: Page
    window: Window | None = None
    # For a child: the columns that its records take from the parent. The parent may be
    # gone meanwhile, or closed to this key; neither is a fault of the stream.
    parent: Mapping[str, t.Any] | None = None
    # If that is enough of a record, which then stays encoded.
    peek: FieldPeek | None = None
