"""What a record's columns should hold, worked out in another way than the tap does."""

import json
import re
from datetime import datetime, timezone
from urllib.parse import urlsplit

from tap_pagerduty.records.column_types import CONVERTED

# Names of secrets, as far as the sandbox and the vendor's examples have them.
KEYS = {
    "service_key",
    "integration_key",
    "routing_key",
    "routing_keys",
    "http_cal_url",
    "web_cal_url",
    "personal_http_cal_url",
    "personal_web_cal_url",
}
CREDENTIALS = {
    "integration_email",
    "api_key",
    "api_token",
    "access_token",
    "password",
    "secret",
    "client_secret",
}


def as_emitted(record, stream):
    """Return a record of a stream as it is emitted, apart from its times and added columns."""
    record = as_declared(without(record, KEYS | CREDENTIALS), stream.schema)
    for path in stream.addresses:
        _at_path(record, path.split("."), lambda url: urlsplit(url)._replace(query="").geturl())
    known = stream.schema["properties"]
    unknown = {name: value for name, value in record.items() if name not in known}
    shown = {name: value for name, value in record.items() if name in known}
    return {**shown, "_undocumented": in_utc(unknown)} if unknown else shown


def without(value, names, within=""):
    """Return a value without properties of these NAMES, whatever depth they stand at."""
    if isinstance(value, list):
        return [without(each, names) for each in value]
    if isinstance(value, dict):
        return {
            name: _origin(each) if name == "endpoint_url" else without(each, names, name)
            for name, each in value.items()
            if name not in names or (within == "properties" and isinstance(each, dict))
        }
    return value


def _origin(url):
    return url and re.match(r"\w+://[^/]+", url)[0]


def _at_path(value, path, change):
    if isinstance(value, list):
        for each in value:
            _at_path(each, path, change)
    elif isinstance(value, dict) and value.get(path[0]):
        if path[1:]:
            _at_path(value[path[0]], path[1:], change)
        else:
            value[path[0]] = change(value[path[0]])


def in_utc(value):
    """Return a value with all that looks like a time with an offset in UTC."""
    if isinstance(value, dict):
        return {name: in_utc(each) for name, each in value.items()}
    if isinstance(value, list):
        return [in_utc(each) for each in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d\d:\d\d", value):
        moment = datetime.fromisoformat(value).astimezone(timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def as_declared(record, schema):
    """Return a record with what PagerDuty sends in several types in the columns' one."""
    columns = schema["properties"]
    mixed = {
        name
        for name, value in record.items()
        if columns.get(name, {}).get(CONVERTED)
        or ("string" in columns.get(name, {}).get("type", ()) and isinstance(value, (int, float)))
    }
    return {
        name: _as(value, {*columns[name]["type"]} - {"null"}) if name in mixed else value
        for name, value in record.items()
    }


def _as(value, types):
    if types == {"string"} and not isinstance(value, str) and value is not None:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if types == {"integer"} and isinstance(value, str):
        return int(value)
    return value
