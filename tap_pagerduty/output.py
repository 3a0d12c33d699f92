"""The message writer: the SDK's own on msgspec, with a short way for plain records."""

from __future__ import annotations

import sys
import typing as t

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter

if t.TYPE_CHECKING:
    from datetime import datetime

_encoder = msgspec.json.Encoder()


class Writer(MsgSpecWriter):
    """Writes Singer messages to standard output."""

    # Set by a test, to hold the short way against the SDK's.
    has_short_way = True

    def write_record(
        self,
        stream: str,
        record: dict[str, t.Any],
        version: int | None,
        time_extracted: datetime,
    ) -> None:
        """Write a RECORD as the SDK does, but without its message object and its flush.

        The flush comes with the next STATE: until then the target may not rely on the
        record anyway.
        """
        message: dict[str, t.Any] = {"type": "RECORD", "stream": stream, "record": record}
        if version is not None:
            message["version"] = version
        message["time_extracted"] = time_extracted
        sys.stdout.buffer.write(_encoder.encode(message) + b"\n")
