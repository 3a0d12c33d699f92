"""Property groups and type words that the streams' data sheets share.

Every function returns one described, nullable property (keys aside), so that a sheet
reads as a list of names and meanings. Objects stay open: what PagerDuty adds later, or
sends without documenting it, is kept.
"""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_pagerduty.records.column_types import CONVERTED
from tap_pagerduty.records.findings import UNDOCUMENTED
from tap_pagerduty.records.personal_data import ALWAYS, OF_A_USER, PERSONAL

Schema = dict[str, t.Any]
Property = th.Property[t.Any]
# The streams whose records an id may be of, by name; None where no stream has them.
To = str | tuple[str, ...] | None

# Where the schema of an id names these streams. The SDK lets such a keyword pass, but leaves
# it out of catalogs; the documents are made of it.
REFERS_TO = "x-refers-to"


def properties(*props: Property) -> Schema:
    """Return the JSON schema of a stream made of these properties.

    It adds the column for what PagerDuty sends and none of them declares. It names no
    `$schema`: targets on old validators refuse one that they do not know. Objects without known
    properties have no `properties`: flattening and some targets would make no column of them.
    """
    return own_properties(*props, _UNDOCUMENTED)


def own_properties(*props: Property) -> Schema:
    """Return the schema of a stream whose records the tap makes: as `properties`, nothing added."""
    schema: Schema = _without_empty_properties(th.PropertiesList(*props).to_dict())
    schema.pop("$schema", None)
    return schema


# Ends the description of one of `PagerDutyStream.addresses`.
PUBLIC_PART = (
    "; without user, password, query and tokens in the path, unless `include_secrets` is on"
)

# Filters of the endpoints that take them; see `PagerDutyStream.filters`.
BY_TEAM = {"team_ids": "team_ids[]"}
BY_SERVICE = {"service_ids": "service_ids[]"}


def key(name: str, description: str, *, to: To = None) -> Property:
    """Return a text property that is part of the primary key: never null."""
    return th.Property(name, th.StringType, required=True, description=description, **_leads(to))


def key_time(name: str, description: str) -> Property:
    """Return an instant that is part of the primary key: never null."""
    return th.Property(name, th.DateTimeType, required=True, description=description)


def text(name: str, description: str, *, to: To = None) -> Property:
    """Return a text property; if it is an id, TO says of what."""
    return th.Property(name, th.StringType, description=description, **_leads(to))


def personal(name: str, description: str) -> Property:
    """Return a text that says who a person is, or how to reach them; see `personal_data`."""
    more: Schema = {PERSONAL: ALWAYS}
    return th.Property(name, th.StringType, description=description, **more)


def personal_texts(name: str, description: str) -> Property:
    """Return an array of such texts."""
    more: Schema = {PERSONAL: ALWAYS}
    return th.Property(name, th.ArrayType(th.StringType), description=description, **more)


def url(name: str, description: str) -> Property:
    """Return a text property that holds a web address."""
    return th.Property(name, th.StringType, description=description)


def time(name: str, description: str) -> Property:
    """Return an instant: ISO 8601, emitted in UTC with a trailing Z."""
    return th.Property(name, th.DateTimeType, description=description)


def integer(name: str, description: str) -> Property:
    """Return a whole number."""
    return th.Property(name, th.IntegerType, description=description)


def number(name: str, description: str) -> Property:
    """Return a number with decimals."""
    return th.Property(name, th.NumberType, description=description)


def boolean(name: str, description: str) -> Property:
    """Return a yes or no."""
    return th.Property(name, th.BooleanType, description=description)


def obj(name: str, description: str, *props: Property) -> Property:
    """Return an object; without PROPS it is free-form. It is open either way."""
    return th.Property(name, _open_object(*props), description=description)


def array(name: str, description: str, *props: Property) -> Property:
    """Return an array of objects; without PROPS the objects are free-form."""
    return th.Property(name, th.ArrayType(_open_object(*props)), description=description)


