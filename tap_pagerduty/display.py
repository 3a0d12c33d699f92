"""How the progress of a run, and what it did in the end, are shown to a person."""

from __future__ import annotations

import logging
import os
import sys
import typing as t
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from tap_pagerduty.logs import NAME
from tap_pagerduty.progress import Watcher
from tap_pagerduty.windows import isoformat, whole_second

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_pagerduty.bars import Bars
    from tap_pagerduty.progress import Activity, Progress

_logger = logging.getLogger(NAME)

# Seconds between two lines.
INTERVAL = 10.0
# Streams that a line names.
NAMED = 3


@contextmanager
def shown(progress: Progress, bookmarks: Callable[[], Mapping[str, str]]) -> Iterator[None]:
    """Show how a run goes, and in the end, however it ends, what it did.

    All of it is at INFO. On a terminal there are bars, unless stdout or the log need it for
    themselves; elsewhere there is a line now and then. BOOKMARKS tells where the streams'
    positions are when it is asked.
    """
    earlier = dict(bookmarks())
    bars = _bars(progress)
    try:
        if bars:
            with bars:
                yield
        else:
            progress.watcher = Lines(progress)
            yield
    finally:
        progress.watcher = Watcher()
        rows = _summary(progress, earlier, bookmarks())
        if bars:
            bars.print([text for text, _ in rows])
        else:
            for text, told in rows:
                _logger.info(text, extra=told)


def _bars(progress: Progress) -> Bars | None:
    """Return the bars, if standard error is a terminal and free for them."""
    if (
        not _logger.isEnabledFor(logging.INFO)
        or not sys.stderr.isatty()
        or sys.stdout.isatty()
        or "SINGER_SDK_LOG_CONFIG" in os.environ
    ):
        return None
    from tap_pagerduty.bars import Bars  # noqa: PLC0415, what draws takes long to load

    bars = Bars(progress)
    return bars if bars.can_be_drawn else None


# -- Lines


class Lines(Watcher):
    """Writes a line to the log every ten seconds, and when something ends or waits."""

    def __init__(self, progress: Progress) -> None:
        """Take the run."""
        self._progress = progress
        self._due = progress.clock() + INTERVAL

    @override
    def answered(self) -> None:
        if self._progress.clock() >= self._due:
            self._tell(self._line())

    @override
    def ended(self, activity: Activity) -> None:
        if activity.skipped or activity.failed:
            return  # told already, with the reason
        self._tell(
            f"{activity.name}: {count(activity.records, 'record')}, "
            f"{count(activity.requests, 'request')}, {duration(activity.seconds)}"
        )

    @override
    def waiting(self, seconds: float) -> None:
        until = whole_second(datetime.now(timezone.utc) + timedelta(seconds=seconds))
        _logger.info(
            "All requests wait until %s (%s): the rate limit is used up, by this run or by "
            "others with the same key.",
            isoformat(until),
            duration(seconds),
        )

    def _tell(self, line: str) -> None:
        self._due = self._progress.clock() + INTERVAL
        _logger.info(line, extra={"progress": figures(self._progress)})

    def _line(self) -> str:
        active = self._progress.active
        named = [
            f"{each.name}: {_so_far(each, count(each.records, 'record'))}"
            for each in active[:NAMED]
        ]
        if more := len(active) - NAMED:
            named += [f"{more} more streams"] if more > 0 else []
        left = next((each.seconds_left for each in active if each.seconds_left), None)
        return "; ".join(
            [
                *named,
                pace(self._progress),
                *([f"about {duration(left)} left"] if left else []),
                streams_done(self._progress),
            ]
        )


def figures(progress: Progress) -> dict[str, t.Any]:
    """Return what a program wants to know of a run that goes on."""
    return {
        "streams": [each.figures for each in progress.active],
        "streams_done": sum(each.ended is not None for each in progress.streams),
        "streams_selected": len(progress.streams),
        "requests_per_second": round(progress.pace, 1),
        "limit_per_second": progress.limit,
    }


def _so_far(activity: Activity, records: str) -> str:
    work = so_far(activity)
    return f"{records}, {work}" if work else records


# -- The words for it


def so_far(activity: Activity) -> str:
    """Return how far a stream has come; empty if that cannot be told."""
    done, planned = activity.windows
    if planned > 1:
        return f"{done} of {planned} windows"
    if activity.leader:
        return count(activity.parents, "parent")
    if activity.total and activity.share is not None:
        return f"{activity.share:.0%} of {activity.total:,}"
    return ""


def pace(progress: Progress) -> str:
    """Return the requests of a second, against the limit if it is known."""
    limit = f" of {progress.limit:.1f}" if progress.limit else ""
    return f"{progress.pace:.1f}{limit} requests/s"


def streams_done(progress: Progress) -> str:
    """Return how many streams are done with."""
    done = sum(each.ended is not None for each in progress.streams)
    return f"{done} of {count(len(progress.streams), 'stream')} done"


def count(number: int, thing: str) -> str:
    """Return a number of things."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def duration(seconds: float) -> str:
    """Return a time as a person would say it."""
    if seconds < 1:
        return "<1 s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


# -- The summary

_HEADING = ("stream", "records", "requests", "429s", "retries", "bookmark", "")


def _summary(
    progress: Progress, earlier: Mapping[str, str], bookmarks: Mapping[str, str]
) -> list[tuple[str, dict[str, t.Any]]]:
    """Return the lines of the summary, each with what a program wants to know of it."""
    # The first request of a stream may be made before it is its turn.
    begun = [each for each in progress.streams if each.began is not None or each.requests]
    if not begun:
        return []
    reached = {
        each.name: each.bookmark or (bookmarks.get(each.name, "") if _is_finished(each) else "")
        for each in begun
    }
    rows = [(each.name, *_numbers([each]), reached[each.name], _outcome(each)) for each in begun]
    seconds = progress.clock() - progress.began
    total = ("total", *_numbers(begun), f"in {duration(seconds)}", "")
    lines = _aligned([_HEADING, *rows, total])
    told: list[dict[str, t.Any]] = [
        {
            "summary": {
                **each.figures,
                "finished": _is_finished(each),
                "since": earlier.get(each.name, ""),
                "bookmark": reached[each.name],
            },
            "stream_name": each.name,
        }
        for each in begun
    ]
    found = list(zip(lines, [{}, *told, {"summary": {"seconds": round(seconds, 1)}}], strict=True))
    if missing := len(progress.streams) - len(begun):
        found.append((f"{count(missing, 'stream')} not begun", {}))
    return found


def _numbers(activities: list[Activity]) -> tuple[str, ...]:
    names = ("records", "requests", "refusals", "retries")
    return tuple(f"{sum(getattr(each, name) for each in activities):,}" for name in names)


def _is_finished(activity: Activity) -> bool:
    return activity.ended is not None and not activity.failed


def _outcome(activity: Activity) -> str:
    if activity.ended is None:
        return "not finished"
    if activity.failed:
        return "incomplete"
    return "skipped" if activity.skipped else ""


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the rows of a table: texts to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = range(1, 5)
    return [
        "  ".join(
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
