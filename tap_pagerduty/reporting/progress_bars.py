"""Live bars on a terminal, a row for each stream; loaded only where there is a terminal."""

from __future__ import annotations

import logging
import sys
import typing as t

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tap_pagerduty.reporting.formatting import duration, pace, so_far, streams_done

if t.TYPE_CHECKING:
    from rich.console import RenderableType

    from tap_pagerduty.reporting.progress import Progress, StreamProgress

# Lines of the terminal that are left to the log.
_SPARE = 6
# Streams to come that are shown where there is no room for all.
_NEXT = 5
# Columns: of all at most, and of a name where there are fewer.
_WIDE, _NAME = 110, 26
_STYLES = {"skipped": "yellow", "incomplete": "red", "not finished": "red"}


class ProgressBars:
    """Shows a run on standard error while it is open; log lines go above."""

    def __init__(self, progress: Progress, console: Console | None = None) -> None:
        """Take the run, and the terminal if it is not that of standard error."""
        self._progress = progress
        self._console = console or Console(stderr=True)
        self._live = Live(
            console=self._console,
            get_renderable=self._screen,
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._handlers = [
            handler
            for handler in logging.getLogger().handlers
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr
        ]

    @property
    def can_be_drawn(self) -> bool:
        """Whether the terminal can move its cursor."""
        return self._console.is_interactive

    def __enter__(self) -> None:
        """Show the bars."""
        for handler in self._handlers:
            handler.setStream(_Above(self._console))
        self._live.start(refresh=True)

    def __exit__(self, *_: object) -> None:
        """Take the bars away, and leave the terminal as it was."""
        try:
            self._live.stop()
        finally:
            self._console.show_cursor()
            for handler in self._handlers:
                handler.setStream(sys.stderr)

    def print(self, lines: list[str]) -> None:
        """Print the lines of the summary."""
        for line in lines:
            style = next((style for end, style in _STYLES.items() if line.endswith(end)), "")
            self._console.print(Text(line, style), soft_wrap=True)

    # -- What is on the screen

    def _screen(self) -> RenderableType:
        narrow = self._console.width < _WIDE
        table = Table.grid(padding=(0, 1))
        table.width = min(self._console.width, _WIDE)
        table.add_column(no_wrap=True, max_width=_NAME if narrow else None)
        table.add_column(ratio=1, min_width=6)
        for _ in range(4):
            table.add_column(justify="right", no_wrap=True)
        heading = ("stream", "", "records", "requests", "so far", "time")
        table.add_row(*(Text(cell, "dim") for cell in heading))
        for stream in self._rows(max(3, self._console.height - _SPARE)):
            table.add_row(*_row(stream))
        return Group(table, Text(self._status(), no_wrap=True, overflow="ellipsis"))

    def _rows(self, room: int) -> list[StreamProgress]:
        """Return what fits into ROOM lines: what is in progress, what is next, what was last."""
        streams = self._progress.streams
        ended = sorted(
            (s for s in streams if s.finished_at is not None), key=lambda s: s.finished_at or 0
        )
        active = self._progress.active[:room]
        waiting = [s for s in streams if s.started_at is None]
        if len(streams) > room:
            waiting = waiting[: min(_NEXT, room - len(active))]
        room -= len(active) + len(waiting)
        return [*(ended[-room:] if room else []), *active, *waiting]

    def _status(self) -> str:
        progress = self._progress
        now = progress.clock()
        refusals = sum(each.refusals for each in progress.streams)
        retries = sum(each.retries for each in progress.streams)
        wait = progress.resumes_at - now
        parts = [
            streams_done(progress),
            pace(progress),
            f"rate limit: waiting {duration(wait)}" if wait > 0 else "",
            f"429: {refusals:,}" if refusals else "",
            f"retries: {retries:,}" if retries else "",
            duration(now - progress.started_at),
        ]
        return " · ".join(filter(None, parts))


class _Above:
    """A stream for the log, whose lines go above the bars."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> None:
        # As it is: the terminal wraps, and what is copied from it has no breaks of ours.
        self._console.print(Text(text), end="", soft_wrap=True)

    def flush(self) -> None:
        """Do nothing: what is printed is out."""


def _row(stream: StreamProgress) -> tuple[RenderableType, ...]:
    if stream.started_at is None:
        return Text(stream.name, "dim"), "", "", "", "", ""
    numbers = f"{stream.records:,}", f"{stream.requests:,}"
    if stream.finished_at is not None:
        outcome = "skipped" if stream.skipped else "incomplete" if stream.failed else "done"
        style = _STYLES.get(outcome, "")
        return (
            Text(stream.name, style or "green"),
            ProgressBar(completed=0 if stream.skipped else 100),
            *numbers,
            Text(outcome, style),
            duration(stream.seconds),
        )
    share, left = stream.share, stream.seconds_left
    return (
        Text(stream.name, "bold"),
        ProgressBar(total=None if share is None else 100, completed=100 * (share or 0)),
        *numbers,
        so_far(stream),
        f"{duration(left)} left" if left else duration(stream.seconds),
    )
