"""From a request to a response, without any network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api.access import check_access, check_early_access, check_feature
from sandbox.api.endpoint import Api, Endpoint, GeneratedEndpoint, Query
from sandbox.api.endpoint_records import check_parents
from sandbox.api.errors import ApiError, missing_scope, not_found, refusal
from sandbox.api.pagination import respond
from sandbox.api.query_checks import body_of, check
from sandbox.api.record_list import reordered
from sandbox.api.windows import hide_recent
from sandbox.endpoints.registry import ENDPOINTS, find
from sandbox.server.messages import RequestInfo, Response, json_response
from sandbox.server.oauth import OAUTH_PATH, TokenEndpoint
from sandbox.server.rate_limits import DailyQuota, RateLimit, RateLimits
from sandbox.server.unusual_responses import (
    check_heaviness,
    limit_page,
    refused_by_a_proxy,
    respond_with,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.account.account import Account
    from sandbox.options import Options

_ACCEPTED = ("application/vnd.pagerduty+json;version=2", "application/json", "*/*")


class App:
    """The API itself: gates, then endpoints."""

    def __init__(self, account: Account, options: Options) -> None:
        """Serve an account."""
        self.account = account
        self.api = Api(account, options, ENDPOINTS)
        self.options = options
        special = {}
        if options.oncalls_rate_limit is not None:
            special["/oncalls"] = RateLimit(options.oncalls_rate_limit, options.rate_window)
        general = RateLimit(options.rate_limit, options.rate_window, options.other_client)
        self.limits = RateLimits(general, special)
        self.daily = DailyQuota(options.analytics_daily_quota)
        known = frozenset(each.scope for each in ENDPOINTS.values() if each.scope)
        self.tokens = TokenEndpoint(options, known)

    def respond(self, info: RequestInfo, headers: Mapping[str, str]) -> Response:
        """Respond to a request; `headers` has lower-case names."""
        limit: dict[str, str] = {}
        if refused := refused_by_a_proxy(info, self.options):
            return refused
        try:
            if info.path == OAUTH_PATH:
                return json_response(200, self.tokens.issue(info))
            scopes = self._authenticate(headers)
            allowed, limit = self.limits.take(info.path)
            if not allowed:
                if self.options.bare_429:
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
        """Return the scopes of the credentials; None: they may read all."""
        options = self.options
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
        found = find(info.path)
        if found is None:
            raise not_found()
        endpoint, ids = found
        if info.method not in ({"GET", "HEAD"} if endpoint.method == "GET" else {endpoint.method}):
            raise ApiError(405, {"error": {"message": "Method Not Allowed", "code": 2015}})
        self._gate(endpoint, scopes)
        options = self.options
        with self.account.lock:
            query = self.api.query(ids, values=info.query)
            check(query, endpoint)
            limit_page(query, options)
            hide_recent(query, endpoint.path)
            check_heaviness(info, endpoint, query, options)
            if isinstance(endpoint, GeneratedEndpoint):
                check_early_access(endpoint, headers)
                check_parents(query, endpoint.path, ids)
                query.body = body_of(endpoint, info.body)
                return respond_with(endpoint, respond(endpoint, query), options, endpoint.status)
            if endpoint.key is None:
                endpoint.source(query)
                return Response(204, content_type=None)
            return respond_with(endpoint, _envelope(endpoint, query), options)

    def _gate(self, endpoint: Endpoint, scopes: frozenset[str] | None) -> None:
        options = self.options
        check_feature(endpoint, options)
        if scopes is not None and endpoint.scope is not None and endpoint.scope not in scopes:
            raise missing_scope(endpoint.scope)
        if isinstance(endpoint, GeneratedEndpoint):
            check_access(endpoint, options)
        lacking = options.plan_without & {endpoint.ability, endpoint.key, endpoint.path}
        if lacking and endpoint.path != "/abilities":
            name = min(each for each in lacking if each)
            raise refusal(402, 2014, f"The account lacks the ability {name}.")


def _envelope(endpoint: Endpoint, query: Query) -> dict[str, Any]:
    rows = endpoint.source(query)
    key = str(endpoint.key)
    if not endpoint.paged:
        return {key: rows}
    if query.options.unstable_order:
        rows = reordered(rows, query.offset)
    records, more = rows.page(query.offset, query.limit)
    return {
        key: records,
        "limit": query.limit,
        "offset": query.offset,
        "more": more,
        "total": rows.count() + query.options.total_off if query.total else None,
    }
