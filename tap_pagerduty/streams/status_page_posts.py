"""Posts of status pages: what the readers are told."""

from __future__ import annotations

from tap_pagerduty.children import ChildStream
from tap_pagerduty.pagination import UNCOUNTED, WHOLE
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

# An update but its id and kind; a post's list of updates may hold just references.
UPDATE = (
    url("self", "API address of the update."),
    reference("post", "status_page_posts", "Post that it belongs to."),
    text("message", "What it says, as HTML."),
    text("reviewed_status", "Whether it may be shown: `approved` or `not_reviewed`."),
    reference("status", "status_page_statuses", "How far the work is."),
    reference("severity", "status_page_severities", "How bad it is."),
    array(
        "impacted_services",
        "Services that suffer.",
        reference("service", "status_page_services", "Service of the status page."),
        reference("impact", "status_page_impacts", "How much it suffers."),
    ),
    integer("update_frequency_ms", "Milliseconds to the next update; null when not promised."),
    boolean("notify_subscribers", "Whether subscribers are told."),
    time("reported_at", "When it was reported."),
)

OF_PAGE_AND_POST = (
    text("status_page_id", "Id of the status page.", to="status_pages"),
    text("post_id", "Id of the post.", to="status_page_posts"),
)


class StatusPagePosts(ChildStream):
    """Incidents and maintenances as told on a page (`GET /status_pages/{id}/posts`)."""

    name = "status_page_posts"
    parent = StatusPages
    path = "/status_pages/{status_page_id}/posts"
    scope = "status_pages.read"
    paginator = UNCOUNTED
    records_key = "posts"
    parent_columns = {"status_page_id": "id"}
    schema = properties(
        *PART,
        text("post_type", "What it is about: `incident` or `maintenance`."),
        text("title", "Title of the post."),
        time("starts_at", "Begin of the maintenance; null for incidents."),
        time("ends_at", "End of the maintenance; null for incidents."),
        reference(
            "linked_resource",
            "incidents",
            "What in PagerDuty the post is about; null when nothing.",
        ),
        reference(
            "postmortem",
            "status_page_postmortems",
            "What was learned from it; null when nothing was posted.",
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
    """What was told when (`GET /status_pages/{id}/posts/{post_id}/post_updates`)."""

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
    """What was learned (`GET /status_pages/{id}/posts/{post_id}/postmortem`)."""

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
        text("message", "What it says, as HTML."),
        boolean("notify_subscribers", "Whether subscribers are told."),
        time("reported_at", "When it was reported."),
    )
