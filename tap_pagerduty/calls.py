"""A request as the streams think of it, and what came back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tap_pagerduty.answers import WHOLE_BODY

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_pagerduty.glances import Glance, Records
    from tap_pagerduty.pagination import Page, Paginator
    from tap_pagerduty.records import Record
    from tap_pagerduty.windows import Window

Body = dict[str, t.Any]


@dataclass(frozen=True)
class Call:
    """One request: a page of a path, within a time window where it has one."""

    path: str
    records_key: str
    params: Mapping[str, t.Any]
    paginator: Paginator
    page: Page
    window: Window | None = None
    # For a child: the columns that its records take from the parent. The parent may be
    # gone meanwhile, or closed to this key; neither is a fault of the stream.
    parent: Mapping[str, t.Any] | None = None
    # If that is enough of a record, which then stays encoded.
    glance: Glance | None = None


@dataclass(frozen=True)
class Answer:
    """What came back to a call: its records, and how many the API counts in all."""

    call: Call
    body: Body
    # Why the API refused to show the children of this one parent; empty if it did not.
    refusal: str = ""

    @property
    def records(self) -> Sequence[Record]:
        """The records of the page; one, where the answer is a single resource."""
        if not self.body:
            return ()
        if self.call.records_key == WHOLE_BODY:
            return (self.body,)
        found: Records | Record = self.body[self.call.records_key]
        return (found,) if isinstance(found, dict) else found

    @property
    def total(self) -> int:
        """The count that a first page carries; 0 on other pages."""
        return self.body.get("total") or 0
