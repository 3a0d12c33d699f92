"""A request as the streams think of it: which page of which path, in which window."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import quote

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

    @property
    def described(self) -> str:
        """The list that it asks for, for a message."""
        return f"{self.path} from {self.window}" if self.window else self.path


def path_of(template: str, values: Mapping[str, t.Any]) -> str | None:
    """Return a path with VALUES, quoted, for the names in braces; None if one cannot be an id.

    So an id names one resource of the endpoint, and never another path, a query or nothing.
    """
    names = re.findall(r"{(\w+)}", template)
    if not all(is_id(values[name]) for name in names):
        return None
    return template.format(**{name: quote(str(values[name]), safe="") for name in names})


def is_id(value: object) -> bool:
    """Return whether a value can be an id: a text or a number that leads to no other directory."""
    if type(value) is int:
        return True
    return isinstance(value, str) and value.strip(". \t\r\n") != "" and value.isprintable()
