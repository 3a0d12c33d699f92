"""Service dependencies: which service needs which other one."""

from __future__ import annotations

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.streams.common import key, properties, reference, text
from tap_pagerduty.streams.services import BusinessServices, Services
from tap_pagerduty.sync.child import ChildStream

# The API shows a dependency at both of its ends; as the parent's id is not in the key, it
# comes once.
DEPENDENCY = (
    key("id", "Id that PagerDuty gave the dependency; never reused."),
    text("type", "Kind of record: `service_dependency`."),
    text(
        "supporting_service_id",
        "Id of the service that is needed.",
        to=("services", "business_services"),
    ),
    text(
        "dependent_service_id",
        "Id of the service that needs the supporting one.",
        to=("services", "business_services"),
    ),
    reference(
        "supporting_service",
        ("services", "business_services"),
        "Service that is needed; its `type` is that of a technical or a business service.",
    ),
    reference(
        "dependent_service",
        ("services", "business_services"),
        "Service that needs the supporting one; its `type` is that of a technical or a "
        "business service.",
    ),
)
COLUMNS = {
    "supporting_service_id": "supporting_service.id",
    "dependent_service_id": "dependent_service.id",
}


class TechnicalServiceDependencies(ChildStream):
    """Dependencies of technical services, on each other and of business services on them.

    Those between a technical and a business service are in `business_service_dependencies`
    as well (`GET /service_dependencies/technical_services/{id}`).
    """

    name = "technical_service_dependencies"
    parent = Services
    path = "/service_dependencies/technical_services/{service_id}"
    scope = "services.read"
    records_key = "relationships"
    paginator = WHOLE
    parent_columns = {"service_id": "id"}
    columns = COLUMNS
    schema = properties(
        text(
            "service_id",
            "Id of the service that lists the dependency: one of its two ends, if both list it the "
            "lesser id.",
            to="services",
        ),
        *DEPENDENCY,
    )


class BusinessServiceDependencies(ChildStream):
    """Dependencies of business services, on each other and on technical services.

    Those between a technical and a business service are in `technical_service_dependencies`
    as well (`GET /service_dependencies/business_services/{id}`).
    """

    name = "business_service_dependencies"
    parent = BusinessServices
    path = "/service_dependencies/business_services/{business_service_id}"
    scope = "services.read"
    records_key = "relationships"
    paginator = WHOLE
    parent_columns = {"business_service_id": "id"}
    columns = COLUMNS
    schema = properties(
        text(
            "business_service_id",
            "Id of the business service that lists the dependency: one of its two ends, if both "
            "list it the lesser id.",
            to="business_services",
        ),
        *DEPENDENCY,
    )
