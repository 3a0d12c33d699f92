"""Standard output, to which whole lines go, also if the run is stopped while the reader pauses."""

from __future__ import annotations

import os
import select
import stat
import struct
import sys
import time
import typing as t
from collections import deque

if t.TYPE_CHECKING:
    from collections.abc import Callable

try:
    import fcntl
    import termios
except ImportError:  # Windows: every output is written as a file is
    _HAS_PIPES = False
else:
    _HAS_PIPES = True

# Bytes that are gathered before they go to the target. Python itself gathers 8 KB, which
# is two or three incidents: so many system calls take more time than the encoding.
BUFFER_SIZE = 1 << 16

# Bytes that a pipe is asked to hold; Linux allows so many to everyone. A line that fits is never
# torn: it is begun only if there is room for all of it.
_PIPE_SIZE = 1 << 20
# A pipe holds so many pages; what is written at once begins a new one, unless the rest of the last
# takes it.
_PAGE = 4096
# Bytes that a pipe takes at once when it is ready for any (POSIX has 512, all systems more).
_ATOMIC = 512 if sys.platform == "darwin" else 4096
# Seconds between two looks at a pipe that is too full, and at whether the run is stopped.
_PAUSE = 0.002
_LOOK = 0.1


class LineOutput:
    """Gathers lines and writes them, to a file, a terminal or a pipe.

    `stop` can be called by a signal's handler at any time: nothing is written twice then.
    """

    def __init__(self, fd: int) -> None:
        """Take a file descriptor."""
        self._fd = fd
        self._lines = bytearray()
        self._is_pipe = _HAS_PIPES and stat.S_ISFIFO(os.fstat(fd).st_mode)
        self._capacity = _widened(fd) if self._is_pipe else 0
        self._sent = 0
        # What is in the pipe, a write each: where it ends among all bytes, and how many pages it
        # takes at most.
        self._in_pipe: deque[tuple[int, int]] = deque()
        self._is_sending = False
        # What raises, once the run is stopped, and the time until which a line may be finished.
        self._end: Callable[[], t.NoReturn] | None = None
        self._deadline = 0.0

    def write(self, line: bytes | bytearray) -> None:
        """Take a line, with its line break.

        Raises:
            OSError: the lines so far cannot be written.
        """
        self._end_if_stopped()
        self._lines += line
        if len(self._lines) >= BUFFER_SIZE:
            self.flush()

    def flush(self) -> None:
        """Write the lines so far; it may wait for the reader.

        Raises:
            OSError: they cannot be written.
        """
        if not self._lines:
            return
        lines, self._lines = self._lines, bytearray()
        self._is_sending = True
        try:
            with memoryview(lines) as view:
                for start, end in _parts(lines, self._capacity // 2):
                    self._send(view[start:end])
        finally:
            self._is_sending = False
        self._end_if_stopped()

    def stop(self, end: Callable[[], t.NoReturn], seconds: float) -> None:
        """Write no further line, and call END, which raises.

        A line that is begun is finished before, if the reader takes the rest of it within so
        many SECONDS.
        """
        self._end, self._deadline = end, time.monotonic() + seconds
        self._lines = bytearray()
        if not self._is_sending:  # else it looks for it
            end()

    def resume(self) -> None:
        """Take further lines after a stop: the last words of a run that has ended."""
        self._end = None

    def _send(self, part: memoryview) -> None:
        """Write a PART: lines for which the pipe has room, or a line that it cannot hold."""
        fits = not self._is_pipe or len(part) <= self._capacity
        if self._is_pipe:
            self._wait(len(part) if fits else 1)
        self._end_if_stopped()
        size = len(part) if fits else _ATOMIC
        sent = self._write(part[:size])
        while sent < len(part):
            if self._is_pipe and not self._ready():
                if self._end and time.monotonic() > self._deadline:
                    self._end()
                continue
            sent += self._write(part[sent : sent + size])

    def _write(self, part: memoryview) -> int:
        size = os.write(self._fd, part)
        self._sent += size
        self._in_pipe.append((self._sent, -(-size // _PAGE)))
        if not self._capacity:
            self._in_pipe.clear()
        return size

    def _wait(self, size: int) -> None:
        """Wait until a pipe has room for SIZE bytes, or until nobody reads it any more."""
        while True:
            ready = self._ready()
            if ready & (select.POLLERR | select.POLLHUP):
                return
            if ready and (not self._capacity or self._room() >= size):
                return
            self._end_if_stopped()
            time.sleep(_PAUSE)

    def _room(self) -> int:
        """Return how many bytes can be written to the pipe at once; it may be more."""
        read = self._sent - _waiting(self._fd)
        while self._in_pipe and self._in_pipe[0][0] <= read:
            self._in_pipe.popleft()
        return self._capacity - _PAGE * sum(pages for _, pages in self._in_pipe)

    def _ready(self) -> int:
        """Return the events of the output, 0 if nothing can be written; wait a little for it."""
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        return sum(events for _, events in poll.poll(_LOOK * 1000))

    def _end_if_stopped(self) -> None:
        if self._end:
            self._end()


def _parts(lines: bytearray, size: int) -> list[tuple[int, int]]:
    """Return where to cut LINES into parts of whole lines, each up to SIZE bytes if it can be."""
    if not size or len(lines) <= size:
        return [(0, len(lines))]
    parts, start = [], 0
    while start < len(lines):
        end = lines.rfind(b"\n", start, start + size) + 1 or lines.find(b"\n", start) + 1
        parts.append((start, end or len(lines)))
        start = parts[-1][1]
    return parts


def _widened(fd: int) -> int:
    """Have a pipe hold more, where the system lets one; return how many bytes it holds, or 0."""
    if sys.platform != "linux":
        return 0
    try:
        return fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    except OSError:
        return fcntl.fcntl(fd, fcntl.F_GETPIPE_SZ)


def _waiting(fd: int) -> int:
    """Return how many bytes in a pipe have not been read."""
    found: int = struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0" * 4))[0]
    return found
