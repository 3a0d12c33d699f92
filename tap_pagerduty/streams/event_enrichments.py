"""Enrichment: data of your own that is added to events, and where it comes from."""

from __future__ import annotations

from tap_pagerduty.api.pagination import CURSOR, UNCOUNTED, WHOLE
from tap_pagerduty.streams.common import (
    Property,
    array,
    boolean,
    integer,
    key,
    obj,
    properties,
    reference,
    text,
    texts,
    time,
    url,
)
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.client import PagerDutyStream

PLAN = "early access to event enrichment"
SCOPE = "contextual_data.read"

FIELD_USE = (
    "`query` (finds the record), `enriched` (is added to the event) or `discriminator` (internal)"
)


def times(what: str, *, deletion: bool = False) -> tuple[Property, ...]:
    """Return when WHAT was created and changed, and with DELETION when it was deleted."""
    deleted = (time("deleted_at", f"When {what} was deleted; null while it exists."),)
    return (
        time("created_at", f"When {what} was created."),
        time("updated_at", f"When {what} was last changed."),
        *(deleted if deletion else ()),
    )


class EventEnrichments(PagerDutyStream):
    """Sets of rules that add data to events (`GET /enrichment/event_enrichments`)."""

    name = "event_enrichments"
    path = "/enrichment/event_enrichments"
    params = {"include[]": "privileges"}
    plan = PLAN
    paginator = UNCOUNTED
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the enrichment; never reused."),
        text("name", "Name of the enrichment."),
        text("description", "What the enrichment is for; null when empty."),
        boolean("is_default", "Whether it is the default enrichment of the account."),
        integer("associated_services", "Number of services that use the enrichment."),
        integer(
            "associated_event_orchestrations",
            "Number of event orchestrations that use the enrichment.",
        ),
        reference("team", "teams", "Team that owns it; null when none does."),
        obj(
            "privileges",
            "What the owner of the API key may do with it.",
            texts("permissions", "Permissions, such as `read` or `update`."),
        ),
        *times("the enrichment"),
        reference("created_by", "users", "User who created it."),
        reference("updated_by", "users", "User who changed it last."),
        url("self", "API address of the enrichment."),
    )


class EventEnrichmentAssociations(ChildStream):
    """Services and event orchestrations that an enrichment is for (`…/{id}/associations`)."""

    name = "event_enrichment_associations"
    parent = EventEnrichments
    path = "/enrichment/event_enrichments/{event_enrichment_id}/associations"
    plan = PLAN
    records_key = "associations"
    paginator = UNCOUNTED
    parent_columns = {"event_enrichment_id": "id"}
    primary_keys = ("event_enrichment_id", "id")
    schema = properties(
        key("event_enrichment_id", "Id of the enrichment.", to="event_enrichments"),
        key(
            "id",
            "Id of the service or event orchestration.",
            to=("services", "event_orchestrations"),
        ),
        text("type", "Kind of resource: `service_reference` or `event_orchestration_reference`."),
        text("summary", "Name of the service or event orchestration."),
        url("self", "API address of the service or event orchestration."),
    )


class EventEnrichmentRules(ChildStream):
    """Rules of an enrichment, as one record (`GET /enrichment/event_enrichments/{id}/rules`)."""

    name = "event_enrichment_rules"
    parent = EventEnrichments
    path = "/enrichment/event_enrichments/{event_enrichment_id}/rules"
    plan = PLAN
    records_key = "orchestration_path"
    paginator = WHOLE
    parent_columns = {"event_enrichment_id": "id"}
    primary_keys = ("event_enrichment_id",)
    schema = properties(
        key("event_enrichment_id", "Id of the enrichment.", to="event_enrichments"),
        text("type", "Kind of path: `event_enrichment`."),
        reference("parent", "event_enrichments", "Enrichment that the rules belong to."),
        url("self", "API address of the rules."),
        array(
            "sets",
            "Sets of rules; an event starts in the one with the id `start`.",
            text("id", "Id of the set."),
            array(
                "rules",
                "Rules, in their order.",
                text("id", "Id of the rule."),
                text("label", "What the rule is for."),
                array(
                    "conditions",
                    "Conditions that an event has to meet; empty: every event matches.",
                    text("expression", "Condition in PagerDuty's condition language."),
                ),
                obj(
                    "actions",
                    "What is done to an event that matches: `extractions` or `enrichments`.",
                    array(
                        "extractions",
                        "Fields of the event that are set.",
                        text("target", "Field of the event that is set."),
                        text(
                            "template",
                            "Text that the field is set to, with variables in double braces.",
                        ),
                        text(
                            "source",
                            "Path of the event's field that is searched, where there is no "
                            "template.",
                        ),
                        text("regex", "Regular expression that cuts the value out."),
                    ),
                    array(
                        "enrichments",
                        "Records of an enrichment schema that are added.",
                        text(
                            "schema_to_search",
                            "Id of the enrichment schema.",
                            to="enrichment_schemas",
                        ),
                        array(
                            "search_values",
                            "Values by which the record is found.",
                            text("path", "Path of the event's field that holds the value."),
                            text(
                                "template",
                                "Text with variables that makes the value, in place of `path`.",
                            ),
                            text(
                                "query_field_name",
                                "Column of the schema that the value is looked up in.",
                            ),
                        ),
                        text("target", "Field of the event that the record is put in."),
                    ),
                ),
                boolean("disabled", "Whether the rule is switched off."),
            ),
        ),
        time("created_at", "When the rules were created."),
        reference("created_by", "users", "User who created them; may be null."),
        time("updated_at", "When the rules were last changed."),
        reference("updated_by", "users", "User who changed them last; may be null."),
        text("version", "Version of the rules; changes when they do."),
    )


