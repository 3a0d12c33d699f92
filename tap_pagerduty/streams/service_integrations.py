"""Service integrations: where the events of each service come from."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    BY_TEAM,
    RESOURCE,
    array,
    obj,
    properties,
    reference,
    text,
    time,
)
from tap_pagerduty.streams.services import Services
from tap_pagerduty.sync.client import PagerDutyStream

PREDICATE = (
    text(
        "type",
        "How the `children` combine: `all`, `any` or `not`; or how the text is compared: "
        "`contains`, `exactly` or `regex`.",
    ),
    text("matcher", "Text or regular expression that is compared."),
    text("part", "Part of the e-mail: `body`, `subject` or `from_addresses`."),
)


class ServiceIntegrations(PagerDutyStream):
    """Integrations of services (`GET /services?include[]=integrations`)."""

    name = "service_integrations"
    path = "/services"
    filters = BY_TEAM
    scope = "services.read"
    params = {**Services.params, "include[]": "integrations"}
    records_key = "services"
    nested = "integrations"
    parent_columns = {"service_id": "id"}
    secrets = ("integration_key", "integration_email")
    schema = properties(
        *RESOURCE,
        text("service_id", "Id of the service that the events are for.", to="services"),
        text("name", "Name of the integration."),
        time("created_at", "When the integration was created."),
        reference("service", "services", "Service that the events are for."),
        reference("vendor", "vendors", "Tool that sends the events; null when none was chosen."),
        text(
            "integration_key",
            "Key with which events are sent; a secret, left out unless `include_secrets` is on.",
        ),
        text(
            "integration_email",
            "E-mail address to which events are sent, and which anyone who knows it can use; left "
            "out unless `include_secrets` is on.",
        ),
        text(
            "email_incident_creation",
            "When an e-mail makes an incident: `on_new_email`, `on_new_email_subject`, "
            "`only_if_no_open_incidents` or `use_rules`.",
        ),
        text(
            "email_filter_mode",
            "Which e-mails count: `all-email`, or those that pass any (`or-rules-email`) or "
            "all (`and-rules-email`) of the filters.",
        ),
        text(
            "email_parsing_fallback",
            "Handling of e-mails that no parser matches: `open_new_incident` or `discard`.",
        ),
        array(
            "email_parsers",
            "Rules for the handling of an e-mail.",
            text("action", "What a matching e-mail does: `trigger` or `resolve`."),
            obj(
                "match_predicate",
                "Condition that an e-mail has to meet.",
                *PREDICATE,
                array(
                    "children",
                    "Conditions that `all`, `any` and `not` combine.",
                    *PREDICATE,
                    array("children", "Conditions below these, and so on."),
                ),
            ),
            array(
                "value_extractors",
                "Values that are taken from the e-mail.",
                text("type", "How the value is found: `entire`, `regex` or `between`."),
                text("part", "Part of the e-mail: `body`, `subject` or `from_addresses`."),
                text("value_name", "Field of the incident that is set, such as `incident_key`."),
                text("regex", "For `regex`: regular expression that cuts the value out."),
                text("starts_after", "For `between`: text before the value."),
                text("ends_with", "For `between`: text after the value."),
            ),
        ),
        obj("config", "Not documented by PagerDuty; settings of the integration."),
        array(
            "email_filters",
            "Filters that say which e-mails count.",
            text("subject_mode", "Test of the subject: `match`, `no-match` or `always`."),
            text("subject_regex", "Regular expression for the subject."),
            text("body_mode", "Test of the body: `match`, `no-match` or `always`."),
            text("body_regex", "Regular expression for the body."),
            text("from_email_mode", "Test of the sender: `match`, `no-match` or `always`."),
            text("from_email_regex", "Regular expression for the sender's address."),
        ),
    )