def texts(name: str, description: str, *, to: To = None) -> Property:
    """Return an array of texts."""
    array = th.ArrayType(th.StringType)
    return th.Property(name, array, description=description, **_leads(to))


def integers(name: str, description: str) -> Property:
    """Return an array of whole numbers."""
    return th.Property(name, th.ArrayType(th.IntegerType), description=description)


def anything(name: str, description: str, *, to: To = None) -> Property:
    """Return a text column for what PagerDuty sends in several types.

    The tap converts what is not text to JSON text: a column has one type in every target.
    Inside an object, use `any_value`.
    """
    more: Schema = {CONVERTED: True, **_leads(to)}
    return th.Property(name, th.StringType, description=description, **more)


def text_or_integer(name: str, description: str) -> Property:
    """Return a column of whole numbers that PagerDuty may send as text; the tap converts them."""
    more: Schema = {CONVERTED: True}
    return th.Property(name, th.IntegerType, description=description, **more)


def any_value(name: str, description: str) -> Property:
    """Return a property of an object whose type PagerDuty leaves open: any JSON value.

    It stays as PagerDuty sends it: targets load the object around it as JSON.
    """
    return th.Property(name, th.CustomType({"type": _ANY_TYPE}), description=description)


def reference(name: str, to: To, description: str, *more: Property) -> Property:
    """Return a reference to a resource of a stream, with what this one carries besides."""
    return obj(name, description, *reference_fields(to), *more)


def references(name: str, to: To, description: str, *more: Property) -> Property:
    """Return an array of references to resources of a stream."""
    return array(name, description, *reference_fields(to), *more)


def reference_fields(to: To) -> tuple[Property, ...]:
    """Return what every reference to a resource has."""
    return (
        text("id", "Id of the resource referred to.", to=to),
        text("type", "Kind of resource; ends in `_reference` when only these fields are given."),
        th.Property(
            "summary",
            th.StringType,
            description="Short name of the resource, as PagerDuty displays it.",
            **_names_users(to),
        ),
        url("self", "API address of the resource; null once it is deleted."),
        url("html_url", "Web address of the resource; null once it is deleted."),
    )


def resource(of: To = None) -> tuple[Property, ...]:
    """Return what every resource has; OF names the stream, if its records are another's."""
    what = f"the record of `{of}`" if of else "the record"
    return (
        key("id", f"Id that PagerDuty gave {what}; never reused.", to=of),
        text("type", "Kind of record, as PagerDuty names it."),
        text("summary", "Short text by which PagerDuty displays the record."),
        url("self", "API address of the record."),
        url("html_url", "Web address of the record in PagerDuty."),
    )


def _leads(to: To) -> Schema:
    if to is None:
        return {}
    return {REFERS_TO: [to] if isinstance(to, str) else list(to)}


def _names_users(to: To) -> Schema:
    """Return the keyword of the name in a reference TO streams, if it may be that of a person."""
    streams = (to,) if isinstance(to, str) else to or ()
    if "users" not in streams:
        return {}
    return {PERSONAL: ALWAYS if len(streams) == 1 else OF_A_USER}


def _without_empty_properties(schema: t.Any) -> t.Any:  # noqa: ANN401, any part of a schema
    if isinstance(schema, list):
        return [_without_empty_properties(each) for each in schema]
    if isinstance(schema, dict):
        return {
            name: _without_empty_properties(each)
            for name, each in schema.items()
            if not (name == "properties" and each == {})
        }
    return schema


def _open_object(*props: Property) -> th.ObjectType:
    return th.ObjectType(*props, additional_properties=True)


_UNDOCUMENTED = obj(
    UNDOCUMENTED,
    "Properties that PagerDuty sends and this version of the tap does not know, by name, and "
    "values of another type than their column's, by path; absent when there are none.",
)

_ANY_TYPE = ["null", "boolean", "number", "string", "array", "object"]

