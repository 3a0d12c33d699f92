"""Responses as some accounts, heavy pages and proxies give them, each by an option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import refusal
from sandbox.server.messages import HTML_PAGE, Response, json_response

if TYPE_CHECKING:
    from sandbox.api.endpoint import Endpoint, Query
    from sandbox.options import Options
    from sandbox.server.messages import RequestInfo
    from sandbox.values.json_types import Json


def refused_by_a_proxy(info: RequestInfo, options: Options) -> Response | None:
    """Return the page of a proxy that refuses a GET with a body; None if it lets it pass."""
    if info.method == "GET" and info.body and options.get_body_status:
        return Response(options.get_body_status, HTML_PAGE, "text/html; charset=utf-8")
    return None


def limit_page(query: Query, options: Options) -> None:
    """Cut the page to the size that the server gives at most."""
    if options.largest_page:
        query.limit = min(query.limit, options.largest_page)


def check_heaviness(info: RequestInfo, endpoint: Endpoint, query: Query, options: Options) -> None:
    """Fail (408) if a page has too many records, or holds one that cannot be had."""
    path, _, position = (options.unreadable or "").partition(":")
    holds_it = path == info.path and query.offset < int(position) <= query.offset + query.limit
    asked = query.limit if "limit" in endpoint.accepted else 0
    if holds_it or 0 < options.heavy_records < asked:
        raise refusal(408, 2016)


def respond_with(endpoint: Endpoint, body: Json, options: Options, status: int = 200) -> Response:
    """Make the response of a success."""
    found = body.get(str(endpoint.key)) if isinstance(body, dict) else None
    if isinstance(body, dict) and isinstance(found, list):
        if options.bare_lists:
            body = {name: value for name, value in body.items() if name not in {"more", "total"}}
        if not found and options.empty_lists == "204":
            return Response(204, content_type=None)
        if not found and options.empty_lists == "null":
            body = {**body, str(endpoint.key): None}
    response = json_response(status, body)
    if 0 < options.heavy_bytes < len(response.body):
        raise refusal(408, 2016)
    return response
