"""Posts of status pages: what the readers are told."""

from __future__ import annotations

from tap_pagerduty.api.pagination import UNCOUNTED, WHOLE
from tap_pagerduty.streams.common import (
    array,
    boolean,
    integer,
    key,
    properties,
    reference,
    text,
    time,
    url,
)
from tap_pagerduty.streams.status_pages import PART, StatusPages
from tap_pagerduty.sync.child import ChildStream

# An update but its id and kind; a post's list of updates may hold just references.
UPDATE = (
    url("self", "API address of the update."),
    reference("post", "status_page_posts", "Post that it belongs to."),
    text("message", "Text of the update, as HTML."),
    text("reviewed_status", "Whether the update has been reviewed: `approved` or `not_reviewed`."),
    reference("status", "status_page_statuses", "Status that the update gives."),
    reference("severity", "status_page_severities", "Severity that the update gives."),
    array(
        "impacted_services",
        "Services that are affected.",
        reference("service", "status_page_services", "Service of the status page."),
        reference("impact", "status_page_impacts", "How much the service is affected."),
    ),
    integer(
        "update_frequency_ms", "Milliseconds until the next update; null when none is announced."
    ),
    boolean("notify_subscribers", "Whether subscribers are notified."),
    time("reported_at", "When the update was reported."),
)

OF_PAGE_AND_POST = (
    text("status_page_id", "Id of the status page.", to="status_pages"),
    text("post_id", "Id of the post.", to="status_page_posts"),
)


class StatusPagePosts(ChildStream):
    """Posts of a status page, on incidents and maintenance (`GET /status_pages/{id}/posts`)."""

    name = "status_page_posts"
    parent = StatusPages
    path = "/status_pages/{status_page_id}/posts"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "posts"
    parent_columns = {"status_page_id": "id"}
    schema = properties(
        *PART,
        text("post_type", "What the post is about: `incident` or `maintenance`."),
        text("title", "Title of the post."),
        time("starts_at", "Start of the maintenance; null for incidents."),
        time("ends_at", "End of the maintenance; null for incidents."),
        reference(
            "linked_resource",
            "incidents",
            "Incident in PagerDuty that the post is about; null when there is none.",
        ),
        reference(
            "postmortem",
            "status_page_postmortems",
            "Postmortem of the post; null when there is none.",
        ),
        array(
            "updates",
            "Updates of the post, or references to them; see `status_page_post_updates`.",
            text("id", "Id of the update."),
            text("type", "Kind of record: `status_page_post_update`."),
            *UPDATE,
        ),
    )


class StatusPagePostUpdates(ChildStream):
    """Updates of posts (`GET /status_pages/{id}/posts/{post_id}/post_updates`)."""

    name = "status_page_post_updates"
    parent = StatusPagePosts
    path = "/status_pages/{status_page_id}/posts/{post_id}/post_updates"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "post_updates"
    parent_columns = {"status_page_id": "status_page_id", "post_id": "id"}
    schema = properties(
        key("id", "Id that PagerDuty gave the update; never reused."),
        text("type", "Kind of record: `status_page_post_update`."),
        *OF_PAGE_AND_POST,
        *UPDATE,
    )


class StatusPagePostmortems(ChildStream):
    """Postmortems of posts (`GET /status_pages/{id}/posts/{post_id}/postmortem`)."""

    name = "status_page_postmortems"
    parent = StatusPagePosts
    path = "/status_pages/{status_page_id}/posts/{post_id}/postmortem"
    scope = "status_pages.read"
    records_key = "postmortem"
    paginator = WHOLE
    parent_columns = {"status_page_id": "status_page_id", "post_id": "id"}
    schema = properties(
        key("id", "Id that PagerDuty gave the postmortem; never reused."),
        text("type", "Kind of record: `status_page_post_postmortem`."),
        *OF_PAGE_AND_POST,
        url("self", "API address of the postmortem."),
        reference("post", "status_page_posts", "Post that it belongs to."),
        text("message", "Text of the postmortem, as HTML."),
        boolean("notify_subscribers", "Whether subscribers are notified."),
        time("reported_at", "When the postmortem was reported."),
    )
