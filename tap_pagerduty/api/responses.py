"""What comes back to a request: the body of a success, and the records in it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import msgspec
from singer_sdk.exceptions import RetriableAPIError

from tap_pagerduty.records.lazy_records import RecordList

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    import requests

    from tap_pagerduty.api import Body
    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records import Record
    from tap_pagerduty.records.lazy_records import FieldPeek

# In place of the name under which the records stand: the response itself is the record.
WHOLE_BODY = "."

_decoder = msgspec.json.Decoder()
# A list is taken apart, and its records stay as they came.
_list_decoder = msgspec.json.Decoder(
    dict[str, list[msgspec.Raw] | dict[str, t.Any] | str | int | float | bool | None]
)


@dataclass(frozen=True)
class PageResponse:
    """The response to a request: its records, and how many the API counts in all."""

    request: PageRequest
    body: Body
    # Why the API refused to show the children of this one parent; empty if it did not.
    refusal_message: str = ""

    @property
    def records(self) -> Sequence[Record]:
        """The records of the page; one, where the response is a single resource."""
        if not self.body:
            return ()
        if self.request.records_key == WHOLE_BODY:
            return (self.body,)
        found: RecordList | Record = self.body[self.request.records_key]
        return (found,) if isinstance(found, dict) else found

    @property
    def total(self) -> int:
        """The count that a first page carries; 0 on other pages."""
        return self.body.get("total") or 0


def decode(response: requests.Response, records_key: str, peek: FieldPeek | None = None) -> Body:
    """Return the body of a success: `RecordList`, or a single resource, under RECORDS_KEY.

    If a PEEK at records is enough, they stay encoded.

    Raises:
        RetriableAPIError: it is no such body: cut off, or a proxy's page.
    """
    decoder = _decoder if records_key == WHOLE_BODY else _list_decoder
    try:
        # `content` would read a page in pieces of 10 KB.
        content = b"".join(response.iter_content(None))
        body = decoder.decode(content)
    except msgspec.ValidationError:  # it is no object
        body = None
    except ValueError:
        msg = f"{response.status_code} with a body that is no JSON (cut off, or a proxy's)"
        raise RetriableAPIError(msg, response) from None
    if isinstance(body, dict):
        found = body if records_key == WHOLE_BODY else body.get(records_key)
        if isinstance(found, list):
            if peek and not _can_stay_encoded(content):
                peek = None
            return {**body, records_key: RecordList(found, peek)}
        if isinstance(found, dict):
            return body
    msg = f"{response.status_code} with a body that holds no `{records_key}`"
    raise RetriableAPIError(msg, response)


def _can_stay_encoded(content: bytes) -> bool:
    """Return whether parts of a body can be written as they are: in UTF-8, on one line."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return "\n" not in text and "\r" not in text