class EnrichmentSchemas(PagerDutyStream):
    """Tables of data that event enrichments can use (`GET /enrichment/schemas`)."""

    name = "enrichment_schemas"
    path = "/enrichment/schemas"
    scope = SCOPE
    plan = PLAN
    records_key = "schemas"
    paginator = WHOLE
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the schema; never reused."),
        text("type", "Kind of record: `enrichment_schema`."),
        text("integration_type", "Where the schema's records come from: `CSV` or `SERVICENOW`."),
        text("name", "Name of the schema."),
        text("description", "What the schema holds; null when empty."),
        array(
            "fields",
            "Columns of the schema.",
            text("name", "Name of the column."),
            text("type", f"Use of the column: {FIELD_USE}."),
        ),
        *times("the schema", deletion=True),
    )


class EnrichmentRecords(ChildStream):
    """Rows of the enrichment schemas (`GET /enrichment/schemas/{schema_id}/records`)."""

    name = "enrichment_records"
    parent = EnrichmentSchemas
    path = "/enrichment/schemas/{schema_id}/records"
    scope = SCOPE
    plan = PLAN
    records_key = "records"
    paginator = CURSOR
    parent_columns = {"schema_id": "id"}
    primary_keys = ("record_id",)
    schema = properties(
        text("schema_id", "Id of the schema.", to="enrichment_schemas"),
        key("record_id", "Id that PagerDuty gave the record."),
        text("type", "Kind of record: `enrichment_record`."),
        time("created_at", "When the record was created."),
        obj("enrichment_data", "Content of the record: names of columns, and values."),
    )


class ServicenowEnrichmentIntegrations(PagerDutyStream):
    """Copies of ServiceNow tables for enrichment (`GET /enrichment/integrations/servicenow`)."""

    name = "servicenow_enrichment_integrations"
    path = "/enrichment/integrations/servicenow"
    scope = SCOPE
    plan = PLAN
    records_key = "integrations"
    paginator = WHOLE
    secrets = ("credentials.user", "credentials.password")
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the integration; never reused."),
        text("name", "Name of the integration."),
        text("description", "What the integration is for; null when empty."),
        array(
            "cmdb_tables",
            "ServiceNow tables that are copied.",
            text("id", "Id of the table in PagerDuty."),
            text("display_name", "Name of the table as people see it."),
            text("ci_table_name", "Name of the table in ServiceNow."),
            text("query_filter", "Which rows are copied, as a ServiceNow query; null: all."),
            array(
                "field_mappings",
                "Columns that are copied.",
                text("servicenow_field", "Column in ServiceNow."),
                text("event_field", "Field of the event that it stands for."),
                text("type", f"Use of the column: {FIELD_USE}."),
            ),
            text("status", "State of the copying: `disabled`, `syncing`, `active` or `error`."),
            *times("the table", deletion=True),
        ),
        obj(
            "credentials",
            "Credentials with which ServiceNow is read; null when not set up.",
            text("id", "Id of the credentials."),
            url("instance_endpoint", "Address of the ServiceNow instance."),
            text("user", "Name of the ServiceNow user; left out unless `include_secrets` is on."),
            text(
                "password",
                "Password, which PagerDuty never sends; left out unless `include_secrets` is on.",
            ),
            *times("the set of credentials", deletion=True),
        ),
        *times("the integration"),
    )
