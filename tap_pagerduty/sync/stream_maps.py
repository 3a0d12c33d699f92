"""What the SDK's stream maps and flattening make of records, where its own work falls short."""

from __future__ import annotations

import typing as t

from singer_sdk.mapper import RemoveRecordTransform
from singer_sdk.singerlib.json import serialize_json

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk.mapper import StreamMap

    from tap_pagerduty.records import Record


class FlattenedColumns:
    """The columns of a stream that the SDK flattens, by the name under which it is emitted."""

    def __init__(self, maps: Iterable[StreamMap]) -> None:
        """Take the stream's MAPS."""
        self._columns = {
            each.stream_alias: each.transformed_schema["properties"]
            for each in maps
            if each.flattening_enabled and not isinstance(each, RemoveRecordTransform)
        }

    def fit(self, stream: str, record: Record) -> None:
        """Bring a flattened RECORD of a STREAM, in place, to its flattened schema.

        A value whose type PagerDuty leaves open gets a column of text, in which the SDK writes
        objects and arrays as JSON text, but numbers and booleans as they are: targets stop there.
        An object that is null stays as a column of its own, which the schema does not have.
        """
        columns = self._columns.get(stream)
        if columns is None:
            return
        for name, value in [*record.items()]:
            if name not in columns:
                if value is None:
                    del record[name]
            elif type(value) in {bool, int, float} and not _NUMBERS.intersection(
                columns[name]["type"]
            ):
                record[name] = serialize_json(value)


# With these, a column is of numbers or of booleans, and nothing has to be done.
_NUMBERS = {"integer", "number", "boolean"}