# The hours by which interruptions are counted.
BUSINESS_HOURS = "business hours: Monday to Friday, 8:00 to 18:00, in the user's time zone"
OFF_HOURS = (
    "off hours: Monday to Friday, 18:00 to 22:00, and all Saturday and Sunday, in the user's "
    "time zone"
)
SLEEP_HOURS = "sleep hours: every day, 22:00 to 8:00, in the user's time zone"

# A plan that several streams need.
AIOPS = "the AIOps add-on (Event Intelligence) or the Digital Operations plan"

RESOURCE = resource()

NOTIFICATION = (
    text(
        "type",
        "How the notification was sent: `sms_notification`, `email_notification`, "
        "`phone_notification` or `push_notification`; log entries may use short names such as "
        "`phone`.",
    ),
    time("started_at", "When the notification was sent."),
    personal(
        "address",
        "Phone number or e-mail address that it was sent to; null for push notifications.",
    ),
    reference("user", "users", "User who was notified."),
    text("conferenceAddress", "Address of the conference bridge that the message carried."),
    text("status", "Outcome of the sending, for example `success`."),
)

PENDING_ACTION = (
    text("type", "What will happen: `unacknowledge`, `escalate`, `resolve` or `urgency_change`."),
    time("at", "When it will happen."),
    text("to", "New urgency: `high`; only for `urgency_change`."),
)

CONTEXT = (
    text("type", "Kind of context: `link` or `image`."),
    url("href", "Address that the link leads to."),
    url("src", "Address of the image."),
    text("text", "Text shown in place of the address or image."),
)

# What the event said, in PagerDuty's common event format.
CEF_DETAILS = obj(
    "cef_details",
    "Not documented by PagerDuty; what the event said, in PagerDuty's common event format.",
    text("client", "Not documented by PagerDuty; tool that sent the event."),
    url("client_url", "Not documented by PagerDuty; address of the event in that tool."),
    any_value("contexts", "Not documented by PagerDuty; links and images of the event."),
    time("creation_time", "Not documented by PagerDuty; when the event was made."),
    text("dedup_key", "Not documented by PagerDuty; key by which events are recognised as equal."),
    text("description", "Not documented by PagerDuty; description of the event."),
    any_value("details", "Not documented by PagerDuty; what the sender attached."),
    text("event_class", "Not documented by PagerDuty; class of the event."),
    text("message", "Not documented by PagerDuty; text of the event."),
    any_value("mutations", "Not documented by PagerDuty; what event rules changed."),
    any_value("priority", "Not documented by PagerDuty; priority that the event asks for."),
    any_value("reporter", "Not documented by PagerDuty; what reported the problem."),
    text("service_group", "Not documented by PagerDuty; group of the failing part."),
    text("severity", "Not documented by PagerDuty; `info`, `warning`, `error` or `critical`."),
    text("source_component", "Not documented by PagerDuty; part that fails."),
    text("source_origin", "Not documented by PagerDuty; host or place that fails."),
)

CUSTOM_FIELD_KIND = (
    text("name", "Name of the field in the API: lowercase letters, digits and underscores."),
    text("display_name", "Name of the field as people see it."),
    text("description", "What the field holds; null when empty."),
    text(
        "data_type",
        "Type of the values: `boolean`, `integer`, `float`, `string`, `datetime` or `url`.",
    ),
    text(
        "field_type",
        "Whether the field takes one value or several, and only from a fixed list: "
        "`single_value`, `single_value_fixed`, `multi_value` or `multi_value_fixed`.",
    ),
)

CUSTOM_FIELD = (
    key("id", "Id that PagerDuty gave the field; never reused."),
    text("type", "Kind of record: `field`."),
    text("summary", "Short text by which PagerDuty displays the field."),
    url("self", "API address of the field."),
    *CUSTOM_FIELD_KIND,
    boolean("enabled", "Whether the field is in use."),
    time("created_at", "When the field was created."),
    time("updated_at", "When the field was last changed."),
    array(
        "field_options",
        "Values to choose from; only for the `_fixed` field types.",
        text("id", "Id of the option."),
        text("type", "Kind of record: `field_option`."),
        time("created_at", "When the option was created."),
        time("updated_at", "When the option was last changed."),
        obj(
            "data",
            "What the option stands for.",
            text("data_type", "Type of the value: `string`."),
            text("value", "Value of the option."),
        ),
    ),
)

