"""Authenticators: what a request carries to be let in."""

from __future__ import annotations

import logging
import threading
import typing as t
from contextlib import suppress
from datetime import datetime, timezone

import requests
from singer_sdk.authenticators import (
    APIAuthenticatorBase,
    APIKeyAuthenticator,
    BearerTokenAuthenticator,
    OAuthAuthenticator,
)
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError

from tap_pagerduty import NAME
from tap_pagerduty.api import errors
from tap_pagerduty.api.errors import CredentialsError, StopError, TokenError
from tap_pagerduty.api.responses import WHOLE_BODY, decode
from tap_pagerduty.compat import override
from tap_pagerduty.reporting.printable import hide

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    # Scopes, each with the names of the selected streams that need it.
    Scopes = Mapping[str, list[str]]

# One host for all regions.
# Source: PagerDuty's developer documentation, "Obtaining an App OAuth Token".
TOKEN_URL = "https://identity.pagerduty.com/oauth/token"  # noqa: S105, an address
# Seconds before its end from which a token is not used any more.
MARGIN = 300
# Seconds: a year. A token that lives longer is renewed after it.
LONGEST_LIFETIME = 31_536_000

_logger = logging.getLogger(NAME)


class _HeaderAuthenticator(APIAuthenticatorBase):
    """Signs in by headers alone: the SDK's takes each URL apart, too, to add nothing to it."""

    @override
    def authenticate_request(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self.auth_headers)
        return request


