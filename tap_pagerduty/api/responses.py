"""What comes back to a request: the body of a success, and the records in it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_pagerduty.records.json_text import (
    check_depth,
    deepest_record,
    needs_repair,
    repaired,
    too_deep_message,
)
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
    # Whether it has this parent no more.
    is_gone: bool = False
    # Bytes of the body, decompressed.
    size: int = 0

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
        total = self.body.get("total") or 0
        return total if isinstance(total, int) else 0  # a property of a single resource


def decode(
    response: requests.Response,
    records_key: str,
    peek: FieldPeek | None = None,
    replaced: set[str] | None = None,
) -> Body:
    """Return the body of a success: `RecordList`, or a single resource, under RECORDS_KEY.

    A list for which the API says 204, or null, is an empty one.

    If a PEEK at records is enough, they stay encoded. What no target can store (U+0000, half a
    surrogate pair, bytes that are not UTF-8) becomes U+FFFD; REPLACED takes what was replaced,
    in words.

    Raises:
        RetriableAPIError: it is no such body: cut off, or a proxy's page.
        FatalAPIError: a record is nested too deep.
    """
    if response.status_code == HTTPStatus.NO_CONTENT:
        return {} if records_key == WHOLE_BODY else {"more": False, records_key: RecordList([])}
    decoder = _decoder if records_key == WHOLE_BODY else _list_decoder
    try:
        replaced = set() if replaced is None else replaced
        content, body = _decoded(response.content, decoder, replaced, has_peek=peek is not None)
    except msgspec.ValidationError:  # it is not an object
        body = None
    except ValueError:
        msg = f"{response.status_code} with a body that is not valid JSON (cut off, or a proxy's)"
        raise RetriableAPIError(msg, response) from None
    if isinstance(body, dict):
        if records_key != WHOLE_BODY and not _is_count(body.get("total")):
            msg = f"{response.status_code} with a `total` that is not a count"
            raise RetriableAPIError(msg, response)
        found = body if records_key == WHOLE_BODY else body.get(records_key)
        if found is None and records_key in body and not (body.get("more") or body.get("total")):
            found = []
        if isinstance(found, list):
            # A message is on one line, and so has to be what goes into it as it came.
            is_line = b"\n" not in content and b"\r" not in content
            take = peek and (peek if is_line else peek.decoded)
            return {**body, records_key: RecordList(found, take)}
        if isinstance(found, dict):
            return body
    msg = f"{response.status_code} with a body that holds no `{records_key}`"
    raise RetriableAPIError(msg, response)


def _is_count(total: object) -> bool:
    """Return whether a value can be the number of a list's records; None if it is not counted."""
    return total is None or (type(total) is int and total >= 0)


def _decoded(
    content: bytes,
    decoder: msgspec.json.Decoder[t.Any],
    replaced: set[str],
    *,
    has_peek: bool,
) -> tuple[bytes, t.Any]:
    """Return a body, as far as need be repaired, and what it holds.

    A peek looks itself how deep each record is nested.

    Raises:
        ValueError: it cannot be repaired.
        FatalAPIError: a record is nested too deep.
    """
    if needs_repair(content):
        content, what = repaired(content)
        replaced.update(what)
    try:
        if not has_peek:
            check_depth(content)
        try:
            return content, decoder.decode(content)
        except msgspec.ValidationError:
            raise
        except ValueError:
            content, what = repaired(content)
            if not what:
                raise
            body = decoder.decode(content)
            replaced.update(what)
            return content, body
    except RecursionError:
        raise FatalAPIError(too_deep_message(deepest_record(content))) from None
