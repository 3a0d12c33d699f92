"""From a request to an answer, without any network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox import catalog, query, reads
from sandbox.errors import ApiError, missing_scope, not_found, refusal, shaped
from sandbox.identity import PATH as TOKEN_PATH
from sandbox.identity import TokenEndpoint
from sandbox.library import Library
from sandbox.limits import DailyQuota, RateLimit, RateLimits
from sandbox.reads import GeneratedEndpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.account import Account
    from sandbox.endpoints import Endpoint
    from sandbox.faults import Fault
    from sandbox.options import Options

_encode = msgspec.json.Encoder().encode

_ACCEPTED = ("application/vnd.pagerduty+json;version=2", "application/json", "*/*")
_PAGE = b"<html><head><title>PagerDuty</title></head><body><h1>We'll be back</h1></body></html>"


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
    """HTTP status of the answer; None: there is none (yet)."""
    fault: str | None = None
    """Kind of the fault that struck."""
    body: bytes = b""
    """What a POST brought."""


@dataclass
class Response:
    """An HTTP answer; `content_type` None: no body."""

    status: int
    body: bytes = b""
    content_type: str | None = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class App:
    """The API itself: gates, then endpoints."""

    def __init__(self, account: Account, options: Options) -> None:
        """Serve an account."""
        self.account = account
        self.library = Library(account, options, catalog.ENDPOINTS)
        self._options = options
        special = {}
        if options.oncalls_rate_limit is not None:
            special["/oncalls"] = RateLimit(options.oncalls_rate_limit, options.rate_window)
        general = RateLimit(options.rate_limit, options.rate_window, options.other_client)
        self.limits = RateLimits(general, special)
        self.daily = DailyQuota(options.analytics_daily_quota)
        known = frozenset(each.scope for each in catalog.ENDPOINTS.values() if each.scope)
        self.tokens = TokenEndpoint(options, known)

    def respond(self, info: RequestInfo, headers: Mapping[str, str]) -> Response:
        """Answer a request; `headers` has lower-case names."""
        limit: dict[str, str] = {}
        try:
            if info.path == TOKEN_PATH:
                return json_response(200, self.tokens.issue(info))
            scopes = self._authenticate(headers)
            allowed, limit = self.limits.take(info.path)
            if not allowed:
                if self._options.bare_429:
                    return Response(429, content_type=None)
                raise refusal(429, 2020)
            if info.path.startswith("/analytics/"):
                allowed, daily = self.daily.take(int(self.account.clock.now()))
                limit.update(daily)
                if not allowed:
                    raise refusal(429, 2020)
            response = self._evaluate(info, headers, scopes)
        except ApiError as error:
            response = json_response(error.status, error.body)
        response.headers.update(limit)
        return response

    def _authenticate(self, headers: Mapping[str, str]) -> frozenset[str] | None:
        """Tell the scopes of the credentials; None: they may read all."""
        options = self._options
        known = {f"Token token={options.api_key}"}
        if options.bearer_token:
            known.add(f"Bearer {options.bearer_token}")
        given = headers.get("authorization", "")
        scopes: frozenset[str] | None = options.scopes
        if given not in known:
            scopes = self.tokens.scopes(given.removeprefix("Bearer "))
            if scopes is None:
                raise refusal(401, 2006)
        accept = headers.get("accept", "").replace(" ", "")
        if options.strict_accept and not any(each in accept for each in _ACCEPTED):
            raise ApiError(406, {"error": {"message": "Not Acceptable", "code": 2001}})
        return scopes

    def _evaluate(
        self, info: RequestInfo, headers: Mapping[str, str], scopes: frozenset[str] | None
    ) -> Response:
        found = catalog.find(info.path)
        if found is None:
            raise not_found()
        endpoint, ids = found
        if info.method not in ({"GET", "HEAD"} if endpoint.method == "GET" else {endpoint.method}):
            raise ApiError(405, {"error": {"message": "Method Not Allowed", "code": 2015}})
        self._gate(endpoint, scopes)
        with self.account.lock:
            own = ids[0] if ids else ""
            asked = query.read(self.account, self._options, endpoint, own, info.query)
            asked.ids, asked.library = ids, self.library
            if isinstance(endpoint, GeneratedEndpoint):
                reads.check_early_access(endpoint, headers)
                self.library.check_parents(endpoint.path, ids)
                asked.body = reads.body_of(endpoint, info.body)
                return json_response(endpoint.status, reads.respond(endpoint, asked))
            if endpoint.key is None:
                endpoint.source(asked)
                return Response(204, content_type=None)
            return json_response(200, _envelope(endpoint, asked))

    def _gate(self, endpoint: Endpoint, scopes: frozenset[str] | None) -> None:
        options = self._options
        if scopes is not None and endpoint.scope is not None and endpoint.scope not in scopes:
            raise missing_scope(endpoint.scope)
        if isinstance(endpoint, GeneratedEndpoint):
            reads.gate(endpoint, options)
        lacking = options.plan_without & {endpoint.ability, endpoint.key, endpoint.path}
        if lacking and endpoint.path != "/abilities":
            name = min(each for each in lacking if each)
            raise refusal(402, 2014, f"The account lacks the ability {name}.")


def _envelope(endpoint: Endpoint, asked: query.Query) -> dict[str, Any]:
    rows = endpoint.source(asked)
    key = str(endpoint.key)
    if not endpoint.paged:
        return {key: rows}
    records, more = rows.page(asked.offset, asked.limit)
    return {
        key: records,
        "limit": asked.limit,
        "offset": asked.offset,
        "more": more,
        "total": rows.count() if asked.total else None,
    }


def json_response(status: int, body: Any) -> Response:  # noqa: ANN401
    """Make an answer of a body that is not encoded yet."""
    return Response(status, _encode(body))


def failure(fault: Fault) -> Response | None:
    """Make the answer of a fault that needs no real one; None: it spoils the real answer."""
    if fault.kind == "html":
        return Response(200, _PAGE, "text/html; charset=utf-8")
    if fault.kind != "status":
        return None
    headers = {}
    if fault.reset is not None:
        headers = {
            "ratelimit-limit": "960",
            "ratelimit-remaining": "0",
            "ratelimit-reset": str(fault.reset),
        }
    if fault.body == "empty":
        return Response(fault.status, content_type=None, headers=headers)
    if fault.body == "html":
        return Response(fault.status, _PAGE, "text/html; charset=utf-8", headers)
    response = json_response(fault.status, shaped(fault.body, fault.status))
    response.headers = headers
    return response
