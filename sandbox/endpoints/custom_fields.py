"""Custom fields of incidents and services: definitions, options, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sandbox.api.declarations import Settings, declare, single
from sandbox.api.endpoint_records import one_of
from sandbox.values.ids import short_id
from sandbox.values.seeded_random import hash_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.values.json_types import Json, Record


class Field(NamedTuple):
    """A custom field: of what type, what it may be, what it is unless set."""

    name: str
    data_type: str
    field_type: str
    values: tuple[Json, ...]
    default: Json = None


FIELDS = (
    Field("impacted_region", "string", "single_value", ("eu", "us", None)),
    Field("größe", "string", "single_value_fixed", ("klein", "groß", None), "klein"),
    Field("data_centers", "string", "multi_value_fixed", (["fra"], ["fra", "iad"], [], None)),
    Field("is_drill", "boolean", "single_value", (True, False, None), False),
    Field("customers", "integer", "single_value", (0, 4711, None)),
    Field("loss", "float", "single_value", (0.5, 12.25, None)),
    Field("runbook", "url", "single_value", ("https://example.com/run?a=1&b=ü", None)),
    Field("began_at", "datetime", "single_value", ("2026-01-31T08:00:00Z", None)),
)
_PATH = "/incidents/types/{id}/custom_fields"


def _field_id(owner: str, place: int) -> str:
    """Give the id of a field; the first of the default type is the one that incidents embed."""
    return (
        "PT4KHLX"
        if owner == "incident_default" and place == 0
        else short_id(hash_of_text(owner), place)
    )


def _options(query: Query, own: str, fixed: Field) -> list[Record]:
    if not fixed.field_type.endswith("fixed"):
        return []
    flat = [
        x for each in fixed.values if each for x in (each if isinstance(each, list) else [each])
    ]
    records = []
    for number, value in enumerate(dict.fromkeys(flat)):
        made = query.records.make(f"{_PATH}/{{id}}/field_options", (own, own), number, query.zone)
        records.append({**made, "data": {"value": value, "data_type": "string"}})
    return records


def _definition(query: Query, path: str, owner: str, ids: tuple[str, ...], place: int) -> Record:
    fixed, own = FIELDS[place], _field_id(owner, place)
    made = query.records.make(path, ids, place, query.zone)
    record = {
        **made,
        "id": own,
        "self": str(made["self"]).replace(str(made["id"]), own),
        "name": fixed.name,
        "display_name": fixed.name.replace("_", " ").capitalize(),
        "summary": fixed.name.replace("_", " ").capitalize(),
        "field_type": fixed.field_type,
        "data_type": fixed.data_type,
    }
    if "html_url" in made:
        record["html_url"] = None
    if "default_value" in made:
        record["default_value"] = None if fixed.default is None else {"value": fixed.default}
    if "field_options" in query.include:
        record["field_options"] = _options(query, own, fixed)
    return record


def _types(query: Query) -> list[Record]:
    """List the incident types; the first is what incidents are unless they are something else."""
    records: list[Record] = []
    for number in range(query.seeded.count("/incidents/types")):
        made = query.records.make("/incidents/types", (), number, query.zone)
        name = "incident_default" if number == 0 else f"type_{number}"
        parent = {"id": records[0]["id"], "type": "incident_type_reference"} if records else None
        enabled = number != 2  # noqa: PLR2004
        records.append({**made, "name": name, "enabled": enabled, "parent": parent})
    return records


def _type(query: Query) -> Record:
    return one_of(_TYPES, (), query.ids[0], "id", query)


def _of_type(query: Query) -> list[Record]:
    """List the fields of an incident type: all of the default one, a few of others."""
    record = _type(query)
    owner, ids = str(record["name"]), (str(record["id"]),)
    places = [
        place
        for place in range(len(FIELDS))
        if owner == "incident_default" or query.seeded.random(owner, place).one_in(3)
    ]
    return [
        {**_definition(query, _PATH, owner, ids, place), "incident_type": ids[0]}
        for place in places
    ]


def _for_all(path: str, owner: str) -> Callable[[Query], list[Record]]:
    def source(query: Query) -> list[Record]:
        return [_definition(query, path, owner, (), place) for place in range(len(FIELDS))]

    return source


def _options_of(many: str, owner: str | None) -> Callable[[Query], list[Record]]:
    """Make the source of the options of a field."""

    def source(query: Query) -> list[Record]:
        query.include = frozenset({"field_options"})
        reader = query.api.endpoints[many]
        ids = query.ids[:1] if owner is None else ()
        field = one_of(reader, ids, query.ids[-1], "id", query)
        options: list[Record] = field["field_options"]
        return options

    return source


def value_of(field: Field, own: str, value: Json) -> Record:
    """Give the value of a custom field, as lists of values have it."""
    return {
        "id": own,
        "type": "field_value",
        "name": field.name,
        "display_name": field.name.replace("_", " ").capitalize(),
        "description": None,
        "data_type": field.data_type,
        "field_type": field.field_type,
        "value": value,
    }


def _service_values(query: Query) -> list[Record]:
    random = query.seeded.random("service fields", query.ids[0])
    return [
        value_of(each, _field_id("services", place), random.pick(each.values))
        for place, each in enumerate(FIELDS)
    ]


def incident_values(query: Query, own: str, known: dict[str, Json]) -> list[Record]:
    """List the values of an incident's fields: those that were set, and what others are."""
    random = query.seeded.random("incident fields", own)
    records = []
    for place, each in enumerate(FIELDS):
        value = random.pick(each.values) if place else None
        records.append(
            value_of(each, _field_id("incident_default", place), known.get(each.name, value))
        )
    for name in known.keys() - {each.name for each in FIELDS}:
        field = Field(name, "string", "single_value", ())
        records.append(value_of(field, short_id(hash_of_text(name)), known[name]))
    return records


