"""Property groups and type words that the streams' data sheets share.

Every function returns one described, nullable property (keys aside), so that a sheet
reads as a list of names and meanings. Objects stay open: what PagerDuty adds later, or
sends without documenting it, is kept.
"""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

Schema = dict[str, t.Any]
Property = th.Property[t.Any]


def properties(*props: Property) -> Schema:
    """Return the JSON schema of a stream made of these properties."""
    return th.PropertiesList(*props).to_dict()


def key(name: str, description: str) -> Property:
    """Return a text property that is part of the primary key: never null."""
    return th.Property(name, th.StringType, required=True, description=description)


def text(name: str, description: str) -> Property:
    """Return a text property."""
    return th.Property(name, th.StringType, description=description)


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


def texts(name: str, description: str) -> Property:
    """Return an array of texts."""
    return th.Property(name, th.ArrayType(th.StringType), description=description)


def integers(name: str, description: str) -> Property:
    """Return an array of whole numbers."""
    return th.Property(name, th.ArrayType(th.IntegerType), description=description)


def anything(name: str, description: str) -> Property:
    """Return a property whose type PagerDuty leaves open: any JSON value."""
    return th.Property(name, th.CustomType({"type": _ANY_TYPE}), description=description)


def reference(name: str, description: str, *more: Property) -> Property:
    """Return a reference to another resource, with what this one carries besides."""
    return obj(name, description, *REFERENCE, *more)


def references(name: str, description: str, *more: Property) -> Property:
    """Return an array of references to other resources."""
    return array(name, description, *REFERENCE, *more)


def _open_object(*props: Property) -> th.ObjectType:
    return th.ObjectType(*props, additional_properties=True)


_ANY_TYPE = ["null", "boolean", "number", "string", "array", "object"]

REFERENCE = (
    text("id", "Id of the resource referred to."),
    text("type", "Kind of resource; ends in `_reference` when only these fields are given."),
    text("summary", "Short name of the resource, as PagerDuty displays it."),
    url("self", "API address of the resource; null once it is deleted."),
    url("html_url", "Web address of the resource; null once it is deleted."),
)

RESOURCE = (
    key("id", "Id that PagerDuty gave the record; never reused."),
    text("type", "Kind of record."),
    text("summary", "Short text by which PagerDuty displays the record."),
    url("self", "API address of the record."),
    url("html_url", "Web address of the record in PagerDuty."),
)

NOTIFICATION = (
    text(
        "type",
        "How it was sent: `sms_notification`, `email_notification`, `phone_notification` or "
        "`push_notification`; log entries may use short names such as `phone`.",
    ),
    time("started_at", "When it was sent."),
    text("address", "Phone number or e-mail address it went to; null for push notifications."),
    reference("user", "User who was notified."),
    text("conferenceAddress", "Address of the conference bridge that the message carried."),
    text("status", "Outcome of the sending, for example `success`."),
)

PENDING_ACTION = (
    text("type", "What will happen: `unacknowledge`, `escalate`, `resolve` or `urgency_change`."),
    time("at", "When it will happen."),
    text("to", "New urgency, `high`; only on `urgency_change`."),
)
