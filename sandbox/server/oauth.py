"""The token endpoint of PagerDuty's identity service: access tokens for an OAuth app.

Source: PagerDuty's developer documentation, "Obtaining an App OAuth Token" (client credentials).
That a scope is refused as `invalid_request` was seen on a real account; how a client is refused
follows RFC 6749, section 5.2.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from uuid import uuid4

from sandbox.api.errors import ApiError

if TYPE_CHECKING:
    from sandbox.options import Options
    from sandbox.server.messages import RequestInfo

OAUTH_PATH = "/oauth/token"


class TokenEndpoint:
    """Issues tokens, and knows those that it has issued."""

    def __init__(self, options: Options, known: frozenset[str]) -> None:
        """Take the app's credentials and scopes from the options; `known` are all scopes."""
        self._options = options
        self._granted = known if options.scopes is None else options.scopes & known
        # For each token its end, in real time, and its scopes.
        self._tokens: dict[str, tuple[float, frozenset[str]]] = {}
        self._lock = threading.Lock()

    def scopes(self, token: str) -> frozenset[str] | None:
        """Return the scopes of a token; None: it is not one, or no longer."""
        with self._lock:
            end, scopes = self._tokens.get(token, (0.0, frozenset()))
        return scopes if time.monotonic() < end else None

    def revoke(self) -> None:
        """Let no token that was issued be valid any more."""
        with self._lock:
            self._tokens.clear()

    def issue(self, info: RequestInfo) -> dict[str, Any]:
        """Respond to a request for a token."""
        if info.method != "POST":
            raise _refusal(405, "invalid_request", "The request must be a POST.")
        kind = info.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "application/x-www-form-urlencoded":
            raise _refusal(400, "invalid_request", "The body must be form-encoded.")
        form = dict(parse_qsl(info.body.decode()))
        if form.get("grant_type") != "client_credentials":
            raise _refusal(400, "unsupported_grant_type", "The grant type is not supported.")
        app = (self._options.client_id, self._options.client_secret)
        if (form.get("client_id"), form.get("client_secret")) != app:
            raise _refusal(401, "invalid_client", "Client authentication failed.")
        return self._token(form.get("scope", "").split())

    def _token(self, asked: list[str]) -> dict[str, Any]:
        account = f"as_account-{self._options.region}.{self._options.subdomain}"
        scopes = frozenset(asked) - {account}
        lacking = scopes - self._granted
        if account not in asked or (lacking and not self._options.narrow_tokens):
            raise _refusal(400, "invalid_request", "Invalid scope")
        token = f"pdus+_{uuid4()}"
        lifetime = self._options.token_lifetime
        with self._lock:
            self._tokens[token] = time.monotonic() + lifetime, scopes - lacking
        return {
            "access_token": token,
            "scope": " ".join(each for each in asked if each not in lacking),
            "token_type": "bearer",
            "expires_in": int(lifetime),
        }


def _refusal(status: int, error: str, description: str) -> ApiError:
    return ApiError(status, {"error": error, "error_description": description})