# Of the field's id, only the stream knows where it leads.
CUSTOM_FIELD_VALUE = (
    text("type", "Kind of record: `field_value`."),
    *CUSTOM_FIELD_KIND,
    anything(
        "value",
        "Value of the field as text: a list of values for the `multi_value` types, or an object, "
        "is JSON text; null when none is set.",
    ),
)

IMPACT = (
    key("id", "Id of the business service.", to="business_services"),
    text("type", "Kind of thing that is impacted: `business_service`."),
    text("name", "Name of the business service."),
    text(
        "status", "Whether incidents impact the business service now: `impacted` or `not_impacted`."
    ),
    obj(
        "additional_fields",
        "Fields that PagerDuty adds on request.",
        obj(
            "highest_impacting_priority",
            "Highest priority of the incidents that impact the business service; null when there "
            "is none.",
            text("id", "Id of the priority.", to="priorities"),
            integer("order", "Rank of the priority among the account's priorities."),
        ),
    ),
)

CACHE_VARIABLE = (
    key("id", "Id that PagerDuty gave the variable; never reused."),
    text("name", "Name by which rules use the variable."),
    boolean("disabled", "Whether the variable is switched off."),
    time("created_at", "When the variable was created."),
    reference("created_by", "users", "User who created it."),
    time("updated_at", "When the variable was last changed."),
    reference("updated_by", "users", "User who changed it last."),
    obj(
        "configuration",
        "Where the variable's value comes from.",
        text(
            "type",
            "Kind of variable: `recent_value` (of an event's field), `trigger_event_count` or "
            "`external_data` (set through the API).",
        ),
        text("source", "For `recent_value`: path of the event's field."),
        text("regex", "For `recent_value`: regular expression that cuts the value out."),
        text("data_type", "For `external_data`: `string`, `number` or `boolean`."),
        integer(
            "ttl_seconds",
            "For `trigger_event_count` and `external_data`: seconds after which the value expires.",
        ),
    ),
    array(
        "conditions",
        "Conditions of which one has to match for an event to set the variable.",
        text("expression", "Condition in PagerDuty's condition language."),
    ),
    url("data_endpoint", "For `external_data`: API address under which the value is set."),
)

ENABLEMENT = (
    key("feature", "Name of the add-on whose features are on or off, such as `aiops`."),
    boolean("enabled", "Whether the add-on's features are on."),
    time("updated_at", "When the add-on's features were last switched on or off."),
    array(
        "warnings",
        "Warnings about the features; absent when there are none.",
        text("message", "Text of the warning, for example that the account lacks the add-on."),
    ),
)

# Of what a user or a team wants status updates: the keys, and where they stand in a record.
SUBSCRIPTION_KEYS = ("subscribable_id", "subscribable_type")
SUBSCRIPTION_COLUMNS = {name: f"subscription.{name}" for name in SUBSCRIPTION_KEYS}
SUBSCRIPTION = (
    key("subscribable_type", "Kind of what is subscribed to: `incident` or `business_service`."),
    key(
        "subscribable_id",
        "Id of the incident or business service.",
        to=("incidents", "business_services"),
    ),
    text("subscribable_name", "Name of the business service; null for incidents."),
    obj(
        "subscription",
        "Who is subscribed to what.",
        text("subscriber_id", "Id of the user or team.", to=("users", "teams")),
        text("subscriber_type", "Kind of subscriber: `user` or `team`."),
        text(
            "subscribable_id",
            "Id of the incident or business service.",
            to=("incidents", "business_services"),
        ),
        text(
            "subscribable_type", "Kind of what is subscribed to: `incident` or `business_service`."
        ),
        text(
            "subscribable_name",
            "The same as the column `subscribable_name`, where PagerDuty's example has it.",
        ),
        text("account_id", "Id of the subscriber's account."),
    ),
)
