"""Authenticators: what a request carries to be let in."""

from __future__ import annotations

from singer_sdk.authenticators import APIKeyAuthenticator


class ApiKey(APIKeyAuthenticator):
    """An account or user API key, as `Authorization: Token token=…`.

    Source: PagerDuty's REST API documentation, section "Authentication".
    """

    def __init__(self, api_key: str) -> None:
        """Take the key as PagerDuty shows it."""
        super().__init__(key="Authorization", value=f"Token token={api_key}", location="header")
