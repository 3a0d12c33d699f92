"""The message writer: the SDK's own on msgspec, with a short way for plain records."""

from __future__ import annotations

import atexit
import io
import logging
import os
import sys
import typing as t

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter

from tap_pagerduty import NAME
from tap_pagerduty.compat import override

if t.TYPE_CHECKING:
    from datetime import datetime

    from singer_sdk.singerlib import Message

_logger = logging.getLogger(NAME)
_encoder = msgspec.json.Encoder()

# Bytes that are gathered before they go to the target. Python itself gathers 8 KB, which
# is two or three incidents: so many system calls take more time than the encoding.
_BUFFER_SIZE = 1 << 16


class MessageWriter(MsgSpecWriter):
    """Writes Singer messages to standard output."""

    # Set by a test, to hold the short way against the SDK's.
    has_fast_path = True

    def __init__(self) -> None:
        """Prepare to write to whatever is standard output when it comes to it."""
        self._line = bytearray()
        self._stdout: t.TextIO | None = None
        self._buffer: t.BinaryIO | None = None

    @override
    def write_message(self, message: Message) -> None:
        try:
            self._output.flush()
            super().write_message(message)
        except OSError as error:
            _end(error)

    def write_record(
        self,
        stream: str,
        record: dict[str, t.Any] | msgspec.Raw,
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
        _encoder.encode_into(message, self._line)
        self._line += b"\n"
        try:
            self._output.write(self._line)
        except OSError as error:
            _end(error)

    @property
    def _output(self) -> t.BinaryIO:
        """Standard output, with more room to gather what goes there."""
        if self._buffer is None or self._stdout is not sys.stdout:
            self._stdout = sys.stdout
            try:
                file = io.FileIO(sys.stdout.fileno(), "w", closefd=False)
            except io.UnsupportedOperation:  # it is no file, as in a test
                self._buffer = sys.stdout.buffer
            else:
                self._buffer = io.BufferedWriter(file, _BUFFER_SIZE)
                # Otherwise a run that is stopped would leave half a line.
                atexit.register(self._buffer.flush)
        return self._buffer


def _end(error: OSError) -> t.NoReturn:
    """End the run, as nothing can be written any more.

    A SystemExit, since the SDK has words of its own for any other exception of a stream.
    """
    if isinstance(error, BrokenPipeError):
        _logger.error("The target stopped reading; see its own messages.")
    else:
        _logger.error("The output cannot be written: %s.", error.strerror)
    # Python would write what is buffered once more, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(1) from None
