"""What a record's columns should hold, worked out in another way than the tap does."""

import json


def as_declared(record, schema):
    """Return a record with the values that its columns can't hold in their types converted."""
    return {
        name: _as(value, schema["properties"].get(name, {}).get("type", ()))
        for name, value in record.items()
    }


def _as(value, types):
    kinds = {*types} - {"null"}
    if kinds == {"string"} and not isinstance(value, str) and value is not None:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if kinds == {"integer"} and isinstance(value, str):
        return int(value)
    return value
