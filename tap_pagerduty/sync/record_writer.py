"""The records of a stream on their way out: the fast way, if they are emitted as they are."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone
from functools import cached_property

from singer_sdk.mapper import SameRecordTransform

from tap_pagerduty.records.lazy_records import LazyRecord
from tap_pagerduty.records.message_writer import MessageWriter

if t.TYPE_CHECKING:
    from singer_sdk import Stream
    from singer_sdk.singerlib.encoding import GenericSingerWriter
    from singer_sdk.streams._state import StreamStateManager

    from tap_pagerduty.records import Record


class RecordWriter:
    """Writes the records of a stream, unless the SDK has to do something to them.

    The SDK's own way spends three quarters of its time on looking for that.
    """

    def __init__(self, stream: Stream, writer: GenericSingerWriter[t.Any, t.Any]) -> None:
        """Take the stream, and the writer of the run's messages."""
        self._stream = stream
        self._stream_name = stream.name
        self._message_writer = writer
        # What the records of the present page carry.
        self.version: int | None = None
        self.extracted_at = datetime.now(timezone.utc)

    def write(self, record: Record) -> bool:
        """Write a record, if it is emitted as it is; return whether it was."""
        writer = self._fast_writer
        if writer is None:
            return False
        content = record.content if isinstance(record, LazyRecord) else record
        writer.write_record(self._stream_name, content, self.version, self.extracted_at)
        self._state_manager.is_flushed = False
        return True

    @property
    def is_fast(self) -> bool:
        """Whether records are emitted as they are: no field is deselected, no map applies."""
        return self._fast_writer is not None

    @cached_property
    def _fast_writer(self) -> MessageWriter | None:
        """The writer; None if a field is deselected, or stream maps or flattening apply."""
        writer, maps = self._message_writer, self._stream.stream_maps
        is_plain = (
            all(self._stream.mask.values())
            and len(maps) == 1
            and type(maps[0]) is SameRecordTransform
            and not maps[0].flattening_enabled
        )
        return (
            writer
            if is_plain and isinstance(writer, MessageWriter) and writer.has_fast_path
            else None
        )

    @cached_property
    def _state_manager(self) -> StreamStateManager:
        return self._stream.state_manager
