"""What a record's columns should hold, worked out in another way than the tap does."""

import json

from tap_pagerduty.records.column_types import CONVERTED


def as_declared(record, schema):
    """Return a record with what PagerDuty sends in several types in the columns' one."""
    columns = schema["properties"]
    mixed = {name for name in record if columns.get(name, {}).get(CONVERTED)}
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
