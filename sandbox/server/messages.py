"""A request as the sandbox remembers it, and a response."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

# A page that is not the API's own, as those who stand in between give it.
HTML_PAGE = b"<html><head><title>PagerDuty</title></head><body><h1>We'll be back</h1></body></html>"

_encode = msgspec.json.Encoder().encode


@dataclass
class RequestInfo:
    """A request as the sandbox remembers it."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    """Some of the headers by lower-case name; never the credentials."""
    time: float
    """Virtual time at which it came."""
    status: int | None = None
    """HTTP status of the response; None: there is none (yet)."""
    fault: str | None = None
    """Kind of the fault that struck."""
    body: bytes = b""
    """What a POST brought."""


@dataclass
class Response:
    """An HTTP response; `content_type` None: no body."""

    status: int
    body: bytes = b""
    content_type: str | None = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def json_response(status: int, body: Any) -> Response:  # noqa: ANN401
    """Make a response of a body that is not encoded yet."""
    return Response(status, _encode(body))