class ApiKey(_HeaderAuthenticator, APIKeyAuthenticator):
    """An account or user API key, as `Authorization: Token token=…`.

    Source: PagerDuty's REST API documentation, section "Authentication".
    """

    kind = "key"
    setting = "`api_key`"

    def __init__(self, api_key: str) -> None:
        """Take the key as PagerDuty shows it."""
        super().__init__(key="Authorization", value=f"Token token={api_key}", location="header")

    def renew(self, request: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """Return False: a key that was refused stays so."""
        return False


class AccessToken(_HeaderAuthenticator, BearerTokenAuthenticator):
    """An OAuth access token that somebody else has got, and renews."""

    kind = "access token"
    setting = "`access_token`"

    def renew(self, request: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """Return False: only who has made the token can make another."""
        return False


class OAuthApp(OAuthAuthenticator, _HeaderAuthenticator):
    """The credentials of an OAuth app, which get access tokens (client credentials grant).

    A token has the scopes that were asked for, and lives for a day. There is no refresh
    token: another is asked for before it ends, or when it is refused.
    """

    kind = "OAuth app"
    setting = "`client_id` and `client_secret`"

    def __init__(
        self,
        config: Mapping[str, t.Any],
        other_regions: Iterable[str],
        scopes: Callable[[], Scopes],
        new_session: Callable[[str], requests.Session],
    ) -> None:
        """Take the settings, and the regions that the account is not in by these.

        SCOPES is called when a token is due, as streams are selected after the authenticator
        is made; NEW_SESSION makes a session for an address.
        """
        super().__init__(
            auth_endpoint=config.get("oauth_url") or TOKEN_URL,
            client_id=config["client_id"],
            client_secret=config["client_secret"],
        )
        self._region, self._subdomain = config["region"], config["subdomain"]
        self._other_regions = other_regions
        self._needs = scopes
        self._given: list[str] = (config.get("scopes") or "").split()
        self._new_session = new_session
        # Seconds for a response of the token host.
        self.timeout: float = config["request_timeout_seconds"]
        # The streams' threads share the token.
        self._lock = threading.Lock()
        self._refusal: StopError | None = None

    @override
    def authenticate_request(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token; whichever thread comes first asks for it.

        Raises:
            TokenError: there is none, which may pass.
            StopError: there is none for this app.
        """
        with self._lock:
            return super().authenticate_request(request)

    def renew(self, request: requests.PreparedRequest) -> bool:
        """Have another token asked for, unless that was done since REQUEST was refused.

        Return True: asking again is worth it.
        """
        with self._lock:
            if request.headers.get("Authorization") == f"Bearer {self.access_token}":
                self.last_refreshed = None
        return True

    @property
    @override
    def oauth_scopes(self) -> str:
        """The scopes to ask for: those of the setting, or what the selected streams take."""
        return " ".join(self._given or sorted(self._needs()))

    @property
    @override
    def oauth_request_body(self) -> dict[str, str]:
        """The form that asks for a token with all scopes."""
        return self._form(self.oauth_scopes.split(), self._region)

    def _form(self, scopes: Iterable[str], region: str) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_id": self.client_id or "",
            "client_secret": self.client_secret or "",
            "scope": " ".join([f"as_account-{region}.{self._subdomain}", *scopes]),
        }

    @override
    def update_access_token(self) -> None:
        """Ask for a token.

        The SDK's own request has a timeout and retries of its own, and logs the response.
        """
        if self._refusal:
            raise self._refusal
        now = datetime.now(timezone.utc)
        try:
            body = self._post(self.oauth_request_body)
        except FatalAPIError as error:
            self._refusal = StopError(self._explained(str(error)))
            raise self._refusal from None
        self.access_token = body["access_token"]
        hide(self.access_token)
        lifetime = _lifetime(body.get("expires_in"))
        # The SDK takes none for no end.
        self.expires_in = max(1, lifetime - min(MARGIN, lifetime // 10)) if lifetime else None
        self.last_refreshed = now
        # RFC 6749, section 5.1: `scope` may be left out if it is what was asked for.
        granted = str(body.get("scope") or self.oauth_scopes).split()
        if missing := set(self.oauth_scopes.split()) - set(granted):
            _logger.warning(
                "The OAuth app lacks scopes: %s. What needs them is skipped.",
                self._listed(missing),
            )

    def _post(self, form: dict[str, str]) -> dict[str, t.Any]:
        """Return the response of the token host to a form.

        Raises:
            FatalAPIError: it refuses.
            TokenError: it does not respond as a token host does; this may pass.
        """
        try:
            with self._new_session(self.auth_endpoint) as session:
                response = session.post(self.auth_endpoint, data=form, timeout=self.timeout)
                errors.raise_for_status(response)
                body = decode(response, WHOLE_BODY)
            if not _is_token(body.get("access_token")):
                msg = f"{response.status_code} with a body that holds no token"
                raise RetriableAPIError(msg, response)  # noqa: TRY301
        except (CredentialsError, SkippableAPIError) as error:
            raise FatalAPIError(str(error)) from None
        except (RetriableAPIError, requests.exceptions.RequestException) as error:
            if isinstance(error, requests.exceptions.RequestException):
                errors.check_certificate(error)
            msg = f"no access token from {self.auth_endpoint}: {errors.describe(error)}"
            raise TokenError(msg) from None
        return body

    def _explained(self, refusal: str) -> str:
        """Return the line for people when a token is refused, and why."""
        if "scope" not in refusal.lower():
            return (
                f"No access token from {self.auth_endpoint} ({refusal}). "
                "Check `client_id`, `client_secret` and `oauth_url`."
            )
        scopes = self.oauth_scopes.split()
        missing = self._refused_scopes(scopes)
        if len(missing) < len(scopes):
            return (
                f"The OAuth app lacks scopes ({refusal}): {self._listed(missing)}. "
                "Add them to the app, or deselect the streams."
            )
        account = f"No access token for the account {self._region}.{self._subdomain} ({refusal})."
        for region in self._other_regions:
            if self._is_granted(scopes[:1], region):
                return (
                    f"{account} It belongs to the {region.upper()} region: set `region: {region}`."
                )
        return (
            f"{account} Check `subdomain` and `region`, and if the app has these scopes: "
            f"{self._listed(scopes)}."
        )

    def _refused_scopes(self, scopes: list[str]) -> list[str]:
        """Return which of SCOPES are refused; as PagerDuty does not say, halves are tried."""
        if self._is_granted(scopes, self._region):
            return []
        half = len(scopes) // 2
        return (
            self._refused_scopes(scopes[:half]) + self._refused_scopes(scopes[half:])
            if half
            else scopes
        )

    def _is_granted(self, scopes: list[str], region: str) -> bool:
        try:
            self._post(self._form(scopes, region))
        except FatalAPIError:
            return False
        return True

    def _listed(self, scopes: Iterable[str]) -> str:
        needs = self._needs()
        return ", ".join(
            f"`{scope}` (for {', '.join(needs.get(scope) or ['no selected stream'])})"
            for scope in sorted(scopes)
        )


def _is_token(value: object) -> bool:
    """Return whether a value can stand in a header as a token."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value != ""


def _lifetime(value: object) -> int:
    """Return the seconds for which a token lives; 0 if that is unknown.

    It is then used until it is refused.
    """
    if value is None:
        return 0
    with suppress(TypeError, ValueError, OverflowError):
        seconds = int(t.cast("str", value))
        if seconds >= 0:
            return min(seconds, LONGEST_LIFETIME)
    _logger.warning(
        "The token host says no lifetime of the token in seconds (%.40r); it is used until it is "
        "refused.",
        value,
    )
    return 0
