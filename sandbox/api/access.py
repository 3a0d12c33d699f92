"""Refuses what a key or an account has no access to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import not_found, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.api.endpoint import Endpoint, GeneratedEndpoint
    from sandbox.options import Options


def check_access(endpoint: GeneratedEndpoint, options: Options) -> None:
    """Refuse what is not for this key or account."""
    if endpoint.admin and options.plain_key:
        raise refusal(403, 2010)
    if endpoint.enrolment in options.plan_without:
        raise refusal(403, 2010, "The account is not enrolled in this Early Access programme.")


def check_early_access(endpoint: GeneratedEndpoint, headers: Mapping[str, str]) -> None:
    """Refuse a request without the header that an Early Access endpoint needs."""
    if endpoint.early_access not in {None, headers.get("x-early-access")}:
        raise refusal(403, 2010, f"X-EARLY-ACCESS: {endpoint.early_access} is needed.")


def check_feature(endpoint: Endpoint, options: Options) -> None:
    """Refuse (404) what the account does not have, as it has switched a feature off."""
    if options.features_off & {endpoint.key, endpoint.path}:
        raise not_found()
