"""Status pages: what they are made of, and who follows them."""

from __future__ import annotations

from tap_pagerduty.api.pagination import UNCOUNTED
from tap_pagerduty.streams.common import key, personal, properties, reference, text, time, url
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

# What all parts of a status page have.
PART = (
    key("id", "Id that PagerDuty gave the record; never reused."),
    text("type", "Kind of record, as PagerDuty names it."),
    url("self", "API address of the record."),
    text("status_page_id", "Id of the status page.", to="status_pages"),
    reference("status_page", "status_pages", "Status page that it belongs to."),
)

# A word that posts can use.
WORD = (
    *PART,
    text("description", "Text that readers of the page see."),
    text("post_type", "Kind of posts that can use it: `incident` or `maintenance`."),
)


class StatusPages(PagerDutyStream):
    """Pages that show the status of services to the outside (`GET /status_pages`)."""

    name = "status_pages"
    path = "/status_pages"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    schema = properties(
        key("id", "Id that PagerDuty gave the page; never reused."),
        text("type", "Kind of record: `status_page`."),
        text("name", "Name of the page, shown as its title."),
        text("status_page_type", "Who can see the page: `public` or `private`."),
        url("url", "Web address of the page."),
        time("published_at", "When the page was published; null when it is not."),
    )


class StatusPageServices(ChildStream):
    """Services that a status page shows (`GET /status_pages/{id}/services`)."""

    name = "status_page_services"
    parent = StatusPages
    path = "/status_pages/{status_page_id}/services"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "services"
    parent_columns = {"status_page_id": "id"}
    schema = properties(
        *PART,
        text("name", "Name of the service on the page."),
        reference("business_service", "business_services", "Business service that it stands for."),
    )


class StatusPageImpacts(ChildStream):
    """Levels of impact that posts of a status page can have (`GET /status_pages/{id}/impacts`)."""

    name = "status_page_impacts"
    parent = StatusPages
    path = "/status_pages/{status_page_id}/impacts"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "impacts"
    parent_columns = {"status_page_id": "id"}
    schema = properties(*WORD)


class StatusPageSeverities(ChildStream):
    """Severities that posts of a status page can have (`GET /status_pages/{id}/severities`)."""

    name = "status_page_severities"
    parent = StatusPages
    path = "/status_pages/{status_page_id}/severities"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "severities"
    parent_columns = {"status_page_id": "id"}
    schema = properties(*WORD)


class StatusPageStatuses(ChildStream):
    """Statuses that posts of a status page can have (`GET /status_pages/{id}/statuses`)."""

    name = "status_page_statuses"
    parent = StatusPages
    path = "/status_pages/{status_page_id}/statuses"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "statuses"
    parent_columns = {"status_page_id": "id"}
    schema = properties(*WORD)


class StatusPageSubscriptions(ChildStream):
    """Subscribers to the posts of a status page, with contact data (`…/{id}/subscriptions`)."""

    name = "status_page_subscriptions"
    parent = StatusPages
    path = "/status_pages/{status_page_id}/subscriptions"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "subscriptions"
    parent_columns = {"status_page_id": "id"}
    schema = properties(
        *PART,
        text("channel", "How the subscriber is notified: `webhook`, `email` or `slack`."),
        personal("contact", "E-mail address or web address of the subscriber: personal data."),
        text("status", "State of the subscription: `active`, `pending` or `suspended`."),
        reference(
            "subscribable_object",
            ("status_pages", "status_page_services", "status_page_posts"),
            "What is followed; its `type` is `status_page`, `status_page_service` or "
            "`status_page_post`.",
        ),
    )
