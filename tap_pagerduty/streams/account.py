"""The account: what it may do, its licences, how long its sessions last."""

from __future__ import annotations

import typing as t

from tap_pagerduty.api.errors import NotFoundError
from tap_pagerduty.api.pagination import UNCOUNTED, WHOLE
from tap_pagerduty.api.responses import PageResponse
from tap_pagerduty.compat import override
from tap_pagerduty.streams.common import (
    RESOURCE,
    integer,
    key,
    properties,
    reference,
    text,
    texts,
    time,
)
from tap_pagerduty.sync.client import PagerDutyStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records import Record

LICENSE = (
    text("name", "Name of the licence."),
    text("description", "What the licence is; may name the add-ons that come with it."),
    texts("valid_roles", "Roles that a user with the licence can have, such as `limited_user`."),
    text("role_group", "Kind of user that the licence is for: `FullUser` or `Stakeholder`."),
)


class Abilities(PagerDutyStream):
    """Abilities of the account: features that it can use, by plan and state (`GET /abilities`)."""

    name = "abilities"
    path = "/abilities"
    scope = "abilities.read"
    paginator = WHOLE
    primary_keys = ("name",)
    schema = properties(
        key("name", "Name of the ability, such as `teams` or `urgencies`."),
    )

    @staticmethod
    @override
    def identity(record: Record) -> str:
        """Return the ability: this list alone is one of texts (`GET /abilities`, 200)."""
        return str(record)

    @override
    def unnested(self, records: Iterable[Record]) -> Iterable[Record]:
        """Yield a record for each text."""
        return ({"name": record} for record in records)


class Licenses(PagerDutyStream):
    """Licences of the account, and how many of them are in use (`GET /licenses`)."""

    name = "licenses"
    path = "/licenses"
    scope = "licenses.read"
    paginator = WHOLE
    schema = properties(
        *RESOURCE,
        *LICENSE,
        integer("current_value", "Users who have the licence now."),
        integer(
            "allocations_available",
            "Users who can still be given the licence; null when there is no limit.",
        ),
    )


class LicenseAllocations(PagerDutyStream):
    """Which user has which licence (`GET /license_allocations`)."""

    name = "license_allocations"
    path = "/license_allocations"
    paginator = UNCOUNTED
    scope = "licenses.read"
    columns = {"user_id": "user.id", "license_id": "license.id"}
    primary_keys = ("user_id",)
    schema = properties(
        key("user_id", "Id of the user.", to="users"),
        text("license_id", "Id of the licence.", to="licenses"),
        time("allocated_at", "When the user was given the licence."),
        reference("user", "users", "User who has the licence."),
        reference("license", "licenses", "Licence of the user.", *LICENSE),
    )


class SessionConfigurations(PagerDutyStream):
    """How long a login lasts, on the web and in the mobile app (`GET /session_configurations`)."""

    name = "session_configurations"
    path = "/session_configurations"
    scope = "session_configurations.read"
    paginator = WHOLE
    primary_keys = ("type",)
    selected_by_default = False
    schema = properties(
        key("type", "Kind of session: `web` or `mobile`."),
        integer("absolute_session_ttl", "Seconds after which a session ends in any case."),
        integer("idle_session_ttl", "Seconds without activity after which a session ends."),
    )

    @override
    def fetch(self, request: PageRequest) -> PageResponse:
        """Return an empty response where the API says that there is nothing.

        "If no configurations exist, a 404 Not Found error will be returned" (`GET
        /session_configurations`).
        """
        try:
            return super().fetch(request)
        except NotFoundError:
            return PageResponse(request, {})
