"""Templates of status updates, and what they can be filled with."""

from __future__ import annotations

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.streams.common import (
    RESOURCE,
    integer,
    key,
    obj,
    properties,
    reference,
    text,
    time,
)
from tap_pagerduty.sync.client import PagerDutyStream

PLAN = "a plan with status update templates"
DOMAIN = (
    integer("order", "Place of the group in the list."),
    text("summary", "Name of the group, such as `Incident`."),
)


class Templates(PagerDutyStream):
    """Templates that status updates are written from (`GET /templates`)."""

    name = "templates"
    path = "/templates"
    scope = "templates.read"
    plan = PLAN
    selected_by_default = False
    params = {"sort_by": "created_at:asc"}
    schema = properties(
        *RESOURCE,
        text("template_type", "Kind of template: `status_update`."),
        text("name", "Name of the template."),
        text("description", "What the template is for; null when empty."),
        obj(
            "templated_fields",
            "Texts of the template.",
            text("email_subject", "Subject of the e-mail."),
            text("email_body", "Body of the e-mail, as HTML."),
            text("message", "Short message, for SMS, push notifications and chats."),
        ),
        reference("created_by", "users", "User or account that created it."),
        reference("updated_by", "users", "User or account that changed it last."),
        time("created_at", "When the template was created."),
        time("updated_at", "When the template was last changed."),
    )


class TemplateFields(PagerDutyStream):
    """Fields that templates can contain (`GET /templates/fields`)."""

    name = "template_fields"
    path = "/templates/fields"
    scope = "templates.read"
    plan = PLAN
    records_key = "fields"
    paginator = WHOLE
    selected_by_default = False
    # "Get template fields" (`GET /templates/fields`) gives no id, and in its example many a
    # `keyword` is null.
    id_columns = ("type", "summary", "keyword")
    schema = properties(
        key(
            "id",
            "Made by the tap, as PagerDuty gives none: type, summary and keyword, joined by "
            "colons; what is null is left empty.",
        ),
        text("type", "Kind of field: `standard_field` or `custom_field`."),
        text("summary", "Path of the field, such as `incident.created_at`."),
        text("keyword", "Short name of the field; null when it has none."),
        text("description", "What the field holds; null when empty."),
        text(
            "data_type",
            "Type of the values: `boolean`, `integer`, `float`, `string`, `datetime` or `url`.",
        ),
        text("default_value", "Value that is used where there is no other; null when none is set."),
        text("example", "Example of a value; null when there is none."),
        obj("domain", "Group that the field belongs to.", *DOMAIN),
        obj(
            "domain_name",
            "The same as `domain`, under the name that PagerDuty documents.",
            *DOMAIN,
        ),
    )
