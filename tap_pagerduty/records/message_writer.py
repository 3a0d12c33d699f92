"""The message writer: the SDK's own on msgspec, with a short way for plain records."""

from __future__ import annotations

import atexit
import io
import logging
import os
import sys
import typing as t
from contextlib import suppress

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter

from tap_pagerduty import NAME
from tap_pagerduty.compat import override
from tap_pagerduty.records.output import LineOutput

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from singer_sdk.singerlib import Message

_logger = logging.getLogger(NAME)
_encoder = msgspec.json.Encoder()


class MessageWriter(MsgSpecWriter):
    """Writes Singer messages to standard output."""

    # Set by a test, to hold the short way against the SDK's.
    has_fast_path = True

    def __init__(self) -> None:
        """Prepare to write to whatever is standard output when it comes to it."""
        self._line = bytearray()
        # What stands around the records of a page, and the page's values that are in it.
        self._frame: tuple[bytes, bytes] = b"", b""
        self._framed: tuple[str, int | None, datetime] | None = None
        self._stdout: t.TextIO | None = None
        self._buffer: LineOutput | t.BinaryIO | None = None

    @override
    def write_message(self, message: Message) -> None:
        try:
            self._output.write(self.format_message(message))
            self._output.flush()
        except OSError as error:
            _end(error)

    def stop(self, end: Callable[[], t.NoReturn], seconds: float) -> None:
        """Write no further message, and call END, which raises; see `LineOutput.stop`."""
        if isinstance(self._buffer, LineOutput):
            self._buffer.stop(end, seconds)
        else:
            end()

    def resume(self) -> None:
        """Write further messages after a stop; see `LineOutput.resume`."""
        if isinstance(self._buffer, LineOutput):
            self._buffer.resume()

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
        framed = stream, version, time_extracted
        if framed != self._framed:
            self._frame, self._framed = _frame(*framed), framed
        before, after = self._frame
        if type(record) is msgspec.Raw:
            line: bytes | bytearray = b"".join((before, record, after))
        else:
            line = self._line
            line[:] = before
            _encoder.encode_into(record, line, -1)
            line += after
        try:
            self._output.write(line)
        except OSError as error:
            _end(error)

    @property
    def _output(self) -> LineOutput | t.BinaryIO:
        """Standard output, with more room to gather what goes there."""
        if self._buffer is None or self._stdout is not sys.stdout:
            self._stdout = sys.stdout
            try:
                self._buffer = LineOutput(sys.stdout.fileno())
            except io.UnsupportedOperation:  # it is no file, as in a test
                self._buffer = sys.stdout.buffer
            else:
                # Otherwise a run that fails would leave what is gathered.
                atexit.register(_flush_quietly, self._buffer)
        return self._buffer


def _frame(stream: str, version: int | None, time_extracted: datetime) -> tuple[bytes, bytes]:
    """Return what comes before a record in its line, and what after it."""
    more: dict[str, t.Any] = {} if version is None else {"version": version}
    more["time_extracted"] = time_extracted
    before = b'{"type":"RECORD","stream":%b,"record":' % _encoder.encode(stream)
    return before, b"," + _encoder.encode(more)[1:] + b"\n"


def _flush_quietly(output: LineOutput) -> None:
    with suppress(OSError):
        output.flush()


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