_SCOPE: Settings = {"scope": "custom_fields.read"}


def _enabled(query: Query) -> None:
    """Read the filter, which is `enabled` by default."""
    asked = query.one("filter") or "enabled"
    query.values = {"filter": [{"enabled": "true", "disabled": "false"}.get(asked, "all")]}


_TYPES = declare(
    "/incidents/types",
    "incident_types",
    source=_types,
    scope="incident_types.read",
    ability="incident_types",
    choices="filter=enabled,disabled,all",
    filters="filter=enabled",
    check=_enabled,
    count=(4, 5),
)
_OF_TYPE = declare(
    _PATH, "fields", source=_of_type, ability="incident_types", includes="field_options", **_SCOPE
)
_OF_ALL = declare(
    "/incidents/custom_fields",
    "fields",
    source=_for_all("/incidents/custom_fields", "incident_default"),
    includes="field_options",
    **_SCOPE,
)
_OF_SERVICES = declare(
    "/services/custom_fields",
    "fields",
    source=_for_all("/services/custom_fields", "services"),
    includes="field_options",
    **_SCOPE,
)
_OPTIONS = declare(
    f"{_PATH}/{{id}}/field_options", "field_options", source=_options_of(_PATH, None), **_SCOPE
)


def _options_list(path: str, owner: str) -> tuple[GeneratedEndpoint, GeneratedEndpoint]:
    many = declare(
        f"{path}/{{id}}/field_options", "field_options", source=_options_of(path, owner), **_SCOPE
    )
    return (many, single(f"{many.path}/{{id}}", "field_option", many))


INCIDENT_FIELDS = (
    _TYPES,
    declare(
        "/incidents/types/{id}",
        "incident_type",
        "single",
        _type,
        scope="incident_types.read",
        ability="incident_types",
    ),
    _OF_TYPE,
    single(f"{_PATH}/{{id}}", "field", _OF_TYPE),
    _OPTIONS,
    single(f"{_PATH}/{{id}}/field_options/{{id}}", "field_option", _OPTIONS),
    _OF_ALL,
    single("/incidents/custom_fields/{id}", "field", _OF_ALL),
    *_options_list("/incidents/custom_fields", "incident_default"),
)
SERVICE_FIELDS = (
    _OF_SERVICES,
    single("/services/custom_fields/{id}", "field", _OF_SERVICES),
    *_options_list("/services/custom_fields", "services"),
    declare(
        "/services/{id}/custom_fields/values",
        "custom_fields",
        source=_service_values,
        scope="services.read",
    ),
)
